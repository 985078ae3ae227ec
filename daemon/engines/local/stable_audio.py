"""Stable Audio Open (Evans et al. 2024) through diffusers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.engines.local.model import Asked, Device, Step, to_audio
from daemon.engines.local.needs import STEPS

if TYPE_CHECKING:
    import numpy as np
    import torch


class StableAudio:
    """A loaded Stable Audio Open."""

    def __init__(self, pipe: Any, device: Device) -> None:
        self.pipe, self._device = pipe, device
        self.sample_rate = int(pipe.vae.config.sampling_rate)
        self.channels = int(pipe.vae.config.audio_channels)
        self.tuned = pipe.transformer

    def generate(self, asked: Asked, step: Step) -> np.ndarray:
        """As `Model.generate`; a step is a denoising step over the model's whole window."""
        import torch

        options = {"steps": STEPS["stable_audio"], "guidance_scale": 7.0, **asked.options}
        steps = int(options.pop("steps"))

        def called(index: int, timestep: Any, latents: torch.Tensor) -> None:
            step((index + 1) / steps)

        # On the processor, so that a seed gives the same noise on every device.
        generator = torch.Generator("cpu").manual_seed(asked.seed % (1 << 63))
        with torch.inference_mode():
            latents = self.pipe(
                asked.prompt,
                negative_prompt=asked.negative or None,
                audio_end_in_s=asked.seconds,
                num_inference_steps=steps,
                generator=generator,
                callback=called,
                callback_steps=1,
                output_type="latent",
                **options,
            ).audios
            sound = self.pipe.vae.decode(latents.float()).sample
        return to_audio(sound[0], round(asked.seconds * self.sample_rate))


def load(folder: Path, device: Device) -> StableAudio:
    """Load a Stable Audio Open. Its decoder stays in 32 bits: in 16 its rounding would be heard."""
    import torch
    from diffusers import StableAudioPipeline

    half = torch.float16 if device.name != "cpu" else torch.bfloat16
    pipe = StableAudioPipeline.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=half if device.half else torch.float32,
    )
    pipe.vae.float()
    pipe.set_progress_bar_config(disable=True)
    return StableAudio(pipe.to(device.name), device)
