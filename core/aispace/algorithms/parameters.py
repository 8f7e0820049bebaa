"""Typed parameters: what an algorithm offers to set, and the check of what is set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from ..schemas import Schema, params_of, unfit, wrong

Value = bool | int | float | str
"""Value of a parameter; the order matters: pydantic tries an exact type first."""
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=64)]
TRUE: Final = frozenset({"true", "1", "yes", "on"})
FALSE: Final = frozenset({"false", "0", "no", "off"})
MAX_TEXT: Final = 4096


class Parameter(Schema):
    """One parameter of an algorithm; the program gets ``--name=value``."""

    name: ParameterName
    type: Literal["int", "float", "str", "bool", "choice"]
    default: Value | None = None
    """Null: it has to be set."""
    minimum: float | None = None
    maximum: float | None = None
    choices: Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=100)] = Field(default_factory=list)
    unit: Annotated[str, Field(max_length=32)] = ""
    help: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _consistent(self) -> Parameter:
        if self.type == "choice" and not self.choices:
            raise wrong("choices", "a choice needs at least one of choices", "choices_missing")
        if self.type != "choice" and self.choices:
            raise wrong("choices", "only a choice has choices", "choices_forbidden")
        if self.type not in ("int", "float") and (self.minimum is not None or self.maximum is not None):
            raise wrong("minimum", "only numbers have minimum and maximum", "limits_forbidden")
        for bound in (self.minimum, self.maximum):
            if bound is not None and not math.isfinite(bound):
                raise wrong("minimum", "minimum and maximum are finite numbers", "finite_number")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise wrong("minimum", "minimum is greater than maximum", "limits_crossed")
        if self.default is not None:
            try:
                self.default = read_value(self, self.default)
            except PydanticCustomError as error:
                raise wrong("default", f"default: {error}", error.type, **params_of(error.context or {})) from None
        return self


def _number(parameter: Parameter, value: Any) -> int | float:
    if isinstance(value, str):
        text = value.strip()
        try:
            number: int | float = int(text) if parameter.type == "int" else float(text)
        except ValueError:
            if parameter.type == "int":
                raise unfit("int_parsing", f"{value[:40]!r} is not a whole number") from None
            raise unfit("float_parsing", f"{value[:40]!r} is not a number") from None
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise unfit("float_type", "a number is needed")
    else:
        number = value
    if isinstance(number, float) and not math.isfinite(number):
        raise unfit("finite_number", "a finite number is needed")
    if parameter.type == "int":
        if number != int(number):
            raise unfit("int_from_float", f"{number} is not a whole number")
        number = int(number)
        if abs(number) >= 2**63:
            raise unfit("less_than", f"{number} is too large", lt=2**63)
    else:
        number = float(number)
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        limits = f"{low:g} to {high:g}" if low is not None and high is not None else (
            f"at least {low:g}" if low is not None else f"at most {high:g}"
        )  # fmt: skip
        words = f"{limits}{' ' + parameter.unit if parameter.unit else ''}; yours is {number:g}"
        if low is not None and high is not None:
            raise unfit("not_between", words, low=f"{low:g}", high=f"{high:g}")
        if low is not None:
            raise unfit("greater_than_equal", words, ge=f"{low:g}")
        raise unfit("less_than_equal", words, le=f"{high:g}")
    return number


def read_value(parameter: Parameter, value: Any) -> Value:
    """Read a value as the parameter's type.

    Parameters
    ----------
    value : object
        A JSON scalar; text is read as the type, as a form or a command line sends it.

    Raises
    ------
    PydanticCustomError
        A `ValueError` with a code, and with the words for the person who set it.
    """
    if parameter.type in ("int", "float"):
        return _number(parameter, value)
    if parameter.type == "bool":
        if isinstance(value, bool):
            return value
        text = str(value).strip().lower()
        if text not in TRUE | FALSE:
            raise unfit("bool_parsing", f"true or false is needed, not {str(value)[:40]!r}")
        return text in TRUE
    if isinstance(value, (list, dict)):
        raise unfit("string_type", "text is needed")
    text = write_value(value)
    if parameter.type == "choice":
        if text not in parameter.choices:
            words = f"one of {', '.join(parameter.choices)} is needed, not {text[:40]!r}"
            raise unfit("not_a_choice", words, choices=", ".join(parameter.choices)[:200])
        return text
    check_text(text)
    return text


def check_text(text: str) -> None:
    """Refuse text that cannot be an argument of a program."""
    if len(text) > MAX_TEXT:
        raise unfit("string_too_long", f"at most {MAX_TEXT} characters; yours has {len(text)}", max_length=MAX_TEXT)
    if "\0" in text:
        raise unfit("nul", "the character NUL cannot be passed on")
    if text.encode("utf-8", "ignore").decode() != text:
        raise unfit("unicode", "the text is not valid Unicode")


def write_value(value: Value) -> str:
    """Write a value as it stands behind ``--name=``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def resolve(
    parameters: Iterable[Parameter], given: Mapping[str, Any], *, reserved: Iterable[str] = ()
) -> tuple[dict[str, Value], list[dict[str, Any]]]:
    """Check what is set, and add defaults.

    Parameters
    ----------
    given : mapping
        Name and value. Names that the algorithm does not declare are passed on as they are.
    reserved : iterable of str
        Argument names that the platform fills itself.

    Returns
    -------
    values : dict
        In the order of the declaration, then the undeclared ones.
    errors : list of dict
        ``{field, message, code, params}`` for each wrong one; fields are ``parameters.<name>``.
    """
    values: dict[str, Value] = {}
    errors: list[dict[str, Any]] = []
    known = list(parameters)
    taken = set(reserved)

    def refuse(name: str, message: str, code: str, params: dict[str, Any] | None = None) -> None:
        about: dict[str, Any] = {"field": f"parameters.{name}", "message": f"{name}: {message}.", "code": code}
        errors.append({**about, "params": params} if params else about)

    for parameter in known:
        if parameter.name not in given or given[parameter.name] is None:
            if parameter.default is None:
                refuse(parameter.name, "a value is needed", "missing")
            else:
                values[parameter.name] = parameter.default
            continue
        try:
            values[parameter.name] = read_value(parameter, given[parameter.name])
        except PydanticCustomError as error:
            refuse(parameter.name, str(error), error.type, params_of(error.context or {}))
    own = Parameter(name="own", type="str")
    declared = {parameter.name for parameter in known}
    for name, value in given.items():
        if name in declared:
            continue
        if name in taken:
            refuse(name, "the platform fills this argument itself; choose another name", "reserved")
            continue
        if value is None:
            refuse(name, "a value is needed", "missing")
            continue
        try:
            Parameter(name=name, type="str")
            values[name] = value if isinstance(value, (bool, int, float)) else read_value(own, value)
        except ValidationError:
            refuse(name[:64], "not the name of an argument", "argument_name")
        except PydanticCustomError as error:
            refuse(name[:64], str(error), error.type, params_of(error.context or {}))
    return values, errors
