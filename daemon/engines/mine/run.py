"""Makes a one-shot by an engine that was taught by the user's own sounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from daemon.engines.contract import Progress, Take
from daemon.engines.mine.making import Wish, make_sound
from daemon.engines.mine.model import LEAST_LEARNT, Model, Role, load_model
from daemon.engines.mine.roles import role_in, sort_of
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.engines.mine.sounds import Sound, prepared
from daemon.engines.mine.store import PREFIX
from daemon.errors import EngineError

if TYPE_CHECKING:
    from daemon.brief import Brief

#: Words for a sound's brightness and length; in the order of the Wish.
_BRIGHT = {
    **dict.fromkeys(("bright", "crisp", "airy", "sharp", "clicky"), 1),
    **dict.fromkeys(("dark", "dull", "warm", "deep", "muffled"), -1),
}
_LONG = {
    **dict.fromkeys(("long", "ringing", "boomy", "roomy"), 1),
    **dict.fromkeys(("short", "tight", "dry", "snappy"), -1),
}
#: Level of the made peak: the fitting levels it anew.
_PEAK = 0.9


def make(brief: Brief, seed: int, progress: Progress, *, spec: Mapping[str, Any]) -> Take:
    """A one-shot or a loop. EngineError where the model has no such role or cannot be read."""
    progress(0.0, "reading your sounds")
    path = Path(spec["file"])
    model = _model(path, path.stat().st_mtime_ns if path.exists() else 0, brief.kind == "loop")
    if brief.kind == "loop":
        return _loop(model, brief, seed, progress, spec)
    role = _role(model, brief, seed)
    progress(0.3, f"making a {role.name}")
    wish, said = _wish(brief, role)
    made = make_sound(role, wish, seed)
    note = None if made.note is None else round(made.note)
    if not role.is_learnt:
        said = (
            f"{len(role.sounds)} sounds are {role.name}: two of them are mixed; from {LEAST_LEARNT}"
            " on it learns",
            *said,
        )
    name = f"{PREFIX}{spec['name']}"
    return Take(
        (_PEAK * made.audio).astype(np.float32), SAMPLE_RATE, seed, name, name, spec["licence"],
        note=note, version=str(model.about.get("hash", ""))[:12], said=said, parts=(role.name,),
    )  # fmt: skip


def _loop(
    model: Model, brief: Brief, seed: int, progress: Progress, spec: Mapping[str, Any]
) -> Take:
    # imported only for loops: the musician's voices take a second to read
    from daemon.engines.mine.loop_making import make_loop

    if brief.reference:
        raise EngineError(
            f"{PREFIX}{model.name} varies a reference for one-shots alone; leave it out, or say"
            " --kind one-shot",
            "bad_request",
        )
    made = make_loop(model.loops, brief, seed, progress)
    name = f"{PREFIX}{spec['name']}"
    return Take(
        made.audio, brief.sample_rate, seed, name, name, spec["licence"], grid=made.grid,
        key=made.key, stems=made.stems, midi=made.midi, said=made.said, parts=tuple(made.stems),
        version=str(model.about.get("hash", ""))[:12],
    )  # fmt: skip


@lru_cache(maxsize=2)
def _model(path: Path, stamp: int, loops: bool) -> Model:
    """The model, kept by the child that makes with it; a new file is read anew."""
    return load_model(path, roles=not loops, loops=loops)


def _role(model: Model, brief: Brief, seed: int) -> Role:
    """The role that the words name; without one, any, by how many sounds each has."""
    refused = role_in(brief.negative)
    there = {name: role for name, role in model.roles.items() if name != refused}
    named = role_in(" ".join((brief.words or brief.prompt, *brief.instruments)))
    if named is not None and named in there:
        return there[named]
    if named is not None and (sort := sort_of(named)) in there:
        return there[str(sort)]
    if named is not None or not there:
        raise EngineError(
            f"{PREFIX}{model.name} knows no {named or 'other sound'}; it has"
            f" {', '.join(model.roles)}",
            "bad_request",
        )
    weights = np.array([len(role.sounds) for role in there.values()], float)
    chosen = np.random.default_rng(seed & 0xFFFFFFFF).choice(
        len(weights), p=weights / weights.sum()
    )
    return list(there.values())[int(chosen)]


def _wish(brief: Brief, role: Role) -> tuple[Wish, tuple[str, ...]]:
    """What the words and the fields ask of the sound, and what of it cannot be."""
    words = re.findall(r"[a-z]+", (brief.words or brief.prompt).lower())
    bright = float(np.sign(sum(_BRIGHT.get(word, 0) for word in words)))
    long = float(np.sign(sum(_LONG.get(word, 0) for word in words)))
    said: tuple[str, ...] = ()
    note: float | None = brief.note
    if note is not None and role.note is None:
        said = (f"your {role.name} sounds have no pitch of their own, so the note is not played",)
        note = None
    if note is None and role.note is not None and brief.pitch_class is not None:
        middle = round(role.note)
        note = min(range(middle - 6, middle + 6), key=lambda one: (one - brief.pitch_class) % 12)  # type: ignore[operator]
    return Wish(bright, long, note, _reference(brief), brief.strength), said


def _reference(brief: Brief) -> Sound | None:
    if not brief.reference:
        return None
    from daemon.audio.files import read_audio

    audio, rate = read_audio(Path(brief.reference), brief.reference_start, brief.reference_end)
    sound = prepared(audio, rate)
    if sound is None:
        raise EngineError("the reference is silent; name a sound", "bad_request")
    return sound
