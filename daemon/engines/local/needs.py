"""What a model takes of memory, disk and time, estimated from its size before it is loaded. Imports nothing heavy.

Measured: MusicGen small (590 million parameters) on two cores takes 4.1 GB and 12.4 s per second of audio. The rest follows from
that and the parameters; times on a graphics card are bounds for a deadline, not a promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daemon.brief import Brief
from daemon.engines.replicate.inputs import seconds_asked

#: Loading from a slow disk, in the worst case.
_LOAD_S = 300.0
#: How much longer than estimated a take may need before its child is ended.
_PATIENCE = 4.0
#: s of work per s of audio and million parameters, on two cores...
_MUSICGEN_CPU = 12.4 / 590
#: ...and per denoising step and million parameters: a step of Stable Audio (1,320 million) over its 47 s takes about 25 s there.
_STEP_CPU = 25 / 1320
#: A graphics card or Apple's chip is at least so many times as fast as two cores.
_GPU_GAIN = {"cuda": 20.0, "mps": 5.0, "cpu": 1.0}
#: Denoising steps where the entry's options name none.
STEPS = {"stable_audio": 100, "ace_step": 8}
#: s that a take of ACE-Step may cover in one window as long as Stable Audio's.
_WINDOW_S = 47.0


def seconds_of(spec: Mapping[str, Any], brief: Brief) -> float:
    """How long a take to make: with room for choosing bars, within what the model can."""
    seconds = seconds_asked(
        brief,
        {"least": 0.5 if spec["family"] == "stable_audio" else 1.0, "most": spec["max_seconds"]},
    )
    assert seconds is not None
    return float(seconds)


def steps_of(spec: Mapping[str, Any]) -> int:
    return int(spec["options"].get("steps", STEPS.get(spec["family"], 0)))


def work_s(spec: Mapping[str, Any], seconds: float, device: str) -> float:
    """About how long making so many seconds takes, without loading."""
    size = float(spec["parameters_m"])
    if spec["family"] in STEPS:
        share = max(1.0, seconds / _WINDOW_S) if spec["family"] == "ace_step" else 1.0
        return steps_of(spec) * share * size * _STEP_CPU / _GPU_GAIN[device]
    return seconds * size * _MUSICGEN_CPU / _GPU_GAIN[device]


def deadline_s(spec: Mapping[str, Any], brief: Brief, device: str) -> float:
    """A child that works longer on one take of this brief is ended."""
    return _LOAD_S + _PATIENCE * work_s(spec, seconds_of(spec, brief), device)


def is_half(spec: Mapping[str, Any], device: str) -> bool:
    """Whether the weights are held in 16 bits: on a CUDA card unless the config says otherwise, elsewhere if it says so."""
    half = spec["service"].get("half", "auto")
    return half == "on" or (half == "auto" and device == "cuda")


def memory_needed_gb(spec: Mapping[str, Any], device: str) -> float:
    """The weights, a third more for what is computed with them, and 1 GB for the libraries."""
    return float(spec["parameters_m"]) * (2 if is_half(spec, device) else 4) / 1000 * 1.3 + 1.0


def disk_needed_gb(spec: Mapping[str, Any]) -> float:
    return float(spec["parameters_m"]) * 4 / 1000
