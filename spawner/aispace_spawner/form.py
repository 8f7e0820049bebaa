"""The spawn form: a plain HTML form, and the reading of what comes back.

It works without JavaScript, in English and Chinese; what it yields is validated by the same model as the hub's REST
API and the links to ``/hub/spawn``.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from aispace.notebooks.schemas import NotebookOptions, SpawnForm, SpecChoice, problems
from pydantic import ValidationError

FIELDS = ("spec_id", "max_hours")

WORDS = {
    "en": {
        "compute": "Compute",
        "cpu": "{n} CPU",
        "free_of_charge": "free",
        "per_hour": "{amount} per hour",
        "available": "{free} of {total} free now",
        "available_unknown": "availability unknown",
        "waiting": "{n} waiting",
        "none_free": "none free now: the server waits in the queue",
        "stop_after": "Stop after",
        "hours": "hours (1 to 168; empty: runs until stopped)",
        "at_most": "Money is charged only while the server runs.",
        "no_specs": "There is no resource spec for notebooks. An administrator adds one on the AI Space page.",
        "last_gone": "Last time you used {name}. It cannot be chosen now; another one is ticked.",
        "not_allowed": "not available",
    },
    "zh": {
        "compute": "资源规格",
        "cpu": "{n}核CPU",
        "free_of_charge": "免费",
        "per_hour": "{amount}/小时",
        "available": "当前可用{free}/{total}",
        "available_unknown": "可用数量未知",
        "waiting": "{n}个排队中",
        "none_free": "当前无空闲，服务器将排队等待",
        "stop_after": "自动停止",
        "hours": "小时（1到168；留空则一直运行）",
        "at_most": "仅在服务器运行期间计费。",
        "no_specs": "没有可用于Notebook的资源规格。请联系管理员在AI Space页面中添加。",
        "last_gone": "上次使用的规格{name}现在不可选，已改选其他规格。",
        "not_allowed": "不可用",
    },
}

STYLE = """
<style>
.aispace-form fieldset { border: 0; margin: 0 0 1rem; padding: 0; }
.aispace-form legend { font-size: 1.1rem; font-weight: 600; margin-bottom: .5rem; }
.aispace-form .spec { display: grid; grid-template-columns: 1.75rem minmax(8rem, 1fr) 2fr auto; gap: .25rem .75rem;
  align-items: center; border: 1px solid var(--bs-border-color, #ccc); border-radius: .25rem; margin-bottom: .4rem;
  padding: .6rem .75rem; cursor: pointer; }
.aispace-form .spec:has(input:checked) { border-color: #f37524; box-shadow: 0 0 0 1px #f37524; }
.aispace-form .spec:has(input:disabled) { cursor: not-allowed; color: var(--bs-secondary-color, #666); }
.aispace-form .spec:focus-within { outline: 2px solid #1976d2; outline-offset: 2px; }
.aispace-form .spec input { width: 1.25rem; height: 1.25rem; }
.aispace-form .spec .name { font-weight: 600; overflow-wrap: anywhere; }
.aispace-form .spec .price { font-variant-numeric: tabular-nums; text-align: right; }
.aispace-form .spec .note { grid-column: 2 / -1; font-size: .9rem; }
.aispace-form .hours { width: 6rem; display: inline-block; }
.aispace-form .hint { font-size: .9rem; }
@media (max-width: 40rem) { .aispace-form .spec { grid-template-columns: 1.75rem 1fr; }
  .aispace-form .spec > * { grid-column: 2; text-align: left; } .aispace-form .spec > input { grid-column: 1; } }
</style>
"""


class OptionsError(ValueError):
    """The chosen options cannot be used; the text names the field."""


def language_of(accept: str | None) -> str:
    """Choose the form's language.

    Parameters
    ----------
    accept : str or None
        The ``Accept-Language`` header.

    Returns
    -------
    str
        ``"zh"`` when Chinese is preferred over English, else ``"en"``.
    """
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept or "").split(",")):
        tag, _, parameters = part.strip().partition(";")
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                weight = 0.0
        primary = tag.strip().lower().split("-")[0]
        if primary in WORDS and weight > 0:
            ranked.append((-weight, place, primary))
    return min(ranked)[2] if ranked else "en"


def read_form(form: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Turn a posted form into user options.

    Parameters
    ----------
    form : mapping
        Lists of strings by field, as the hub gives them.

    Returns
    -------
    dict
        What `NotebookOptions` accepts, ready to be stored.

    Raises
    ------
    OptionsError
        A value cannot be used.
    """
    values: dict[str, Any] = {}
    for name, given in form.items():
        if name == "_xsrf":
            continue
        if len(given) != 1:
            raise OptionsError(f"{name}: exactly one value is needed; {len(given)} came.")
        text = given[0]
        if isinstance(text, str) and text.strip() == "":
            continue
        values[name] = text.strip() if isinstance(text, str) else text
    return validate(values).model_dump(exclude_none=True)


def validate(options: Mapping[str, Any]) -> NotebookOptions:
    """Check user options, wherever they come from.

    Parameters
    ----------
    options : mapping
        From the form, the hub's REST API, a link, or the last start.

    Raises
    ------
    OptionsError
        Naming the fields that are wrong.
    """
    flat = {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in options.items()}
    try:
        return NotebookOptions.model_validate(flat)
    except ValidationError as error:
        raise OptionsError(problems(error)) from error


def render(form: SpawnForm, language: str = "en") -> str:
    """Write the form's HTML (without the ``<form>`` element, which is the hub's).

    Parameters
    ----------
    form : SpawnForm
        What serve offers this user now.
    language : str
        ``"en"`` or ``"zh"``.
    """
    words = WORDS[language]
    if not form.specs:
        return f'<div class="alert alert-warning" role="alert">{html.escape(words["no_specs"])}</div>'
    notice = ""
    if form.last_unavailable is not None:
        text = words["last_gone"].format(name=form.last_unavailable)
        notice = f'<p class="alert alert-info">{html.escape(text)}</p>'
    rows = "\n".join(_row(spec, spec.id == form.chosen, words) for spec in form.specs)
    hours = "" if form.max_hours is None else str(form.max_hours)
    return f"""{STYLE}
<div class="aispace-form" lang="{"zh-CN" if language == "zh" else "en"}">
{notice}
<fieldset role="radiogroup" aria-labelledby="aispace-compute">
<legend id="aispace-compute">{html.escape(words["compute"])}</legend>
{rows}
</fieldset>
<p><label for="aispace-hours">{html.escape(words["stop_after"])}</label>
<input id="aispace-hours" class="form-control hours" type="number" name="max_hours" min="1" max="168" step="1"
 value="{hours}" inputmode="numeric" aria-describedby="aispace-hours-unit">
<span id="aispace-hours-unit">{html.escape(words["hours"])}</span></p>
<p class="hint">{html.escape(words["at_most"])}</p>
</div>"""


def _row(spec: SpecChoice, chosen: bool, words: Mapping[str, str]) -> str:
    parts = [words["cpu"].format(n=f"{spec.cpu:g}"), _size(spec.memory_bytes)]
    if spec.accelerator:
        parts.append(spec.accelerator)
    if spec.price_per_hour is None or Decimal(spec.price_per_hour) == 0:
        price = words["free_of_charge"]
    else:
        price = words["per_hour"].format(amount=f"{Decimal(spec.price_per_hour):.2f} {spec.currency}")
    note = _note(spec, words)
    identifier = html.escape(spec.id, quote=True)
    return f"""<label class="spec" for="spec-{identifier}">
<input type="radio" name="spec_id" id="spec-{identifier}" value="{identifier}" required
 aria-describedby="note-{identifier}"{" checked" if chosen else ""}{"" if spec.allowed else " disabled"}>
<span class="name">{html.escape(spec.name)}</span><span>{html.escape(" · ".join(parts))}</span>
<span class="price">{html.escape(price)}</span>
<span class="note" id="note-{identifier}">{html.escape(note)}</span></label>"""


def _note(spec: SpecChoice, words: Mapping[str, str]) -> str:
    if not spec.allowed:
        return spec.reason or words["not_allowed"]
    if spec.free is None or spec.total is None:
        return words["available_unknown"]
    notes = [words["available"].format(free=spec.free, total=spec.total)]
    if spec.free == 0:
        notes = [words["none_free"]]
    if spec.waiting:
        notes.append(words["waiting"].format(n=spec.waiting))
    return " · ".join(notes)


def _size(size: int) -> str:
    gib = size / 2**30
    return f"{round(gib, 1):g} GiB" if gib >= 1 else f"{size / 2**20:.0f} MiB"
