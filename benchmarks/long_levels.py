"""The loudness of sets of the radio, as their phrases are written: none late, none heard again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from daemon.audio.loudness import integrated_lufs
from daemon.radio.inside import Pieces
from daemon.radio.phrase import RATE, Phrase

_SETS = (("lo-fi, rain, slow", 4), ("house 120 bpm", 5), ("ambient", 6))
#: s of a passage, LU of a step that counts, and places from which passages are counted.
_WIDTH_S, _HEARD_LU, _FROM_S = 3, 3.0, (0.0, 0.75, 1.5, 2.25)


def levels(seconds: float) -> None:
    """Write `seconds` of each set, and count the steps from one passage to the next."""
    steps: list[float] = []
    for words, seed in _SETS:
        source, phrases, written = Pieces(seed), list[Phrase](), 0.0
        while written < seconds:
            phrases.append(source.next(words, 0))
            written += phrases[-1].frames / RATE
        heard, width = _mixed(phrases), _WIDTH_S * RATE
        for late_s in _FROM_S:
            starts = range(round(late_s * RATE), len(heard) - width, width)
            found = [integrated_lufs(heard[at : at + width], RATE) for at in starts]
            steps += [abs(b - a) for a, b in pairwise(found)]
    print(
        f"levels: {len(_SETS)} sets of {seconds:.0f} s: {sum(s > _HEARD_LU for s in steps)} of"
        f" {len(steps)} steps over {_HEARD_LU:g} LU between {_WIDTH_S} s, the largest"
        f" {max(steps):.1f} LU"
    )


def _mixed(phrases: list[Phrase]) -> np.ndarray:
    """The phrases one after the other, each ringing on over the next."""
    total = sum(phrase.frames for phrase in phrases)
    longest = max(len(phrase.audio) for phrase in phrases)
    heard, at = np.zeros((total + longest, 2), np.float32), 0
    for phrase in phrases:
        heard[at : at + len(phrase.audio)] += phrase.audio
        at += phrase.frames
    return heard[:total]
