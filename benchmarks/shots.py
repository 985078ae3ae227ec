"""How far apart the musician's one-shots of one name are, over 50 seeds, and what they cost.

The distance is that of `daemon.training.report.heard`, in dB a cell. With a folder of drum kits,
one folder each, the same of the kicks, snares and hats within each kit.

    python -m benchmarks.shots /usr/share/hydrogen/data/drumkits
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from bridge.errors import SidecrateError
from daemon.audio.files import read_audio
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.mine.roles import role_in
from daemon.engines.mine.sounds import prepared
from daemon.training.data_set import ENDINGS
from daemon.training.report import heard

NAMES = (
    "808 kick", "kick", "snare", "clap", "closed hat", "open hat", "crash", "low tom", "conga",
    "rim", "cowbell", "shaker", "808", "saw bass", "pluck", "pad", "piano",
)  # fmt: skip
SEEDS = range(50)
LEAST_IN_KIT = 4


def _shot(name: str, seed: int) -> np.ndarray:
    asked = Brief(prompt=name, words=name, kind="oneshot", bpm=None)
    audio = make(asked, seed, lambda share, words: None).audio
    assert audio is not None
    return audio


def _apart(sounds: list[np.ndarray]) -> tuple[float, float]:
    """(mean distance of two, median distance to the nearest other)."""
    all_ = np.stack([heard(one) for one in sounds])
    apart = np.stack([np.sqrt(((all_ - one) ** 2).mean(1)) for one in all_])
    mean = float(apart[np.triu_indices(len(apart), 1)].mean())
    np.fill_diagonal(apart, np.inf)
    return mean, float(np.median(apart.min(1)))


def widths() -> None:
    print("| one-shot | two apart, dB | the nearest other, dB | length, s |")
    print("|---|---|---|---|")
    for name in NAMES:
        sounds = [_shot(name, seed) for seed in SEEDS]
        mean, nearest = _apart(sounds)
        low, middle, high = np.quantile([len(one) / 44100 for one in sounds], (0, 0.5, 1))
        print(f"| {name} | {mean:.1f} | {nearest:.1f} | {low:.2f}, {middle:.2f}, {high:.2f} |")


def speed() -> None:
    each = []
    for name in VOICES:
        _shot(name, 0)
        times = []
        for seed in (1, 2, 3):
            began = time.process_time()
            _shot(name, seed)
            times.append((time.process_time() - began) * 1000)
        each.append((statistics.median(times), name))
    slow = [f"{name} {ms:.0f}" for ms, name in sorted(each)[-6:]]
    median = statistics.median(ms for ms, _ in each)
    print(f"a one-shot: {median:.0f} ms of a core at the median of the voices; {', '.join(slow)}")


def kits(folder: Path) -> None:
    found: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        role = role_in(path.stem)
        if role not in ("kick", "snare", "hat") or path.suffix.lower() not in ENDINGS:
            continue
        try:
            sound = prepared(*read_audio(path))
        except SidecrateError:
            continue
        if sound is not None:
            found[role, path.relative_to(folder).parts[0]].append(sound.audio)
    within: dict[str, list[float]] = defaultdict(list)
    for (role, _), sounds in found.items():
        if len(sounds) >= LEAST_IN_KIT:
            within[role].append(_apart(sounds)[0])
    for role, values in within.items():
        print(f"{role}s within one of {len(values)} kits: {statistics.median(values):.1f} dB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    widths()
    speed()
    for folder in options.folders:
        kits(folder)


if __name__ == "__main__":
    main()
