"""The separators, as a table: what each tells apart, what it needs, and how long it takes.

Imports nothing heavy: the daemon reads it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec

from bridge.request import Request
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.home.extras import how_to_install
from daemon.models.store import how_to_get, is_here
from daemon.models.table import MODELS

AUTO = "auto"


@dataclass(frozen=True)
class Separator:
    """A way to take a mix apart."""

    name: str
    title: str
    parts: tuple[str, ...]
    work: str
    """`package.module:function` (audio, sample_rate, is_loop, tell(0..1)) -> part -> sound.

    It gets float32 (frames, channels), and is called in a child. What its parts leave over of the
    source is put into `other` after it.
    """
    work_s: float
    """Seconds of work for a second of sound, on one core."""
    memory_mb: int
    """Of its nets and its libraries; the sound itself lies in files."""
    model: str = ""
    """Its row in the table of models, where it needs one."""
    libraries: tuple[str, ...] = ()

    def why_not(self) -> str:
        """What it lacks here, and the mend; empty where it is ready."""
        model = MODELS.get(self.model)
        for library in self.libraries:
            if library not in sys.modules and find_spec(library) is None:
                how = how_to_install(model.extra) if model else f"pip install {library}"
                return f"{library} is not installed; run: {how}"
        if model and not is_here(model.name):
            return f"its model is not here; {how_to_get(model)}"
        return ""


_FOUR = ("drums", "bass", "vocals", "other")

#: From the best to the one that is always there; their scores are in docs/apart.md.
SEPARATORS: dict[str, Separator] = {
    one.name: one
    for one in (
        Separator(
            "demucs-ft", "Hybrid Transformer Demucs, a net for each part", _FOUR,
            "daemon.parts.demucs:by_torch_fine", 4.2, 1300, "demucs-ft", ("torch", "demucs"),
        ),
        Separator(
            "demucs", "Hybrid Transformer Demucs", _FOUR,
            "daemon.parts.demucs:by_torch", 1.1, 1300, "demucs", ("torch", "demucs"),
        ),
        Separator(
            "demucs-onnx", "Hybrid Transformer Demucs without torch", _FOUR,
            "daemon.parts.demucs:by_onnx", 1.1, 1300, "demucs-onnx", ("onnxruntime",),
        ),
        Separator(
            "spleeter", "Spleeter for voices, our own networks for the rest", _FOUR,
            "daemon.parts.spleeter:separate", 0.4, 700, "spleeter", ("onnxruntime",),
        ),
        Separator(
            "own", "our own networks, without voices", ("drums", "bass", "other"),
            "daemon.parts.own:mix", 0.25, 570,
        ),
    )
}  # fmt: skip

_preferred = AUTO


def prefer(name: str) -> None:
    """The separator of requests that name none, as the config has it."""
    global _preferred
    _preferred = name


def brief_of(brief: Brief, request: Request) -> Brief:
    """The Brief of `split`, with the separator that was asked for."""
    return brief.amended(separator=str(request.get("with", _preferred)))


def usual_brief(brief: Brief, request: Request) -> Brief:
    """The Brief of a verb that takes sounds apart, and whose request names no separator."""
    return brief.amended(separator=_preferred)


def choose(name: str) -> Separator:
    """The separator of that name, or the best that is ready. ConformError where it is not ready."""
    if name == AUTO:
        return next(one for one in SEPARATORS.values() if not one.why_not())
    chosen = SEPARATORS[name]
    if why := chosen.why_not():
        ready = ", ".join(one.name for one in SEPARATORS.values() if not one.why_not())
        raise ConformError(f"with: {name} cannot be used: {why}; ready here: {ready}")
    return chosen


def better_than(chosen: Separator) -> str:
    """What the next better separator would need, for the user; empty where there is none."""
    names = list(SEPARATORS)
    above = names[: names.index(chosen.name)]
    if chosen.name == "own":
        one = SEPARATORS["spleeter"]
        return f"spleeter would tell voices apart: {one.why_not()}"
    for name in reversed(above):
        if name in ("demucs", "demucs-ft"):
            why = SEPARATORS[name].why_not()
            return f"{name} is better: {why}" if why else ""
    return ""
