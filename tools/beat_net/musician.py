"""Songs of the embedded musician: every genre, at the tempo and meter at which it is tapped."""

from __future__ import annotations

import io

import mido
import numpy as np

from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.midi_file import midi_bytes
from daemon.engines.embedded.plan import Plan, read_plan
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.styles import STYLES
from tools.beat_net.song import RATE, Song, counted, tapped

#: Share of a genre's own tempo by which a song may be faster or slower.
SPREAD = 0.12
#: Meters and how likely they are; waltzes bring their own.
METERS = {"4/4": 0.82, "3/4": 0.07, "6/8": 0.05, "5/4": 0.02, "7/8": 0.02, "12/8": 0.02}


def brief_of(genre: str, random: np.random.Generator, bars: int) -> Brief:
    style = STYLES[genre]
    meter = "3/4" if genre == "waltz" else str(random.choice(list(METERS), p=list(METERS.values())))
    bpm = float(style.bpm * random.uniform(1 - SPREAD, 1 + SPREAD))
    if meter in ("6/8", "12/8"):
        bpm = min(bpm, 110.0)  # of quarters: faster eighths of this meter are not played
    swing = float(random.uniform(50, 66)) if random.random() < 0.25 else None
    return Brief(
        prompt=genre,
        words=genre,
        genre=genre,
        bpm=round(bpm, 2),
        meter_name=meter,
        bars=bars,
        swing=swing,
        energy=float(random.uniform(0.2, 1.0)),
        density=float(random.uniform(0.2, 1.0)),
        sample_rate=RATE,
    )


def truth(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    quarters, per_bar = tapped(plan.meter_.numerator, plan.meter_.denominator)
    return counted(plan.bars * per_bar, per_bar, quarters * 60 / plan.bpm)


def played(genre: str, seed: int) -> Song:
    """A loop of eight bars by the musician's own voices, with stems; same seed, same song."""
    random = np.random.default_rng([seed, 1])
    take = make(brief_of(genre, random, 8), seed, lambda *_: None)
    assert take.plan is not None  # the musician always writes one
    plan = read_plan(take.plan)
    beats, downbeats = truth(plan)
    stems = {part: stem.mean(axis=1).astype(np.float32) for part, stem in take.stems.items()}
    return Song(f"played {genre} {seed}", stems, beats, downbeats)


def written(genre: str, seed: int) -> tuple[mido.MidiFile, np.ndarray, np.ndarray]:
    """(MIDI, beats, downbeats) of twelve bars that the musician composes but does not play."""
    random = np.random.default_rng([seed, 2])
    plan = compose(brief_of(genre, random, 12), seed)
    score = Score(plan)
    notes = {part: score.part(part) for part in plan.parts if part not in ("texture", "fx")}
    data = midi_bytes(plan, notes, [], score.ticks)
    return mido.MidiFile(file=io.BytesIO(data)), *truth(plan)
