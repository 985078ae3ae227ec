"""What is to be painted: its words with modifiers, its shape and its seed. Pure."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wish:
    """One picture, or one picture to be moved."""

    words: str
    seed: int
    aspect: str = "1:1"
    negative: str = ""
    image: str = ""
    """The path of the picture that is to move; empty for a picture of words."""
    steps: int = 0
    """Steps of a model on this machine; 0 for as many as it usually takes."""

    def order_of(self, target: Path) -> str:
        """What tells this order from every other: its wish, and where it goes."""
        text = json.dumps([asdict(self), str(target.resolve())], sort_keys=True)
        return "picture:" + hashlib.sha256(text.encode()).hexdigest()[:24]


def worded(
    prompts: Sequence[str], modifiers: Sequence[str], each: int, seed: int, number: int
) -> str:
    """The words of picture `number` of a row: the prompts in turn, with modifiers of the seed.

    each: how many of the modifiers are added; all of them where there are no more.
    """
    stream = random.Random(f"picture:{seed}:{number}")
    chosen = stream.sample(list(modifiers), min(each, len(modifiers)))
    # in the order in which they were given: models weigh the first words most
    chosen.sort(key=list(modifiers).index)
    return ", ".join([prompts[number % len(prompts)], *chosen])
