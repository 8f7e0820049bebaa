"""Algorithms that come with the platform: a folder each, with ``algorithm.json`` and ``code/``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ...identity import SYSTEM
from ...storage.sources import stage_folder
from ..launch import check_command
from ..orm import Algorithm, AlgorithmVersion
from ..schemas import Settings

if TYPE_CHECKING:
    from ..service import AlgorithmService

FOLDER: Final = Path(__file__).parent


def keys() -> list[str]:
    """Name the presets."""
    return sorted(path.parent.name for path in FOLDER.glob("*/algorithm.json"))


def _settings(service: AlgorithmService, description: dict[str, Any]) -> Settings:
    image_id = service.platform.images.preset(description["image"])
    named = {name: description[name] for name in Settings.model_fields if name in description}
    return Settings(**{**named, "image_id": image_id, "serving_image_id": image_id})


def ensure(service: AlgorithmService) -> None:
    """Install presets that are missing, and a new version of those whose code or settings are newer here."""
    for key in keys():
        description = json.loads((FOLDER / key / "algorithm.json").read_text(encoding="utf-8"))
        settings = _settings(service, description)
        manifest = stage_folder(service.platform, FOLDER / key / "code")
        check_command(settings.run_command, {entry.path for entry in service.files.entries(manifest.sha256)})
        with service.db.write() as session:
            row = session.scalar(select(Algorithm).where(Algorithm.preset_key == key))
            if row is None:
                name, text, category = (description[field] for field in ("name", "description", "category"))
                service.make(
                    SYSTEM,
                    name,
                    text,
                    category,
                    manifest,
                    {"kind": "preset"},
                    settings,
                    visibility="preset",
                    preset_key=key,
                )
                continue
            current = session.scalar(
                select(AlgorithmVersion).where(
                    AlgorithmVersion.object_id == row.id, AlgorithmVersion.number == row.current
                )
            )
            if current is None or current.manifest != manifest.sha256 or service.settings_of(current) != settings:
                service.add(session, SYSTEM, row, manifest, {"kind": "preset"}, settings)
