"""A local model tuned on a user's folder: from files to an engine `mine-NAME` with an adapter."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr

from daemon.engines.local.adapters import read_adapter_head
from daemon.engines.local.model import Model
from daemon.engines.local.run import model_to_tune
from daemon.engines.mine.loops import Loop
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.engines.mine.store import PREFIX, adapter_file, check_name, mine_folder
from daemon.errors import EngineError
from daemon.home.places import Places
from daemon.training.base import base_of, ready_base
from daemon.training.captions import caption_of
from daemon.training.data_set import files_of, gather
from daemon.training.enough import check_enough, check_may_be_enough
from daemon.training.found import Found
from daemon.training.lora import Example, Plan, blended, tune
from daemon.training.lora_families import FAMILIES
from daemon.training.registering import register
from daemon.training.train import Taught, about_of, check_free
from daemon.verbs.tell import Tell

#: Of the whole, the share that reading the files takes.
_READ = 0.1


def teach_onto(
    folder: Path | Sequence[Path],
    name: str,
    base: str,
    places: Places,
    licence: str,
    plan: Plan,
    tell: Tell,
) -> Taught:
    """Tune the local model `base` on sounds, as the engine `mine-NAME`. Killed, it goes on.

    EngineError where the model or peft is not here, or the folder has too few sounds.
    """
    name = check_name(name)
    info = ready_base(base)
    check_free(name, places, adapter_file)
    notes = mine_folder(places) / f".reading-{name}"
    files = files_of(folder) if isinstance(folder, Path) else folder
    check_may_be_enough(files)
    data = gather(files, notes, lambda share, words: tell(_READ * share, words))
    check_enough(data)
    used = [*data.taken, *data.loops]
    captions = {one.digest: caption_of(one) for one in used}
    about = {
        **about_of(data, used, folder, licence),
        "base": base,
        "captions": sorted(set(captions.values()))[:200],
    }
    tell(_READ, f"loading {base}")
    path = adapter_file(name, mine_folder(places))
    with model_to_tune(info.spec) as model:
        losses = tune(
            model, FAMILIES[info.spec["family"]],
            [_example(one, captions[one.digest], model) for one in used], plan,
            mine_folder(places) / f".tuning-{name}", about, path,
            lambda share, words: tell(_READ + (1 - _READ) * share, words),
        )  # fmt: skip
    register(name, info, [(path, 1.0)], about, places)
    _clear(notes)
    tell(1.0, "done")
    first, last = losses[0], losses[-1]
    return Taught(
        f"{PREFIX}{name}", path,
        (*data.lines(), f"loss {first:.3f} in the first tenth, {last:.3f} in the last"),
        f'"{next(iter(captions.values()))}"',
    )  # fmt: skip


def blend(parts: Sequence[tuple[str, float]], name: str, places: Places) -> str:
    """An engine of several adapters of one model, each with its strength. Returns its name.

    EngineError where one is unknown, or they are of different models.
    """
    name = check_name(name)
    check_free(name, places, adapter_file)
    files = [adapter_file(part, mine_folder(places)) for part, _ in parts]
    for (part, _), file in zip(parts, files, strict=True):
        if not file.is_file():
            raise EngineError(
                f"{PREFIX}{check_name(part)} is no engine with an adapter; `sidecrate train` lists"
                " yours",
                "unknown_engine",
            )
    heads = [read_adapter_head(file) for file in files]
    first = blended(heads)
    licences = sorted({str(head["licence"]) for head in heads})
    about = {
        **first,
        "licence": "; ".join(licences),
        "commercial": all(head["commercial"] for head in heads),
        "sounds": sum(head["sounds"] for head in heads),
        "loops": sum(head["loops"] for head in heads),
        "captions": [],
    }
    strengths = [strength for _, strength in parts]
    adapters = list(zip(files, strengths, strict=True))
    register(name, base_of(str(first["base"])), adapters, about, places)
    return f"{PREFIX}{name}"


def _example(found: Found, caption: str, model: Model) -> Example:
    """The sound as the model hears it."""
    sound = found.sound
    audio = sound.audio
    if model.sample_rate != SAMPLE_RATE:
        audio = soxr.resample(audio, SAMPLE_RATE, model.sample_rate)
    if model.channels == 1:
        audio = audio.mean(axis=1, keepdims=True)
    bpm, key = (sound.bpm, sound.key) if isinstance(sound, Loop) else (None, None)
    return Example(caption, np.ascontiguousarray(0.9 * audio, np.float32), bpm, key)


def _clear(notes: Path) -> None:
    shutil.rmtree(notes, ignore_errors=True)
