"""A new loop from a user's loops: the musician's plan, played with their strokes, notes and beats.

Drums come from the strokes of drum loops, bass and lead from the notes that stand alone in lines,
all else from beats of pitched loops. No stretch of a loop goes on for more than a bar, unless the
words ask for phrases.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bridge.music import Key, loop_frames
from daemon.engines.contract import Grid, Progress
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.kit import Kit, Sample
from daemon.engines.embedded.midi_file import midi_bytes
from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.plan import Drums, Plan
from daemon.engines.embedded.player import Player
from daemon.engines.embedded.render import play_loop
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.sums import added, below_ceiling
from daemon.engines.mine.cells import (
    MOST_LOOPS,
    Cell,
    Ready,
    arranged,
    joined,
    longest_beats,
    ready,
)
from daemon.engines.mine.loops import Loop, Tone
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.engines.mine.strokes import Strokes
from daemon.errors import EngineError

if TYPE_CHECKING:
    from daemon.brief import Brief

#: Notes that stand alone from which on a line is played; with fewer its beats are cut.
_LEAST_TONES = {"bass": 3, "lead": 5}
#: Words by which longer stretches are asked for, and how many bars they may last then.
_PHRASES, _PHRASE_BARS = re.compile(r"\b(phrases?|long (stretches|slices|cuts))\b", re.I), 4
#: Seeds that are tried for a progression that the loops can play.
_PROGRESSIONS = 6
#: dB by which a layer of beats is under the drums.
_UNDER_DB = {"chords": -3.0, "bass": -1.0, "mix": 0.0}


@dataclass(frozen=True)
class MadeLoop:
    """audio: float32 (frames, 2) on `grid`; `stems` sum to it. longest_bars: of one source."""

    audio: np.ndarray
    stems: dict[str, np.ndarray]
    grid: Grid
    key: str | None
    midi: bytes | None
    longest_bars: float
    said: tuple[str, ...]


class _Sounds:
    """Strokes and notes as a kit of the musician's."""

    def __init__(self, strokes: Strokes | None, tones: Kit) -> None:
        self._strokes = strokes
        self._tones = tones

    def hit(self, voice: str, variation: int) -> np.ndarray | None:
        return None if self._strokes is None else self._strokes.hit(voice, variation)

    def tone(self, family: str, pitch: float, held_s: float, rate: int) -> np.ndarray | None:
        return self._tones.tone(family, pitch, held_s, rate)


def make_loop(loops: Sequence[Loop], brief: Brief, seed: int, progress: Progress) -> MadeLoop:
    """A loop of the brief. EngineError where no loop has its meter, or the parts that it names."""
    rng = np.random.default_rng([seed & 0xFFFFFFFF, seed >> 32])
    own = [loop for loop in loops if loop.meter == brief.meter_name]
    if not own:
        meters = ", ".join(sorted({loop.meter for loop in loops}))
        raise EngineError(
            f"your loops are in {meters}, and {brief.meter_name} is asked; say --meter {meters}",
            "bad_request",
        )
    brief = brief.amended(key_name=brief.key_name or _key_of(own, rng), plan=None)
    by_part = _by_part(own, compose(brief, seed).parts, brief)
    cut = {part: by_part[part] for part in ("chords", "bass", "mix") if part in by_part}
    progress(0.1, "bringing your loops to one tempo")
    key = Key.parse(str(brief.key_name))
    bpm, rate = float(brief.bpm or np.median([loop.bpm for loop in own])), brief.sample_rate
    brief = brief.amended(bpm=bpm)
    sources = {
        part: [ready(loop, bpm, key, rate) for loop in _some(part_loops, rng)]
        for part, part_loops in cut.items()
        if part != "bass" or not _tones(part_loops, "bass")
    }
    plan = _plan(brief, seed, [one for many in sources.values() for one in many])
    progress(0.5, "playing")
    stems, notes, said = _played(plan, by_part, brief, rng, progress)
    frames = loop_frames(plan.bars, plan.meter_, plan.bpm, rate)
    longest = 0
    for part, ready_ones in sources.items():
        cells = _cells(plan, ready_ones, brief, rng)
        longest = max(longest, longest_beats(cells))
        stems[part] = joined(ready_ones, cells, frames) * 10 ** (_UNDER_DB[part] / 20)
        names = Counter(ready_ones[cell.loop].loop.name for cell in cells)
        said.append(f"{part}: beats of {', '.join(name for name, _ in names.most_common())}")
    audio, stems = below_ceiling({part: stem.astype(np.float32) for part, stem in stems.items()})
    pitched = bool(set(stems) - {"drums"})
    return MadeLoop(
        audio if len(stems) > 1 else added(stems), stems, Grid(plan.bpm, plan.meter, plan.bars),
        key.short if pitched else None,
        midi_bytes(plan, notes, [], Score(plan).ticks) if notes else None,
        longest / plan.meter_.beats_per_bar, tuple(said),
    )  # fmt: skip


def _key_of(loops: Sequence[Loop], rng: np.random.Generator) -> str | None:
    """The key of one of the loops, so that at least that one stays as it is."""
    named = [loop.key for loop in loops if loop.key and loop.part != "drums"]
    return str(rng.choice(named)) if named else "C"


