"""A piece of music as notes: its parts, tempo, meter, key and length in whole bars."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from bridge.music import Key, Meter
from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER

Role = Literal["drums", "bass", "chords", "lead"]
ROLES: tuple[Role, ...] = ("drums", "bass", "chords", "lead")

#: What a part's own name says of its role.
_NAMED: tuple[tuple[str, Role], ...] = (
    (r"drum|perc|kit\b|beat", "drums"),
    (r"bass|808|\bsub\b", "bass"),
    (r"chord|pad|keys|harmony|strings|organ|guitar|comp|arp", "chords"),
    (r"lead|melod|solo|tune|vocal|voice|topline|hook", "lead"),
)
#: Notes that begin together, on average, from which a part plays chords.
_CHORDAL = 1.6
#: MIDI note below which a single line is a bass.
_BASS_BELOW = 52
#: General MIDI's basses.
_BASS_PROGRAMS = range(32, 40)


@dataclass(frozen=True, order=True)
class Note:
    """`start` and `length` in ticks (960 a quarter), `pitch` as MIDI number, `velocity` 1-127."""

    start: int
    pitch: int
    length: int
    velocity: int = 96

    @property
    def end(self) -> int:
        return self.start + self.length

    def moved(self, ticks: int = 0, semitones: int = 0) -> Note:
        return Note(self.start + ticks, self.pitch + semitones, self.length, self.velocity)


@dataclass(frozen=True)
class Part:
    """What one player plays, sorted by start. `program` is General MIDI's, where it is known."""

    name: str
    notes: tuple[Note, ...]
    program: int | None = None
    is_drums: bool = False

    def with_notes(self, notes: Iterable[Note]) -> Part:
        return replace(self, notes=tuple(sorted(notes)))

    @cached_property
    def role(self) -> Role:
        """By its channel, its name, its program, and else by what it plays."""
        if self.is_drums:
            return "drums"
        for pattern, role in _NAMED:
            if role != "drums" and re.search(pattern, self.name.lower()):
                return role
        if self.program in _BASS_PROGRAMS:
            return "bass"
        if not self.is_line:
            return "chords"
        pitches = sorted(note.pitch for note in self.notes)
        return "bass" if pitches and pitches[len(pitches) // 2] < _BASS_BELOW else "lead"

    @cached_property
    def is_line(self) -> bool:
        """Whether it is one line: seldom more than one note begins at a time."""
        starts = Counter(round(note.start / STEP) for note in self.notes)
        return not starts or len(self.notes) / len(starts) < _CHORDAL

    def by_bar(self, bar_ticks: int) -> dict[int, list[Note]]:
        """The notes by the bar that they begin in, timed from its start."""
        if bar_ticks not in self._by_bar:
            bars: dict[int, list[Note]] = {}
            for note in self.notes:
                bar = (note.start + STEP // 2) // bar_ticks
                bars.setdefault(bar, []).append(note.moved(-bar * bar_ticks))
            self._by_bar[bar_ticks] = bars
        return self._by_bar[bar_ticks]

    @cached_property
    def _by_bar(self) -> dict[int, dict[int, list[Note]]]:
        return {}

    @cached_property
    def register(self) -> tuple[int, int]:
        """The lowest and the highest pitch."""
        pitches = [note.pitch for note in self.notes]
        return min(pitches), max(pitches)


@dataclass(frozen=True)
class Piece:
    """Parts over whole bars. `bpm` counts quarter notes."""

    name: str
    parts: tuple[Part, ...]
    bpm: float = 120.0
    meter: Meter = field(default_factory=Meter)
    key: Key | None = None
    bars: int = 4
    said: tuple[str, ...] = ()
    """What its user should know of how it was read."""
    is_heard: bool = False
    """Whether it was heard in a sound: what is made of it is then a sound too."""

    @property
    def bar_ticks(self) -> int:
        return self.meter.sixteenths_per_bar * STEP

    @property
    def ticks(self) -> int:
        return self.bars * self.bar_ticks

    @property
    def beat_ticks(self) -> int:
        """Ticks of a beat: a quarter, or three eighths in a compound meter."""
        return self.bar_ticks // self.meter.beats_per_bar

    @property
    def notes(self) -> list[Note]:
        """The notes of all parts, sorted."""
        return sorted(note for part in self.parts for note in part.notes)

    @property
    def pitched(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.role != "drums")

    @cached_property
    def key_(self) -> Key:
        """Its key, or the one that its notes are in; C major where nothing is pitched."""
        return self.key or find_key(self) or Key.parse("C")

    def bar(self, part: Part, index: int) -> list[Note]:
        """The notes that begin in a bar, timed from the bar's start.

        A note that is felt early, by less than half a step, belongs to the bar of its step.
        """
        return list(part.by_bar(self.bar_ticks).get(index, ()))

    def with_parts(self, parts: Iterable[Part], bars: int | None = None) -> Piece:
        return replace(self, parts=tuple(parts), bars=self.bars if bars is None else bars)

    def each_part(self, change: Callable[[Part], Part]) -> Piece:
        return self.with_parts(map(change, self.parts))


#: Weights of the pitch classes from the tonic, major and minor (Albrecht and Shanahan 2013).
_PROFILES = {
    "major": (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
    "minor": (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
}
_TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def pitch_weights(notes: Iterable[Note]) -> list[float]:
    """How long each pitch class sounds, from C, in quarters; short notes count a little more."""
    weights = [0.0] * 12
    for note in notes:
        weights[note.pitch % 12] += (note.length / TICKS_PER_QUARTER) ** 0.7
    return weights


def find_key(piece: Piece) -> Key | None:
    """The likeliest major or minor key of the notes; None where nothing is pitched.

    Correlation with the profiles of Albrecht and Shanahan (2013). The last bass note and the first
    one count a little more: a piece mostly begins and ends at home.
    """
    notes = sorted(note for part in piece.pitched for note in part.notes)
    if not notes:
        return None
    weights = pitch_weights(notes)
    total = sum(weights)
    lowest = [min(n.pitch for n in notes if abs(n.start - at.start) < STEP) for at in
              (notes[0], notes[-1])]  # fmt: skip
    for pitch in lowest:
        weights[pitch % 12] += 0.06 * total
    fits = {
        (tonic, mode): _correlation([weights[(tonic + k) % 12] for k in range(12)], profile)
        for mode, profile in _PROFILES.items()
        for tonic in range(12)
    }
    tonic, mode = max(fits, key=lambda one: (fits[one], one))
    return Key(tonic, mode, _TONICS[tonic])


def share_in_key(notes: Iterable[Note], key: Key) -> float:
    """Share of the notes, 0-1, whose pitch lies in the key's scale."""
    pitches = [note.pitch for note in notes]
    return sum(pitch % 12 in key.scale for pitch in pitches) / max(1, len(pitches))


def _correlation(one: list[float], other: tuple[float, ...]) -> float:
    a = [x - sum(one) / 12 for x in one]
    b = [x - sum(other) / 12 for x in other]
    size = (sum(x * x for x in a) * sum(x * x for x in b)) ** 0.5
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0
