"""A training job in an output: how it is, its numbers, its last lines, and what can be done."""

from __future__ import annotations

import html
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from aispace.client import AISpaceClient
from aispace.client.training import ENDED
from aispace.commands.attach import state_line
from aispace.commands.terminal import plain
from aispace.errors import AISpaceError
from aispace.training.schemas import RunRead

from .panel import Panel, sparkline

if TYPE_CHECKING:
    import ipywidgets
    from aispace.training.schemas import TrainingJobRead

LINES: Final = 8
"""Lines of the log at the end of a live panel."""
TAIL: Final = 8192
CURVES: Final = 12
EVERY: Final = 2.0
"""Seconds between two looks at a run that goes on."""
STILL: Final = 5.0
"""Seconds for which the snapshot stays, unless the state changes."""


class JobPanel(Panel):
    """A training job, live.

    Parameters
    ----------
    job : str or TrainingJobRead or RunRead
        Name, id, or what the client gave.
    run : str, optional
        For instance ``"V0002"``; default: the newest.
    follow : bool
        Look for news by itself while the run goes on.

    Examples
    --------
    >>> JobPanel("digits")  # doctest: +SKIP
    """

    kind = "job"

    def __init__(
        self,
        job: str | TrainingJobRead | RunRead,
        run: str | None = None,
        *,
        client: AISpaceClient | None = None,
        follow: bool = True,
    ) -> None:
        super().__init__(client)
        if isinstance(job, RunRead):
            name, run = job.job_id, run or job.version
        else:
            name = job if isinstance(job, str) else job.id
        found = self.client.jobs.find(name)
        self.run: RunRead = self.client.jobs.run(found.id, run or found.current_version)
        self.follow = follow
        self._scalars: Any = None
        self._parts: dict[str, Any] = {}
        self._shown: tuple[float, tuple[Any, ...]] = (0.0, ())
        self._thread: threading.Thread | None = None
        self._read_scalars()

    @property
    def object_id(self) -> str:
        """Id of the job."""
        return self.run.job_id

    @property
    def path(self) -> str:
        """Path of the job's page at this run."""
        return f"/training-jobs/{self.run.job_id}?run={self.run.version}"

    def view(self) -> dict[str, Any]:
        """Name the run."""
        return {"run": self.run.version}

    def title(self) -> str:
        """Name job, run and state."""
        return f"{self.run.job_name} {self.run.version}  {state_line(self.run)}"

    def facts(self) -> list[tuple[str, str]]:
        """Tell id, progress, what it was made of, and each number with its curve."""
        run = self.run
        progress = run.progress
        done = f"{progress.done:g} of {progress.total:g} {progress.unit}" if progress and progress.total else ""
        facts = [
            ("job", run.job_id),
            ("progress", done),
            ("algorithm", f"{run.algorithm.name} {run.algorithm.version}"),
            ("data", ", ".join(f"{one.name} {one.version}" for one in run.inputs)),
        ]
        series = self._scalars.series if self._scalars else {}
        for name, metric in list(run.metrics.items())[:CURVES]:
            curve = sparkline(series[name].values) if name in series else ""
            value = "NaN" if metric.last is None else f"{metric.last:.4g}"
            best = "" if metric.best is None else f"  best {metric.best:.4g} at {metric.best_step:g}"
            facts.append((name, f"{curve}  {value}{best}".strip()))
        return facts

    # Live

    def show(self) -> None:
        """Show it, and look for news while it runs."""
        super().show()
        self._shown = (time.monotonic(), self._state())
        if self.follow and self._thread is None and not self._over():
            self._thread = threading.Thread(target=self._look, name=f"aispace-{self.run.id}", daemon=True)
            self._thread.start()

    def take(self, run: RunRead) -> None:
        """Take a newer state of the run and show it."""
        self.run = run
        at, before = self._shown
        now, changed = time.monotonic(), self._state() != before
        if not changed and now - at < STILL:
            return
        self._read_scalars()
        self._shown = (now, self._state())
        self._update()
        self.refresh()

    def stop(self) -> None:
        """Stop the run."""
        self.take(self.client.jobs.stop(self.run.job_id, self.run.version))

    def save_model(self, name: str) -> Any:
        """Keep what the run made as a model."""
        return self.client.jobs.save_model(self.run.job_id, self.run.version, name=name)

    def _over(self) -> bool:
        return self.run.status in ENDED and not self.run.collecting

    def _state(self) -> tuple[Any, ...]:
        position = self.run.workload.position if self.run.workload else None
        return (self.run.status, self.run.collecting, position)

    def _read_scalars(self) -> None:
        if self.run.metrics:
            try:
                self._scalars = self.client.jobs.scalars(self.run.job_id, self.run.version, buckets=48)
            except AISpaceError:
                # The curves of the last look stay; the next one brings newer ones.
                return

    def _look(self) -> None:
        while not self._over():
            # Only a page of ours is pushed to; for widgets elsewhere the kernel asks.
            time.sleep(EVERY)
            try:
                self.take(self.client.jobs.run(self.run.job_id, self.run.version))
            except AISpaceError as error:
                # Away for a while: the panel says so and goes on looking; refused: there is nothing to look at.
                if self._parts:
                    self._parts["said"].value = html.escape(error.message)
                if error.status < 500:
                    return

    # Stock widgets

    def build(self) -> ipywidgets.Widget:
        """Make pill, progress, numbers, last lines and buttons."""
        import ipywidgets as w

        parts: dict[str, Any] = {
            "pill": w.HTML(),
            "progress": w.FloatProgress(min=0, max=1, layout=w.Layout(width="20em")),
            "numbers": w.HTML(),
            "lines": w.HTML(),
            "said": w.HTML(),
            "stop": w.Button(description="Stop", icon="stop"),
            "name": w.Text(value=self.run.job_name, description="Model", layout=w.Layout(width="20em")),
            "save": w.Button(description="Save as model", icon="save"),
            "open": w.HTML(f"<a href='{html.escape(self.link(), quote=True)}' target='_blank'>Open</a>"),
        }
        self._parts = parts
        parts["stop"].on_click(lambda _: self._act(self.stop, "Stopping."))
        parts["save"].on_click(lambda _: self._act(lambda: self.save_model(parts["name"].value), "Saved."))
        self._update()
        row = w.HBox([parts["stop"], parts["name"], parts["save"], parts["open"]])
        return w.VBox([parts["pill"], parts["progress"], parts["numbers"], parts["lines"], row, parts["said"]])

    def _act(self, act: Any, done: str) -> None:
        try:
            act()
        except AISpaceError as error:
            self._parts["said"].value = html.escape(error.message)
        else:
            self._parts["said"].value = done

    def _update(self) -> None:
        parts = self._parts
        if not parts:
            return
        from .answer import table

        run = self.run
        parts["pill"].value = f"<strong>{html.escape(self.title())}</strong>"
        progress = run.progress
        parts["progress"].layout.display = "" if progress and progress.total and not self._over() else "none"
        if progress and progress.total:
            parts["progress"].value = (progress.done or 0) / progress.total
        parts["numbers"].value = table(("", ""), [fact for fact in self.facts() if fact[1]])
        parts["lines"].value = f"<pre>{html.escape(self._last_lines())}</pre>"
        parts["stop"].disabled = self._over()
        can_save = self._over() and run.model_output is not None and run.model_output.files > 0
        for name in ("save", "name"):
            parts[name].layout.display = "" if can_save else "none"

    def _last_lines(self) -> str:
        if self.run.workload is None:
            return ""
        try:
            part = self.client.workloads.log(self.run.workload.id, tail=True, limit=TAIL)
        except AISpaceError:
            return ""
        return "\n".join(plain(line) for line in part.text.splitlines()[-LINES:])
