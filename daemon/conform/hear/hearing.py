"""From a take to its grid: envelopes, then tempo with the lattice of 16ths, then the bar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bridge.music import Meter
from daemon.conform.hear import attack, bar, beats, downbeat, onsets, seam, tempo
from daemon.conform.hear.beats import Beats
from daemon.conform.hear.envelopes import BEFORE_S, Envelopes, envelopes
from daemon.conform.hear.heard import Alternative, Heard

#: How many tempi are followed to the end, and how far (score) below the likeliest one may be.
TEMPI, TEMPO_GAP = 3, 0.9
#: Tempo that music usually has, and how much more (log) the octave that was asked for is believed than
#: another, and from which unlikelihood an octave is not tried.
USUAL_BPM, ASKED_OCTAVE, RARE = 120.0, 0.7, -1.5
#: s; two readings nearer than this are the same beat.
SAME_S = 0.020


@dataclass(frozen=True)
class _Reading:
    """One lattice with the beliefs about where its bar begins."""

    lattice: Beats
    octave: float
    starts: np.ndarray
    belief: np.ndarray
    slots: int
    sixteenth_s: float
    usual: float

    @property
    def merit(self) -> float:
        """Log of how likely this octave and bar are, together."""
        return self.usual + float(np.log(self.share))

    @property
    def together(self) -> np.ndarray:
        """(starts, starts): which begin the same bar, at most `SAME_S` apart."""
        apart = self.starts[None, :] - self.starts[:, None]
        return np.abs((apart + self.slots / 2) % self.slots - self.slots / 2) * self.sixteenth_s < SAME_S

    @property
    def share(self) -> float:
        """Belief in the likeliest beginning of the bar."""
        return float((self.together @ self.belief).max())


def hear(audio: np.ndarray, sample_rate: int, asked_bpm: float | None = None, meter: Meter | None = None) -> Heard:
    """The grid of `audio`, float (frames, channels) or (frames,), at `sample_rate` Hz.

    `asked_bpm` is what the take should have been (it may be off by a fifth, or be half or double); None looks for any usual
    tempo. Never raises for what it hears: a take without a pulse comes back with `periodic` False and a reason.
    """
    meter = meter or Meter()
    mono = audio.mean(axis=1) if audio.ndim == 2 else audio
    length_s = len(mono) / sample_rate
    if length_s < 0.3 or float(np.abs(mono).max(initial=0)) < 1e-4:
        return _asked_grid(length_s, 0.0, asked_bpm, meter, "the take is silent or too short to hear a beat in")
    mono = np.concatenate([np.zeros(round(BEFORE_S * sample_rate), np.float32), mono])
    env = envelopes(mono, sample_rate)
    hits = onsets.onsets(env)
    found = tempo.candidates(env, asked_bpm, meter.quarters_per_bar, TEMPI)
    if not found or len(hits) < 4:
        return _asked_grid(length_s, env.sounds_from_s - BEFORE_S, asked_bpm, meter, "nothing in the take starts or stops")
    bpm, lattice = _best_lattice(env, hits, found, meter)
    readings = _readings(env, hits, bpm, lattice, meter)
    if max(reading.lattice.pulse(env.attack) for reading in readings) < 0:
        reason = "nothing in the take repeats in time: it sounds like a held tone, a texture or scattered hits"
        return _asked_grid(length_s, env.sounds_from_s - BEFORE_S, asked_bpm, meter, reason)
    return _heard(env, mono, sample_rate, max(readings, key=lambda reading: reading.merit), meter)


def _best_lattice(env: Envelopes, hits: onsets.Onsets, found: list[tuple[float, float]], meter: Meter) -> tuple[float, Beats]:
    """The tempo, of those found, whose lattice the take agrees with best."""
    best: tuple[float, float, Beats] | None = None
    for bpm, score in found:
        if score < found[0][1] - TEMPO_GAP:
            continue
        lattice = beats.find(env, hits, bpm, meter.quarters_per_bar)
        if best is None or score + lattice.merit > best[0]:
            best = score + lattice.merit, bpm, lattice
        if lattice.likeness > 0.95 and lattice.map.onset_cost < 1.5:
            break
    assert best is not None
    return best[1], best[2]


def _readings(env: Envelopes, hits: onsets.Onsets, bpm: float, lattice: Beats, meter: Meter) -> list[_Reading]:
    """The take read in the octaves of its tempo that the music itself may move in."""
    readings = []
    for octave in (1.0, 2.0, 0.5):
        usual = -0.5 * float(np.log(bpm * octave / USUAL_BPM) / 0.3) ** 2 + (ASKED_OCTAVE if octave == 1 else 0)
        if octave != 1 and usual < RARE:
            continue
        own = lattice if octave == 1 else beats.find(env, hits, bpm * octave, meter.quarters_per_bar)
        readings.append(_read(env, own, octave, usual, meter))
    return readings


def _read(env: Envelopes, lattice: Beats, octave: float, usual: float, meter: Meter) -> _Reading:
    slots = meter.sixteenths_per_bar
    folded = bar.fold(env, lattice.map, slots, lattice.unit_bars)
    starts = bar.beginnings(folded)
    if not len(starts):
        starts = np.zeros(1)
    joined = seam.signs(folded, starts, seam.trust(lattice.again.similarity.get(lattice.unit_bars, 0.0)))
    score = downbeat.sound_of(folded, starts, joined) + downbeat.start_of(env, lattice.map, slots, starts)
    belief = np.exp(score - score.max())
    return _Reading(lattice, octave, starts, belief / belief.sum(), slots, folded.sixteenth_s, usual)


def _heard(env: Envelopes, mono: np.ndarray, sample_rate: int, reading: _Reading, meter: Meter) -> Heard:
    together = reading.together
    # Of the likeliest beginning of the bar, the one among the unit's bars that is likeliest by itself gives the exact time.
    best = int(np.argmax(together @ reading.belief + 1e-3 * reading.belief))
    best = int(np.argmax(np.where(together[best], reading.belief, -1)))
    same_bar = together[best]
    apart = reading.starts - reading.starts[best]
    same_beat = np.abs((apart + 2) % 4 - 2) * reading.sixteenth_s < SAME_S
    in_beat, in_bar = float(reading.belief[same_beat].sum()), float(reading.belief[same_bar].sum())
    lattice = reading.lattice.map
    step = 16 / meter.denominator * reading.octave
    bar_steps = meter.numerator
    first = int(np.ceil((-4 - reading.starts[best]) / step))
    last = int(np.floor((len(lattice.beats_s) * 4 + 4 - reading.starts[best]) / step))
    count = np.arange(first, last + 1)
    unit = reading.slots * reading.lattice.unit_bars
    again_s = lattice.seconds(np.arange(reading.starts[best] % unit, len(lattice.beats_s) * 4, unit))
    again_s = again_s[(again_s > env.sounds_from_s - 0.02) & (again_s < env.sounds_to_s)]
    knots_s = lattice.seconds(reading.starts[best] + count * step) + attack.refine(mono, sample_rate, again_s)
    downbeats = count[count % round(bar_steps * max(1, 1 / reading.octave)) == 0]
    sounding = lattice.seconds(reading.starts[best] + downbeats * step) > env.sounds_from_s - 0.03
    zero = int(downbeats[int(np.argmax(sounding))])
    knots_q = (count - zero) * 4 / meter.denominator
    inside = (knots_s > env.sounds_from_s) & (knots_s < env.sounds_to_s)
    tempi = 1 / np.diff(knots_s[inside]) if inside.sum() > 2 else np.ones(1)
    quarter_s = float((knots_s[-1] - knots_s[0]) / (knots_q[-1] - knots_q[0]))
    if inside.sum() > 2:
        quarter_s = float((knots_s[inside][-1] - knots_s[inside][0]) / (knots_q[inside][-1] - knots_q[inside][0]))
    similarity = reading.lattice.again.similarity
    return Heard(
        meter=meter,
        bpm=60 / quarter_s,
        confidence=in_beat,
        downbeat_confidence=in_bar / (in_beat + 1e-9),
        knots_q=knots_q,
        knots_s=knots_s - BEFORE_S,
        sounds_from_s=max(0.0, env.sounds_from_s - BEFORE_S),
        sounds_to_s=env.sounds_to_s - BEFORE_S,
        steady=not reading.lattice.drifts,
        drift=float(np.std(tempi) / np.mean(tempi)),
        octave=reading.octave,
        repeats_bars=reading.lattice.unit_bars if similarity else 0,
        similarity=max(similarity.values(), default=0.0),
        alternatives=_alternatives(reading, best, zero, step, quarter_s),
    )


def _alternatives(reading: _Reading, best: int, zero: int, step: float, quarter_s: float) -> tuple[Alternative, ...]:
    others = [k for k in np.argsort(-reading.belief)[:4] if k != best and reading.belief[k] > 0.01]
    lattice = reading.lattice.map
    at = reading.starts[best] + zero * step
    return tuple(
        Alternative(
            bpm=60 / quarter_s,
            downbeat_s=float(lattice.seconds(np.array([at + (reading.starts[k] - at) % reading.slots]))[0]) - BEFORE_S,
            share=float(reading.belief[k]),
        )
        for k in others
    )


def _asked_grid(length_s: float, start_s: float, asked_bpm: float | None, meter: Meter, reason: str) -> Heard:
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
