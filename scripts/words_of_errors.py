"""Write the words of errors that the command line needs: ``python scripts/words_of_errors.py``.

The interface's tables (`labextension/src/components/*Words.ts`) and its catalogue are the source; what this writes is
compared with them by a test.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json"
TARGET = ROOT / "core/aispace/locale/zh_CN/errors.json"


def words() -> dict[str, Any]:
    """Give the Chinese words of each code: ``{"errors": {code: [text, what is put in for %1, ...]}, ...}``."""
    shown = subprocess.run(
        ["node", "scripts/words.mjs"], cwd=ROOT / "labextension", check=True, capture_output=True, text=True
    )
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    found = {}
    for kind in ("errors", "fields", "reasons"):
        texts = json.loads(shown.stdout)["texts"][kind]
        found[kind] = {
            code: [catalogue[text][0], *puts] for code, (text, *puts) in sorted(texts.items()) if text in catalogue
        }
    return found


def main() -> None:
    """Write the table."""
    TARGET.write_text(json.dumps(words(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
