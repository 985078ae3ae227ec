"""Notes and strokes as they were heard, and how they are read out of a network's odds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from daemon.hearing.drum_net import ROLES
from daemon.hearing.log_spectra import FRAME_S, LOWEST, Maps, levels_db
from daemon.hearing.peaks import between, confidence_of, peaks
from daemon.hearing.strokes import APART, strokes_of
from daemon.notes.note_net import FIRST
from daemon.notes.note_odds import AFTER, BEFORE

#: Columns within which one pitch begins once only: 35 ms.
NOTE_APART = 2
#: Odds of a tone under which it has ended, and columns for which it must stay there.
_ENDED, _ENDED_FOR = 0.3, 5
#: Odds of a tone that rang already, and dB by which it rises at the least where it begins again.
_RINGS, _RISE_DB = 0.4, 0.5
#: s; the shortest note.
_SHORTEST_S = 0.04
#: Odds from which a beginning is looked at at all: `sure` decides what is kept.
LEAST = 0.1
#: Odds, columns and rows where notes may begin, and dB -> what the odds of those are worth.
Worth = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
#: Columns over which a note's loudest moment is looked for.
_ATTACK = 6
#: Rows of the quick map, above a pitch, by which its loudness is told.
_LOUD_ROWS = (0, 12, 19, 24)
#: Velocity of a part's loudest notes, and dB for which velocity halves twice.
_LOUDEST, _QUARTER_DB = 112, 24.0


@dataclass(frozen=True)
class HeardNote:
    """A note from `start_s` to `end_s`, its MIDI pitch, velocity 1-127, confidence 0-1.

    `bends`: (s, semitones from its pitch), where they were asked for.
    """

    start_s: float
    end_s: float
    pitch: int
    velocity: int
    confidence: float
    bends: tuple[tuple[float, float], ...] = ()

    def moved(self, start_s: float, end_s: float) -> HeardNote:
        """The same note at another time."""
        by_s = start_s - self.start_s
        bends = tuple((at_s + by_s, bend) for at_s, bend in self.bends)
        return replace(self, start_s=start_s, end_s=end_s, bends=bends)


def notes_of(
    odds: np.ndarray,
    maps: Maps,
    least: float = LEAST,
    shortest: int = 0,
    even: float = 0.5,
    tone: float = 0.0,
    struck: np.ndarray | None = None,
    worth: Worth | None = None,
) -> list[HeardNote]:
    """The notes of (columns, PITCHES, 2) odds from `least` on, by start.

    A tone must sound for `shortest` columns after its beginning, and with odds of `tone` in the
    mean. Of odds of `even` half the notes are right; `worth`: of what they are worth instead.
    `struck`, bool (columns,): where drums are struck; a note that rings on there and grows no
    louder does not begin again.
    """
    begins, sounds = odds[:, :, 0], odds[:, :, 1]
    columns, rows = np.nonzero(peaks(begins, NOTE_APART, least))
    levels, ends = levels_db(maps.quick), _ends(sounds)
    loud = loudness_of_notes(levels, columns, rows)
    likely = worth(odds, columns, rows, loud) if worth else begins[columns, rows]
    found = []
    for row in np.unique(rows):
        own = [
            k
            for k in np.flatnonzero((rows == row) & (likely >= LEAST))
            if _sounds_on(sounds[:, row], at := columns[k], tone)
            and not (
                struck is not None and struck[at] and _rings_on(sounds[:, row], levels, at, row)
            )
        ]
        for k, following in zip(own, [*columns[own[1:]], len(odds) + 1][: len(own)], strict=True):
            at = columns[k]
            end = min(int(ends[min(at + 3, len(ends) - 1), row]), following)
            if shortest and not (sounds[at + 1 : at + shortest, row] > _ENDED).all():
                continue
            start_s = between(begins[:, row], at) * FRAME_S
            end_s = max(end * FRAME_S, start_s + _SHORTEST_S)
            level, sure = round(loud[k]), confidence_of(float(likely[k]), even)
            found.append(HeardNote(max(0.0, start_s), end_s, int(row) + FIRST, level, sure))
    return sorted(_with_velocities(found), key=lambda note: (note.start_s, note.pitch))


def loudness_of_notes(levels: np.ndarray, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """dB of the partials of each pitch in their loudest moment after its column, (notes,)."""

    def loudness(at: int, row: int) -> float:
        loud = levels[at : at + _ATTACK]
        rows_above = [r for k in _LOUD_ROWS if (r := row + FIRST - LOWEST + k) < loud.shape[1]]
        return float(np.mean([loud[:, r].max() for r in rows_above]))

    return np.array([loudness(int(at), int(row)) for at, row in zip(columns, rows, strict=True)])


def struck_columns(strokes: Sequence[HeardNote], columns: int) -> np.ndarray:
    """Bool (columns,): where one of the likelier strokes is, or within 35 ms."""
    out = np.zeros(columns, bool)
    for stroke in strokes:
        if stroke.confidence > 0.5:
            at = round(stroke.start_s / FRAME_S)
            out[max(0, at - APART) : at + APART + 1] = True
    return out


def _at(around: slice, column: int) -> slice:
    """The columns of `around` one, none before the first."""
    return slice(max(0, column + around.start), max(1, column + around.stop))


def _sounds_on(sounds: np.ndarray, at: int, tone: float) -> bool:
    """Whether a pitch sounds after `at` with odds of `tone` in the mean."""
    after = sounds[_at(AFTER, at)]
    return not len(after) or bool(after.mean() >= tone)


def _rings_on(sounds: np.ndarray, levels: np.ndarray, at: int, row: int) -> bool:
    """Whether a pitch sounded already, and is no louder from `at` on: another's attack."""
    if at < -BEFORE.start or sounds[_at(BEFORE, at)].mean() <= _RINGS:
        return False
    own = levels[:, row + FIRST - LOWEST]
    return bool(own[at : at + _ATTACK].max() - own[at - _ATTACK : at - 1].mean() < _RISE_DB)


