"""A dataset being labelled, in an output; with a model of the kernel in the loop where one is given."""

from __future__ import annotations

import base64
import html
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from aispace.client import AISpaceClient
from aispace.datasets.schemas import DatasetRead
from aispace.errors import AISpaceError

from .answer import table
from .link import offer
from .panel import Panel
from .suggest import COUNT, THRESHOLD, Candidate, Report, Suggestions

if TYPE_CHECKING:
    import ipywidgets

STRIP: Final = 8
THUMBNAIL: Final = 96
STRIP_BYTES: Final = 20 * 1024


class LabelPanel(Panel):
    """The annotator of a dataset.

    Parameters
    ----------
    dataset : str or DatasetRead
        Name, id, or what the client gave.
    suggest : callable, optional
        A function of this kernel that proposes annotations: see `Suggestions`.
    threshold : float
        Least score of a proposal that is shown.
    **filters
        Which samples, as on the page: ``state``, ``label``, ``split``, ``hard``, ``q``.

    Examples
    --------
    >>> LabelPanel("digits", suggest=lambda sample: ("7", 0.8))  # doctest: +SKIP
    """

    kind = "label"

    def __init__(
        self,
        dataset: str | DatasetRead,
        suggest: Callable[[Candidate], Any] | None = None,
        *,
        threshold: float = THRESHOLD,
        client: AISpaceClient | None = None,
        **filters: Any,
    ) -> None:
        super().__init__(client)
        found = self.client.datasets.find(dataset if isinstance(dataset, str) else dataset.id)
        self.dataset: DatasetRead = self.client.datasets.get(found.id)
        self.filters = {name: value for name, value in filters.items() if value is not None}
        self._link = uuid4().hex
        self._threshold = threshold
        self._busy = threading.Lock()
        self._parts: dict[str, Any] = {}
        self.suggestions: Suggestions | None = None
        if suggest is not None:
            self.suggest = suggest

    @property
    def suggest(self) -> Callable[[Candidate], Any] | None:
        """The function that proposes; give the retrained one here."""
        return self.suggestions.fn if self.suggestions else None

    @suggest.setter
    def suggest(self, fn: Callable[[Candidate], Any]) -> None:
        if self.suggestions is None:
            self.suggestions = Suggestions(self.client, self.dataset.id, fn, threshold=self._threshold)
            offer(self._link, self._asked)
        else:
            self.suggestions.fn = fn

    def prelabel(self, count: int = COUNT, *, threshold: float | None = None) -> Report:
        """Let the function propose annotations, see `Suggestions.prelabel`.

        Raises
        ------
        ValueError
            The panel has no function.
        """
        report = self._model().prelabel(count, threshold=threshold)
        self.dataset = self.client.datasets.get(self.dataset.id)
        return report

    def errors(self) -> Any:
        """Count where the function differs from people, by label."""
        return self._model().errors()

    def _model(self) -> Suggestions:
        if self.suggestions is None:
            raise ValueError("The panel has no model. Give it one: LabelPanel(dataset, suggest=fn).")
        return self.suggestions

    # What a panel tells

    @property
    def object_id(self) -> str:
        """Id of the dataset."""
        return self.dataset.id

    @property
    def path(self) -> str:
        """Path of the annotator."""
        query = "&".join(f"{name}={value}" for name, value in self.filters.items())
        return f"/datasets/{self.dataset.id}/annotate" + (f"?{query}" if query else "")

    def view(self) -> dict[str, Any]:
        """Name the filters, and the link to this kernel where a model waits."""
        view: dict[str, Any] = {"filter": self.filters}
        if self.suggestions is not None:
            view |= {"link": self._link, "threshold": self.suggestions.threshold}
        return view

    def title(self) -> str:
        """Name dataset and progress."""
        counts = self.dataset.counts
        return f"{self.dataset.name}  {counts.labelled + counts.reviewed} of {counts.total} labelled"

    def facts(self) -> list[tuple[str, str]]:
        """Tell id, kind, states and labels."""
        counts = self.dataset.counts
        states = {name: getattr(counts, name) for name in ("unlabelled", "auto", "started", "labelled", "reviewed")}
        labels = self.dataset.label_group.labels if self.dataset.label_group else []
        return [
            ("dataset", self.dataset.id),
            ("kind", f"{self.dataset.data_type} · {self.dataset.annotation_type}"),
            ("samples", ", ".join(f"{n:,} {name}" for name, n in states.items() if n) or "none"),
            ("labels", ", ".join(label.name for label in labels[:40])),
            ("version", self.dataset.current_version or "none"),
        ]

    def extra(self) -> str:
        """Show a strip of labelled samples: small pictures, or the beginning of texts and rows."""
        cells, left = [], STRIP_BYTES
        for sample in self._examples():
            labels = ", ".join(dict.fromkeys(item.label for item in sample.annotation.objects if item.label))
            if self.dataset.data_type == "image":
                picture = self._thumbnail(sample.id)
                if picture is None or len(picture) > left:
                    continue
                left -= len(picture)
                shown = f"<img alt='{html.escape(sample.path, quote=True)}' src='{picture}'>"
            else:
                shown = html.escape(
                    str(getattr(sample, "excerpt", None) or getattr(sample, "values", None) or "")[:200]
                )
            cells.append(f"<td>{shown}<br>{html.escape(labels)}</td>")
        return f"<table><tr>{''.join(cells)}</tr></table>" if cells else ""

    def _examples(self) -> list[Any]:
        page = self.client.transport.ask(
            "GET", f"/datasets/{self.dataset.id}/samples", params={"limit": STRIP, "state": "labelled", "sort": "-at"}
        )
        from aispace.datasets.schemas import SampleRead

        return [SampleRead.model_validate(item) for item in page["items"]]

    def _thumbnail(self, sample_id: str) -> str | None:
        path = f"/datasets/{self.dataset.id}/samples/{sample_id}/thumbnail"
        try:
            answer = self.client.transport.send("GET", path, params={"size": THUMBNAIL})
        except AISpaceError:
            # A picture that cannot be made small leaves a gap; the numbers are what matters.
            return None
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        return f"data:{media_type};base64,{base64.b64encode(answer.content).decode()}"

    # The kernel's side of the model in the loop

    def _asked(self, message: dict[str, Any], answer: Callable[[dict[str, Any]], None]) -> None:
        """Do what a live panel asks for, in a thread, and tell how far it is."""
        if not self._busy.acquire(blocking=False):
            answer({"op": "busy"})
            return
        try:
            answer(self._done(message, lambda n, total: answer({"op": "progress", "done": n, "total": total})))
        except AISpaceError as error:
            answer({"op": "failed", "code": error.code, "message": error.message, "params": error.details})
        finally:
            self._busy.release()

    def _done(self, message: dict[str, Any], told: Callable[[int, int], None]) -> dict[str, Any]:
        model = self._model()
        if message.get("op") == "errors":
            rows = [{"label": one.label, "count": one.count, "wrong": one.wrong} for one in model.errors()]
            return {"op": "errors", "rows": rows}
        count = min(int(message.get("count", COUNT)), 1000)
        report = model.prelabel(count, threshold=float(message.get("threshold", model.threshold)), told=told)
        return {
            "op": "report",
            "proposed": report.proposed,
            "unsure": report.unsure,
            "kept": report.kept,
            "failed": report.failed[:5],
            "failed_count": len(report.failed),
        }

    # Stock widgets

    def build(self) -> ipywidgets.Widget:
        """Make the annotator, and the row of the model where there is one."""
        import ipywidgets as w

        from .annotator import Annotator

        annotator = Annotator(self.client, self.dataset.id, filter=self.filters)
        if self.suggestions is None:
            return w.VBox([annotator])
        parts: dict[str, Any] = {
            "prelabel": w.Button(description=f"Pre-label {COUNT}"),
            "threshold": w.FloatSlider(
                value=self.suggestions.threshold, min=0, max=1, step=0.01, description="Threshold"
            ),
            "errors": w.Button(description="Errors per label"),
            "said": w.HTML(),
        }
        self._parts = parts
        show = annotator

        def proposed(report: dict[str, Any]) -> None:
            said = f"{report['proposed']} proposed, {report['unsure']} below the threshold"
            said += f", {report['failed_count']} failed: {html.escape(report['failed'][0])}" if report["failed"] else ""
            parts["said"].value = said
            show.filter = {**self.filters, "state": "auto"}

        def tell(message: dict[str, Any]) -> None:
            if message["op"] == "report":
                proposed(message)
            elif message["op"] == "errors":
                rows = [(one["label"], str(one["wrong"]), str(one["count"])) for one in message["rows"]]
                parts["said"].value = table(("Label", "Wrong", "Of"), rows)
            elif message["op"] == "progress":
                parts["said"].value = f"{message['done']} of {message['total']}"
            else:
                parts["said"].value = html.escape(message.get("message", "The model is at work already."))

        def ask(message: dict[str, Any]) -> None:
            threading.Thread(target=self._asked, args=(message, tell), name="aispace-label", daemon=True).start()

        parts["prelabel"].on_click(
            lambda _: ask({"op": "prelabel", "count": COUNT, "threshold": parts["threshold"].value})
        )
        parts["errors"].on_click(lambda _: ask({"op": "errors"}))
        row = w.HBox([parts["prelabel"], parts["threshold"], parts["errors"]])
        return w.VBox([annotator, row, parts["said"]])
