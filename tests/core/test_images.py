"""Runtime images: requirements, builds as workloads, what a failure says."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest
from aispace.errors import Conflict, Forbidden, InUse, Invalid, NameTaken, NotFound, Unavailable
from aispace.identity import SYSTEM, Principal
from aispace.images.builder import explain
from aispace.images.indexes import build_environment, pip_settings
from aispace.images.presets import PRESETS, SK_ONNX
from aispace.images.schemas import ImageCreate, ImageQuery, ImageRead, ImageUpdate, check_requirements
from aispace.platform import Platform
from aispace.workloads.schemas import LogQuery, WorkloadSpec
from conditions import until


def make_wheel(folder: Path, name: str, version: str) -> None:
    """Write a pure wheel by hand (PEP 427), so that no index is needed."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    content = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for path, text in content.items()
    )
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in {**content, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(path, text)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is used instead of an index."""
    folder = tmp_path / "wheels"
    make_wheel(folder, "pleasant", "1.0")
    make_wheel(folder, "pleasant", "2.0")
    monkeypatch.setenv("AISPACE_WHEELS", str(folder))
    return folder


def built(platform: Platform, image: ImageRead) -> ImageRead:
    return until(lambda: (now := platform.images.get(SYSTEM, image.id)).status != "building" and now, 60)  # type: ignore[return-value]


def body(requirements: str = "pleasant==1.0", name: str = "mine") -> ImageCreate:
    return ImageCreate(name=name, purposes=["training"], requirements=requirements)


@pytest.mark.parametrize(
    "text", ["", "numpy", "numpy>=2 # fast\n# only this\nuvicorn[standard]==0.1; python_version>'3'"]
)
def test_plain_requirements_pass(text: str) -> None:
    assert check_requirements(text) == text


@pytest.mark.parametrize(
    "line",
    ["-r other.txt", "--index-url https://x", "-e .", "./local", "/etc/passwd", "git+https://x/y", "x @ https://x/y.whl",
     "file:///etc/passwd", "numpy==", "ü"],
)  # fmt: skip
def test_what_brings_other_things_into_a_build_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        check_requirements(f"numpy\n{line}")


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("error: Failed to fetch: `https://pypi.org/simple/numpy/`\n  Caused by: dns error", "index_unreachable"),
        (
            "  × No solution found when resolving dependencies:\n  ╰─▶ Because x was not found",
            "requirements_unsatisfiable",
        ),
        ("error: No interpreter found for Python 3.99", "python_missing"),
        ("error: No space left on device (os error 28)", "disk_full"),
        ("something else", "build_failed"),
    ],
)
def test_failures_are_told_apart(output: str, code: str) -> None:
    found, message = explain(output)
    assert found == code
    assert message.startswith("The image was not built. ")


def test_settings_of_pip_reach_uv(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://a/simple\nextra-index-url =\n    https://b/simple\n    https://c/simple\n"
    )
    env = {"PIP_CONFIG_FILE": str(config), "HOME": str(tmp_path), "UV_INDEX": "https://kept", "SECRET": "no"}
    assert pip_settings(env)["index-url"] == "https://a/simple"
    made = build_environment(env)
    assert made["UV_DEFAULT_INDEX"] == "https://a/simple"
    assert made["UV_INDEX"] == "https://kept"
    assert "SECRET" not in made
    made = build_environment({**env, "UV_INDEX": "", "PIP_INDEX_URL": "https://z"})
    assert made["UV_DEFAULT_INDEX"] == "https://z"
    wheels = build_environment({"AISPACE_WHEELS": str(tmp_path)})
    assert wheels["AISPACE_WHEELS"] == str(tmp_path)


def test_image_is_built_from_a_wheel_folder_used_and_built_again(
    platform: Platform, wheels: Path, alice: Principal
) -> None:
    platform.start()
    made = platform.images.create(alice, body())
    assert (made.status, made.usable) == ("building", False)
    with pytest.raises(Unavailable):
        platform.images.location(made.id)
    waiting = platform.workloads.submit(SYSTEM, _job(made))
    first = built(platform, made)
    assert first.status == "ready", platform.workloads.read_log(alice, made.workload_id or "", LogQuery()).text
    assert [(p.name, p.version) for p in first.packages or []] == [("pleasant", "1.0")]
    assert first.size_bytes
    until(lambda: platform.workloads.get(SYSTEM, waiting.id).status == "succeeded")
    assert platform.workloads.read_log(SYSTEM, waiting.id, LogQuery()).text == "1.0\n"
    old = platform.images.location(made.id)

    second = built(platform, platform.images.update(alice, made.id, ImageUpdate(requirements="pleasant>1")))
    assert [(p.name, p.version) for p in second.packages or []] == [("pleasant", "2.0")]
    new = platform.images.location(made.id)
    assert new != old
    assert (
        subprocess.check_output([new / "bin" / "python", "-c", "import pleasant; print(pleasant.VERSION)"]) == b"2.0\n"
    )
    until(lambda: not old.exists())

    broken = built(platform, platform.images.update(alice, made.id, ImageUpdate(requirements="no-such-thing")))
    assert (broken.status, broken.usable) == ("failed", True)
    assert broken.reason is not None
    assert broken.reason.code == "requirements_unsatisfiable"
    assert "no-such-thing" in broken.reason.message
    assert platform.images.location(made.id) == new
    log = platform.workloads.read_log(alice, broken.workload_id or "", LogQuery()).text
    assert "The image was not built." in log

    make_wheel(wheels, "no_such_thing", "3")
    assert built(platform, platform.images.build(alice, made.id)).status == "ready"


def _job(image: ImageRead) -> WorkloadSpec:
    program = "import pleasant; print(pleasant.VERSION)"
    return WorkloadSpec(kind="batch", name="x", command=["python", "-c", program], image_id=image.id)


def test_index_away_is_said_and_what_waits_fails_with_it(
    platform: Platform, alice: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    platform.start()
    made = platform.images.create(alice, body("pleasant"))
    waiting = platform.workloads.submit(SYSTEM, _job(made))
    failed = built(platform, made)
    assert failed.reason is not None
    assert (failed.status, failed.reason.code) == ("failed", "index_unreachable")
    assert "AISPACE_WHEELS" in failed.reason.message
    assert "build" in failed.can
    read = until(lambda: (now := platform.workloads.get(SYSTEM, waiting.id)).status == "failed" and now)
    assert read.reason is not None  # type: ignore[union-attr]  # known to be there
    assert read.reason.code == "image_failed"  # type: ignore[union-attr]  # known to be there


def test_presets_are_made_once_and_tried_again_after_a_failure(
    platform: Platform, alice: Principal, admin: Principal, wheels: Path
) -> None:
    platform.start()
    platform.images.ensure_presets()
    found = platform.images.preset(SK_ONNX)
    assert found is not None
    image = platform.images.get(alice, found)
    assert (image.visibility, image.purposes, image.can) == ("preset", ["training", "serving"], [])
    assert all("==" in line for line in PRESETS[0].requirements.split())
    platform.images.ensure_presets()
    assert platform.images.get(alice, found).workload_id == image.workload_id
    assert built(platform, image).status == "failed"
    platform.images.ensure_presets()
    again = platform.images.get(alice, found)
    assert again.status == "building"
    assert again.workload_id != image.workload_id
    with pytest.raises(Conflict):
        platform.images.build(admin, found)
    with pytest.raises(Forbidden):
        platform.images.build(alice, found)
    built(platform, again)


def test_rules_of_images(platform: Platform, alice: Principal, bob: Principal) -> None:
    made = platform.images.create(alice, body())
    with pytest.raises(NameTaken):
        platform.images.create(alice, body())
    platform.images.create(bob, body())
    with pytest.raises(NotFound):
        platform.images.get(bob, made.id)
    with pytest.raises(Invalid):
        platform.images.resolve(bob, made.id, purpose="training")
    with pytest.raises(Invalid) as error:
        platform.images.resolve(alice, made.id, purpose="serving")
    assert error.value.details["fields"][0]["code"] == "wrong_purpose"
    with pytest.raises(InUse):
        platform.images.delete(alice, made.id)
    with pytest.raises(Conflict):
        platform.images.update(alice, made.id, ImageUpdate(requirements="other"))
    public = platform.images.update(alice, made.id, ImageUpdate(visibility="public", name="shared"))
    assert public.revision == made.revision + 1
    assert [i.name for i in platform.images.list(bob, ImageQuery(scope="shared")).items] == ["shared"]
    assert [i.name for i in platform.images.list(bob, ImageQuery(scope="mine")).items] == ["mine"]
    assert platform.images.list(bob, ImageQuery(purpose="serving")).page.total == 0
    platform.workloads.stop(SYSTEM, made.workload_id or "")
    platform.workloads.reconciler.step()
    assert platform.images.get(alice, made.id).status == "failed"
    platform.images.delete(alice, made.id)
    with pytest.raises(NotFound):
        platform.images.get(alice, made.id)
