"""What the engine says of itself. The daemon reads this module, so it imports nothing heavy."""

from sidecrate import EngineInfo

INFO = EngineInfo(
    name="bells",
    title="Bells that go up and down the project's key",
    maker="my_engine.maker:make",
    kinds=("loop",),
    license="CC0-1.0",
    channels=1,
    conditioning=("tempo", "key", "meter"),
)
