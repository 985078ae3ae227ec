"""The losses by which each family of local models is taught."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from daemon.engines.local.ace_step import _NO_WORDS
from daemon.training.lora import Example, Family

#: s of a crop that MusicGen hears at once, and ACE-Step.
_TOKENS_S, _SONG_S = 10.0, 30.0


class MusicGenFamily(Family):
    """Cross entropy of the codec's tokens, each codebook a step behind the one before it."""

    def encoded(self, model: Any, example: Example) -> Mapping[str, Any]:
        import torch

        whole = model.whole
        with torch.no_grad():
            sound = torch.from_numpy(example.audio.T.copy())[None]
            device = next(whole.audio_encoder.parameters()).device
            # a stereo model hears its sides as two sounds, whose books take turns
            sides = [
                whole.audio_encoder.encode(side[None, None].to(device)).audio_codes[0, 0]
                for side in sound[0]
            ]
            codes = torch.stack(sides, dim=1).flatten(0, 1) if len(sides) > 1 else sides[0]
        words = model.tokenizer(
            [example.caption], return_tensors="pt", truncation=True, max_length=512
        )
        return {
            "codes": codes.cpu().clone(),
            "input_ids": words["input_ids"], "attention_mask": words["attention_mask"],
        }  # fmt: skip

    def loss(self, model: Any, encoded: Mapping[str, Any], generator: Any) -> Any:
        import torch

        whole = model.whole
        device = next(whole.decoder.parameters()).device
        pad = int(whole.config.decoder.pad_token_id)
        codes = encoded["codes"]
        most = round(_TOKENS_S * float(whole.config.audio_encoder.frame_rate))
        if codes.shape[1] > most:
            start = int(torch.randint(codes.shape[1] - most + 1, (1,), generator=generator))
            codes = codes[:, start : start + most]
        books, length = codes.shape
        lag = [book // model.channels for book in range(books)]
        late = torch.full((books, length + max(lag)), pad)
        for book in range(books):
            late[book, lag[book] : lag[book] + length] = codes[book]
        before = torch.cat([torch.full((books, 1), pad), late[:, :-1]], dim=1)
        return whole(
            input_ids=encoded["input_ids"].to(device),
            attention_mask=encoded["attention_mask"].to(device),
            decoder_input_ids=before.to(device),
            labels=late.T[None].to(device),
        ).loss


class StableAudioFamily(Family):
    """Velocity of a cosine schedule (Salimans and Ho 2022), over the model's whole window."""

    def encoded(self, model: Any, example: Example) -> Mapping[str, Any]:
        import torch

        pipe = model.pipe
        device = pipe.transformer.device
        hop = int(pipe.vae.hop_length)
        frames = int(pipe.transformer.config.sample_size) * hop
        sound = torch.zeros(1, example.audio.shape[1], frames)
        audio = torch.from_numpy(example.audio.T.copy())[:, :frames]
        sound[0, :, : audio.shape[1]] = audio
        with torch.no_grad():
            latents = pipe.vae.encode(sound.to(pipe.vae.device)).latent_dist.mean
            prompt = pipe.encode_prompt(example.caption, device, False)
            start, end = pipe.encode_duration(
                0.0, audio.shape[1] / model.sample_rate, device, False, 1
            )
        return {
            "latents": latents.float().cpu().clone(),
            "words": torch.cat([prompt, start, end], dim=1).float().cpu().clone(),
            "times": torch.cat([start, end], dim=2).float().cpu().clone(),
        }

    def loss(self, model: Any, encoded: Mapping[str, Any], generator: Any) -> Any:
        import torch
        from diffusers.models.embeddings import get_1d_rotary_pos_embed

        pipe, dtype = model.pipe, model.pipe.transformer.dtype
        device = pipe.transformer.device
        clean = encoded["latents"]
        noise = torch.randn(clean.shape, generator=generator)
        time = torch.sigmoid(torch.randn(1, generator=generator))
        signal, loud = torch.cos(time * math.pi / 2), torch.sin(time * math.pi / 2)
        times = encoded["times"].to(device, dtype)
        rotary = get_1d_rotary_pos_embed(
            pipe.rotary_embed_dim, clean.shape[2] + times.shape[1],
            use_real=True, repeat_interleave_real=False,
        )  # fmt: skip
        said = pipe.transformer(
            (signal * clean + loud * noise).to(device, dtype),
            time.to(device, dtype),
            encoder_hidden_states=encoded["words"].to(device, dtype),
            global_hidden_states=times,
            rotary_embedding=tuple(one.to(device) for one in rotary),
            return_dict=False,
        )[0]
        return torch.nn.functional.mse_loss(
            said.float(), (signal * noise - loud * clean).to(device)
        )


class AceStepFamily(Family):
    """Rectified flow (Liu et al. 2022): the straight way from the sound to noise."""

    def encoded(self, model: Any, example: Example) -> Mapping[str, Any]:
        import torch

        pipe = model.pipe
        device, dtype = pipe.transformer.device, pipe.transformer.dtype
        audio = torch.from_numpy(example.audio.T.copy())[None]
        seconds = audio.shape[-1] / model.sample_rate
        with torch.no_grad():
            latents = pipe.vae.encode(audio.to(pipe.vae.device, pipe.vae.dtype)).latent_dist.mean
            text, text_mask, lyrics, lyrics_mask = pipe.encode_prompt(
                prompt=example.caption, lyrics=_NO_WORDS, device=device,
                audio_duration=seconds, bpm=round(example.bpm) if example.bpm else None,
                keyscale=example.key, timesignature="4",
                instruction=pipe._get_task_instruction(task_type="text2music"),
            )  # fmt: skip
            silence = pipe.condition_encoder.silence_latent
            fixed = math.ceil(30 * pipe.latents_per_second)
            states, _ = pipe.condition_encoder(
                text_hidden_states=text, text_attention_mask=text_mask,
                lyric_hidden_states=lyrics, lyric_attention_mask=lyrics_mask,
                refer_audio_acoustic_hidden_states_packed=silence[:, :fixed].to(device, dtype),
                refer_audio_order_mask=torch.arange(1, device=device),
            )  # fmt: skip
        return {
            "latents": latents.transpose(1, 2).float().cpu().clone(),
            "states": states.float().cpu().clone(),
        }  # fmt: skip

    def loss(self, model: Any, encoded: Mapping[str, Any], generator: Any) -> Any:
        import torch

        pipe = model.pipe
        device, dtype = pipe.transformer.device, pipe.transformer.dtype
        clean = encoded["latents"]
        most = round(_SONG_S * pipe.latents_per_second)
        if clean.shape[1] > most:
            start = int(torch.randint(clean.shape[1] - most + 1, (1,), generator=generator))
            clean = clean[:, start : start + most]
        noise = torch.randn(clean.shape, generator=generator)
        time = torch.sigmoid(torch.randn(1, generator=generator))
        length = clean.shape[1]
        source, _ = pipe.prepare_src_latents(
            device=device, dtype=dtype, batch_size=1, latent_length=length
        )
        mask = pipe._build_chunk_mask(
            task_type="text2music", latent_length=length, batch_size=1, device=device, dtype=dtype,
            acoustic_dim=clean.shape[2],
        )  # fmt: skip
        said = pipe.transformer(
            hidden_states=((1 - time) * clean + time * noise).to(device, dtype),
            timestep=time.to(device, dtype), timestep_r=time.to(device, dtype),
            encoder_hidden_states=encoded["states"].to(device, dtype),
            context_latents=torch.cat([source, mask], dim=-1),
            return_dict=False,
        )[0]  # fmt: skip
        return torch.nn.functional.mse_loss(said.float(), (noise - clean).to(device))


FAMILIES: dict[str, Family] = {
    "musicgen": MusicGenFamily(),
    "stable_audio": StableAudioFamily(),
    "ace_step": AceStepFamily(),
}
