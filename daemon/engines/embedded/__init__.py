"""The embedded musician: composes and plays on plain numpy, offline, with nothing to download."""

from daemon.engines.contract import EngineInfo

_HONOURS = {
    "kind": "played", "count": "fitted", "tempo": "played", "pace": "played", "key": "played",
    "note": "played", "chords": "played", "meter": "played", "bars": "played", "seconds": "near",
    "swing": "played", "genre": "near", "mood": "played", "instruments": "near", "only": "played",
    "denials": "played", "timbre": "played", "feel": "played", "effect": "near", "singer": "said",
    "lyrics": "said", "form": "played", "sections": "said", "artist": "said",
    "drum tab": "played", "tune": "played",
}  # fmt: skip

INFO = EngineInfo(
    name="embedded",
    title="Embedded musician",
    maker="daemon.engines.embedded.engine:make",
    kinds=("loop", "oneshot", "track", "midi", "sfx"),
    license="CC0-1.0",
    model="sidecrate-1",
    version="12",
    conditioning=("tempo", "key", "meter", "accompany", "kit"),
    honours=_HONOURS,
)
