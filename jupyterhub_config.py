"""JupyterHub for AI Space. `make run` (or `aispace up`) starts a hub with this file.

Add your own settings before or after the call: it extends lists and dictionaries and overwrites nothing.
"""

from aispace_hub.configure import configure

c = get_config()  # noqa: F821
configure(c)
