from __future__ import annotations

import argparse
import io
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from aispace import cli
from aispace.client import RemoteError, ServiceAway
from aispace.client.transport import Transport
from aispace.commands.terminal import Terminal, cut, duration, size, width
from aispace.errors import AISpaceError, Unauthenticated
from aispace.events.schemas import EventQuery
from aispace.identity import SYSTEM
from aispace.platform import Platform
from aispace.schemas import Ref
from hypothesis import given
from hypothesis import strategies as st


def verbs() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in cli.parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def examples() -> list[str]:
    return [
        line.strip()
        for _, parser in verbs()
        for line in (parser.epilog or "").splitlines()
        if line.strip().startswith("aispace ")
    ]


def test_every_verb_has_a_purpose_and_three_examples() -> None:
    for name, parser in verbs():
        assert parser.description, name
        assert (parser.epilog or "").count("\n  aispace ") >= 3, name


@pytest.mark.parametrize("line", examples())
def test_examples_in_the_help_are_accepted_by_the_parser(line: str) -> None:
    cli.parser().parse_args(shlex.split(line)[1:])


@given(st.text(max_size=80), st.integers(2, 40))
def test_cut_never_exceeds_the_width_on_screen(text: str, columns: int) -> None:
    assert width(cut(text, columns)) <= max(columns, 1)
    if width(text) <= columns:
        assert cut(text, columns) == text


def test_a_chinese_character_takes_two_columns() -> None:
    assert width("数据集 a") == 8
    assert cut("abcdefghij", 5) == "ab…ij"


def test_sizes_have_three_digits() -> None:
    assert [size(n) for n in (0, 900, 3_250_586, 10**12)] == ["0 B", "900 B", "3.1 MiB", "931 GiB"]
    assert duration(None) == ""


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


ROWS = [Ref(id="ds_1", name="digits"), Ref(id="ds_2", name="手写数字 with a name that is rather long for a column")]
COLUMNS = [("ID", lambda r: r.id), ("NAME", lambda r: r.name)]


def test_a_table_on_a_screen_fits_and_ends_with_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Screen()
    Terminal(out=out).table(ROWS, COLUMNS, total=24)
    lines = out.getvalue().splitlines()
    assert max(width(line) for line in lines) <= 40
    assert lines[-1] == "2 of 24"
    assert "\033" not in out.getvalue()


def test_a_table_in_a_pipe_has_tabs_and_uncut_cells() -> None:
    out = io.StringIO()
    Terminal(out=out).table(ROWS, COLUMNS, total=24)
    assert out.getvalue().splitlines()[2] == f"ds_2\t{ROWS[1].name}"


