"""A sound without its drums, which the ear for notes hears beside the whole.

Under drums notes are missed, and strokes are taken for notes. Our own separator takes the drums
out. What it leaves is heard better than the whole, and what is said of both better still; it takes
some notes' attacks for strokes, which the whole still has
(`docs/decisions/nets-that-hear-notes.md`).
"""

from __future__ import annotations

import numpy as np

from daemon.hearing.drum_net import drum_net
from daemon.hearing.log_spectra import RATE, Maps
from daemon.notes.note_net import NoteNet
from daemon.parts import own

#: How much the whole says beside what is left of it; set on loops of the musician, of SoundFonts
#: and of trackers.
_WHOLE = 0.3
#: Odds beyond which neither counts for more.
_SUREST = 0.997
#: Odds that what is left must have for the whole to be asked: less the whole does not make a note.
_DOUBT = 0.05


def drumless(mono: np.ndarray, is_loop: bool) -> np.ndarray:
    """float32 (frames,) at `RATE` of another one: its bass and the rest."""
    parts = own.mix(mono[:, None], RATE, is_loop, lambda share: None)
    return np.asarray((parts["bass"] + parts["other"])[:, 0])


def heard_twice(net: NoteNet, of_left: NoteNet, whole: Maps, left: Maps) -> np.ndarray:
    """float32 (columns, PITCHES, 2): what is said of a sound and of what is left of it.

    `net` hears the whole, `of_left` what is left.
    """
    said = of_left.heard(left, drum_net().heard(left.quick))
    asked = said.max(axis=2) > _DOUBT
    of_whole = net.heard(whole, drum_net().heard(whole.quick), asked)
    steps = _WHOLE * _steps(of_whole) + (1 - _WHOLE) * _steps(said)
    return np.asarray(1 / (1 + np.exp(-steps)), np.float32)


def _steps(odds: np.ndarray) -> np.ndarray:
    """Odds as their logarithm, bounded."""
    bounded = np.clip(odds, 1 - _SUREST, _SUREST)
    return np.asarray(np.log(bounded / (1 - bounded)))
