"""A TensorBoard event file of 1,000,000 scalars: from the file on disk to what a chart shows; one JSON line.

``python benchmarks/tensorboard_scalars.py [points]``

The anchor is TensorBoard's own reader (`EventAccumulator`) on the same file in the same run, in an environment of its
own below ``.cache``. Both begin with nothing read; ours ends with the JSON that the browser gets.
"""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aispace.workloads.scalars import ScalarFiles

ROOT = Path(__file__).parent.parent
TAGS = 20
TARGET = 1.0
ANCHOR = "tensorboard==2.21.0"
READER = """
import sys, time
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
begin = time.perf_counter()
reader = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
reader.Reload()
points = sum(len(reader.Scalars(tag)) for tag in reader.Tags()["scalars"])
print(points, time.perf_counter() - begin)
"""


def crc_table() -> list[int]:
    """Make the table of CRC-32C (Castagnoli, reflected)."""
    table = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        table.append(number)
    return table


TABLE = crc_table()


def masked_crc(data: bytes) -> bytes:
    """Give the masked CRC of the record format: TensorBoard refuses records without it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + masked_crc(length) + data + masked_crc(data)


def write(path: Path, points: int) -> None:
    """Write what ``SummaryWriter.add_scalar`` writes: one event for each tag and step."""
    with path.open("wb") as file:
        file.write(record(b"\x09" + struct.pack("<d", 0) + b"\x1a\x0dbrain.Event:2"))
        for step in range(points // TAGS):
            for number in range(TAGS):
                tag = f"head_{number:02}/loss".encode()
                value = math.exp(-step / 20_000) + number
                inner = b"\x0a" + varint(len(tag)) + tag + b"\x15" + struct.pack("<f", value)
                summary = b"\x0a" + varint(len(inner)) + inner
                steps = b"\x10" + varint(step) if step else b""
                moment = b"\x09" + struct.pack("<d", 1.7e9 + step * 0.1)
                file.write(record(moment + steps + b"\x2a" + varint(len(summary)) + summary))


def anchor(path: Path) -> float:
    """Read the file with TensorBoard."""
    folder = ROOT / ".cache" / "bench" / "tensorboard"
    if not (folder / "bin" / "python").exists():
        finder = ["sh", str(ROOT / "scripts" / "find_uv.sh")]
        uv = subprocess.run(finder, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        # Version 2.21 still imports pkg_resources.
        packages = [ANCHOR, "setuptools<81"]
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(folder), *packages], check=True)
    told = subprocess.run(
        [str(folder / "bin" / "python"), "-c", READER, str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    return float(told.stdout.split()[-1])


def main() -> None:
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="aispace-bench-") as folder:
        out = Path(folder) / "out"
        out.mkdir()
        path = out / "events.out.tfevents.1700000000.bench"
        write(path, points)
        size = path.stat().st_size
        begin = time.perf_counter()
        read = ScalarFiles().read(Path(folder) / "metrics.jsonl", 1, None, 0, 1200, out)
        read.model_dump_json()
        seconds = time.perf_counter() - begin
        theirs = anchor(path)
    print(
        json.dumps(
            {
                "row": "tensorboard_scalars",
                "figure": round(seconds, 3),
                "unit": "s to the charts",
                "points": read.points,
                "bytes": size,
                "anchor": round(theirs, 2),
                "anchor_what": f"{ANCHOR}, EventAccumulator",
                "ratio": round(seconds / theirs, 3),
                "load": round(os.getloadavg()[0], 1),
                "target": TARGET,
                "met": seconds <= TARGET,
            }
        )
    )


if __name__ == "__main__":
    main()
