"""The library with 100,000 clips: searches, facets, marks and edits.

`python -m benchmarks library [--clips N]`. The clips are records like those of the embedded
musician, without files.
"""

from __future__ import annotations

import base64
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from daemon.library.filters import Filters
from daemon.library.library import Library
from daemon.record import as_record

CLIPS = 100_000
ROUNDS = 15
#: Target of each search.
AIM_MS = 50.0
_WORDS = re.findall(
    r"\w+",
    "dusty boom bap drums vinyl crackle lazy swing dark rolling techno warm analog pad lofi piano"
    " liquid bass reese jungle break trap hat deep house chord stab ambient drone bright pluck"
    " acid line punchy kick snare clap tape noise rain city night",
)
_KEYS = ("Am", "C", "Em", "G", "Dm", "F", "Bm", "D", "F#m", "A", "Cm", "Eb", "Gm", "Bb", "Fm", "Ab")
_KINDS = ("loop", "loop", "loop", "oneshot", "oneshot", "track", "sfx", "midi")


def records(count: int) -> Iterator[dict[str, Any]]:
    """Made-up records, the same each time."""
    dice = random.Random(1)
    # sounds come in families, as takes of one prompt lie around a middle
    families = [[dice.randrange(40, 216) for _ in range(21)] for _ in range(300)]
    for n in range(count):
        kind = dice.choice(_KINDS)
        words = " ".join(dice.choices(_WORDS, k=5))
        bpm = float(dice.randint(60, 180)) if kind in ("loop", "track") else None
        key = dice.choice(_KEYS) if kind != "sfx" else None
        clip = f"c{n:06d}"
        yield {
            "id": clip, "kind": kind, "prompt": words, "words": words, "bpm": bpm, "key": key,
            "bars": 4, "meter": "4/4", "engine": dice.choice(("embedded", "embedded", "file")),
            "license": "CC0-1.0", "genre": dice.choice(_WORDS), "seconds": dice.uniform(0.2, 30),
            "made": 1.7e9 + n, "tags": dice.sample(_WORDS, 2),
            "path": f"/crate/Loops/{words.replace(' ', '-')}_{clip}.wav",
            "report": {"after": {"lufs": dice.uniform(-24, -8)}},
            "features": _near(dice, dice.choice(families)),
        }  # fmt: skip


def _near(dice: random.Random, family: list[int]) -> str:
    """Features near a family's middle, as a record holds them."""
    return base64.b64encode(bytes(round(dice.gauss(x, 6)) % 256 for x in family)).decode()


SEARCHES: dict[str, Filters] = {
    "newest 50": Filters(),
    "a common word": Filters(text="drums"),
    "two words, begun": Filters(text="dus pia"),
    "a word, tempo, compatible keys": Filters(
        text="techno", bpm=(120, 130), key="Am", compatible=True, kind=("loop",)
    ),
    "tempo and kind, by name": Filters(kind=("loop",), bpm=(120, 130), sort="name"),
    "all by loudness": Filters(sort="loudness"),
    "page 1,900 of the newest": Filters(offset=95_000),
    "favourites with a tag": Filters(favourite=True, tag=("vinyl",)),
    "a collection": Filters(collection="kit"),
    "similar, among loops": Filters(similar="c000500", kind=("loop",)),
    "similar, among all": Filters(similar="c000500"),
}


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """(median, worst) in ms of some rounds after a first one."""
    work()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times), max(times)


def bench(count: int = CLIPS) -> None:
    with tempfile.TemporaryDirectory(prefix="sidecrate-bench-") as folder:
        library = Library(Path(folder) / "library.db")
        began = time.perf_counter()
        library.arrivals.take_in(map(as_record, records(count)))
        made_s = time.perf_counter() - began
        ids = [f"c{n:06d}" for n in range(0, count, 97)]
        library.collections.add("kit", ids[:300])
        for clip in ids[:500]:
            library.marks.favourite(clip)
        size_mb = os.path.getsize(library.database.path) / 1e6
        print(
            f"{count:,} clips taken in within {made_s:.1f} s ({1e6 * made_s / count:.0f} us"
            f" each), {size_mb:.0f} MB"
        )
        print(
            f"{'search (50 rows and how many in all)':40} {'median':>8} {'worst':>8}   aim"
            f" {AIM_MS:g} ms"
        )
        for name, filters in SEARCHES.items():
            median, worst = median_ms(partial(library.search, filters))
            print(f"{name:40} {median:6.1f}ms {worst:6.1f}ms   {'' if median < AIM_MS else 'OVER'}")
        for name, work in {
            "facets of all": lambda: library.facets(Filters()),
            "facets of a word": lambda: library.facets(Filters(text="drums")),
            "one clip": lambda: library.get("c000500"),
            "mark a favourite": lambda: library.marks.favourite("c000500"),
            "add a step": lambda: (
                library.edits.add("c000500", {"do": "reverb"}) and library.edits.undo("c000500")
            ),
        }.items():
            median, worst = median_ms(work)
            print(f"{name:40} {median:6.1f}ms {worst:6.1f}ms")
        library.close()


if __name__ == "__main__":
    bench()
