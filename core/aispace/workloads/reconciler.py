"""The one writer of ``status``: it compares what is asked, what is stored and what the engine sees, and acts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, defer

from ..engines.base import AttemptPlan, AttemptState, Capacity, Key, MountPoint
from ..errors import Unavailable
from ..identity import SYSTEM
from . import queue, reasons, states
from .changes import WorkloadChange
from .orm import Attempt, Workload

if TYPE_CHECKING:
    from .service import WorkloadService

WAITING_LOOK = 200
"""So many of those that do not fit get a reason in one step; the rest waits behind them."""


@dataclass
class Acts:
    """What is to be done once the transaction is committed."""

    ensure: list[AttemptPlan] = field(default_factory=list)
    stop: list[tuple[Key, float]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    admit: list[Workload] = field(default_factory=list)
    changes: list[WorkloadChange] = field(default_factory=list)
    again: bool = False
    """There is more to admit at once."""


class Reconciler:
    """Moves workloads from state to state.

    `step` does one round and is all that tests need; `start` runs rounds in a thread, woken by a submit, a stop, the
    engine, or the clock. Every round begins with what the engine sees, so a crash at any point is repaired by the next
    one: an attempt that was written but never made is ensured again under the same name.
    """

    def __init__(self, service: WorkloadService) -> None:
        self.service = service
        self.platform = service.platform
        self.db = service.db
        self.log = service.log
        self._condition = threading.Condition()
        self._pending = False
        self._closing = False
        self._thread: threading.Thread | None = None
        self._complete_look = True
        self._unsent: dict[Key, AttemptPlan] = {}

    # The loop

    def start(self) -> None:
        """Start the engine and the thread."""
        self._clean_up()
        self.platform.engine.start(self.wake)
        self._thread = threading.Thread(target=self._run, name="aispace-reconciler", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None

    def wake(self) -> None:
        """Ask for a round now."""
        with self._condition:
            self._pending = True
            self._condition.notify_all()

    def _run(self) -> None:
        clock = self.platform.clock
        last_complete = float("-inf")
        while True:
            with self._condition:
                due = last_complete + self.service.observe_seconds - clock.monotonic()
                if not self._pending and not self._closing and due > 0:
                    self._condition.wait(due)
                if self._closing:
                    return
                self._pending = False
            complete = clock.monotonic() - last_complete >= self.service.observe_seconds
            if complete:
                last_complete = clock.monotonic()
            try:
                if self.step(complete=complete):
                    self.wake()
            except Exception:  # whatever it was: it is logged, and the next step tries again
                self.log.exception("a reconcile step failed; the next one tries again")
                with self._condition:
                    self._condition.wait(0.5)

    def _clean_up(self) -> None:
        with self.db.read() as session:
            keep = session.scalars(select(Workload.id).where(Workload.status.in_(states.OPEN))).all()
        self.service.secrets.keep_only(keep)

    # One round

    def step(self, *, complete: bool = True) -> bool:
        """Do one round.

        Parameters
        ----------
        complete : bool, optional
            Look at everything that runs, not only at what the engine has news of.

        Returns
        -------
        bool
            True when another round has work to do at once.
        """
        now = self.platform.clock.now()
        with self.db.read() as session:
            alive_keys = [
                Key(workload_id, number)
                for workload_id, number in session.execute(
                    select(Workload.id, Workload.attempts).where(
                        Workload.status.in_(states.ALIVE), Workload.external.is_(False)
                    )
                )
            ]
        complete = complete or self._complete_look
        observed = self.platform.engine.look(alive_keys, changed_only=not complete)
        acts = Acts()
        room = self._room()
        with self.db.write() as session:
            self._observe(session, observed, now, acts)
            self._external(session, now, acts)
            self._targets(session, now, acts)
            self._due(session, now, acts)
            session.flush()
            if room is not None:
                self._admit(session, now, acts, room)
            if complete:
                self._untold(session, acts)
            self._tell(session, acts.changes)
            admitted = select(Workload.id, Workload.spec).where(Workload.id.in_([row.id for row in acts.admit]))
            specs: dict[str, Any] = {workload_id: spec for workload_id, spec in session.execute(admitted)}  # noqa: C416
            acts.ensure.extend(self._plans(acts.admit, specs))
            if complete:
                running = [key.workload_id for key, state in observed.items() if state.phase == "running"]
                external = select(Workload.id).where(Workload.external, Workload.status == "running")
                self.platform.billing.roll(
                    now,
                    timedelta(seconds=self.service.billing_interval_seconds),
                    [*running, *session.scalars(external)],
                )
        self._complete_look = False
        self._act(acts)
        return acts.again

    def _act(self, acts: Acts) -> None:
        engine = self.platform.engine
        try:
            engine.ensure(acts.ensure)
        except Exception:  # whatever it was: it is logged, and the next step tries again
            # The next complete look finds them absent and ensures them again.
            self.log.exception("the engine did not take %d attempts", len(acts.ensure))
            self._complete_look = True
        for key, grace in acts.stop:
            try:
                engine.stop(key, grace)
            except Exception:  # whatever it was: it is logged, and the next step tries again
                self.log.exception("the engine did not stop %s/%d", *key)
                self._complete_look = True
        for workload_id in acts.ended:
            self.service.secrets.drop(workload_id)

    # What the engine sees

    def _observe(self, session: Session, observed: dict[Key, AttemptState], now: datetime, acts: Acts) -> None:
        rows = _by_id(session, (key.workload_id for key in observed))
        tries = _attempts(session, rows.values())
        closing: dict[str, datetime] = {}
        moved = [
            key
            for key, state in observed.items()
            if (row := rows.get(key.workload_id)) is not None
            and row.status in states.ALIVE
            and row.attempts == key.number
            and (state.phase in ("ended", "running") and (row.status != "running" or state.phase == "ended"))
        ]
        prices = self.service.price({rows[key.workload_id].spec_id or "" for key in moved})
        for key, state in observed.items():
            row = rows.get(key.workload_id)
            if row is None or row.status not in states.ALIVE or row.attempts != key.number:
                continue
            attempt = tries[row.id]
            price = prices.get(row.spec_id or "")
            if state.phase == "absent":
                image = self._image(row)
                if row.target == "running" and image in ("image_failed", "image_missing"):
                    self._ended(row, attempt, AttemptState(key, "ended", reason=image, ended_at=now), now, acts)
                elif row.target == "running" and image is None:
                    acts.admit.append(row)
                elif row.target == "running":
                    self._explain(row, reasons.make(image or ""))
                else:
                    self._ended(row, attempt, AttemptState(key, "ended", reason="stopped", ended_at=now), now, acts)
            elif state.phase == "starting":
                if row.status == "starting":
                    self._explain(row, reasons.make(state.reason, **state.params) if state.reason else None)
            elif state.phase == "running":
                if row.status == "starting":
                    self._running(row, attempt, state, now, price, acts)
                row.observed_at = now
            elif state.phase == "ended":
                if row.status == "running":
                    closing[row.id] = state.ended_at or now
                elif state.started_at is not None:
                    self._note_start(row, attempt, state, now)
                    end = state.ended_at or now
                    self.platform.billing.record(row, key.number, state.started_at, end, price)
                self._ended(row, attempt, state, now, acts)
        self.platform.billing.close(closing)

    def _note_start(self, row: Workload, attempt: Attempt, state: AttemptState, now: datetime) -> None:
        attempt.started_at = state.started_at or now
        attempt.ports = {name: list(address) for name, address in state.ports.items()}
        attempt.accelerators = list(state.accelerators)
        row.started_at = row.started_at or attempt.started_at

    def _running(
        self, row: Workload, attempt: Attempt, state: AttemptState, now: datetime, price: Decimal | None, acts: Acts
    ) -> None:
        self._note_start(row, attempt, state, now)
        attempt.status = "running"
        self.platform.billing.open(row, attempt.number, attempt.started_at or now, price)
        self._move(row, "running", None, now, acts)

    def _ended(self, row: Workload, attempt: Attempt, state: AttemptState, now: datetime, acts: Acts) -> None:
        outcome: Literal["succeeded", "failed", "stopped"]
        reason: dict[str, Any] | None
        if state.reason is None and state.exit_code == 0:
            outcome, reason = "succeeded", None
        elif state.reason == "stopped" or (row.target != "running" and state.reason in (None, "supervisor_lost")):
            outcome, reason = "stopped", reasons.make("stopped")
        elif state.reason is not None:
            outcome, reason = "failed", reasons.make(state.reason, **state.params)
        elif state.exit_code is not None and state.exit_code < 0:
            outcome, reason = "failed", reasons.make("signal", signal=-state.exit_code)
        else:
            outcome, reason = "failed", reasons.make("exit_code", exit_code=state.exit_code)
        attempt.status = outcome
        attempt.reason = reason
        attempt.exit_code = state.exit_code
        attempt.ended_at = state.ended_at or now
        code = reason["code"] if reason else None
        following = states.after_attempt(
            outcome,
            target=row.target,  # type: ignore[arg-type]  # only such words are ever stored
            reason_code=code,
            attempts=row.attempts,
            retries=row.retries,
        )
        if following == "queued":
            reason = reasons.make("retry", attempt=row.attempts, code=code, next=row.attempts + 1)
            pause = min(2.0 ** (row.attempts - 2), self.service.retry_delay_limit_seconds) if row.attempts > 1 else 0.0
            row.not_before = now + timedelta(seconds=pause) if pause else None
            row.queued_at = now
        elif following == "paused":
            reason = reasons.make("paused")
        if following in states.ENDED:
            row.ended_at = attempt.ended_at
            acts.ended.append(row.id)
        self._move(row, following, reason, now, acts, exit_code=state.exit_code)

    def _external(self, session: Session, now: datetime, acts: Acts) -> None:
        rows = session.scalars(select(Workload).where(Workload.external, Workload.status.in_(states.ALIVE))).all()
        tries = _attempts(session, rows)
        for row in rows:
            said = row.reported or {}
            if not said:
                if row.target != "running":
                    key = Key(row.id, row.attempts)
                    self._ended(row, tries[row.id], AttemptState(key, "ended", reason="stopped"), now, acts)
                continue
            row.observed_at = now
            start = datetime.fromisoformat(said["started_at"])
            state = AttemptState(
                Key(row.id, row.attempts),
                "ended" if said["phase"] == "ended" else "running",
                started_at=start,
                ended_at=datetime.fromisoformat(said["ended_at"]) if said["ended_at"] else None,
                exit_code=said["exit_code"],
                reason="stopped" if said["phase"] == "ended" and said["exit_code"] is None else None,
            )
            if row.status == "starting":
                price = self.service.price([row.spec_id or ""]).get(row.spec_id or "")
                self._running(row, tries[row.id], state, now, price, acts)
            if state.phase == "ended":
                session.flush()
                self.platform.billing.close({row.id: state.ended_at or now})
                self._ended(row, tries[row.id], state, now, acts)

    # What is asked

    def _targets(self, session: Session, now: datetime, acts: Acts) -> None:
        rows = session.scalars(
            select(Workload).where(
                or_(
                    Workload.status.in_(states.OPEN) & (Workload.target != "running"),
                    (Workload.status == "paused") & (Workload.target == "running"),
                )
            )
        ).all()
        for row in rows:
            if row.target == "running":
                row.queued_at = now
                self._move(row, "queued", None, now, acts)
            elif row.status in states.ALIVE:
                if not row.external:
                    acts.stop.append((Key(row.id, row.attempts), float(row.spec.get("stop_grace_seconds", 10))))
            elif row.target == "stopped":
                row.ended_at = now
                acts.ended.append(row.id)
                self._move(row, "stopped", reasons.make("stopped"), now, acts)
            elif row.status != "paused":
                self._move(row, "paused", reasons.make("paused"), now, acts)

    def _due(self, session: Session, now: datetime, acts: Acts) -> None:
        rows = session.scalars(select(Workload).where(Workload.status == "scheduled", Workload.not_before <= now)).all()
        for row in rows:
            row.queued_at = now
            self._move(row, "queued", None, now, acts)

    def _room(self) -> Capacity | None:
        """Ask what there is in all; None while the engine cannot tell, so nothing new is admitted.

        Asked before a transaction begins: an engine that is away may let wait, and nobody else shall wait for it.
        """
        try:
            return self.platform.engine.capacity()
        except Unavailable as error:
            self.log.warning("nothing is admitted: %s", error.message)
            return None

    def _admit(self, session: Session, now: datetime, acts: Acts, room: Capacity) -> None:
        waiting = (
            select(Workload)
            .where(Workload.status == "queued", or_(Workload.not_before.is_(None), Workload.not_before <= now))
            .order_by(Workload.rank, Workload.id)
            .limit(self.service.admission_batch + WAITING_LOOK)
            .options(defer(Workload.spec))
        )
        rows = session.scalars(waiting).all()
        if not rows:
            return
        engine = self.platform.engine
        admission = queue.Admission(room, queue.Used() if engine.schedules else self.service.used())
        looked = 0
        for row in rows:
            image = self._image(row)
            if image is not None:
                code = image
                if code == "image_building":
                    self._explain(row, reasons.make(code))
                else:
                    row.ended_at = now
                    acts.ended.append(row.id)
                    self._move(row, "failed", reasons.make(code), now, acts)
                continue
            # An engine with queues of its own is handed everything that can fit at all; it says what waits for what.
            verdict = queue.ever(row, admission.total) if engine.schedules else admission.consider(row)
            if verdict.admitted:
                if len(acts.admit) >= self.service.admission_batch:
                    acts.again = True
                    break
                row.attempts += 1
                row.not_before = None
                row.reported = None
                session.add(Attempt(workload_id=row.id, number=row.attempts, admitted_at=now))
                self._move(row, "starting", None, now, acts)
                if not row.external:
                    acts.admit.append(row)
                continue
            self._explain(row, reasons.make(verdict.code, **verdict.params))
            looked += 1
            if looked >= WAITING_LOOK or (admission.closed and looked > 1):
                break

    def _image(self, row: Workload) -> str | None:
        """Tell why the image does not let a workload start; None when it does."""
        if row.image_id is None or row.external:
            return None
        status = self.platform.images.state(row.image_id)
        if status == "ready":
            return None
        return {"building": "image_building", None: "image_missing"}.get(status, "image_failed")

    def _explain(self, row: Workload, reason: dict[str, Any] | None) -> None:
        if row.reason != reason:
            row.reason = reason

    # Moves

    def _move(
        self,
        row: Workload,
        following: states.Status,
        reason: dict[str, Any] | None,
        now: datetime,
        acts: Acts,
        *,
        exit_code: int | None = None,
    ) -> None:
        previous: states.Status = row.status  # type: ignore[assignment]  # only such words are ever stored
        states.check(previous, following)
        row.status = following
        row.reason = reason
        row.observed_at = now
        row.revision += 1
        self.service.record(SYSTEM, row)
        if row.kind in self.service.callbacks:
            acts.changes.append(_change(row, previous, exit_code))

    def _tell(self, session: Session, changes: Sequence[WorkloadChange]) -> None:
        """Tell the domains, all together; when one raises, each change by itself, and those that fail later again."""
        if not changes:
            return
        try:
            with session.begin_nested():
                for change in changes:
                    self._call(change)
            return
        except Exception:  # whatever it was: it is logged, and the next step tries again
            self.log.exception("a domain refused one of %d changes; each is told by itself", len(changes))
        for change in changes:
            row = session.get_one(Workload, change.id)
            try:
                with session.begin_nested():
                    self._call(change)
                row.told = True
            except Exception:  # whatever it was: it is logged, and the next step tries again
                self.log.exception("a domain could not take %s -> %s of %s", change.previous, change.status, change.id)
                row.told = False

    def _call(self, change: WorkloadChange) -> None:
        for callback in self.service.callbacks.get(change.kind, ()):
            callback(change)

    def _untold(self, session: Session, acts: Acts) -> None:
        rows = session.scalars(select(Workload).where(Workload.told.is_(False)).limit(100)).all()
        for row in rows:
            row.told = True
            attempt = session.get(Attempt, (row.id, row.attempts))
            acts.changes.append(_change(row, row.status, attempt.exit_code if attempt else None))  # type: ignore[arg-type]

    # Plans

    def _plans(self, rows: Sequence[Workload], specs: dict[str, Any]) -> Iterator[AttemptPlan]:
        for row in rows:
            try:
                yield self._plan(row, specs[row.id])
            except Exception:  # whatever it was: it is logged, and the next step tries again
                # It stays absent for the engine, so the next complete look tries again; the others go on.
                self.log.exception("attempt %s/%d could not be prepared", row.id, row.attempts)

    def _plan(self, row: Workload, spec: dict[str, Any]) -> AttemptPlan:
        secret = self.service.secrets.get(row.id)
        return AttemptPlan(
            key=Key(row.id, row.attempts),
            kind=row.kind,
            name=row.name,
            command=tuple(spec["command"]),
            env=spec["env"],
            secret_env=secret,
            cwd=spec["cwd"],
            mounts=tuple(
                MountPoint(Path(mount["source"]), mount["target"], mount["read_only"]) for mount in spec["mounts"]
            ),
            image=str(self.platform.images.location(row.image_id)) if row.image_id else None,
            cpu=row.cpu,
            memory_bytes=row.memory_bytes,
            accelerator=row.accelerator,
            accelerator_count=row.accelerator_count,
            accelerator_product=row.accelerator_product,
            queue=row.queue,
            priority=row.priority,
            nodes=spec["nodes"],
            ports=tuple(spec["ports"]),
            time_limit_seconds=spec["time_limit_seconds"],
            stop_grace_seconds=spec["stop_grace_seconds"],
            uid=row.run_as,
            seed=spec["seed"],
        )


def _change(row: Workload, previous: states.Status, exit_code: int | None) -> WorkloadChange:
    return WorkloadChange(
        id=row.id,
        kind=row.kind,
        name=row.name,
        owner_id=row.owner_id,
        object_kind=row.object_kind,
        object_id=row.object_id,
        previous=previous,
        status=row.status,  # type: ignore[arg-type]  # only such words are ever stored
        attempt=row.attempts,
        reason=row.reason,
        exit_code=exit_code,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _by_id(session: Session, ids: Iterable[str]) -> dict[str, Workload]:
    wanted = list(set(ids))
    found: dict[str, Workload] = {}
    for start in range(0, len(wanted), 500):
        rows = session.scalars(
            select(Workload).where(Workload.id.in_(wanted[start : start + 500])).options(defer(Workload.spec))
        )
        found.update({row.id: row for row in rows})
    return found


def _attempts(session: Session, rows: Iterable[Workload]) -> dict[str, Attempt]:
    newest = {row.id: row.attempts for row in rows}
    wanted: Sequence[str] = list(newest)
    found: dict[str, Attempt] = {}
    for start in range(0, len(wanted), 500):
        tries = session.scalars(select(Attempt).where(Attempt.workload_id.in_(wanted[start : start + 500])))
        found.update(
            {attempt.workload_id: attempt for attempt in tries if attempt.number == newest[attempt.workload_id]}
        )
    return found
