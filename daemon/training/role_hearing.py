"""The sort of a one-shot whose name says no role: heard by a small net, which may say nothing.

The nets are ours (`tools/train_roles.py`), taught on the musician's own drums and on free kits.
They see a sound's shape, coarsely. Single roles they hear too badly to say them (62 % right of kits
that they did not learn from); of three sorts they say one only where nineteen in twenty are right.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from daemon.engines.mine.roles import LOW, METAL, MIDDLE
from daemon.engines.mine.shape import BANDS, FLOOR_DB, cells, shape_of, spectrum_of
from daemon.engines.mine.sounds import Sound, whole

#: What it tells apart; the last is all that is no drum.
HEARD = (
    "kick", "snare", "hat", "open hat", "clap", "rim", "tom", "ride", "crash", "shaker",
    "percussion", "cowbell", "tone",
)  # fmt: skip
NONE = "tone"
#: The sorts that are said, as roles are called.
SORTS = {
    LOW: ("kick", "tom"),
    MIDDLE: ("snare", "clap", "rim", "percussion", "cowbell"),
    METAL: ("hat", "open hat", "ride", "crash", "shaker"),
    NONE: (NONE,),
}
#: Bands that are one, and the cells of a shape at which the times that are seen begin.
_BANDS_AT_ONCE = 2
_TIMES = (0, 2, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 45, 50, 54, 58, 62, 66)


def seen(sound: Sound) -> np.ndarray:
    """float32 (inputs,): what the net sees of a sound."""
    shape = shape_of(spectrum_of(whole(sound.audio))).reshape(BANDS, cells())
    power = 10 ** (shape / 10)
    power = power.reshape(BANDS // _BANDS_AT_ONCE, _BANDS_AT_ONCE, -1).mean(1)
    starts = [at for at in _TIMES if at < cells()]
    widths = np.diff([*starts, cells()])
    level = 10 * np.log10(np.add.reduceat(power, starts, axis=1) / widths + 1e-12)
    level = np.maximum(level - level.max(), FLOOR_DB) / 20 + 1.5
    return np.concatenate([level.ravel(), [np.log2(max(sound.length_s, 0.01))]]).astype(np.float32)


def map_size() -> tuple[int, int]:
    """(bands, times) of what is seen, before its last number, the length."""
    return BANDS // _BANDS_AT_ONCE, len([at for at in _TIMES if at < cells()])


def odds(weights: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """float32 (n, roles) of (n, inputs): the mean of some nets of two layers, summing to one."""
    x = (rows - weights["mean"]) / weights["deviation"]
    for layer in ("0", "1"):
        x = np.maximum(x @ weights[layer] + weights[f"{layer}.bias"], 0)
    x = x @ weights["2"] + weights["2.bias"]
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray((x / x.sum(axis=-1, keepdims=True)).mean(0), np.float32)


def hear_role(sound: Sound) -> str | None:
    """The sort of a sound, or None where the net is not sure, or it is no drum."""
    weights = _weights()
    found = by_sort(odds(weights, seen(sound)[None]))[0]
    best = int(np.argmax(found))
    sort = list(SORTS)[best]
    return None if found[best] < weights["sure"][best] or sort == NONE else sort


def by_sort(found: np.ndarray) -> np.ndarray:
    """(n, roles) odds -> (n, sorts)."""
    own = np.array([[role in sort for sort in SORTS.values()] for role in HEARD], np.float32)
    return np.asarray(found @ own)


@cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).with_name("roles.npz"), allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}
