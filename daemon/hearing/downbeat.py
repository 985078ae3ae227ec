"""Downbeat detection: small trained nets judge the bar, rules judge the rest and the start."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from bridge.music import Meter
from daemon.hearing import bar
from daemon.hearing.bar import Bar
from daemon.hearing.bar_features import FEATURES, read
from daemon.hearing.beat_map import BeatMap
from daemon.hearing.envelopes import BEFORE_S, LEAD_S, Envelopes
from daemon.hearing.loop_joint import SIGNS

# The weight of a rest was fitted by conditional logit to 730 takes of 41 real loops
# (`benchmarks.grid --loops`), leaving one loop out at a time. See
# docs/decisions/where-the-bar-begins.md.

#: Log-probability added for each 16th of rest before a start; 0.15 or 0.3 do nearly as well.
RESTED = 0.2
#: 16ths of rest counted at most: half a bar.
LONGEST_REST = 8.0
#: Shares of the unit's strongest attack from which an attack ends a rest. Both rests are added.
STRONG = (0.2, 0.4)

# Probabilities that the downbeat comes a number of 16ths after the first sound; what remains is
# spread evenly.

#: After silence: most takes begin on the one, some with a pickup.
AFTER_SILENCE = {0: 0.52, 2: 0.09, 4: 0.12, 8: 0.03, 6: 0.02, 12: 0.02}
#: After a lead-in. Its end is known to about a beat only: its last hits may be the music's too.
AFTER_LEAD_IN = {0: 0.35, 4: 0.25, 2: 0.05, 8: 0.05}
#: Factor on those where the silence may be a rest of the music: it is rarely a beginning.
BEGUN = 0.15
#: Probability that a take that sounds from its first moment begins exactly on the one.
AT_ONCE = 0.2
#: Seconds by which the bar may begin before and after the first sound of such a take.
START_S = (0.004, 0.010)
#: Seconds; tolerance of the places after silence or a lead-in.
SILENCE_S = 0.025


@lru_cache(maxsize=1)
def _judges() -> dict[int, list[tuple[np.ndarray, ...]]]:
    """The trained nets by number of slots: lists of their weights.

    Each net's weights are: into hidden, hidden bias, out of hidden, straight through.
    """
    stored = np.load(Path(__file__).with_name("judges.npz"))
    judges: dict[int, list[tuple[np.ndarray, ...]]] = {}
    for name in sorted({key.rsplit("_", 1)[0] for key in stored.files}):
        weights = tuple(
            stored[f"{name}_{part}"].astype(np.float32)
            for part in ("hidden", "bias", "out", "direct")
        )
        judges.setdefault((len(weights[3]) - SIGNS) // FEATURES, []).append(weights)
    return judges


def _judges_of(folded: Bar, meter: Meter) -> list[tuple[np.ndarray, ...]] | None:
    """The nets for this bar, if any: 6/8 has the 16ths of 3/4, but not its accents."""
    return _judges().get(folded.slots) if meter.denominator == 4 else None


def judges_know(folded: Bar, meter: Meter) -> bool:
    """Whether trained nets judge such a bar, and not a rule."""
    return _judges_of(folded, meter) is not None


def sound_of(folded: Bar, starts: np.ndarray, joined: np.ndarray, meter: Meter) -> np.ndarray:
    """Log-likelihood (starts,) that the unit begins there.

    It is judged by the sound of the bar from there on, and by the signs of a loop's joint.
    """
    features = read(folded.one, starts).astype(np.float32)
    judges = _judges_of(folded, meter)
    if judges is None:
        return np.array([_rule(view) for view in features]) - 2 * joined[:, 0] + 2 * joined[:, 3]
    flat = np.hstack([features.reshape(len(features), -1), joined.astype(np.float32)])
    score = np.zeros(len(starts))
    for hidden, bias, out, direct in judges:
        score += np.tanh(flat @ hidden + bias) @ out + flat @ direct
    return score / len(judges)


def _rule(view: np.ndarray) -> float:
    """Score for bars without a trained net.

    It rewards low, exact attacks and new notes on the one, and beats louder than what lies between.
    """
    beat = 4 if len(view) % 4 == 0 else 2
    onset, level = view[:, :6], view[:, 11]
    score = 2 * onset[0, :2].mean() + 1.5 * view[0, 6] + level[0] + 0.8 * view[0, 14:18].mean()
    score += 2 * (onset[::beat].mean() - onset[1::2].mean()) + 1.5 * view[0, 7]
    return float(3 * score)


def after_rest(folded: Bar, starts: np.ndarray, meter: Meter) -> np.ndarray:
    """Log-weight (starts,) of the rest before each start: phrases begin after their longest rest.

    It is 0 in bars without a trained net, where it would outweigh everything else.
    """
    if _judges_of(folded, meter) is None:
        return np.zeros(len(starts))
    return RESTED * sum(
        np.minimum(bar.rests(folded, starts, strong), LONGEST_REST) for strong in STRONG
    )


def start_of(
    env: Envelopes,
    lattice: BeatMap,
    slots: int,
    starts: np.ndarray,
    music_s: float | None = None,
    rests: bool = False,
) -> np.ndarray:
    """Log-likelihood (starts,) of each start, given when the take begins to sound.

    After a lead-in the music begins at `music_s` instead. With `rests` the silence at the start may
    be a rest of the music.
    """
    first_s = env.sounds_from_s if music_s is None else music_s
    beat = np.interp(first_s, lattice.beats_s, np.arange(len(lattice.beats_s)))
    sixteenth_s = float(np.median(np.diff(lattice.beats_s))) / 4
    ahead = (starts - beat * 4) % slots
    evenly = 1.0 / slots
    if music_s is not None or first_s > LEAD_S + BEFORE_S:
        places = AFTER_SILENCE if music_s is None else AFTER_LEAD_IN
        meant = BEGUN if rests and music_s is None else 1.0
        chance = np.full(len(starts), (1 - meant * sum(places.values())) * evenly)
        for later, share in places.items():
            away_s = ((ahead - later + slots / 2) % slots - slots / 2) * sixteenth_s
            chance += meant * share * np.exp(-0.5 * (away_s / (SILENCE_S / 1.5)) ** 2)
        return np.log(chance / evenly)
    away_s = ((ahead + slots / 2) % slots - slots / 2) * sixteenth_s - max(0.0, BEFORE_S - first_s)
    exact = (away_s > -START_S[0]) & (away_s < START_S[1])
    sharp = slots * sixteenth_s / sum(START_S)
    at_once = AT_ONCE * (BEGUN if rests else 1.0)
    return np.log(1 - at_once + at_once * exact * min(sharp, 60.0))
