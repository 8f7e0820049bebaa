"""What is asked of training jobs beyond making them: estimates, changes, comparisons."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..errors import AISpaceError, NameTaken
from ..schemas import Amount, params_of
from .plan import Collector, Plan, Refused, make_plan
from .schemas import Comparison, Estimate, EstimateRequest, FieldError, RunChanges, RunRead, RunSettings

if TYPE_CHECKING:
    from ..identity import Principal
    from ..platform import Platform

MISSING = {
    "algorithm": "Algorithm: choose one.",
    "spec_id": "Spec: choose one.",
}
ALWAYS_COMPARED = ("note",)


def settings_errors(error: ValidationError) -> list[dict[str, Any]]:
    """Turn pydantic's errors into those of fields."""
    found = []
    for item in error.errors():
        field = ".".join(str(part) for part in item["loc"])
        message = MISSING.get(field) if item["type"] in ("missing", "string_type", "model_type") else None
        code = "missing" if message else item["type"]
        text = item["msg"].removeprefix("Value error, ")
        params = params_of(item.get("ctx", {}))
        about = {"field": field, "message": message or f"{field}: {text}.", "code": code}
        found.append({**about, "params": params} if params else about)
    return found


def changed(configuration: dict[str, Any], changes: RunChanges) -> RunSettings:
    """Give a run's settings with changes.

    Raises
    ------
    Refused
        A changed field is wrong.
    """
    given = changes.model_dump(mode="json", exclude_unset=True, exclude={"base"})
    merged = {**configuration, **given}
    if given.get("parameters") is not None:
        both = {**configuration.get("parameters", {}), **given["parameters"]}
        merged["parameters"] = {name: value for name, value in both.items() if value is not None}
    if "algorithm" in given and "image_id" not in given and given["algorithm"] != configuration.get("algorithm"):
        # Another algorithm brings its own runtime.
        merged["image_id"] = None
    for name in ("priority", "delay_hours", "max_hours", "retries", "nodes", "inputs", "environment", "note",
                 "argument_mapping", "parameters", "notify"):  # fmt: skip
        if merged.get(name) is None:
            merged.pop(name, None)
    if "note" not in given:
        merged["note"] = ""
    try:
        return RunSettings.model_validate(merged)
    except ValidationError as error:
        fields = settings_errors(error)
        raise Refused("invalid", fields[0]["message"], fields=fields) from None


def estimate(platform: Platform, principal: Principal, body: EstimateRequest, taken: Sequence[NameTaken]) -> Estimate:
    """Check a form as far as it is filled in, and tell command, price and waiting time."""
    errors = Collector([field for error in taken for field in error.details["fields"]])
    plan: Plan | None = None
    try:
        base = RunChanges(
            **{name: getattr(body, name) for name in body.model_fields_set & set(RunChanges.model_fields)}
        )
        plan = make_plan(platform, principal, changed({}, base), errors)
    except Refused as error:
        errors.fields.extend(error.details["fields"])
    command, forecast = "", None
    if plan is not None:
        command = plan.preview()
        try:
            spec = plan.workload("estimate", "estimate", paths={}, visibility="private")
            forecast = platform.workloads.forecast(principal, spec)
        except AISpaceError as error:
            errors.fields.extend(
                error.details.get("fields") or [{"field": "spec_id", "message": error.message, "code": error.code}]
            )
    elif body.algorithm is not None:
        command = _plain_command(platform, principal, body)
    if forecast is not None and not forecast.fits:
        message = "Spec: larger than this installation; the job would never start. Choose another."
        errors.fields.append({"field": "spec_id", "message": message, "code": "never_fits"})

    def amount(value: Any) -> Amount | None:
        return None if value is None else Amount(amount=value, currency=platform.currency)

    return Estimate(
        command=command,
        valid=not errors.fields,
        fields=[FieldError(**item) for item in errors.fields],
        price_per_hour=amount(forecast.price_per_hour if forecast else None),
        cost_at_most=amount(forecast.cost_at_most if forecast else None),
        queue_position=forecast.position if forecast else None,
        starts_in_seconds=forecast.starts_in_seconds if forecast else None,
        free=forecast.free if forecast else False,
        fits=forecast.fits if forecast else False,
    )


def _plain_command(platform: Platform, principal: Principal, body: EstimateRequest) -> str:
    """Preview what is known of the command while a field is still wrong."""
    try:
        wanted = body.algorithm
        found = platform.algorithms.resolve(principal, wanted.algorithm_id, wanted.version) if wanted else None
    except AISpaceError:
        return ""
    if found is None:
        return ""
    values = {name: value for name, value in (body.parameters or {}).items() if value is not None}
    return f"{found.settings.run_command} {shlex.join(f'--{name}={value}' for name, value in values.items())}".strip()


def materialise(platform: Platform, principal: Principal, plan: Plan) -> dict[str, Path]:
    """Put everything that a run reads on the disk, as read-only trees; before the transaction that submits it."""
    paths = {"code": _tree(platform, principal, plan.algorithm.manifest)}
    for item in plan.inputs:
        paths[item.role] = platform.datasets.resolve_for_run(principal, item.id, item.version, split=item.split).path
    if plan.model is not None:
        paths["model"] = _tree(platform, principal, plan.model.manifest)
    return paths


def _tree(platform: Platform, principal: Principal, manifest: str) -> Path:
    return platform.trees.materialise_manifest(manifest, manifest, principal.uid)


def _flat(settings: RunSettings) -> dict[str, Any]:
    values = settings.model_dump(mode="json", exclude={"parameters", "environment"})
    flat = dict(values)
    flat |= {f"parameters.{name}": value for name, value in settings.parameters.items()}
    flat |= {f"environment.{name}": value for name, value in settings.environment.items()}
    return flat


def compare(runs: Sequence[RunRead]) -> Comparison:
    """Put runs side by side: settings in which they differ, all numbers."""
    flats = [_flat(run.configuration) for run in runs]
    names = list(dict.fromkeys(name for flat in flats for name in flat))
    differences = {}
    for name in names:
        values = [flat.get(name) for flat in flats]
        if name not in ALWAYS_COMPARED and any(value != values[0] for value in values):
            differences[name] = values
    metrics = list(dict.fromkeys(name for run in runs for name in run.metrics))
    return Comparison(
        runs=list(runs),
        differences=differences,
        metrics={name: [run.metrics.get(name) for run in runs] for name in metrics},
        evaluations=[run.evaluation_summary for run in runs],
    )
