from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from aispace.db import Base, Database, WrongRevision
from aispace.db.types import Money, UTCDateTime
from aispace.platform import Platform
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

DIALECT = sqlite.dialect()


def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    database = Database(database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "aispace_alembic_version", "compare_type": False}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert database.current() == database.head() is not None
    database.close()


def test_a_database_of_a_newer_platform_is_refused_with_the_remedy(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("UPDATE aispace_alembic_version SET version_num = '9999'"))
    with pytest.raises(WrongRevision, match="newer version") as refused:
        database.check()
    assert refused.value.code == "database_too_new"
    database.close()


def test_an_older_database_is_refused_with_the_command(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("DELETE FROM aispace_alembic_version"))
    with pytest.raises(WrongRevision, match="aispace db upgrade"):
        database.check()
    database.close()


def count(platform: Platform) -> int:
    with platform.db.read() as session:
        return session.scalar(text("SELECT count(*) FROM aispace_lineage_edges")) or 0


INSERT = text(
    "INSERT INTO aispace_lineage_edges"
    " (from_id, from_version, from_name, to_id, to_version, to_name, relation, created_at, updated_at)"
    " VALUES (:n, '', '', :n, '', '', 'code', '2026-01-01', '2026-01-01')"
)


def test_a_nested_write_joins_the_outer_transaction(platform: Platform) -> None:
    with pytest.raises(ZeroDivisionError), platform.db.write() as session:
        with platform.db.write() as inner:
            assert inner is session
            inner.execute(INSERT, {"n": "a"})
        raise ZeroDivisionError
    assert count(platform) == 0


def test_what_waits_for_the_commit_is_called_after_it_and_only_then(platform: Platform) -> None:
    seen: list[int] = []
    with platform.db.write() as session:
        session.execute(INSERT, {"n": "a"})
        platform.db.after_commit(lambda: seen.append(count(platform)))
        assert seen == []
    assert seen == [1]
    with pytest.raises(ZeroDivisionError), platform.db.write():
        platform.db.after_commit(lambda: seen.append(99))
        raise ZeroDivisionError
    assert seen == [1]


def test_a_write_inside_a_read_is_an_error_of_the_programmer(platform: Platform) -> None:
    with platform.db.read(), pytest.raises(RuntimeError, match="inside read"), platform.db.write():
        pass


def test_threads_that_write_at_once_all_get_through(platform: Platform) -> None:
    def work(number: int) -> None:
        for step in range(10):
            with platform.db.write() as session:
                session.execute(INSERT, {"n": f"{number}-{step}"})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(platform) == 160


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_money_comes_back_exactly(amount: Decimal) -> None:
    kind = Money()
    stored = kind.process_bind_param(amount, DIALECT)
    assert isinstance(stored, int)
    assert kind.process_result_value(stored, DIALECT) == amount


def test_money_finer_than_a_millionth_is_refused() -> None:
    with pytest.raises(ValueError, match="finer"):
        Money().process_bind_param(Decimal("0.0000001"), DIALECT)


def test_a_moment_without_zone_is_refused_and_others_become_utc() -> None:
    kind = UTCDateTime()
    with pytest.raises(ValueError, match="time zone"):
        kind.process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001
    there = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert kind.process_result_value(kind.process_bind_param(there, DIALECT), DIALECT) == there


def test_what_is_written_together_is_committed_at_once_or_not_at_all(platform: Platform) -> None:
    other = Database(platform.db.url.render_as_string(hide_password=False))
    told: list[int] = []

    def seen() -> int:
        with other.read() as session:
            return session.scalar(text("SELECT count(*) FROM aispace_lineage_edges")) or 0

    with platform.db.together():
        for n in ("one", "two"):
            with platform.db.write() as session:
                session.execute(INSERT, {"n": n})
                platform.db.after_commit(lambda: told.append(seen()))
        assert count(platform) == 2  # here
        assert (seen(), told) == (0, [])
    assert (seen(), told) == (2, [2, 2])
    with pytest.raises(ZeroDivisionError), platform.db.together():
        with platform.db.write() as session:
            session.execute(INSERT, {"n": "three"})
        raise ZeroDivisionError
    assert seen() == 2
    other.close()


def test_half_of_what_belongs_together_is_never_committed(platform: Platform) -> None:
    def go_on_after_a_failure() -> None:
        with platform.db.together():
            with pytest.raises(ZeroDivisionError), platform.db.write() as session:
                session.execute(INSERT, {"n": "one"})
                raise ZeroDivisionError
            with platform.db.write() as session:
                session.execute(INSERT, {"n": "two"})

    with pytest.raises(RuntimeError, match="passed over"):
        go_on_after_a_failure()
    assert count(platform) == 0
