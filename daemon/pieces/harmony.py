"""The chords under a piece, bar by bar, and moves of notes within a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bridge.music import Key
from daemon.engines.embedded.harmony import Chord, chords_of_bar, nearest
from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError
from daemon.pieces.piece import Note, Piece, pitch_weights
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import read_progression

#: Triads and sevenths that are tried on each degree of a major or minor key.
_MAJOR = ("I", "ii", "iii", "IV", "V", "vi", "viio", "IM7", "ii7", "iii7", "IVM7", "V7", "vi7")
_MINOR = (
    "i", "iio", "III", "iv", "v", "V", "VI", "VII", "i7", "iv7", "v7", "V7", "VIM7", "IIIM7",
)  # fmt: skip
#: Weights of what speaks for a chord: tones of it, tones beside it, its root in the bass.
_OUTSIDE, _BASS, _STAYS, _SIMPLE, _HOME = 0.7, 0.45, 0.12, 0.03, 0.1
#: Moves within a key that are kept: a long piece asks for the same few over and over.
_KNOWN = 4096
#: Bars of a piece whose chords are taken for one progression where none repeats in it.
_SHORT_BARS = 8


@dataclass(frozen=True)
class Harmony:
    """One or two chords a bar; `slots` is how many."""

    chords: tuple[Chord, ...]
    slots: int

    def bar(self, index: int) -> tuple[Chord, ...]:
        return self.chords[index * self.slots : (index + 1) * self.slots]

    @property
    def bars(self) -> int:
        return len(self.chords) // self.slots

    def at(self, index: int, tick: int, bar_ticks: int) -> Chord:
        """The chord at a tick of a bar."""
        slot = min(self.slots - 1, max(0, tick * self.slots // bar_ticks))
        return self.chords[index * self.slots + slot]


def slots_of(piece: Piece) -> int:
    """Chords a bar that are told apart: two where the bar has two halves of whole beats."""
    return 2 if piece.meter.beats_per_bar % 2 == 0 else 1


def find_chords(piece: Piece) -> Harmony:
    """The chords that fit the notes best. A bar without notes keeps the chord before it.

    Templates of the key's own chords over how long each pitch class sounds, as key finders weigh
    them; the lowest notes speak for a root.
    """
    slots = slots_of(piece)
    width = piece.bar_ticks // slots
    known = _candidates(piece.key_)
    grounded = any(part.role in ("bass", "chords") for part in piece.parts)
    notes = sorted(note for part in piece.pitched for note in part.notes)
    cells: list[list[Note]] = [[] for _ in range(piece.bars * slots)]
    for note in notes:
        for slot in range(max(0, note.start + STEP // 2) // width, (note.end - 1) // width + 1):
            if slot < len(cells):
                first, last = max(note.start, slot * width), min(note.end, (slot + 1) * width)
                if last > first:
                    cells[slot].append(Note(first, note.pitch, last - first, note.velocity))
    found: list[Chord] = []
    for slot, cell in enumerate(cells):
        before = found[-1] if found else known[0]
        if not cell:
            found.append(before)
            continue
        stays = before if slot % slots else None
        weights = pitch_weights(cell)
        # a melody alone has no bass
        lowest = min(note.pitch for note in cell) % 12 if grounded else None
        merits = [_fit(one, weights, lowest, stays) + _prior(one, piece.key_) for one in known]
        found.append(known[merits.index(max(merits))])
    return Harmony(tuple(found), slots)


def _fit(chord: Chord, weights: Sequence[float], lowest: int | None, stays: Chord | None) -> float:
    total = sum(weights)
    inside = sum(weights[pc] for pc in chord.pitch_classes)
    merit = (inside - _OUTSIDE * (total - inside)) / total
    merit += _BASS * (lowest == chord.root) + _STAYS * (chord == stays)
    return merit + _SIMPLE * (len(chord.steps) == 3)


def _prior(chord: Chord, key: Key) -> float:
    """Tonic, dominant and subdominant are likelier than other chords with the same notes."""
    above = (chord.root - key.tonic) % 12
    return {0: _HOME, 7: _HOME / 2, 5: _HOME / 2}.get(above, 0.0)


@lru_cache(64)
def _candidates(key: Key) -> tuple[Chord, ...]:
    plain = Key(key.tonic, "minor" if key.is_minor else "major", key.spelled)
    names = _MINOR if key.is_minor else _MAJOR
    return tuple(chord for name in names for chord in chords_of_bar(name, plain))


def written_chords(text: str, key: Key, bars: int, slots: int) -> Harmony:
    """Chords that were named, one a bar, over and over. ConformError where none can be read."""
    found = read_progression(MarkedText(text))
    if found is None:
        raise ConformError(f"chords: {text} names none that are known; for example: Am7 D7 Gmaj7")
    chords: list[Chord] = []
    for name in found.over(bars):
        own = chords_of_bar(name, key)
        chords += [own[slot * len(own) // slots] for slot in range(slots)]
    return Harmony(tuple((chords * bars)[: bars * slots]), slots)


def go_on(harmony: Harmony, bars: int, unit: int) -> Harmony:
    """The chords of the next bars: the progression goes round.

    Its length is the shortest one, in bars, after which the chords nearly repeat. Else it is all of
    a short piece, or `unit` bars of a long one.
    """
    count = harmony.bars
    round_bars = next(
        (lag for lag in (1, 2, 4, 8, 16) if lag <= count // 2 and _repeats(harmony, lag)),
        count if count <= _SHORT_BARS else unit,
    )
    first = count - round_bars if count % round_bars == 0 else count // round_bars * round_bars
    if first + round_bars > count:
        first = count - round_bars
    chords = [c for k in range(bars) for c in harmony.bar(first + (count + k - first) % round_bars)]
    return Harmony(tuple(chords), harmony.slots)


def at_home(harmony: Harmony, key: Key) -> Harmony:
    """The chords, the last of which is the tonic's."""
    return Harmony((*harmony.chords[:-1], _candidates(key)[0]), harmony.slots)


