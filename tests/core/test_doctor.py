"""`aispace doctor`: each check is provoked, and says what to do."""

from __future__ import annotations

import email.utils
import json
import os
import resource
import socket
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aispace import cli
from aispace._version import __version__
from aispace.db import Database
from aispace.doctor import Finding, Patient, examine, find_patient, house, machine, programs
from aispace.doctor.examination import Check


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [n for n in os.environ if n.startswith(("AISPACE_", "JUPYTER", "UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AISPACE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def patient(home: Path) -> Patient:
    return Patient("laptop", home)


def found(check: Check, patient: Patient, state: str, *words: str) -> Finding:
    finding = check(patient)
    assert finding is not None
    assert finding.state == state, finding
    assert state == "ok" or finding.remedy, "what is not well has a remedy"
    for word in words:
        assert word in f"{finding.found} {finding.remedy}", finding
    return finding


class Web:
    """Somebody who answers HTTP."""

    def __init__(self, status: int, date: float | None = None) -> None:
        outer = self
        self.status, self.date = status, time.time() if date is None else date
        self.asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                self.send_response_only(outer.status)
                self.send_header("Date", email.utils.formatdate(outer.date, usegmt=True))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def web() -> Iterator[Callable[..., Web]]:
    made: list[Web] = []

    def make(status: int = 200, date: float | None = None) -> Web:
        made.append(Web(status, date))
        return made[-1]

    yield make
    for one in made:
        one.server.shutdown()
        one.server.server_close()


# The machine


def test_python_that_is_too_old_and_another_system(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    found(machine.python, patient, "ok", "linux")
    monkeypatch.setattr(sys, "platform", "darwin")
    found(machine.python, patient, "broken", "darwin", "AISPACE_URL")
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    found(machine.python, patient, "broken", "Python 3.10.4", "3.11")


def test_disk_and_inodes_that_run_out(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    Room = namedtuple("Room", "f_bavail f_frsize f_files f_favail")

    def room(free: int, files: int, left: int) -> None:
        monkeypatch.setattr(os, "statvfs", lambda _: Room(free, 1, files, left))

    room(100 << 30, 10**7, 10**6)
    found(machine.disk, patient, "ok", "100.0 GiB")
    found(machine.inodes, patient, "ok")
    room(3 << 30, 10**7, 20_000)
    found(machine.disk, patient, "note", "3.0 GiB", "AISPACE_HOME")
    found(machine.inodes, patient, "note", "20000")
    room(1 << 29, 10**7, 5)
    found(machine.disk, patient, "broken", "storage collect")
    found(machine.inodes, patient, "broken", "df -i")
    room(1 << 29, 0, 0)
    found(machine.inodes, patient, "ok", "no limit")


def test_little_memory_few_files_and_no_temporary_folder(
    patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine.psutil, "virtual_memory", lambda: SimpleNamespace(available=1 << 28))
    found(machine.memory, patient, "note", "0.2 GiB")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 4096))
    found(machine.open_files, patient, "note", "256", "ulimit -n")
    found(machine.temporary, patient, "ok")
    monkeypatch.setattr(machine.tempfile, "tempdir", str(tmp_path / "missing"))
    found(machine.temporary, patient, "broken", "TMPDIR")


def test_engine_that_cannot_start_processes(patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(machine.engine, patient, "ok", "cores")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    found(machine.engine, patient, "broken", "no process", "pip install")
    (tmp_path / "python").write_text("#!/bin/sh\necho 'No module named aispace_runtime' >&2\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    found(machine.engine, patient, "broken", "No module named aispace_runtime")


def test_limits_by_the_kernel(patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.cgroup, "find", lambda _: None)
    found(machine.limits, patient, "note", "Delegate=yes")
    (tmp_path / "group").mkdir()
    group = SimpleNamespace(folder=tmp_path / "group", memory=True)
    monkeypatch.setattr(machine.cgroup, "find", lambda _: group)
    found(machine.limits, patient, "ok")
    assert not group.folder.exists(), "nothing of the look is left"


def test_accelerators_that_do_not_answer(patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", str(tmp_path))
    if not list(Path("/dev").glob("nvidia[0-9]*")):
        found(machine.accelerators, patient, "ok", "no accelerator")
    tool.write_text("#!/bin/sh\necho 'Failed to initialize NVML: Driver/library version mismatch'\nexit 18\n")
    tool.chmod(0o755)
    found(machine.accelerators, patient, "broken", "version mismatch", "driver")
    tool.write_text("#!/bin/sh\necho 'GPU 0: NVIDIA H200 (UUID: GPU-1)'\n")
    found(machine.accelerators, patient, "ok", "1 card: GPU 0: NVIDIA H200")


def test_clock_that_differs_from_what_others_tell(
    patient: Patient, web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(machine.clock, patient, "ok")
    patient.get("a server", web(date=time.time() - 600).url).close()
    found(machine.clock, patient, "broken", "a server", "timedatectl")
    monkeypatch.setattr(machine.time, "time", lambda: 1_000_000_000.0)
    found(machine.clock, patient, "broken", "behind the day")


# The programs


def test_jupyterlab_of_another_version(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    found(programs.jupyterlab, patient, "ok", "JupyterLab 4.")
    for version, state in (("3.6.1", "broken"), ("5.0.0", "broken"), ("4.2.0", "note")):
        monkeypatch.setattr(programs.metadata, "version", lambda _, answer=version: answer)
        found(programs.jupyterlab, patient, state, version, "pip install")

    def missing(_: str) -> str:
        raise programs.metadata.PackageNotFoundError

    monkeypatch.setattr(programs.metadata, "version", missing)
    found(programs.jupyterlab, patient, "broken", "not installed")


@pytest.fixture
def jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let Jupyter look at one folder only, with both extensions as an install leaves them."""
    folder = tmp_path / "jupyter"
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(folder.joinpath(*parts))])
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: [str(folder / "user"), str(folder / "env")])
    lab = folder / "labextensions" / "@aispace" / "labextension"
    server = folder / "env" / "jupyter_server_config.d"
    for path in (lab, server, folder / "user" / "labconfig"):
        path.mkdir(parents=True)
    (lab / "package.json").write_text(json.dumps({"version": __version__}))
    (server / "aispace.json").write_text('{"ServerApp": {"jpserver_extensions": {"aispace_server": true}}}')
    return folder


def test_lab_extension_that_is_missing_of_another_version_or_disabled(patient: Patient, jupyter: Path) -> None:
    package = jupyter / "labextensions" / "@aispace" / "labextension" / "package.json"
    found(programs.lab_extension, patient, "ok", __version__)
    (jupyter / "user" / "labconfig" / "page_config.json").write_text(
        '{"disabledExtensions": {"@aispace/labextension": true}}'
    )
    found(programs.lab_extension, patient, "broken", "jupyter labextension enable")
    package.write_text('{"version": "0.0.1"}')
    found(programs.lab_extension, patient, "broken", "0.0.1", "pip install")
    package.unlink()
    found(programs.lab_extension, patient, "broken", "not installed")


def test_server_extension_that_is_missing_or_disabled(patient: Patient, jupyter: Path) -> None:
    found(programs.server_extension, patient, "ok", "aispace.json")
    own = jupyter / "user" / "jupyter_server_config.json"
    own.write_text('{"ServerApp": {"jpserver_extensions": {"aispace_server": false}}}')
    found(programs.server_extension, patient, "broken", str(own), "jupyter server extension enable")
    own.unlink()
    (jupyter / "env" / "jupyter_server_config.d" / "aispace.json").unlink()
    found(programs.server_extension, patient, "broken", "no configuration")


def test_package_index_and_folder_of_wheels(
    patient: Patient, tmp_path: Path, web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = web()
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://me:secret@127.0.0.1:{index.port}/simple")
    finding = found(programs.package_index, patient, "ok", f"127.0.0.1:{index.port}/simple answers")
    assert "secret" not in finding.found
    assert index.asked == ["/simple/uv/"]
    assert patient.clocks, "its clock was heard"
    index.status = 401
    found(programs.package_index, patient, "broken", "401", "name and password")
    index.status = 503
    found(programs.package_index, patient, "broken", "503")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    found(programs.package_index, patient, "broken", "cannot be reached", "AISPACE_WHEELS")

    wheels = tmp_path / "wheels"
    monkeypatch.setenv("AISPACE_WHEELS", str(wheels))
    found(programs.package_index, patient, "broken", "No such file")
    wheels.mkdir()
    found(programs.package_index, patient, "broken", "holds no wheel")
    (wheels / "a-1-py3-none-any.whl").touch()
    found(programs.package_index, patient, "ok", "1 wheels")


def test_nothing_to_build_with_and_no_browser(
    patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    found(programs.builder, patient, "ok", "the first build installs it")
    monkeypatch.setattr(programs.importlib.util, "find_spec", lambda _: None)
    found(programs.builder, patient, "broken", "pip install uv")
    monkeypatch.undo()

    def no_browser(_: str | None = None) -> None:
        raise programs.webbrowser.Error("none")

    monkeypatch.setattr(programs.webbrowser, "get", no_browser)
    found(programs.browser, patient, "ok", "from another one", "Firefox")


# The house


def test_folder_that_cannot_be_used(patient: Patient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(house.folder, patient, "ok", str(home))
    found(house.folder, Patient("laptop", home / "deeper"), "ok", "first start")
    (home / "file").touch()
    found(house.folder, Patient("laptop", home / "file" / "x"), "broken", "is not a folder")
    monkeypatch.setattr(os, "access", lambda *_: False)
    found(house.folder, patient, "broken", "cannot be written", "AISPACE_HOME")
    monkeypatch.undo()
    monkeypatch.setattr(os, "geteuid", lambda: home.stat().st_uid + 1)
    found(house.folder, patient, "broken", "belongs to uid")
    monkeypatch.undo()
    monkeypatch.setattr(house, "_file_system", lambda _: "nfs4")
    found(house.folder, patient, "note", "nfs4", "local disk")

    def no_locks(*_: Any) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(house.fcntl, "flock", no_locks)
    found(house.folder, patient, "broken", "No locks available")


def test_secrets_that_others_may_enter(patient: Patient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "secrets").mkdir(mode=0o755)
    monkeypatch.setattr(house, "_passable", lambda _: True)
    found(house.folder, patient, "broken", f"chmod 700 {home / 'secrets'}")
    (home / "secrets").chmod(0o700)
    found(house.folder, patient, "ok")


def test_socket_folder_of_somebody_else(patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(house.socket_folder, patient, "ok", "serve.sock")
    monkeypatch.setattr(house, "socket_path", lambda _: tmp_path / "link" / "serve.sock")
    found(house.socket_folder, patient, "ok", "too long")
    (tmp_path / "link").symlink_to("/usr")
    found(house.socket_folder, patient, "broken", "not yours")


def test_database_of_each_state(patient: Patient, home: Path) -> None:
    found(house.database, patient, "ok", "none yet")
    database = Database(patient.database)
    database.upgrade()
    found(house.database, patient, "ok", "revision")

    def become(revision: str) -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE aispace_alembic_version SET version_num = '{revision}'")

    become("0001")
    found(house.database, patient, "ok", "copies it and upgrades it")
    team = Patient("team", home)
    found(house.database, team, "broken", "aispace db upgrade")
    become("9999")
    found(house.database, team, "broken", "newer version")
    database.close()
    (home / "aispace.db").write_bytes(b"no database at all" * 1000)
    found(house.database, patient, "broken", "cannot be opened")
    away = Patient("team", home, config=_config("sqlite:////nonexistent/x/y.db"))
    found(house.database, away, "ok", "none yet")


def _config(url: str) -> Any:
    from traitlets.config import Config

    config = Config()
    config.Platform.database_url = url
    return config


def test_users_who_share_a_uid(patient: Patient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found(house.uids, patient, "ok", "one user")
    team = Patient("team", home)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found(house.uids, team, "ok", "uid of his own")
    monkeypatch.setenv("AISPACE_SHARED_UID", "1")
    found(house.uids, team, "note", "must trust each other", "root")


def test_ports_that_are_taken(patient: Patient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        monkeypatch.setenv("AISPACE_GATEWAY_PORT", port)
        found(house.ports, patient, "note", port, "takes another")
        found(house.ports, Patient("team", home), "broken", port, "AISPACE_GATEWAY_PORT=")
    monkeypatch.setenv("AISPACE_GATEWAY_PORT", "abc")
    found(house.ports, patient, "broken", "'abc' is no port")
    monkeypatch.setattr(house, "_is_free", lambda _: False)
    found(house.ports, patient, "broken", "20000 to 29999", "first_port")


def _say(home: Path, name: str, **fields: Any) -> None:
    (home / "run").mkdir(exist_ok=True)
    (home / "run" / name).write_text(json.dumps(fields))


def test_platform_gateway_and_hub_that_do_not_answer(patient: Patient, home: Path, web: Callable[..., Web]) -> None:
    team = Patient("team", home)
    found(house.serve, patient, "ok", "not running")
    found(house.serve, team, "broken", "aispace up")
    found(house.gateway, patient, "ok")
    server = web()
    mine = {"pid": os.getpid(), "version": __version__}
    _say(home, "serve.json", **mine, port=server.port)
    found(house.serve, team, "ok", "answers")
    server.status = 503
    found(house.serve, team, "broken", "503", "serve.log")
    _say(home, "serve.json", **mine, socket=str(home / "none.sock"))
    found(house.serve, patient, "broken", "does not answer", f"kill {os.getpid()}")
    _say(home, "serve.json", pid=os.getpid(), version="99.0", socket=str(home / "none.sock"))
    found(house.serve, patient, "broken", "99.0", "aispace laptop stop")

    found(house.gateway, patient, "broken", "nobody says")
    server.status = 200
    _say(home, "gateway.json", port=server.port)
    found(house.gateway, patient, "ok", str(server.port))
    _say(home, "ports.json", gateway=9, hub=9)
    found(house.gateway, team, "broken", "port 9", "gateway.log")
    found(house.hub, team, "broken", "does not answer", "hub.log")
    _say(home, "ports.json", gateway=server.port, hub=server.port)
    found(house.hub, team, "ok")
    server.status = 500
    found(house.hub, team, "broken", "500")
    assert house.hub(patient) is None


def test_platform_elsewhere_that_is_away_or_does_not_know_us(
    home: Path, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{server.url}"
    found(house.platform, Patient("elsewhere", home, url, "token-alice"), "ok", "you are alice")
    found(
        house.platform, Patient("elsewhere", home, url, "nobody"), "broken", "does not know the token", "AISPACE_TOKEN"
    )
    monkeypatch.setattr("aispace.client.transport.RETRIES", 0)
    found(house.platform, Patient("elsewhere", home, "http://127.0.0.1:9/x"), "broken", "AISPACE_URL")
    monkeypatch.setattr(house, "__version__", "99.0")
    found(house.platform, Patient("elsewhere", home, url, "token-alice"), "note", "pip install 'aispace==")


# The command


def test_size_is_told_from_what_is_there(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (find_patient().size, find_patient().home) == ("laptop", home)
    _say(home, "ports.json", hub=8000)
    assert find_patient().size == "team"
    assert find_patient(str(tmp_path / "other")).size == "laptop"
    monkeypatch.setenv("AISPACE_URL", "http://hub/services/aispace")
    assert find_patient().size == "elsewhere"
    assert find_patient(str(home)).size == "team"


def test_command_tells_all_and_fails_when_something_is_broken(
    home: Path, web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    index = web()
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    code = cli.main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert code == (0 if report["healthy"] else 1)
    checks = {one["check"]: one for one in report["findings"]}
    names = {name for name, _ in [*machine.CHECKS, *house.CHECKS, *programs.CHECKS]} | {"serve", "gateway", "clock"}
    assert set(checks) == names
    assert all(one["remedy"] for one in checks.values() if one["state"] != "ok")
    assert checks["package-index"]["state"] == "ok"

    index.status = 500
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✕ package-index" in said
    assert "→ Runtimes cannot be built" in said


def test_check_that_fails_itself_keeps_no_other_from_being_made(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Patient) -> Finding:
        raise RuntimeError("what")

    monkeypatch.setattr(machine, "CHECKS", [("disk", fails), ("python", machine.python)])
    monkeypatch.setattr(programs, "CHECKS", [])
    report = examine(patient)
    assert not report.healthy
    states = {one.check: one.state for one in report.findings}
    assert (states["disk"], states["python"]) == ("broken", "ok")
