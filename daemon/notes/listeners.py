"""The nets that hear notes, as a table: the one that is always here, and those that can be brought.

Each gives the odds that a note begins and sounds, column by column; how notes are read out of them
is the same for all. A net is imported and loaded when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from daemon.notes import one_pitch
from daemon.notes.drum_net import DrumNet
from daemon.notes.log_spectra import Maps
from daemon.notes.note_net import NoteNet
from daemon.notes.one_pitch import Curve

#: float32 (frames,) at 22050 Hz and its maps -> float32 (columns, PITCHES, 2).
Odds = Callable[[np.ndarray, Maps], np.ndarray]


@dataclass(frozen=True)
class Listener:
    """A net: what it is called, what it gives, and why it cannot be had, or None."""

    name: str
    title: str
    odds: Odds
    least: float
    """Odds under which its onsets are noise."""
    shortest: int = 0
    """Columns for which a tone must sound after its onset."""
    why_not: Callable[[], str | None] = lambda: None
    curve: Callable[[np.ndarray], Curve] = one_pitch.curve_of
    """How it follows the pitch of one voice, of float32 (frames,) at 22050 Hz."""
    curve_title: str = "pYIN"


@cache
def note_net() -> NoteNet:
    return NoteNet.load(Path(__file__).with_name("notes.npz"))


@cache
def drum_net() -> DrumNet:
    return DrumNet.load(Path(__file__).with_name("drums.npz"))


def _own(mono: np.ndarray, maps: Maps) -> np.ndarray:
    return note_net().heard(maps)


def _swift_curve(mono: np.ndarray) -> Curve:
    from daemon.notes import swift_pitch

    return swift_pitch.curve_of(mono)


def _lacks(*packages: str) -> str | None:
    missing = [package for package in packages if find_spec(package) is None]
    if not missing:
        return None
    return f"{missing[0]} is not installed: `pip install 'sidecrate[transcribe]'`"


LISTENERS: dict[str, Listener] = {
    one.name: one
    for one in (
        Listener("own", "own network", _own, 0.1),
        Listener(
            "swift-f0", "own network", _own, 0.1,
            why_not=lambda: _lacks("swift_f0", "onnxruntime"),
            curve=_swift_curve, curve_title="swift-f0",
        ),
    )
}  # fmt: skip
