"""Which box does a verb's work, as `box:verb` in a Brief: by the config, by place and by load."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from daemon.brief import Brief
from daemon.engines.remote.boxes import Box, load_box, why_not
from daemon.errors import EngineError

#: What brings a verb's results from a box, and the work of clips whose results have come.
BRING_RESULTS = "daemon.engines.remote.verbs:bring_results_beside_others"
RESULTS_THERE = "daemon.engines.remote.verbs:results_there"
#: What asks a box anew what it offers.
RENEW = "daemon.engines.remote.renewal:renew_beside_others"
#: Code of an error: the box is away, and the work may be done elsewhere; it costs no try.
AWAY = "away"
#: Of a clip's folder: what came, and the sign that all of it did.
FAR, WHOLE = "far", "whole"


def is_there(folder: Path) -> bool:
    """Whether a clip's folder has all results of a box."""
    return (folder / FAR / WHOLE).exists()


def box_of_verb(name: str) -> Box | None:
    """The box of `box:verb`; None for other names, and for a box that is not paired."""
    box, between, _ = name.partition(":")
    try:
        return load_box(box) if between else None
    except EngineError:
        return None


def lacking(boxes: Iterable[Box], allowed: Mapping[str, tuple[str, ...]]) -> list[Box]:
    """The boxes that the config has do verbs which they were not known to offer when asked last."""
    return [box for box in boxes if set(allowed.get(box.name, ())) - set(box.verbs)]


def elsewhere(brief: Brief, engine: str) -> str:
    """Who does it here where the box of `engine` is away; empty where it must wait for the box.

    Only what `auto` or the config gave to a box moves: who named a box means that box.
    """
    _, of_box, name = engine.partition(":")
    if not of_box or not brief.engine_reason.startswith(("auto:", "workers.remote")):
        return ""
    return "file" if brief.do != "make" else name


def choose_box(
    verb: str,
    boxes: Sequence[str],
    allowed: Mapping[str, tuple[str, ...]],
    waiting: Callable[[str], int],
) -> tuple[str, str]:
    """(`box:verb`, why), or ("", why not): the box that answers and has the least to do.

    Both are empty where the config has no box do it.
    """
    able, passed = [], []
    for name in boxes:
        if verb not in allowed.get(name, ()):
            continue
        try:
            box = load_box(name)
        except EngineError:
            passed.append(f"{name} is not paired")
            continue
        why = why_not(box) if verb in box.verbs else f"the box {name} offers no {verb}"
        if why:
            passed.append(why)
        else:
            able.append(box)
    if able:
        box = min(able, key=lambda one: waiting(one.place) / max(1, one.slots))
        return f"{box.name}:{verb}", f"workers.remote has {box.name} do it"
    return "", "; ".join(passed)
