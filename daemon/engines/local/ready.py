"""Whether a local model can be used, by a cheap look: its libraries, its folder, the memory. Imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from daemon.engines.local.folders import fault_of, find_folder
from daemon.engines.local.machine import likely_device, memory_gb
from daemon.engines.local.needs import memory_needed_gb

#: What each family is loaded with.
LIBRARIES = {
    "musicgen": ("torch", "transformers", "safetensors", "sentencepiece"),
    "musicgen_melody": ("torch", "transformers", "safetensors", "sentencepiece"),
    "stable_audio": (
        "torch",
        "transformers",
        "safetensors",
        "sentencepiece",
        "diffusers",
        "torchsde",
    ),
    "ace_step": ("torch", "transformers", "safetensors", "diffusers"),
}
EXTRA = "make setup-local, or: pip install 'sidecrate[local]'"


def why_not(spec: Mapping[str, Any]) -> str | None:
    """None when ready, else why not and what to do."""
    missing = missing_libraries(spec["family"])
    if missing:
        return f"{missing[0]} is not installed; run: {EXTRA}"
    folder = find_folder(spec)
    if folder is None:
        return f"the model is not on this machine; {how_to_get(spec)}"
    if fault := fault_of(folder, spec["family"]):
        return f"the model in {folder} {fault}"
    return _memory_fault(spec)


def missing_libraries(family: str) -> list[str]:
    return [
        name for name in LIBRARIES[family] if name not in sys.modules and find_spec(name) is None
    ]


def how_to_get(spec: Mapping[str, Any]) -> str:
    """The command that downloads a model; nothing here runs it."""
    if not spec["repo"]:
        return f"put it into {spec['folder']}"
    first = (
        f"accept its licence at https://huggingface.co/{spec['repo']}, run `hf auth login`, then: "
        if spec["gated"]
        else ""
    )
    return f"{first or 'to download it: '}{download_command(spec)}"


def download_command(spec: Mapping[str, Any]) -> str:
    """Fetches what is read here and no more: no pickles, and of a pipeline its parts without the whole in another form."""
    parts = "model_index.json '*/*.json' '*/*.txt' '*/*.model' '*/*.safetensors'"
    whole = "'*.json' '*.txt' '*.model' '*.safetensors'"
    return f"hf download {spec['repo']} --include {whole if spec['family'].startswith('musicgen') else parts}"


def _memory_fault(spec: Mapping[str, Any]) -> str | None:
    """A model that never fits into this machine's memory. A CUDA card's own memory is looked at when the model is loaded."""
    device = likely_device(spec["service"].get("device", "auto"))
    memory = memory_gb()
    if device == "cuda" or memory is None:
        return None
    needed = memory_needed_gb(spec, device)
    if needed <= memory[1]:
        return None
    return f"it needs about {needed:.0f} GB of memory and this machine has {memory[1]:.0f}; take a smaller model"
