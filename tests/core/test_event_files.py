"""Scalars of TensorBoard event files, as tensorflow and torch write them."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import pytest
from aispace.workloads import event_files
from aispace.workloads.scalars import ScalarFiles
from hypothesis import given
from hypothesis import strategies as st


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, kind: int, value: bytes) -> bytes:
    return varint(number << 3 | kind) + (varint(len(value)) + value if kind == 2 else value)


def simple(value: float) -> bytes:
    return field(2, 5, struct.pack("<f", value))


def tensor(value: float) -> bytes:
    """Write a number as TensorFlow 2 does: a tensor of type float without dimensions, and whose plug-in it is."""
    number = field(1, 0, varint(1)) + field(2, 2, b"") + field(5, 2, struct.pack("<f", value))
    return field(8, 2, number) + field(9, 2, field(1, 2, field(1, 2, b"scalars")))


def double(value: float) -> bytes:
    return field(8, 2, field(1, 0, varint(2)) + field(4, 2, struct.pack("<d", value)))


def record(data: bytes) -> bytes:
    return struct.pack("<Q", len(data)) + b"crc1" + data + b"crc2"


def event(step: int, values: dict[str, float], how: Any = simple, time: float = 0.0) -> bytes:
    summary = b"".join(field(1, 2, field(1, 2, tag.encode()) + how(value)) for tag, value in values.items())
    steps = field(2, 0, varint(step)) if step else b""  # what is zero is not written
    return record(field(1, 1, struct.pack("<d", time or 100.0 + step)) + steps + field(5, 2, summary))


VERSION = record(field(1, 1, struct.pack("<d", 99.0)) + field(3, 2, b"brain.Event:2"))


def series(path: Path) -> dict[str, tuple[list[float], list[float], list[float]]]:
    out: dict[str, tuple[list[float], list[float], list[float]]] = {}
    with path.open("rb") as file:
        for columns, _ in event_files.read(file, 0, 1000):
            for tag, column in columns.items():
                whole = out.setdefault(tag, ([], [], []))
                for part, new in zip(whole, column, strict=True):
                    part.extend(new)
    return out


numbers = st.floats(width=32, allow_nan=False)
logged = st.lists(
    st.tuples(
        st.integers(-5, 2**40) | st.integers(0, 300),
        st.dictionaries(st.sampled_from(["loss", "acc", "学习率", "train/loss"]), numbers, min_size=1),
        st.sampled_from([simple, tensor, double]),
        st.integers(1, 40),
    ),
    max_size=12,
)


@given(blocks=logged, block=st.integers(300, 2000))
def test_read_whatever_the_rows_are_gives_what_was_logged(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[Any], block: int
) -> None:
    path = tmp_path_factory.mktemp("events") / "events.out.tfevents.1"
    data, expected = [VERSION], {}
    for first, values, how, times in blocks:
        for step in range(first, first + times):
            data.append(event(step, values, how))
            for tag, value in values.items():
                expected.setdefault(tag, []).append((step, value, 100.0 + step))
        data.append(record(field(1, 1, struct.pack("<d", 1.0)) + field(9, 2, b"something else")))
    path.write_bytes(b"".join(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_files, "BLOCK", block)
        found = series(path)
    assert {tag: list(zip(*columns, strict=True)) for tag, columns in found.items()} == expected


@given(cut=st.integers(0, 400))
def test_file_that_is_being_written_is_read_as_far_as_it_goes(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("attempt")
    path = folder / "out" / "log" / "events.out.tfevents.7"
    path.parent.mkdir(parents=True)
    data = VERSION + b"".join(event(step, {"loss": 1.0 / (step + 1)}) for step in range(6))
    files = ScalarFiles()
    path.write_bytes(data[:cut])
    first = files.read(folder / "metrics.jsonl", 1, None, 0, 100, folder / "out")
    path.write_bytes(data)
    second = files.read(folder / "metrics.jsonl", 1, None, first.next, 100, folder / "out")
    halves = [part.series["loss"].steps if part.series else [] for part in (first, second)]
    assert halves[0] + halves[1] == [0, 1, 2, 3, 4, 5]
    whole = files.read(folder / "metrics.jsonl", 1, None, 0, 100, folder / "out")
    assert whole.series["loss"].steps == [0, 1, 2, 3, 4, 5]
    assert whole.next == len(data)


def test_parts_of_a_run_have_their_folder_in_the_name_and_nothing_is_shown_twice(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for where, value in (("log/train", 1.0), ("log/validation", 2.0), ("runs/a", 3.0)):
        (out / where).mkdir(parents=True)
        (out / where / "events.out.tfevents.1.host").write_bytes(event(1, {"epoch_loss": value}, tensor))
    (out / "events.out.tfevents.2").write_bytes(event(1, {"loss": 9.0}))
    (tmp_path / "metrics.jsonl").write_text(json.dumps({"time": 1, "step": 1, "values": {"loss": 8.0}}) + "\n")
    found = ScalarFiles().read(tmp_path / "metrics.jsonl", 1, None, 0, 100, out)
    assert {name: one.values for name, one in found.series.items()} == {
        "train/epoch_loss": [1.0], "validation/epoch_loss": [2.0], "runs/a/epoch_loss": [3.0], "loss": [8.0],
    }  # fmt: skip


def test_a_replaced_file_is_read_anew_and_a_link_is_not_followed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = out / "events.out.tfevents.1"
    path.write_bytes(event(1, {"loss": 1.0}) + event(2, {"loss": 2.0}))
    files = ScalarFiles()
    assert files.read(tmp_path / "m", 1, None, 0, 100, out).points == 2
    path.unlink()
    path.write_bytes(event(3, {"loss": 3.0}))
    assert files.read(tmp_path / "m", 1, None, 0, 100, out).series["loss"].steps == [3]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(event(4, {"secret": 4.0}))
    (out / "link.tfevents").symlink_to(elsewhere)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "events.out.tfevents.9").write_bytes(event(5, {"secret": 5.0}))
    (out / "linked").symlink_to(tmp_path / "folder")
    assert set(files.read(tmp_path / "m", 1, None, 0, 100, out).series) == {"loss"}


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\0" * 11,
        b"\xff" * 64,
        b"text that is no event file at all, and goes on and on",
        record(b"\xff" * 40),
        record(field(5, 2, field(1, 2, b"\x0a\x7f"))),
    ],
)
def test_nonsense_is_passed_over(tmp_path: Path, nonsense: bytes) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(nonsense)
    assert series(path) == {}


def test_a_record_larger_than_a_block_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_files, "BLOCK", 1024)
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(event(1, {"a": 1.0}) + record(field(9, 2, b"x" * 5000)) + event(2, {"a": math.inf}))
    assert series(path) == {"a": ([1, 2], [1.0, math.inf], [101.0, 102.0])}
