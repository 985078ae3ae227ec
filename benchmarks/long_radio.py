"""A set of the radio in real time, against a real Icecast with ffmpeg as its listener.

Each second is a line of `log.jsonl`; what was heard is `heard.wav`. A step of loudness in the
result is told with what played there, so that its cause is found.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from daemon.audio.loudness import integrated_lufs

#: What is said one after the other, round and round: a third of a set has all of them.
_SAID = ("house 120 bpm", "ambient", "jazz 90 bpm", "lo-fi, rain, slow")
#: Changes of words in a set.
_CHANGES = 12
#: s of a passage, places from which they are counted, LU of a step, s of a silence that are heard.
_WIDTH_S, _FROM_S, _HEARD_LU, _SILENT_S = 3, (0.0, 1.5), 3.0, 0.05
_ICECAST = """<icecast><limits><sources>2</sources><queue-size>2097152</queue-size></limits>
<authentication><source-password>hush</source-password><admin-user>a</admin-user>
<admin-password>b</admin-password></authentication><hostname>localhost</hostname>
<listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths><security><chroot>0</chroot>
<changeowner><user>nobody</user><group>nogroup</group></changeowner></security></icecast>"""


def radio(minutes: float, kept: Path | None = None) -> None:
    """Play `minutes`, and report. kept: a folder for the log, which stays."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    log = (kept or folder) / "log.jsonl"
    heard = folder / "heard.wav"
    with _icecast(folder) as port, _playing(folder, port) as (process, own_port):
        url = f"http://127.0.0.1:{port}/radio.mp3" if port else f"http://127.0.0.1:{own_port}/radio"
        listener = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-y", "-i", url, "-t", str(minutes * 60), heard],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        with log.open("w") as lines:
            for line in _watched(listener, folder, own_port, process, minutes * 60 / _CHANGES):
                print(json.dumps(line), file=lines, flush=True)
    told = listener.stdout.read().decode() if listener.stdout else ""
    report(heard, log)
    print(f"radio: ffmpeg said {told.strip()[:200] or 'nothing'}", flush=True)
    shutil.rmtree(folder)


