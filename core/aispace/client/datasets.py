"""Datasets, samples, annotations and label groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..datasets.annotations import Kind, Kinds
from ..datasets.requests import (
    AnnotationResult,
    BulkResult,
    ExportInspection,
    ExportRead,
    ImportInspection,
    ImportRead,
)
from ..datasets.schemas import DatasetRead, DatasetVersionRead, DiffRead, SampleRead, Statistics
from ..labels.schemas import LabelGroupRead, Relabelled
from .collection import Collection, body, wait
from .transport import Transport
from .uploads import Told, Uploads

BATCH = 1000
"""Annotations of one request."""
OVER = ("succeeded", "failed", "cancelled")


class Datasets(Collection[DatasetRead]):
    """Datasets of the caller and those shared with him."""

    path = "/datasets"
    shape = DatasetRead

    def __init__(self, transport: Transport, uploads: Uploads) -> None:
        super().__init__(transport)
        self.uploads = uploads

    def create(
        self,
        name: str,
        *,
        data_type: str = "image",
        annotation_type: str = "image_classification",
        labels: Sequence[str | Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> DatasetRead:
        """Make an empty dataset; labels may be given as names."""
        written = [{"name": item} if isinstance(item, str) else dict(item) for item in labels] if labels else None
        return self._create(
            {"name": name, "data_type": data_type, "annotation_type": annotation_type, "labels": written, **fields}
        )

    def kinds(self) -> list[Kind]:
        """List the kinds of datasets, with the layouts that they come in and go out in."""
        return self._get(Kinds, "/dataset-kinds").items

    def reference(self, text: str) -> dict[str, Any]:
        """Write ``name[:version[/split]]`` as the reference of a request; without version it is the current one.

        Raises
        ------
        LookupError
            There is no such dataset, or it has no version.
        """
        name, _, rest = text.partition(":")
        version, _, split = rest.partition("/")
        dataset = self.find(name)
        chosen = version or dataset.current_version
        if chosen is None:
            raise LookupError(f"a version of {dataset.name}: publish it first")
        return {"dataset_id": dataset.id, "version": chosen, "split": split or None}

    def begin_import(
        self,
        dataset_id: str,
        source: str | Path | Mapping[str, Any],
        *,
        told: Told | None = None,
        **options: Any,
    ) -> ImportRead:
        """Upload what ``source`` names (unless it is a source already) and start the import.

        Parameters
        ----------
        source : path or mapping
            A file, archive or folder here, or for instance ``{"kind": "area", "path": "photos"}``.
        **options
            ``layout``, ``overwrite``, ``duplicates``, ``split``, ``confirm``, ``label_mapping``, ``table``,
            ``voc_boxes``, ``only_labels``, ``hard_only`` of the REST route.
        """
        given = dict(source) if isinstance(source, Mapping) else self.uploads.source(source, told=told)
        return self._post(ImportRead, f"/datasets/{dataset_id}/import", body({"source": given, **options}))

    def inspect_import(
        self, dataset_id: str, source: str | Path | Mapping[str, Any], *, told: Told | None = None, **options: Any
    ) -> ImportInspection:
        """Tell what an import would find, without importing: layout, labels, samples, problems.

        Parameters
        ----------
        **options
            ``layout``, ``label_mapping``, ``table``, ``voc_boxes`` of the REST route.
        """
        given = dict(source) if isinstance(source, Mapping) else self.uploads.source(source, told=told)
        return self._post(
            ImportInspection, f"/datasets/{dataset_id}/import/inspect", body({"source": given, **options})
        )

    def import_status(self, import_id: str) -> ImportRead:
        """Read how far an import is."""
        return self._get(ImportRead, f"/imports/{import_id}")

    def import_files(
        self, dataset_id: str, source: str | Path | Mapping[str, Any], *, timeout: float = 3600, **options: Any
    ) -> ImportRead:
        """Import and wait for the end; the report lists what was refused."""
        begun = self.begin_import(dataset_id, source, **options)

        def ended() -> ImportRead | None:
            now = self.import_status(begun.id)
            return now if now.status in OVER else None

        return wait(ended, timeout=timeout, what=f"the end of import {begun.id}")

    def samples(self, dataset_id: str, *, version: str | None = None, **filters: Any) -> Iterator[SampleRead]:
        """Go through the samples of the working copy or of a version."""
        path = f"/datasets/{dataset_id}/versions/{version}/samples" if version else f"/datasets/{dataset_id}/samples"
        return self._cursor(SampleRead, path, **filters)

    def sample_content(self, dataset_id: str, sample_id: str) -> bytes:
        """Read the bytes of a sample."""
        return self.transport.send("GET", f"/datasets/{dataset_id}/samples/{sample_id}/content").content

    def annotate(self, dataset_id: str, items: Iterable[Mapping[str, Any]]) -> list[AnnotationResult]:
        """Save many annotations, a thousand in a request.

        Parameters
        ----------
        items : iterable of mapping
            ``{"sample_id" or "path", "objects": [{"label": ...}], "confirm": bool, "revision"?, "automatic"?}``.
        """
        results: list[AnnotationResult] = []
        waiting = list(items)
        for start in range(0, len(waiting), BATCH):
            part = [dict(item) for item in waiting[start : start + BATCH]]
            answer = self.transport.ask("POST", f"/datasets/{dataset_id}/annotations", json={"items": part})
            results += [AnnotationResult.model_validate(item) for item in answer["results"]]
        return results

    def label(self, dataset_id: str, labels: Mapping[str, str], *, confirm: bool = True) -> list[AnnotationResult]:
        """Give samples, named by their path, one label each."""
        return self.annotate(
            dataset_id,
            ({"path": path, "objects": [{"label": label}], "confirm": confirm} for path, label in labels.items()),
        )

    def annotate_all(self, dataset_id: str, **change: Any) -> BulkResult:
        """Change all samples of ``filter`` or ``ids``: ``label``, ``clear``, ``confirm``, ``hard``, ``split``."""
        return self._post(BulkResult, f"/datasets/{dataset_id}/annotations/bulk", body(change))

    def split(self, dataset_id: str, **shares: Any) -> None:
        """Share the samples out: ``train``, ``validation``, ``test``, ``seed``, ``stratified``."""
        self.transport.ask("POST", f"/datasets/{dataset_id}/split", json=shares)

    def statistics(self, dataset_id: str) -> Statistics:
        """Count labels, states and splits."""
        return self._get(Statistics, f"/datasets/{dataset_id}/statistics")

    def publish(
        self, dataset_id: str, *, note: str = "", include: str = "all", rejected: bool = False
    ) -> DatasetVersionRead:
        """Make the next version of the working copy; ``rejected``: with the rejected samples and their reasons."""
        body = {"note": note, "include": include, "rejected": rejected}
        return self._post(DatasetVersionRead, f"/datasets/{dataset_id}/publish", body)

    def versions(self, dataset_id: str) -> list[DatasetVersionRead]:
        """List the versions, newest first."""
        answer = self.transport.ask("GET", f"/datasets/{dataset_id}/versions", params={"limit": 200})
        return [DatasetVersionRead.model_validate(item) for item in answer["items"]]

    def version(self, dataset_id: str, version: str) -> DatasetVersionRead:
        """Read one version."""
        return self._get(DatasetVersionRead, f"/datasets/{dataset_id}/versions/{version}")

    def delete_version(self, dataset_id: str, version: str) -> None:
        """Delete a version that nothing uses."""
        self.transport.send("DELETE", f"/datasets/{dataset_id}/versions/{version}", headers={"If-Match": "*"})

    def diff(self, dataset_id: str, start: str | None = None, end: str = "working") -> DiffRead:
        """Compare two versions, or a version with the working copy."""
        return self._get(DiffRead, f"/datasets/{dataset_id}/diff", **{"from": start, "to": end})

    def inspect_export(self, dataset_id: str, version: str, layout: str) -> ExportInspection:
        """Tell, before an export, what of a version a layout cannot carry."""
        path = f"/datasets/{dataset_id}/versions/{version}/export/inspect"
        return self._post(ExportInspection, path, {"layout": layout})

    def default_layout(self, version: DatasetVersionRead) -> str:
        """Give the layout that versions of a kind are exported in when nothing else is said."""
        kind = (version.data_type, version.annotation_type)
        exports = next(k.exports for k in self.kinds() if (k.data_type, k.annotation_type) == kind)
        return next(layout for layout in exports if (layout, version.template) != ("class_folders", "multi"))

    def export(
        self,
        dataset_id: str,
        version: str,
        target: str | Path,
        *,
        layout: str | None = None,
        data: bool = True,
        timeout: float = 3600,
    ) -> Path:
        """Export a version as a zip file here.

        Parameters
        ----------
        layout : str, optional
            One of those of the dataset's kind; default its first. `inspect_export` tells what it cannot carry.
        data : bool
            Whether the files of the samples go along.
        """
        layout = layout or self.default_layout(self.version(dataset_id, version))
        begun = self._post(
            ExportRead,
            f"/datasets/{dataset_id}/versions/{version}/export",
            {"layout": layout, "target": "download", "data": data},
        )

        def ready() -> ExportRead | None:
            now = self._get(ExportRead, f"/exports/{begun.id}")
            return now if now.status not in ("queued", "running") else None

        wait(ready, timeout=timeout, what=f"the end of export {begun.id}")
        return self._save(f"/exports/{begun.id}/content", target)


class LabelGroups(Collection[LabelGroupRead]):
    """Groups of labels."""

    path = "/label-groups"
    shape = LabelGroupRead

    def create(self, name: str, labels: Sequence[Mapping[str, Any]], **fields: Any) -> LabelGroupRead:
        """Make a label group."""
        return self._create({"name": name, "labels": [dict(label) for label in labels], **fields})

    def rename_label(self, group_id: str, label: str, to: str, *, merge: bool = False) -> Relabelled:
        """Rename a label, also on all samples; ``merge`` joins it to one of that name."""
        return self._post(
            Relabelled, f"/label-groups/{group_id}/labels/rename", {"label": label, "to": to, "merge": merge}
        )

    def delete_label(self, group_id: str, label: str, *, samples: bool = False) -> Relabelled:
        """Take a label off all samples; ``samples`` deletes those that have no other."""
        return self._post(Relabelled, f"/label-groups/{group_id}/labels/delete", {"label": label, "samples": samples})
