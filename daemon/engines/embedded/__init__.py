"""The embedded musician: composes and plays on plain numpy, offline, with nothing to download."""

from daemon.engines.contract import EngineInfo

INFO = EngineInfo(
    name="embedded",
    title="Embedded musician",
    maker="daemon.engines.embedded.engine:make",
    kinds=("loop", "oneshot", "track", "midi", "sfx"),
    license="CC0-1.0",
    model="sidecrate-1",
    version="5",
    conditioning=("tempo", "key", "meter", "accompany", "kit"),
)
