"""The annotator as an anywidget, for notebooks outside of our JupyterLab extension."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets
from aispace.client import AISpaceClient
from aispace.errors import AISpaceError

STATIC: Final = Path(__file__).parent / "static"
CALLERS: Final = 4
PASSED: Final = frozenset({"accept", "content-type", "if-match", "idempotency-key"})
"""Headers of the browser that go on; who asks is decided by the kernel's own token."""


class Annotator(anywidget.AnyWidget):
    """The drawing code of the page; its calls go through the kernel, which has the token.

    Parameters
    ----------
    client : AISpaceClient
        Whose calls these are.
    """

    _esm = STATIC / "annotator.js"
    _css = STATIC / "annotator.css"

    dataset_id = traitlets.Unicode(help="The dataset.").tag(sync=True)
    filter = traitlets.Dict(help="Query of its samples, for instance {'state': 'unlabelled'}.").tag(sync=True)
    api_url = traitlets.Unicode("", help="Address of the API where the browser reaches it.").tag(sync=True)
    through_kernel = traitlets.Bool(True, help="Whether calls go through the kernel.").tag(sync=True)
    auto_advance = traitlets.Bool(True, help="A label confirms and goes on by itself.").tag(sync=True)
    read_only = traitlets.Bool(False).tag(sync=True)
    height = traitlets.Int(520, help="In pixels.").tag(sync=True)
    catalogue = traitlets.Dict(help="The Chinese words.").tag(sync=True)
    sample_id = traitlets.Unicode("").tag(sync=True)
    total = traitlets.Int(0).tag(sync=True)
    position = traitlets.Int(0).tag(sync=True)

    def __init__(self, client: AISpaceClient, dataset_id: str, **traits: Any) -> None:
        super().__init__(dataset_id=dataset_id, catalogue=catalogue(), **traits)
        self._client = client
        self._pool = ThreadPoolExecutor(CALLERS, thread_name_prefix="aispace-annotator")
        self.on_msg(self._called)

    def _called(self, _widget: Any, message: Any, _buffers: Any) -> None:
        if isinstance(message, dict) and message.get("op") == "call":
            self._pool.submit(self._answer, message)

    def _answer(self, message: dict[str, Any]) -> None:
        reply = {"op": "answer", "id": message.get("id")}
        headers = {k: v for k, v in (message.get("headers") or {}).items() if k.lower() in PASSED}
        body = message.get("body")
        try:
            path = str(message.get("path", ""))
            if not path.startswith("/") or ".." in path:
                raise AISpaceError("bad_path", "Not asked. The path is none of the API.", status=400)
            response = self._client.transport.send(
                str(message.get("method", "GET")),
                path,
                data=None if body is None else str(body).encode(),
                headers=headers,
                repeatable=False,
            )
        except AISpaceError as error:
            said = {"error": {"code": error.code, "message": error.message, "details": error.details}}
            self.send({**reply, "status": error.status, "body": json.dumps(said), "media_type": "application/json"})
            return
        media_type = response.headers.get("Content-Type", "")
        self.send({**reply, "status": response.status_code, "body": None, "media_type": media_type}, [response.content])


def catalogue() -> dict[str, Any]:
    """Read the Chinese words, where the part of the product that carries them is installed."""
    from importlib.util import find_spec

    found = find_spec("aispace_server")
    places = list(found.submodule_search_locations or []) if found is not None else []
    for place in places:
        path = Path(place) / "locale/zh_CN/LC_MESSAGES/aispace.json"
        if path.is_file():
            words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return words
    return {}
