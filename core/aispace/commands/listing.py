"""Looking: ``status``, ``ls``, ``show``, ``stop``, ``delete``, ``logs``, ``usage``, ``search``, ``open``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from ..client import AISpaceClient
from ..client.training import ENDED
from ..errors import Invalid
from ..laptop import running_labs
from .naming import NAMED, collection, resolve
from .terminal import Terminal, duration, money, size, state
from .verbs import Verbs, verb

Column = tuple[str, Callable[[Any], Any]]
ID: Final[Column] = ("ID", lambda r: r.id)
NAME: Final[Column] = ("NAME", lambda r: r.name)
OWNER: Final[Column] = ("OWNER", lambda r: r.owner.name)


def answered_by(row: Any) -> str:
    """Name what answers for a service: a model, or a script."""
    part = row.model or row.script
    return f"{part.name}:{part.version}"


KINDS: Final[dict[str, tuple[str, list[Column]]]] = {
    "datasets": (
        "datasets",
        [
            ID,
            NAME,
            ("TYPE", lambda r: f"{r.data_type} · {r.annotation_type}"),
            ("STATUS", lambda r: state(r.status)),
            ("LABELLED", lambda r: f"{r.counts.labelled + r.counts.reviewed} of {r.counts.total}"),
            ("CURRENT", lambda r: r.current_version or "none"),
            ("SIZE", lambda r: size(r.size_bytes)),
            OWNER,
        ],
    ),
    "algorithms": (
        "algorithms",
        [ID, NAME, ("CATEGORY", lambda r: r.category), ("CURRENT", lambda r: r.current_version), OWNER],
    ),
    "jobs": (
        "jobs",
        [
            ID,
            NAME,
            ("RUN", lambda r: r.current_version),
            ("STATE", lambda r: state(r.status)),
            ("DURATION", lambda r: duration(r.latest.started_at, r.latest.ended_at)),
            ("COST", lambda r: money(r.latest.cost, 2)),
            OWNER,
        ],
    ),
    "models": (
        "models",
        [
            ID,
            NAME,
            ("FORMAT", lambda r: r.format),
            ("CURRENT", lambda r: r.current_version or "none"),
            ("SIZE", lambda r: size(r.size_bytes)),
            OWNER,
        ],
    ),
    "services": (
        "services",
        [
            ID,
            NAME,
            ("STATE", lambda r: state(r.status)),
            ("MODEL", answered_by),
            ("REPLICAS", lambda r: f"{r.replicas.ready} of {r.replicas.total}"),
            ("CALLS", lambda r: r.calls.total),
            ("ADDRESS", lambda r: r.endpoint),
        ],
    ),
    "batch-services": (
        "batches",
        [
            ID,
            NAME,
            ("STATE", lambda r: state(r.status)),
            ("MODEL", answered_by),
            ("FILES", lambda r: f"{r.counts.done} of {r.counts.total}"),
            ("FAILED", lambda r: r.counts.failed),
        ],
    ),
    "visualisations": (
        "visualisations",
        [
            ID,
            NAME,
            ("STATE", lambda r: state(r.status)),
            ("DURATION", lambda r: duration(r.started_at, r.ended_at)),
            ("COST", lambda r: money(r.cost, 2)),
        ],
    ),
    "job-templates": (
        "templates",
        [
            ID,
            NAME,
            ("KIND", lambda r: r.kind),
            ("MADE OF", lambda r: ", ".join(part.name for part in (r.algorithm, r.model, *r.inputs) if part)),
            ("SPEC", lambda r: r.spec.name if r.spec else ""),
            OWNER,
        ],
    ),
    "images": (
        "images",
        [
            ID,
            NAME,
            ("STATE", lambda r: state(r.status)),
            ("PURPOSES", lambda r: ", ".join(r.purposes)),
            ("SIZE", lambda r: size(r.size_bytes)),
        ],
    ),
    "specs": (
        "specs",
        [
            ID,
            NAME,
            ("CPU", lambda r: f"{r.cpu:g}"),
            ("MEMORY", lambda r: size(r.memory_bytes)),
            ("ACCELERATOR", lambda r: f"{r.accelerator.count} × {r.accelerator.resource}" if r.accelerator else "none"),
            ("PRICE/H", lambda r: money(r.price_per_hour, 2)),
            ("FREE", lambda r: f"{r.capacity.free} of {r.capacity.total}"),
        ],
    ),
    "workloads": (
        "workloads",
        [
            ID,
            NAME,
            ("KIND", lambda r: r.kind),
            ("STATE", lambda r: state(r.status)),
            ("DURATION", lambda r: duration(r.started_at, r.ended_at)),
            ("COST", lambda r: money(r.cost, 2)),
        ],
    ),
    "label-groups": ("label_groups", [ID, NAME, ("LABELS", lambda r: ", ".join(x.name for x in r.labels))]),
    "users": (
        "users",
        [ID, NAME, ("ROLE", lambda r: r.role), ("STATE", lambda r: "enabled" if r.enabled else "disabled")],
    ),
}
AREAS: Final = {
    "ds": "datasets", "alg": "algorithms", "job": "training-jobs", "mdl": "models", "svc": "services", "img": "images",
    "vis": "visualisations", "tpl": "job-templates",
}  # fmt: skip
"""Part of the page's path, by prefix of the id."""


