"""Local models at their true size with random weights, on a CUDA card.

Measured: seconds of work for each second of audio, and memory. The shapes are those of the
published configurations, from memory. Random weights take the time and memory of trained ones.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

#: Decoder of each size: (layers, hidden size, heads).
_SIZES = {"small": (24, 1024, 16), "medium": (48, 1536, 24), "large": (48, 2048, 32)}
#: Length of the generated audio.
_SECONDS = 10.0


def bench() -> None:
    """Print a row for each size of MusicGen, in 16 and 32 bits, or that there is no card."""
    try:
        import torch
    except ImportError:
        print("torch is not installed: make setup-local")
        return
    if not torch.cuda.is_available():
        print("no CUDA card here: nothing measured")
        return
    print(
        f"{torch.cuda.get_device_name()}, {_SECONDS:g} s of"
        f" audio\n{'model':<18}{'bits':>5}{'load s':>9}{'s per s':>9}{'GB':>7}"
    )
    for size, shape in _SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            _write_musicgen(Path(folder), *shape)
            for half in (True, False):
                _row(f"musicgen-{size}", Path(folder), half)


def _row(name: str, folder: Path, half: bool) -> None:
    import torch

    from daemon.engines.local.model import Asked, Device
    from daemon.engines.local.musicgen import load

    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    begun = time.perf_counter()
    model = load(folder, Device("cuda", half))
    loaded_s = time.perf_counter() - begun
    model.generate(Asked("techno", 1.0, 1), lambda done: None)
    torch.cuda.synchronize()
    begun = time.perf_counter()
    model.generate(Asked("techno", _SECONDS, 2), lambda done: None)
    torch.cuda.synchronize()
    pace = (time.perf_counter() - begun) / _SECONDS
    peak_gb = torch.cuda.max_memory_allocated() / 1e9
    print(
        f"{name:<18}{16 if half else 32:>5}{loaded_s:>9.1f}{pace:>9.2f}{peak_gb:>7.1f}", flush=True
    )


def _write_musicgen(folder: Path, layers: int, hidden: int, heads: int) -> None:
    """Write a MusicGen of true size, with T5-base for words and the 32 kHz codec."""
    from transformers import (
        EncodecConfig,
        MusicgenConfig,
        MusicgenForConditionalGeneration,
        T5Config,
    )

    from tests.daemon.engines.local.tiny import tokenizer

    text = T5Config(
        vocab_size=32128,
        d_model=768,
        d_kv=64,
        d_ff=3072,
        num_layers=12,
        num_heads=12,
        decoder_start_token_id=0,
    )
    codec = EncodecConfig(
        sampling_rate=32000, audio_channels=1, target_bandwidths=[2.2], num_filters=64,
        hidden_size=128, codebook_size=2048, upsampling_ratios=[8, 5, 4, 4], num_lstm_layers=2,
        use_causal_conv=False, normalize=False,
    )  # fmt: skip
    decoder = {
        "vocab_size": 2048, "num_hidden_layers": layers, "hidden_size": hidden,
        "ffn_dim": 4 * hidden, "num_attention_heads": heads, "num_codebooks": 4,
        "pad_token_id": 2048, "bos_token_id": 2048,
    }  # fmt: skip
    config = MusicgenConfig(
        text_encoder=text.to_dict(), audio_encoder=codec.to_dict(), decoder=decoder
    )
    model = MusicgenForConditionalGeneration(config)
    for name in ("pad_token_id", "bos_token_id", "decoder_start_token_id"):
        setattr(model.generation_config, name, 2048)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    print(
        f"  {sum(p.numel() for p in model.parameters()) / 1e6:.0f} million parameters",
        file=sys.stderr,
    )


if __name__ == "__main__":
    bench()
