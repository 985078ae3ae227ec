"""Estimates of a model's memory, disk and time, from its size. Imports nothing heavy.

Measured on two cores: MusicGen small (590 million parameters) takes 4.1 GB and 12.4 s per second of
audio. The rest follows from that and the parameters. Times on a graphics card are bounds for a
timeout, not a promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daemon.brief import Brief
from daemon.engines.replicate.inputs import seconds_asked

#: Worst case of loading, from a slow disk.
_LOAD_S = 300.0
#: Factor between the estimate and the timeout of a take.
_PATIENCE = 4.0
#: Seconds of work per second of audio and million parameters, on two cores.
_MUSICGEN_CPU = 12.4 / 590
#: The same per denoising step and million parameters. A step of Stable Audio (1,320 million) over
#: its 47 s takes about 25 s there.
_STEP_CPU = 25 / 1320
#: Least speed of a graphics card or Apple's chip, as a multiple of two cores.
_GPU_GAIN = {"cuda": 20.0, "mps": 5.0, "cpu": 1.0}
#: Denoising steps where the entry's options name none.
STEPS = {"stable_audio": 100, "ace_step": 8}
#: Longest audio of ACE-Step whose steps cost as much as Stable Audio's; longer takes cost more.
_WINDOW_S = 47.0


def seconds_of(spec: Mapping[str, Any], brief: Brief) -> float:
    """Length of the take to make: with room for choosing bars, within the model's bounds."""
    least = 0.5 if spec["family"] == "stable_audio" else 1.0
    seconds = seconds_asked(brief, {"least": least, "most": spec["max_seconds"]})
    assert seconds is not None
    return float(seconds)


def steps_of(spec: Mapping[str, Any]) -> int:
    return int(spec["options"].get("steps", STEPS.get(spec["family"], 0)))


def work_s(spec: Mapping[str, Any], seconds: float, device: str) -> float:
    """Estimated work for `seconds` of audio, without loading."""
    size = float(spec["parameters_m"])
    if spec["family"] in STEPS:
        share = max(1.0, seconds / _WINDOW_S) if spec["family"] == "ace_step" else 1.0
        return steps_of(spec) * share * size * _STEP_CPU / _GPU_GAIN[device]
    return seconds * size * _MUSICGEN_CPU / _GPU_GAIN[device]


def deadline_s(spec: Mapping[str, Any], brief: Brief, device: str) -> float:
    """Timeout of a take of this brief; its child is killed then."""
    return _LOAD_S + _PATIENCE * work_s(spec, seconds_of(spec, brief), device)


def is_half(spec: Mapping[str, Any], device: str) -> bool:
    """Whether the weights are in 16 bits.

    `auto` means on a CUDA card only; `on` means on every device.
    """
    half = spec["service"].get("half", "auto")
    return half == "on" or (half == "auto" and device == "cuda")


def memory_needed_gb(spec: Mapping[str, Any], device: str) -> float:
    """The weights, a third more for activations, and 1 GB for the libraries."""
    return float(spec["parameters_m"]) * (2 if is_half(spec, device) else 4) / 1000 * 1.3 + 1.0


def disk_needed_gb(spec: Mapping[str, Any]) -> float:
    return float(spec["parameters_m"]) * 4 / 1000
