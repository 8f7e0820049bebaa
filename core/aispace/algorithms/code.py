"""Where code comes from: uploads, folders, notebooks, git addresses - all end as a manifest."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from ..errors import Invalid, TooLarge
from ..schemas import AreaSource, GitSource
from ..storage.archives import Budget, Meter
from ..storage.manifests import Entry, Manifest, write_manifest
from ..storage.sources import read_source, stage, stage_folder

if TYPE_CHECKING:
    from ..identity import Principal
    from .service import AlgorithmService

SCHEMES: Final = ("https", "http", "file")
REF: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._/+@-]*$")
MAGIC: Final = re.compile(r"^\s*[%!?]|^\s*[\w.]+\?{1,2}\s*$")
KEEP_CODE: Final = frozenset({"%%time", "%%timeit", "%%capture", "%%prun"})
"""Cell magics around code that is Python."""
LIMIT: Final = Budget(entries=50_000, total_bytes=2 << 30, file_bytes=1 << 30)


def stage_code(service: AlgorithmService, principal: Principal, source: Any) -> tuple[Manifest, dict[str, Any]]:
    """Store code and tell where it came from; durable on return, outside of any transaction.

    A single notebook gets a ``train.py`` beside it, made of its code cells.
    """
    if isinstance(source, GitSource):
        return _stage_git(service, principal, source)
    manifest = stage(service.platform, principal, source, budget=LIMIT)
    origin: dict[str, Any] = {"kind": source.kind}
    if isinstance(source, AreaSource):
        origin["path"] = source.path
    return with_script(service, manifest), origin


def with_script(service: AlgorithmService, manifest: Manifest) -> Manifest:
    """Add ``train.py`` where there is one notebook and no Python file."""
    if manifest.count > 100:
        return manifest
    entries = list(service.files.entries(manifest.sha256))
    notebooks = [entry for entry in entries if entry.path.endswith(".ipynb")]
    if len(notebooks) != 1 or any(entry.path.endswith(".py") for entry in entries):
        return manifest
    text = notebook_script(service.platform.blobs.read(notebooks[0].sha256), notebooks[0].path)
    blob = service.platform.blobs.put(text.encode())
    return write_manifest(service.platform.blobs, [*entries, Entry("train.py", blob.size, blob.sha256)])


def _cell(source: str) -> str:
    """Comment out what only IPython understands."""
    lines = source.splitlines()
    place = next((number for number, line in enumerate(lines) if line.strip()), 0)
    head: list[str] = []
    if lines and lines[place].startswith("%%"):
        if lines[place].split()[0] not in KEEP_CODE:
            return "\n".join(f"# {line}" for line in lines)
        head, lines = [f"# {lines[place]}"], lines[place + 1 :]
    result: list[str] = []
    continued = False
    for line in lines:
        # A line that begins with % may also go on with a modulo.
        goes_on = bool(result) and result[-1].rstrip().endswith(("\\", "(", ",")) and not result[-1].startswith("# ")
        magic = continued or (MAGIC.search(line) is not None and not goes_on)
        continued = magic and line.rstrip().endswith("\\")
        if magic:
            indent = line[: len(line) - len(line.lstrip())]
            # An indented magic may be all that a block holds.
            result.append(f"{indent}pass  # {line.lstrip()}" if indent else f"# {line}")
        else:
            result.append(line)
    return "\n".join([*head, *result])


def notebook_script(data: bytes, name: str = "notebook") -> str:
    """Turn a notebook into a script: its code cells in order; magics and shell lines become comments.

    Raises
    ------
    Invalid
        The file is no notebook of version 4, or has no code.
    """
    try:
        notebook = json.loads(data)
        cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
        sources = ["".join(c["source"]) if isinstance(c["source"], list) else str(c["source"]) for c in cells]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid(
            "source",
            f"Source: {name!r} is not a notebook of format 4. Save it again in JupyterLab.",
            code="not_a_notebook",
        ) from None
    if not any(source.strip() for source in sources):
        raise Invalid("source", f"Source: {name!r} has no code cells. Choose another.", code="notebook_empty")
    parts = [f"# Code cells of {name}; lines for IPython are comments."]
    parts += [f"# %% cell {number}\n{_cell(source)}" for number, source in enumerate(sources, 1) if source.strip()]
    return "\n\n".join(parts) + "\n"


# git


def _refuse(message: str, code: str = "scheme", field: str = "source.url") -> Invalid:
    return Invalid(field, message, code=code)


def clean_url(url: str) -> tuple[str, str | None]:
    """Take the credentials out of a git address.

    Returns
    -------
    url : str
        Without user and password: what is stored, shown and passed to git.
    credentials : str or None
        ``user:password``.

    Raises
    ------
    Invalid
        Not an address we clone from.
    """
    if any(ord(c) < 0x21 or ord(c) == 0x7F for c in url):
        raise _refuse("Address: it holds spaces or control characters. Remove them.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refuse("Address: not a git address. Write it like https://example.com/team/code.git.") from None
    if parts.scheme not in SCHEMES:
        raise _refuse(
            "Address: only https://, http:// and file:// (below your own files) are cloned. Write it like "
            "https://example.com/team/code.git.",
            code="scheme",
        )
    if parts.query or parts.fragment:
        raise _refuse(
            "Address: it has a '?' or '#' part. Remove it; the branch or tag has a field of its own.", "url_parts"
        )
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost") or not parts.path.strip("/"):
            raise _refuse("Address: write file:///folder, where the folder lies below your own files.")
        return url, None
    if not parts.hostname or parts.hostname.startswith("-") or not parts.path.strip("/"):
        raise _refuse("Address: host or repository is missing. Write it like https://example.com/team/code.git.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    credentials = None
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return urlunsplit((parts.scheme, f"{host}:{port}" if port else host, parts.path, "", "")), credentials


def check_host(url: str) -> None:
    """Refuse addresses of this machine and its link: they are not the caller's to reach through the platform."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise _refuse(
            f"Address: the host {parts.hostname!r} is not known. Check the spelling.", "host_unknown"
        ) from None
    for item in found:
        address = ipaddress.ip_address(str(item[4][0]).partition("%")[0])
        if address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast:
            raise _refuse(f"Address: {parts.hostname!r} is this machine itself. Name another host.", "host_refused")


