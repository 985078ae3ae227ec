"""From a take to its grid: envelopes, then tempo with the lattice of 16ths, then the bar."""

from __future__ import annotations

import numpy as np

from bridge.music import Meter
from daemon.audio.sound import mixed
from daemon.hearing import bar, beats, downbeat, lead_in, loop_joint, onsets, repeats, tempo
from daemon.hearing.answer import Reading, answer, asked_grid
from daemon.hearing.beats import Beats
from daemon.hearing.envelopes import BEFORE_S, Envelopes, envelopes
from daemon.hearing.heard import Heard

#: How many tempi are followed to the end, and how far (score) below the likeliest one may be.
TEMPI, TEMPO_GAP = 3, 0.9
#: Tempo that music usually has, and how much more (log) the octave that was asked for is believed than
#: another, and from which unlikelihood an octave is not tried.
USUAL_BPM, ASKED_OCTAVE, RARE = 120.0, 0.7, -1.5
#: How much (log) the share of attacks between the 16ths speaks against an octave.
BETWEEN = 4.0
#: Steepness of attacks below which a take is soft. How alike its bars must be then to have a beat without a pulse; after how much
#: of a bar (between two 16ths) it must be less so; and by how much: where it has a pulse, and where not.
SOFT, AGAIN, BETWEEN_16THS, LESS_THEN = 0.35, 0.9, 6.5 / 16, (0.1, 0.15)
#: Share of the attacks between the 16ths from which 3:2 of the tempo is tried, what share of them it may leave,
#: and how much more of a pulse it must have.
ASTRAY, FEWER, STEADIER = 0.3, 0.75, 0.4


def hear(
    audio: np.ndarray, sample_rate: int, asked_bpm: float | None = None, meter: Meter | None = None
) -> Heard:
    """The grid of `audio`, float (frames, channels) or (frames,), at `sample_rate` Hz.

    `asked_bpm` is what the take should have been (it may be off by a fifth, or be half or double); None looks for any usual
    tempo. Never raises for what it hears: a take without a pulse comes back with `periodic` False and a reason.
    """
    meter = meter or Meter()
    mono = mixed(audio) if audio.ndim == 2 else audio
    length_s = len(mono) / sample_rate
    if length_s < 0.3 or float(np.abs(mono).max(initial=0)) < 1e-4:
        return asked_grid(
            length_s, 0.0, asked_bpm, meter, "the take is silent or too short to hear a beat in"
        )
    # A take that does not swing about zero would begin with a step that is no sound.
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
    """Whether any reading has a pulse, or is soft throughout and says the same again after whole bars, but not at other times.

    Pads have no sharp attacks, but chords that come again; the same again at any time is a drone.
    """
    pulse = max(reading.lattice.pulse(env.attack) for reading in readings)
    if env.attack >= SOFT:
        return pulse >= 0
    best = max(readings, key=lambda reading: reading.lattice.likeness).lattice
    between = repeats.repeats(
        env, best.map.beats_s, BETWEEN_16THS * meter.quarters_per_bar
    ).similarity
    if pulse >= 0:
        return best.likeness - between.get(1, 0.0) > LESS_THEN[0]
    return (
        best.likeness > AGAIN and best.likeness - max(between.values(), default=0.0) > LESS_THEN[1]
    )


def _no_beat(asked_bpm: float | None) -> str:
    """Why a take is said to have no beat."""
    near = f" near {asked_bpm:g} bpm, half or double of it" if asked_bpm else ""
    return f"nothing in the take repeats in time{near}: it is a held tone, a texture or scattered hits, or keeps another tempo"


def _best_lattice(
    env: Envelopes,
    hits: onsets.Onsets,
    found: list[tuple[float, float]],
    meter: Meter,
    beating: bool = False,
) -> tuple[float, Beats]:
    """The tempo, of those found, whose lattice the take agrees with best; `beating`: one with a pulse before any without."""
    best: tuple[bool, float, float, Beats] | None = None
    for bpm, score in found:
        if score < found[0][1] - TEMPO_GAP:
            continue
        lattice = beats.find(env, hits, bpm, meter.quarters_per_bar)
        rated = beating and lattice.pulse(env.attack) >= 0, score + lattice.merit
        if best is None or rated > best[:2]:
            best = *rated, bpm, lattice
        if lattice.likeness > 0.95 and lattice.map.onset_cost < 1.5:
            break
    assert best is not None
    return best[2], best[3]


def _three_to_two(
    env: Envelopes, hits: onsets.Onsets, bpm: float, lattice: Beats, meter: Meter, asked_bpm: float
) -> tuple[float, Beats]:
    """The tempo and its lattice, or those of a take that was asked at two thirds or at one and a half of its tempo.

    Another tempo must leave far fewer attacks between the 16ths, and the take repeat itself no less in its bars: triplets at the
    asked tempo lie on 16ths of three halves of it too, but not in its bars.
    """
    found, alike, after_a_bar = lattice, lattice.likeness, lattice.again.similarity.get(1, 0.0)
    others = [
        tempo.candidates(env, asked_bpm * part, meter.quarters_per_bar, 1) for part in (1.5, 2 / 3)
    ]
    for other_bpm, _ in others[0] + others[1]:
        other = beats.find(env, hits, other_bpm, meter.quarters_per_bar)
        fewer = other.between(hits) < FEWER * lattice.between(hits)
        as_alike = other.likeness >= alike and other.again.similarity.get(1, 0.0) >= after_a_bar
        if fewer and as_alike and other.pulse(env.attack) > lattice.pulse(env.attack) + STEADIER:
            bpm, found, alike = other_bpm, other, other.likeness
    return bpm, found


def _readings(
    env: Envelopes, hits: onsets.Onsets, bpm: float, lattice: Beats, meter: Meter
) -> list[Reading]:
    """The take read in the octaves of its tempo that the music itself may move in, without those that cannot be the likeliest."""
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
        # Where none has a pulse yet, every octave is asked for one.
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
    music_s, rests = (
        lead_in.music_from_s(env, lattice.map, unit),
        lead_in.own_rest(env, lattice.map, unit),
    )
    score += downbeat.start_of(env, lattice.map, slots, starts, music_s, rests)
    score += downbeat.after_rest(folded, starts, meter)
    score += loop_joint.broken(env, lattice.map, folded, starts, trust)
    belief = np.exp(score - score.max())
    return Reading(
        lattice, octave, starts, belief / belief.sum(), joined, slots, folded.sixteenth_s, usual
    )
