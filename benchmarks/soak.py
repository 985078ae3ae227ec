"""Mixed traffic through the doors with faults injected, seeded; it ends by itself.

    python -m benchmarks.soak --minutes 60 --seed 1

Requests come by OSC, the inbox, the command line, HTTP and a MIDI pad (by a JACK server of our own,
where there is jackd). Meanwhile come floods and rubbish on the OSC port, foreign and broken HTTP,
MIDI floods and a pad that is unplugged. Workers are killed, suspended and short of disk; the daemon
cannot write. Prompt files are slow, empty, wrong, or thousands at once.

At the end every request must have ended once, and each clip be whole and there once. The daemon
must be as light as after its first minute. Else the exit code is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.flood import Flood, Waits
from benchmarks.soak_traffic import HttpUser
from tests.faults.asker import Asker
from tests.faults.audit import Watcher, audit
from tests.faults.crash_run import workers_of
from tests.helpers.daemon_process import DaemonProcess, command, wait_until
from tests.helpers.jack import jack_server

CONFIG = """
osc: {port: 0}
fl: {enabled: false}
web: {enabled: true, port: 0}
workers: {count: 2, tries: 10}
log: {megabytes: 1}
"""
PAD = """
midi: {api: jack, inputs: [soak pad], map: [{note: 36, do: preset clicks, velocity: energy}]}
presets: {clicks: {prompt: clicks, engine: fake, bars: 1, bpm: 240}}
"""
NO_PAD = "midi: {enabled: false}\n"
#: The least work that is a clip.
TINY: dict[str, Any] = {"engine": "fake", "bars": 1, "bpm": 240}
WORDS = ("clicks", "clicks", "clicks", "clicks", "slow clicks", "fail", "raise", "silent")
#: Growth in memory beyond both of these is a leak.
MORE_MB = 5.0
MORE_SHARE = 0.10


class Soak:
    """One daemon, its requests and its faults."""

    def __init__(self, home: Path, seed: int, files: int, *, pad: bool) -> None:
        self.daemon = DaemonProcess(home, CONFIG + (PAD if pad else NO_PAD))
        self.pad = pad
        self.process = psutil.Process(self.daemon.process.pid)
        self.dice = random.Random(seed)
        self.files = files
        self.stop = threading.Event()
        self.counts: Counter[str] = Counter()
        self.accepted: list[tuple[float, float]] = []
        """Time of sending of a request by OSC, and its latency until accepted, in s."""
        self.http_waits_s: list[float] = []
        self.dropped: list[str] = []
        self.asked: set[str] = set()
        self.trouble: list[str] = []
        self.spells: dict[str, list[tuple[float, float]]] = {"flood": [], "files": []}
        """Intervals on the monotonic clock: of the port's floods, and of thousands of files to
        take.
        """
        self.hello_lines: list[str] = []

    # -- traffic

    def _keeps_up(self) -> bool:
        """Whether the queue is short enough for more; the thousands of files do not count."""
        return (
            self.daemon.rows("SELECT count(*) FROM jobs WHERE ended IS NULL AND door != 'inbox'")[
                0
            ][0]
            < 100
        )

    def by_osc(self, dice: random.Random) -> None:
        asker = Asker(self.daemon.places)
        n = 0
        while not self.stop.is_set():
            if not self._keeps_up():
                self.stop.wait(1.0)
                continue
            n += 1
            began = time.monotonic()
            label = f"osc{n}"
            asker.ask(label, prompt=dice.choice(WORDS), count=dice.choice((1, 1, 3)), **TINY)
            if label in asker.jobs:
                self.accepted.append((began, time.monotonic() - began))
                self.asked.add(asker.jobs[label])
            self.counts["asked by OSC"] += 1
            asker.listen(dice.uniform(0.2, 2.0))
        self.counts["refused by OSC, with the reason"] += len(asker.refused)
        asker.close()

    def by_inbox(self, dice: random.Random) -> None:
        n = 0
        while not self.stop.is_set():
            n += 1
            name = f"file{n}.txt"
            prompt = dice.choice(WORDS)
            text = f"engine: fake\nbars: 1\nbpm: 240\n\n{prompt}"
            path = self.daemon.places.inbox / name
            kind = dice.random()
            if kind < 0.1:
                path.write_bytes(b"")
            elif kind < 0.2:
                path.write_bytes(bytes(dice.randrange(256) for _ in range(200)))
            elif kind < 0.3:
                with path.open("w") as file:
                    for part in text.splitlines(keepends=True):
                        file.write(part)
                        file.flush()
                        time.sleep(0.05)
            elif kind < 0.5:
                hidden = path.with_name(f".{name}.swp")
                hidden.write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
                hidden.replace(path)
            else:
                path.write_text(text)
            self.dropped.append(name)
            self.stop.wait(dice.uniform(0.2, 3.0))
        self.counts["dropped into the inbox"] += n

    def by_command(self, dice: random.Random) -> None:
        while not self.stop.wait(dice.uniform(5, 15)):
            try:
                arguments = (
                    "make",
                    dice.choice(WORDS),
                    "--engine",
                    "fake",
                    "--bars",
                    "1",
                    "--bpm",
                    "240",
                    "--json",
                )
                done = command(*arguments, environment=self.daemon.environment)
            except subprocess.TimeoutExpired:
                # thousands of files stand before it in the queue; its job ends anyway
                self.counts["commands that gave up waiting"] += 1
                continue
            self.counts["asked by the command line"] += 1
            if done.returncode not in (0, 1) or not done.stdout.startswith("{"):
                self.trouble.append(f"make: {done.returncode} {done.stdout} {done.stderr}")

    def by_http(self, dice: random.Random) -> None:
        user = HttpUser(self.daemon.places)
        while not self.stop.wait(dice.uniform(0.5, 3.0)):
            if not self._keeps_up():
                continue
            try:
                began = time.monotonic()
                job = user.order(prompt=dice.choice(WORDS), **TINY)
                self.http_waits_s.append(time.monotonic() - began)
                self.asked.update({job} if job else ())
                self.counts["asked by HTTP"] += 1
                self.trouble += user.look_about(dice)
                self.trouble += user.attack(dice)
                self.counts["HTTP attacks refused"] += 1
            except httpx.HTTPError as error:
                self.counts["HTTP requests without an answer"] += 1
                print(f"HTTP: {error!r}", flush=True)
        user.close()

    def by_pad(self, dice: random.Random) -> None:
        command = [sys.executable, "-m", "benchmarks.soak_traffic", str(dice.random())[2:]]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as pad:
            self.stop.wait()
            try:
                said, _ = pad.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                pad.kill()
                said, _ = pad.communicate()
        self.counts["pads pressed"] += sum(map(int, said.split()))
        self.counts["pads unplugged"] += len(said.split())

    # -- faults

    def rubbish(self, dice: random.Random) -> None:
        """Floods of a second or two, each of tens of thousands of packets."""
        flood = Flood(self.daemon.link.port)
        while not self.stop.is_set():
            began = time.monotonic()
            flood.begin(dice.uniform(0.5, 2.0))
            self.counts["rubbish packets"] += flood.end()
            self.spells["flood"].append((began, time.monotonic()))
            self.stop.wait(dice.uniform(3.0, 9.0))
        flood.close()

    def hellos(self, dice: random.Random) -> None:
        """A device's heartbeats, timed by a process of its own that nothing here delays."""
        command = [sys.executable, "-m", "benchmarks.flood", "--ask", str(self.daemon.link.port)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as device:
            assert device.stdout and device.stdin
            reading = threading.Thread(target=lambda: self.hello_lines.extend(device.stdout or ()))
            reading.start()
            self.stop.wait()
            device.stdin.close()
            reading.join()

    def harm(self, dice: random.Random) -> None:
        faults: list[Callable[[Any], None]] = [
            self._kill,
            self._stop_for_a_while,
            self._no_disk,
            self._kill,
        ]
        while not self.stop.wait(dice.uniform(5.0, 20.0)):
            found = workers_of(self.daemon)
            try:
                if dice.random() < 0.1:
                    self._no_disk(self.process)
                elif found:
                    dice.choice(faults)(dice.choice(found))
            except psutil.Error:
                continue

    def _kill(self, worker: psutil.Process) -> None:
        worker.kill()
        self.counts["workers killed"] += 1

    def _stop_for_a_while(self, worker: psutil.Process) -> None:
        worker.suspend()
        self.counts["workers stopped for a while"] += 1
        time.sleep(1.5)
        worker.resume()

    def _no_disk(self, process: psutil.Process) -> None:
        self.counts[
            "the daemon's disk full" if process is self.process else "workers' disk full"
        ] += 1
        process.rlimit(psutil.RLIMIT_FSIZE, (4096, psutil.RLIM_INFINITY))
        time.sleep(2.0)
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))

    # -- the run

    def drop_many(self) -> None:
        for n in range(self.files):
            (self.daemon.places.inbox / f"many{n}.txt").write_text(
                "engine: fake\nbars: 1\nbpm: 300\nkind: oneshot\n\nclick"
            )
            self.dropped.append(f"many{n}.txt")
        self.counts["files at once"] += self.files

    def take_back(self) -> None:
        """Remove files that still wait in the folder at the end: they never became requests."""
        for path in self.daemon.places.inbox.glob("many*.txt"):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                self.dropped.remove(path.name)
                self.counts["files taken away again"] += 1

    def weigh(self) -> dict[str, float]:
        page = next(
            (
                child
                for child in self.process.children()
                if "daemon.web" in " ".join(child.cmdline())
            ),
            None,
        )
        found = self.process.memory_info()
        return {
            "the page's process, MB": page.memory_info().rss / 1e6 if page else 0.0,
            "resident MB": found.rss / 1e6,
            # JACK's memory, which its clients share, and programs' files are no growth of ours
            "resident MB, not shared": (found.rss - found.shared) / 1e6,
            "threads": self.process.num_threads(),
            "descriptors": self.process.num_fds(),
        }

    def unanswered(self) -> list[str]:
        box = self.daemon.places.inbox
        there = {path.name for path in (box / "done").iterdir()} | {
            path.name for path in (box / "failed").iterdir()
        }
        return [
            name
            for name in self.dropped
            if not {f"{name}.result.json", f"{name}.error.txt"} & there
        ]

    def answered_twice(self) -> list[str]:
        """Files with more than one answer: every name was dropped once."""
        box = self.daemon.places.inbox
        answers = [
            path.name
            for path in (*(box / "done").glob("*.json"), *(box / "failed").glob("*.error.txt"))
        ]
        names = [name.removesuffix(".result.json").removesuffix(".error.txt") for name in answers]
        return [
            name
            for name, count in Counter(names).items()
            if count > 1 or name not in set(self.dropped)
        ]

    def run(self, minutes: float) -> bool:
        print(f"{minutes:g} minutes, then until all is done...", flush=True)
        watcher = Watcher(self.daemon.places.crate)
        began = time.monotonic()
        parts = [
            self.by_osc,
            self.by_inbox,
            self.by_command,
            self.by_http,
            self.rubbish,
            self.hellos,
            self.harm,
        ]
        if self.pad:
            parts.append(self.by_pad)
        threads = [
            threading.Thread(target=part, args=(random.Random(self.dice.random()),))
            for part in parts
        ]
        for thread in threads:
            thread.start()
        time.sleep(min(60.0, minutes * 20))
        start = self.weigh()
        dropped = time.monotonic()
        self.drop_many()
        time.sleep(max(0.0, minutes * 60 - 60))
        self.spells["files"].append((dropped, time.monotonic()))
        self.stop.set()
        for thread in threads:
            thread.join()
        self.take_back()
        wait_until(
            lambda: (
                not self.daemon.rows("SELECT 1 FROM jobs WHERE ended IS NULL")
                and not self.unanswered()
            ),
            1800,
            "the end",
        )
        wait_until(lambda: not list(self.daemon.places.jobs.iterdir()), 30, "the end of the work")
        time.sleep(3)
        end = self.weigh()
        broken = watcher.stop()
        took_s = time.monotonic() - began
        share = sum(self.process.cpu_times()[:2]) / took_s
        print(
            f"{took_s / 60:.1f} minutes until all was done; the daemon took {share:.2f} of a core"
        )
        return self.judge(start, end, broken + self.trouble)

    def answers(self) -> dict[str, Waits]:
        """Latencies by the kind of question and what was going on when it was sent."""
        hellos = [
            (float(line.split()[0]), float(line.split()[1]) if line.split()[1:] else None)
            for line in self.hello_lines
        ]
        found = {"HTTP orders": Waits(self.http_waits_s)}
        for question, asked in (("a sign of life", hellos), ("OSC, accepted", self.accepted)):
            for at, took_s in asked:
                here = [
                    name
                    for name, spells in self.spells.items()
                    if any(begin <= at <= end for begin, end in spells)
                ]
                found.setdefault(
                    f"{question}; {', '.join(here) or 'neither flood nor files'}", Waits()
                ).note(took_s)
        return dict(sorted(found.items()))

    def judge(self, start: dict[str, float], end: dict[str, float], faults: list[str]) -> bool:
        faults += audit(self.daemon.places)
        faults += [f"{name} was answered twice, or never asked" for name in self.answered_twice()]
        known = {row["id"] for row in self.daemon.rows("SELECT id FROM jobs")}
        faults += [f"job {job} was accepted and is lost" for job in self.asked - known]
        for name in ("resident MB", "resident MB, not shared"):
            limit_mb = start[name] * (1 + MORE_SHARE) + MORE_MB
            if end[name] > limit_mb:
                faults.append(f"{name} grew beyond {limit_mb:.1f}")
        for name, slack in (("threads", 0), ("descriptors", 8)):
            if end[name] > start[name] + slack:
                faults.append(f"{name} grew from {start[name]:g} to {end[name]:g}")
        for name, count in sorted(self.counts.items()):
            print(f"{name:34} {count:9,}")
        for state, count in self.daemon.rows("SELECT state, count(*) FROM jobs GROUP BY state"):
            print(f"jobs {state:29} {count:9,}")
        for door, count in self.daemon.rows("SELECT door, count(*) FROM jobs GROUP BY door"):
            print(f"jobs by {door:26} {count:9,}")
        for name, waited in self.answers().items():
            print(f"{name:48} {waited}")
        for name in start:
            print(f"{name:34} {start[name]:9.1f} at the start, {end[name]:.1f} at the end")
        log_bytes = sum(path.stat().st_size for path in self.daemon.places.state.glob("*.log*"))
        print(f"{'log, MB':34} {log_bytes / 1e6:9.1f}")
        for fault in faults[:40]:
            print(f"FAULT {fault}")
        print(
            "nothing lost, nothing twice, nothing partial"
            if not faults
            else f"{len(faults)} faults"
        )
        return not faults


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--files", type=int, default=5000, help="prompt files dropped at once after a minute"
    )
    asked = parser.parse_args()
    pad = shutil.which("jackd") is not None
    if not pad:
        print("without MIDI: there is no jackd (Debian: jackd2)")
    with tempfile.TemporaryDirectory() as home, jack_server() if pad else contextlib.nullcontext():
        soak = Soak(Path(home), asked.seed, asked.files, pad=pad)
        try:
            whole = soak.run(asked.minutes)
        finally:
            soak.stop.set()
            soak.daemon.stop()
    return 0 if whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
