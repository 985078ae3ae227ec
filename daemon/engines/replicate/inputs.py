"""A model's inputs from a brief, and the takes in its output."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from bridge.music import bar_seconds
from daemon.brief import Brief

#: Bars over the requested ones: the best run is chosen from them.
_ROOM_BARS = 1
#: Seconds over those bars: an attack may precede the first one.
_ROOM_S = 0.5
#: Length of a one-shot where the brief gives none.
_ONESHOT_S = 3.0


def seconds_asked(brief: Brief, bounds: Mapping[str, Any]) -> float | int | None:
    """Length of the take to request, with room for choosing bars.

    None where the model has no such input.
    """
    if not bounds:
        return None
    if brief.kind == "loop" and brief.bars and brief.bpm:
        length = (brief.bars + _ROOM_BARS) * bar_seconds(brief.meter, brief.bpm) + _ROOM_S
    else:
        length = (brief.seconds or _ONESHOT_S) + _ROOM_S
    length = min(max(length, float(bounds.get("least", 0.1))), float(bounds.get("most", 600.0)))
    return math.ceil(length) if bounds.get("whole") else round(length, 3)


def words_for(brief: Brief) -> str:
    """The prompt without tempo and key, for models that have inputs of their own for those."""
    words = brief.words or brief.prompt
    if brief.only and brief.instruments:
        words += f", only {' and '.join(brief.instruments)}, solo, nothing else"
    return words


def known_values(
    brief: Brief, spec: Mapping[str, Any], takes: int, seed: int, reference_url: str | None
) -> dict[str, Any]:
    """The values that the templates of `input` can name."""
    words = words_for(brief)
    parts = [words]
    if brief.key_name and brief.kind in ("loop", "track", "vocal"):
        parts.append(f"in {brief.key}")
    if brief.bpm and brief.kind in ("loop", "track", "vocal"):
        parts.append(f"{brief.bpm:g} bpm")
    lengths = spec.get("lengths", {})
    prompt = ", ".join(parts)
    lyrics = brief.lyrics
    if "prompt" in lengths:
        prompt = prompt[: lengths["prompt"][1]].ljust(lengths["prompt"][0], ".")
    return {
        "words": words,
        "prompt": prompt,
        "negative": brief.negative or None,
        "bpm": brief.bpm,
        "seconds": seconds_asked(brief, spec.get("seconds", {})),
        "seed": seed,
        "takes": takes,
        "lyrics": lyrics or None,
        "lyrics_or_inst": lyrics or "[inst]",
        "reference_url": reference_url,
        "continues": (brief.use == "continue") if reference_url else None,
    }


def fill(templates: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a model.

    `{name}` alone keeps its value's type; an input without a value is left out. KeyError names a
    template's unknown word.
    """
    filled = {}
    for name, template in templates.items():
        value = _filled(template, values) if isinstance(template, str) else template
        if value is not None:
            filled[name] = value
    return filled


def _filled(template: str, values: Mapping[str, Any]) -> Any:
    whole = re.fullmatch(r"\{(\w+)\}", template)
    return values[whole[1]] if whole else template.format(**values)


def outputs_of(output: Any) -> list[str | None]:
    """The URLs of the takes in an output that is a text, a list or an object.

    None for a variation that failed.
    """
    if isinstance(output, str):
        return [output]
    if isinstance(output, list):
        return [one for part in output for one in outputs_of(part)]
    if not isinstance(output, dict):
        return []
    numbered = sorted(
        (int(found[1]), name)
        for name in output
        if (found := re.fullmatch(r"variation_(\d+)", name))
    )
    if numbered:
        return [output[name] if isinstance(output[name], str) else None for _, name in numbered]
    for name in ("wav", "audio", "output", "audio_out", "mp3"):
        if isinstance(output.get(name), str):
            return [output[name]]
    return [
        one
        for one in output.values()
        if isinstance(one, str) and re.search(r"\.(wav|mp3|flac|ogg)(\?|$)", one)
    ]


def progress_in(logs: str) -> float | None:
    """The last progress (0..1) in a model's log; None where there is none."""
    found = re.findall(r"(\d{1,3})%\|", logs[-4000:])
    return min(int(found[-1]), 100) / 100 if found else None
