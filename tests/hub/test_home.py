"""The folder of an installation, and the checks before anything starts."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aispace_hub import home as home_module
from aispace_hub.home import Home, SetupProblem, blocked_folder, check_port, check_reachable
from aispace_hub.up import main


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_secrets_are_for_the_platform_only_and_stay_the_same(home: Home) -> None:
    first = home.secret("internal_token")
    assert len(first) == 64
    assert home.secret("internal_token") == first
    assert home.secret("service_token") != first
    assert stat.S_IMODE((home.path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((home.path / "secrets" / "internal_token").stat().st_mode) == 0o600
    assert stat.S_IMODE((home.path / "aispace.db").stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another uid")
def test_other_uids_reach_their_area_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AISPACE_SHARED_UID", raising=False)
    path = Path(f"/tmp/aispace-home-{os.getpid()}")
    try:
        made = Home(path)
        made.make()
        made.secret("internal_token")
        area = path / "areas" / "one"
        area.mkdir(0o700)
        os.chown(area, 200_001, 200_001)
        (path / "blobs" / "x").write_text("secret")
        script = (
            "import os, sys\n"
            "os.setgid(200001); os.setuid(200001)\n"
            f"home = {str(path)!r}\n"
            "open(home + '/areas/one/mine', 'w').close()\n"
            "for name in ('aispace.db', 'secrets/internal_token', 'blobs/x', 'run', 'logs', '.', 'areas'):\n"
            "    target = os.path.join(home, name)\n"
            "    try:\n"
            "        os.listdir(target) if os.path.isdir(target) else open(target)\n"
            "    except PermissionError: continue\n"
            "    sys.exit('reached ' + target)\n"
        )
        result = subprocess.run(["/usr/bin/env", "python3", "-c", script], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    finally:
        subprocess.run(["rm", "-rf", str(path)], check=True)


def test_ports_are_remembered_while_they_are_free(home: Home) -> None:
    first = home.ports({"hub": 8000, "gateway": 8001})
    assert home.ports({"hub": 8000, "gateway": 8001}) == first
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", first["serve"]))
        thief.listen()
        second = home.ports({"hub": 8000, "gateway": 8001})
    assert second["serve"] != first["serve"]
    assert second["internal"] == first["internal"]


def test_an_address_of_another_machine_is_named_as_such() -> None:
    with pytest.raises(SetupProblem, match=r"192\.0\.2\.1 is no address of this machine"):
        check_port(8000, "AISPACE_PORT", "192.0.2.1")


def test_taken_port_is_named_with_a_remedy(taken: int) -> None:
    with pytest.raises(SetupProblem) as caught:
        check_port(taken, "AISPACE_PORT")
    assert str(taken) in str(caught.value)
    assert f"AISPACE_PORT={taken + 10}" in str(caught.value)


def test_folder_in_the_way_of_other_uids_is_found(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inner").mkdir(parents=True)
    for part in (tmp_path, *tmp_path.parents):
        if part.stat().st_uid == os.getuid() and str(part).startswith("/tmp/"):
            part.chmod(0o755)
    closed.chmod(0o700)
    assert blocked_folder(closed / "inner" / "not-yet-there") == closed
    closed.chmod(0o711)
    assert blocked_folder(closed / "inner" / "not-yet-there") is None


def test_unreachable_home_is_refused_only_with_separate_uids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    monkeypatch.setattr(home_module, "separate_uids", lambda: True)
    with pytest.raises(SetupProblem) as caught:
        check_reachable(closed / "home")
    assert "AISPACE_SHARED_UID=1" in str(caught.value)
    assert "chmod o+x" in str(caught.value)
    monkeypatch.setattr(home_module, "separate_uids", lambda: False)
    check_reachable(closed / "home")


def test_second_supervisor_of_a_home_is_refused(home: Home) -> None:
    home.lock()
    with pytest.raises(SetupProblem) as caught:
        Home(home.path).lock()
    assert str(os.getpid()) in str(caught.value)
    assert Home(home.path).locked_by_other() == str(os.getpid())


def test_up_says_port_taken_and_leaves_nothing(
    tmp_path: Path, taken: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISPACE_SHARED_UID", "1")
    assert main(["--home", str(tmp_path / "home"), "--port", str(taken)]) == 1
    assert f"port {taken}" in capfd.readouterr().err
    assert not (tmp_path / "home").exists()


def test_up_says_folder_not_writable_and_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISPACE_SHARED_UID", "1")
    blocker = tmp_path / "file"
    blocker.write_text("a file where a folder should be")
    # A path below a file cannot be made by anybody, root included.
    assert main(["--home", str(blocker / "home"), "--port", "1"]) == 1
    said = capfd.readouterr().err
    assert "cannot be written" in said
    assert "AISPACE_HOME=" in said


def test_up_says_which_value_is_no_port(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISPACE_PORT", "80a0")
    assert main(["--home", str(tmp_path)]) == 1
    assert "AISPACE_PORT='80a0'" in capfd.readouterr().err


def test_first_words_of_help_name_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "aispace_hub.up", "--help"], capture_output=True, text=True, check=True
    )
    assert "aispace up" in result.stdout