ACTIVE: Final[dict[str, dict[str, Any]]] = {
    "jobs": {"active": True}, "users": {"enabled": True}, "visualisations": {"active": True},
    "workloads": {"active": True},
}  # fmt: skip
"""What ``--active`` asks the list of a kind for."""


def _ls(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    attribute, columns = KINDS[given.kind]
    query: dict[str, Any] = {"q": given.q, "limit": given.limit, "offset": given.offset, "sort": given.sort}
    if given.active:
        if given.kind not in ACTIVE:
            raise Invalid("active", f"--active: {given.kind} have no end. Leave it out, or list {' or '.join(ACTIVE)}.")
        query |= ACTIVE[given.kind]
    page = getattr(client, attribute).page(**query)
    terminal.table(page.items, columns, total=page.page.total)


def _show(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    if given.id.startswith("imp_"):
        terminal.document(client.datasets.import_status(given.id))
        return
    object_id = resolve(client, given.id)
    found = collection(client, object_id).get(object_id)
    if terminal.as_json:
        terminal.document(found)
        return
    lines = []
    for name, value in found.model_dump(mode="json").items():
        if isinstance(value, list):
            lines.append((name, ", ".join(str(item) for item in value) if len(value) < 6 else f"{len(value)} items"))
        elif isinstance(value, dict):
            lines.append((name, value.get("name") or ", ".join(f"{k} {v}" for k, v in list(value.items())[:6])))
        else:
            lines.append((name, value))
    terminal.object(found, lines)


def _stop(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    if given.all_jobs:
        everything = client.jobs.stop_all()
        named = ", ".join(f"{one.name} {one.version}" for one in everything.stopped)
        terminal.object(everything, [("stopped", named or "nothing")])
        return
    if given.id is None:
        raise Invalid("id", "Name what to stop, or give --all-jobs.", code="missing")
    object_id = resolve(client, given.id, ("jobs", "services", "batches"))
    kind = object_id.partition("_")[0]
    stopped: Any
    if kind == "job":
        stopped = client.jobs.stop(object_id, given.run or client.jobs.get(object_id).current_version)
    elif kind == "svc":
        stopped = client.services.stop(object_id)
    elif kind == "bat":
        stopped = client.batches.stop(object_id)
    elif kind == "vis":
        stopped = client.visualisations.stop(object_id)
    elif kind == "wl":
        stopped = client.workloads.stop(object_id)
    else:
        raise Invalid("id", f"{given.id!r} is nothing that runs. Name a job, a service or a workload.")
    terminal.object(stopped, [("id", object_id), ("status", state(stopped.status))])


def _delete(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    for object_id in [resolve(client, text) for text in given.ids]:  # all are found before one is gone
        collection(client, object_id).delete(object_id)
        terminal.say(f"deleted {object_id}")


def _logs(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> int:
    object_id = resolve(client, given.id, ("jobs", "services", "images", "batches"))
    kind = object_id.partition("_")[0]
    if kind == "job":
        run = given.run or client.jobs.get(object_id).current_version
        if given.follow:
            for text in client.jobs.follow(object_id, run):
                terminal.text(text)
            return 0 if client.jobs.wait(object_id, run).status == "succeeded" else 1
        workload = client.jobs.run(object_id, run).workload
        if workload is None:
            raise LookupError(f"{object_id} {run} has no log: it never ran")
        workload_id = workload.id
    elif kind == "svc":
        workload_id = client.services.get(object_id).workload_id or ""
    elif kind == "bat":
        workload_id = client.batches.get(object_id).workload_id or ""
    elif kind == "vis":
        workload_id = client.visualisations.get(object_id).workload_id or ""
    elif kind == "img":
        workload_id = client.images.get(object_id).workload_id or ""
    else:
        workload_id = object_id
    after = 0
    while True:
        part = client.workloads.log(workload_id, after)
        terminal.text(part.text)
        ended = part.next == after
        after = part.next
        if ended and not given.follow:
            return 0
        if part.complete or (ended and client.workloads.get(workload_id).status in ENDED):
            return 0


def _usage(_given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    summary = client.usage.summary()
    lines = [("total", money(summary.total)), ("running", f"{money(summary.running_per_hour)} per hour")]
    lines += [(group.name, money(group.amount)) for group in summary.by_kind]
    terminal.object(summary, lines)


def _status(_given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    version, me, overview = client.about.version(), client.about.me(), client.about.overview()
    running = [f"{one.name} ({one.object_id or one.id}) {state(one.status)}" for one in overview.running]
    more = overview.running_total - len(running)
    lines = [
        ("platform", f"{client.transport.url}  {version.version}, {version.size} size, {version.engine} engine"),
        ("user", f"{me.name} ({me.role})"),
        ("running", "; ".join(running) + (f" and {more} more" if more > 0 else "") if running else "nothing"),
        ("needs you", "; ".join(f"{one.name} {one.code}" for one in overview.needs_you) or "nothing"),
        ("today", money(overview.cost_today, 2)),
    ]
    terminal.object(overview, lines)


def _search(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    found = client.about.search(given.text)
    terminal.table(found.items, [ID, ("KIND", lambda r: r.kind), NAME], total=found.total)


def page_path(object_id: str) -> str:
    """Give the path of an object's page, for instance ``/datasets/ds_0190``.

    Raises
    ------
    LookupError
        Objects of this kind have no page.
    """
    area = AREAS.get(object_id.partition("_")[0])
    if area is None:
        raise LookupError(f"{object_id!r} has no page")
    return f"/{area}/{object_id}"


def page_link(client: AISpaceClient, path: str, *, elsewhere: bool = False) -> str:
    """Write the link to a page of ours, which opens for everybody in his own server.

    Parameters
    ----------
    elsewhere : bool
        The client was told another platform's address than the one of this server.
    """
    query = f"lab?aispace={quote(path, safe='/')}"
    # On a user's server AISPACE_URL leads past the hub, straight to the platform.
    hub, services, _ = client.transport.url.partition("/services/")
    if not elsewhere and os.environ.get("AISPACE_HUB_URL"):
        return f"{os.environ['AISPACE_HUB_URL']}/hub/user-redirect/{query}"
    # Without a hub it is a page of the JupyterLab that is open here.
    return f"{hub}/hub/user-redirect/{query}" if services else f"/{query}"


def link_to(client: AISpaceClient, object_id: str, *, elsewhere: bool = False) -> str:
    """Write the whole link to an object's page; see `page_link`."""
    link = page_link(client, page_path(object_id), elsewhere=elsewhere)
    if client.transport.laptop is not None and link.startswith("/"):
        labs = running_labs()
        link = labs[0]["url"].rstrip("/") + link if labs else f"{link}    (start JupyterLab to open it: jupyter lab)"
    return link


def _open(given: argparse.Namespace, terminal: Terminal, client: AISpaceClient) -> None:
    terminal.text(link_to(client, resolve(client, given.id), elsewhere=given.url is not None) + "\n")


def register(verbs: Verbs, shared: argparse.ArgumentParser) -> None:
    """Add the verbs of this module."""
    listing = verb(verbs, shared, "ls", _ls, purpose="List objects of a kind.", examples="""
        aispace ls datasets
        aispace ls jobs --active
        aispace ls models --q digits --json
    """)  # fmt: skip
    listing.add_argument("kind", choices=sorted(KINDS))
    listing.add_argument("--q", help="part of the name, or the id")
    listing.add_argument(
        "--active", action="store_true", help="only what has not ended (jobs, workloads), or is enabled (users)"
    )
    listing.add_argument("--sort", help="for instance -created_at or name")
    listing.add_argument("--limit", type=int, default=50, help="rows, 1 to 200; default 50")
    listing.add_argument("--offset", type=int, default=0, help="rows to pass over")
    show = verb(verbs, shared, "show", _show, purpose="Show one object.", examples="""
        aispace show ds_0190
        aispace show job_0190 --json
        aispace show datasets/digits
    """)  # fmt: skip
    show.add_argument("id", metavar="NAME", help=NAMED)
    stop = verb(
        verbs, shared, "stop", _stop, purpose="Stop a job, a service or a workload.",
        examples="""
        aispace stop job_0190
        aispace stop job_0190 --run V0002
        aispace stop services/digits
        aispace stop --all-jobs
    """)  # fmt: skip
    stop.add_argument("id", metavar="NAME", nargs="?", help=NAMED)
    stop.add_argument("--all-jobs", action="store_true", help="every training job of yours that waits or runs")
    stop.add_argument("--run", help="run of a job; default: the newest")
    delete = verb(
        verbs, shared, "delete", _delete, purpose="Delete objects that nothing uses.",
        examples="""
        aispace delete ds_0190
        aispace delete services/digits mdl_0190
        aispace delete job_0190 --quiet
    """)  # fmt: skip
    delete.add_argument("ids", nargs="+", metavar="NAME", help=NAMED)
    logs = verb(
        verbs, shared, "logs", _logs, purpose="Print the log of a job, service, image or workload.",
        examples="""
        aispace logs job_0190
        aispace logs -f digits
        aispace logs job_0190 --run V0002
    """)  # fmt: skip
    logs.add_argument("id", metavar="NAME", help=NAMED)
    logs.add_argument("-f", "--follow", action="store_true", help="go on until the end; exit code 1 if a job failed")
    logs.add_argument("--run", help="run of a job; default: the newest")
    verb(verbs, shared, "usage", _usage, purpose="Tell what this month cost so far.", examples="""
        aispace usage
        aispace usage --json
        aispace usage --url http://localhost:8000/services/aispace
    """)  # fmt: skip
    verb(verbs, shared, "status", _status, purpose="Tell what runs and what needs you.", examples="""
        aispace status
        aispace status --json
        aispace status --url http://localhost:8000/services/aispace
    """)  # fmt: skip
    search = verb(
        verbs, shared, "search", _search, purpose="Look for names of everything.",
        examples="""
        aispace search digits
        aispace search cars --json
        aispace search 数字
    """)  # fmt: skip
    search.add_argument("text")
    link = verb(
        verbs, shared, "open", _open, purpose="Print the link to an object's page.",
        examples="""
        aispace open ds_0190
        aispace open job_0190
        aispace open svc_0190
    """)  # fmt: skip
    link.add_argument("id", metavar="NAME", help=NAMED)
