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
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.long_joins import joins
from benchmarks.long_kills import kills
from benchmarks.long_levels import levels
from benchmarks.long_radio import radio
from bridge.music import Meter, bar_seconds
from bridge.request import read_request
from bridge.session import SessionView
from daemon.brief import Brief
from daemon.clip.segments import Engine, make_long
from daemon.conform.conform import conform
from daemon.engines.contract import Progress, Take
from daemon.engines.embedded.engine import make
from daemon.errors import EngineError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.settle import settle
from tests.helpers.drifting import drifting

RATE = 48000
GENRES = ("house", "lo-fi", "techno", "jazz", "trap", "ambient", "rock", "waltz", "dub", "pop")
METERS = ("4/4", "3/4", "6/8", "7/8", "5/4")
#: Who makes a piece, and of which kind: round and round.
_MADE = (
    ("the musician", "track"), ("takes that drift", "track"), ("the musician", "loop"),
    ("takes that drift", "loop"), ("takes too long", "track"), ("the musician", "sfx"),
)  # fmt: skip


def bench() -> None:
    lengths(20, longest_s=40)
    video(["spectrum", "kaleidoscope"], 20)
    radio(2)


def lengths(count: int, longest_s: float, first: int = 0) -> None:
    """first: the number of the first piece; a long run is made in parts so."""
    worst, over, refused, kinds = 0.0, 0, 0, Counter[str]()
    for n in range(first, first + count):
        maker, kind = _MADE[n % len(_MADE)]
        stream = random.Random(f"lengths:{n}")
        seconds = round(stream.uniform(4 if kind == "loop" else 10, longest_s), 1)
        if kind == "loop":
            seconds = min(seconds, 20.0)
        fields = {
            "prompt": stream.choice(GENRES), "kind": kind, "seconds": seconds,
            "meter": METERS[n // len(_MADE) % len(METERS)],
            "bpm": round(stream.uniform(60, 175), 1),
        }  # fmt: skip
        kinds[f"{kind} by {maker}"] += 1
        try:
            off = _off_bars(fields, maker, n)
        except EngineError as error:
            refused += 1
            print(f"  {n}: {fields} by {maker}: {error.text}", flush=True)
            continue
        over += off > 0.5
        worst = max(worst, off)
        if off > 0.5:
            print(f"  {n}: {fields} by {maker}: {off:.2f} bars off", flush=True)
    made = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    print(
        f"lengths: {count} pieces in {len(METERS)} meters ({made}): {over} more than half a bar off"
        f" what was asked (aim 0), at most {worst:.4f} bars; {refused} refused"
    )


def _off_bars(fields: dict[str, object], maker: str, seed: int) -> float:
    """Bars by which a piece is longer or shorter than asked."""
    brief = settle(read_request(fields.items()), SessionView(), PromptDefaults(), seed=seed)
    made = {"the musician": make, "takes that drift": _alike, "takes too long": _long}
    clip = conform(made[maker](brief, seed, _quiet), brief, _quiet)
    assert clip.audio is not None
    off_s = abs(len(clip.audio) / clip.sample_rate - float(str(fields["seconds"])))
    return off_s / bar_seconds(Meter.parse(brief.meter_name), brief.bpm or 120.0)


def _alike(brief: Brief, seed: int, progress: Progress) -> Take:
    """A look-alike of an engine that drifts; a track is joined of takes of 13 s."""
    if brief.kind == "track" and (brief.seconds or 0) > 13:
        with tempfile.TemporaryDirectory() as folder:
            return make_long(brief, seed, Engine(13, False), Path(folder), drifting, progress)
    return drifting(brief.amended(seconds=_asked_s(brief)), seed, progress)


def _long(brief: Brief, seed: int, progress: Progress) -> Take:
    """One take that goes on for a bar and a bit after its length, without any drift."""
    return drifting(brief.amended(seconds=1.2 + _asked_s(brief)), seed, progress, most=0.0)


def _asked_s(brief: Brief) -> float:
    if brief.kind == "loop":
        assert brief.bars is not None and brief.bpm is not None
        return brief.bars * bar_seconds(Meter.parse(brief.meter_name), brief.bpm) + 0.5
    return brief.seconds or 0.0


def _quiet(value: float, words: str) -> None:
    return None


def video(styles: list[str], seconds: int) -> None:
    home = tempfile.mkdtemp()
    environ = {**os.environ, "SIDECRATE_HOME": home}
    sidecrate = [sys.executable, "-P", "-m", "daemon.cli"]
    wav, film = Path(home) / "piece.wav", Path(home) / "film.mp4"
    made = ["make", "house 124 bpm Am", "--kind", "track", "--seconds", str(seconds), "--seed", "1"]
    subprocess.run(
        [*sidecrate, *made, "--out", str(wav)], env=environ, check=True, capture_output=True
    )
    for style in styles:
        began, used = time.monotonic(), _children_s()
        order = ["video", str(wav), "--style", style, "--out", str(film), "--force", "--seed", "1"]
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
        order = ["mpv", "--no-config", "--vo=null", "--ao=null", "--untimed", "--end=2", str(film)]
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


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--lengths", type=int, metavar="COUNT", help="tracks to make")
    about.add_argument("--first", type=int, default=0, help="number of the first track")
    about.add_argument("--longest", type=float, default=60, help="s of the longest of them")
    about.add_argument("--video", type=int, metavar="SECONDS", help="length of the films")
    about.add_argument("--styles", default="spectrum,kaleidoscope,particles,waveform")
    about.add_argument("--radio", action="store_true")
    about.add_argument("--minutes", type=float, default=5, help="of the radio")
    about.add_argument("--log", type=Path, metavar="FOLDER", help="for the radio's log")
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
        lengths(asked.lengths, asked.longest, asked.first)
    if asked.video:
        video(asked.styles.split(","), asked.video)
    if asked.radio:
        radio(asked.minutes, asked.log)
    if not (
        asked.lengths or asked.video or asked.radio or asked.kills or asked.joins or asked.levels
    ):
        bench()


if __name__ == "__main__":
    main()
