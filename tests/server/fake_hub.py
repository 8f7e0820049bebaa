"""The few routes of a hub that `aispace serve` asks."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeHub:
    """Says whose token it is and changes OAuth codes into tokens."""

    def __init__(self) -> None:
        self.tokens: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, str] = {}
        self.asked = 0
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.asked += 1
                model = hub.tokens.get(self.headers.get("Authorization", "").removeprefix("token "))
                self._answer(200 if model else 403, model or {"status": 403})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                code = next((c for c in hub.codes if f"code={c}" in body), "")
                self._answer(200, {"access_token": hub.codes.pop(code)}) if code else self._answer(
                    400, {"error": "bad"}
                )

            def _answer(self, status: int, value: dict[str, Any]) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hub/api"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, token: str, name: str, *scopes: str, kind: str = "user") -> None:
        """Let the hub know a token."""
        self.tokens[token] = {"kind": kind, "name": name, "scopes": list(scopes)}

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
