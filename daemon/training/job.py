"""The work of the verb `train`, in a worker: an engine, and three sounds of it as clips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from daemon.brief import Brief
from daemon.engines.mine.loop_making import make_loop
from daemon.engines.mine.making import Wish, make_sound
from daemon.engines.mine.model import Model
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.home.places import Places
from daemon.training.data_set import Tell
from daemon.training.train import Taught, model_of, teach
from daemon.verbs.registry import Result

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
    done = teach(
        sounds, str(request["name"]), places, str(request.get("licence") or ""),
        lambda share, words: tell((1 - _SHARE) * share, words),
    )  # fmt: skip
    model = model_of(done.engine, places)
    for number in range(_HEARD):
        tell(1 - _SHARE * (1 - number / _HEARD), "making sounds to hear")
        yield _heard(model, done, number, brief)


def _heard(model: Model, done: Taught, number: int, brief: Brief) -> Result:
    about = {
        "method": "train", "model": done.engine, "license": str(model.about["licence"]),
        "report": {"did": {"engine": done.engine}, "said": list(done.lines) if not number else []},
        "more": {"engine": done.engine},
    }  # fmt: skip
    if not model.roles:
        own = Brief("loop", "loop", bars=4, bpm=round(float(np.median([one.bpm for one in model.loops]))),
                    meter_name=model.loops[0].meter, sample_rate=brief.sample_rate)  # fmt: skip
        made = make_loop(model.loops, own, number + 1, lambda share, words: None)
        return Result(
            "loop", made.audio, brief.sample_rate, midi=made.midi, bpm=made.grid.bpm,
            key=made.key, meter=made.grid.meter, bars=made.grid.bars, words=f"{done.engine} loop",
            **about,
        )  # fmt: skip
    roles = list(model.roles.values())
    role = roles[number % len(roles)]
    sound = make_sound(role, Wish(), number + 1)
    note = None if sound.note is None else round(sound.note)
    return Result(
        "oneshot", (_PEAK * sound.audio).astype(np.float32), SAMPLE_RATE, role=role.name,
        words=f"{done.engine} {role.name}", note=note, **about,
    )  # fmt: skip
