"""Conform beside Rubber Band R3 alone, and beside the usual recipe, in one run.

The recipe is librosa, pyrubberband and a loudness meter. The take is music that the project makes
itself: chords, bass, melody and drums with a known tempo, grid and key. So the figures can be
reproduced anywhere. All on one thread; medians of several runs.
"""

from __future__ import annotations

import importlib.util
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bridge.music import Key
from daemon.audio.loudness import integrated_lufs
from daemon.audio.resample import resample
from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.engines.contract import Take
from daemon.hearing import hear
from daemon.hearing.key import hear_tones, shift_to
from tests.daemon.hearing import key_set

RATE = 44100
TAKES = 24
#: Frames a block of R3 in its real-time mode.
_BLOCK = 256


def bench() -> None:
    _speed()
    _recipe()
    _keys()
    print(f"3-minute track, in a process of its own: {_track()}")


def _take(seed: int, seconds: float = 8.0) -> tuple[np.ndarray, float, Key]:
    """Stereo at 44.1 kHz, its tempo and key."""
    known = key_set.make_take(seed, -3.0)
    bpm = 16 * 60 / (len(known.audio) / key_set.RATE)
    mono = resample(known.audio, key_set.RATE, RATE)
    whole = np.tile(mono, (int(np.ceil(seconds * RATE / len(mono))) + 1, 1))[
        : round(seconds * RATE)
    ]
    return np.repeat(whole, 2, axis=1), bpm, known.key


def _brief(bpm: float, key: Key | None = None, **more: Any) -> Brief:
    fields = {"bars": 2, **more}
    return Brief("p", "p", bpm=round(bpm * 1.03, 2), key_name=key.short if key else None, **fields)


def _conform(audio: np.ndarray, brief: Brief) -> None:
    conform(Take(audio, RATE, 1, "file", "", "own"), brief, lambda value, stage: None)


def _median(work: Callable[[], object], runs: int = 5) -> float:
    """Processor time of one run in s, which other programs on the machine hardly change."""
    work()
    took = []
    for _ in range(runs):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return statistics.median(took)


def _speed() -> None:
    """The cost of conform over the stretch itself: an 8 s stereo loop, stretched and transposed."""
    audio, bpm, key = _take(3)
    bars = max(1, int(8.0 * bpm / 240))
    asked = Key(
        (key.tonic + 2) % 12,
        key.mode,
        ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[(key.tonic + 2) % 12],
    )
    alone = _median(lambda: _r3(audio, 1 / 1.03, 2.0))
    full = _median(lambda: _conform(audio, _brief(bpm, asked, bars=bars)))
    preview = _median(lambda: _conform(audio, _brief(bpm, asked, bars=bars, quality="preview")))
    hearing = _median(lambda: hear(audio, RATE, bpm * 1.03))
    print(
        f"8 s stereo: R3 alone {alone:.2f} s; conform {full:.2f} s,"
        f" {full / alone:.2f} times (aim 1.5)"
    )
    print(f"preview: {preview:.2f} s (aim 0.6)")
    print(f"hearing alone: {8 / hearing:.0f} times real time (aim 60)")


def _r3(audio: np.ndarray, ratio: float, semitones: float) -> None:
    """Rubber Band R3 alone, at one ratio, in its quickest mode: block after block."""
    import pylibrb

    option: Any = pylibrb.Option
    chosen = (
        option.PROCESS_REALTIME,
        option.ENGINE_FINER,
        option.CHANNELS_TOGETHER,
        option.THREADING_NEVER,
        option.PitchHighQuality,
    )
    options: Any = sum(int(flag) for flag in chosen)
    stretcher = pylibrb.RubberBandStretcher(
        RATE, audio.shape[1], options, ratio, 2 ** (semitones / 12)
    )
    stretcher.set_max_process_size(_BLOCK)
    for at in range(0, len(audio), _BLOCK):
        stretcher.process(np.ascontiguousarray(audio[at : at + _BLOCK].T), False)
        if stretcher.available() > 0:
            stretcher.retrieve_available()


