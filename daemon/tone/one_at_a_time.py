"""Whether a sound is one voice: several at once have no single line to follow."""

from __future__ import annotations

import numpy as np

from daemon.audio.offset import silence_of
from daemon.errors import ConformError
from daemon.tone.instrument import measured
from daemon.tone.line import Played

#: Share of the power that must have a pitch: less is drums, noise, or several voices.
_LEAST_VOICED = 0.6
#: Harmonics that a fifth and a triad lack of the pitch of which all their tones are harmonics:
#: 2:3 has no first, fifth and seventh, and 4:5:6 has none of the first three.
_MISSING = ((0, 4, 6), (0, 1, 2))
#: Share of the harmonics' power that those have in one voice at least.
_LEAST_SHARE = 0.05
_FIRST = 8


def check_one_voice(audio: np.ndarray, rate: int, line: Played, name: str) -> None:
    """ConformError, with the mend, where a sound is not one voice."""
    if silence := silence_of(audio):
        raise ConformError(f"{name} is {silence}: there is no line to follow")
    if line.voiced_share < _LEAST_VOICED:
        raise ConformError(
            f"{name}: {1 - line.voiced_share:.0%} of it has no single pitch: drums, noise, or"
            f" several notes at once; take it apart (`sidecrate split`) and give one voice of it"
        )
    found = measured(audio, rate, line)
    if found is None or any(share < _LEAST_SHARE for share in shares_of_missing(found[2])):
        raise ConformError(
            f"{name} is several notes at once: only one voice has a line that can be followed;"
            " take it apart (`sidecrate split`), or give a melody or a bass line"
        )


def shares_of_missing(harmonics_db: np.ndarray) -> tuple[float, ...]:
    """What the harmonics have that chords lack, as a share of the first eight: middling moments.

    harmonics_db: (moments, harmonics).
    """
    power = 10 ** (harmonics_db[:, :_FIRST] / 10)
    total = power.sum(axis=1) + 1e-12
    return tuple(float(np.median(power[:, rows].sum(axis=1) / total)) for rows in _MISSING)
