"""Rules of users' Jupyter servers: what they may run on, admission, state, release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import revisions
from ..errors import AISpaceError, Conflict, NotFound
from ..identity import SYSTEM, Principal, authorize
from ..ids import new_id
from ..resources.schemas import SpecQuery, SpecRead
from ..workloads.schemas import LogQuery, WorkloadSpec
from ..workloads.states import ENDED
from .orm import Notebook
from .schemas import NotebookAdmit, NotebookRef, NotebookState, SpawnForm, SpecChoice

if TYPE_CHECKING:
    from ..platform import Platform

PORT = "http"
STOP_GRACE_SECONDS = 10.0
TAIL_BYTES = 8192
TAIL_LINES = 15


class NotebookService:
    """Users' Jupyter servers: the row and the workload exist before the hub has a server.

    Parameters
    ----------
    platform : Platform
        Its composition root.
    """

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.db = platform.db

    def form(self, principal: Principal, server_name: str = "") -> SpawnForm:
        """Tell what a user may start a server with, and what is free now.

        Parameters
        ----------
        principal : Principal
            The user.
        server_name : str
            Its last options are offered again.
        """
        authorize(principal, "write:notebook")
        specs = self._specs(principal)
        with self.db.read() as session:
            notebook = self._find(session, principal.user_id, server_name)
            last = dict(notebook.options) if notebook else {}
        ids = {spec.id for spec in specs}
        chosen, gone = last.get("spec_id"), None
        if chosen is not None and chosen not in ids:
            gone, chosen = self._spec_name(chosen), None
        if chosen is None and specs:
            chosen = _first_free(specs).id
        return SpawnForm(
            specs=[_choice(spec, self.platform.currency) for spec in specs],
            chosen=chosen,
            last_unavailable=gone,
            max_hours=last.get("max_hours"),
        )

    def admit(self, principal: Principal, body: NotebookAdmit) -> NotebookRef:
        """Reserve what a server needs and start it when that is free.

        Parameters
        ----------
        principal : Principal
            The user whose server it is; it runs under his uid in his area.
        body : NotebookAdmit
            What the hub wants to start.

        Returns
        -------
        NotebookRef
            Its workload.

        Raises
        ------
        Invalid
            The spec does not exist, is disabled, or is not for notebooks.
        Conflict
            There is no spec for notebooks at all.
        """
        authorize(principal, "write:notebook")
        spec_id = self._resolve(principal, body.options.spec_id)
        area = self.platform.areas.area(principal).root
        with self.db.write() as session:
            notebook = self._find(session, principal.user_id, body.server_name)
            if notebook is None:
                notebook = Notebook(id=new_id("nb"), owner_id=principal.user_id, name=body.server_name, options={})
                session.add(notebook)
            elif notebook.workload_id is not None:
                # The hub has lost sight of an earlier start: two servers must not write to one area.
                self._stop(notebook.workload_id)
            hours = body.options.max_hours
            workload = self.platform.workloads.submit(
                SYSTEM,
                WorkloadSpec(
                    kind="notebook",
                    name=f"{principal.name}/{body.server_name}".rstrip("/"),
                    command=body.command,
                    env={**body.env, "HOME": str(area), "USER": principal.name, "LOGNAME": principal.name},
                    secret_env=body.secret_env,
                    cwd=str(area),
                    spec_id=spec_id,
                    ports=[PORT],
                    time_limit_seconds=hours * 3600 if hours else None,
                    stop_grace_seconds=STOP_GRACE_SECONDS,
                    object_kind="notebook",
                    object_id=notebook.id,
                    owner_id=principal.user_id,
                    run_as=principal.uid,
                ),
            )
            notebook.workload_id = workload.id
            notebook.options = body.options.model_dump(exclude_none=True)
            revisions.touch(notebook)
        return NotebookRef(workload_id=workload.id)

    def state(self, principal: Principal, workload_id: str) -> NotebookState:
        """Tell how a server is.

        Parameters
        ----------
        principal : Principal
            The platform itself: the hub asks for all users.
        workload_id : str
            From `admit`.

        Raises
        ------
        NotFound
            There is no such server.
        """
        workload = self.platform.workloads.get(principal, workload_id)
        if workload.kind != "notebook":
            raise NotFound("notebook", workload_id)
        address = self.platform.workloads.address(workload_id, PORT) if workload.status == "running" else None
        ended = workload.status in ENDED
        newest = workload.attempts[-1] if workload.attempts else None
        return NotebookState(
            workload_id=workload.id,
            status=workload.status,
            ended=ended,
            exit_code=newest.exit_code if newest else None,
            reason=workload.reason or (newest.reason if newest else None),
            position=workload.position,
            host=address[0] if address else None,
            port=address[1] if address else None,
            spec=workload.spec.spec_name,
            log_tail=self._tail(principal, workload_id) if workload.status == "failed" else [],
        )

    def release(self, principal: Principal, workload_id: str) -> None:
        """Stop a server; asking again, or for one that has ended, changes nothing."""
        if self.platform.workloads.get(principal, workload_id).kind != "notebook":
            raise NotFound("notebook", workload_id)
        self._stop(workload_id)

    def stop_all(self, principal: Principal, user_id: str) -> None:
        """Stop all servers of a user, who was disabled or deleted."""
        authorize(principal, "admin:notebook")
        with self.db.read() as session:
            running = session.scalars(
                select(Notebook.workload_id).where(Notebook.owner_id == user_id, Notebook.workload_id.is_not(None))
            ).all()
        for workload_id in running:
            if workload_id is not None:
                self._stop(workload_id)

    # Inside

    def _find(self, session: Session, owner_id: str, name: str) -> Notebook | None:
        return session.scalar(select(Notebook).where(Notebook.owner_id == owner_id, Notebook.name == name))

    def _specs(self, principal: Principal) -> list[SpecRead]:
        query = SpecQuery(purpose="notebook", enabled=True, limit=200)
        return self.platform.resources.list(principal, query).items

    def _spec_name(self, spec_id: str) -> str:
        try:
            return self.platform.resources.get(SYSTEM, spec_id).name
        except NotFound:
            return spec_id

    def _resolve(self, principal: Principal, spec_id: str | None) -> str:
        if spec_id is not None:
            return str(self.platform.resources.resolve(principal, spec_id, purpose="notebook", field="spec_id").id)
        specs = self._specs(principal)
        if not specs:
            raise Conflict(
                "no_spec",
                "Not started. There is no resource spec for notebooks. Ask an administrator to add or enable one.",
            )
        return _first_free(specs).id

    def _stop(self, workload_id: str) -> None:
        try:
            if self.platform.workloads.get(SYSTEM, workload_id).status not in ENDED:
                self.platform.workloads.stop(SYSTEM, workload_id)
        except NotFound:
            return

    def _tail(self, principal: Principal, workload_id: str) -> list[str]:
        try:
            log = self.platform.workloads.read_log(principal, workload_id, LogQuery(tail=True, limit=TAIL_BYTES))
        except AISpaceError:
            return []
        return [line for line in log.text.splitlines() if line.strip()][-TAIL_LINES:]


def _first_free(specs: list[SpecRead]) -> SpecRead:
    return next((spec for spec in specs if spec.capacity.free > 0), specs[0])


def _choice(spec: SpecRead, currency: str) -> SpecChoice:
    card = spec.accelerator
    fits = spec.capacity.total > 0
    return SpecChoice(
        id=spec.id,
        name=spec.name,
        cpu=spec.cpu,
        memory_bytes=spec.memory_bytes,
        accelerator=f"{card.count} × {card.product or card.resource}" if card else None,
        price_per_hour=str(spec.price_per_hour.amount) if spec.price_per_hour else None,
        currency=spec.price_per_hour.currency if spec.price_per_hour else currency,
        free=spec.capacity.free,
        total=spec.capacity.total,
        waiting=spec.waiting,
        allowed=fits,
        reason=None if fits else "does not fit on any machine of this installation",
    )
