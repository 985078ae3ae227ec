"""Notes that are there already: played, gone on with, felt otherwise, turned into others."""

from bridge.verbs import VERBS
from daemon.verbs.registry import DaemonVerb

RENDER = DaemonVerb(VERBS["render"], work="daemon.pieces.render:render")
