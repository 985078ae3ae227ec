"""Fits the hearing's odds, from sounds to the stored file and the table of its page.

    python -m tools.train_hearing odds ODDS.npz [NAME=FOLDER...] [--loops FOLDER] [--own N]
        [--negatives N] [--fitted N] [--jobs N] [--answers FILE.npz] [--page docs/hearing.md]

A FOLDER holds takes and `truth.json` (see `answers`); that of --loops holds loops and `loops.json`.
--own is the number of pieces of each genre of the embedded musician, --negatives that of sounds of
each kind without a beat. --fitted is how many tempi of each take get a lattice: with 12 all have one,
so the stored odds have no say in it. They choose what is heard first; takes of which the new odds
choose another tempo are heard anew by them, until none is. So the odds that are stored are those by
which all was heard. With --answers what was heard is kept in that file, and read from it where it is
there. The same answers make the same odds, to the stored digits (1e-4).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from tools.train_hearing import answers, odds

#: Takes made of each loop.
OF_A_LOOP = 8
#: How often takes are heard anew whose tempo the new odds choose otherwise, at most.
TURNS = 3


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["odds"])
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", nargs="*", metavar="NAME=FOLDER")
    parser.add_argument("--loops", type=Path)
    parser.add_argument("--own", type=int, default=2)
    parser.add_argument("--negatives", type=int, default=12)
    parser.add_argument("--fitted", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    rows, found = _settled(asked, _rows(asked))
    if asked.answers:
        np.savez_compressed(asked.answers, rows=np.array(rows, dtype=object))
    judged = odds.judged(found)
    shown = "\n\n".join((odds.table(judged), odds.kept(judged), odds.told_apart(judged)))
    print(shown)
    if asked.page:
        odds.write_page(asked.page, shown)
    return 0


def _settled(
    asked: argparse.Namespace, rows: list[odds.Row]
) -> tuple[list[odds.Row], list[odds.Judged]]:
    """The rows, and how they are judged, once the odds that they make choose what was heard.

    The odds fitted to all are written at each turn, and takes of which they choose another tempo
    than was heard are heard anew by them.
    """
    found = _stored(asked.out, rows)
    for _ in range(TURNS):
        moved = {(row["set"], row["name"]) for row in odds.moved(rows)}
        if not moved:
            break
        print(f"heard anew, for the new odds choose another tempo: {len(moved)}", file=sys.stderr)
        some = (take for take in _takes(asked, moved) if (take.set, take.name) in moved)
        anew = answers.table(some, asked.fitted, asked.jobs, asked.out)
        named = {(row["set"], row["name"]): row for row in anew}
        rows = [named.get((row["set"], row["name"]), row) for row in rows]
        found = _stored(asked.out, rows)
    return rows, found


def _stored(out: Path, rows: list[odds.Row]) -> list[odds.Judged]:
    """Writes the odds fitted to the rows; returns how rows are judged by those of others."""
    found = odds.judged_odds(rows)
    np.savez_compressed(out, allow_pickle=False, **odds.fitted(rows, found))
    return found


def _takes(
    asked: argparse.Namespace, only: set[tuple[str, str]] | None = None
) -> Iterator[answers.Known]:
    """The takes of all sets; with `only`, of pieces that take long to make these (set, name)."""
    folders = (pair.split("=", 1) for pair in asked.sets)
    takes = [answers.known_takes(name, Path(folder)) for name, folder in folders]
    if asked.loops:
        takes.append(answers.of_loops(asked.loops, OF_A_LOOP))
    own = None if only is None else {name for of, name in only if of == "own"}
    return chain(
        *takes, answers.own(asked.own, own), answers.rounds(), answers.beatless(asked.negatives)
    )


def _rows(asked: argparse.Namespace) -> list[odds.Row]:
    if asked.answers and asked.answers.exists():
        return list(np.load(asked.answers, allow_pickle=True)["rows"])
    return answers.table(_takes(asked), asked.fitted, asked.jobs)


if __name__ == "__main__":
    sys.exit(main())
