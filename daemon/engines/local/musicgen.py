"""MusicGen and MusicGen Melody (Copet et al. 2023) through transformers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from daemon.audio.sound import mixed
from daemon.engines.local.model import Asked, Device, Step, to_audio

if TYPE_CHECKING:
    import numpy as np
    import torch

#: Longest end of a reference that is continued: more leaves too few of the model's 30 s.
_HEARD_S = 10.0
#: The longest audio that the model was trained on.
_MOST_S = 30.0
#: Frame and hop of the melody's chromagram, as the model was trained.
_CHROMA_FRAME = 16384
_CHROMA_HOP = 4096


class MusicGen:
    """A loaded MusicGen; `melody`: whether it is a MusicGen Melody."""

    def __init__(self, model: Any, tokenizer: Any, device: Device, *, melody: bool) -> None:
        self.whole = model
        self.tokenizer = tokenizer
        self.tuned = model.decoder
        self._device = device
        self._melody = melody
        codec = model.config.audio_encoder
        self.sample_rate = int(codec.sampling_rate)
        self.channels = int(model.config.decoder.audio_channels)
        self._token_rate = float(codec.frame_rate)
        self._hop = round(self.sample_rate / self._token_rate)
        # Each codebook lags one step behind the one before it; stereo channels run side by side.
        self._lag = int(model.config.decoder.num_codebooks) // self.channels - 1

    def generate(self, asked: Asked, step: Step) -> np.ndarray:
        """As `Model.generate`; a step is a token, 50 a second."""
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList

        heard, given = self._reference(asked)
        tokens = -(-round(asked.seconds * self.sample_rate) // self._hop) + self._lag

        class Steps(StoppingCriteria):
            """Called once a token. An exception from here leaves the model usable."""

            done = 0

            def __call__(
                self, input_ids: torch.Tensor, scores: torch.Tensor, **kwargs: Any
            ) -> torch.Tensor:
                self.done += 1
                step(min(1.0, self.done / tokens))
                return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)

        words = self.tokenizer([asked.prompt], return_tensors="pt", truncation=True, max_length=512)
        torch.manual_seed(asked.seed % (1 << 63))
        options = {"guidance_scale": 3.0, "temperature": 1.0, "top_k": 250, **asked.options}
        with torch.inference_mode():
            sound = self.whole.generate(
                input_ids=words["input_ids"].to(self._device.name),
                attention_mask=words["attention_mask"].to(self._device.name),
                do_sample=True,
                max_new_tokens=tokens,
                stopping_criteria=StoppingCriteriaList([Steps()]),
                **given,
                **options,
            )
        return to_audio(sound[0][:, heard:], round(asked.seconds * self.sample_rate))

    def _reference(self, asked: Asked) -> tuple[int, dict[str, torch.Tensor]]:
        """Frames of the reference at the result's start, and the model's arguments for it."""
        import torch

        if asked.reference is None:
            return 0, {}
        if self._melody:
            chroma = chromagram(mixed(asked.reference), self.sample_rate)
            return 0, {
                "input_features": chroma.to(
                    self._device.name, self.whole.audio_enc_to_dec_proj.weight.dtype
                )
            }
        most = round(max(1.0, min(_HEARD_S, _MOST_S - asked.seconds)) * self._token_rate)
        tokens = max(1, min(len(asked.reference) // self._hop, most))
        end = asked.reference[-tokens * self._hop :]
        sound = torch.from_numpy(end.T.copy())[None].to(self._device.name)
        mask = torch.ones(1, sound.shape[-1], dtype=torch.bool, device=self._device.name)
        return tokens * self._hop, {"input_values": sound, "padding_mask": mask}


def chromagram(sound: np.ndarray, sample_rate: int) -> torch.Tensor:
    """The loudest of the 12 pitch classes by frame of 4,096: float32 (1, frames, 12), one-hot.

    MusicGen Melody was trained on this. Computed with our own STFT, because transformers' own
    needs torchaudio. sound: float32 (frames,).
    """
    import torch
    from transformers.audio_utils import chroma_filter_bank

    wave = torch.from_numpy(sound.copy())
    if (short := _CHROMA_FRAME - len(wave)) > 0:
        wave = torch.nn.functional.pad(wave, (short // 2, short - short // 2))
    window = torch.hann_window(_CHROMA_FRAME)
    power = (
        torch.stft(wave, _CHROMA_FRAME, _CHROMA_HOP, window=window, return_complex=True).abs() ** 2
    )
    bank = chroma_filter_bank(
        num_frequency_bins=_CHROMA_FRAME, sampling_rate=sample_rate, tuning=0, num_chroma=12
    )
    loudest = (torch.from_numpy(bank).float() @ power).argmax(dim=0)
    return torch.nn.functional.one_hot(loudest, 12).float()[None]


def load(folder: Path, device: Device) -> MusicGen:
    """Load a MusicGen. The codec stays in 32 bits: in 16 its rounding would be heard."""
    return _load(folder, device, melody=False)


def load_melody(folder: Path, device: Device) -> MusicGen:
    """Load a MusicGen Melody."""
    return _load(folder, device, melody=True)


def _load(folder: Path, device: Device, *, melody: bool) -> MusicGen:
    import torch
    from transformers import (
        AutoTokenizer,
        MusicgenForConditionalGeneration,
        MusicgenMelodyForConditionalGeneration,
    )

    kind = MusicgenMelodyForConditionalGeneration if melody else MusicgenForConditionalGeneration
    half = torch.float16 if device.name != "cpu" else torch.bfloat16
    model = kind.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=half if device.half else torch.float32,
    )
    model.audio_encoder.float()
    tokenizer = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False
    )
    return MusicGen(cast(Any, model).to(device.name).eval(), tokenizer, device, melody=melody)