def _recipe() -> None:
    """The usual recipe on the same takes: its time and its errors, beside ours."""
    if importlib.util.find_spec("librosa") is None:
        print("the usual recipe needs librosa")
        return
    ours_s = []
    theirs_s = []
    ours = []
    theirs = []
    for seed in range(TAKES // 3):
        audio, bpm, key = _take(100 + seed)
        brief = _brief(bpm, key)
        began = time.perf_counter()
        _conform(audio, brief)
        ours_s.append(time.perf_counter() - began)
        heard = hear(audio, RATE, brief.bpm)
        ours.append(
            (abs(heard.bpm / bpm - 1), shift_to(hear_tones(audio.mean(axis=1), RATE), key)[0] == 0)
        )
        began = time.perf_counter()
        found_bpm, found_key = _usual(audio, brief.bpm or bpm)
        theirs_s.append(time.perf_counter() - began)
        folded = min((found_bpm * f / bpm for f in (0.5, 1, 2)), key=lambda share: abs(share - 1))
        theirs.append((abs(folded - 1), set(found_key.scale) == set(key.scale)))
    ratio = statistics.median(theirs_s) / statistics.median(ours_s)
    both = statistics.median(ours_s), statistics.median(theirs_s)
    print(f"conform {both[0]:.2f} s, the usual recipe {both[1]:.2f} s, {ratio:.1f} times (aim 1.5)")
    for name, rows in (("conform", ours), ("usual recipe", theirs)):
        off = statistics.median(row[0] for row in rows)
        print(
            f"  {name}: tempo off by {off:.3%} (median), key right on"
            f" {sum(row[1] for row in rows)} of {len(rows)}"
        )


def _usual(audio: np.ndarray, asked_bpm: float) -> tuple[float, Key]:
    """librosa's beats and chroma, Krumhansl's profiles, Rubber Band's program, a loudness meter."""
    import pyrubberband
    from librosa.beat import beat_track
    from librosa.feature import chroma_cqt

    mono = audio.mean(axis=1)
    tempo, _ = beat_track(y=mono, sr=RATE, start_bpm=asked_bpm)
    bpm = float(np.atleast_1d(tempo)[0]) or asked_bpm
    chroma = chroma_cqt(y=mono, sr=RATE).mean(axis=1)
    major = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
    minor = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
    fits = [
        np.corrcoef(chroma, np.roll(profile, tonic))[0, 1]
        for profile in (major, minor)
        for tonic in range(12)
    ]
    best = int(np.argmax(fits))
    pyrubberband.time_stretch(audio, RATE, asked_bpm / bpm, rbargs={"--fine": ""})
    integrated_lufs(audio, RATE)
    return bpm, Key(best % 12, "major" if best < 12 else "minor", "x")


def _keys() -> None:
    """Wrong keys mended and right keys left alone, with drums over the harmony."""
    right, left = [], []
    for seed in range(300, 300 + 4 * TAKES):
        known = key_set.make_take(seed, (-6.0, 0.0, 3.0)[seed % 3])
        tones = hear_tones(known.audio[:, 0], key_set.RATE)
        left.append(shift_to(tones, known.key)[0] == 0)
        for by in range(1, 12):
            shift, _ = shift_to(tones, Key((known.key.tonic + by) % 12, known.key.mode, "x"))
            right.append((shift - by) % 12 == 0)
    print(f"key, with drums over it: {np.mean(right):.1%} of wrong keys mended (aim 85 %)")
    print(f"  and {np.mean(left):.1%} of right ones left alone (aim 98 %)")


def _track() -> str:
    """Time and peak memory of a 3-minute stereo track, in a fresh process."""
    code = "from benchmarks.conform import track_alone; track_alone()"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def track_alone() -> None:
    audio, bpm, _ = _take(7, 180.0)
    began = time.process_time()
    _conform(audio, _brief(bpm, kind="track", bars=None))
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{took:.1f} s of processor time (aim 25), {peak:.0f} MB at most (aim 1,000)")
