"""The embedded musician: speed against real time, and measured quality of every genre."""

from __future__ import annotations

import json
import resource
import statistics as stats
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.take_measures import keys_agree, measure, statistics, tempo_agrees
from daemon.audio.files import read_audio
from daemon.audio.resample import resample_loop
from daemon.audio.wav import write_clip
from daemon.brief import Brief
from daemon.clip.make import make_clip
from daemon.engines.contract import Take
from daemon.engines.embedded import INFO as EMBEDDED
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.voices.table import VOICES

RATE = 44100
SEEDS = (1, 2, 3)
#: Held-out seeds: no groove was ever mended by them.
MORE_SEEDS = (4, 5, 6, 7, 8, 9)
FAST_GENRES = ("house", "techno", "trap", "boom bap", "drum and bass", "pop", "jazz", "lo-fi")
#: Real loops, where they lie beside the repository.
REAL_LOOPS = Path(__file__).resolve().parents[2] / "shared" / "audio" / "loops"
#: The genre of each real loop, by the beginning of its name; loops without drums are left out.
LIKE = {"break": "breakbeat", "electro_beat": "electro", "house_loop": "house", "jungle": "jungle"}


def brief_of(genre: str, **fields: Any) -> Brief:
    """A four-part loop of eight bars at the genre's usual tempo."""
    return Brief(
        **{
            "prompt": genre,
            "words": genre,
            "genre": genre,
            "bpm": STYLES[genre].bpm,
            "bars": 8,
            **fields,
        }
    )


def quiet(share: float, stage: str) -> None:
    """Discards progress."""


def timed(brief: Brief, seed: int) -> tuple[Take, float]:
    """A take and the seconds that it took."""
    began = time.perf_counter()
    return make(brief, seed, quiet), time.perf_counter() - began


def speed() -> None:
    """Warm speed against real time: a loop rendered, mixed and written; a track; a one-shot."""
    ratios = []
    of_processor = []
    with tempfile.TemporaryDirectory() as folder:
        for genre in FAST_GENRES:
            make(brief_of(genre), 100, quiet)
            began = time.perf_counter()
            began_of_processor = time.process_time()
            take = make(brief_of(genre), 101, quiet)
            assert take.audio is not None
            write_clip(
                Path(folder) / "loop.wav",
                take.audio,
                RATE,
                {"kind": "loop", "bpm": take.grid.bpm if take.grid else None},
            )
            spent = time.perf_counter() - began
            worked = time.process_time() - began_of_processor
            ratios.append(len(take.audio) / RATE / spent)
            of_processor.append(len(take.audio) / RATE / worked)
            print(
                f"  loop   {genre:14} {len(take.audio) / RATE:5.1f} s of audio in {spent:5.2f} s:"
                f" {ratios[-1]:4.0f} x real time"
            )
    print(
        f"  loop   {min(ratios):.0f} to {max(ratios):.0f} x real time,"
        f" median {stats.median(ratios):.0f} (aim 20)"
    )
    low, high = min(of_processor), max(of_processor)
    print(
        f"  loop   {low:.0f} to {high:.0f} x real time, median {stats.median(of_processor):.0f},"
        " by processor time"
    )
    for genre in ("house", "boom bap"):
        take, spent = timed(brief_of(genre, kind="track", bars=None, seconds=180.0), 1)
        assert take.audio is not None
        print(
            f"  track  {genre:14} {len(take.audio) / RATE:5.1f} s of audio in {spent:5.2f} s (aim"
            " 12 s for 3 minutes)"
        )
    each = []
    for name in VOICES:
        asked = Brief(prompt=name, words=name, kind="oneshot", bpm=None)
        make(asked, 1, quiet)
        each.append((timed(asked, 2)[1] * 1000, name))
    median = stats.median(ms for ms, _ in each)
    slowest = max(each)
    print(
        f"  one-shot median {median:.0f} ms, slowest {slowest[0]:.0f} ms ({slowest[1]}) (aim 60 ms)"
    )


def memory() -> None:
    """Print the peak memory of tracks; first of all, for a child counts its parent's as its own."""
    for stems, rate in ((False, RATE), (True, RATE), (False, 48000), (True, 48000)):
        code = f"from benchmarks.embedded import track_alone; track_alone({stems}, {rate})"
        print(
            subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            ).stdout,
            end="",
        )


