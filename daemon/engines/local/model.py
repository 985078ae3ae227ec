"""The contract of a family of local models: load from a folder, generate, stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import torch

#: Called after each step with (0..1); raises to cancel.
Step = Callable[[float], None]


@dataclass(frozen=True)
class Device:
    """Where a model runs: torch's device name, and whether its weights are in 16 bits."""

    name: str
    half: bool


@dataclass(frozen=True)
class Asked:
    """One take, in a model's own terms."""

    prompt: str
    seconds: float
    seed: int
    negative: str = ""
    lyrics: str = ""
    bpm: float | None = None
    key: str | None = None
    """As in `A minor`."""
    meter: str = "4/4"
    reference: np.ndarray | None = None
    """Float32 (frames, channels) with the model's sample rate and channels."""
    use: str = ""
    """The use of the reference: continue, melody, style."""
    options: Mapping[str, Any] = field(default_factory=dict)


class Model(Protocol):
    """A loaded model."""

    sample_rate: int
    channels: int
    tuned: Any
    """The torch module that adapters are added to."""

    def generate(self, asked: Asked, step: Step) -> np.ndarray:
        """Float32 (frames, channels), `round(seconds * sample_rate)` frames.

        The same seed on the same device gives the same audio.
        """
        ...


class Load(Protocol):
    """A family's `load`. It reads that folder only, and only safetensors."""

    def __call__(self, folder: Path, device: Device) -> Model: ...


def to_audio(sound: torch.Tensor, frames: int) -> np.ndarray:
    """A tensor (channels, frames) -> float32 (frames, channels), cut or padded to `frames`."""
    import numpy as np

    from daemon.audio.resample import fit_length

    return fit_length(np.ascontiguousarray(sound.detach().float().cpu().numpy().T), frames)
