"""Accounts: sign-in, administration, passwords, uids."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from aispace.clock import Clock
from aispace.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NameTaken,
    NotFound,
    PreconditionFailed,
    TooMany,
    Unauthenticated,
)
from aispace.identity import SYSTEM, Principal
from aispace.platform import Platform
from aispace.users.passwords import PasswordPolicy, hash_password, matches, random_password
from aispace.users.schemas import PasswordChange, SettingsUpdate, UserCreate, UserQuery, UserRead, UserUpdate
from aispace.users.service import UserService
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

GOOD = "Correct-horse 7"


class SteppedClock(Clock):
    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


class Notebooks:
    """Remembers whose servers were to be stopped."""

    def __init__(self) -> None:
        self.stopped: list[str] = []

    def stop_all(self, principal: Principal, user_id: str) -> None:
        self.stopped.append(user_id)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def users(platform: Platform, clock: SteppedClock) -> UserService:
    platform.clock = clock
    platform.notebooks = Notebooks()  # type: ignore[assignment]  # stands in for the service
    return UserService(platform)


@pytest.fixture
def boss(users: UserService) -> Principal:
    assert users.first_administrator("admin", "Correct-horse 1")
    return users.principal_by_name("admin")


def add(users: UserService, boss: Principal, name: str = "alice", password: str | None = GOOD) -> UserRead:
    return users.create(boss, UserCreate(name=name, password=password))


def codes(platform: Platform, object_id: str) -> list[str]:
    from aispace.events.orm import Event
    from sqlalchemy import select

    with platform.db.read() as session:
        rows = session.scalars(select(Event).where(Event.object_id == object_id).order_by(Event.id)).all()
        return [row.code for row in rows]


# Sign-in


def test_first_administrator_is_made_once(users: UserService) -> None:
    assert users.first_administrator("admin", "Correct-horse 1") is True
    assert users.first_administrator("admin", "Other-horse 2") is False
    assert users.verify_login("admin", "Correct-horse 1").role == "administrator"
    with pytest.raises(Unauthenticated):
        users.verify_login("admin", "Other-horse 2")


def test_sign_in_takes_the_right_password_only(users: UserService, boss: Principal, platform: Platform) -> None:
    alice = add(users, boss)
    assert users.verify_login(" Alice ", GOOD).id == alice.id
    for name, password in (("alice", GOOD + "x"), ("alice", ""), ("nobody", GOOD), ("", ""), ("alice\0", GOOD)):
        with pytest.raises(Unauthenticated) as caught:
            users.verify_login(name, password, address=name + password)
        assert "password is wrong" in caught.value.message
    assert codes(platform, alice.id) == ["user.created", "user.signed_in", "user.sign_in_failed", "user.sign_in_failed"]
    assert users.get(boss, alice.id).last_seen_at is not None


@pytest.mark.capability("AS1-03")
def test_three_failures_lock_the_account_for_that_address(
    users: UserService, boss: Principal, clock: SteppedClock
) -> None:
    add(users, boss)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            users.verify_login("alice", "wrong", "10.0.0.7")
    with pytest.raises(TooMany) as caught:
        users.verify_login("alice", GOOD, "10.0.0.7")
    assert caught.value.details["params"]["seconds"] <= 301
    assert users.verify_login("alice", GOOD, "10.0.0.8").name == "alice"
    clock.seconds += 301
    assert users.verify_login("alice", GOOD, "10.0.0.7").name == "alice"


def test_slow_failures_do_not_lock(users: UserService, boss: Principal, clock: SteppedClock) -> None:
    add(users, boss)
    for _ in range(6):
        with pytest.raises(Unauthenticated):
            users.verify_login("alice", "wrong", "10.0.0.7")
        clock.seconds += 16
    assert users.verify_login("alice", GOOD, "10.0.0.7").name == "alice"


@pytest.mark.capability("AS1-04")
def test_three_locked_accounts_lock_their_address(users: UserService, boss: Principal, clock: SteppedClock) -> None:
    add(users, boss)
    for name in ("bob", "carl", "dora"):
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                users.verify_login(name, "wrong", "10.0.0.7")
    with pytest.raises(TooMany):
        users.verify_login("alice", GOOD, "10.0.0.7")
    clock.seconds += 901
    assert users.verify_login("alice", GOOD, "10.0.0.7").name == "alice"


def test_reset_password_lets_a_locked_account_in(users: UserService, boss: Principal) -> None:
    alice = add(users, boss)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            users.verify_login("alice", "wrong", "10.0.0.7")
    fresh = users.reset_password(boss, alice.id).password
    assert users.verify_login("alice", fresh, "10.0.0.7").name == "alice"
    with pytest.raises(Unauthenticated):
        users.verify_login("alice", GOOD, "10.0.0.7")


def test_disabled_account_is_refused_everywhere(users: UserService, boss: Principal, platform: Platform) -> None:
    alice = add(users, boss)
    users.update(boss, alice.id, UserUpdate(enabled=False))
    with pytest.raises(Forbidden) as caught:
        users.verify_login("alice", GOOD)
    assert caught.value.code == "account_disabled"
    with pytest.raises(Forbidden):
        users.principal_by_name("alice")
    with pytest.raises(Unauthenticated):  # a wrong password does not reveal that the account is disabled
        users.verify_login("alice", "wrong")
    assert platform.notebooks.stopped == [alice.id]  # type: ignore[attr-defined]  # of the stand-in
    users.update(boss, alice.id, UserUpdate(enabled=True))
    assert users.verify_login("alice", GOOD).enabled


# Administration


def test_users_may_not_administer_accounts(users: UserService, boss: Principal) -> None:
    read = add(users, boss)
    alice = users.principal(read.id)
    for act in (
        lambda: users.list(alice, UserQuery()),
        lambda: users.get(alice, read.id),
        lambda: users.create(alice, UserCreate(name="bob")),
        lambda: users.update(alice, read.id, UserUpdate(role="administrator")),
        lambda: users.delete(alice, read.id),
        lambda: users.reset_password(alice, boss.user_id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_created_account_without_password_gets_a_random_one(users: UserService, boss: Principal) -> None:
    created = users.create(boss, UserCreate(name="alice"))
    assert created.password is not None
    assert users.verify_login("alice", created.password).id == created.id
    assert users.create(boss, UserCreate(name="bob", password=GOOD)).password is None


def test_name_is_unique(users: UserService, boss: Principal) -> None:
    add(users, boss)
    with pytest.raises(NameTaken):
        add(users, boss)


@pytest.mark.parametrize(
    "name", ["", "a", "A", "Alice", "-alice", "alice-", "a b", "a/b", "../a", "a" * 33, "张三", "a\0b"]
)
def test_name_outside_the_rule_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        UserCreate(name=name)


def test_list_pages_filters_and_sorts(users: UserService, boss: Principal) -> None:
    for name in ("alice", "bob", "carl"):
        add(users, boss, name)
    page = users.list(boss, UserQuery(limit=2))
    assert [user.name for user in page.items] == ["admin", "alice"]
    assert (page.page.total, page.page.next) == (4, 2)
    assert [user.name for user in users.list(boss, UserQuery(q="AR")).items] == ["carl"]
    assert [user.name for user in users.list(boss, UserQuery(role="user", sort="-name")).items] == [
        "carl",
        "bob",
        "alice",
    ]
    with pytest.raises(Invalid):
        users.list(boss, UserQuery(sort="password"))


def test_stale_change_is_refused(users: UserService, boss: Principal) -> None:
    alice = add(users, boss)
    users.update(boss, alice.id, UserUpdate(display_name="Alice"), 1)
    with pytest.raises(PreconditionFailed):
        users.update(boss, alice.id, UserUpdate(display_name="Eve"), 1)
    with pytest.raises(PreconditionFailed):
        users.delete(boss, alice.id, 1)


def test_last_administrator_stays(users: UserService, boss: Principal) -> None:
    for change in (UserUpdate(role="user"), UserUpdate(enabled=False)):
        with pytest.raises(Conflict) as caught:
            users.update(boss, boss.user_id, change)
        assert caught.value.code == "last_administrator"
    with pytest.raises(Conflict):
        users.delete(boss, boss.user_id)
    other = users.create(boss, UserCreate(name="second", role="administrator"))
    assert users.update(boss, boss.user_id, UserUpdate(role="user")).role == "user"
    assert users.principal(other.id).is_administrator


def test_deleted_account_is_gone_and_its_uid_is_never_given_again(users: UserService, boss: Principal) -> None:
    users.separate = True
    alice = add(users, boss)
    users.delete(boss, alice.id)
    with pytest.raises(NotFound):
        users.get(boss, alice.id)
    with pytest.raises(Unauthenticated):
        users.principal(alice.id)
    again = add(users, boss)
    assert again.id != alice.id
    assert again.uid is not None
    assert alice.uid is not None
    assert again.uid > alice.uid >= 200_000


def test_uids_are_given_only_where_users_have_their_own(users: UserService, boss: Principal) -> None:
    alice = add(users, boss)
    users.separate = False
    assert users.principal(alice.id).uid is None
    users.separate = True
    first, second = users.principal(alice.id).uid, users.principal(boss.user_id).uid
    assert first is not None
    assert second is not None
    assert first != second
    assert min(first, second) >= 200_000


def test_account_that_owns_something_is_not_deleted(users: UserService, boss: Principal, platform: Platform) -> None:
    from aispace.notebooks.orm import Notebook

    alice = add(users, boss)
    with platform.db.write() as session:
        session.add(Notebook(id="nb_1", owner_id=alice.id, name=""))
    with pytest.raises(Conflict) as caught:
        users.delete(boss, alice.id)
    assert caught.value.code == "in_use"
    assert caught.value.details["params"]["used_by"] == [{"kind": "Notebook", "name": "1"}]


# Passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Ab-4567", "8 to 32"),
        ("Ab-" + "x" * 30, "8 to 32"),
        ("Abcdefg1", "sign"),
        ("abcdefgh-", "two of"),
        ("12345678-", "two of"),
        ("Alice-2026", "user name"),
        ("Ecila-2026", "user name"),
        ("Password-1", "well-known"),
        ("P@ssw0rd!", "well-known"),
        ("Qwerty_12", "well-known"),
        ("tab\tin-Here1", "control"),
    ],
)
def test_policy_names_the_rule(password: str, why: str) -> None:
    assert why in (PasswordPolicy().problem(password, "alice") or "")


@pytest.mark.parametrize("password", [GOOD, "大Zebra-9-Zebra", "correct horse 7", "A1 " * 10])
def test_policy_lets_good_passwords_pass(password: str) -> None:
    assert PasswordPolicy().problem(password, "alice") is None


@pytest.mark.capability("AS1-08")
def test_each_rule_of_the_policy_refuses(users: UserService, boss: Principal) -> None:
    alice = users.principal(add(users, boss).id)
    users.change_password(alice, PasswordChange(old=GOOD, new="Second-horse 8"))
    refused = {
        "Ab-4567": "8 to 32",
        "Ab-" + "x" * 30: "8 to 32",
        "Abcdefg1": "space or sign",
        "abcdefgh-": "two of",
        "my Alice-26": "user name",
        "my ecilA-26": "user name",
        "Second-horse 9": "two places",
        GOOD: "last 3",
        "Password-1": "well-known",
    }
    for new, why in refused.items():
        with pytest.raises(Invalid, match=why):
            users.change_password(alice, PasswordChange(old="Second-horse 8", new=new))
    users.change_password(alice, PasswordChange(old="Second-horse 8", new="Third-horse 99"))


def test_upper_limit_is_configurable(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "Correct-horse 7" * 4
    assert PasswordPolicy.from_environment().problem(long, "alice")
    monkeypatch.setenv("AISPACE_PASSWORD_MAX_LENGTH", "64")
    assert PasswordPolicy.from_environment().problem(long, "alice") is None


@given(st.text(max_size=40), st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_policy_never_fails_on_any_text(password: str, name: str) -> None:
    problem = PasswordPolicy().problem(password, name)
    assert problem is None or problem.endswith(".")


def test_random_passwords_meet_the_policy() -> None:
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    assert all(PasswordPolicy().problem(password, "admin") is None for password in made)


def test_hash_is_argon2id_and_tells_right_from_wrong() -> None:
    encoded = hash_password(GOOD)
    assert encoded.startswith("$argon2id$")
    assert matches(encoded, GOOD)
    assert not matches(encoded, GOOD.lower())
    assert not matches(None, GOOD)
    assert not matches("no hash", GOOD)


@pytest.mark.capability("AS3-65")
def test_change_of_ones_own_password(users: UserService, boss: Principal) -> None:
    alice = users.principal(add(users, boss).id)
    with pytest.raises(Invalid) as caught:
        users.change_password(alice, PasswordChange(old="wrong", new="Another-horse 8"))
    assert caught.value.details["fields"][0]["field"] == "old"
    for new in (GOOD[:-1] + "8", GOOD, "short"):
        with pytest.raises(Invalid) as caught:
            users.change_password(alice, PasswordChange(old=GOOD, new=new))
        assert caught.value.details["fields"][0]["field"] == "new"
    users.change_password(alice, PasswordChange(old=GOOD, new="Another-horse 8"))
    assert users.verify_login("alice", "Another-horse 8").id == alice.user_id
    with pytest.raises(Invalid, match="last 3"):
        users.change_password(alice, PasswordChange(old="Another-horse 8", new=GOOD))


def test_guessing_the_old_password_is_locked_out(users: UserService, boss: Principal) -> None:
    alice = users.principal(add(users, boss).id)
    for _ in range(3):
        with pytest.raises(Invalid):
            users.change_password(alice, PasswordChange(old="wrong", new="Another-horse 8"))
    with pytest.raises(TooMany):
        users.change_password(alice, PasswordChange(old=GOOD, new="Another-horse 8"))


def test_password_hashes_and_passwords_reach_no_answer_and_no_event(
    users: UserService, boss: Principal, platform: Platform, tmp_path: Path
) -> None:
    from aispace.events.orm import Event
    from sqlalchemy import select

    alice = add(users, boss)
    reset = users.reset_password(boss, alice.id)
    with platform.db.read() as session:
        text = str([row.params for row in session.scalars(select(Event)).all()])
    shown = users.get(boss, alice.id).model_dump_json() + text
    assert "argon2" not in shown
    assert GOOD not in shown
    assert reset.password not in shown


# Myself


def test_settings_are_merged(users: UserService, boss: Principal) -> None:
    assert users.settings(boss).language == ""
    users.update_settings(boss, SettingsUpdate(language="zh-CN"))
    users.update_settings(boss, SettingsUpdate(dismissed=["a", "b", "a"]))
    kept = users.settings(boss)
    assert (kept.language, kept.dismissed, kept.theme) == ("zh-CN", ["a", "b"], "")


def test_local_principal_is_one_administrator_without_uid(users: UserService) -> None:
    first = users.local_principal()
    assert first == users.local_principal()
    assert first.is_administrator
    assert first.uid is None


def test_refs_name_accounts(users: UserService, boss: Principal) -> None:
    refs = users.refs([boss.user_id, "usr_gone", SYSTEM.user_id])
    assert {key: ref.name for key, ref in refs.items()} == {
        boss.user_id: "admin",
        "usr_gone": "usr_gone",
        "system": "AI Space",
    }


def test_seen_is_written_at_most_every_five_minutes(users: UserService, boss: Principal, platform: Platform) -> None:
    users.seen(boss)
    first = users.get(boss, boss.user_id).last_seen_at
    users.seen(boss)
    assert users.get(boss, boss.user_id).last_seen_at == first
    assert first is not None
    later = first + timedelta(minutes=6)
    platform.clock.now = lambda: later  # type: ignore[method-assign]  # the clock is moved
    users.seen(boss)
    assert users.get(boss, boss.user_id).last_seen_at == later
