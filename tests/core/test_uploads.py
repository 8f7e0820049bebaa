from __future__ import annotations

import base64
import hashlib
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from aispace.clock import Clock
from aispace.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from aispace.identity import Principal
from aispace.platform import Platform
from aispace.storage.receiver import parse_checksum, parse_metadata
from aispace.storage.schemas import UploadQuery
from aispace.storage.uploads import Gone, Locked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


class LaterClock(Clock):
    """A clock that can be put forward."""

    ahead = timedelta()

    def now(self):  # type: ignore[no-untyped-def]  # as the clock it replaces
        return super().now() + self.ahead


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(min_size=1, max_size=400), cuts=st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=8)
)
def test_whatever_is_cut_the_end_is_intact(
    platform: Platform, alice: Principal, data: bytes, cuts: list[tuple[int, bool]]
) -> None:
    made = platform.uploads.create(alice, len(data), {"filename": "x"})
    for length, guarded in [*cuts, (len(data), True)]:
        at = platform.uploads.get(alice, made.id).offset
        piece = data[at : at + length]
        digest = base64.b64encode(hashlib.sha256(data[at:]).digest()).decode()
        whole = at + len(piece) == len(data)
        receiver = platform.uploads.begin(alice, made.id, at, f"sha256 {digest}" if guarded else None)
        receiver.write(piece)
        after = platform.uploads.end(alice, made.id, receiver, whole=whole)
        # Of a cut request everything stays, but for what a checksum was to guard.
        assert after.offset == (at if guarded and not whole else at + len(piece))
    assert platform.uploads.finished(alice, made.id).file.read_bytes() == data
    platform.uploads.terminate(alice, made.id)


def test_bytes_behind_the_offset_of_a_killed_process_are_dropped(platform: Platform, alice: Principal) -> None:
    made = platform.uploads.create(alice, 10, {"filename": "x"})
    receiver = platform.uploads.begin(alice, made.id, 0, None)
    receiver.write(b"abc")
    platform.uploads.end(alice, made.id, receiver, whole=True)
    with platform.uploads.path(made.id).open("ab") as file:  # written, but the process died before it said so
        file.write(b"lost")
    assert platform.uploads.get(alice, made.id).offset == 3
    receiver = platform.uploads.begin(alice, made.id, 3, None)
    receiver.write(b"defghij")
    platform.uploads.end(alice, made.id, receiver, whole=True)
    assert platform.uploads.finished(alice, made.id).file.read_bytes() == b"abcdefghij"


def test_two_requests_do_not_write_at_once(platform: Platform, alice: Principal) -> None:
    made = platform.uploads.create(alice, 10, {"filename": "x"})
    receiver = platform.uploads.begin(alice, made.id, 0, None)
    with pytest.raises(Locked):
        platform.uploads.begin(alice, made.id, 0, None)
    platform.uploads.end(alice, made.id, receiver, whole=False)
    again = platform.uploads.begin(alice, made.id, 0, None)
    with pytest.raises(TooLarge):
        again.write(b"x" * 11)
    platform.uploads.end(alice, made.id, again, whole=False)


def test_uploads_expire_by_the_clock_and_each_byte_prolongs(
    database_url: str, tmp_path: Path, alice: Principal
) -> None:
    clock = LaterClock()
    platform = Platform(home=str(tmp_path / "home"), database_url=database_url, clock=clock)
    made = platform.uploads.create(alice, 10, {"filename": "x"})
    clock.ahead = timedelta(hours=47)
    platform.uploads.end(alice, made.id, platform.uploads.begin(alice, made.id, 0, None), whole=True)
    clock.ahead = timedelta(hours=94)
    assert platform.uploads.get(alice, made.id).offset == 0
    clock.ahead = timedelta(hours=96)
    with pytest.raises(Gone):
        platform.uploads.get(alice, made.id)
    assert platform.uploads.unfinished() == 0
    assert platform.uploads.expire() == 1
    with pytest.raises(NotFound):
        platform.uploads.get(alice, made.id)
    platform.close()


def test_a_batch_is_given_when_all_of_it_is_there(platform: Platform, alice: Principal, bob: Principal) -> None:
    for n in range(3):
        receiver = platform.uploads.receive_new(None)
        receiver.write(b"%d" % n)
        said = {"filename": f"{n}.png", "relativePath": f"a/{2 - n}.png", "batch": "b"}
        platform.uploads.create(alice, 1, said, receiver)
    assert [u.relative_path for u in platform.uploads.finished_batch(alice, "b")] == ["a/0.png", "a/1.png", "a/2.png"]
    with pytest.raises(NotFound):
        platform.uploads.finished_batch(bob, "b")
    late = platform.uploads.create(alice, 1, {"filename": "x", "batch": "b"})
    with pytest.raises(Conflict, match="1 of the 4 files"):
        platform.uploads.finished_batch(alice, "b")
    platform.uploads.terminate(alice, late.id)
    page = platform.uploads.list(alice, UploadQuery(finished=True, batch="b", limit=2))
    rest = platform.uploads.list(alice, UploadQuery(finished=True, batch="b", cursor=page.page.next))
    assert len({u.id for u in [*page.items, *rest.items]}) == 3


def test_limits_of_a_user(platform: Platform, alice: Principal, bob: Principal) -> None:
    platform.uploads.max_open = 2
    first = platform.uploads.create(alice, 1, {"filename": "x"})
    platform.uploads.create(alice, 1, {"filename": "x"})
    with pytest.raises(TooLarge, match="2 uploads"):
        platform.uploads.create(alice, 1, {"filename": "x"})
    platform.uploads.create(bob, 1, {"filename": "x"})
    platform.uploads.terminate(alice, first.id)
    platform.uploads.create(alice, 1, {"filename": "x"})
    with pytest.raises(TooLarge, match="at most"):
        platform.uploads.create(bob, platform.uploads.max_size + 1, {"filename": "x"})
    with pytest.raises(Forbidden):
        platform.uploads.create(Principal("usr_r", "r", scopes=frozenset({"read"})), 1, {"filename": "x"})
    assert len(list(platform.uploads.root.glob("*/upl_*"))) == 3


@pytest.mark.parametrize("header", ["key !!", "key 4pyT4py", "x " * 5000])
def test_metadata_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Invalid):
        parse_metadata(header)


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1", "sha1 AAAA", "sha256 !!"])
def test_a_checksum_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Invalid):
        parse_checksum(header)


def test_metadata_may_be_empty_and_of_any_script() -> None:
    assert parse_metadata("filename 5pWw5a2XLnBuZw==,flag") == {"filename": "数字.png", "flag": ""}
    assert parse_metadata("") == {}


def test_many_threads_upload_at_once(platform: Platform, alice: Principal) -> None:
    def one(n: int) -> None:
        receiver = platform.uploads.receive_new(None)
        receiver.write(b"%04d" % n)
        platform.uploads.create(alice, 4, {"filename": f"{n}.bin", "batch": "many"}, receiver)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = platform.uploads.finished_batch(alice, "many")
    assert {u.file.read_bytes() for u in found} == {b"%04d" % n for n in range(30)}
    assert list((platform.uploads.root / "tmp").iterdir()) == []
