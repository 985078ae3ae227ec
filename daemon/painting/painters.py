"""The painters as data: what each makes, where it runs, what it costs and what it allows.

Prices are from memory of Replicate's price list; they are estimates for the daily cap. A model on
this machine is a folder in diffusers' layout, named by its path or by its name in the models'
folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from daemon.engines.contract import Price
from daemon.engines.local.folders import models_folder, pipeline_fault
from daemon.errors import EngineError

Makes = Literal["picture", "moving"]

#: In `input`, `{name}` stands for a value of the wish: words, negative, aspect, seed, image_url,
#: seconds. One without a value is left out.
HOSTED: dict[str, dict[str, Any]] = {
    "flux-schnell": {
        "makes": "picture", "model": "black-forest-labs/flux-schnell", "license": "Apache-2.0",
        "price": {"per_take_usd": 0.003},
        "input": {
            "prompt": "{words}", "aspect_ratio": "{aspect}", "seed": "{seed}", "num_outputs": 1,
            "output_format": "png",
        },
    },
    "wan-i2v": {
        "makes": "moving", "model": "wan-video/wan-2.5-i2v",
        "license": "Wan's terms at Replicate", "price": {"per_take_usd": 0.5},
        "input": {
            "image": "{image_url}", "prompt": "{words}", "negative_prompt": "{negative}",
            "duration": "{seconds}", "resolution": "720p", "seed": "{seed}",
        },
    },
}  # fmt: skip
#: Pipelines of diffusers by their class -> (what they make, frames a second of what moves).
PIPELINES: dict[str, tuple[Makes, int]] = {
    **dict.fromkeys(
        (
            "StableDiffusionPipeline", "StableDiffusionXLPipeline", "StableDiffusion3Pipeline",
            "FluxPipeline", "PixArtAlphaPipeline", "PixArtSigmaPipeline", "SanaPipeline",
            "LatentConsistencyModelPipeline", "QwenImagePipeline", "ZImagePipeline",
        ),
        ("picture", 0),
    ),
    "StableVideoDiffusionPipeline": ("moving", 7),
    "I2VGenXLPipeline": ("moving", 8),
    "CogVideoXImageToVideoPipeline": ("moving", 8),
    "WanImageToVideoPipeline": ("moving", 16),
    "LTXImageToVideoPipeline": ("moving", 24),
}  # fmt: skip
#: What a film of a hosted model is asked to last, in s: what those models take.
MOVING_S = 5


@dataclass(frozen=True)
class Painter:
    """A model that makes pictures, or moves one."""

    name: str
    makes: Makes
    model: str
    license: str
    is_hosted: bool
    price: Price = field(default_factory=Price)
    folder: Path | None = None
    fps: int = 0
    spec: Mapping[str, Any] = field(default_factory=dict)
    """What a purchase is made by; empty for a model on this machine."""


def find_painter(name: str, makes: Makes, service: Mapping[str, Any]) -> Painter:
    """The painter of a name. EngineError says why it cannot be used, and which there are.

    service: {base_url, deadline_s} of Replicate, and {folder} of the models on this machine.
    """
    if name in HOSTED:
        entry = HOSTED[name]
        whole = {**entry, "version": "", "official": True, "service": dict(service)}
        found = Painter(
            name, entry["makes"], entry["model"], entry["license"], True,
            Price(**entry["price"]), spec=whole,
        )  # fmt: skip
    else:
        found = _local(name, service)
    if found.makes != makes:
        what = {"picture": "makes pictures of words", "moving": "moves a picture"}
        raise EngineError(
            f"{name} {what[found.makes]}, and one that {what[makes]} is needed: {_others(makes)}",
            "bad_request",
        )
    return found


def _others(makes: Makes) -> str:
    names = [name for name, entry in HOSTED.items() if entry["makes"] == makes]
    return f"{', '.join(names)}, or the folder of a diffusers model"


def _local(name: str, service: Mapping[str, Any]) -> Painter:
    places = [Path(name).expanduser(), models_folder(service) / name]
    folder = next((place for place in places if (place / "model_index.json").is_file()), None)
    if folder is None:
        raise EngineError(
            f"painter: {name!r} is neither {', '.join(HOSTED)} nor the folder of a diffusers model"
            f" (with a model_index.json), nor one in {models_folder(service)}",
            "bad_request",
        )
    folder = folder.resolve()
    if fault := pipeline_fault(folder, tuple(PIPELINES)):
        raise EngineError(f"the model in {folder} {fault}", "model")
    kind = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))["_class_name"]
    makes, fps = PIPELINES[kind]
    return Painter(
        folder.name, makes, kind, f"that of the model in {folder.name}", False, folder=folder,
        fps=fps,
    )  # fmt: skip
