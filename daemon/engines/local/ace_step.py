"""ACE-Step 1.5 (Gong et al. 2025) through diffusers: songs with tempo, key and meter as inputs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.engines.local.model import Asked, Device, Step, to_audio
from daemon.engines.local.needs import STEPS

if TYPE_CHECKING:
    import numpy as np

#: Longest end of a reference that is continued.
_HEARD_S = 30.0
#: The lyrics that the model knows for an instrumental piece.
_NO_WORDS = "[Instrumental]"


class AceStep:
    """A loaded ACE-Step."""

    def __init__(self, pipe: Any, device: Device) -> None:
        self.pipe, self._device = pipe, device
        self.sample_rate = int(pipe.vae.config.sampling_rate)
        self.channels = int(pipe.vae.config.audio_channels)
        self.tuned = pipe.transformer

    def generate(self, asked: Asked, step: Step) -> np.ndarray:
        """As `Model.generate`; a step is a denoising step."""
        import torch

        # The turbo model has guidance in its weights.
        guidance = 1.0 if self.pipe.is_turbo else 7.0
        options = {"steps": STEPS["ace_step"], "guidance_scale": guidance, **asked.options}
        steps = int(options.pop("steps"))

        def called(pipe: Any, index: int, timestep: Any, values: Any) -> dict[str, Any]:
            step((index + 1) / steps)
            return {}

        heard_s, given = self._reference(asked)
        numerator, denominator = asked.meter.split("/")
        # A reference is encoded with noise of its own.
        torch.manual_seed(asked.seed % (1 << 63))
        with torch.inference_mode():
            latents = self.pipe(
                prompt=asked.prompt,
                lyrics=asked.lyrics or _NO_WORDS,
                audio_duration=heard_s + asked.seconds,
                bpm=round(asked.bpm) if asked.bpm else None,
                keyscale=asked.key,
                timesignature=numerator if denominator == "4" else asked.meter,
                num_inference_steps=steps,
                generator=torch.Generator("cpu").manual_seed(asked.seed % (1 << 63)),
                callback_on_step_end=called,
                output_type="latent",
                **given,
                **options,
            ).audios
            sound = self.pipe.vae.decode(latents.transpose(1, 2).float()).sample[0]
        return to_audio(
            sound[:, round(heard_s * self.sample_rate) :], round(asked.seconds * self.sample_rate)
        )

    def _reference(self, asked: Asked) -> tuple[float, dict[str, Any]]:
        """Seconds of the reference at the result's start, and the pipeline's arguments for it."""
        import torch

        if asked.reference is None:
            return 0.0, {}
        if asked.use == "style":
            return 0.0, {"reference_audio": torch.from_numpy(asked.reference.T.copy())}
        # Whole steps of the latents, so that the reference ends where the new audio begins.
        hop = round(self.sample_rate / self.pipe.latents_per_second)
        frames = max(
            hop, min(len(asked.reference), round(_HEARD_S * self.sample_rate)) // hop * hop
        )
        end = torch.from_numpy(asked.reference[-frames:].T.copy())
        new = math.ceil(asked.seconds * self.sample_rate / hop) * hop
        source = torch.nn.functional.pad(end, (0, frames - end.shape[1] + new))
        heard_s = frames / self.sample_rate
        return heard_s, {
            "task_type": "repaint",
            "src_audio": source,
            "repainting_start": heard_s + 1e-6,
            "repainting_end": None,
        }


def load(folder: Path, device: Device) -> AceStep:
    """Load an ACE-Step. Its decoder stays in 32 bits: in 16 its rounding would be heard."""
    import torch
    from diffusers import AceStepPipeline

    pipe = AceStepPipeline.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch.bfloat16 if device.half else torch.float32,
    )
    pipe.vae.float()
    pipe.set_progress_bar_config(disable=True)
    return AceStep(pipe.to(device.name), device)
