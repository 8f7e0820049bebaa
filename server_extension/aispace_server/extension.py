"""The Jupyter server extension: forwards ``/aispace/api/v1`` to `aispace serve`, nothing else."""

from __future__ import annotations

import os

from jupyter_server.extension.application import ExtensionApp
from traitlets import Unicode, default

from .forward import ForwardHandler, ForwardStreamHandler, Upstream


class AISpaceExtension(ExtensionApp):
    """AI Space in JupyterLab."""

    name = "aispace_server"
    app_name = "AI Space"
    extension_url = "/lab"
    load_other_extensions = True

    serve_url = Unicode(
        help="Where `aispace serve` listens, up to ``/api/v1``. Default: $AISPACE_SERVE_URL or $AISPACE_URL. "
        "Example: 'http://127.0.0.1:8010/services/aispace' or 'unix:///home/me/var/run/serve.sock'."
    ).tag(config=True)

    @default("serve_url")
    def _default_serve_url(self) -> str:
        return os.environ.get("AISPACE_SERVE_URL") or os.environ.get("AISPACE_URL") or ""

    def initialize_settings(self) -> None:
        """Give the handlers the address."""
        upstream = Upstream(self.serve_url.rstrip("/")) if self.serve_url else None
        if upstream is None:
            self.log.warning("AI Space: no platform is configured (AISPACE_SERVE_URL); its pages will say so.")
        self.settings["aispace_upstream"] = upstream

    def initialize_handlers(self) -> None:
        """Add the two routes."""
        self.handlers.extend(
            [
                (r"/aispace/api/v1/stream", ForwardStreamHandler),
                (r"/aispace/api/v1/(.*)", ForwardHandler),
            ]
        )