def track_alone(stems: bool, rate: int) -> None:
    """Print the peak memory of a worker with a 3-minute track, in a process of its own."""
    brief = brief_of(
        "house",
        kind="track",
        bars=None,
        seconds=180.0,
        stems=stems,
        sample_rate=rate,
        engines=("embedded",),
        seed=1,
    )
    with tempfile.TemporaryDirectory() as folder:
        task = {
            "brief": brief.to_json(),
            "request": {},
            "k": 0,
            "clip": "aaaa",
            "job": "a",
            "folder": f"{folder}/a",
            "created": 0.0,
            **EMBEDDED.for_child(),
        }
        make_clip(task, lambda share, stage, words: None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )
    print(
        f"  memory for the track at {rate} Hz, {'with' if stems else 'without'} stems:"
        f" at most {peak:.0f} MB (aim 600 MB)"
    )


def slope_of(take: Take) -> float:
    """The spectral slope that a take's genre is mixed to, dB an octave."""
    return float((take.plan or {})["mix"]["slope_db"])


def judge(take: Take, brief: Brief, found: dict[str, Any]) -> list[str]:
    """The names of the checks that a loop fails."""
    faults = []
    beats = take.parts and "drums" in take.parts
    checks = {
        "frames": found["frames_exact"],
        "sum of stems": found["sum_error"] < 1e-6,
        "silent part": found["quietest_part_db"] > -50,
        "true peak": found["levelled_peak_db"] <= -0.99,
        "loudness": abs(found["levelled_lufs"] + 14) < 0.5
        or abs(found["levelled_peak_db"] + 1) < 0.1,
        "crest": found["crest_db"] >= 7,
        "slope": -0.6 <= found["slope_db"] - slope_of(take) <= 0.6,
        "correlation": found["correlation"] > 0,
        "low side": found["low_side_db"] <= -30,
        "seam": found["seam"] <= 1.0,
        "tempo": not beats or tempo_agrees(found["bpm"], float(brief.bpm or 0), 0.005),
        "key": keys_agree(found["key"], take.key) in ("same", "relative", "near"),
    }
    faults += [name for name, good in checks.items() if not good]
    return faults


def quality() -> None:
    """Every genre and three seeds: failed checks, and how well tempo and key are found."""
    faults: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    right_tempo = beating = 0
    for genre in STYLES:
        starts = set()
        for seed in SEEDS:
            brief = brief_of(genre, meter_name="3/4" if genre == "waltz" else "4/4")
            take = make(brief, seed, quiet)
            found = measure(take, brief)
            failed = judge(take, brief, found)
            faults.update(failed)
            keys[keys_agree(found["key"], take.key)] += 1
            if "drums" in take.parts:
                beating += 1
                right_tempo += abs(found["bpm"] / float(brief.bpm or 1) - 1) < 0.005
            starts.add(take.midi)
            if failed:
                print(f"  {genre:20} seed {seed}: {', '.join(failed)}", flush=True)
        if len(starts) < len(SEEDS):
            faults["seeds alike"] += 1
    count = len(STYLES) * len(SEEDS)
    print(f"  {count} loops of {len(STYLES)} genres; failed checks: {dict(faults) or 'none'}")
    print(
        f"  tempo heard as asked in {right_tempo} of {beating} loops with drums; key: {dict(keys)}"
    )


def level_heard(take: Take, bpm: float) -> str:
    """The metrical level at which librosa finds the tempo of a loop played twice.

    Its prior is near 120 bpm. So it finds the double or the half of slow and fast genres, as people
    may who tap along. Anything else is a mistake.
    """
    import librosa

    assert take.audio is not None
    ratio = (
        float(librosa.feature.tempo(y=np.tile(take.audio.mean(axis=1), 2), sr=take.sample_rate)[0])
        / bpm
    )
    levels = {"as asked": 1.0, "half": 0.5, "double": 2.0}
    return next(
        (name for name, level in levels.items() if abs(ratio / level - 1) < 0.04), "otherwise"
    )


def heard_by_another() -> None:
    """The levels at which librosa finds the tempo, over every genre with drums and three seeds."""
    found: dict[str, Counter[str]] = {}
    for genre in STYLES:
        for seed in SEEDS:
            brief = brief_of(genre, meter_name="3/4" if genre == "waltz" else "4/4")
            take = make(brief, seed, quiet)
            if "drums" in take.parts:
                found.setdefault(level_heard(take, float(brief.bpm or 1)), Counter())[genre] += 1
    print(f"  {sum(map(Counter.total, found.values()))} loops with drums, heard by librosa")
    for level, genres in sorted(found.items()):
        named = f" ({', '.join(f'{genre} {count}' for genre, count in genres.items())})"
        if level == "as asked":
            named = ""
        print(f"  {level}: {genres.total()}{named}")


