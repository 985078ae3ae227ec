"""Sidecrate from Python: clips on the grid by one call, and the API for engines and verbs.

    import sidecrate

    clips = sidecrate.make("dusty drums", bpm=90)
    audio, sample_rate = clips[0].audio()

Each verb of the table is a function. The running daemon does the work, or this process where none
runs. Verbs of installed packages are functions too: `sidecrate.ask("halve", "drums.wav", at=0.25)`
or `sidecrate.halve(...)`. What cannot be done raises a `SidecrateError`.
"""

import keyword
from functools import partial
from typing import Any

from bridge.errors import RequestError, SidecrateError
from bridge.music import Key, Meter, loop_frames, note_hz
from bridge.request import Field, number, one_of, switch, whole
from bridge.verbs import Verb
from daemon.brief import Brief
from daemon.engines.contract import EngineInfo, Grid, Maker, Progress, Take
from daemon.errors import EngineError
from daemon.verbs.registry import DaemonVerb, Result, draw_in_verbs
from sidecrate._clip import Clip
from sidecrate._order import ask, engines
from sidecrate._verbs import again, fit, make

__all__ = [
    "Brief",
    "Clip",
    "DaemonVerb",
    "EngineError",
    "EngineInfo",
    "Field",
    "Grid",
    "Key",
    "Maker",
    "Meter",
    "Progress",
    "RequestError",
    "Result",
    "SidecrateError",
    "Take",
    "Verb",
    "again",
    "ask",
    "engines",
    "fit",
    "loop_frames",
    "make",
    "note_hz",
    "number",
    "one_of",
    "switch",
    "whole",
]


def __getattr__(name: str) -> Any:
    """The verb of an installed package as a function; `continue_` is the verb `continue`."""
    verb = name[:-1] if keyword.iskeyword(name[:-1]) else name
    if not name.startswith("_") and verb in draw_in_verbs():
        return partial(ask, verb)
    raise AttributeError(f"sidecrate has no name and no verb {name!r}")
