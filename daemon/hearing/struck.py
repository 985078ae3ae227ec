"""Whether drums are struck in a sound: one judgement of the whole.

A small network says of each attack which drums it may be (`attacks_seen.py`); a second one says
of all attacks together whether there are any. `tools/train_struck` teaches both.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import soxr

from daemon.audio.sound import mixed
from daemon.hearing.attacks_seen import RATE, attacks_of
from daemon.models.layers import answer
from daemon.models.weights import read_weights

#: The pieces that are told apart.
PIECES = ("kick", "snare", "hats", "toms", "cymbals")
#: What is said of an attack: any drum, the pieces, a note.
SAID = (1 + len(PIECES)) + 1
#: Odds from which a sound holds drums.
EVEN = 0.55
#: Numbers by which the whole is judged.
POOLED = 6 * (SAID - 1) + 4


def odds_of_drums(audio: np.ndarray, sample_rate: int) -> float:
    """How likely, 0-1, drums are struck in float32 (frames,) or (frames, channels)."""
    mono = audio if audio.ndim == 1 else mixed(audio)
    if sample_rate != RATE:
        mono = np.asarray(soxr.resample(mono, sample_rate, RATE), np.float32)
    seen = attacks_of(mono).seen
    if not len(seen):
        return 0.0
    weights = _weights()
    said = answer(weights["attack"], seen)
    return float(answer(weights["whole"], pooled(said, len(mono) / RATE)[None])[0, 0])


@cache
def _weights() -> dict[str, dict[str, np.ndarray]]:
    """The layers of `attack` and `whole`."""
    stored = read_weights(Path(__file__).with_name("struck.npz"))
    return {
        net: {k.removeprefix(f"{net}."): v for k, v in stored.items() if k.startswith(f"{net}.")}
        for net in ("attack", "whole")
    }


def pooled(said: np.ndarray, length_s: float) -> np.ndarray:
    """float32 (POOLED,): of what was said of the attacks, (attacks, SAID), the surest, the usual,
    and how often it is said."""
    count = len(said)
    out: list[float] = []
    for row in range(SAID - 1):
        sure = np.sort(said[:, row])[::-1]
        heads = (sure[0], sure[:3].mean(), sure[: max(1, count // 4)].mean(), sure.mean())
        out += [*map(_logit, heads), _logit(np.percentile(sure, 75))]
        out.append(float((sure > 0.5).sum() / max(4, length_s) / 4))
    drums, notes = said[:, 0], said[:, -1]
    out += [
        float(notes.mean()), float(np.log(count / length_s)),
        float((drums * notes).mean() / (drums.mean() + 1e-3)), float((drums * (1 - notes)).mean()),
    ]  # fmt: skip
    return np.array(out, np.float32)


def _logit(odds: float) -> float:
    return float(np.log((odds + 1e-3) / (1 - odds + 1e-3)) / 4)