def real_drum_loops() -> dict[str, list[tuple[float, int, dict[str, float]]]]:
    """(tempo, bars, figures) of the real drum loops, by genre."""
    beats = {
        one["file"]: one["beats"] for one in json.loads((REAL_LOOPS / "loops.json").read_text())
    }
    found: dict[str, list[tuple[float, int, dict[str, float]]]] = {}
    for file in sorted(REAL_LOOPS.glob("*.flac")):
        genre = next((genre for start, genre in LIKE.items() if file.name.startswith(start)), None)
        if genre:
            audio, rate = read_audio(file)
            bpm = round(60 * beats[file.name] * rate / len(audio), 3)
            found.setdefault(genre, []).append((bpm, beats[file.name] // 4, as_heard(audio, rate)))
    return found


def as_heard(audio: np.ndarray, rate: int) -> dict[str, float]:
    """The statistics of a loop in mono at 22,050 Hz, which is the poorest real loop's format."""
    mono = audio.mean(axis=1, keepdims=True).astype(np.float32)
    return statistics(
        resample_loop(mono, rate, RATE // 2, round(len(mono) * RATE / 2 / rate)), RATE // 2
    )


def drum_figures(
    real: dict[str, list[tuple[float, int, dict[str, float]]]], seeds: tuple[int, ...]
) -> Iterator[tuple[str, int, str, float]]:
    """(genre, seed, figure, value) of drum loops with the tempo and length of real ones.

    Counts in a second, or in two, depend on both.
    """
    for genre, loops in real.items():
        for seed in seeds:
            bpm, bars, _ = loops[(seed - 1) % len(loops)]
            take = make(
                brief_of(genre, bpm=bpm, bars=bars, instruments=("drums",), only=True), seed, quiet
            )
            assert take.audio is not None
            for name, value in as_heard(take.audio, RATE).items():
                yield genre, seed, name, value


def reach(values: list[float]) -> tuple[float, float]:
    """The range of a few loops' figures, widened by 1 %.

    The range of n loops holds (n - 1) / (n + 1) of all that are like them: of seven, three
    quarters. That is less than a 5-95 % range, whose ends seven loops cannot give.
    """
    return min(values) * 0.99, max(values) * 1.01


def against_real_loops() -> None:
    """Onset density, flux, crest and repeats of drum loops beside real loops.

    Real loops are also compared with each other.
    """
    if not REAL_LOOPS.is_dir():
        print("  no real loops beside the repository: not compared")
        return
    real = real_drum_loops()
    every = [figures for loops in real.values() for _, _, figures in loops]
    for seeds, said in ((SEEDS, "three seeds"), (MORE_SEEDS, "six seeds more")):
        inside = within = total = 0
        for genre, seed, name, value in drum_figures(real, seeds):
            known = [figures[name] for figures in every]
            low, high = reach(known)
            total += 1
            inside += low <= value <= high
            within += bool(np.quantile(known, 0.05) <= value <= np.quantile(known, 0.95))
            if not low <= value <= high:
                print(
                    f"  {genre:10} seed {seed}: {name} {value:.2f}, real ones {low:.2f} to"
                    f" {high:.2f}"
                )
        print(
            f"  drum loops of {said} beside {len(every)} real ones:"
            f" of {total} figures {inside} inside the range of these"
        )
        print(
            f"  ({within} inside its 5-95 % by interpolation, which leaves out the least and the"
            " greatest of the real ones too)"
        )
    left = [
        (one[name], [other[name] for other in every if other is not one])
        for one in every
        for name in one
    ]
    alike = sum(
        low <= value <= high
        for value, (low, high) in ((value, reach(rest)) for value, rest in left)
    )
    print(f"  each real one beside the others: of {len(left)} figures {alike} inside")
    print(
        "  "
        + json.dumps(
            {
                name: [round(min(f[name] for f in every), 1), round(max(f[name] for f in every), 1)]
                for name in every[0]
            }
        )
    )


def bench() -> None:
    print("memory:")
    memory()
    print("speed, warm:")
    speed()
    print("quality, every genre with three seeds:")
    quality()
    print("tempo as librosa hears it, every genre with three seeds:")
    heard_by_another()
    print("against real loops:")
    against_real_loops()
