"""How a command names an object: by id, by name, or by kind and name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..client import AISpaceClient
from ..client.collection import Collection
from ..errors import AISpaceError, Invalid

PREFIXES: Final = {
    "ds": "datasets", "alg": "algorithms", "job": "jobs", "mdl": "models", "svc": "services", "img": "images",
    "spc": "specs", "wl": "workloads", "lbl": "label_groups", "usr": "users", "evl": "evaluations", "bat": "batches",
    "vis": "visualisations", "tpl": "templates",
}  # fmt: skip
"""Collection of the client, by prefix of the id."""
BY_NAME: Final = ("datasets", "algorithms", "jobs", "models", "services", "images", "batches")
NAMED: Final = "id, name, or KIND/name where several kinds have the name"
LISTED: Final = 8
"""So many of an ambiguous name are told."""


def collection(client: AISpaceClient, object_id: str) -> Collection[Any]:
    """Choose the collection of an id by its prefix.

    Raises
    ------
    Invalid
        For an id of no kind that is known.
    """
    name = PREFIXES.get(object_id.partition("_")[0])
    if name is None:
        raise Invalid("id", f"{object_id!r} is no id of AI Space. Ids begin with one of {', '.join(sorted(PREFIXES))}.")
    found: Collection[Any] = getattr(client, name)
    return found


def is_id(text: str) -> bool:
    """Tell whether something looks like an id."""
    prefix, underscore, rest = text.partition("_")
    return bool(underscore and rest) and (prefix in PREFIXES or prefix == "imp")


def resolve(client: AISpaceClient, text: str, kinds: Sequence[str] = BY_NAME) -> str:
    """Find the id of what somebody named.

    Parameters
    ----------
    text : str
        An id, a name, or ``datasets/name``.
    kinds : sequence of str, optional
        Collections in which a bare name is looked for. What runs in none of their objects' names is looked for too:
        workloads have the names of what they belong to, so they come last.

    Raises
    ------
    LookupError
        There is nothing of that name.
    AISpaceError
        There are several; they are listed.
    """
    if is_id(text):
        return text
    kind, slash, name = text.partition("/")
    if slash:
        attribute = kind.replace("-", "_")
        if attribute not in PREFIXES.values():
            known = ", ".join(sorted(value.replace("_", "-") for value in PREFIXES.values()))
            raise Invalid("id", f"{text!r}: there is no kind {kind!r}. Use one of {known}.")
        found = _called(client, attribute, name)
    else:
        name = text
        found = [one for attribute in kinds for one in _called(client, attribute, name)]
        found = found or _called(client, "workloads", name)
    if not found:
        raise LookupError(f"nothing called {text!r} that you may see")
    if len(found) > 1:
        listed = "; ".join(f"{kind} {one.id}" + _owner(one) for kind, one in found[:LISTED])
        more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
        raise AISpaceError(
            "name_ambiguous",
            f"Not done. {len(found)} objects are called {name!r}: {listed}{more}. Name one by its id or as KIND/name.",
            status=422,
            params={"name": name, "ids": [one.id for _, one in found]},
        )
    return str(found[0][1].id)


def _called(client: AISpaceClient, attribute: str, name: str) -> list[tuple[str, Any]]:
    word = attribute.replace("_", "-")
    return [(word, one) for one in getattr(client, attribute).list(q=name) if getattr(one, "name", None) == name]


def _owner(one: Any) -> str:
    owner = getattr(one, "owner", None)
    return f" of {owner.name}" if owner is not None else ""