def test_json_is_exactly_one_document() -> None:
    out = io.StringIO()
    Terminal(out=out, as_json=True).table(ROWS, COLUMNS, total=24)
    assert json.loads(out.getvalue())["page"]["total"] == 24


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RemoteError(404, {"code": "not_found", "message": "No dataset."}), 4),
        (RemoteError(403, {"code": "forbidden", "message": "Not done."}), 3),
        (RemoteError(409, {"code": "conflict", "message": "Not done."}), 3),
        (RemoteError(422, {"code": "invalid", "message": "Name."}), 2),
        (ServiceAway("http://localhost:1"), 5),
        (TimeoutError("late"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes_say_what_kind_of_end_it_was(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("aispace.client.collection.Collection.page", fail)
    assert cli.main(["ls", "datasets"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def test_an_error_in_json_is_the_rest_error_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AISpaceError("name_taken", "Name: taken.", status=409, fields=[{"field": "name", "message": "taken"}])

    monkeypatch.setattr("aispace.client.collection.Collection.page", fail)
    cli.main(["ls", "datasets", "--json"])
    assert json.loads(capsys.readouterr().err)["error"]["details"]["fields"][0]["field"] == "name"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["predict", "api", "nowhere.png"], 4, "nowhere.png: No such file"),
        (["predict", "api", "."], 2, "directory"),
        (["predict", "api", "broken.json"], 2, "broken.json is not JSON"),
        (["label", "digits", "nowhere.csv"], 4, "nowhere.csv: No such file"),
        (["label", "digits", "latin.csv"], 2, "latin.csv is not a CSV file in UTF-8"),
        (["db", "status", "--home", "nowhere"], 5, "--home"),
    ],
)
def test_files_that_cannot_be_read_are_named_without_a_trace(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AISPACE_DATABASE_URL", raising=False)
    monkeypatch.setattr("aispace.client.collection.Collection.find", lambda *_: argparse.Namespace(id="svc_1"))
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "latin.csv").write_bytes(b"caf\xe9,1\n")
    assert cli.main(words) == code
    assert said in capsys.readouterr().err


def test_address_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ls", "datasets", "--url", "foo"]) == 2
    assert "'foo' is no address" in capsys.readouterr().err


def test_rerun_prints_one_document(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    job = argparse.Namespace(id="job_1", current_version="V0001")
    run = Ref(id="run_1", name="x").model_copy(update={"version": "V0002", "status": "queued"})
    monkeypatch.setattr("aispace.client.collection.Collection.find", lambda *_: job)
    monkeypatch.setattr("aispace.client.training.Jobs.rerun", lambda *_: run)
    assert cli.main(["rerun", "job_1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "run_1"


def test_nobody_at_the_address_is_said_with_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ls", "datasets", "--url", "http://127.0.0.1:9", "--token", "x"]) == 5
    assert "AISPACE_URL" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "run"), [([], "V0003"), (["--run", "V0001"], "V0001")])
def test_a_verb_about_a_run_takes_the_newest_one_unless_told(
    words: list[str], run: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    job = argparse.Namespace(current_version="V0003")
    monkeypatch.setattr("aispace.client.training.Jobs.get", lambda self, job_id: job)
    monkeypatch.setattr(
        "aispace.client.training.Jobs.stop",
        lambda self, job_id, version: asked.append(version) or argparse.Namespace(status="stopped"),
    )
    assert cli.main(["stop", "job_1", *words]) == 0
    assert asked == [run]
    assert "stopped" in capsys.readouterr().out


def test_the_link_to_a_page_leads_to_the_hub(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AISPACE_URL", "http://127.0.0.1:40123/services/aispace")
    monkeypatch.setenv("AISPACE_HUB_URL", "http://hub:8000")
    assert cli.main(["open", "ds_1"]) == 0
    assert capsys.readouterr().out == "http://hub:8000/hub/user-redirect/lab?aispace=/datasets/ds_1\n"
    assert cli.main(["open", "ds_1", "--url", "http://other/services/aispace"]) == 0
    assert capsys.readouterr().out.startswith("http://other/hub/")


def test_a_proxy_that_answers_for_the_platform_is_told_from_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(self: requests.Session, method: str, url: str, **_: object) -> requests.Response:
        response = requests.Response()
        response.status_code, response.url, response._content = 502, url, b"<html>Bad gateway</html>"
        return response

    monkeypatch.setattr(requests.Session, "request", answer)
    with pytest.raises(ServiceAway, match="does not answer at http://hub/services/aispace"):
        Transport("http://hub/services/aispace", "x").ask("GET", "/me")


def test_db_finds_the_database_that_the_configuration_file_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AISPACE_DATABASE_URL", "AISPACE_HOME"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "aispace_config.py"
    file.write_text(f"c = get_config()\nc.Platform.database_url = 'sqlite:///{tmp_path}/elsewhere.db'\n")
    monkeypatch.setenv("AISPACE_CONFIG", str(file))
    assert cli.main(["db", "upgrade"]) == 0
    assert (tmp_path / "elsewhere.db").stat().st_size > 0
    monkeypatch.delenv("AISPACE_CONFIG")
    assert cli.main(["db", "status", "--config", str(file)]) == 0
    file.write_text(f"c.Platform.home = '{tmp_path}/nowhere'\n")
    assert cli.main(["db", "status", "--config", str(file)]) == 5
    assert f"{tmp_path}/nowhere/aispace.db" in capsys.readouterr().err
    for text, why in ((None, "no such file"), ("c = (", "SyntaxError")):
        file.unlink() if text is None else file.write_text(text)
        assert cli.main(["db", "status", "--config", str(file)]) != 0
        assert why in (said := capsys.readouterr().err)
        assert "AISPACE_CONFIG" in said


def test_a_lost_password_is_replaced_on_the_machine_while_nothing_runs(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("AISPACE_DATABASE_URL", database_url)
    assert cli.main(["users", "reset-password", "admin", "--home", str(home)]) == 3
    assert "no folder of an installation" in capsys.readouterr().err
    assert not home.exists()
    platform = Platform(home=str(home))
    platform.users.first_administrator("admin", "Lost-for-ever 1")
    platform.secret("internal_token")
    platform.close()
    (home / "run" / "serve.json").write_text('{"internal_port": 1}')  # of one that was killed
    assert cli.main(["users", "reset-password", "admin", "--home", str(home), "--json"]) == 0
    given = json.loads(capsys.readouterr().out)["password"]
    platform = Platform(home=str(home))
    assert platform.users.verify_login("admin", given).sessions == 1
    with pytest.raises(Unauthenticated):
        platform.users.verify_login("admin", "Lost-for-ever 1")
    platform.events.seal()
    codes = [event.code for event in platform.events.list(SYSTEM, EventQuery()).items]
    assert "user.password_reset" in codes
    platform.close()
    assert cli.main(["users", "reset-password", "nobody", "--home", str(home)]) == 4
