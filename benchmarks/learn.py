"""Engines taught from one-shots: how near what they make is, how new, beside two baselines.

Sets are folders of one-shots that nothing was tuned on, such as Debian's packages hydrogen-drumkits
and sonic-pi-samples. For each role with enough sounds, and each seed, a quarter is held out, the
rest is learnt, and as many new sounds are made as the role has. Judged by `daemon.training.report`.
`--kills` kills a training so many times at random moments; `--loops` judges loops made of a
folder's.

    python -m benchmarks.learn /usr/share/hydrogen/data/drumkits /usr/share/sonic-pi/samples
    python -m benchmarks.learn FOLDER --kills 20
    python -m benchmarks.learn FOLDER --loops 10
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bridge.music import loop_frames
from daemon.audio.seam import measure_seam
from daemon.brief import Brief
from daemon.engines.mine.loop_making import make_loop
from daemon.engines.mine.loops import Loop
from daemon.engines.mine.making import Wish, make_sound
from daemon.engines.mine.model import learn_role
from daemon.engines.mine.roles import sort_of
from daemon.engines.mine.sounds import Sound
from daemon.home.places import Places
from daemon.training.data_set import DataSet, files_of, gather, loop_shape
from daemon.training.report import LEAST_JUDGED, Judged, judge_role
from daemon.training.role_hearing import hear_role
from daemon.training.train import forget

#: Sounds of a role by which the ear for roles is asked.
_HEARD = 40


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
        sounds = [
            one.sound for one in data.taken if one.role == role and isinstance(one.sound, Sound)
        ]
        for seed in range(1, seeds + 1):
            report = judge_role(role, sounds, seed)
            print(_row(f"{role} ({report.learnt}), seed {seed}", report.made), flush=True)
            print(_row("  mixes of two", report.mixed))
            print(_row("  a Gaussian", report.gaussian))
            print(_row("  held out", report.held_out) + f" real {report.real_pair_db:.1f}")
        _heard(role, sounds)


def _heard(role: str, sounds: list[Sound]) -> None:
    """Whether the ear for roles, taught on other sounds, hears what is made as its sort."""
    sort, space = sort_of(role), learn_role(role, sounds)
    if sort is None:
        return
    made = [Sound(make_sound(space, Wish(), seed).audio, None) for seed in range(_HEARD)]
    for name, some in (("made", made), ("real", sounds[:_HEARD])):
        told = [one for one in map(hear_role, some) if one is not None]
        right = sum(one == sort for one in told) / max(1, len(told))
        print(f"  {name}: {len(told)} of {len(some)} are told, {right:.0%} of these as {sort}")


def _speed(data: DataSet) -> None:
    role, _ = data.counts().most_common(1)[0]
    space = learn_role(
        role,
        [one.sound for one in data.taken if one.role == role and isinstance(one.sound, Sound)],
    )
    times = []
    for seed in range(20):
        began = time.process_time()
        make_sound(space, Wish(), seed)
        times.append(time.process_time() - began)
    print(f"a {role}: {np.median(times) * 1000:.0f} ms of a core at the median")


def _train(folder: Path, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "daemon.cli", "--home", str(home),
            "train", str(folder), "--name", "killed", "--yes",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _kills(folder: Path, count: int) -> None:
    """Kill a training at random moments, each time later than the last, and let it end."""
    with tempfile.TemporaryDirectory() as place:
        whole, home = Path(place) / "whole", Path(place) / "killed"
        began = time.monotonic()
        _train(folder, whole).wait()
        whole_s = time.monotonic() - began
        rng = np.random.default_rng(1)
        killed, again_s = 0, 0.0
        while killed < count:
            began = time.monotonic()
            child = _train(folder, home)
            try:
                child.wait(rng.uniform(0.5, max(1.0, 0.4 * whole_s)))
                if killed < count:
                    # it has ended: the next one begins anew
                    forget("killed", Places.find(home))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                killed += 1
            again_s += time.monotonic() - began
        code = _train(folder, home).wait()
        one, other = (
            json.loads((at / "state" / "mine" / "killed.json").read_text()) for at in (whole, home)
        )
        left = [path.name for path in (home / "state" / "mine").iterdir()]
        print(
            f"killed {killed} times: ended with {code}, the same sounds:"
            f" {one['hash'] == other['hash']}, files left: {sorted(left)};"
            f" a whole run takes {whole_s:.0f} s, with the kills {again_s:.0f} s"
        )


def _loops(data: DataSet, count: int) -> None:
    """New loops of a folder's: on the grid, no stretch past a bar, how new, how long it takes."""
    loops = [one.sound for one in data.loops if isinstance(one.sound, Loop)]
    brief = Brief("loop", "loop", bpm=120.0, bars=4)
    exact, longest, levels, times = 0, 0.0, [], []
    made = []
    for seed in range(count):
        began = time.process_time()
        one = make_loop(loops, brief, seed, lambda share, words: None)
        times.append(time.process_time() - began)
        exact += len(one.audio) == loop_frames(4, brief.meter, 120.0, brief.sample_rate)
        longest = max(longest, one.longest_bars)
        levels.append(measure_seam(one.audio).jump)
        made.append(loop_shape(Loop("", "", one.audio, 120.0, 4, "4/4", None)))
    own = np.stack([loop_shape(one) for one in loops])
    new = np.stack(made)
    near = [np.sqrt(((own - one) ** 2).mean(1)).min() for one in new]
    between = [
        np.sqrt(((np.delete(own, n, 0) - own[n]) ** 2).mean(1)).min() for n in range(len(own))
    ]
    pairs = [np.sqrt(((a - b) ** 2).mean()) for n, a in enumerate(new) for b in new[:n]]
    print(
        f"{count} loops of {len(loops)}: {exact} exactly on the grid, longest stretch of a source"
        f" {longest:.2f} bars, seam's jump at most {max(levels):.2f} of a usual step\n"
        f"nearest of yours {np.median(near):.1f} dB a cell at the median, yours among themselves"
        f" {np.median(between):.1f}; two made {np.median(pairs):.1f} apart;"
        f" {np.median(times):.1f} s of a core each"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--loops", type=int, default=0)
    parser.add_argument("--roles", nargs="*", help="only these")
    options = parser.parse_args()
    for folder in options.folders:
        print(f"\n{folder}")
        if options.kills:
            _kills(folder, options.kills)
            continue
        began = time.process_time()
        with tempfile.TemporaryDirectory() as notes:
            data = gather(files_of(folder), Path(notes), lambda share, words: None)
        print(*data.lines(), sep="\n")
        print(f"read in {time.process_time() - began:.0f} s of a core")
        if options.loops:
            _loops(data, options.loops)
            continue
        if options.roles:
            data.taken = [one for one in data.taken if one.role in options.roles]
        _judge(data, options.seeds)
        _speed(data)


if __name__ == "__main__":
    main()
