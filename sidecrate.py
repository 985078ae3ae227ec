"""The public names for those who write engines and verbs for Sidecrate."""

from bridge.errors import SidecrateError
from bridge.music import Key, Meter, loop_frames, note_hz
from bridge.request import Field
from bridge.verbs import Verb
from daemon.brief import Brief
from daemon.engines.contract import EngineInfo, Grid, Maker, Progress, Take
from daemon.errors import EngineError
from daemon.verbs.registry import DaemonVerb, Result

__all__ = [
    "Brief",
    "DaemonVerb",
    "EngineError",
    "EngineInfo",
    "Field",
    "Grid",
    "Key",
    "Maker",
    "Meter",
    "Progress",
    "Result",
    "SidecrateError",
    "Take",
    "Verb",
    "loop_frames",
    "note_hz",
]
