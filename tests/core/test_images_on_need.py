"""Preset images that are built when something shall run in them, as on a laptop."""

from __future__ import annotations

from aispace.identity import SYSTEM, Principal
from aispace.images.presets import PRESETS
from aispace.platform import Platform
from aispace.resources.schemas import SpecCreate
from aispace.workloads.schemas import WorkloadQuery, WorkloadSpec


def builds(platform: Platform) -> int:
    return platform.workloads.list(SYSTEM, WorkloadQuery(kind="image_build")).page.total


def test_preset_image_is_built_when_the_first_workload_needs_it(platform: Platform, alice: Principal) -> None:
    platform.images.build_on_need = True
    platform.images.ensure_presets()
    image_id = platform.images.preset(PRESETS[0].name)
    assert image_id is not None
    assert platform.images.get(alice, image_id).status == "unbuilt"
    assert builds(platform) == 0
    fields = {"cpu": 0.25, "memory_bytes": 256 << 20, "price_per_hour": "1"}
    spec = platform.resources.create(SYSTEM, SpecCreate(name="small", purposes=["training"], **fields)).id
    for number in range(2):
        wanted = WorkloadSpec(
            kind="training", name=f"job-{number}", command=["true"], image_id=image_id, spec_id=spec
        )  # fmt: skip
        platform.workloads.submit(alice, wanted)
        assert platform.images.get(alice, image_id).status == "building"
        assert builds(platform) == 1
    platform.images.ensure_presets()
    assert builds(platform) == 1
