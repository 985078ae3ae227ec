"""Beat tracking, from a take to its grid: envelopes, then tempo and lattice, then the bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bridge.music import Meter
from daemon.audio.offset import SILENT, swing_of
from daemon.audio.scratch import release
from daemon.audio.sound import mixed
from daemon.hearing import going_round, onsets, path_lattice, second_ear, tempo_change, tracking
from daemon.hearing.answer import answer, asked_grid
from daemon.hearing.beats import Beats
from daemon.hearing.choice import FITTED, Choice, choose
from daemon.hearing.envelopes import BEFORE_S, Envelopes, envelopes
from daemon.hearing.heard import Heard
from daemon.hearing.onsets import Onsets
from daemon.hearing.reading import read
from daemon.hearing.second_ear import SecondEar

#: Probability of a beat below which a take is called beatless. Of sounds without a beat 96 % lie
#: below it, of takes with a known tempo two of 475, each judged by the others' odds.
BEATLESS = 0.1
#: Octaves within which a candidate may be the chosen tempo before or after a change.
SAME_OCTAVE = 0.3
#: Attacks that a take needs to have a beat, counted in every band.
LEAST_HITS = 4


def hear(
    audio: np.ndarray,
    sample_rate: int,
    asked_bpm: float | None = None,
    meter: Meter | None = None,
    *,
    is_file: bool = True,
) -> Heard:
    """The grid of `audio`, float (frames, channels) or (frames,), at `sample_rate` Hz.

    `asked_bpm` is the requested tempo; the take's own may be another, and then that one is found.
    The answer is in the octave of the requested one. No audio raises an error: a take without a
    beat comes back with `periodic` False and a reason. With `is_file` the audio begins and ends
    where its maker cut it: a short loop's own length then tells its tempo, whatever was asked.
    """
    meter = meter or Meter()
    mono = mixed(audio) if audio.ndim == 2 else audio
    release(audio)
    length_s = len(mono) / sample_rate
    if length_s < 0.3 or swing_of(mono) < SILENT:
        return asked_grid(
            length_s, 0.0, asked_bpm, meter, "the take is silent or too short to hear a beat in"
        )
    once = mono if is_file and going_round.is_short(length_s) else None
    mono = _after_silence(mono, sample_rate)
    env = envelopes(mono, sample_rate)
    hits = onsets.onsets(env)
    if once is None:
        return _heard(env, hits, mono, sample_rate, asked_bpm, meter)
    if not going_round.may_go_round(env, hits, BEFORE_S):
        once = None
    own, is_loop = _short(env, hits, mono, once, sample_rate, None, meter)
    if asked_bpm is None or is_loop:
        return going_round.in_asked_octave(own, asked_bpm)
    asked, _ = _short(env, hits, mono, once, sample_rate, asked_bpm, meter)
    return going_round.own_or_asked(own, asked, asked_bpm)


def _short(
    env: Envelopes,
    hits: Onsets,
    mono: np.ndarray,
    once: np.ndarray | None,
    sample_rate: int,
    asked_bpm: float | None,
    meter: Meter,
) -> tuple[Heard, bool]:
    """The grid of a short file, and whether it is a loop by its length.

    `once` is the file where it may be one, and is then heard going round too; else None.
    """
    plain = _heard(env, hits, mono, sample_rate, asked_bpm, meter)
    if once is None:
        return plain, False
    mono = _after_silence(going_round.round_and_round(once, sample_rate), sample_rate)
    env = envelopes(mono, sample_rate)
    going = _heard(env, onsets.onsets(env), mono, sample_rate, asked_bpm, meter)
    found = going_round.better(plain, going, len(once), sample_rate)
    return found, found is not plain


def _heard(
    env: Envelopes,
    hits: Onsets,
    mono: np.ndarray,
    sample_rate: int,
    asked_bpm: float | None,
    meter: Meter,
) -> Heard:
    """The grid of `mono` (frames,), which begins `BEFORE_S` before its sound."""
    length_s = env.length_s - BEFORE_S
    start_s = env.sounds_from_s - BEFORE_S
    if len(hits) < LEAST_HITS:
        return asked_grid(
            length_s, start_s, asked_bpm, meter, "nothing in the take starts or stops"
        )
    if onsets.is_one_sound(hits, mono, sample_rate):
        return asked_grid(
            length_s, start_s, asked_bpm, meter, "one attack sounds in the take: that has no tempo"
        )
    ear = second_ear.listen(mono, sample_rate)
    choice = chosen(env, hits, ear, mono, sample_rate, meter, asked_bpm)
    if choice is None or choice.beat < BEATLESS:
        return asked_grid(length_s, start_s, asked_bpm, meter, _no_beat(asked_bpm))
    return answer(env, ear, mono, sample_rate, choice, meter, asked_bpm)


def _after_silence(mono: np.ndarray, sample_rate: int) -> np.ndarray:
    """A take behind a little silence, without its DC offset: that would look like an attack there.

    A long take fills much of a small machine's memory, so no second copy of it is made.
    """
    before = round(BEFORE_S * sample_rate)
    padded = np.zeros(before + len(mono), np.float32)
    np.subtract(mono, mono.mean(), out=padded[before:], casting="same_kind")
    return padded


def _no_beat(asked_bpm: float | None) -> str:
    """The reason for people why no beat was found."""
    near = f" near {asked_bpm:g} bpm, half or double of it" if asked_bpm else ""
    return (
        f"nothing in the take repeats in time{near}: it is a held tone, a texture or scattered hits"
    )


def chosen(
    env: Envelopes,
    hits: Onsets,
    ear: SecondEar,
    mono: np.ndarray,
    sample_rate: int,
    meter: Meter,
    asked_bpm: float | None,
    most: int = FITTED,
) -> Choice | None:
    """The choice of the tempo, its reading over the whole take.

    The tempo of a long take is chosen in its fullest part; then the take is tracked. Where the
    chosen lattice loses the take, its tempo changes and is followed.
    """
    long = env.length_s > tracking.LONG_S
    if not long:
        choice = choose(env, hits, ear, meter, asked_bpm, most)
    else:
        first = round(_fullest_s(env) * sample_rate)
        part = mono[first : first + round(tracking.LONG_S * sample_rate)]
        part_env = envelopes(part, sample_rate)
        choice = choose(
            part_env,
            onsets.onsets(part_env),
            second_ear.listen(part, sample_rate),
            meter,
            asked_bpm,
            most,
        )
    if choice is None:
        return None
    if long:
        quarters = meter.quarters_per_bar
        first_bpm = tempo_change.first_tempo(env, choice.bpm, tracking.WINDOW_S, quarters)
        lattice = tracking.find(env, hits, first_bpm, quarters)
    else:
        lattice = _changing(env, hits, ear, choice, meter)
    reading = choice.reading
    if long or lattice is not reading.lattice:
        reading = read(env, lattice, reading.octave, meter, ear)
        choice = replace(choice, reading=reading)
    path = path_lattice.followed(env, hits, ear, reading, choice.bpm, meter)
    return choice if path is None else replace(choice, reading=path)


def _changing(env: Envelopes, hits: Onsets, ear: SecondEar, choice: Choice, meter: Meter) -> Beats:
    """The chosen lattice, or that of a changing tempo where it loses the take.

    Then each tempo that was fitted may be the one with which the take begins or ends.
    """
    best = own = choice.reading.lattice
    if own.map.uneven < tempo_change.LOST:
        return own
    for each in choice.weighed:
        if each.reading is not None and abs(np.log2(each.candidate.bpm / choice.bpm)) < SAME_OCTAVE:
            bpm = each.candidate.bpm
            found = tempo_change.changed(env, hits, bpm, meter.quarters_per_bar, own, ear)
            if found is not own and (best is own or found.map.onset_cost < best.map.onset_cost):
                best = found
    return best


def _fullest_s(env: Envelopes) -> float:
    """Where the stretch of `LONG_S` begins that has the most attacks, in s."""
    total = np.concatenate([[0.0], np.cumsum(env.flux, dtype=float)])
    width = round(tracking.LONG_S * env.rate)
    starts = np.arange(0, max(1, len(env.flux) - width), max(1, width // 4))
    return float(starts[int(np.argmax(total[starts + width] - total[starts]))] / env.rate)
