"""How near what an engine makes is to the user's sounds, and how new it is.

The judge sees sounds as 32 bands by 31 times, in dB: not the space that was learnt. Fréchet
distance over 12 principal components (Heusel et al., 2017); precision and recall by balls to the
third neighbour (Kynkäänniemi et al., 2019); a copy is nearer to one of the user's sounds than the
nearest twentieth of those lie to each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
from scipy.linalg import sqrtm

from daemon.audio.sound import mixed
from daemon.engines.mine.making import Wish, make_sound
from daemon.engines.mine.model import Role, learn_role
from daemon.engines.mine.shape import FRAMES, SAMPLE_RATE
from daemon.engines.mine.sounds import Sound, whole

_WINDOW, _HOP = 2048, 1411
_BANDS, _TIMES = 32, 31
_FLOOR_DB = -60.0
_DIMENSIONS = 12
_NEIGHBOUR = 3
#: Of a role's sounds, the share that is held out, and the least number that can be judged.
_HELD_OUT = 0.25
LEAST_JUDGED = 20


@dataclass(frozen=True)
class Judged:
    """One generator's figures for one role."""

    frechet: float
    precision: float
    recall: float
    copies: float
    """Share of what it makes that is a copy."""
    nearest_db: float
    pair_db: float
    """Mean distance of two: how wide it is."""


@dataclass(frozen=True)
class RoleReport:
    """A role's engine beside its baselines, by the same judge. held_out: real sounds not learnt."""

    role: str
    learnt: int
    made: Judged
    mixed: Judged
    gaussian: Judged
    held_out: Judged
    real_pair_db: float

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    def lines(self) -> list[str]:
        made = self.made
        return [
            f"{self.role} ({self.learnt} sounds learnt): {made.precision:.0%} of what it makes"
            f" sounds like yours, {made.recall:.0%} of yours is reached, {made.copies:.0%} copies",
            f"  two of its sounds are {made.pair_db:.1f} dB apart, two of yours"
            f" {self.real_pair_db:.1f}",
            f"  distance to your sounds {made.frechet:.0f}; of those that it never heard"
            f" {self.held_out.frechet:.0f}, of mixes of two {self.mixed.frechet:.0f}",
        ]


def judge_role(name: str, sounds: list[Sound], seed: int = 1) -> RoleReport:
    """Hold a part of a role's sounds out, learn the rest, and judge what is made of it."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(sounds))
    out = order[: max(3, round(_HELD_OUT * len(sounds)))]
    learnt = [sounds[at] for at in order[len(out) :]]
    role = learn_role(name, learnt)
    known = np.stack([heard(sound.audio) for sound in learnt])
    unknown = np.stack([heard(sounds[at].audio) for at in out])
    count = len(sounds)
    made = _heard_all(count, lambda n: make_sound(role, Wish(), seed * 1000 + n).audio)
    mixed = _heard_all(count, lambda n: _mixed(learnt, rng))
    gaussian = _heard_all(count, lambda n: _gaussian(role, rng))
    real = np.concatenate([known, unknown])
    return RoleReport(
        name,
        len(learnt),
        made=_judged(made, real, known),
        mixed=_judged(mixed, real, known),
        gaussian=_judged(gaussian, real, known),
        held_out=_judged(unknown, real, known),
        real_pair_db=float(_distances(real, real).mean()),
    )


def heard(audio: np.ndarray) -> np.ndarray:
    """A sound as the judge hears it: (bands * times,) in dB under its loudest cell."""
    mono = mixed(whole(audio)[: round(_TIMES * _HOP)])
    # only here, as it takes half a second to load
    from scipy.signal import stft

    power = np.abs(stft(mono, SAMPLE_RATE, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)[2]) ** 2
    level = 10 * np.log10(_bands() @ power[:, :_TIMES] + 1e-12)
    return np.asarray(np.maximum(level - level.max(), _FLOOR_DB)).ravel()


@cache
def _bands() -> np.ndarray:
    bins = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    edges = np.geomspace(40.0, 16000.0, _BANDS + 2)
    low, centre, high = (edges[at : _BANDS + at, None] for at in range(3))
    weights = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)).clip(0.0)
    empty = weights.sum(1) == 0
    weights[empty, np.abs(bins - centre[empty]).argmin(1)] = 1.0
    return np.asarray(weights / weights.sum(1, keepdims=True))


def _heard_all(count: int, make: Callable[[int], np.ndarray]) -> np.ndarray:
    return np.stack([heard(make(number)) for number in range(count)])


def _mixed(sounds: list[Sound], rng: np.random.Generator) -> np.ndarray:
    """The first baseline: two sounds laid over each other."""
    one, other = (whole(sounds[at].audio) for at in rng.choice(len(sounds), 2, replace=False))
    share = rng.uniform(0.2, 0.8)
    mix = share * one + (1 - share) * other
    return np.asarray(mix / max(float(np.abs(mix).max()), 1e-9))


def _gaussian(role: Role, rng: np.random.Generator) -> np.ndarray:
    """The second: a normal distribution over the learnt space, in the nearest sound's spectrum."""
    from daemon.engines.mine.shape import rendered, spectrum_of

    place = role.places.mean(0) + role.places.std(0) * rng.standard_normal(role.places.shape[1])
    nearest = int(((role.places - place) ** 2).sum(1).argmin())
    spectrum = spectrum_of(whole(role.tuned(role.sounds[nearest])))
    return rendered([(1.0, spectrum)], role.shape_at(place))[:FRAMES]


def _distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.stack([np.sqrt(((other - row) ** 2).mean(1)) for row in one])


def _judged(made: np.ndarray, real: np.ndarray, known: np.ndarray) -> Judged:
    among = _distances(known, known)
    np.fill_diagonal(among, np.inf)
    copy_db = float(np.quantile(among.min(1), 0.05))
    nearest = _distances(made, known).min(1)
    is_new = nearest >= copy_db
    new = made[is_new] if is_new.sum() > _NEIGHBOUR else made
    precision, recall = _precision_and_recall(new, real)
    return Judged(
        _frechet(made, known), precision, recall, float(1 - is_new.mean()),
        float(np.median(nearest)), float(_distances(made, made).mean()),
    )  # fmt: skip


def _precision_and_recall(made: np.ndarray, real: np.ndarray) -> tuple[float, float]:
    """Copies excluded: `made` holds none."""

    def reach(some: np.ndarray) -> np.ndarray:
        return np.asarray(np.sort(_distances(some, some), 1)[:, min(_NEIGHBOUR, len(some) - 1)])

    apart = _distances(made, real)
    precision = (apart <= reach(real)[None]).any(1).mean()
    return float(precision), float((reach(made)[None] >= apart.T).any(1).mean())


def _frechet(made: np.ndarray, known: np.ndarray) -> float:
    middle = known.mean(0)
    basis = np.linalg.svd(known - middle, full_matrices=False)[2][:_DIMENSIONS].T
    one, other = (made - middle) @ basis, (known - middle) @ basis
    spreads = np.cov(one.T), np.cov(other.T)
    root = np.real(sqrtm(spreads[0] @ spreads[1]))
    off = ((one.mean(0) - other.mean(0)) ** 2).sum()
    return float(off + np.trace(spreads[0] + spreads[1] - 2 * root))