@contextlib.contextmanager
def _area_copy(service: AlgorithmService, principal: Principal, url: str, folder: Path) -> Iterator[str]:
    """Copy a repository of the user's area, so that git never works in a folder that he changes meanwhile."""
    path = unquote(urlsplit(url).path).strip("/")
    copy = folder / "area"
    meter = Meter(LIMIT)
    for member in read_source(service.platform, principal, AreaSource(kind="area", path=path), meter):
        target = copy / member.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(member.stream, file)
    for name in ("refs", "objects"):
        # Git wants these folders even when they are empty.
        for root in (copy, copy / ".git"):
            if (root / "HEAD").is_file():
                (root / name).mkdir(exist_ok=True)
    yield f"file://{copy}"


def _git_environment(folder: Path, credentials: str | None, url: str) -> dict[str, str]:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_ALLOW_PROTOCOL": "file" if url.startswith("file:") else "https:http",
        "GIT_LFS_SKIP_SMUDGE": "1",
    }
    for name in ("SSL_CERT_FILE", "GIT_SSL_CAINFO", "https_proxy", "http_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY"):
        if name in os.environ:
            environment[name] = os.environ[name]
    settings = {"core.hooksPath": os.devnull, "core.symlinks": "false", "http.followRedirects": "false",
                "safe.directory": "*", "transfer.fsckObjects": "true"}  # fmt: skip
    if credentials is not None:
        # In the environment, not on the command line: other users of the machine see those.
        settings["http.extraHeader"] = f"Authorization: Basic {base64.b64encode(credentials.encode()).decode()}"
    environment["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (key, value) in enumerate(settings.items()):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def _run_git(service: AlgorithmService, arguments: list[str], environment: dict[str, str], cwd: Path) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=service.git_timeout_seconds,
            check=False,
        )
    except FileNotFoundError:
        raise Invalid(
            "source", "Source: git is not installed on the platform. Ask an administrator.", code="no_git"
        ) from None
    except subprocess.TimeoutExpired:
        raise _refuse(
            f"Address: cloning took longer than {service.git_timeout_seconds:g} s. Upload the code as a zip file.",
            code="timeout",
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace")
        lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:", "remote:"))] or ["fatal:"]
        reason = lines[-1].partition(":")[2].strip().replace(str(cwd), "")[:200].rstrip(".")
        raise _refuse(f"Address: git could not clone it. It says: {reason}.", code="clone_failed")
    return done.stdout.decode("utf-8", "replace").strip()


def _stage_git(service: AlgorithmService, principal: Principal, source: GitSource) -> tuple[Manifest, dict[str, Any]]:
    url, credentials = clean_url(source.url)
    if source.ref is not None and (not REF.match(source.ref) or ".." in source.ref):
        raise _refuse("Branch or tag: not a name that git knows. Correct it.", "ref_unknown", "source.ref")
    with tempfile.TemporaryDirectory(prefix="aispace-git-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        address = url
        if url.startswith("file:"):
            address = stack.enter_context(_area_copy(service, principal, url, folder))
        elif not service.git_local_hosts:
            check_host(url)
        environment = _git_environment(folder, credentials, address)
        checkout = folder / "checkout"
        arguments = ["clone", "--quiet", "--depth=1", "--no-tags", "--single-branch", "--no-recurse-submodules"]
        if source.ref:
            arguments.append(f"--branch={source.ref}")
        _run_git(service, [*arguments, "--", address, str(checkout)], environment, folder)
        commit = _run_git(service, ["-C", str(checkout), "rev-parse", "HEAD"], environment, folder)
        shutil.rmtree(checkout / ".git")
        size = sum(p.stat().st_size for p in checkout.rglob("*") if p.is_file() and not p.is_symlink())
        if size > LIMIT.total_bytes:
            raise TooLarge("too_large", f"Nothing was stored. The repository has more than {LIMIT.total_bytes} bytes.")
        manifest = stage_folder(service.platform, checkout, budget=LIMIT)
        if manifest.count == 0:
            raise _refuse("Address: the repository has no files. Choose another.", code="source_empty")
    origin = {"kind": "git", "url": url, "ref": source.ref, "commit": commit}
    return with_script(service, manifest), origin
