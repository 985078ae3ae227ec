"""Beat tracking, from a take to its grid: envelopes, then tempo and lattice, then the bar."""

from __future__ import annotations

import numpy as np

from bridge.music import Meter
from daemon.audio.sound import mixed
from daemon.hearing import bar, beats, downbeat, lead_in, loop_joint, onsets, repeats, tempo
from daemon.hearing.answer import Reading, answer, asked_grid
from daemon.hearing.beats import Beats
from daemon.hearing.envelopes import BEFORE_S, Envelopes, envelopes
from daemon.hearing.heard import Heard

#: Tempi for which a lattice is fitted: each costs as much as the first.
TEMPI = 3
#: Score below the likeliest tempo up to which another is fitted.
TEMPO_GAP = 0.9

#: bpm; the tempo that music usually has: the centre of the prior over octaves.
USUAL_BPM = 120.0
#: Log-prior of the requested octave over the other two.
ASKED_OCTAVE = 0.7
#: Log-prior below which an octave is not tried.
RARE = -1.5
#: Log-cost of an octave with all attacks between the 16ths: it is then too slow for the music.
BETWEEN = 4.0

# A soft take has a beat only where it repeats after whole bars and at no other time. A drone
# repeats after any time. Set on made-up pads and drones.

#: Steepness of the attacks (`Envelopes.attack`) below which a take is soft.
SOFT = 0.35
#: Likeness of the bars from which a soft take without a pulse has a beat.
AGAIN = 0.9
#: Part of a bar, between two 16ths, after which a drone still repeats and music does not.
BETWEEN_16THS = 6.5 / 16
#: Least loss of likeness after `BETWEEN_16THS`, where the take has a pulse.
LESS_WITH_PULSE = 0.1
#: Least loss of likeness after `BETWEEN_16THS`, where the take has no pulse.
LESS_WITHOUT_PULSE = 0.15

# A take may play at 2/3 or 3/2 of the requested tempo. Set on made-up takes at those tempi, and on
# triplets, which must not be mistaken for them.

#: Share of the attacks between the 16ths from which those tempi are tried.
ASTRAY = 0.3
#: Most of those attacks, as a share, that another tempo may leave between its 16ths.
FEWER = 0.75
#: Least gain in pulse for another tempo.
STEADIER = 0.4


def hear(
    audio: np.ndarray, sample_rate: int, asked_bpm: float | None = None, meter: Meter | None = None
) -> Heard:
    """The grid of `audio`, float (frames, channels) or (frames,), at `sample_rate` Hz.

    `asked_bpm` is the requested tempo; the take's own may be off by a fifth, or be half or double.
    None searches all usual tempi. No audio raises an error: a take without a pulse comes back with
    `periodic` False and a reason.
    """
    meter = meter or Meter()
    mono = mixed(audio) if audio.ndim == 2 else audio
    length_s = len(mono) / sample_rate
    if length_s < 0.3 or float(np.abs(mono).max(initial=0)) < 1e-4:
        return asked_grid(
            length_s, 0.0, asked_bpm, meter, "the take is silent or too short to hear a beat in"
        )
    # Remove the DC offset: after the silence it would be a step, and look like an attack.
    mono = np.concatenate([np.zeros(round(BEFORE_S * sample_rate), np.float32), mono - mono.mean()])
    env = envelopes(mono, sample_rate)
    hits = onsets.onsets(env)
    found = tempo.candidates(env, asked_bpm, meter.quarters_per_bar, TEMPI)
    if not found or len(hits) < 4:
        return asked_grid(
            length_s,
            env.sounds_from_s - BEFORE_S,
            asked_bpm,
            meter,
            "nothing in the take starts or stops",
        )
    bpm, lattice = _best_lattice(env, hits, found, meter)
    if asked_bpm is not None and lattice.between(hits) > ASTRAY:
        bpm, lattice = _three_to_two(env, hits, bpm, lattice, meter, asked_bpm)
    readings = _readings(env, hits, bpm, lattice, meter)
    if not _beats(env, readings, meter):
        bpm, lattice = _best_lattice(env, hits, found, meter, beating=True)
        readings = _readings(env, hits, bpm, lattice, meter)
    if not _beats(env, readings, meter):
        return asked_grid(
            length_s, env.sounds_from_s - BEFORE_S, asked_bpm, meter, _no_beat(asked_bpm)
        )
    return answer(
        env, mono, sample_rate, max(readings, key=lambda reading: reading.merit), meter, asked_bpm
    )


def _beats(env: Envelopes, readings: list[Reading], meter: Meter) -> bool:
    """Whether any reading has a beat: a pulse, or in a soft take repetition after whole bars only.

    Pads have no sharp attacks, but their chords repeat. A take that repeats after any time is a
    drone.
    """
    pulse = max(reading.lattice.pulse(env.attack) for reading in readings)
    if env.attack >= SOFT:
        return pulse >= 0
    best = max(readings, key=lambda reading: reading.lattice.likeness).lattice
    between = repeats.repeats(
        env, best.map.beats_s, BETWEEN_16THS * meter.quarters_per_bar
    ).similarity
    if pulse >= 0:
        return best.likeness - between.get(1, 0.0) > LESS_WITH_PULSE
    loss = best.likeness - max(between.values(), default=0.0)
    return best.likeness > AGAIN and loss > LESS_WITHOUT_PULSE


