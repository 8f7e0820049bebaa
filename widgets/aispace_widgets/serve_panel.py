"""An online service in an output: is it up, how fast, who has the traffic; try it, decide about its canary."""

from __future__ import annotations

import html
import json
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from aispace.client import AISpaceClient
from aispace.commands.terminal import state
from aispace.errors import AISpaceError
from aispace.serving.schemas import CanaryRead, ServiceRead

from .panel import Panel

if TYPE_CHECKING:
    import ipywidgets

SOON: Final = 2.0
CALM: Final = 30.0
"""Seconds between two looks: while something changes, and otherwise."""
SETTLED: Final = ("serving", "stopped", "failed")


class ServePanel(Panel):
    """An online service, live.

    Parameters
    ----------
    service : str or ServiceRead
        Name, id, or what the client gave.
    """

    kind = "serve"

    def __init__(self, service: str | ServiceRead, *, client: AISpaceClient | None = None) -> None:
        super().__init__(client)
        found = self.client.services.find(service if isinstance(service, str) else service.id)
        self.service: ServiceRead = self.client.services.get(found.id)
        self._parts: dict[str, Any] = {}
        self._shown: tuple[int, int] | None = None
        """Number and share of the canary as they were put into the field."""
        self._thread: threading.Thread | None = None

    @property
    def object_id(self) -> str:
        """Id of the service."""
        return self.service.id

    @property
    def path(self) -> str:
        """Path of the service's page."""
        return f"/services/{self.service.id}"

    def title(self) -> str:
        """Name service and state."""
        service = self.service
        return f"{service.name}  {state(service.status)}  {service.replicas.ready} of {service.replicas.total} replicas"

    def facts(self) -> list[tuple[str, str]]:
        """Tell the address (without a token), the shares, and how it does."""
        service = self.service
        calls = service.calls
        errors = calls.errors / calls.total if calls.total else 0.0
        shares = f"{_made_of(service)} {100 - (service.canary.share if service.canary else 0)} %"
        if service.canary is not None:
            shares += f", canary {_made_of(service.canary)} {service.canary.share} %"
        return [
            ("service", service.id),
            ("address", service.endpoint),
            ("shares", shares),
            ("calls", f"{calls.total:,}, {calls.rate:.1f} per second, {errors:.2%} errors"),
            ("p50, p99", "" if calls.p99 is None else f"{calls.p50:.0f} ms, {calls.p99:.0f} ms"),
            ("reason", service.reason.message if service.reason else ""),
        ]

    def predict(self, data: Any, media_type: str = "image/png") -> Any:
        """Ask the model once, as "Try it" on the page."""
        return self.client.services.try_it(self.service.id, data, media_type)

    def roll_back(self, number: int | None = None) -> ServiceRead:
        """Go back to a deployment; default: the one before.

        Raises
        ------
        LookupError
            There is none before.
        """
        if number is None:
            before = [one.number for one in self.client.services.deployments(self.service.id) if not one.is_current]
            earlier = [one for one in before if one < (self.service.deployment or self.service.desired)]
            if not earlier:
                raise LookupError(f"an earlier deployment of {self.service.name}")
            number = max(earlier)
        return self._became(self.client.services.roll_back(self.service.id, number))

    def set_share(self, share: int, note: str = "") -> ServiceRead:
        """Change in place how many percent of the requests the canary gets.

        Raises
        ------
        LookupError
            There is no canary.
        """
        self._canary()
        return self._became(
            self.client.services.change_canary(self.service.id, revision=self.service.revision, share=share, note=note)
        )

    def promote(self, note: str = "") -> ServiceRead:
        """Make the canary production; no request is refused. Raises as `set_share`."""
        self._canary()
        return self._became(self.client.services.promote(self.service.id, note))

    def withdraw(self, note: str = "") -> ServiceRead:
        """Take the canary back; production gets all requests. Raises as `set_share`."""
        self._canary()
        return self._became(self.client.services.withdraw(self.service.id, note))

    def _canary(self) -> CanaryRead:
        if self.service.canary is None:
            raise LookupError(f"{self.service.name} has no canary")
        return self.service.canary

    def _became(self, service: ServiceRead) -> ServiceRead:
        self.service = service
        self._update()
        return service

    def show(self) -> None:
        """Show it; widgets elsewhere than in our JupyterLab are kept up to date."""
        super().show()
        if self._thread is None and self._parts:
            self._thread = threading.Thread(target=self._look, name=f"aispace-{self.service.id}", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        while True:
            # Only a page of ours is pushed to; for widgets elsewhere the kernel asks.
            time.sleep(CALM if self.service.status in SETTLED else SOON)
            before = self.service.status
            try:
                self.service = self.client.services.get(self.service.id)
            except AISpaceError as error:
                self._parts["said"].value = html.escape(error.message)
                if error.status < 500:
                    return
                continue
            self._update()
            if self.service.status != before:
                self.refresh()

    def build(self) -> ipywidgets.Widget:
        """Make pill, facts, a request to try, and the way back."""
        import ipywidgets as w

        parts: dict[str, Any] = {
            "pill": w.HTML(),
            "facts": w.HTML(),
            "file": w.FileUpload(description="Image", multiple=False),
            "body": w.Textarea(placeholder='{"inputs": [...]}', layout=w.Layout(width="40em", height="6em")),
            "send": w.Button(description="Try it", button_style="primary"),
            "back": w.Button(description="Roll back"),
            "share": w.BoundedIntText(description="Canary, %", min=0, max=100, layout=w.Layout(width="12em")),
            "note": w.Text(placeholder="why, for the records", layout=w.Layout(width="16em")),
            "set": w.Button(description="Set share"),
            "promote": w.Button(description="Promote"),
            "withdraw": w.Button(description="Withdraw"),
            "open": w.HTML(f"<a href='{html.escape(self.link(), quote=True)}' target='_blank'>Open</a>"),
            "said": w.HTML(),
        }
        self._parts = parts
        parts["send"].on_click(lambda _: self._guarded(self._try))
        parts["back"].on_click(lambda _: self._guarded(self.roll_back))
        parts["set"].on_click(lambda _: self._decide(self.set_share, parts["share"].value))
        parts["promote"].on_click(lambda _: self._decide(self.promote))
        parts["withdraw"].on_click(lambda _: self._decide(self.withdraw))
        parts["canary"] = w.HBox([parts[name] for name in ("share", "set", "promote", "withdraw", "note")])
        self._update()
        row = w.HBox([parts["file"], parts["send"], parts["back"], parts["open"]])
        return w.VBox([parts["pill"], parts["facts"], parts["canary"], parts["body"], row, parts["said"]])

    def _decide(self, act: Any, *values: Any) -> None:
        self._parts["said"].value = ""
        before = self.service.canary
        self._guarded(lambda: act(*values, note=self._parts["note"].value))
        if self.service.canary != before:
            self._parts["note"].value = ""
            self.refresh()

    def _try(self) -> None:
        files = self._parts["file"].value
        if files:
            answer = self.predict(bytes(files[0]["content"]), files[0]["type"] or "image/png")
        else:
            answer = self.predict(json.loads(self._parts["body"].value or "{}"))
        text = json.dumps(answer.model_dump(mode="json"), ensure_ascii=False, indent=1)
        self._parts["said"].value = f"<pre>{html.escape(text)}</pre>"

    def _guarded(self, act: Any) -> None:
        try:
            act()
        except AISpaceError as error:
            self._parts["said"].value = html.escape(error.message)
            if error.status == 412:  # somebody else changed it: show what is true, and decide again
                self._became(self.client.services.get(self.service.id))
        except (LookupError, ValueError) as error:
            self._parts["said"].value = html.escape(f"Not done: {error}")

    def _update(self) -> None:
        if self._parts:
            from .answer import table

            self._update_canary()
            self._parts["pill"].value = f"<strong>{html.escape(self.title())}</strong>"
            self._parts["facts"].value = table(("", ""), [fact for fact in self.facts() if fact[1]])

    def _update_canary(self) -> None:
        """Show what can be decided about the canary, as its page does; a share that is being typed stays."""
        parts, canary = self._parts, self.service.canary
        parts["canary"].layout.display = "none" if canary is None else ""
        for name, action in (("set", "share"), ("promote", "promote"), ("withdraw", "withdraw")):
            parts[name].disabled = action not in self.service.can
        if canary is not None and (canary.number, canary.share) != self._shown:
            self._shown = (canary.number, canary.share)
            parts["share"].value = canary.share


def _made_of(part: Any) -> str:
    source = part.model or part.script
    return f"{source.name} {source.version}" if source else "script"
