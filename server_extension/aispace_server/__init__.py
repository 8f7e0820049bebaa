"""The server side of AI Space: `aispace serve` and the extension that forwards to it."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what is in this package."""
    from .extension import AISpaceExtension

    return [{"module": "aispace_server", "app": AISpaceExtension}]
