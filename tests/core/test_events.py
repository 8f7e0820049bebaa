from __future__ import annotations

import pytest
from aispace.db import Owned
from aispace.errors import Forbidden, NotFound
from aispace.events.orm import Event
from aispace.events.schemas import EventQuery
from aispace.identity import Principal, authorize
from aispace.platform import Platform
from sqlalchemy import update


class Thing:
    def __init__(self, owner_id: str, visibility: str = "private") -> None:
        self.id, self.owner_id, self.visibility, self.organisation_id = "ds_1", owner_id, visibility, "org_default"


def record(platform: Platform, principal: Principal, n: int, thing: Thing | None = None) -> None:
    for i in range(n):
        platform.events.record(
            principal, "dataset.changed", object_kind="dataset", object_id="ds_1", params={"n": i}, resource=thing
        )


def test_seal_gives_positions_without_gaps_and_a_chain_that_verifies(platform: Platform, admin: Principal) -> None:
    record(platform, admin, 5)
    assert platform.events.seal() == 5
    record(platform, admin, 3)
    assert platform.events.seal() == 3
    assert [e.position for e in platform.events.list(admin, EventQuery(after=0)).items] == list(range(1, 9))
    assert platform.events.verify() is None


def test_verify_names_the_first_event_that_was_changed(platform: Platform, admin: Principal) -> None:
    record(platform, admin, 4)
    platform.events.seal()
    with platform.db.write() as session:
        session.execute(update(Event).where(Event.position == 3).values(params={"n": 99}))
    assert platform.events.verify() == 3


def test_events_of_a_private_object_are_hidden_from_others(
    platform: Platform, alice: Principal, bob: Principal, admin: Principal
) -> None:
    record(platform, alice, 1, Thing("usr_alice"))
    record(platform, alice, 1, Thing("usr_alice", "public"))
    platform.events.seal()
    query = EventQuery(after=0)
    assert len(platform.events.list(alice, query).items) == 2
    assert len(platform.events.list(bob, query).items) == 1
    assert len(platform.events.list(admin, query).items) == 2
    with pytest.raises(Forbidden):
        platform.events.list(bob, query, audit=True)


def test_an_event_of_a_rolled_back_change_does_not_exist(platform: Platform, alice: Principal) -> None:
    with pytest.raises(RuntimeError, match="no"), platform.db.write():
        record(platform, alice, 1)
        raise RuntimeError("no")
    assert platform.events.seal() == 0


def test_authorize_hides_private_objects_and_refuses_changes_of_shared_ones(alice: Principal, bob: Principal) -> None:
    authorize(alice, "write:dataset", Thing("usr_alice"))
    with pytest.raises(NotFound):
        authorize(bob, "read:dataset", Thing("usr_alice"))
    authorize(bob, "read:dataset", Thing("usr_alice", "public"))
    with pytest.raises(Forbidden, match="somebody else"):
        authorize(bob, "write:dataset", Thing("usr_alice", "public"))


def test_a_narrow_token_scope_narrows_the_role(alice: Principal) -> None:
    reader = Principal(user_id=alice.user_id, name="alice", scopes=frozenset({"read"}))
    authorize(reader, "read:dataset")
    with pytest.raises(Forbidden, match="scope"):
        authorize(reader, "write:dataset")


def test_owned_is_a_mixin_with_a_revision() -> None:
    assert "revision" in Owned.__annotations__
