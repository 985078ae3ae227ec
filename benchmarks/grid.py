"""How well takes of real loops are put back on their grid: ours and the usual ways, in one run.

    python -m benchmarks.grid (--loops FOLDER | --made) [--seed N] [--hard] [--only NAME]

FOLDER holds loops and `loops.json`: a list of {"file", "beats", "beats_per_bar"}. Each file holds
exactly that many beats and begins with a hit. With --made the embedded musician makes the loops:
whole bands and single instruments.

Takes are made from them by playing them tiled: at a wrong tempo, drifting, after silence, with a
pickup, or from mid-bar. So the truth is known to the sample. With --hard the requested tempo is far
off, half or double, or the meter is 3/4. Each method gets only what a user would give: tempo, bars
and meter.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
from scipy import signal

from benchmarks import made_loops

RATE = 44100
PLAIN = ("offset", "drift", "silence", "pickup")
HARD = ("double", "half", "far", "three")
#: Bands in Hz in which a result is compared with the loop.
JUDGED_BANDS = ((30, 150), (150, 600), (600, 2500), (2500, 9000))
#: Hop of the bands' envelopes in frames: 1 ms.
HOP = 44
#: Confidence from which a user may rely on the beats.
SURE = 0.7
#: Beats further off than this are wrong.
WRONG_MS = 20


@dataclass(frozen=True)
class Case:
    """A take, the request, and the loop that the answer must sound like."""

    name: str
    take: np.ndarray
    loop: np.ndarray
    loop_beats: int
    asked_bpm: float
    asked_bars: int
    beats_per_bar: int
    octave: float
    """Beats of the loop for each requested beat."""
    certain: bool
    """False where only convention decides which beat of a repeating bar is the first."""

    @property
    def meter(self) -> str:
        return f"{self.beats_per_bar}/4"


@dataclass(frozen=True)
class Said:
    """A method's own report.

    `confidence` in its beats is 0-1. `dip_db` is how far the envelope falls at the loop point,
    below the take's own where it runs on past the cut.
    """

    confidence: float
    dip_db: float | None


@dataclass(frozen=True)
class Verdict:
    """The verdict on a result.

    `rotated`: beats from the true downbeat. `mean_ms`: mean distance of the beats from the grid.
    `jump`: the step at the loop point, as a share of the 99.9th percentile of all steps.
    """

    exact_frames: bool
    rotated: int
    mean_ms: float
    jump: float
    said: Said | None


def read(path: Path) -> np.ndarray:
    audio, rate = sf.read(path, dtype="float64", always_2d=True)
    return audio if rate == RATE else signal.resample_poly(audio, RATE, rate, axis=0)


def cases(folder: Path, seed: int, hard: bool) -> list[Case]:
    """Every variant of every loop."""
    rng = np.random.default_rng(seed)
    found = []
    for spec in json.loads((folder / "loops.json").read_text()):
        loop = read(folder / spec["file"])
        for variant in HARD if hard else PLAIN:
            case = _case(
                Path(spec["file"]).stem,
                loop,
                spec["beats"],
                spec.get("beats_per_bar", 4),
                variant,
                rng,
            )
            if 50 <= case.asked_bpm <= 240:
                found.append(case)
    return found


def _case(
    stem: str, loop: np.ndarray, beats: int, per_bar: int, variant: str, rng: np.random.Generator
) -> Case:
    if variant == "three":
        beat = len(loop) / beats
        loop = np.vstack(
            [
                loop[round(first * beat) : round((first + 3) * beat)]
                for first in range(0, beats, per_bar)
            ]
        )
        beats = beats * 3 // per_bar
        per_bar = 3
    own_bpm = beats * 60 * RATE / len(loop)
    off = rng.uniform(0.08, 0.18) if variant == "far" else rng.uniform(0.008, 0.045)
    asked = float(np.round(own_bpm * rng.uniform(0.97, 1.03)))
    bpm = asked * (1 + rng.choice([-1, 1]) * off)
    sway = rng.uniform(0.008, 0.018) if variant == "drift" else 0.0
    period_s = rng.uniform(5, 9)
    start = {"silence": 0.0, "pickup": per_bar - rng.choice([0.5, 1.0])}.get(
        variant, rng.uniform(0.15, per_bar - 0.15)
    )
    lead_s = rng.uniform(0.12, 0.7) if variant in ("silence", "pickup") else 0.0
    bars = max(1, beats // per_bar)
    length_s = max(8.0, ((bars + 1) * per_bar + 1.5) * 60 / bpm + 1)
    clock_s = np.arange(int(length_s * RATE)) / RATE
    speed = bpm / 60 * (1 + sway * np.sin(2 * np.pi * clock_s / period_s))
    position = start + np.concatenate([[0], np.cumsum(speed[:-1] / RATE)])
    take = np.vstack([np.zeros((int(lead_s * RATE), loop.shape[1])), played(loop, beats, position)])
    take = take + rng.standard_normal(take.shape) * 10 ** (-62 / 20)
    octave = {"double": 0.5, "half": 2.0}.get(variant, 1.0)
    asked_bars = max(1, round(bars / octave))
    certain = beats > per_bar or variant == "silence"
    take = (take * 0.8 / np.abs(take).max()).astype(np.float32)
    return Case(
        f"{stem}-{variant}", take, loop, beats, asked / octave, asked_bars, per_bar, octave, certain
    )


def played(loop: np.ndarray, beats: int, position: np.ndarray) -> np.ndarray:
    """The loop tiled, read at each position in beats."""
    frame = position % beats / beats * len(loop)
    whole, part = frame.astype(int), (frame % 1)[:, None]
    around = np.vstack([loop, loop[:2]])
    return around[whole] * (1 - part) + around[whole + 1] * part


def judge(case: Case, result: np.ndarray, said: Said | None) -> Verdict:
    """Compare a result at `RATE` with the loop played exactly at the requested tempo."""
    beats = case.asked_bars * case.beats_per_bar
    frames = round(beats * 60 / case.asked_bpm * RATE)
    exact = len(result) == frames
    ideal = _rises(
        played(
            case.loop, case.loop_beats, np.arange(frames) / RATE * case.asked_bpm / 60 * case.octave
        )
    )
    heard = _rises(
        np.vstack([result, np.zeros((max(0, frames - len(result)), result.shape[1]))])[:frames]
    )
    hops = min(len(ideal), len(heard))
    ideal = ideal[:hops]
    heard = heard[:hops]
    beat = 60 / case.asked_bpm * RATE / HOP
    spectra = np.fft.rfft(heard, axis=0) * np.conj(np.fft.rfft(ideal, axis=0))
    turn = round(int(np.argmax(np.fft.irfft(spectra, hops, axis=0).sum(axis=1))) / beat) % beats
    ideal = np.roll(ideal, round(turn * beat), axis=0)
    off = [
        _offset(
            heard, ideal, np.arange(round(k * beat - 40), round((k + 1) * beat - 40)) % hops, beats
        )
        for k in range(beats)
    ]
    known = [hops_off for hops_off in off if hops_off is not None]
    own_bar = max(1, round(case.beats_per_bar / max(1.0, case.octave)))
    mean_ms = float(np.mean(np.abs(known))) * HOP * 1000 / RATE if known else float("nan")
    steps = np.abs(np.diff(result, axis=0))
    jump = np.abs(result[0] - result[-1]) / np.maximum(np.percentile(steps, 99.9, axis=0), 1e-9)
    return Verdict(exact, turn % own_bar, mean_ms, float(jump.max()), said)


def _rises(audio: np.ndarray) -> np.ndarray:
    mono = audio.mean(axis=1)
    bands = []
    for band in JUDGED_BANDS:
        part = signal.sosfiltfilt(signal.butter(2, band, "bandpass", fs=RATE, output="sos"), mono)
        energy = np.add.reduceat(part**2, np.arange(0, len(part), HOP))
        log = np.log(energy + 1e-7 * max(energy.max(), 1e-9))
        rise = np.maximum(np.diff(np.convolve(log, np.ones(5) / 5, "same"), prepend=log[0]), 0)
        bands.append(rise / (np.sqrt((rise**2).mean()) + 1e-9))
    return np.array(bands).T


def _offset(heard: np.ndarray, ideal: np.ndarray, at: np.ndarray, beats: int) -> float | None:
    """Hops by which one beat is late; None where there is nothing to compare."""
    if (ideal[at] ** 2).sum() < 0.15 * (ideal**2).sum() / beats:
        return None
    lags = np.arange(-90, 91)
    match = np.array([(np.roll(heard[at], -lag, axis=0) * ideal[at]).sum() for lag in lags])
    best = int(np.argmax(match))
    if not 0 < best < len(lags) - 1:
        return float(lags[best])
    left, middle, right = match[best - 1 : best + 2]
    return float(lags[best] + 0.5 * (left - right) / (left - 2 * middle + right - 1e-12))


def ours(case: Case, take: Path, out: Path) -> Said | None:
    """`sidecrate fit`."""
    asked = ["--bpm", str(case.asked_bpm), "--bars", str(case.asked_bars), "--meter", case.meter]
    command = [
        sys.executable,
        "-m",
        "daemon.cli",
        "fit",
        str(take),
        *asked,
        "--grid",
        "tight",
        "--out",
        str(out),
    ]
    said = subprocess.run(
        [*command, "--json"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout
    report = json.loads(said.splitlines()[-1])["report"]
    return Said(float(report["found"]["confidence"]), report["after"]["seam_dip_db"])


def librosa_beats(case: Case, take: Path, out: Path) -> Said | None:
    """librosa's beats, the first taken as the downbeat, and one ratio."""
    from librosa.beat import beat_track

    audio = read(take)
    _, beats_s = beat_track(y=audio.mean(axis=1), sr=RATE, start_bpm=case.asked_bpm, units="time")
    _one_ratio(case, audio, np.asarray(beats_s), np.asarray(beats_s)[:1], out)
    return None


