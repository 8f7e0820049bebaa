"""The tour notebook, which the launcher copies into the user's files."""

from __future__ import annotations

import json

from aispace.tour import notebook
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import authenticated


class TourNotebookHandler(APIHandler):
    """``GET /aispace/tour-notebook?language=``: the notebook, without outputs."""

    @authenticated
    @authorized(action="read", resource="contents")  # type: ignore[untyped-decorator]  # it carries no types
    def get(self) -> None:
        """Give it."""
        self.finish(json.dumps(notebook.read(self.get_query_argument("language", "en")), ensure_ascii=False))