def _watched(
    listener: subprocess.Popen[bytes], folder: Path, port: int, process: psutil.Process,
    every_s: float,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """What the radio tells, each second, while its listener listens; the words change meanwhile."""
    began, said = time.monotonic(), 0
    while listener.poll() is None:
        now, at_s = _now(port), time.monotonic() - began
        if at_s > (said + 1) * every_s:
            _say(folder, _SAID[said % len(_SAID)])
            said += 1
        of_each = _megabytes(process)
        yield {
            "at_s": round(at_s, 1), "words": now["words"], "playing": now["playing"],
            "section": now["section"], "piece": now["piece"], "bpm": now["bpm"],
            "repeats": now["repeats"], "trouble": now["trouble"], "station_mb": of_each[0],
            "writer_mb": of_each[-1], "threads": process.num_threads(),
            "load": os.getloadavg()[0],
        }  # fmt: skip
        time.sleep(1)


def _megabytes(process: psutil.Process) -> list[float]:
    """MB that a radio holds, and then each child: its own, without what programs share."""
    found = []
    for one in (process, *process.children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(round(one.memory_full_info().uss / 1e6, 1))
    return found or [0.0]


def report(heard: Path, log: Path) -> None:
    """Print what came out of a set."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    steps, silent, total_s = _steps(heard)
    print(
        f"radio: {total_s:.0f} s heard; gaps of {_SILENT_S:g} s {silent}; steps over"
        f" {_HEARD_LU:g} LU between {_WIDTH_S} s {sum(by > _HEARD_LU for _, by in steps)} of"
        f" {len(steps)}, the largest {max((by for _, by in steps), default=0):.1f} LU; phrases"
        f" repeated {lines[-1]['repeats']}; {sum(line['section'] == 'clip' for line in lines)} s of"
        f" kept loops; load {np.mean([line['load'] for line in lines]):.1f}"
    )
    for at_s, by in steps:
        if by > _HEARD_LU:
            near = [line for line in lines if abs(line["at_s"] - at_s) < 12]
            seen = [
                (line["at_s"], line["section"], line["piece"], line["repeats"]) for line in near
            ]
            print(f"  {by:.1f} LU at {at_s:.1f} s: {seen[:: max(1, len(seen) // 6)]}")
    thirds = np.array_split(np.array([[r["station_mb"], r["writer_mb"]] for r in lines]), 3)
    means = [third.mean(axis=0) for third in thirds]
    threads = sorted({line["threads"] for line in lines})
    print(
        "radio: memory of station and writer in its thirds "
        + ", ".join(f"{a:.0f} + {b:.0f} MB" for a, b in means)
        + f": grown {sum(means[2] - means[1]):+.1f} MB from the second to the last;"
        f" threads {threads}"
    )
    late = [f"{bars:.1f}" for bars in _waits(lines)]
    print(f"radio: new words heard after {', '.join(late)} bars", flush=True)


def _steps(heard: Path) -> tuple[list[tuple[float, float]], int, float]:
    """((s, LU) of each step from one passage to the next, silences, s in all)."""
    import soundfile

    steps: list[tuple[float, float]] = []
    silent, at, last = 0, 0, -1
    with soundfile.SoundFile(heard) as file:
        rate, total = file.samplerate, file.frames
        for late_s in _FROM_S:
            file.seek(round(late_s * rate))
            width = _WIDTH_S * rate
            levels = [
                integrated_lufs(part, rate)
                for part in file.blocks(width, dtype="float32", always_2d=True)
                if len(part) == width
            ]
            places = (late_s + _WIDTH_S * (n + 1) for n in range(len(levels)))
            steps += [(s, abs(b - a)) for s, (a, b) in zip(places, pairwise(levels), strict=False)]
        file.seek(0)
        for part in file.blocks(rate, dtype="float32", always_2d=True):
            loud = np.flatnonzero(np.abs(part).max(axis=1) > 1e-4) + at
            between = np.diff(np.concatenate([[last], loud]))
            silent += int((between > _SILENT_S * rate).sum())
            last = int(loud[-1]) if len(loud) else last
            at += len(part)
    return steps, silent, total / rate


def _waits(lines: list[dict[str, Any]]) -> Iterator[float]:
    """Bars from each change of words until they are heard, by the tempo of what played."""
    for before, line in pairwise(lines):
        if line["words"] == before["words"]:
            continue
        heard = (one for one in lines if one["at_s"] >= line["at_s"])
        first = next((one for one in heard if one["playing"] == line["words"]), None)
        if first:
            yield (first["at_s"] - before["at_s"]) * before["bpm"] / 240


@contextlib.contextmanager
def _icecast(folder: Path) -> Iterator[int]:
    """A real Icecast's port; 0 where none is installed."""
    if not shutil.which("icecast2"):
        yield 0
        return
    port = _free_port()
    config = folder / "icecast.xml"
    config.write_text(_ICECAST.format(port=port, folder=folder))
    server = subprocess.Popen(["icecast2", "-c", config], stdout=-3, stderr=-3)
    try:
        yield port
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def _playing(folder: Path, icecast: int) -> Iterator[tuple[psutil.Process, int]]:
    port = _free_port()
    environ = {
        **os.environ, "SIDECRATE_HOME": str(folder), "SIDECRATE_ICECAST_PASSWORD": "hush",
    }  # fmt: skip
    order = [sys.executable, "-P", "-m", "daemon.cli", "radio", "lo-fi, rain, slow", "--no-play"]
    order += ["--port", str(port), "--seed", "4", "--clips"]
    for n in range(2):
        loop = ["make", f"lo-fi drums, {(76, 84)[n]} bpm Am", "--bars", "4", "--seed", str(n)]
        subprocess.run([*order[:4], *loop], env=environ, check=True, capture_output=True)
        subprocess.run([*order[:4], "keep", "last"], env=environ, check=True, capture_output=True)
    if icecast:
        order += ["--icecast", f"icecast://127.0.0.1:{icecast}/radio.mp3"]
    started = subprocess.Popen(order, env=environ, stdout=-3)
    try:
        until = time.monotonic() + 180
        while time.monotonic() < until:
            with contextlib.suppress(OSError, KeyError):
                now = _now(port)
                if now["bpm"] and (not icecast or now["icecast"] == "sends"):
                    break
            time.sleep(0.5)
        # some seconds in hand, for the listener
        time.sleep(2)
        yield psutil.Process(started.pid), port
    finally:
        started.terminate()
        started.wait(timeout=60)


def _now(port: int) -> dict[str, object]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("GET", "/now")
        told: dict[str, object] = json.loads(line.getresponse().read())
        return told
    finally:
        line.close()


def _say(folder: Path, words: str) -> None:
    environ = {**os.environ, "SIDECRATE_HOME": str(folder)}
    order = [sys.executable, "-P", "-m", "daemon.cli", "radio", "--say", words]
    subprocess.run(order, env=environ, check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
