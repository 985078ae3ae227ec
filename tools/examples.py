"""What is asked of a program that makes examples to learn from: where they go, by which seeds."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser_of(
    about: str | None, *places: str, count: int, first_seed: int = 0, counted: str | None = None
) -> argparse.ArgumentParser:
    """Its command line: the paths that it takes, `--count` and `--first-seed`.

    places: names of paths in their order; of `fonts`, which come last, there may be several.
    counted: what the count is of, for the help.
    """
    parser = argparse.ArgumentParser(description=about)
    for place in places:
        parser.add_argument(place, type=Path, nargs="+" if place == "fonts" else None)
    parser.add_argument("--count", type=int, default=count, help=counted)
    parser.add_argument("--first-seed", type=int, default=first_seed)
    return parser


def seeds_of(asked: argparse.Namespace) -> range:
    """The seeds of the examples, one each; the `folder` that they go to is made."""
    asked.folder.mkdir(parents=True, exist_ok=True)
    return range(asked.first_seed, asked.first_seed + asked.count)
