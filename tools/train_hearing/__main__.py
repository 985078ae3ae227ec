"""Fits the hearing's odds, from sounds to the stored file and the table of its page.

    python -m tools.train_hearing odds ODDS.npz [NAME=FOLDER...] [--loops FOLDER] [--own N]
        [--negatives N] [--fitted N] [--jobs N] [--answers FILE.npz] [--page docs/hearing.md]

A FOLDER holds takes and `truth.json` (see `answers`); that of --loops holds loops and `loops.json`.
--own is the number of pieces of each genre of the embedded musician, --negatives that of sounds of
each kind without a beat. --fitted is how many tempi of each take get a lattice: from 8 on lattices
are compared well. With --answers what was heard is kept in that file, and read from it where it is
there. The same answers make the same odds, to the stored digits (1e-4). The stored odds choose
what is heard, and the fit puts its own choice in their place: a second run, on answers by the odds
of the first, gave weights that differ by up to 0.24, and another tempo for one take of 475.
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path

import numpy as np

from tools.train_hearing import answers, odds

#: Takes made of each loop.
OF_A_LOOP = 8


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["odds"])
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", nargs="*", metavar="NAME=FOLDER")
    parser.add_argument("--loops", type=Path)
    parser.add_argument("--own", type=int, default=2)
    parser.add_argument("--negatives", type=int, default=20)
    parser.add_argument("--fitted", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--answers", type=Path)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    rows = _rows(asked)
    found = odds.judged_odds(rows)
    np.savez_compressed(asked.out, **odds.fitted(rows, odds.promise_of(found)))
    judged = odds.judged(found)
    shown = "\n\n".join((odds.table(judged), odds.kept(judged), odds.told_apart(judged)))
    print(shown)
    if asked.page:
        odds.write_page(asked.page, shown)
    return 0


def _rows(asked: argparse.Namespace) -> list[odds.Row]:
    if asked.answers and asked.answers.exists():
        return list(np.load(asked.answers, allow_pickle=True)["rows"])
    folders = (pair.split("=", 1) for pair in asked.sets)
    takes = [answers.known_takes(name, Path(folder)) for name, folder in folders]
    if asked.loops:
        takes.append(answers.of_loops(asked.loops, OF_A_LOOP))
    takes += [answers.own(asked.own), answers.beatless(asked.negatives)]
    rows = answers.table(chain.from_iterable(takes), asked.fitted, asked.jobs)
    if asked.answers:
        np.savez_compressed(asked.answers, rows=np.array(rows, dtype=object))
    return rows


if __name__ == "__main__":
    sys.exit(main())
