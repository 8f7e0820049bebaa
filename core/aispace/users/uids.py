"""Operating-system users behind AI Space users."""

from __future__ import annotations

import os

FIRST_UID = 200_000
"""The first uid that is handed out; below it lie the machine's own users."""


def separate_uids() -> bool:
    """Tell whether each user's processes run under a uid of his own.

    Returns
    -------
    bool
        True for root, unless ``AISPACE_SHARED_UID=1``.
    """
    return os.geteuid() == 0 and os.environ.get("AISPACE_SHARED_UID", "") not in {"1", "true", "yes"}
