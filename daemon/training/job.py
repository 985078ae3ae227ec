"""The work of the verb `train`, in a worker: an engine, and three sounds of it as clips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from daemon.audio.files import read_audio
from daemon.brief import Brief
from daemon.engines.mine.loop_making import make_loop
from daemon.engines.mine.making import Wish, make_sound
from daemon.engines.mine.model import Model
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.engines.mine.store import preview_file
from daemon.engines.registry import engine_info
from daemon.errors import AudioError, EngineError
from daemon.home.places import Places
from daemon.settings.load import load_config
from daemon.settings.schema import use
from daemon.training.base import STEPS
from daemon.training.train import Taught, model_of, teach
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: Sounds to hear.
_HEARD = 3
_PEAK = 0.9
#: Of the whole, the share that the sounds to hear take.
_SHARE = 0.05


def train(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """Teach, then yield sounds of the new engine. EngineError where the sounds are too few."""
    places = Places.find()
    sounds: Path | list[Path] = [Path(file) for file in brief.kit_files]
    if not sounds:
        sounds = Path(str(brief.kit)).expanduser()
    name, licence = str(request["name"]), str(request.get("licence") or "")

    def follow(share: float, words: str) -> None:
        tell((1 - _SHARE) * share, words)

    if onto := str(request.get("onto") or ""):
        yield _tuned(sounds, name, onto, licence, int(request.get("steps") or STEPS), follow)
        return
    done = teach(sounds, name, places, licence, follow)
    model = model_of(done.engine, places)
    for number in range(_HEARD):
        tell(1 - _SHARE * (1 - number / _HEARD), "making sounds to hear")
        yield _heard(model, done, number, brief)


def _tuned(
    sounds: Path | list[Path], name: str, onto: str, licence: str, steps: int, tell: Tell
) -> Result:
    """Tune a local model; its last sound on the way is the one to hear."""
    # imported only here: torch
    from daemon.training.lora import Plan
    from daemon.training.tuning import teach_onto

    places = Places.find()
    # a worker knows the engines of the table, and the config may name others
    use(load_config(places.config_file))
    done = teach_onto(sounds, name, onto, places, licence, Plan(steps=steps), tell)
    try:
        audio, rate = read_audio(preview_file(done.file))
    except AudioError as error:
        raise EngineError(
            f"{done.engine} is taught, but it made no sound to hear ({error.text}); ask it for one",
            "model",
        ) from None
    info = engine_info(done.engine)
    return Result(
        "sfx", audio, rate, method="train", model=done.engine, license=info.license,
        words=done.engine, report={"did": {"engine": done.engine}, "said": list(done.lines)},
        more={"engine": done.engine},
    )  # fmt: skip


def _heard(model: Model, done: Taught, number: int, brief: Brief) -> Result:
    report = {"did": {"engine": done.engine}, "said": [] if number else list(done.lines)}
    made = _one_shot(model, number) if model.roles else _loop(model, number, brief.sample_rate)
    return replace(
        made, method="train", model=done.engine, license=str(model.about["licence"]),
        words=f"{done.engine} {made.role or 'loop'}", report=report,
        more={"engine": done.engine},
    )  # fmt: skip


def _one_shot(model: Model, number: int) -> Result:
    roles = list(model.roles.values())
    role = roles[number % len(roles)]
    sound = make_sound(role, Wish(), number + 1)
    note = None if sound.note is None else round(sound.note)
    audio = (_PEAK * sound.audio).astype(np.float32)
    return Result("oneshot", audio, SAMPLE_RATE, role=role.name, note=note)


def _loop(model: Model, number: int, rate: int) -> Result:
    bpm = round(float(np.median([one.bpm for one in model.loops])))
    meter = model.loops[0].meter
    own = Brief("loop", "loop", bars=4, bpm=bpm, meter_name=meter, sample_rate=rate)
    made = make_loop(model.loops, own, number + 1, lambda share, words: None)
    return Result(
        "loop", made.audio, rate, midi=made.midi, bpm=made.grid.bpm, key=made.key,
        meter=made.grid.meter, bars=made.grid.bars,
    )  # fmt: skip
