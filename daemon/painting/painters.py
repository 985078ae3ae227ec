"""The painters of a name: a hosted model, or one of this machine.

A model on this machine is a folder in diffusers' layout, named by its path or by its name in the
models' folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from daemon.engines.contract import Price
from daemon.engines.local.folders import models_folder, pipeline_fault
from daemon.engines.replicate.painters import PAINTERS
from daemon.errors import EngineError

Makes = Literal["picture", "moving"]

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

    service: {base_url, deadline_s} of Replicate, the config's own {painters} there, and {folder} of
    the models on this machine.
    """
    hosted = {**PAINTERS, **service.get("painters", {})}
    if name in hosted:
        entry = hosted[name]
        found = Painter(
            name, entry["makes"], entry["model"], entry["license"], True,
            Price(**entry["price"]), spec={**entry, "service": dict(service)},
        )  # fmt: skip
    else:
        found = _local(name, service, hosted)
    if found.makes != makes:
        what = {"picture": "makes pictures of words", "moving": "moves a picture"}
        raise EngineError(
            f"{name} {what[found.makes]}, and one that {what[makes]} is needed:"
            f" {_others(makes, hosted)}",
            "bad_request",
        )
    return found


def _others(makes: Makes, hosted: Mapping[str, Any]) -> str:
    names = [name for name, entry in hosted.items() if entry["makes"] == makes]
    return f"{', '.join(names)}, or the folder of a diffusers model"


def _local(name: str, service: Mapping[str, Any], hosted: Iterable[str]) -> Painter:
    places = [Path(name).expanduser(), models_folder(service) / name]
    folder = next((place for place in places if (place / "model_index.json").is_file()), None)
    if folder is None:
        raise EngineError(
            f"painter: {name!r} is neither {', '.join(hosted)} nor the folder of a diffusers model"
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
