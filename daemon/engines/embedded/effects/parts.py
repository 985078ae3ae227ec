"""What effects are made of: what is asked, modal strokes, grains, shaped noise, slow curves."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from daemon.audio.envelopes import fall
from daemon.audio.filters import Filter, filtered
from daemon.audio.modes import modes, panned
from daemon.audio.noise import noise
from daemon.audio.random_stream import rng
from daemon.audio.stereo import stereo

#: Level of a grain at most and at least, against the loudest, where their strengths vary.
_WEAKEST = 0.08


@dataclass(frozen=True)
class Ask:
    """What is asked of an effect.

    `size` -1 (small) to 1 (big) sets pitch and decay, `pace` is a factor on how fast it goes,
    `bright` -1 to 1, `hard` 0 to 1, `tonic` a pitch class. `words` choose among materials.
    """

    name: str
    frames: int
    rate: int
    seed: int
    words: str = ""
    size: float = 0.0
    pace: float = 1.0
    bright: float = 0.0
    hard: float = 0.5
    tonic: int = 0
    heard: list[tuple[int, int]] = field(default_factory=list, compare=False)
    """Where the words stand that chose something, in all effects of one take."""

    @property
    def length_s(self) -> float:
        return self.frames / self.rate

    @property
    def t(self) -> np.ndarray:
        """Times of the frames in seconds, float32."""
        return np.arange(self.frames, dtype=np.float32) / np.float32(self.rate)

    @property
    def lower(self) -> float:
        """Factor on frequencies: what is big is low."""
        return float(2 ** (-0.8 * self.size))

    @property
    def longer(self) -> float:
        """Factor on decays: what is big rings longer."""
        return float(2 ** (0.6 * self.size))

    def stream(self, *what: object) -> np.random.RandomState:
        """The random numbers of one decision, by the seed."""
        return rng("effect", self.name, self.seed, *what)

    def says(self, words: str) -> bool:
        """Whether the prompt names one of the words, a pattern."""
        found = [match.span() for match in re.finditer(words, self.words)]
        self.heard.extend(found)
        return bool(found)

    def of_length(self, length_s: float) -> Ask:
        return replace(self, frames=max(1, round(length_s * self.rate)))


#: Figures of modes, one each.
Numbers = Sequence[float] | np.ndarray
#: Maker of an effect: what is asked -> float32 (any number of frames, 2).
Make = Callable[[Ask], np.ndarray]


def hit(
    a: Ask,
    what: object,
    hz: Numbers,
    to_60db_s: Numbers,
    levels: Numbers | None = None,
    loose: float = 0.03,
    width: float = 0.25,
    length_s: float | None = None,
) -> np.ndarray:
    """One stroke on something with these modes, float32 (n, 2): each stroke a little different.

    `loose` is the spread of the frequencies from seed to seed, `width` how far modes are panned.
    """
    stream = a.stream("hit", what)
    count = len(hz)
    own = np.array(hz) * stream.uniform(1 - loose, 1 + loose, count)
    decays = np.array(to_60db_s) * stream.uniform(0.8, 1.25, count)
    strong = np.array(levels if levels is not None else [1 / (k + 1) ** 0.5 for k in range(count)])
    strong = strong * stream.uniform(0.6, 1.3, count)
    n = round((length_s or 1.1 * float(decays.max()) + 0.02) * a.rate)
    sides = panned(strong / strong.sum(), stream.uniform(-width, width, count))
    x = modes(own, sides, decays, stream.uniform(0, 1, count) * 0.5, n, a.rate)
    return (x * _soon(n, a.rate)).astype(np.float32)


def _soon(n: int, rate: int) -> np.ndarray:
    """An onset of half a millisecond, (n, 1): no stroke begins with a step."""
    return np.minimum(1, np.arange(1, n + 1, dtype=np.float32) / (0.0005 * rate))[:, None]


def burst(a: Ask, what: object, length_s: float, *filters: Filter) -> np.ndarray:
    """Noise that begins at once and decays to -60 dB in `length_s`, float32 (n, 2)."""
    n = round(1.1 * length_s * a.rate) + 1
    t = np.arange(n, dtype=np.float32) / np.float32(a.rate)
    x = hiss(a, what, n, *filters)
    return (x * fall(t, length_s)[:, None] * _soon(n, a.rate)).astype(np.float32)


def hiss(a: Ask, what: object, n: int, *filters: Filter, width: float = 0.6) -> np.ndarray:
    """Filtered noise at an RMS level of 0.3, float32 (n, 2), partly common to both sides."""
    one, other = (noise(n, "effect", a.name, a.seed, what, side) for side in (0, 1))
    share = np.float32(width / 2)
    x = stereo(one, (1 - share) * one + share * other)
    x = filtered(x, a.rate, *filters) if filters else x
    return (x * np.float32(0.3 / max(float(np.sqrt((x**2).mean())), 1e-9))).astype(np.float32)


def curve(a: Ask, what: object, per_s: float, low: float, high: float) -> np.ndarray:
    """A slow random curve between two values, float32 (frames,), `per_s` turns a second."""
    stream = a.stream("curve", what)
    count = max(2, int(a.length_s * per_s) + 3)
    points = stream.uniform(low, high, count)
    at = np.linspace(0, count - 1.001, a.frames)
    index = at.astype(np.intp)
    along = (0.5 - 0.5 * np.cos(np.pi * (at - index))).astype(np.float32)
    return (points[index] * (1 - along) + points[index + 1] * along).astype(np.float32)


def put(
    out: np.ndarray, x: np.ndarray, at_s: float, rate: int, gain: float = 1.0, pan: float = 0.0
) -> None:
    """Add a sound (n, 2) to `out` in place, from `at_s` on; what lies past the end is cut off."""
    at = max(0, round(at_s * rate))
    piece = x[: max(0, len(out) - at)]
    if len(piece):
        out[at : at + len(piece), 0] += piece[:, 0] * np.float32(gain * min(1.0, 1 - pan))
        out[at : at + len(piece), 1] += piece[:, 1] * np.float32(gain * min(1.0, 1 + pan))


def scatter(
    a: Ask,
    what: object,
    grains: Sequence[np.ndarray],
    per_s: float | np.ndarray,
    strength: float = 2.0,
    spread: float = 0.8,
) -> np.ndarray:
    """Grains (n, 2) at random times, float32 (frames, 2).

    `per_s` is their mean density, or its curve (frames,). `strength` bends the levels: the higher,
    the fewer are loud. A Poisson process, as of drops or of a fire.
    """
    stream = a.stream("scatter", what)
    density = np.broadcast_to(np.asarray(per_s, np.float32), (a.frames,))
    total = np.cumsum(density, dtype=np.float64) / a.rate
    count = stream.poisson(float(total[-1]))
    at = np.searchsorted(total, np.sort(stream.uniform(0, total[-1], count)))
    which = stream.randint(len(grains), size=count)
    gains = np.maximum(_WEAKEST, stream.uniform(0, 1, count) ** strength)
    pans = stream.uniform(-spread, spread, count)
    out = np.zeros((a.frames, 2), np.float32)
    for k in range(count):
        put(out, grains[which[k]], at[k] / a.rate, a.rate, gains[k], pans[k])
    return out


def steady(a: Ask, what: object, per_s: float, loose: float) -> np.ndarray:
    """Times in s of events that come `per_s` a second, each off by up to `loose` of the gap."""
    stream = a.stream("steady", what)
    at = np.arange(0.0, max(a.length_s, 1e-3), 1 / per_s)
    return np.maximum(0, at + stream.uniform(-loose, loose, len(at)) / per_s)


def along(a: Ask, *points: tuple[float, float]) -> np.ndarray:
    """A line through (share of the length, value), float32 (frames,)."""
    shares, values = zip(*points, strict=True)
    return np.interp(np.linspace(0, 1, a.frames), shares, values).astype(np.float32)


def wide(level: np.ndarray) -> np.ndarray:
    """A level (n,) for both sides, (n, 2)."""
    return np.stack((level, level), axis=1)


def mono(x: np.ndarray) -> np.ndarray:
    """One (n,) in the middle: float32 (n, 2)."""
    return stereo(x, x)


def cut(x: np.ndarray, frames: int) -> np.ndarray:
    """Exactly `frames` of a sound (n, 2), with silence after it where it is shorter."""
    out = np.zeros((frames, 2), np.float32)
    out[: min(frames, len(x))] = x[:frames]
    return out


def held(n: int, rate: int, attack_s: float, release_s: float) -> np.ndarray:
    """A tone's level: up, held, and down to nothing at its end, float32 (n,)."""
    t = np.arange(n, dtype=np.float32) / np.float32(rate)
    end = np.float32(n / rate)
    shape = np.minimum(np.minimum(1, t / max(attack_s, 1e-4)), (end - t) / max(release_s, 1e-4))
    return (np.sin(np.clip(shape, 0, 1) * np.pi / 2) ** 2).astype(np.float32)