def _no_beat(asked_bpm: float | None) -> str:
    """The reason for people why no beat was found."""
    near = f" near {asked_bpm:g} bpm, half or double of it" if asked_bpm else ""
    return (
        f"nothing in the take repeats in time{near}: "
        "it is a held tone, a texture or scattered hits, or keeps another tempo"
    )


def _best_lattice(
    env: Envelopes,
    hits: onsets.Onsets,
    found: list[tuple[float, float]],
    meter: Meter,
    beating: bool = False,
) -> tuple[float, Beats]:
    """The candidate tempo whose lattice fits the take best, and that lattice.

    `found` are (bpm, score), best first. With `beating`, one with a pulse precedes any without.
    """
    best: tuple[bool, float, float, Beats] | None = None
    for bpm, score in found:
        if score < found[0][1] - TEMPO_GAP:
            continue
        lattice = beats.find(env, hits, bpm, meter.quarters_per_bar)
        rated = (beating and lattice.pulse(env.attack) >= 0, score + lattice.merit)
        if best is None or rated > best[:2]:
            best = *rated, bpm, lattice
        if lattice.likeness > 0.95 and lattice.map.onset_cost < 1.5:
            break
    assert best is not None
    return best[2], best[3]


def _three_to_two(
    env: Envelopes, hits: onsets.Onsets, bpm: float, lattice: Beats, meter: Meter, asked_bpm: float
) -> tuple[float, Beats]:
    """Tempo and lattice, replaced by those of 3/2 or 2/3 of the requested tempo if they fit better.

    Such a tempo must leave far fewer attacks between the 16ths, and its bars must repeat as
    exactly. Triplets at the requested tempo also lie on the 16ths of 3/2 of it, but do not repeat
    in its bars.
    """
    found = lattice
    alike = lattice.likeness
    after_a_bar = lattice.again.similarity.get(1, 0.0)
    others = [
        tempo.candidates(env, asked_bpm * part, meter.quarters_per_bar, 1) for part in (1.5, 2 / 3)
    ]
    for other_bpm, _ in others[0] + others[1]:
        other = beats.find(env, hits, other_bpm, meter.quarters_per_bar)
        fewer = other.between(hits) < FEWER * lattice.between(hits)
        as_alike = other.likeness >= alike and other.again.similarity.get(1, 0.0) >= after_a_bar
        if fewer and as_alike and other.pulse(env.attack) > lattice.pulse(env.attack) + STEADIER:
            bpm = other_bpm
            found = other
            alike = other.likeness
    return bpm, found


def _readings(
    env: Envelopes, hits: onsets.Onsets, bpm: float, lattice: Beats, meter: Meter
) -> list[Reading]:
    """Readings of the take in the octaves of its tempo, without those too unlikely to win."""
    readings: list[Reading] = []
    least = -np.inf
    for octave in (1.0, 2.0, 0.5):
        usual = -0.5 * float(np.log(bpm * octave / USUAL_BPM) / 0.3) ** 2 + (
            ASKED_OCTAVE if octave == 1 else 0
        )
        if octave != 1 and usual < max(RARE, least):
            continue
        own = (
            lattice if octave == 1 else beats.find(env, hits, bpm * octave, meter.quarters_per_bar)
        )
        usual -= BETWEEN * own.between(hits)
        if usual < least:
            continue
        readings.append(_read(env, own, octave, usual, meter))
        # Without a pulse so far, no octave is skipped: the next may have one.
        if readings[0].lattice.pulse(env.attack) >= 0:
            least = max(reading.merit for reading in readings)
    return readings


def _read(env: Envelopes, lattice: Beats, octave: float, usual: float, meter: Meter) -> Reading:
    slots = meter.sixteenths_per_bar
    folded = bar.fold(env, lattice.map, slots, lattice.unit_bars)
    starts = bar.beginnings(folded)
    if not len(starts):
        starts = np.zeros(1)
    trust = loop_joint.trust(lattice.again.similarity.get(lattice.unit_bars, 0.0))
    joined = loop_joint.signs(folded, starts, trust)
    score = downbeat.sound_of(folded, starts, joined, meter)
    unit = slots * lattice.unit_bars
    music_s = lead_in.music_from_s(env, lattice.map, unit)
    rests = lead_in.own_rest(env, lattice.map, unit)
    score += downbeat.start_of(env, lattice.map, slots, starts, music_s, rests)
    score += downbeat.after_rest(folded, starts, meter)
    score += loop_joint.broken(env, lattice.map, folded, starts, trust)
    belief = np.exp(score - score.max())
    return Reading(
        lattice, octave, starts, belief / belief.sum(), joined, slots, folded.sixteenth_s, usual
    )
