"""Engines taught from one-shots: how near what they make is, how new, beside two baselines.

Sets are folders of one-shots that nothing was tuned on, such as Debian's packages hydrogen-drumkits
and sonic-pi-samples. For each role with enough sounds, and each seed, a quarter is held out, the
rest is learnt, and as many new sounds are made as the role has. Judged by `daemon.training.report`.

    python -m benchmarks.learn /usr/share/hydrogen/data/drumkits /usr/share/sonic-pi/samples
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from daemon.engines.mine.making import Wish, make_sound
from daemon.engines.mine.model import learn_role
from daemon.training.data_set import DataSet, files_of, gather
from daemon.training.report import LEAST_JUDGED, Judged, judge_role


def _row(name: str, one: Judged) -> str:
    return (
        f"| {name} | {one.frechet:.0f} | {one.precision:.2f} / {one.recall:.2f} | {one.copies:.0%}"
        f" | {one.nearest_db:.1f} | {one.pair_db:.1f} |"
    )


def _judge(data: DataSet, seeds: int) -> None:
    print("| | Fréchet | precision / recall | copies | nearest, dB | two apart, dB |")
    print("|---|---|---|---|---|---|")
    for role, count in data.counts().most_common():
        if count < LEAST_JUDGED:
            continue
        sounds = [one.sound for one in data.taken if one.role == role]
        for seed in range(1, seeds + 1):
            report = judge_role(role, sounds, seed)
            print(_row(f"{role} ({report.learnt}), seed {seed}", report.made), flush=True)
            print(_row("  mixes of two", report.mixed))
            print(_row("  a Gaussian", report.gaussian))
            print(_row("  held out", report.held_out) + f" real {report.real_pair_db:.1f}")


def _speed(data: DataSet) -> None:
    role, _ = data.counts().most_common(1)[0]
    space = learn_role(role, [one.sound for one in data.taken if one.role == role])
    times = []
    for seed in range(20):
        began = time.process_time()
        make_sound(space, Wish(), seed)
        times.append(time.process_time() - began)
    print(f"a {role}: {np.median(times) * 1000:.0f} ms of a core at the median")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    for folder in options.folders:
        print(f"\n{folder}")
        began = time.process_time()
        with tempfile.TemporaryDirectory() as notes:
            data = gather(files_of(folder), Path(notes), lambda share, words: None)
        print(*data.lines(), sep="\n")
        print(f"read in {time.process_time() - began:.0f} s of a core")
        _judge(data, options.seeds)
        _speed(data)


if __name__ == "__main__":
    main()
