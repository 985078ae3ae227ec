"""Pipelines of diffusers with nets of a few hundred numbers, written as folders that are read as any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_painter(folder: Path) -> None:
    """A Stable Diffusion for pictures of 32 x 32."""
    import torch
    from diffusers import (
        AutoencoderKL,
        DDIMScheduler,
        StableDiffusionPipeline,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    vocabulary = folder / "words"
    vocabulary.mkdir(parents=True)
    signs = [chr(n) for n in range(33, 127)]
    names = [*signs, *(f"{sign}</w>" for sign in signs), "<|startoftext|>", "<|endoftext|>"]
    rows = ", ".join(f"{quoted(name)}: {n}" for n, name in enumerate(names))
    (vocabulary / "vocab.json").write_text("{" + rows + "}")
    (vocabulary / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(
        str(vocabulary / "vocab.json"), str(vocabulary / "merges.txt"), model_max_length=16
    )
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(names), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
            num_attention_heads=2, max_position_embeddings=16, projection_dim=16,
            bos_token_id=len(names) - 2, eos_token_id=len(names) - 1,
        )
    )  # fmt: skip
    pipe = StableDiffusionPipeline(
        vae=AutoencoderKL(**_coder()), text_encoder=text, tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=16, in_channels=4, out_channels=4, layers_per_block=1,
            block_out_channels=(8, 16), norm_num_groups=4, cross_attention_dim=16,
            attention_head_dim=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        ),
        scheduler=DDIMScheduler(), safety_checker=None, feature_extractor=None,
        requires_safety_checker=False,
    )  # fmt: skip
    pipe.save_pretrained(folder, safe_serialization=True)


def write_mover(folder: Path) -> None:
    """A Stable Video Diffusion for films of a few frames."""
    import torch
    from diffusers import (
        AutoencoderKLTemporalDecoder,
        EulerDiscreteScheduler,
        StableVideoDiffusionPipeline,
        UNetSpatioTemporalConditionModel,
    )
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        CLIPVisionModelWithProjection,
    )

    torch.manual_seed(0)
    sight = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=16, projection_dim=16, num_hidden_layers=1, num_attention_heads=2,
            image_size=224, intermediate_size=16, patch_size=56,
        )
    )  # fmt: skip
    coder = {**_coder(), "down_block_types": ("DownEncoderBlock2D", "DownEncoderBlock2D")}
    for name in ("up_block_types", "norm_num_groups"):
        coder.pop(name)
    pipe = StableVideoDiffusionPipeline(
        image_encoder=sight,
        unet=UNetSpatioTemporalConditionModel(
            sample_size=16, in_channels=8, out_channels=4, layers_per_block=1, num_frames=3,
            block_out_channels=(32, 64), cross_attention_dim=16, num_attention_heads=(2, 2),
            projection_class_embeddings_input_dim=24, addition_time_embed_dim=8,
            down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
            up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        ),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
            interpolation_type="linear", prediction_type="v_prediction", sigma_max=700.0,
            sigma_min=0.002, steps_offset=1, timestep_spacing="leading",
            timestep_type="continuous", use_karras_sigmas=True,
        ),
        vae=AutoencoderKLTemporalDecoder(**{**coder, "block_out_channels": (32, 32)}),
        feature_extractor=CLIPImageProcessor(crop_size=224, size=224),
    )  # fmt: skip
    pipe.save_pretrained(folder, safe_serialization=True)


def _coder() -> dict[str, Any]:
    return {
        "block_out_channels": (8, 8), "in_channels": 3, "out_channels": 3, "latent_channels": 4,
        "down_block_types": ("DownEncoderBlock2D", "DownEncoderBlock2D"), "norm_num_groups": 4,
        "up_block_types": ("UpDecoderBlock2D", "UpDecoderBlock2D"), "sample_size": 32,
    }  # fmt: skip


def quoted(text: str) -> str:
    return json.dumps(text)
