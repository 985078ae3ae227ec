"""Tempo steps: two straight lattices that meet.

The tempo steps where two takes were put together, or a band plays its chorus faster.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from daemon.hearing.beat_features import FPS
from daemon.hearing.envelopes import Envelopes
from daemon.hearing.second_ear import SecondEar

#: Tempi tried around each of two, as a ratio: 1.5 % either way, in steps of a quarter per cent.
AROUND = 1.0025 ** np.arange(-6, 7)
#: The same where nothing is known of the second tempo: from 4:5 to 5:4.
ANY = 1.0025 ** np.arange(-89, 90)
#: Weight of attacks on beats.
BEAT = 1.0
#: Weight of attacks on 8ths between the beats.
EIGHTH = 0.7
#: Weight of attacks on 16ths between the 8ths.
SIXTEENTH = 0.5
#: Weight of what the second ear hears on a beat, both in standard deviations. The attacks alone may
#: take an off-beat for the beat after a step.
HEARD = 1.0
#: Beats that must lie on either side of the step: fewer do not give a tempo.
LEAST = 4
#: Seconds; blur of the attacks, wider than the steps of the search.
BLUR_S = 0.012
#: Seconds; step of the search for the lattice's phase.
FINE_S = 0.008

# A step in beats that were followed through a long take. Followed beats lag behind a step for some.

#: Beats on either side of a step that need not have their side's tempo yet.
LAG = 8
#: Beats that must lie on either side of those.
LEAST_SIDE = 16
#: Share of a tempo within which a beat has it.
HAS_TEMPO = 0.005
#: Share of a side's beats that must have its tempo: a take that drifts has none of its own.
STEADY_SHARE = 0.9
#: Least ratio of the two tempi, as a share.
LEAST_STEP = 0.015


def step_in(beats_s: np.ndarray) -> tuple[float, float, float] | None:
    """(seconds, bpm before, bpm after) of one tempo step in followed beats (seconds, ascending).

    None where nearly all beats of either side do not share a tempo. The step is where the two even
    rows of beats meet.
    """
    least = LEAST_SIDE + LAG
    if len(beats_s) < 2 * least + 1:
        return None
    logs = np.log(np.diff(beats_s))
    costs = [_spread(logs[:at]) + _spread(logs[at:]) for at in range(least, len(logs) - least + 1)]
    at = least + int(np.argmin(costs))
    sides = logs[: at - LAG], logs[at + LAG :]
    before, after = (float(np.median(side)) for side in sides)
    if abs(before - after) < LEAST_STEP or not all(map(_has_a_tempo, sides)):
        return None
    index = np.arange(len(beats_s))
    first = np.polyfit(index[: at - LAG], beats_s[: at - LAG], 1)
    last = np.polyfit(index[at + LAG + 1 :], beats_s[at + LAG + 1 :], 1)
    meets = (last[1] - first[1]) / (first[0] - last[0])
    return float(np.polyval(first, meets)), float(60 / first[0]), float(60 / last[0])


def _spread(logs: np.ndarray) -> float:
    return float(np.abs(logs - np.median(logs)).sum())


def _has_a_tempo(logs: np.ndarray) -> bool:
    return float(np.mean(np.abs(logs - np.median(logs)) < HAS_TEMPO)) >= STEADY_SHARE


def stepped(
    env: Envelopes,
    before_bpm: float,
    after_bpm: float,
    from_end: bool = False,
    around: np.ndarray = AROUND,
    ear: SecondEar | None = None,
) -> tuple[np.ndarray, int]:
    """Beats in seconds whose tempo steps, and the index of the beat where it does.

    Every phase of the first lattice, every beat and all tempi `around` the second are compared by
    the attacks on their 16ths, and by what the second ear hears on their beats. With `from_end` the
    take is read backwards, from the second tempo to the first: the one that is read first must be
    exact. No beats where the take is too short.
    """
    beat_s = 60 / (after_bpm if from_end else before_bpm)
    ratio = before_bpm / after_bpm if from_end else after_bpm / before_bpm
    flux = gaussian_filter1d(env.onset.sum(axis=1), BLUR_S * env.rate)
    flux = (flux - flux.mean()) / (flux.std() + 1e-9)
    heard = _heard(ear, len(flux), env.rate)
    first_s = env.sounds_from_s
    last_s = min(env.sounds_to_s, (len(flux) - 1) / env.rate)
    if from_end:
        flux, heard = flux[::-1], heard[::-1]
        whole_s = (len(flux) - 1) / env.rate
        first_s, last_s = whole_s - last_s, whole_s - first_s
    count = int((last_s - first_s) / beat_s)
    if count < 2 * LEAST:
        return np.zeros(0), 0
    rate = env.rate
    phases_s = first_s + np.arange(0, beat_s, FINE_S)
    best = max(
        (
            _changed(flux, heard, rate, phase_s, beat_s, count, last_s, ratio * around)
            for phase_s in phases_s
        ),
        key=lambda found: found[0],
    )
    _, phase_s, change, found = best
    before = phase_s + beat_s * np.arange(-2, change + 1)
    after = before[-1] + beat_s / found * np.arange(
        1, int((last_s - before[-1]) / beat_s * found) + 3
    )
    beats_s = np.concatenate([before, after])
    if not from_end:
        return beats_s, change + 2
    return (len(flux) - 1) / rate - beats_s[::-1], len(beats_s) - 1 - (change + 2)


def _heard(ear: SecondEar | None, frames: int, rate: float) -> np.ndarray:
    """What the second ear hears, weighed beside the attacks (frames,); nothing without it."""
    if ear is None:
        return np.zeros(frames)
    odds = np.interp(np.arange(frames) / rate * FPS, np.arange(len(ear.beat)), ear.beat)
    return np.asarray(HEARD * (odds - odds.mean()) / (odds.std() + 1e-9))


def _changed(
    flux: np.ndarray,
    heard: np.ndarray,
    rate: float,
    phase_s: float,
    beat_s: float,
    count: int,
    last_s: float,
    ratios: np.ndarray,
) -> tuple[float, float, int, float]:
    """Best step of a lattice from `phase_s` on: score, `phase_s`, beat of the step, tempo ratio."""
    parts = np.arange(count * 4)
    weight = np.select([parts % 4 == 0, parts % 2 == 0], [BEAT, EIGHTH], SIXTEENTH)
    ours = np.cumsum(_at(flux, rate, phase_s + parts * beat_s / 4) * weight)[3::4]
    ours += np.cumsum(_at(heard, rate, phase_s + np.arange(count) * beat_s))
    found = (-np.inf, phase_s, 0, 1.0)
    later = parts * (beat_s / 4 * rate) / ratios[:, None]
    for change in range(LEAST, count - LEAST + 1):
        begins = (phase_s + change * beat_s) * rate
        place = np.minimum((later + (begins + 0.5)).astype(np.int32), len(flux) - 1)
        inside = later < last_s * rate - begins
        theirs = (flux.take(place) * inside) @ weight
        theirs += (heard.take(place[:, ::4]) * inside[:, ::4]).sum(axis=1)
        at = int(np.argmax(theirs))
        score = float(ours[change - 1] + theirs[at])
        if score > found[0]:
            found = (score, phase_s, change, float(ratios[at]))
    return found


def _at(flux: np.ndarray, rate: float, times_s: np.ndarray) -> np.ndarray:
    return flux[np.clip((times_s * rate + 0.5).astype(int), 0, len(flux) - 1)]
