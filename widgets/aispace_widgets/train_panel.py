"""The form of a training job, in an output."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aispace.client import AISpaceClient
from aispace.errors import AISpaceError
from aispace.training.schemas import TrainingJobCreate, TrainingJobRead

from .job_panel import JobPanel
from .panel import Panel

if TYPE_CHECKING:
    import ipywidgets


class TrainPanel(Panel):
    """A training job that is about to be submitted.

    Parameters
    ----------
    algorithm : str
        Name or id.
    dataset : str, optional
        ``name[:version[/split]]``; without version the current one.
    spec, image : str, optional
        Name or id; default: the cheapest spec, the algorithm's image.
    name : str, optional
        Of the job; default: that of the algorithm.
    **parameters
        Those of the algorithm that differ from the default.

    Examples
    --------
    >>> panel = TrainPanel("image-classifier", "digits:V0001", epochs=30)  # doctest: +SKIP
    >>> job = panel.submit()  # doctest: +SKIP
    """

    kind = "train"

    def __init__(
        self,
        algorithm: str,
        dataset: str | None = None,
        *,
        spec: str | None = None,
        image: str | None = None,
        name: str | None = None,
        client: AISpaceClient | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(client)
        found = self.client.algorithms.find(algorithm)
        self.algorithm = self.client.algorithms.get(found.id)
        self._data = dataset
        self._input = self.client.datasets.reference(dataset) if dataset else None
        self._spec = self.client.specs.find(spec) if spec else self.client.specs.cheapest("training")
        self._image_id = self.client.images.find(image).id if image else None
        self.name = name or self.algorithm.name
        self.parameters = parameters
        self._parts: dict[str, Any] = {}

    @property
    def request(self) -> TrainingJobCreate:
        """What would be submitted, typed."""
        return TrainingJobCreate.model_validate(
            {
                "name": self.name,
                "algorithm": {"algorithm_id": self.algorithm.id, "version": self.algorithm.current_version},
                "image_id": self._image_id,
                "inputs": [self._input | {"role": "training"}] if self._input else [],
                "spec_id": self._spec.id,
                "parameters": self.parameters,
            }
        )

    def submit(self) -> TrainingJobRead:
        """Submit it."""
        request = self.request.model_dump(mode="json", exclude_unset=True)
        algorithm = request.pop("algorithm")
        return self.client.jobs.submit(
            request.pop("name"),
            algorithm["algorithm_id"],
            request.pop("spec_id"),
            algorithm_version=algorithm["version"],
            **request,
        )

    @property
    def object_id(self) -> str | None:
        """None: the job is not there yet."""
        return None

    @property
    def path(self) -> str:
        """Path of the form, filled in."""
        return f"/training-jobs/new?{urlencode(self._query())}"

    def _query(self) -> dict[str, str]:
        query = {"algorithm": self.algorithm.id, "spec": self._spec.id, "name": self.name}
        if self._input:
            query["dataset"] = f"{self._input['dataset_id']}:{self._input['version']}"
            if self._input["split"]:
                query["split"] = self._input["split"]
        if self._image_id:
            query["image"] = self._image_id
        return query | {f"p.{name}": _written(value) for name, value in self.parameters.items()}

    def view(self) -> dict[str, Any]:
        """Give the query of the form."""
        return {"query": self._query()}

    def title(self) -> str:
        """Name what it would train."""
        return f"Training job {self.name}: {self.algorithm.name} {self.algorithm.current_version}"

    def facts(self) -> list[tuple[str, str]]:
        """Tell data, spec and parameters."""
        current = {one.name: one.default for one in self.algorithm.current.parameters}
        values = {**current, **self.parameters}
        return [
            ("data", self._data or "none"),
            ("spec", self._spec.name),
            ("parameters", ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)),
        ]

    def build(self) -> ipywidgets.Widget:
        """Make a field for the name and each parameter, what it would cost, and the button."""
        import ipywidgets as w

        fields = {"name": w.Text(value=self.name, description="Name")}
        for one in self.algorithm.current.parameters:
            value = self.parameters.get(one.name, one.default)
            fields[one.name] = w.Text(value="" if value is None else _written(value), description=one.name)
        check = w.Button(description="Check")
        submit = w.Button(description="Submit", button_style="primary")
        said, out = w.HTML(), w.Output()
        defaults = {one.name: one.default for one in self.algorithm.current.parameters}

        def take() -> None:
            self.name = fields["name"].value
            for name, default in defaults.items():
                text = fields[name].value
                if text and text != ("" if default is None else _written(default)):
                    self.parameters[name] = text
                else:
                    self.parameters.pop(name, None)

        def estimate(_: Any) -> None:
            take()
            request = self.request.model_dump(mode="json", exclude_unset=True)
            algorithm = request.pop("algorithm")
            found = self.client.jobs.estimate(
                algorithm["algorithm_id"], algorithm_version=algorithm["version"], **request
            )
            price = found.price_per_hour
            cost = "free" if price is None else f"{price.amount:.2f} {price.currency} per hour"
            wrong = "<br>".join(html.escape(one.message) for one in found.fields)
            said.value = (
                wrong or f"{html.escape(found.command)}<br>{cost}; {'starts at once' if found.free else 'waits'}"
            )

        def send(_: Any) -> None:
            take()
            job = self.submit()
            submit.disabled = True
            with out:
                JobPanel(job, client=self.client).show()

        def guarded(act: Any) -> Any:
            def run(button: Any) -> None:
                try:
                    act(button)
                except AISpaceError as error:
                    said.value = html.escape(error.message)

            return run

        check.on_click(guarded(estimate))
        submit.on_click(guarded(send))
        return w.VBox([*fields.values(), w.HBox([check, submit]), said, out])


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
