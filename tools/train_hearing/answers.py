"""What the hearing answers to takes with a known truth: what it weighed, and whether it was right.

A folder of takes holds `truth.json`: a list of {"file", "tempo", "beats_s", "downbeat": {"times"},
"beatless"}, null where unknown.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from bridge.music import Meter
from daemon.hearing import confidence, hearing, odds, onsets, second_ear
from daemon.hearing.answer import answer
from daemon.hearing.choice import Choice
from daemon.hearing.envelopes import BEFORE_S, envelopes
from daemon.hearing.heard import Heard
from tools.train_hearing import loop_takes, music, negatives, own_music

#: Features of a candidate with a lattice.
WIDTH = 40
#: Share by which a right tempo may be off, and the same where the take's tempo varies.
RIGHT_TEMPO = 0.01
RIGHT_MEAN = 0.03
#: Seconds; median distance of right beats.
RIGHT_BEATS_S = 0.030
#: Seconds within which a downbeat is right, and the share of them that must be.
RIGHT_BAR_S = 0.070
RIGHT_BARS = 0.6
#: Takes that are held in memory at a time.
BATCH = 24


@dataclass(frozen=True)
class Known:
    """A take's audio, float32 (frames,), and its truth as `truth.json` tells it."""

    set: str
    name: str
    audio: np.ndarray
    sample_rate: int
    truth: dict[str, Any]
    beats_per_bar: int = 4

    @property
    def piece(self) -> str:
        """The piece of music that the take is of: variants of one are never parted."""
        return self.set + " " + "__".join(self.name.split("__")[:2]).split("-")[0]


def known_takes(name: str, folder: Path) -> Iterator[Known]:
    """The takes of a folder."""
    for truth in json.loads((folder / "truth.json").read_text()):
        audio, rate = sf.read(folder / truth["file"], dtype="float32", always_2d=True)
        yield Known(name, Path(truth["file"]).stem, audio.mean(axis=1), rate, truth)


def beatless(each: int) -> Iterator[Known]:
    """Sounds without a beat."""
    for name, audio in negatives.negatives(each):
        yield Known("beatless", name, audio, negatives.RATE, {"beatless": True})


def own(seeds: int, only: Container[str] | None = None) -> Iterator[Known]:
    """The embedded musician's music in every genre; with `only` the pieces of these names."""
    for name, piece in own_music.pieces(seeds, only):
        yield _own("own", name, piece)


def rounds() -> Iterator[Known]:
    """The embedded musician's drums of a bar or two, going round."""
    for name, piece in own_music.short_loops():
        yield _own("rounds", name, piece)


def _own(of: str, name: str, piece: own_music.Piece) -> Known:
    truth = {
        "tempo": piece.bpm,
        "beats_s": piece.beats_s.tolist(),
        "downbeat": {"times": piece.downbeats_s.tolist()},
        "beatless": False,
    }
    return Known(of, name, piece.audio, piece.sample_rate, truth)


def of_loops(folder: Path, each: int) -> Iterator[Known]:
    """Real loops at other tempi."""
    for name, take, per_bar in loop_takes.takes(folder, each):
        truth = {
            "beats_s": take.beats_s.tolist(),
            "downbeat": {"times": take.downbeats_s.tolist()} if len(take.downbeats_s) else None,
            "beatless": False,
        }
        yield Known("loops", name, take.audio, music.RATE, truth, per_bar)


def table(
    takes: Iterable[Known], fitted: int, jobs: int, by: Path | None = None
) -> list[dict[str, Any]]:
    """The rows of all takes, by so many processes; heard by the odds in the file `by`, if given."""
    rows: list[dict[str, Any] | None] = []
    every = iter(takes)
    with Pool(jobs, _hear_by, (by or odds.STORED,)) as pool:
        found = pool.map_async(partial(answered, fitted=fitted), ())
        while some := list(islice(every, BATCH)):  # made while those before are heard
            before, found = found, pool.map_async(partial(answered, fitted=fitted), some, 1)
            rows += before.get()
        rows += found.get()
    return [row for row in rows if row is not None]


