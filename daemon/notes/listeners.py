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
from typing import Any

import numpy as np

from daemon.hearing.drum_net import drum_net
from daemon.hearing.log_spectra import Maps
from daemon.home.extras import how_to_install
from daemon.models.store import files_of, how_to_get, is_here
from daemon.models.table import find_model
from daemon.notes import one_pitch
from daemon.notes.drumless import heard_twice
from daemon.notes.heard_notes import Worth
from daemon.notes.note_net import NoteNet
from daemon.notes.note_odds import weighed
from daemon.notes.one_pitch import Curve

#: float32 (frames,) at 22050 Hz and its maps -> float32 (columns, PITCHES, 2).
Odds = Callable[[np.ndarray, Maps], np.ndarray]
#: The maps of a sound with drums, and those of what is left without them -> the same odds.
OddsOfTwo = Callable[[Maps, Maps], np.ndarray]


#: Set on eight of the musician's loops.
OWN_EVEN, OWN_TONE = 0.4, 0.3


@dataclass(frozen=True)
class Listener:
    """A net: what it is called, what it gives, and why it cannot be had, or None."""

    name: str
    title: str
    odds: Odds
    least: float
    """Odds under which its onsets are noise."""
    even: float = 0.5
    """Odds at which as many notes are missed as are none; set on eight of the musician's loops."""
    shortest: int = 0
    """Columns for which a tone must sound after its onset."""
    tone: float = 0.0
    """Odds with which it must sound there in the mean; with them, a note that rings on does not
    begin again at a stroke of drums."""
    worth: Worth | None = None
    """What its odds are worth beside how the pitches sound: of chords, in place of `tone`."""
    of_two: OddsOfTwo | None = None
    """Its odds where drums are struck, of which it hears the sound once more without them."""
    why_not: Callable[[], str | None] = lambda: None
    curve: Callable[[np.ndarray], Curve] = one_pitch.curve_of
    """How it follows the pitch of one voice, of float32 (frames,) at 22050 Hz."""
    curve_title: str = "pYIN"


@cache
def note_net() -> NoteNet:
    return NoteNet.load(Path(__file__).with_name("notes.npz"))


@cache
def left_net() -> NoteNet:
    """The same, its second layer taught further on what is left without drums."""
    return NoteNet.load(Path(__file__).with_name("drumless.npz"))


def _own(mono: np.ndarray, maps: Maps) -> np.ndarray:
    return note_net().heard(maps, drum_net().heard(maps.quick))


def _own_of_two(whole: Maps, left: Maps) -> np.ndarray:
    return heard_twice(note_net(), left_net(), whole, left)


def _swift_curve(mono: np.ndarray) -> Curve:
    from daemon.notes import swift_pitch

    return swift_pitch.curve_of(mono)


@cache
def _basic_pitch_net() -> Any:
    from daemon.notes import basic_pitch

    return basic_pitch.load(files_of("basic-pitch")[0])


def _basic_pitch(mono: np.ndarray, maps: Maps) -> np.ndarray:
    from daemon.notes import basic_pitch

    return basic_pitch.odds_of(mono, _basic_pitch_net())


def _no_basic_pitch() -> str | None:
    """Why it cannot be had; the net's hash is held to when it is loaded."""
    if why := _lacks("onnxruntime"):
        return why
    model = find_model("basic-pitch")
    return None if is_here(model.name) else f"the net is not here: {how_to_get(model)}"


def _lacks(*packages: str) -> str | None:
    missing = [package for package in packages if find_spec(package) is None]
    if not missing:
        return None
    return f"{missing[0]} is not installed; run: {how_to_install('transcribe')}"


LISTENERS: dict[str, Listener] = {
    one.name: one
    for one in (
        Listener(
            "own", "own network", _own, 0.1, OWN_EVEN, tone=OWN_TONE, worth=weighed,
            of_two=_own_of_two,
        ),
        Listener(
            "swift-f0", "own network", _own, 0.1, OWN_EVEN, tone=OWN_TONE, worth=weighed,
            of_two=_own_of_two, why_not=lambda: _lacks("swift_f0", "onnxruntime"),
            curve=_swift_curve, curve_title="swift-f0",
        ),
        Listener(
            "basic-pitch", "basic-pitch", _basic_pitch, 0.3, 0.5, 9, why_not=_no_basic_pitch
        ),
    )
}  # fmt: skip
