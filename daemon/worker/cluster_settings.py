"""What a cluster of workers is told: plain data, for Ray's processes and for a Serve YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

#: Calls at the door at once: each daemon follows its takes by a stream.
DOOR_STREAMS = 256
#: What Ray's proxy answers at, where the user names no other.
RAY_PORT = 9143


@dataclass(frozen=True)
class ClusterSettings:
    engines: tuple[str, ...]
    min_replicas: int = 1
    max_replicas: int = 2
    cpus: float = 1.0
    """Cores and GPUs that Ray reckons for a replica; neither limits it."""
    gpus: float = 0.0
    together: int = 0
    """Engines that one replica holds at once; 0: each engine has replicas of its own."""
    idle_s: float = 300.0
    """How long a replica's child stays loaded without work."""
    secret: str = ""
    """Of the code that pairs, as hex; empty for none."""
    secret_until_s: float = 0.0
    paired: Mapping[str, str] = field(default_factory=dict)
    """Machines that are let in without a code: the SHA-256 of a token, and a name."""

    @property
    def slots(self) -> int:
        """Takes of each engine at once."""
        return self.max_replicas

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "engines": list(self.engines), "paired": dict(self.paired)}
