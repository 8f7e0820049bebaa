"""Rules of label groups."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import Conflict, Forbidden, InUse, Invalid, NameTaken, NotFound
from ..identity import SHARED, Principal, authorize, can, visible
from ..ids import new_id
from ..listing import contains, paged
from ..objects import ObjectKind
from ..schemas import Page, Ref
from .orm import LabelGroup
from .schemas import (
    PALETTE,
    RESERVED_KEYS,
    Label,
    LabelGroupCopy,
    LabelGroupCreate,
    LabelGroupOf,
    LabelGroupQuery,
    LabelGroupRead,
    LabelGroupUpdate,
)

if TYPE_CHECKING:
    from ..platform import Platform

KIND = "label_group"


def coloured(labels: Iterable[Label], start: int = 0) -> list[dict[str, Any]]:
    """Write labels as they are stored, each with a colour."""
    return [
        {"name": label.name, "color": (label.color or PALETTE[(start + n) % len(PALETTE)]).lower(), "key": label.key}
        for n, label in enumerate(labels)
    ]


class LabelGroupService:
    """Label groups: mine, shared and preset."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db
        self.counts: Callable[[Sequence[str]], dict[str, int]] = lambda _ids: {}
        """Counts the datasets of groups; the dataset service puts itself here."""
        self.users: Callable[[str], list[dict[str, str]]] = lambda _id: []
        """Names the datasets of a group."""
        self.used_labels: Callable[[str], dict[str, int]] = lambda _id: {}
        """Counts the annotations of a group's labels."""
        self.trashed_users: Callable[[str], list[dict[str, str]]] = lambda _id: []
        """Names the datasets in the trash that have a group."""
        platform.objects.add(
            ObjectKind(KIND, "lbl", KIND, "label group", LabelGroup, purged=self._check_unused_in_trash)
        )

    def list(self, principal: Principal, query: LabelGroupQuery) -> Page[LabelGroupRead]:
        """List the groups that the principal may see."""
        authorize(principal, "read:label_group")
        statement = select(LabelGroup).where(visible(principal, LabelGroup, mine_only=query.scope == "mine"))
        if query.scope == "preset":
            statement = statement.where(LabelGroup.visibility == "preset")
        elif query.scope == "shared":
            statement = statement.where(LabelGroup.visibility.in_(SHARED), LabelGroup.owner_id != principal.user_id)
        if query.q:
            statement = statement.where(contains(LabelGroup.name, query.q))
        if query.kind:
            statement = statement.where(LabelGroup.kind == query.kind)
        sorts = {
            "name": LabelGroup.name,
            "label_count": LabelGroup.label_count,
            "created_at": LabelGroup.created_at,
            "updated_at": LabelGroup.updated_at,
        }
        with self.db.read() as session:
            rows, info = paged(session, statement, query, sorts=sorts, tie=LabelGroup.id)
            names = self.platform.users.refs(r.owner_id for r in rows)
            counts = self.counts([r.id for r in rows])
            return Page(items=[self._read(principal, r, names[r.owner_id], counts) for r in rows], page=info)

    def get(self, principal: Principal, group_id: str) -> LabelGroupRead:
        """Give one group."""
        with self.db.read() as session:
            row = self._row(session, principal, group_id, "read")
            return self._one(principal, row)

    def of_dataset(self, group_id: str) -> LabelGroupOf:
        """Give name and labels of the group of a dataset, to whoever may see the dataset."""
        with self.db.read() as session:
            row = session.get(LabelGroup, group_id)
            if row is None:
                raise NotFound("label group", group_id)
            return LabelGroupOf(
                id=row.id, name=row.name, revision=row.revision, labels=[Label(**entry) for entry in row.labels]
            )

    def create(self, principal: Principal, body: LabelGroupCreate) -> LabelGroupRead:
        """Make a group.

        Raises
        ------
        NameTaken
            The principal has one of this name.
        """
        authorize(principal, "write:label_group")
        self._check_preset(principal, body.visibility)
        with self.db.write() as session:
            self._check_name(session, principal.user_id, body.name)
            row = LabelGroup(
                id=new_id("lbl"),
                owner_id=principal.user_id,
                organisation_id=principal.organisation_id,
                department_id=principal.department_id,
                name=body.name,
                kind=body.kind,
                description=body.description,
                visibility=body.visibility,
                labels=coloured(body.labels),
                label_count=len(body.labels),
            )
            session.add(row)
            session.flush()
            self._record(principal, "label_group.created", row)
            return self._one(principal, row)

    def create_for(self, principal: Principal, name: str, labels: Sequence[Label]) -> LabelGroupRead:
        """Make a group of this or, where it is taken, a similar name."""
        with self.db.write() as session:
            chosen, n = name, 1
            while session.scalar(
                select(LabelGroup.id).where(LabelGroup.owner_id == principal.user_id, LabelGroup.name == chosen)
            ):
                n += 1
                chosen = f"{name[: 49 - len(str(n))]}-{n}"
            return self.create(principal, LabelGroupCreate(name=chosen, labels=list(labels)))

    def copy(self, principal: Principal, group_id: str, body: LabelGroupCopy) -> LabelGroupRead:
        """Make a group of one's own with the labels of another."""
        source = self.get(principal, group_id)
        description = source.description if body.description is None else body.description
        return self.create(
            principal,
            LabelGroupCreate(name=body.name, kind=source.kind, labels=source.labels, description=description),
        )

    def update(
        self, principal: Principal, group_id: str, body: LabelGroupUpdate, revision: int | None = None
    ) -> LabelGroupRead:
        """Change a group.

        Raises
        ------
        Conflict
            A label that annotations use would go.
        PreconditionFailed
            Somebody changed it meanwhile.
        """
        with self.db.write() as session:
            row = self._row(session, principal, group_id, "write")
            revisions.check(row, revision, lambda: self._one(principal, row))
            if body.name is not None and body.name != row.name:
                self._check_name(session, row.owner_id, body.name)
                row.name = body.name
            if body.description is not None:
                row.description = body.description
            if body.visibility is not None and body.visibility != row.visibility:
                self._check_preset(principal, body.visibility, row.visibility)
                row.visibility = body.visibility
            if body.labels is not None:
                self._replace(row, body.labels)
            revisions.touch(row)
            self._record(principal, "label_group.changed", row)
            return self._one(principal, row)

    def _replace(self, row: LabelGroup, labels: Sequence[Label]) -> None:
        kept = {label.name for label in labels}
        used = self.used_labels(row.id)
        lost = [entry["name"] for entry in row.labels if entry["name"] not in kept and used.get(entry["name"])]
        if lost:
            raise Conflict(
                "label_in_use",
                f"Not changed. The label {lost[0]!r} is on {used[lost[0]]} samples. Relabel those first.",
                params={"labels": {name: used[name] for name in lost}},
            )
        colours = {entry["name"]: entry["color"] for entry in row.labels}
        row.labels = coloured(
            Label(name=label.name, color=label.color or colours.get(label.name), key=label.key) for label in labels
        )
        row.label_count = len(row.labels)

    def add_labels(
        self, principal: Principal, group_id: str, names: Sequence[str], declared: Iterable[dict[str, Any]] = ()
    ) -> int:
        """Add the labels that a group lacks; give how many were added.

        Parameters
        ----------
        declared : iterable of dict, optional
            ``name`` with ``color`` and ``key`` as a file says them; what cannot be used of them is left out.

        Raises
        ------
        Forbidden
            Some are missing and the group belongs to somebody else.
        """
        with self.db.write() as session:
            row = self._row(session, principal, group_id, "read")
            known = {entry["name"] for entry in row.labels}
            said = {entry["name"]: entry for entry in declared}
            keys = {*RESERVED_KEYS, *(entry.get("key") for entry in row.labels)}
            new = [_as_said(name, said.get(name, {}), keys) for name in dict.fromkeys(names) if name not in known]
            if not new:
                return 0
            if not can(principal, "write:label_group", row):
                raise Forbidden(
                    f"Not done. The label group {row.name!r} has no label {new[0].name!r} and belongs to somebody "
                    "else. Use a copy of the group, or labels that it has.",
                    code="label_unknown",
                    params={"labels": [label.name for label in new[:20]], "group": row.name},
                )
            if len(row.labels) + len(new) > 2000:
                raise Conflict("too_many_labels", "Not done. A label group has at most 2000 labels.")
            row.labels = [*row.labels, *coloured(new, len(row.labels))]
            row.label_count = len(row.labels)
            revisions.touch(row)
            self._record(principal, "label_group.changed", row)
            return len(new)

    def add_beside(self, principal: Principal, group_id: str, label: str, new: str, *, merge: bool) -> None:
        """Add a label right after another, with its colour; `drop_label` ends the renaming.

        Raises
        ------
        Invalid
            There is one of that name, and the two are not to become one.
        """
        with self.db.write() as session:
            row = self._row(session, principal, group_id, "write")
            known = [entry["name"] for entry in row.labels]
            if new in known:
                if merge:
                    return
                raise Invalid(
                    "to",
                    f"Name: the group has a label {new!r} already. Choose another name, or join the two (merge).",
                    code="label_taken",
                    params={"label": new},
                )
            at = known.index(label)
            beside = {**row.labels[at], "name": new, "key": None}
            row.labels = [*row.labels[: at + 1], beside, *row.labels[at + 1 :]]
            row.label_count = len(row.labels)
            revisions.touch(row)

    def drop_label(self, principal: Principal, group_id: str, label: str, to: str | None = None) -> LabelGroupRead:
        """Take a label that no sample has any more out of a group; its key goes to the one that it became.

        Raises
        ------
        Conflict
            Somebody gave it to a sample meanwhile.
        """
        with self.db.write() as session:
            row = self._row(session, principal, group_id, "write")
            old = next((entry for entry in row.labels if entry["name"] == label), None)
            if old is not None:
                heirs = [
                    {**entry, "key": old["key"]} if entry["name"] == to and not entry.get("key") else entry
                    for entry in row.labels
                ]
                self._replace(row, [Label(**entry) for entry in heirs if entry["name"] != label])
                revisions.touch(row)
                code = "label_group.label_deleted" if to is None else "label_group.label_renamed"
                params = {"name": row.name, "label": label, **({"to": to} if to else {})}
                self.platform.events.record(
                    principal, code, object_kind=KIND, object_id=row.id, params=params, resource=row
                )
            return self._one(principal, row)

    def delete(self, principal: Principal, group_id: str, revision: int | None = None) -> None:
        """Delete a group that no dataset uses.

        Raises
        ------
        InUse
            With the datasets that use it.
        """
        with self.db.write() as session:
            row = self._row(session, principal, group_id, "write")
            revisions.check(row, revision, lambda: self._one(principal, row))
            users = self.users(group_id)
            if users:
                raise InUse(f"The label group {row.name!r}", users)
            self._record(principal, "label_group.deleted", row)
            self.platform.trash.put(principal, row)

    def follow(self, session: Session, group_id: str, owner: Principal) -> None:
        """Give a private group to the new owner of the dataset that it belongs to."""
        row = session.get(LabelGroup, group_id)
        if row is None or row.visibility != "private" or row.owner_id == owner.user_id:
            return
        name, number = row.name, 1
        taken = select(LabelGroup.name).where(LabelGroup.owner_id == owner.user_id)
        names = set(session.scalars(taken))
        while name in names:
            number += 1
            name = f"{row.name[:46]}-{number}"
        row.name, row.owner_id = name, owner.user_id
        row.organisation_id, row.department_id = owner.organisation_id, owner.department_id
        revisions.touch(row)

    def _check_unused_in_trash(self, _session: Session, row: LabelGroup) -> None:
        users = self.trashed_users(row.id)
        if users:
            raise InUse("The label group", users)

    # Inside

    def _row(self, session: Session, principal: Principal, group_id: str, action: str) -> LabelGroup:
        row = session.get(LabelGroup, group_id)
        if row is None:
            raise NotFound("label group", group_id)
        authorize(principal, f"{action}:{KIND}", row)
        return row

    def _check_name(self, session: Session, owner_id: str, name: str) -> None:
        if session.scalar(select(LabelGroup.id).where(LabelGroup.owner_id == owner_id, LabelGroup.name == name)):
            raise NameTaken("label group", name)

    def _check_preset(self, principal: Principal, *visibilities: str) -> None:
        if "preset" in visibilities and not principal.is_administrator:
            raise Forbidden("Not done. Only an administrator makes presets. Ask one.", code="preset_forbidden")

    def _record(self, principal: Principal, code: str, row: LabelGroup) -> None:
        self.platform.events.record(
            principal, code, object_kind=KIND, object_id=row.id, params={"name": row.name}, resource=row
        )

    def _one(self, principal: Principal, row: LabelGroup) -> LabelGroupRead:
        return self._read(principal, row, self.platform.users.ref(row.owner_id), self.counts([row.id]))

    def _read(self, principal: Principal, row: LabelGroup, owner: Ref, counts: dict[str, int]) -> LabelGroupRead:
        used = counts.get(row.id, 0)
        actions = ["copy"] if can(principal, "write:label_group") else []
        if can(principal, "write:label_group", row):
            actions += ["write", *([] if used else ["delete"])]
        return LabelGroupRead(
            id=row.id,
            name=row.name,
            owner=owner,
            visibility=row.visibility,  # type: ignore[arg-type]
            revision=row.revision,
            created_at=row.created_at,
            updated_at=row.updated_at,
            can=actions,
            kind=row.kind,  # type: ignore[arg-type]
            description=row.description,
            labels=[Label(**entry) for entry in row.labels],
            label_count=row.label_count,
            used_by=used,
        )


def _as_said(name: str, said: dict[str, Any], taken: set[str | None]) -> Label:
    """Make a label with the colour and the key that a file gives it, as far as they can be used."""
    fields: dict[str, Any] = {"name": name}
    for field in ("color", "key"):
        value = said.get(field)
        if value is None or (field == "key" and value in taken):
            continue
        with contextlib.suppress(ValidationError):
            fields = Label(**fields, **{field: value}).model_dump(exclude_none=True)
    taken.add(fields.get("key"))
    return Label(**fields)