def madmom_downbeats(case: Case, take: Path, out: Path) -> Said | None:
    """madmom's downbeats and one ratio."""
    from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor

    low, high = case.asked_bpm * 0.85, case.asked_bpm * 1.15
    track = DBNDownBeatTrackingProcessor(
        beats_per_bar=[case.beats_per_bar], min_bpm=low, max_bpm=high, fps=100
    )
    found = track(RNNDownBeatProcessor()(str(take)))
    _one_ratio(case, read(take), found[:, 0], found[found[:, 1] == 1, 0], out)
    return None


def _one_ratio(
    case: Case, audio: np.ndarray, beats_s: np.ndarray, downbeats_s: np.ndarray, out: Path
) -> None:
    """Cut from the first downbeat and stretch by the mean tempo, as the usual recipes do."""
    import pyrubberband

    asked_s = 60 / case.asked_bpm
    step_s = float(np.median(np.diff(beats_s))) if len(beats_s) > 1 else asked_s
    step_s *= 2.0 ** round(np.log2(asked_s / step_s))
    start = float(downbeats_s[0]) if len(downbeats_s) else 0.0
    stretched = pyrubberband.time_stretch(
        audio[round(start * RATE) :], RATE, step_s / asked_s, {"--fine": ""}
    )
    frames = round(case.asked_bars * case.beats_per_bar * asked_s * RATE)
    result = np.zeros((frames, audio.shape[1]))
    result[: min(frames, len(stretched))] = np.reshape(stretched, (-1, audio.shape[1]))[:frames]
    sf.write(out, result, RATE, subtype="FLOAT")