def strokes_in(odds: np.ndarray, maps: Maps) -> list[HeardNote]:
    """The strokes of (columns, pieces) odds, as notes of General MIDI, however doubtful."""
    by_role: dict[str, list[HeardNote]] = {role: [] for role in ROLES}
    for one in strokes_of(odds, maps.quick):
        end_s, level = one.at_s + 0.1, round(one.level_db)
        note = HeardNote(one.at_s, end_s, ROLES[one.role], level, one.confidence)
        by_role[one.role].append(note)
    found = [note for own in by_role.values() for note in _with_velocities(own)]
    return sorted(found, key=lambda note: (note.start_s, note.pitch))


def one_at_a_time(notes: Sequence[HeardNote], together_s: float = 0.04) -> list[HeardNote]:
    """One voice: of notes that begin together the surest, each until the next begins."""
    kept: list[HeardNote] = []
    for note in notes:
        if kept and note.start_s - kept[-1].start_s < together_s:
            if note.confidence > kept[-1].confidence:
                kept[-1] = note
            continue
        kept.append(note)
    ends = [*(note.start_s for note in kept[1:]), np.inf][: len(kept)]
    return [replace(note, end_s=min(note.end_s, end)) for note, end in zip(kept, ends, strict=True)]


def _ends(sounds: np.ndarray) -> np.ndarray:
    """(columns, pitches): from each column, the next in which the tone has ended."""
    columns = len(sounds)
    padded = np.pad(sounds < _ENDED, ((0, _ENDED_FOR), (0, 0)), constant_values=True)
    quiet = np.lib.stride_tricks.sliding_window_view(padded, _ENDED_FOR, axis=0)[:columns].all(-1)
    at = np.where(quiet, np.arange(columns)[:, None], columns)
    return np.minimum.accumulate(at[::-1], axis=0)[::-1]


def _with_velocities(notes: list[HeardNote]) -> list[HeardNote]:
    """Notes whose velocity holds a level in dB, with velocities from their part's loudest."""
    sure = [note.velocity for note in notes if note.confidence > 0.5]
    loudest = float(np.percentile(sure, 95)) if sure else 0.0
    return [
        replace(
            note,
            velocity=int(
                np.clip(_LOUDEST * 4 ** ((note.velocity - loudest) / _QUARTER_DB), 8, 127)
            ),
        )
        for note in notes
    ]


def as_loud(notes: Sequence[HeardNote], maps: Maps) -> list[HeardNote]:
    """The notes with velocities by how loud their partials are in the maps."""
    at = [min(round(note.start_s / FRAME_S), len(maps) - 1) for note in notes]
    rows = [note.pitch - FIRST for note in notes]
    loud = loudness_of_notes(levels_db(maps.quick), np.array(at), np.array(rows))
    return _with_velocities(
        [replace(note, velocity=round(db)) for note, db in zip(notes, loud, strict=True)]
    )
