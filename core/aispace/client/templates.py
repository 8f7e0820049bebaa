"""Job templates: settings of training jobs and evaluations under a name."""

from __future__ import annotations

from typing import Any, Final

from ..training.schemas import EvaluationRead, TrainingJobRead
from ..training.template_schemas import JobTemplateRead
from .collection import Collection, body

PORTABLE: Final = ("name", "description", "kind", "settings")


class Templates(Collection[JobTemplateRead]):
    """Settings that are used again."""

    path = "/job-templates"
    shape = JobTemplateRead

    def create(self, name: str, settings: dict[str, Any], **fields: Any) -> JobTemplateRead:
        """Keep settings under a name; keywords are ``kind``, ``description`` and ``visibility``."""
        return self._create({"name": name, "settings": settings, **fields})

    def of_run(self, job_id: str, version: str, name: str, description: str = "") -> JobTemplateRead:
        """Keep the settings of a run under a name."""
        wanted = {"name": name, "description": description}
        return self._post(JobTemplateRead, f"/training-jobs/{job_id}/runs/{version}/save-template", wanted)

    def export(self, template: JobTemplateRead) -> dict[str, Any]:
        """Give a template as a document that another platform takes, where the ids are the same."""
        return template.model_dump(mode="json", include=set(PORTABLE))

    def take(self, document: dict[str, Any], *, name: str | None = None) -> JobTemplateRead:
        """Make a template of such a document.

        Parameters
        ----------
        name : str, optional
            Another name than the one in the document.
        """
        wanted: dict[str, Any] = {key: document[key] for key in PORTABLE if key in document}
        return self._create({**wanted, **({"name": name} if name else {})})

    def submit(self, name_or_id: str, job_name: str, **changes: Any) -> TrainingJobRead | EvaluationRead:
        """Start a training job, or an evaluation, with the settings of a template.

        Parameters
        ----------
        **changes
            Settings that differ; ``parameters`` are merged with those of the template.
        """
        template = self.find(name_or_id)
        settings = {**template.settings, **body(changes)}
        if "parameters" in changes:
            settings["parameters"] = {**template.settings["parameters"], **changes["parameters"]}
        given = {**body(settings), "name": job_name}
        if template.kind == "evaluation":
            return EvaluationRead.model_validate(self.transport.ask("POST", "/evaluations", json=given))
        return TrainingJobRead.model_validate(self.transport.ask("POST", "/training-jobs", json=given))
