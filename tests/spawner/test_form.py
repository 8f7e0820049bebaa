"""The spawn form: what it shows, what it reads."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from aispace.notebooks.schemas import SpawnForm, SpecChoice
from aispace_spawner.form import OptionsError, language_of, read_form, render, validate

GIB = 1 << 30


class Inputs(HTMLParser):
    """Collects the inputs and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[dict[str, str | None]] = []
        self.text = ""
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.inputs.append(dict(attrs))
        self.scripts += tag == "script"

    def handle_data(self, data: str) -> None:
        self.text += data


def spec(id: str = "spc_1", **changes: Any) -> SpecChoice:
    values: dict[str, Any] = {
        "id": id, "name": "Small", "cpu": 2, "memory_bytes": 4 * GIB, "accelerator": None, "price_per_hour": "1.5",
        "currency": "CNY", "free": 3, "total": 4,
    }  # fmt: skip
    return SpecChoice(**{**values, **changes})


def parsed(form: SpawnForm, language: str = "en") -> Inputs:
    inputs = Inputs()
    inputs.feed(render(form, language))
    return inputs


def test_form_shows_price_and_what_is_free_and_ticks_one() -> None:
    form = SpawnForm(
        specs=[spec(), spec("spc_2", name="Card", accelerator="1 × A100", price_per_hour=None, free=0, waiting=2)],
        chosen="spc_2",
    )
    page = parsed(form)
    radios = [i for i in page.inputs if i["type"] == "radio"]
    assert [i["value"] for i in radios] == ["spc_1", "spc_2"]
    assert ["checked" in i for i in radios] == [False, True]
    for words in ("1.50 CNY per hour", "2 CPU · 4 GiB", "3 of 4 free now", "1 × A100", "none free now", "2 waiting"):
        assert words in page.text
    assert page.scripts == 0


def test_form_is_complete_in_chinese() -> None:
    page = parsed(SpawnForm(specs=[spec()], chosen="spc_1", last_unavailable="旧规格"), "zh")
    for words in ("资源规格", "1.50 CNY/小时", "当前可用3/4", "自动停止", "上次使用的规格旧规格现在不可选"):
        assert words in page.text
    assert "free now" not in page.text


def test_spec_that_cannot_be_had_is_disabled_and_says_why() -> None:
    page = parsed(SpawnForm(specs=[spec(allowed=False, reason="does not fit")], chosen=None))
    assert "disabled" in page.inputs[0]
    assert "does not fit" in page.text


def test_names_are_text_not_markup() -> None:
    text = render(SpawnForm(specs=[spec(name="<script>alert(1)</script>", reason='"><b>', allowed=False)], chosen=None))
    assert "<script" not in text
    assert "<b>" not in text


def test_no_spec_at_all_is_said() -> None:
    assert "no resource spec" in render(SpawnForm(specs=[], chosen=None))


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("fr,zh;q=0.5", "zh"),
        ("en;q=0.1,zh;q=0.2", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=x,;;;", "en"),
    ],
)
def test_language_follows_the_browser(accept: str | None, language: str) -> None:
    assert language_of(accept) == language


def test_posted_form_becomes_options() -> None:
    assert read_form({"_xsrf": ["x"], "spec_id": [" spc_1 "], "max_hours": ["8"]}) == {
        "spec_id": "spc_1",
        "max_hours": 8,
    }
    assert read_form({"spec_id": ["spc_1"], "max_hours": [""]}) == {"spec_id": "spc_1"}
    assert read_form({}) == {}


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"max_hours": ["0"]}, "max_hours"),
        ({"max_hours": ["169"]}, "max_hours"),
        ({"max_hours": ["1e9"]}, "max_hours"),
        ({"max_hours": ["eight"]}, "max_hours"),
        ({"max_hours": ["8", "9"]}, "max_hours"),
        ({"spec_id": ["x" * 41]}, "spec_id"),
        ({"image": ["evil/x"]}, "image"),
        ({"__jupyterhub_state": ["x"]}, "__jupyterhub_state"),
        ({"upload_file": [{"body": b"x"}]}, "upload_file"),
    ],
)
def test_bad_form_names_the_field(form: dict[str, list[Any]], field: str) -> None:
    with pytest.raises(OptionsError, match=field):
        read_form(form)


def test_options_of_the_rest_api_pass_the_same_model() -> None:
    assert validate({"spec_id": "spc_1", "max_hours": 2}).max_hours == 2
    assert validate({"spec_id": ["spc_1"]}).spec_id == "spc_1"
    with pytest.raises(OptionsError, match="spec_id"):
        validate({"spec_id": ["a", "b"]})
    with pytest.raises(OptionsError, match="cmd"):
        validate({"cmd": ["/bin/sh"]})
