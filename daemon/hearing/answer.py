"""The result of hearing: the chosen reading as a time map, with confidence and evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.music import Meter
from daemon.hearing import attack, confidence
from daemon.hearing.choice import Choice
from daemon.hearing.envelopes import BEFORE_S, Envelopes
from daemon.hearing.heard import Alternative, Heard
from daemon.hearing.reading import SAME_S, Reading
from daemon.hearing.second_ear import SecondEar
from daemon.hearing.tempo_steps import step_in

#: Belief below which another reading is left out of the alternatives.
SLIGHT = 0.01
#: Alternatives in the same tempo that are named at most.
OTHERS = 3
#: Octaves up to which a tempo is the double or the half of another.
SAME = 0.02
#: Seconds; furthest that a beat of a steady take lies from evenly spaced ones.
STEADY_S = 0.015

#: Lead of a start's own grid from which the evidence names a loop's joint.
JOINT_LEAD = 0.15
#: Depth of the gap from which the evidence names a loop's joint.
JOINT_GAP = 0.5


def answer(
    env: Envelopes,
    ear: SecondEar,
    mono: np.ndarray,
    sample_rate: int,
    choice: Choice,
    meter: Meter,
    asked_bpm: float | None = None,
) -> Heard:
    """The grid by the chosen reading.

    `mono` (frames,) begins `BEFORE_S` before the take; the result counts seconds from the take's
    own beginning.
    """
    reading = choice.reading
    best = reading.best
    lattice = reading.lattice.map
    start = float(reading.starts[best])
    step = 16 / meter.denominator * reading.octave
    count = np.arange(
        int(np.ceil((-4 - start) / step)), int((len(lattice.beats_s) * 4 + 4 - start) / step) + 1
    )
    coarse_s = lattice.seconds(start + count * step)
    knots_s = coarse_s + attack.refine(mono, sample_rate, _occurrences(env, reading, start))
    downbeats = count % round(meter.numerator * max(1.0, 1 / reading.octave)) == 0
    sounding = downbeats & (coarse_s > env.sounds_from_s - 0.03)
    zero_at = int(np.argmax(sounding) if sounding.any() else np.flatnonzero(downbeats)[-1])
    zero = int(count[zero_at])
    knots_q = (count - zero) * 4 / meter.denominator
    bpm, drift = _tempo(knots_q, knots_s, env)
    similarity = reading.lattice.again.similarity
    sure, sure_of_bar = confidence.confidence(env, ear, choice, bpm, drift, asked_bpm)
    heard = Heard(
        meter=meter,
        bpm=bpm,
        confidence=sure,
        downbeat_confidence=sure_of_bar,
        knots_q=knots_q,
        knots_s=knots_s - BEFORE_S,
        sounds_from_s=max(0.0, env.sounds_from_s - BEFORE_S),
        sounds_to_s=env.sounds_to_s - BEFORE_S,
        steady=_strays_s(knots_q, knots_s, env) < STEADY_S,
        drift=drift,
        octave=reading.octave,
        repeats_bars=reading.lattice.unit_bars if similarity else 0,
        similarity=max(similarity.values(), default=0.0),
        chances=ear.chance.astype(np.float32),
        alternatives=_alternatives(choice, start + zero * step, bpm, float(knots_s[zero_at])),
    )
    heard = replace(heard, tempo_step=_tempo_step(choice, heard))
    return replace(heard, evidence=_evidence(env, choice, heard))


def _strays_s(knots_q: np.ndarray, knots_s: np.ndarray, env: Envelopes) -> float:
    """Furthest distance in s of the sounding beats from the evenly spaced ones nearest to them."""
    inside = (knots_s > env.sounds_from_s) & (knots_s < env.sounds_to_s)
    if inside.sum() < 3:
        return 0.0
    quarters, seconds = knots_q[inside], knots_s[inside]
    line = np.polyval(np.polyfit(quarters, seconds, 1), quarters)
    return float(np.abs(seconds - line).max())


def _occurrences(env: Envelopes, reading: Reading, start: float) -> np.ndarray:
    """Seconds (times,) at which the unit begins while the take sounds."""
    lattice = reading.lattice.map
    times_s = lattice.seconds(
        np.arange(start % reading.unit, len(lattice.beats_s) * 4, reading.unit)
    )
    return times_s[(times_s > env.sounds_from_s - 0.02) & (times_s < env.sounds_to_s)]


def _tempo(knots_q: np.ndarray, knots_s: np.ndarray, env: Envelopes) -> tuple[float, float]:
    """Mean tempo (bpm) of the sounding part, and the relative deviation of the tempo from it."""
    inside = (knots_s > env.sounds_from_s) & (knots_s < env.sounds_to_s)
    if inside.sum() < 3:
        inside[:] = True
    quarters = knots_q[inside]
    seconds = knots_s[inside]
    tempi = np.diff(quarters) / np.diff(seconds)
    bpm = 60 * (quarters[-1] - quarters[0]) / (seconds[-1] - seconds[0])
    return float(bpm), float(np.std(tempi) / np.mean(tempi))


def _alternatives(
    choice: Choice, at: float, bpm: float, downbeat_s: float
) -> tuple[Alternative, ...]:
    """What else the take could be: its other octave first, then other beginnings of the bar.

    Each is named once, with its share of belief; the beginnings are timed from the 16th `at` on.
    """
    reading = choice.reading
    together = reading.together
    lattice = reading.lattice.map
    shares = together @ reading.belief
    taken = together[reading.best].copy()
    others = [_other_octave(choice, bpm, downbeat_s)]
    for k in np.argsort(-shares):
        if taken[k] or shares[k] < SLIGHT or len(others) > OTHERS:
            continue
        taken |= together[k]
        later_s = float(
            lattice.seconds(np.array([at + (reading.starts[k] - at) % reading.slots]))[0]
        )
        share = float(shares[k]) * choice.share
        others.append(Alternative(bpm=bpm, downbeat_s=later_s - BEFORE_S, share=share))
    return tuple(others)


def _other_octave(choice: Choice, bpm: float, downbeat_s: float) -> Alternative:
    """The likelier of double and half the tempo, with its share of belief."""
    found = {
        times: sum(
            share
            for other, share in choice.shares
            if abs(np.log2(other / choice.bpm) - np.log2(times)) < SAME
        )
        for times in (2.0, 0.5)
    }
    times = max(found, key=lambda octave: found[octave])
    at_s = downbeat_s - BEFORE_S
    # a first beat on the first sample is found a fraction of a millisecond before it
    at_s = 0.0 if -SAME_S < at_s < 0 else at_s
    return Alternative(bpm=bpm * times, downbeat_s=at_s, share=found[times])


def _evidence(env: Envelopes, choice: Choice, heard: Heard) -> tuple[str, ...]:
    """The evidence for the grid, in words for people."""
    reading = choice.reading
    best = reading.best
    beats = reading.lattice
    bars = "a bar" if beats.unit_bars == 1 else f"{beats.unit_bars} bars"
    lines = []
    if beats.again.similarity:
        lines.append(f"it repeats itself after {bars}, {beats.likeness:.0%} alike")
    lines.append(_movement(choice, heard))
    if reading.octave != 1:
        lines.append(f"it moves at {reading.octave:g} times the tempo that was asked")
    if reading.joined[best, 3] > JOINT_LEAD:
        lines.append("its own grid begins anew there: a loop's joint")
    if reading.joined[best, 9] > JOINT_GAP:
        lines.append("a gap comes just before the first beat: a loop's joint")
    start_s = env.sounds_from_s - BEFORE_S
    if start_s > SAME_S:
        near = _occurrences(env, reading, float(reading.starts[best]))
        first = len(near) and abs(float(near[0]) - env.sounds_from_s) < 2 * SAME_S
        where = (
            "on the first beat"
            if first
            else "before the first beat: a pickup or a bar begun in its middle"
        )
        lines.append(f"after {start_s:.2f} s of silence it begins {where}")
    return tuple(lines)


def _movement(choice: Choice, heard: Heard) -> str:
    """How the tempo moves, in words: steady, drifting, or by a step in one bar."""
    if heard.tempo_step:
        return heard.tempo_step
    if not heard.steady:
        return f"its tempo drifts by {heard.drift:.1%}"
    scatter_s = choice.reading.lattice.map.scatter_s
    return f"its attacks keep a steady tempo within {1000 * scatter_s:.1f} ms"


def _tempo_step(choice: Choice, heard: Heard) -> str:
    """Where the tempo steps, in words; empty where it does not."""
    beats = choice.reading.lattice
    if beats.corner is not None:
        at_s = float(beats.map.beats_s[beats.corner]) - BEFORE_S
        apart_s = np.diff(beats.map.beats_s) * choice.reading.octave
        parts = apart_s[: beats.corner], apart_s[beats.corner :]
        before, after = (60 / float(np.median(part)) for part in parts)
        return _step(heard, at_s, before, after)
    found = None if heard.steady else step_in(heard.beats_s)
    return _step(heard, *found) if found else ""


def _step(heard: Heard, at_s: float, before_bpm: float, after_bpm: float) -> str:
    """A tempo step in words; the tempi are those of the quarters."""
    number = int(np.floor(heard.position_of(at_s) / heard.meter.quarters_per_bar + 0.1)) + 1
    tempi = f"from {before_bpm:.1f} to {after_bpm:.1f} bpm"
    return f"its tempo steps {tempi} in bar {number}, at {at_s:.1f} s"


def asked_grid(
    length_s: float, start_s: float, asked_bpm: float | None, meter: Meter, reason: str
) -> Heard:
    """The fallback without a beat: the requested tempo from the first sound on, and the reason."""
    bpm = asked_bpm or 120.0
    pulse_q = 4 / meter.denominator
    count = max(2, int(np.ceil((length_s - start_s) * bpm / 60 / pulse_q)) + 1)
    knots_q = np.arange(count) * pulse_q
    return Heard(
        meter=meter,
        bpm=bpm,
        confidence=0.0,
        downbeat_confidence=0.0,
        knots_q=knots_q,
        knots_s=start_s + knots_q * 60 / bpm,
        sounds_from_s=start_s,
        sounds_to_s=length_s,
        periodic=False,
        reason=reason,
    )
