"""Inside the child that paints with a diffusers model of this machine; asked by JSON on its input.

In: {folder, makes, fps, device, rows: [{words, negative, seed, aspect, image, steps, part}]}.
Out, a line each: {"at": row, "share": 0..1}, {"done": row}, or {"error": text, "code": code}.
"""

from __future__ import annotations

import inspect
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bridge.errors import SidecrateError
from daemon.children.inside import (
    die_with_parent,
    end_with_stdin,
    leave_signals_to_the_daemon,
    lower_priority,
)
from daemon.errors import EngineError

#: Pixels of a picture of a model that names no size of its own.
_USUAL_SIDE = 1024
#: Sides are multiples of this: the models' nets halve them as often as that.
_STEP = 16


def main() -> None:
    die_with_parent()
    leave_signals_to_the_daemon()
    lower_priority()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(**line: Any) -> None:
        print(json.dumps(line), file=out, flush=True)

    asked = json.loads(sys.stdin.readline())
    # a command that is killed must leave no model at work
    end_with_stdin()
    try:
        _paint(asked, say)
    except SidecrateError as error:
        say(error=error.text, code=error.code)
    except MemoryError:
        say(error="there was not enough memory; take a smaller model or size", code="memory")
    except Exception as error:
        # a foreign model may raise anything
        lines = str(error).strip().splitlines() or [type(error).__name__]
        say(error=f"the model failed: {lines[0][:300]}", code="model")


def _paint(asked: dict[str, Any], say: Any) -> None:
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    import diffusers
    import torch
    import transformers
    from diffusers import DiffusionPipeline

    from daemon.engines.local.warm import find_device, use_all_cores

    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.set_verbosity_error()
    use_all_cores()
    service = {"device": asked["device"], "half": "auto"}
    device = find_device({"service": service, "family": "", "parameters_m": 1000})
    half = torch.float16 if device.name != "cpu" else torch.bfloat16
    pipe = DiffusionPipeline.from_pretrained(
        asked["folder"], local_files_only=True, use_safetensors=True,
        dtype=half if device.half else torch.float32,
    )  # fmt: skip
    pipe.set_progress_bar_config(disable=True)
    pipe = pipe.to(device.name)
    for number, row in enumerate(asked["rows"]):
        made = _called(pipe, row, lambda share, number=number: say(at=number, share=share))
        part = Path(row["part"])
        if asked["makes"] == "picture":
            _must_be_finite(np.asarray(made.images[0]))
            made.images[0].save(part, "PNG")
        else:
            from daemon.painting.moving import write_moving

            write_moving(part, _frames(made.frames[0]), asked["fps"])
        say(done=number)


def _called(pipe: Any, row: dict[str, Any], step: Any) -> Any:
    """The pipeline's answer to a row, with the arguments that it takes."""
    import torch
    from PIL import Image, ImageOps

    takes = inspect.signature(pipe.__call__).parameters
    width, height = _sides(_area(pipe), row["aspect"])
    # on the processor, so that a seed gives the same noise on every device
    generator = torch.Generator("cpu").manual_seed(int(row["seed"]) % (1 << 63))
    given: dict[str, Any] = {"width": width, "height": height, "generator": generator}
    if "prompt" in takes:
        given["prompt"] = row["words"]
    if row["negative"] and "negative_prompt" in takes:
        given["negative_prompt"] = row["negative"]
    if row["steps"]:
        given["num_inference_steps"] = row["steps"]
    if row["image"]:
        with Image.open(row["image"]) as opened:
            given["image"] = ImageOps.fit(opened.convert("RGB"), (width, height))
    steps = row["steps"] or takes["num_inference_steps"].default or 50
    if "callback_on_step_end" in takes:

        def told(_: Any, index: int, __: Any, kept: dict[str, Any]) -> dict[str, Any]:
            step(min(1.0, (index + 1) / steps))
            return kept

        given["callback_on_step_end"] = told
    with torch.inference_mode():
        return pipe(**given)


def _area(pipe: Any) -> int:
    """Pixels of the model's own size."""
    net = getattr(pipe, "unet", None) or getattr(pipe, "transformer", None)
    side = getattr(getattr(net, "config", None), "sample_size", None)
    if isinstance(side, int):
        return int((side * int(getattr(pipe, "vae_scale_factor", 8))) ** 2)
    return _USUAL_SIDE**2


def _sides(area: int, aspect: str) -> tuple[int, int]:
    across, down = (int(part) for part in aspect.split(":"))
    width = math.sqrt(area * across / down)
    sides = (width, area / width)
    return tuple(max(_STEP, round(side / _STEP) * _STEP) for side in sides)  # type: ignore[return-value]


def _frames(made: Any) -> np.ndarray:
    """Frames of any of diffusers' forms as uint8 (frames, height, width, 3)."""
    frames = np.stack([np.asarray(frame) for frame in made])
    _must_be_finite(frames)
    if frames.dtype != np.uint8:
        frames = np.round(np.clip(frames, 0, 1) * 255).astype(np.uint8)
    return frames[..., :3]


def _must_be_finite(values: np.ndarray) -> None:
    if not np.isfinite(values).all():
        raise EngineError("the model made no picture but numbers out of range", "model")


if __name__ == "__main__":
    main()
