"""The hub's configuration where the administrator has written none."""

from aispace_hub.configure import configure

configure(get_config())  # type: ignore[name-defined]  # noqa: F821