METHODS: dict[str, Callable[[Case, Path, Path], Said | None]] = {
    "sidecrate fit": ours,
    "librosa beats, one ratio": librosa_beats,
    "madmom downbeats, one ratio": madmom_downbeats,
}


def run(folder: Path, seed: int, hard: bool, only: str | None) -> None:
    """Print one row per method."""
    made = cases(folder, seed, hard)
    certain = sum(case.certain for case in made)
    print(
        f"{len(made)} takes, {certain} of them with a certain downbeat (seed"
        f" {seed}{', hard' if hard else ''})"
    )
    print(
        f"{'method':30s} exact frames  right downbeats  <=10 ms  <=5 ms  median ms  p90 ms  s a"
        " take"
    )
    for name, method in METHODS.items():
        if only and only not in name:
            continue
        try:
            verdicts, took_s = _measured(made, method)
        except (ImportError, RuntimeError) as error:
            print(f"{name:30s} not installed here ({error})")
            continue
        right = sum(v.rotated == 0 for case, v in zip(made, verdicts, strict=True) if case.certain)
        off = np.array([v.mean_ms for v in verdicts])
        exact = sum(v.exact_frames for v in verdicts)
        print(
            f"{name:30s} {exact:12d} {right:16d} {(off <= 10).sum():8d} {(off <= 5).sum():7d} "
            f"{np.nanmedian(off):10.1f} {np.nanpercentile(off, 90):7.1f} {took_s:9.2f}"
        )
        jumps = [v.jump for v in verdicts]
        print(
            f"  jump at the loop point: {np.median(jumps):.2f} of the usual highest step,"
            f" at most {max(jumps):.2f}"
        )
        _print_said(verdicts)


def _print_said(verdicts: list[Verdict]) -> None:
    """Print a method's own report, if it has one."""
    said = [v.said for v in verdicts if v.said]
    if not said:
        return
    sure = [v for v in verdicts if v.said and v.said.confidence >= SURE]
    wrong = sum(v.mean_ms > WRONG_MS for v in sure)
    print(
        f"  sure ({SURE} or more) of {len(sure)}, {len(sure) / len(said):.0%};"
        f" {wrong} of these off by more than {WRONG_MS} ms"
    )
    dips = [each.dip_db for each in said if each.dip_db is not None]
    print(
        f"  dip of the envelope at the loop point: {np.median(dips):.2f} dB,"
        f" at most {max(dips):.2f} dB"
    )


def _measured(
    made: list[Case], method: Callable[[Case, Path, Path], Said | None]
) -> tuple[list[Verdict], float]:
    verdicts = []
    took_s = []
    with tempfile.TemporaryDirectory() as scratch:
        for case in made:
            take = Path(scratch, f"{case.name}.flac")
            out = Path(scratch, f"{case.name}-fitted.wav")
            sf.write(take, case.take, RATE)
            began = time.perf_counter()
            said = method(case, take, out)
            took_s.append(time.perf_counter() - began)
            verdicts.append(judge(case, read(out), said))
    return verdicts, float(np.median(took_s))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--loops", type=Path, help="folder of loops with its loops.json")
    source.add_argument("--made", action="store_true", help="loops of the embedded musician")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--only", help="methods whose name contains this")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if asked.made:
            made_loops.write(Path(scratch), asked.seed)
        run(asked.loops or Path(scratch), asked.seed, asked.hard, asked.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
