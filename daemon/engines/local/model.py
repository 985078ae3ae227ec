"""What every family of local models is to the rest: loaded from a folder, asked for audio, and told when to stop."""

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
    """Where a model runs: torch's name, and whether its weights are held in 16 bits there."""

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
    """`A minor`."""
    meter: str = "4/4"
    reference: np.ndarray | None = None
    """Float32 (frames, channels) at the model's sample rate, its channels as many as the model's."""
    use: str = ""
    """What the reference is for: continue, melody, style."""
    options: Mapping[str, Any] = field(default_factory=dict)


class Model(Protocol):
    """A loaded model."""

    sample_rate: int
    channels: int

    def generate(self, asked: Asked, step: Step) -> np.ndarray:
        """Float32 (frames, channels), `round(seconds * sample_rate)` frames; the same for the same seed on the same device."""
        ...


class Load(Protocol):
    """A family's `load`. Reads that folder alone, and only its safetensors."""

    def __call__(self, folder: Path, device: Device) -> Model: ...


def to_audio(sound: torch.Tensor, frames: int) -> np.ndarray:
    """A tensor (channels, frames) -> float32 (frames, channels), cut or ended with silence at `frames`."""
    import numpy as np

    from daemon.audio.resample import fit_length

    return fit_length(np.ascontiguousarray(sound.detach().float().cpu().numpy().T), frames)
