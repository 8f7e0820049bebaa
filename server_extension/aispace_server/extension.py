"""The Jupyter server extension: forwards ``/aispace/api/v1`` to `aispace serve`, nothing else."""

from __future__ import annotations

import os

from aispace.laptop import Laptop
from jupyter_server.extension.application import ExtensionApp
from traitlets import Unicode, default

from .forward import ForwardHandler, ForwardStreamHandler, LaptopUpstream, Upstream
from .forward_views import ForwardViewHandler
from .tour_notebook import TourNotebookHandler


class AISpaceExtension(ExtensionApp):
    """AI Space in JupyterLab."""

    name = "aispace_server"
    app_name = "AI Space"
    extension_url = "/lab"
    load_other_extensions = True

    serve_url = Unicode(
        help="Where `aispace serve` listens, up to ``/api/v1``. Default: $AISPACE_SERVE_URL or $AISPACE_URL; without a "
        "hub the platform of this user, which is started when needed. "
        "Example: 'http://127.0.0.1:8010/services/aispace' or 'unix:///home/me/var/run/serve.sock'."
    ).tag(config=True)
    home = Unicode(
        help="Folder of the platform of this user, where there is no hub; kernels and terminals of this server use it "
        "too. Default: $AISPACE_HOME, or aispace in the user's data folder. Example: '/data/me/aispace'."
    ).tag(config=True)

    @default("serve_url")
    def _default_serve_url(self) -> str:
        return os.environ.get("AISPACE_SERVE_URL") or os.environ.get("AISPACE_URL") or ""

    def initialize_settings(self) -> None:
        """Give the handlers the address."""
        self.settings["aispace_upstream"] = self._upstream()

    def _upstream(self) -> Upstream | None:
        if self.serve_url:
            return Upstream(self.serve_url.rstrip("/"))
        if os.environ.get("JUPYTERHUB_API_TOKEN"):
            self.log.warning("AI Space: this hub names no platform (AISPACE_SERVE_URL); its pages will say so.")
            return None
        if self.home:
            os.environ["AISPACE_HOME"] = os.path.abspath(os.path.expanduser(self.home))
        laptop = Laptop()
        self.log.info("AI Space: the state of your platform lies in %s", laptop.home)
        return LaptopUpstream(laptop.url, laptop)

    def initialize_handlers(self) -> None:
        """Add the routes."""
        self.handlers.extend(
            [
                (r"/aispace/tour-notebook", TourNotebookHandler),
                (r"/aispace/api/v1/stream", ForwardStreamHandler),
                (r"/aispace/api/v1/(.*)", ForwardHandler),
                (r"/aispace/views/(.*)", ForwardViewHandler),
            ]
        )
