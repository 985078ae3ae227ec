"""Readiness of a local model by a cheap check: libraries, folder, memory. Imports nothing heavy."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from daemon.engines.local.folders import fault_of, find_folder
from daemon.engines.local.machine import likely_device, memory_gb
from daemon.engines.local.needs import memory_needed_gb
from daemon.home.extras import how_to_install

#: The libraries of each family.
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
EXTRA = f"make setup-local, or: {how_to_install('local')}"


def why_not(spec: Mapping[str, Any]) -> str | None:
    """None when ready, else the reason and the mend."""
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
    """The command that downloads a model, for the user to run."""
    if not spec["repo"]:
        return f"put it into {spec['folder']}"
    first = (
        f"accept its licence at https://huggingface.co/{spec['repo']}, run `hf auth login`, then: "
        if spec["gated"]
        else ""
    )
    return f"{first or 'to download it: '}{download_command(spec)}"


def download_command(spec: Mapping[str, Any]) -> str:
    """The download command of exactly the files that are read.

    It leaves out pickles, and a pipeline's second form as one file.
    """
    parts = "model_index.json '*/*.json' '*/*.txt' '*/*.model' '*/*.safetensors'"
    whole = "'*.json' '*.txt' '*.model' '*.safetensors'"
    include = whole if spec["family"].startswith("musicgen") else parts
    return f"hf download {spec['repo']} --include {include}"


def _memory_fault(spec: Mapping[str, Any]) -> str | None:
    """The fault of a model larger than main memory; a CUDA card's memory is checked on loading."""
    device = likely_device(spec["service"].get("device", "auto"))
    memory = memory_gb()
    if device == "cuda" or memory is None:
        return None
    needed = memory_needed_gb(spec, device)
    if needed <= memory[1]:
        return None
    return (
        f"it needs about {needed:.0f} GB of memory and this machine has {memory[1]:.0f}; take a"
        " smaller model"
    )
