"""``aispace ...``."""

from __future__ import annotations

import sys

from .commands import elsewhere


def main(argv: list[str] | None = None) -> int:
    """Do one command.

    Returns
    -------
    int
        0 done, 1 the work failed, 2 usage, 3 refused, 4 not found, 5 service away, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    found = elsewhere.find(arguments[0]) if arguments else None
    if found is not None:
        return found(arguments[1:]) or 0
    return 2


if __name__ == "__main__":
    sys.exit(main())
