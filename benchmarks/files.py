"""Damaged and odd files of all formats through reading, `look`, `add`, `fit` and a real inbox.

`python -m benchmarks files` tries 10,000; `python -m benchmarks.files --files 500` fewer,
`--first N` begins later, and `--minutes N` ends after that time, before the inbox. Each is read and
goes through the inbox; of each `--every`th file `look`, `add` and `fit` are tried as well, and of
some of those the sound is long enough to be heard.

Fails where one crashes, takes longer than its time, leaves a child behind, is answered in more than
a line, is left in the inbox without a word, writes to the terminal, or where the memory grows past
1 GB.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from benchmarks.prompt_files import serve
from bridge.events import Order

#: Longest time for one file: ten times what the slowest took.
_TIMEOUT_S = 60
#: Most memory of the process that reads them.
_MOST_BYTES = 1 << 30
#: Of so many files one is also looked at, brought in and fitted.
_EVERY = 50
#: Of so many of those one holds bars to be heard, not a moment.
_LONG_EVERY = 10
#: Seconds in which the inbox must have answered, and a file by which it has.
_INBOX_S, _INBOX_FILE_S = 120.0, 0.2
#: Files between two lines on how far it is.
_TOLD_EVERY = 500


def bench() -> None:
    run(0, 10_000, _EVERY)


def run(first: int, files: int, every: int, most_s: float = math.inf) -> None:
    """Try the files up to `files`, or for `most_s` seconds; each `every`th by every way.

    A process that dies is begun anew after its file.
    """
    began = time.monotonic()
    counted: Counter[str] = Counter()
    faults: list[str] = []
    most_bytes, begins = 0, first
    with tempfile.TemporaryDirectory() as folder:
        while first < files:
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
                    counted.update(said.get("answers", ()))
                    most_bytes = max(most_bytes, said.get("bytes", 0))
                    if "answers" in said and (at + 1) % _TOLD_EVERY == 0:
                        took_s = time.monotonic() - began
                        print(f"  {at + 1} of {files}, {took_s:.0f} s", flush=True)
                    if "answers" in said and time.monotonic() - began > most_s:
                        files = at + 1
                        child.terminate()
                        break
                    if "fault" in said:
                        faults.append(f"file {at}: {said['fault']}")
                child.wait()
                terminal.seek(0)
                chatter = terminal.read().strip()
            if chatter:
                faults.append(f"file {at}: {chatter[-300:]}")
            if child.returncode and at + 1 < files:
                faults.append(f"file {at}: the process ended with {child.returncode}")
            first = at + 1
    faults += _inbox_faults(begins, files, counted)
    for child in psutil.Process().children(recursive=True):
        faults.append(f"left behind: {child.name()}")
    if most_bytes > _MOST_BYTES:
        faults.append(f"{most_bytes >> 20} MB of memory")
    took_s = time.monotonic() - began
    print(
        f"{files - begins} files: {took_s:.0f} s, at most {most_bytes >> 20} MB; "
        + ", ".join(f"{what} {n}" for what, n in sorted(counted.items()))
    )
    for fault in faults:
        print(f"FAULT {fault}")
    if faults:
        raise SystemExit(1)


def _inside(folder: Path, first: int, files: int, every: int) -> None:
    """The process that tries them: one line of JSON before and one after each file."""
    from daemon.audio.files import read_sound
    from daemon.audio.wav_record import read_record
    from tests.helpers.odd_files import odd_file, whole_files

    me = psutil.Process()
    short, long = whole_files(folder), whole_files(folder, seconds=4.0)
    for number in range(first, files):
        is_long = number % (every * _LONG_EVERY) == 0
        path = odd_file(long if is_long else short, number, folder)
        before = path.read_bytes()
        print(json.dumps({"file": number}), flush=True)
        if hasattr(signal, "alarm"):
            signal.alarm(_TIMEOUT_S)  # ends the process: a hang in C code too
        ways: dict[str, Callable[[Path], object]] = {"read": read_sound, "record": read_record}
        if number % every == 0:
            ways |= _all_ways(folder)
        said: dict[str, Any] = {"file": number, "answers": []}
        for name, way in ways.items():
            end, fault = _tried(way, path)
            said["answers"].append(f"{name} {end}")
            if fault:
                said["fault"] = f"{name}: {fault}"
        if path.read_bytes() != before:
            said["fault"] = "the source was changed"
        if left := me.children(recursive=True):
            said["fault"] = f"left behind: {left[0].name()}"
        said["bytes"] = me.memory_info().rss
        print(json.dumps(said), flush=True)
        path.unlink()


def _tried(way: Callable[[Path], object], path: Path) -> tuple[str, str]:
    """("done" or "refused", the fault if it is none of ours in one line)."""
    try:
        way(path)
    except Exception as error:
        text = getattr(error, "text", None)
        is_one_line = text is not None and "\n" not in text
        return "refused", "" if is_one_line else repr(error)[:300]
    return "done", ""


def _all_ways(folder: Path) -> dict[str, Callable[[Path], object]]:
    from daemon.brief import Brief
    from daemon.clip.takes import file_take
    from daemon.conform.conform import conform
    from daemon.conform.look import look
    from daemon.library.bring import bring_file

    def add(path: Path) -> None:
        task = {"path": str(path), "clip": "k3f9", "folder": str(folder / "brought"), "values": {}}
        bring_file(task, lambda *_: None)

    def fit(path: Path) -> None:
        brief = Brief("", "", do="fit", bpm=120.0, bars=1, reference=str(path))
        conform(file_take(brief), brief, lambda *_: None)

    return {"look": look, "add": add, "fit": fit}


def _inbox_faults(first: int, files: int, counted: Counter[str]) -> list[str]:
    """Drop the files into a real inbox, whose orders end at once; what is wrong with its answers.

    What lies there still is named in its state, and is taken when its user gives it a new name.
    """
    from bridge.inbox.door import Inbox
    from tests.helpers.odd_files import odd_file, whole_files

    orders: queue.Queue[Order] = queue.Queue()
    with tempfile.TemporaryDirectory() as place:
        made, folder = Path(place) / "made", Path(place) / "inbox"
        made.mkdir()
        log = logging.getLogger("benchmarks.files")
        log.setLevel(logging.CRITICAL)
        box = Inbox(folder, orders.put, log=log)
        box.start()
        try:
            whole = whole_files(made)
            for number in range(first, files):
                path = odd_file(whole, number, made)
                path.rename(folder / path.name)
            wait_s = _INBOX_S + _INBOX_FILE_S * (files - first)

            def are_named(ends: dict[str, int]) -> bool:
                lying = _lying(folder)
                return sum(ends.values()) + len(lying) == files - first and (
                    len(lying) == _named(box.health())
                )

            ends = serve(box, folder, orders, are_named, wait_s)
            counted["inbox named"] += len(_lying(folder))
            # one that had no ending gets one, and may then lack something
            while lying := _lying(folder):
                for path in lying:
                    path.rename(path.with_name(f"odd as it is {path.stem}{path.suffix or '.wav'}"))
                ends = serve(box, folder, orders, are_named, wait_s)
        except AssertionError as error:
            return [f"inbox: {error}"]
        finally:
            box.stop()
        counted.update({f"inbox {end}": count for end, count in ends.items()})
        long = [
            path.name
            for path in folder.glob("failed/*.error.txt")
            if len(path.read_text(encoding="utf-8").splitlines()) != 1
        ]
        return [f"inbox: {name} has not one line" for name in long]


def _lying(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


def _named(health: str) -> int:
    """How many files an inbox's state names: some, and the number of the others."""
    _, *notes = health.split("; ")
    more = re.search(r"and (\d+) more$", health)
    return sum(note.startswith("odd") for note in notes) + int(more[1] if more else 0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=_EVERY)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        _inside(Path(asked.inside[0]), int(asked.inside[1]), asked.files, asked.every)
    else:
        run(asked.first, asked.files, asked.every, 60 * asked.minutes)


if __name__ == "__main__":
    main()
