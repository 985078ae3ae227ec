"""Makes takes with a local model in the child that keeps it warm, and checks whether it can."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.engines.contract import Progress, Take
from daemon.engines.local.adapters import Adapter
from daemon.engines.local.folders import fault_of, find_folder
from daemon.engines.local.model import Asked, Device, Model
from daemon.engines.local.needs import seconds_of, work_s
from daemon.engines.local.ready import why_not
from daemon.engines.local.warm import (
    Warm,
    check_memory,
    find_device,
    is_memory_fault,
    out_of_memory,
    use_all_cores,
)
from daemon.engines.replicate.inputs import words_for
from daemon.errors import EngineError

if TYPE_CHECKING:
    import numpy as np

    from daemon.brief import Brief
    from daemon.verbs.tell import TellStage

#: The model of this process.
warm = Warm()
#: Share of the progress for loading.
_LOADED = 0.1


def make(brief: Brief, seed: int, progress: Progress, *, spec: Mapping[str, Any]) -> Take:
    """A take by the model of `spec`, from `models.describe`. EngineError with what, why and how."""
    seconds = seconds_of(spec, brief)
    with warm.lock:
        progress(0.0, f"loading {spec['name']}")
        model, device = _ready_model(spec)
        warm.adapt(adapters_of(spec, brief))
        said = _pace_words(spec, device, seconds)
        progress(_LOADED, said)
        asked = asked_of(spec, brief, seed, seconds, model)
        try:
            audio = model.generate(
                asked,
                lambda done: progress(
                    _LOADED + (1 - _LOADED) * done, f"{done:.0%} of {seconds:.1f} s"
                ),
            )
        except (RuntimeError, MemoryError) as error:
            if not is_memory_fault(error):
                raise
            warm.put_away()
            raise out_of_memory(spec, device) from None
    import numpy as np

    if not np.isfinite(audio).all():
        text = f"{spec['name']} made no sound but numbers out of range; set local.half to off"
        raise EngineError(text, "bad_audio", again=True)
    peak = float(np.abs(audio).max(initial=0.0))
    if peak > 1.0:
        # A decoder may overshoot; scaling keeps it from clipping.
        audio = audio / np.float32(peak)
    named = (spec["name"], spec["repo"] or spec["name"], spec["license"])
    return Take(audio, model.sample_rate, seed, *named, said=(said,), version=_version(spec))


def _ready_model(spec: Mapping[str, Any]) -> tuple[Model, Device]:
    if why := why_not(spec):
        raise EngineError(f"{spec['name']} is not ready: {why}", "engine_not_ready")
    _stay_offline()
    _stay_quiet(spec["family"])
    use_all_cores()
    device = find_device(spec)
    folder = find_folder(spec)
    assert folder is not None
    return warm.bring(spec, folder, device), device


@contextmanager
def model_to_tune(spec: Mapping[str, Any]) -> Iterator[Model]:
    """The model of `spec` to be taught in this process; nobody else has it meanwhile.

    It is put away after, since what was taught stands in its layers. EngineError where it is not
    ready.
    """
    with warm.lock:
        model, _ = _ready_model(spec)
        try:
            yield model
        finally:
            warm.put_away()


def adapters_of(spec: Mapping[str, Any], brief: Brief) -> list[Adapter]:
    """The adapters of an engine, each by its own strength and by the one that was asked for."""
    asked = brief.decided.get("strength")
    whole = float(asked.value) if asked is not None else 1.0
    return [
        Adapter(Path(one["file"]), whole * float(one["strength"]))
        for one in spec.get("adapters", ())
    ]


def _stay_offline() -> None:
    """Keep libraries from downloading anything."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # Cores that wait for each other sleep instead of spinning: the DAW needs them.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _stay_quiet(family: str) -> None:
    """Turn off the libraries' progress bars: they would fill the log."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    if not family.startswith("musicgen"):
        import diffusers

        diffusers.utils.logging.disable_progress_bar()


def _pace_words(spec: Mapping[str, Any], device: Device, seconds: float) -> str:
    """Where the model runs, and on the processor the estimated time, as progress text."""
    where = {
        "cuda": "on the graphics card",
        "mps": "on Apple's graphics",
        "cpu": "on the processor",
    }[device.name]
    text = f"{where}, in {'16' if device.half else '32'} bits"
    if device.name == "cpu":
        duration = _duration(work_s(spec, seconds, "cpu"))
        text += f": without a graphics card {seconds:.0f} s of audio may take about {duration}"
    return text


def _duration(seconds: float) -> str:
    return f"{math.ceil(seconds)} s" if seconds < 100 else f"{math.ceil(seconds / 60)} min"


def asked_of(
    spec: Mapping[str, Any], brief: Brief, seed: int, seconds: float, model: Model
) -> Asked:
    """A brief in the model's terms. Tempo and key go into the words or into inputs, not both."""
    words = words_for(brief)
    key = str(brief.key) if brief.key_name else None
    musical = brief.kind in ("loop", "track", "vocal")
    if musical and "tempo" not in spec["conditioning"]:
        words = ", ".join(
            [words, *([f"in {key}"] if key else []), *([f"{brief.bpm:g} bpm"] if brief.bpm else [])]
        )
    reference = _reference(brief, model) if brief.reference else None
    return Asked(
        prompt=words,
        seconds=seconds,
        seed=seed,
        negative=brief.negative,
        lyrics=brief.lyrics,
        bpm=brief.bpm if musical else None,
        key=key if musical else None,
        meter=brief.meter_name,
        reference=reference,
        use=brief.use,
        options={k: v for k, v in spec["options"].items()},
    )


def _reference(brief: Brief, model: Model) -> np.ndarray:
    """The reference with the model's rate and channels. AudioError where it cannot be read."""
    import numpy as np

    from daemon.audio.files import read_audio
    from daemon.audio.resample import resample

    audio, rate = read_audio(Path(str(brief.reference)), brief.reference_start, brief.reference_end)
    audio = resample(audio, rate, model.sample_rate)
    if audio.shape[1] != model.channels:
        audio = (
            audio.mean(axis=1, keepdims=True)
            if model.channels == 1
            else np.repeat(audio, model.channels, axis=1)
        )
    return audio.astype(np.float32)


def _version(spec: Mapping[str, Any]) -> str:
    """The revision of a folder in Hugging Face's cache; empty for a folder of the user's own."""
    folder = find_folder(spec)
    return folder.name if folder is not None and folder.parent.name == "snapshots" else ""


def check(task: Mapping[str, Any], tell: TellStage) -> dict[str, Any]:
    """The full check, in a child: libraries load, the device exists, the model fits.

    {device, half, torch, transformers, seconds_per_second} or EngineError.
    """
    spec = task["spec"]
    if why := why_not(spec):
        raise EngineError(why, "engine_not_ready")
    _stay_offline()
    try:
        import torch
        import transformers
    except (ImportError, OSError, RuntimeError) as error:
        raise EngineError(
            f"torch or transformers cannot be loaded ({error}); install them anew",
            "engine_not_ready",
        ) from None
    device = find_device(spec)
    check_memory(spec, device)
    folder = find_folder(spec)
    if folder is not None and (fault := fault_of(folder, spec["family"])):
        raise EngineError(f"the model in {folder} {fault}", "engine_not_ready")
    return {
        "device": device.name,
        "half": device.half,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "seconds_per_second": round(work_s(spec, 10.0, device.name) / 10.0, 2),
    }