def _by_part(loops: Sequence[Loop], asked: Sequence[str], brief: Brief) -> dict[str, list[Loop]]:
    """The loops of each part that plays. A mix has drums of its own, and plays alone."""
    there: dict[str, list[Loop]] = {}
    for loop in loops:
        there.setdefault(loop.part, []).append(loop)
    if "lead" in there and not (_tones(there["lead"], "lead") and "lead" in asked):
        there.setdefault("chords", []).extend(there.pop("lead"))
    pitched = {"bass", "chords", "lead"} & set(there)
    wants_pitch = bool(set(asked) - {"drums", "texture", "fx"})
    if "mix" in there and not pitched and wants_pitch and not brief.only:
        return {"mix": there["mix"]}
    found: dict[str, list[Loop]] = {
        part: there[part]
        for part in ("drums", "bass", "chords", "lead")
        if part in there and (part in asked or (part == "chords" and {"pad", "lead"} & set(asked)))
    }
    if "drums" in found and not any(loop.hits for loop in found["drums"]):
        del found["drums"]
    if not found:
        raise EngineError(
            f"your loops have {', '.join(sorted(there))}, and {', '.join(asked) or 'none'} is"
            " asked; name what they have",
            "bad_request",
        )
    return found


def _tones(loops: Sequence[Loop], part: str) -> list[tuple[Loop, Tone]]:
    """The notes of a line's loops, where there are enough to play it."""
    found = [(loop, tone) for loop in loops for tone in loop.tones]
    return found if len({round(tone.note) for _, tone in found}) >= _LEAST_TONES[part] else []


def _some(loops: Sequence[Loop], rng: np.random.Generator) -> list[Loop]:
    chosen = rng.choice(len(loops), min(MOST_LOOPS, len(loops)), replace=False)
    return [loops[int(n)] for n in chosen]


def _plan(brief: Brief, seed: int, sources: Sequence[Ready]) -> Plan:
    """The musician's plan; of several progressions the one that the loops fit best."""
    plans = [compose(brief, seed)]
    if sources:
        plans += [compose(brief, seed + 7919 * n) for n in range(1, _PROGRESSIONS)]
    chroma = np.concatenate([one.chroma for one in sources]) if sources else np.zeros((0, 12))

    def fit(plan: Plan) -> float:
        best = [chroma[:, sorted(chord)].sum(1).max() for chord in _chords(plan) if chord]
        return float(np.mean(best)) if best else 0.0

    return max(plans, key=fit) if sources else plans[0]


def _chords(plan: Plan) -> list[frozenset[int]]:
    """The pitch classes of the chord of each beat."""
    score, per_bar = Score(plan), plan.meter_.beats_per_bar
    return [
        frozenset(score.chord_at(bar, beat * score.steps / per_bar).pitch_classes)
        for bar in score.bars
        for beat in range(per_bar)
    ]


def _cells(
    plan: Plan, sources: Sequence[Ready], brief: Brief, rng: np.random.Generator
) -> list[Cell]:
    per_bar = plan.meter_.beats_per_bar
    bars = _PHRASE_BARS if _PHRASES.search(brief.prompt or brief.words) else 1
    return arranged(sources, _chords(plan), per_bar, bars * per_bar, rng)


def _played(
    plan: Plan,
    by_part: Mapping[str, Sequence[Loop]],
    brief: Brief,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[dict[str, np.ndarray], dict[str, list[Note]], list[str]]:
    """(stems, notes, what to tell) of what strokes and notes play."""
    rate, score = brief.sample_rate, Score(plan)
    notes: dict[str, list[Note]] = {}
    said: list[str] = []
    strokes: Strokes | None = None
    if "drums" in by_part:
        strokes = Strokes(_some(by_part["drums"], rng), rate)
        rows = score.part("drums") if brief.genre else []
        if rows:
            notes["drums"] = strokes.from_rows(rows, rng)
            said.append(f"drums: strokes of your loops in rows for {brief.genre}, as late as yours")
        else:
            notes["drums"] = strokes.from_bars(plan.bars, score.bar_ticks, rng)
            said.append("drums: bars of your loops, each stroke from another place")
    tones = Kit()
    for part in ("bass", "lead"):
        own = _tones(by_part.get(part, ()), part)
        lines = score.part(part) if own else []
        if lines:
            tones.parts[part] = [_sample(loop, tone, rate) for loop, tone in own]
            notes[part] = lines
            said.append(f"{part}: {len(own)} notes of your loops play the musician's line")
    notes = {part: own for part, own in notes.items() if own}
    if not notes:
        return {}, {}, said
    used = plan.with_(
        drums=Drums() if "drums" in notes else None,
        bass=plan.bass if "bass" in notes else None,
        lead=plan.lead if "lead" in notes else None,
        chords=None, pad=None, texture=None,
        sections=[
            replace(one, parts=[part for part in one.parts if part in notes])
            for one in plan.sections
        ],
    )  # fmt: skip
    player = Player(rate, _Sounds(strokes, tones))
    _, stems = play_loop(used, notes, player, progress)
    return stems, notes, said


def _sample(loop: Loop, tone: Tone, rate: int) -> Sample:
    import soxr

    cut = loop.audio[tone.start : tone.end]
    if rate != SAMPLE_RATE:
        cut = soxr.resample(cut, SAMPLE_RATE, rate)
    peak = max(float(np.abs(cut).max(initial=0)), 1e-6)
    return Sample(np.asarray(cut / peak, np.float32), tone.note)
