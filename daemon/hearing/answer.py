"""The result of hearing: the chosen reading as a time map, with confidence and evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.music import Meter
from daemon.hearing import attack
from daemon.hearing.beats import Beats
from daemon.hearing.envelopes import BEFORE_S, Envelopes
from daemon.hearing.heard import Alternative, Heard

#: Seconds; two readings nearer to each other than this are the same beat.
SAME_S = 0.020
#: Belief below which another reading is left out of the alternatives.
SLIGHT = 0.01

# Confidence is a logistic regression: the constants down to FAR_COST are its weights, in log odds.
# They were fitted to 730 takes of 41 real loops (`benchmarks.grid --loops`), leaving one loop out
# at a time. Then they were lowered until errors over 20 ms were rare at a confidence of 0.7.

#: The offset of the regression.
SURE = -1.5
#: Weight of the belief in the beats.
BEATS_BELIEVED = 0.30
#: Weight of the belief in the bars: a reading with an unsure bar is often half a beat off.
BARS_BELIEVED = 0.96
#: Weight of the attacks' steepness (`Envelopes.attack`): soft sounds are often half a beat off.
STRUCK = 2.36
#: Steepness beyond which attacks add no more confidence.
STEEP = 1.0
#: Unevenness of the map (`BeatMap.uneven`) from which a tempo step was probably missed.
EVEN = 0.7
#: Cost of the unevenness beyond `EVEN`.
UNEVEN_COST = 4.0
#: Distance (log ratio) from the requested tempo that costs nothing.
NEAR_TEMPO = 0.05
#: Cost of the distance beyond `NEAR_TEMPO`: 9:8, 6:7 and 4:5 of the tempo are often misreadings.
FAR_COST = 6.0

# A drifting take costs more where attacks lie off the lattice and its bars differ too: it may drift
# farther than the map follows. Set on made-up takes whose tempo sways far; no real loop needs it.

#: Onset cost beyond which attacks lie off the lattice.
TIGHT = 1.2
#: Likeness below which the bars differ.
ALIKE = 0.9
#: Cost of the product of both excesses.
STRAY_COST = 30.0

#: Lead of a start's own grid from which the evidence names a loop's joint.
JOINT_LEAD = 0.15
#: Depth of the gap from which the evidence names a loop's joint.
JOINT_GAP = 0.5


@dataclass(frozen=True)
class Reading:
    """One lattice, with a probability for each moment at which its bar may begin.

    `starts` (starts,) are those moments in 16ths of the lattice, `belief` (starts,) their
    probabilities. `octave` is the lattice's tempo over the requested one, `usual` the log of how
    usual that is. `joined` (starts, signs) holds the signs of a loop's joint. `slots` are the 16ths
    of a bar.
    """

    lattice: Beats
    octave: float
    starts: np.ndarray
    belief: np.ndarray
    joined: np.ndarray
    slots: int
    sixteenth_s: float
    usual: float

    @property
    def merit(self) -> float:
        """Log-probability of this octave and bar together."""
        return self.usual + float(np.log(self.share))

    @property
    def together(self) -> np.ndarray:
        """(starts, starts): which starts lie at most `SAME_S` apart within the bar."""
        apart = self.starts[None, :] - self.starts[:, None]
        return (
            np.abs((apart + self.slots / 2) % self.slots - self.slots / 2) * self.sixteenth_s
            < SAME_S
        )

    @property
    def share(self) -> float:
        """Probability of the likeliest beginning of the bar."""
        return float((self.together @ self.belief).max())

    @property
    def best(self) -> int:
        """The chosen start: of the likeliest beginning of a bar, the likeliest bar of the unit."""
        together = self.together
        bar = int(np.argmax(together @ self.belief + 1e-3 * self.belief))
        return int(np.argmax(np.where(together[bar], self.belief, -1)))

    @property
    def unit(self) -> int:
        """16ths after which the take repeats."""
        return self.slots * self.lattice.unit_bars


def answer(
    env: Envelopes,
    mono: np.ndarray,
    sample_rate: int,
    reading: Reading,
    meter: Meter,
    asked_bpm: float | None = None,
) -> Heard:
    """The grid by the chosen reading.

    `mono` (frames,) begins `BEFORE_S` before the take; the result counts seconds from the take's
    own beginning.
    """
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
    zero = int(count[int(np.argmax(sounding))] if sounding.any() else count[downbeats][-1])
    knots_q = (count - zero) * 4 / meter.denominator
    bpm, drift = _tempo(knots_q, knots_s, env)
    in_beat, in_bar = _beliefs(reading, best)
    similarity = reading.lattice.again.similarity
    return Heard(
        meter=meter,
        bpm=bpm,
        confidence=_confidence(
            in_beat,
            in_bar,
            env,
            reading.lattice,
            float(np.log(bpm / asked_bpm)) if asked_bpm else 0.0,
        ),
        downbeat_confidence=in_bar / (in_beat + 1e-9),
        knots_q=knots_q,
        knots_s=knots_s - BEFORE_S,
        sounds_from_s=max(0.0, env.sounds_from_s - BEFORE_S),
        sounds_to_s=env.sounds_to_s - BEFORE_S,
        steady=not reading.lattice.drifts,
        drift=drift,
        octave=reading.octave,
        repeats_bars=reading.lattice.unit_bars if similarity else 0,
        similarity=max(similarity.values(), default=0.0),
        evidence=_evidence(env, reading, best, drift),
        alternatives=_alternatives(reading, start + zero * step, bpm),
    )


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


def _beliefs(reading: Reading, best: int) -> tuple[float, float]:
    """Probability of the chosen start's beats, and of its bars.

    Each sums the beliefs of all starts that give the same beats, or the same bars.
    """
    apart = reading.starts - reading.starts[best]
    same_beat = np.abs((apart + 2) % 4 - 2) * reading.sixteenth_s < SAME_S
    return float(reading.belief[same_beat].sum()), float(
        reading.belief[reading.together[best]].sum()
    )


def _confidence(in_beat: float, in_bar: float, env: Envelopes, lattice: Beats, far: float) -> float:
    """Confidence (0-1) that the beats lie within 20 ms.

    `far` is the log ratio of the tempo found to the requested one.
    """
    beats, bars = (float(np.clip(belief, 1e-3, 1 - 1e-3)) for belief in (in_beat, in_bar))
    odds = (
        SURE
        + BEATS_BELIEVED * float(np.log(beats / (1 - beats)))
        + BARS_BELIEVED * float(np.log(bars / (1 - bars)))
    )
    odds += STRUCK * min(env.attack, STEEP)
    if lattice.drifts:
        odds -= (
            STRAY_COST
            * max(0.0, ALIKE - lattice.likeness)
            * max(0.0, lattice.map.onset_cost - TIGHT)
        )
    odds -= UNEVEN_COST * max(0.0, lattice.map.uneven - EVEN) + FAR_COST * max(
        0.0, abs(far) - NEAR_TEMPO
    )
    return float(1 / (1 + np.exp(-odds)))


def _alternatives(reading: Reading, at: float, bpm: float) -> tuple[Alternative, ...]:
    """The next likeliest beginnings of the bar, each once, timed from the 16th `at` on."""
    together = reading.together
    lattice = reading.lattice.map
    shares = together @ reading.belief
    taken = together[reading.best].copy()
    others: list[Alternative] = []
    for k in np.argsort(-shares):
        if taken[k] or shares[k] < SLIGHT or len(others) == 3:
            continue
        taken |= together[k]
        later_s = float(
            lattice.seconds(np.array([at + (reading.starts[k] - at) % reading.slots]))[0]
        )
        others.append(Alternative(bpm=bpm, downbeat_s=later_s - BEFORE_S, share=float(shares[k])))
    return tuple(others)


def _evidence(env: Envelopes, reading: Reading, best: int, drift: float) -> tuple[str, ...]:
    """The evidence for the grid, in words for people."""
    beats = reading.lattice
    bars = "a bar" if beats.unit_bars == 1 else f"{beats.unit_bars} bars"
    lines = []
    if beats.again.similarity:
        lines.append(f"it repeats itself after {bars}, {beats.likeness:.0%} alike")
    if beats.corner is not None:
        at_s = beats.map.beats_s[beats.corner]
        apart_s = np.diff(beats.map.beats_s) * reading.octave
        before, after = (
            60 / float(np.median(some))
            for some in (apart_s[: beats.corner], apart_s[beats.corner :])
        )
        lines.append(
            f"its tempo steps from {before:.1f} to {after:.1f} bpm at {at_s - BEFORE_S:.1f} s"
        )
    elif beats.drifts:
        lines.append(f"its tempo drifts by {drift:.1%}")
    else:
        lines.append(f"its attacks keep a steady tempo within {1000 * beats.map.scatter_s:.1f} ms")
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
