"""Checkpoints of the true architectures with a few thousand random weights: true files, true code, noise for music."""

from __future__ import annotations

from pathlib import Path
from typing import Any

WORDS = [
    "warm lo-fi hip hop drums with jazzy keys",
    "hard techno loop 140 bpm dark bass",
    "piano in c minor, deep bass loop",
]
_SPECIAL = ["<pad>", "</s>", "<unk>"]


def build(family: str, folder: Path, **how: Any) -> Path:
    """Write a checkpoint of a family into `folder`."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        {
            "musicgen": musicgen,
            "musicgen_melody": melody,
            "stable_audio": stable_audio,
            "ace_step": ace_step,
        }[family](folder, **how)
    return folder


def tokenizer(**how: Any) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.Unigram())
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120, special_tokens=_SPECIAL, unk_token="<unk>", show_progress=False
    )
    made.train_from_iterator(WORDS * 4, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        model_input_names=["input_ids", "attention_mask"], **how,
    )  # fmt: skip


def _t5() -> Any:
    from transformers import T5Config

    return T5Config(
        vocab_size=256, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu",
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip


def _codec() -> Any:
    from transformers import EncodecConfig

    # 32,000 / (8 * 5 * 4 * 4): 50 tokens a second, as the true ones
    return EncodecConfig(
        sampling_rate=32000, audio_channels=1, target_bandwidths=[1.2], num_filters=4, hidden_size=16, codebook_dim=16,
        codebook_size=64, upsampling_ratios=[8, 5, 4, 4], num_lstm_layers=1, use_causal_conv=False, normalize=False,
    )  # fmt: skip


def _decoder(channels: int) -> dict[str, Any]:
    return {
        "vocab_size": 64, "num_hidden_layers": 2, "ffn_dim": 32, "num_attention_heads": 2, "hidden_size": 16,
        "num_codebooks": 4 * channels, "audio_channels": channels, "initializer_factor": 0.5, "pad_token_id": 64, "bos_token_id": 64,
    }  # fmt: skip


def _save(model: Any, folder: Path) -> None:
    for name, values in model.audio_encoder.named_buffers():
        if name.endswith("codebook.embed"):
            values.normal_(0, 1)  # zeros otherwise: every token would sound the same
    for name in ("pad_token_id", "bos_token_id", "decoder_start_token_id"):
        setattr(model.generation_config, name, 64)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)


def musicgen(folder: Path, channels: int = 1) -> None:
    from transformers import MusicgenConfig, MusicgenForConditionalGeneration

    config = MusicgenConfig(
        text_encoder=_t5().to_dict(), audio_encoder=_codec().to_dict(), decoder=_decoder(channels)
    )
    _save(MusicgenForConditionalGeneration(config), folder)


def melody(folder: Path, channels: int = 1) -> None:
    from transformers import MusicgenMelodyConfig, MusicgenMelodyForConditionalGeneration

    config = MusicgenMelodyConfig(
        text_encoder=_t5().to_dict(),
        audio_encoder=_codec().to_dict(),
        decoder=_decoder(channels),
        num_chroma=12,
        chroma_length=235,
    )
    _save(MusicgenMelodyForConditionalGeneration(config), folder)


def _oobleck(rate: int, ratios: list[int]) -> Any:
    from diffusers import AutoencoderOobleck

    return AutoencoderOobleck(
        encoder_hidden_size=16, downsampling_ratios=ratios, channel_multiples=[1, 2, 2, 2, 2], decoder_channels=4,
        decoder_input_channels=8, audio_channels=2, sampling_rate=rate,
    )  # fmt: skip


def stable_audio(folder: Path) -> None:
    from diffusers import (
        CosineDPMSolverMultistepScheduler,
        StableAudioDiTModel,
        StableAudioPipeline,
        StableAudioProjectionModel,
    )
    from transformers import T5EncoderModel

    transformer = StableAudioDiTModel(
        sample_size=128, in_channels=8, num_layers=2, attention_head_dim=8, num_attention_heads=2,
        num_key_value_attention_heads=1, out_channels=8, cross_attention_dim=16, time_proj_dim=16, global_states_input_dim=32,
        cross_attention_input_dim=16,
    )  # fmt: skip
    StableAudioPipeline(
        vae=_oobleck(44100, [2, 4, 4, 8, 8]), text_encoder=T5EncoderModel(_t5()), tokenizer=tokenizer(model_max_length=16),
        projection_model=StableAudioProjectionModel(text_encoder_dim=16, conditioning_dim=16, min_value=0, max_value=32),
        transformer=transformer, scheduler=CosineDPMSolverMultistepScheduler(),
    ).save_pretrained(folder)  # fmt: skip


def ace_step(folder: Path) -> None:
    from diffusers import AceStepPipeline, FlowMatchEulerDiscreteScheduler
    from diffusers.models.transformers.ace_step_transformer import AceStepTransformer1DModel
    from diffusers.pipelines.ace_step.modeling_ace_step import AceStepConditionEncoder
    from transformers import Qwen3Config, Qwen3Model

    shape = {
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "sliding_window": 16,
        "intermediate_size": 64,
    }
    text = Qwen3Config(
        vocab_size=512, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
        head_dim=8, max_position_embeddings=4096,
    )  # fmt: skip
    transformer = AceStepTransformer1DModel(
        hidden_size=32, num_hidden_layers=2, in_channels=24, audio_acoustic_hidden_dim=8, patch_size=2, encoder_hidden_size=32,
        is_turbo=True, **shape,
    )  # fmt: skip
    conditions = AceStepConditionEncoder(
        hidden_size=32, text_hidden_dim=16, timbre_hidden_dim=8, num_lyric_encoder_hidden_layers=1,
        num_timbre_encoder_hidden_layers=1, **shape,
    )  # fmt: skip
    AceStepPipeline(
        vae=_oobleck(48000, [2, 4, 4, 6, 10]), text_encoder=Qwen3Model(text), tokenizer=tokenizer(), transformer=transformer,
        condition_encoder=conditions, scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
    ).save_pretrained(folder)  # fmt: skip
