"""Two changes at the same moment: each is counted, and none is made against what the other has changed meanwhile."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from aispace.errors import Conflict, PreconditionFailed
from aispace.identity import SYSTEM, Principal
from aispace.labels.orm import LabelGroup
from aispace.labels.schemas import LabelGroupCreate
from aispace.platform import Platform
from aispace.revisions import touch
from aispace.users.orm import User
from aispace.users.schemas import UserCreate, UserQuery, UserUpdate

ROUNDS = 4


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do several things at the same moment; give what each answered or raised."""
    found: list[Any] = [None] * len(acts)
    begin = threading.Barrier(len(acts))

    def run(number: int) -> None:
        begin.wait(20)
        try:
            found[number] = acts[number]()
        except Exception as error:  # what it raised is the answer
            found[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_one_of_two_changes_of_an_account_is_refused(platform: Platform) -> None:
    user = platform.users.create(SYSTEM, UserCreate(name="carol", password="Wonder-1and!"))
    for _ in range(ROUNDS):
        revision = platform.users.get(SYSTEM, user.id).revision
        acts = [
            functools.partial(
                platform.users.update, SYSTEM, user.id, UserUpdate(display_name=f"{revision} {n}"), revision
            )
            for n in range(4)
        ]
        found = at_once(*acts)
        done = [one for one in found if not isinstance(one, Exception)]
        refused = [one for one in found if isinstance(one, PreconditionFailed)]
        assert (len(done), len(refused)) == (1, 3), found
        assert platform.users.get(SYSTEM, user.id).revision == revision + 1
        assert refused[0].details["params"]["current"]["display_name"] == done[0].display_name


def test_changes_at_the_same_moment_are_all_counted(platform: Platform, alice: Principal) -> None:
    group = platform.labels.create(alice, LabelGroupCreate(name="g"))
    read = threading.Barrier(4)

    def count() -> None:
        with platform.db.write() as session:
            row = session.get_one(LabelGroup, group.id)
            if not platform.db.is_sqlite:
                read.wait(20)  # all have read the same number; SQLite lets only one come here at a time
            touch(row)

    assert at_once(*[count] * 4) == [None] * 4
    assert platform.labels.get(alice, group.id).revision == group.revision + 4


def test_a_change_before_touch_is_kept(platform: Platform, alice: Principal) -> None:
    group = platform.labels.create(alice, LabelGroupCreate(name="g"))
    with platform.db.write() as session:
        row = session.get_one(LabelGroup, group.id)
        row.name = "h"
        touch(row)
    assert platform.labels.get(alice, group.id).name == "h"


def test_two_administrators_cannot_unmake_each_other(platform: Platform) -> None:
    for number in range(ROUNDS):
        both = [
            platform.users.create(
                SYSTEM, UserCreate(name=f"boss{number}{letter}", password="Wonder-1and!", role="administrator")
            )
            for letter in "ab"
        ]
        found = at_once(
            *[functools.partial(platform.users.update, SYSTEM, one.id, UserUpdate(role="user")) for one in both]
        )
        left = platform.users.list(SYSTEM, UserQuery(role="administrator", enabled=True)).items
        assert len(left) == 1, found
        assert sum(isinstance(one, Conflict) for one in found) == 1
        for one in left:
            with platform.db.write() as session:
                session.get_one(User, one.id).role = "user"
