"""IPython's configuration in this environment: every kernel has the magics of AI Space.

A profile that adds to the list of extensions keeps this one; one that replaces the list does without, and
``%load_ext aispace_widgets`` brings them back.
"""

c = get_config()  # noqa: F821 - IPython gives it
c.InteractiveShellApp.extensions.append("aispace_widgets")
