"""Long pieces, videos and the radio, against what they promise.

- lengths: tracks of random lengths, tempi, meters and genres by the musician and by a look-alike
  that drifts; seconds asked against frames got.
- video: a minute of 1080p30, drawn and encoded in a process of its own: seconds by the clock and
  of processor time; then read by ffprobe and, where they are installed, by mpv and Chromium.
- levels: the loudness of the radio's sets as they are written.
- joins: five minutes out of segments of 30 s that drift; kills: a project killed at random moments.
- radio: a set against a real Icecast with ffmpeg as its listener: gaps (silence of 50 ms and more),
  loudness from one phrase to the next, memory and threads over time, and how long new words take.

    python -m benchmarks.long --radio --minutes 120
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil

from benchmarks.long_joins import joins
from benchmarks.long_kills import kills
from benchmarks.long_levels import levels
from bridge.music import Meter, bar_seconds
from bridge.request import read_request
from bridge.session import SessionView
from daemon.audio.loudness import integrated_lufs
from daemon.brief import Brief
from daemon.clip.segments import Engine, make_long
from daemon.conform.conform import conform
from daemon.engines.contract import Take
from daemon.engines.embedded.engine import make
from daemon.prompt.settle import PromptDefaults, settle
from tests.helpers.drifting import drifting

RATE = 48000
GENRES = ("house", "lo-fi", "techno", "jazz", "trap", "ambient", "rock", "waltz", "dub", "pop")
METERS = ("4/4", "3/4", "6/8", "7/8", "5/4")
_ICECAST = """<icecast><limits><sources>2</sources><queue-size>2097152</queue-size></limits>
<authentication><source-password>hush</source-password><admin-user>a</admin-user>
<admin-password>b</admin-password></authentication><hostname>localhost</hostname>
<listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>{folder}</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths><security><chroot>0</chroot>
<changeowner><user>nobody</user><group>nogroup</group></changeowner></security></icecast>"""


def bench() -> None:
    lengths(20, longest_s=40)
    video(["spectrum", "kaleidoscope"], 20)
    radio(2)


def lengths(count: int, longest_s: float) -> None:
    stream = random.Random(7)
    worst, over = 0.0, 0
    for n in range(count):
        seconds = round(stream.uniform(10, longest_s), 1)
        fields = {
            "prompt": stream.choice(GENRES), "kind": "track", "seconds": seconds,
            "meter": stream.choice(METERS), "bpm": round(stream.uniform(60, 175), 1),
        }  # fmt: skip
        is_alike = n % 3 == 2
        if is_alike:
            # a look-alike of an engine that drifts, joined of takes of 13 s
            fields["meter"] = "4/4"
        brief = settle(read_request(fields.items()), SessionView(), PromptDefaults(), seed=n)
        take = _alike(brief, n) if is_alike else make(brief, n, _quiet)
        clip = conform(take, brief, _quiet)
        assert brief.bpm is not None
        off_s = len(clip.audio) / clip.sample_rate - seconds
        off = abs(off_s) / bar_seconds(Meter.parse(brief.meter_name), brief.bpm)
        over += off > 0.5
        worst = max(worst, off)
    print(
        f"lengths: {count} tracks, a third of a look-alike that drifts: {over} more than half"
        f" a bar off what was asked (aim 0), at most {worst:.4f} bars"
    )


def _alike(brief: Brief, seed: int) -> Take:
    if (brief.seconds or 0) <= 13:
        return drifting(brief, seed, _quiet)
    with tempfile.TemporaryDirectory() as folder:
        return make_long(brief, seed, Engine(13, False), Path(folder), drifting, _quiet)


def _quiet(value: float, words: str) -> None:
    return None


def video(styles: list[str], seconds: int) -> None:
    home = tempfile.mkdtemp()
    environ = {**os.environ, "SIDECRATE_HOME": home}
    sidecrate = [sys.executable, "-P", "-m", "daemon.cli"]
    wav, film = Path(home) / "piece.wav", Path(home) / "film.mp4"
    made = ["make", "house 124 bpm Am", "--kind", "track", "--seconds", str(seconds), "--seed", "1"]
    subprocess.run([*sidecrate, *made, "--out", wav], env=environ, check=True, capture_output=True)
    for style in styles:
        began, used = time.monotonic(), _children_s()
        order = ["video", wav, "--style", style, "--out", film, "--force", "--seed", "1"]
        subprocess.run([*sidecrate, *order], env=environ, check=True, capture_output=True)
        wall_s, cpu_s = time.monotonic() - began, _children_s() - used
        print(
            f"video: {style}, {seconds} s of 1080p30: {wall_s:.1f} s by the clock, {cpu_s:.1f} s of"
            f" processor time, {film.stat().st_size / 1e6:.1f} MB; {_read_by(film)}"
        )
    shutil.rmtree(home)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _read_by(film: Path) -> str:
    """Who reads a film, of those that are here."""
    readers = []
    if shutil.which("ffprobe"):
        told = subprocess.run(["ffprobe", "-v", "error", film], capture_output=True)
        readers.append(f"ffprobe {'yes' if not told.returncode and not told.stderr else 'no'}")
    if shutil.which("mpv"):
        order = ["mpv", "--no-config", "--vo=null", "--ao=null", "--untimed", "--end=2", film]
        told = subprocess.run(order, capture_output=True, timeout=300)
        readers.append(f"mpv {'yes' if not told.returncode else 'no'}")
    readers.append(f"Chromium {_chromium(film)}")
    return ", ".join(readers)


def _chromium(film: Path) -> str:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return "not here"
    page = film.with_suffix(".html")
    page.write_text(f'<video id="v" src="{film.name}" muted></video>')
    where = shutil.which("chromium")
    try:
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=where, args=["--no-sandbox"])
            tab = browser.new_page()
            tab.goto(page.as_uri())
            script = "() => document.getElementById('v').readyState >= 2"
            tab.wait_for_function(script, timeout=30000)
            browser.close()
    except Error as error:
        return f"no ({str(error).splitlines()[0]})"
    return "yes"


def radio(minutes: float) -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    with _icecast(folder) as port, _playing(folder, port) as (process, own_port):
        heard = folder / "heard.wav"
        url = f"http://127.0.0.1:{port}/radio.mp3" if port else f"http://127.0.0.1:{own_port}/radio"
        listener = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-y", "-i", url, "-t", str(minutes * 60), heard],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        began = time.monotonic()
        memory: list[tuple[float, int]] = []
        changed_s, heard_s, at_change, clips = 0.0, 0.0, 0.0, 0
        while listener.poll() is None:
            now = _now(own_port)
            clips += now.get("section") == "clip"
            memory.append((_resident_mb(process), process.num_threads()))
            if not changed_s and time.monotonic() - began > minutes * 30:
                at_change = 60 / now["bpm"] * 4
                _say(folder, "house 120 bpm")
                changed_s = time.monotonic()
            if changed_s and not heard_s and now.get("playing") == "house 120 bpm":
                heard_s = time.monotonic()
            time.sleep(1)
        now = _now(own_port)
    told = listener.stdout.read().decode() if listener.stdout else ""
    bars = (heard_s - changed_s) / at_change if heard_s else -1
    _report(heard, now, memory, bars, told)
    print(f"radio: {clips} s of kept loops among it; load of the machine {os.getloadavg()[2]:.1f}")
    shutil.rmtree(folder)


def _resident_mb(process: psutil.Process) -> float:
    """MB of a radio and its child."""
    found = 0
    for one in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += one.memory_info().rss
    return found / 1e6


def _report(
    heard: Path, now: dict[str, object], memory: list[tuple[float, int]], bars: float, told: str
) -> None:
    import soundfile

    audio, rate = soundfile.read(heard, dtype="float32", always_2d=True)
    loud = np.abs(audio).max(axis=1) > 1e-4
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (~loud).astype(int), [0]])))
    silent_s = (edges[1::2] - edges[::2]) / rate
    jumps = []
    for late_s in (0.0, 1.5):
        starts = range(round(late_s * rate), len(audio) - 3 * rate, 3 * rate)
        levels = [integrated_lufs(audio[at : at + 3 * rate], rate) for at in starts]
        jumps += [abs(b - a) for a, b in pairwise(levels)]
    third = max(1, len(memory) // 3)
    grown = np.mean([mb for mb, _ in memory[-third:]]) - np.mean(
        [mb for mb, _ in memory[third : 2 * third] or memory[:third]]
    )
    print(
        f"radio: {len(audio) / rate:.0f} s heard; gaps of 50 ms {int((silent_s > 0.05).sum())};"
        f" phrases repeated {now['repeats']}; steps over 3 LU between 3 s"
        f" {sum(jump > 3 for jump in jumps)} of {len(jumps)},"
        f" largest {max(jumps, default=0):.1f} LU;"
        f" memory {memory[-1][0]:.0f} MB, grown {grown:+.1f} MB from the second third to the last;"
        f" threads {min(n for _, n in memory)} to {max(n for _, n in memory)};"
        f" new words after {bars:.1f} bars; ffmpeg said {told.strip()[:200] or 'nothing'}"
    )


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


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--lengths", type=int, metavar="COUNT", help="tracks to make")
    about.add_argument("--longest", type=float, default=60, help="s of the longest of them")
    about.add_argument("--video", type=int, metavar="SECONDS", help="length of the films")
    about.add_argument("--styles", default="spectrum,kaleidoscope,particles,waveform")
    about.add_argument("--radio", action="store_true")
    about.add_argument("--minutes", type=float, default=5, help="of the radio")
    about.add_argument("--joins", type=int, metavar="COUNT", help="pieces out of segments")
    about.add_argument("--levels", type=float, metavar="SECONDS", help="of each set of the radio")
    about.add_argument("--kills", type=int, metavar="COUNT", help="kills of a project")
    asked = about.parse_args()
    if asked.levels:
        levels(asked.levels)
    if asked.joins:
        joins(asked.joins)
    if asked.kills:
        kills(asked.kills)
    if asked.lengths:
        lengths(asked.lengths, asked.longest)
    if asked.video:
        video(asked.styles.split(","), asked.video)
    if asked.radio:
        radio(asked.minutes)
    if not (
        asked.lengths or asked.video or asked.radio or asked.kills or asked.joins or asked.levels
    ):
        bench()


if __name__ == "__main__":
    main()
