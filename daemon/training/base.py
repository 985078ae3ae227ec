"""Which local models can be tuned on a user's sounds, and why one cannot. Imports nothing heavy."""

from __future__ import annotations

from importlib.util import find_spec

from daemon.engines.contract import EngineInfo
from daemon.engines.registry import engine_info, engines
from daemon.errors import EngineError
from daemon.home.extras import how_to_install

#: Families of local models whose loss `lora_families` knows.
TUNED = ("musicgen", "stable_audio", "ace_step")
#: Steps where none are said.
STEPS, MOST_STEPS = 1000, 1_000_000


def why_not_tune() -> str | None:
    """None where peft is here, else what to do."""
    if find_spec("peft") is None:
        return f"peft is not installed: {how_to_install('tune')}"
    return None


def base_of(name: str) -> EngineInfo:
    """The local model of that name. EngineError where it is none that can be tuned."""
    info = engine_info(name)
    if not _can_be_tuned(info):
        raise EngineError(
            f"{name} cannot be tuned here; name a local model of {', '.join(TUNED)}, as"
            " local-musicgen-small",
            "bad_request",
        )
    return info


def ready_base(name: str) -> EngineInfo:
    """The same. EngineError also where peft, or what the model needs, is not here."""
    info = base_of(name)
    if why := why_not_tune() or info.needs():
        raise EngineError(why, "engine_not_ready")
    return info


def bases() -> list[EngineInfo]:
    """All that could be tuned, ready or not."""
    return [info for info in engines() if _can_be_tuned(info) and not info.for_tests]


def _can_be_tuned(info: EngineInfo) -> bool:
    return info.spec.get("family") in TUNED and "adapters" not in info.spec