def _repeats(harmony: Harmony, lag: int) -> bool:
    pairs = list(zip(harmony.chords, harmony.chords[lag * harmony.slots :], strict=False))
    same = sum(one.root == other.root for one, other in pairs)
    return same >= 0.8 * len(pairs)


@lru_cache(_KNOWN)
def scale_steps(chord: Chord, other: Chord, key: Key) -> int:
    """Scale steps, -3 to 3, from a chord's root to another's: the shortest way."""
    return (_degree(other.root, key) - _degree(chord.root, key) + 3) % 7 - 3


@lru_cache(_KNOWN)
def _degree(pitch_class: int, key: Key) -> int:
    """The scale's degree nearest below or at a pitch class."""
    return min(range(7), key=lambda k: (pitch_class - key.scale[k]) % 12)


@lru_cache(_KNOWN)
def moved_in_scale(pitch: int, steps: int, key: Key) -> int:
    """A pitch moved by steps of the scale; a note outside it keeps its distance to the degree."""
    degree = _degree(pitch % 12, key)
    outside = (pitch - key.scale[degree]) % 12
    home = pitch - outside
    octaves, to = divmod(degree + steps, 7)
    return home + outside + 12 * octaves + _above(key, to) - _above(key, degree)


def _above(key: Key, degree: int) -> int:
    """Semitones of a degree above the tonic."""
    return (key.scale[degree] - key.tonic) % 12


@lru_cache(_KNOWN)
def scale_place(pitch: int, key: Key) -> int:
    """A pitch as a number of scale steps, so that the interval of two counts the key's own steps.

    Notes outside the scale count as the degree below.
    """
    degree = _degree(pitch % 12, key)
    tone = pitch - (pitch - key.scale[degree]) % 12
    return 7 * ((tone - key.tonic - _above(key, degree)) // 12) + degree


@lru_cache(_KNOWN)
def onto_chord(pitch: int, chord: Chord) -> int:
    """The chord's tone nearest to a pitch."""
    return nearest(pitch, chord.pitch_classes)
