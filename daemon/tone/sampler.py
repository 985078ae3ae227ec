"""A line played on a user's own one-shots: each note by the nearest of them, bent as it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from daemon.audio.files import READABLE, read_audio
from daemon.audio.sound import mixed
from daemon.errors import AudioError, ConformError
from daemon.hearing.one_voice import HOP_S
from daemon.hearing.pitch import find_note
from daemon.tone.line import Played, level_db

#: Sounds of a folder that are read, and s of each.
_MOST_SOUNDS, _MOST_S = 128, 12.0
#: Semitones by which a pitch must leave its note before another begins, and the points, of 5 ms,
#: that it must stay away: vibrato comes back.
_LEAP, _STAYS = 0.7, 12
#: dB by which a level must rise within `_RISE_POINTS` for the same note to be struck anew, and s
#: that a note lasts at least.
_RISE_DB, _RISE_POINTS, _SHORTEST_S = 6.0, 8, 0.06
#: s over which a note is let go.
_RELEASE_S = 0.03
#: The part of a sound, as shares of its length, that goes round under a note that is longer; how
#: many dB it may sink over that part and still be held; and the share of it that is faded.
_HELD, _SINKS_DB, _FADED = (0.4, 0.8), 6.0, 0.25
#: dB under its note's loudest moment that a line's dynamics are followed down to.
_FOLLOWED_DB = -40.0
#: dB under the line's usual loudest where a note is left out.
_FAINT_DB = -45.0


@dataclass(frozen=True)
class Sample:
    """A one-shot: float32 (frames,) from its attack on, its rate in Hz and its note."""

    audio: np.ndarray
    rate: int
    note: float
    """MIDI number, with its cents."""


@dataclass(frozen=True)
class Sampler:
    """The one-shots of a folder or collection that have a pitch."""

    name: str
    samples: tuple[Sample, ...]
    without_pitch: int
    """Sounds that were left out: they have none."""

    @property
    def reach(self) -> tuple[float, float]:
        """Its lowest and its highest note, as MIDI numbers."""
        notes = [one.note for one in self.samples]
        return min(notes), max(notes)

    @property
    def method(self) -> str:
        """How many sounds play, and how many do not, for the report."""
        left_out = f", {self.without_pitch} without a pitch left out" if self.without_pitch else ""
        return f"{len(self.samples)} one-shots{left_out}"

    def nearest(self, pitch: float) -> Sample:
        return min(self.samples, key=lambda one: abs(one.note - pitch))


def read_sampler(name: str, files: Sequence[str]) -> Sampler:
    """The one-shots of a folder, or of `files` of a collection. ConformError where none fits."""
    folder = Path(name).expanduser()
    paths = [Path(file) for file in files] or sorted(_inside(folder))
    samples, others, read = [], 0, 0
    for path in paths:
        if read == _MOST_SOUNDS:
            break
        try:
            audio, rate = read_audio(path, 0.0, _MOST_S)
        except AudioError:
            continue  # a folder of sounds holds texts and pictures too
        read += 1
        if (sample := _sample(audio, rate)) is None:
            others += 1
        else:
            samples.append(sample)
    title = name if files else folder.name
    if not read:
        raise ConformError(f"kit: {title} holds no sound; it takes {READABLE} files")
    if not samples:
        raise ConformError(
            f"kit: none of the {read} sounds of {title} has a pitch: a line is played on notes"
            " (`sidecrate split --into oneshots` cuts some out of a sound)"
        )
    return Sampler(title, tuple(samples), others)


def _inside(folder: Path) -> Iterator[Path]:
    return (one for one in folder.rglob("*") if one.is_file() and not one.name.startswith("."))


def _sample(audio: np.ndarray, rate: int) -> Sample | None:
    """A sound from its attack on; None where it is silent or has no pitch."""
    mono = np.asarray(mixed(audio), np.float32)
    top = float(np.abs(mono).max(initial=0))
    if top < 1e-4:
        return None
    note = find_note(audio, rate)
    if note is None:
        return None
    first = int(np.argmax(np.abs(mono) > 0.02 * top))
    return Sample(mono[first:], rate, float(note))


@dataclass(frozen=True)
class Span:
    """A note of a line: its first point and the one after its last."""

    first: int
    end: int


def spans_of(line: Played) -> list[Span]:
    """The notes of a line: where a pitch begins, leaps and stays, or is struck anew."""
    pitch = 69 + 12 * np.log2(np.where(line.voiced, line.hz, 440.0) / 440)
    starts: list[int] = []
    ends: list[int] = []
    now: float | None = None
    for n in range(len(pitch)):
        if not line.voiced[n]:
            if now is not None:
                ends.append(n)
                now = None
            continue
        begins = now is None
        if now is not None and _begins_anew(line, pitch, now, starts[-1], n):
            ends.append(n)
            begins = True
        if begins:
            starts.append(n)
            now = float(np.median(pitch[n : n + _STAYS]))
    if now is not None:
        ends.append(len(pitch))
    least = round(_SHORTEST_S / HOP_S)
    loud = line.top_db + _FAINT_DB
    return [
        Span(a, b)
        for a, b in zip(starts, ends, strict=True)
        if b - a >= least and line.level_db[a:b].max() > loud
    ]


def _begins_anew(line: Played, pitch: np.ndarray, now: float, start: int, n: int) -> bool:
    if (n - start) * HOP_S < _SHORTEST_S:
        return False
    ahead = slice(n, n + _STAYS)
    if line.voiced[ahead].all() and (np.abs(pitch[ahead] - now) > _LEAP).all():
        return True
    before = line.level_db[max(start, n - _RISE_POINTS) : n + 1]
    return bool(
        line.level_db[n : n + 3].max() - before.min() > _RISE_DB
        and before.argmin() == len(before) - 1
    )


def play(line: Played, sampler: Sampler, frames: int, rate: int, is_loop: bool) -> np.ndarray:
    """float32 (frames,): each note of the line by its nearest sound; a loop rings over its seam."""
    tail = round((_RELEASE_S + HOP_S) * rate)
    made = np.zeros(frames + tail, np.float32)
    for span in spans_of(line):
        start = round(span.first * HOP_S * rate)
        count = min(round((span.end - span.first) * HOP_S * rate) + tail, len(made) - start)
        at = (start + np.arange(count)) / (rate * HOP_S)
        points = np.clip(at, span.first, span.end - 1)
        own = np.arange(span.first, span.end)
        pitch = 69 + 12 * np.log2(line.hz[own] / 440)
        sample = sampler.nearest(float(np.median(pitch)))
        bent = np.interp(points, own, pitch)
        tone = _bent(sample, bent, rate)
        level = line.level_db[own]
        dynamics = np.interp(points, own, np.maximum(level - level.max(), _FOLLOWED_DB))
        tone *= 10 ** (_gain_db(tone, dynamics, float(level.max()), rate) / 20)
        fade = min(count, tail)
        tone[count - fade :] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2
        made[start : start + count] += tone
    if is_loop:
        made[:tail] += made[frames:]
    return made[:frames]


def _bent(sample: Sample, pitch: np.ndarray, rate: int) -> np.ndarray:
    """The sound along pitches (frames,), by its speed; its steady part goes round where it must."""
    steps = 2 ** ((pitch - sample.note) / 12) * sample.rate / rate
    place = np.cumsum(steps) - steps[0]
    audio = _long_enough(sample, math.ceil(float(place[-1])) + 2)
    low = np.minimum(place.astype(int), len(audio) - 2)
    share = (place - low).astype(np.float32)
    made = audio[low] * (1 - share) + audio[low + 1] * share
    made[place > len(audio) - 2] = 0
    return np.asarray(made, np.float32)


def _long_enough(sample: Sample, frames: int) -> np.ndarray:
    """A held sound, its middle repeated until it is so long; one that decays as it is."""
    audio = sample.audio
    first, last = (round(share * len(audio)) for share in _HELD)
    quarter = max(1, (last - first) // 4)
    early, late = (
        float(np.sqrt(np.mean(audio[at : at + quarter] ** 2))) for at in (first, last - quarter)
    )
    if frames <= len(audio) or early <= 0 or 20 * math.log10(max(late, 1e-9) / early) < -_SINKS_DB:
        return np.pad(audio, (0, 2))
    # whole periods, so that the faded ends lie on each other
    period = sample.rate / (440 * 2 ** ((sample.note - 69) / 12))
    fade = max(2, round((last - first) * _FADED))
    round_ = round(round((last - first - fade) / period) * period)
    if round_ < fade:
        return np.pad(audio, (0, 2))
    body = audio[first : first + round_ + fade]
    turn = body[:round_].copy()
    rise = np.linspace(0, 1, fade, dtype=np.float32)
    # what follows the end of a round is what came before its start
    turn[:fade] = body[:fade] * rise + body[round_ : round_ + fade] * (1 - rise)
    times = math.ceil((frames - first - round_) / round_)
    return np.concatenate([audio[: first + round_], *[turn] * max(1, times), audio[:2] * 0])


def _gain_db(tone: np.ndarray, dynamics_db: np.ndarray, top_db: float, rate: int) -> np.ndarray:
    """dB that make a note as loud as the line's loudest moment there, and softer where it is.

    Where the sound is softer than the line it stays so: it may decay by itself.
    """
    own = level_db(tone, rate, False)
    along = np.interp(np.arange(len(tone)) / (rate * HOP_S), np.arange(len(own)), own)
    return top_db - own.max() + np.minimum(0.0, dynamics_db - (along - own.max()))