def _hear_by(path: Path) -> None:
    odds.STORED = path


def answered(take: Known, fitted: int, asked_bpm: float | None = None) -> dict[str, Any] | None:
    """One row of the table, or None for a take that is too short or silent to hear anything in."""
    mono = np.concatenate(
        [np.zeros(round(BEFORE_S * take.sample_rate), np.float32), take.audio - take.audio.mean()]
    )
    env = envelopes(mono, take.sample_rate)
    hits = onsets.onsets(env)
    if len(hits) < hearing.LEAST_HITS:
        return None
    meter = Meter(take.beats_per_bar, 4)
    ear = second_ear.listen(mono, take.sample_rate)
    choice = hearing.chosen(env, hits, ear, mono, take.sample_rate, meter, asked_bpm, fitted)
    if choice is None:
        return None
    heard = answer(env, ear, mono, take.sample_rate, choice, meter, asked_bpm)
    features = np.full((len(choice.weighed), WIDTH), np.nan)
    for row, each in zip(features, choice.weighed, strict=True):
        row[: len(each.features)] = each.features
    bpm = np.array([each.candidate.bpm for each in choice.weighed])
    return {
        "set": take.set,
        "piece": take.piece,
        "name": take.name,
        "beatless": bool(take.truth.get("beatless")),
        "features": features,
        "bpm": bpm,
        "chosen": int(np.flatnonzero(bpm == choice.bpm)[0]),
        "right": _right_tempi(bpm, take.truth),
        "evidence": choice.evidence,
        "known": confidence.features(env, ear, choice, heard.bpm, heard.drift, asked_bpm),
        **_verdict(choice, heard, take.truth),
    }


def _true_bpm(truth: dict[str, Any]) -> tuple[float, float] | None:
    """The take's tempo and how far off a right one may be."""
    if truth.get("tempo"):
        return float(truth["tempo"]), RIGHT_TEMPO
    beats_s = np.asarray(truth.get("beats_s") or [])
    gaps_s = np.diff(beats_s)
    if len(gaps_s) < 4 or np.ptp(gaps_s) > 0.15 * np.median(gaps_s):
        return None
    return 60 / float(np.median(gaps_s)), RIGHT_MEAN


def _right_tempi(bpm: np.ndarray, truth: dict[str, Any]) -> np.ndarray:
    true = _true_bpm(truth)
    return np.zeros(len(bpm)) if true is None else (np.abs(bpm / true[0] - 1) < true[1]) * 1.0


def _verdict(choice: Choice, heard: Heard, truth: dict[str, Any]) -> dict[str, float]:
    """Whether beats and bar are right: 1, 0, or NaN where the truth is not known."""
    said = {"beats_right": np.nan, "bar_right": np.nan}
    if truth.get("beatless"):
        return {"beats_right": 0.0, "bar_right": 0.0}
    true = _true_bpm(truth)
    if true is not None and abs(heard.bpm / true[0] - 1) >= true[1]:
        return {"beats_right": 0.0, "bar_right": 0.0}
    if truth.get("beats_s"):
        gap_s = float(np.median(np.diff(truth["beats_s"])))
        off_s = np.minimum(_away_s(truth["beats_s"], heard.beats_s), gap_s / 2)
        said["beats_right"] = float(np.median(off_s) <= RIGHT_BEATS_S)
    if truth.get("downbeat"):
        times = np.asarray(truth["downbeat"]["times"])
        mine = heard.downbeats_s
        mine = mine[(mine >= times[0] - 0.1) & (mine <= times[-1] + 0.1)]
        near = _away_s(mine, times) <= RIGHT_BAR_S
        said["bar_right"] = float(len(mine) > 0 and near.mean() >= RIGHT_BARS)
    return said


def _away_s(times: Any, others: Any) -> np.ndarray:
    """Distance in s of each of `times` from the nearest of `others`."""
    times, others = np.asarray(times, float), np.asarray(others, float)
    if not len(others):
        return np.full(len(times), np.inf)
    return np.asarray(np.abs(times[:, None] - others[None, :]).min(axis=1))
