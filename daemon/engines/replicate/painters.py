"""The hosted models that paint, as data: what each makes, takes, costs and allows.

A new one is an entry here, or in the config under `replicate.painters`. In `input`, `{name}` stands
for a value of the wish: words, negative, aspect, seed, image_url, seconds. One without a value is
left out. Prices are from memory of Replicate's price list; they are estimates for the daily cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from daemon.engines.contract import Price
from daemon.home.docs import see_docs

PAINTERS: dict[str, dict[str, Any]] = {
    "flux-schnell": {
        "makes": "picture", "model": "black-forest-labs/flux-schnell", "version": "",
        "official": True, "license": "Apache-2.0", "price": {"per_take_usd": 0.003},
        "input": {
            "prompt": "{words}", "aspect_ratio": "{aspect}", "seed": "{seed}", "num_outputs": 1,
            "output_format": "png",
        },
    },
    "wan-i2v": {
        "makes": "moving", "model": "wan-video/wan-2.5-i2v", "version": "", "official": True,
        "license": "Wan's terms at Replicate", "price": {"per_take_usd": 0.5},
        "input": {
            "image": "{image_url}", "prompt": "{words}", "negative_prompt": "{negative}",
            "duration": "{seconds}", "resolution": "720p", "seed": "{seed}",
        },
    },
}  # fmt: skip
#: The defaults of an entry of the config's own. Without a price nothing could keep the cap.
_NEW: dict[str, Any] = {
    "makes": "", "model": "", "version": "", "official": False, "license": "", "price": {},
    "input": {},
}  # fmt: skip
_MAKES = ("picture", "moving")
_VALUES = ("words", "negative", "aspect", "seed", "image_url", "seconds")


def names_of(makes: str) -> str:
    """The names of the shipped ones that make `picture` or `moving`."""
    return ", ".join(name for name, entry in PAINTERS.items() if entry["makes"] == makes)


def merged(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The table's entry with the config's changes, or an entry of the config's own.

    ValueError with the fault.
    """
    entry = {**PAINTERS.get(name, _NEW), **changes}
    if unknown := sorted(set(changes) - set(_NEW)):
        known = ", ".join(sorted(_NEW))
        raise ValueError(f"{name}: {unknown[0]} is not known; a painter takes {known}")
    needed = (field for field in _NEW if field not in ("version", "official"))
    if missing := [field for field in needed if not entry[field]]:
        raise ValueError(f"{name}: {missing[0]} is missing; {see_docs('video.md')}")
    if entry["makes"] not in _MAKES:
        raise ValueError(f"{name}: makes: {entry['makes']!r} is none of {', '.join(_MAKES)}")
    if "/" not in str(entry["model"]):
        raise ValueError(f"{name}: model: {entry['model']!r} is no owner/name")
    if not isinstance(entry["official"], bool):
        raise ValueError(f"{name}: official: {entry['official']!r} is neither true nor false")
    try:
        price = Price(**entry["price"])
        names = _names(entry["input"])
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{name}: it cannot be read ({error}); {see_docs('video.md')}") from None
    if not price.estimate_usd(1) > 0:
        raise ValueError(f"{name}: price: it costs something; give per_take_usd, as 0.003")
    if strange := sorted(names - set(_VALUES)):
        text = f"{{{strange[0]}}} is no value; there are {', '.join(_VALUES)}"
        raise ValueError(f"{name}: input: {text}")
    asked = "words" if entry["makes"] == "picture" else "image_url"
    if asked not in names:
        raise ValueError(f"{name}: input: it lacks {{{asked}}}, so nothing would be asked for")
    return entry


def _names(values: Mapping[str, Any]) -> set[str]:
    """The names that stand in the texts of an input."""
    texts = [value for value in values.values() if isinstance(value, str)]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
