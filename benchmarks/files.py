"""Damaged and odd files of all formats through reading, `look`, `fit` and `add`.

`python -m benchmarks files` tries 10,000; `python -m benchmarks.files --files 500` fewer.
Fails where one crashes, takes longer than its time, leaves a child behind, is answered in more than
a line, writes to the terminal, or where the memory grows past 1 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

#: Longest time for one file: ten times what the slowest took.
_TIMEOUT_S = 60
#: Most memory of the process that reads them.
_MOST_BYTES = 1 << 30
#: Of so many files one is also heard, fitted and brought in.
_HEARD_EVERY = 50


def bench() -> None:
    run(10_000, 10_000 // _HEARD_EVERY)


def run(files: int, heard: int) -> None:
    """Try `files` files, `heard` of them by every way; a process that dies is started anew."""
    began = time.monotonic()
    counted: Counter[str] = Counter()
    faults: list[str] = []
    most_bytes, first = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        while first < files:
            every = max(1, files // heard) if heard else files + 1
            command = [sys.executable, "-m", "benchmarks.files", "--inside", folder, str(first)]
            command += ["--files", str(files), "--every", str(every)]
            at = first
            with (
                tempfile.TemporaryFile("w+", errors="replace") as terminal,
                subprocess.Popen(
                    command, stdout=subprocess.PIPE, stderr=terminal, text=True
                ) as child,
            ):
                assert child.stdout is not None
                for line in child.stdout:
                    said = json.loads(line)
                    at = said["file"]
                    if "answer" in said:
                        counted[said["answer"]] += 1
                        most_bytes = max(most_bytes, said["bytes"])
                    if "fault" in said:
                        faults.append(f"file {at}: {said['fault']}")
                child.wait()
                terminal.seek(0)
                chatter = terminal.read().strip()
            if chatter:
                faults.append(f"file {at}: {chatter[-300:]}")
            if child.returncode:
                faults.append(f"file {at}: the process ended with {child.returncode}")
            first = at + 1
    for child in psutil.Process().children(recursive=True):
        faults.append(f"left behind: {child.name()}")
    if most_bytes > _MOST_BYTES:
        faults.append(f"{most_bytes >> 20} MB of memory")
    took_s = time.monotonic() - began
    print(
        f"{files} files, {heard} of them heard, fitted and brought in: {took_s:.0f} s,"
        f" {most_bytes >> 20} MB, " + ", ".join(f"{n} {what}" for what, n in counted.items())
    )
    for fault in faults:
        print(f"FAULT {fault}")
    if faults:
        raise SystemExit(1)


def _inside(folder: Path, first: int, files: int, every: int) -> None:
    """The process that tries them: one line of JSON before and one after each file."""
    from tests.helpers.odd_files import odd_file, whole_files

    me = psutil.Process()
    whole = whole_files(folder)
    for number in range(first, files):
        path = odd_file(whole, number, folder)
        before = path.read_bytes()
        print(json.dumps({"file": number}), flush=True)
        if hasattr(signal, "alarm"):
            signal.alarm(_TIMEOUT_S)  # ends the process: a hang in C code too
        said: dict[str, Any] = {"file": number, "answer": "read"}
        try:
            _try_all(path, folder, heard=number % every == 0)
        except Exception as error:
            text = getattr(error, "text", None)
            said["answer"] = "refused"
            if text is None or "\n" in text:
                said["fault"] = repr(error)[:300]
        if path.read_bytes() != before:
            said["fault"] = "the source was changed"
        if left := me.children(recursive=True):
            said["fault"] = f"left behind: {left[0].name()}"
        said["bytes"] = me.memory_info().rss
        print(json.dumps(said), flush=True)
        path.unlink()


def _try_all(path: Path, folder: Path, *, heard: bool) -> None:
    from daemon.audio.files import read_sound
    from daemon.audio.wav_record import read_record
    from daemon.brief import Brief
    from daemon.clip.takes import file_take
    from daemon.conform.conform import conform
    from daemon.conform.look import look
    from daemon.library.bring import bring_file

    read_record(path)
    read_sound(path)
    if not heard:
        return
    look(path)
    task = {"path": str(path), "clip": "k3f9", "folder": str(folder / "brought"), "values": {}}
    bring_file(task, lambda *_: None)
    brief = Brief("", "", do="fit", bpm=120.0, bars=1, reference=str(path))
    conform(file_take(brief), brief, lambda *_: None)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--heard", type=int, default=10_000 // _HEARD_EVERY)
    parser.add_argument("--every", type=int, default=_HEARD_EVERY, help=argparse.SUPPRESS)
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        _inside(Path(asked.inside[0]), int(asked.inside[1]), asked.files, asked.every)
    else:
        run(asked.files, asked.heard)


if __name__ == "__main__":
    main()
