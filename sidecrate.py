"""The public names for those who write engines for Sidecrate."""

from bridge.errors import SidecrateError
from bridge.music import Key, Meter, loop_frames, note_hz
from daemon.brief import Brief
from daemon.engines.contract import EngineInfo, Grid, Maker, Progress, Take
from daemon.errors import EngineError

__all__ = [
    "Brief",
    "EngineError",
    "EngineInfo",
    "Grid",
    "Key",
    "Maker",
    "Meter",
    "Progress",
    "SidecrateError",
    "Take",
    "loop_frames",
    "note_hz",
]
