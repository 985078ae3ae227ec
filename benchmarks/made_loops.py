"""Loops with a known grid, made by the embedded musician: whole bands and single instruments."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

#: Prompt, bars and meter of each loop.
PROMPTS = (
    ("boom bap", 4, "4/4"), ("house", 2, "4/4"), ("techno", 2, "4/4"), ("drum and bass", 4, "4/4"),
    ("trap", 2, "4/4"), ("reggae", 2, "4/4"), ("funk", 4, "4/4"), ("swing jazz", 2, "4/4"),
    ("bossa nova", 2, "4/4"), ("afrobeat", 4, "4/4"), ("dubstep half-time", 2, "4/4"),
    ("amapiano", 2, "4/4"), ("synthwave", 4, "4/4"), ("disco", 2, "4/4"), ("rock", 4, "4/4"),
    ("breakbeat drums only", 2, "4/4"), ("only hats and shaker", 4, "4/4"),
    ("house chords no drums", 2, "4/4"), ("acid bassline only", 4, "4/4"),
    ("finger bass only", 2, "4/4"), ("piano no drums", 2, "4/4"),
    ("string pads no drums", 2, "4/4"), ("arpeggio lead only", 4, "4/4"),
    ("brass stabs no drums", 2, "4/4"), ("guitar no drums", 2, "4/4"), ("waltz", 4, "3/4"),
    ("folk", 2, "3/4"), ("prog rock", 2, "5/4"), ("ambient pads", 2, "4/4"),
)  # fmt: skip


def write(folder: Path, seed: int) -> None:
    """Write the loops and their `loops.json`, as `benchmarks.grid` reads them."""
    specs = []
    for number, (prompt, bars, meter) in enumerate(PROMPTS):
        name = f"{prompt.replace(' ', '-')}-{meter[0]}.wav"
        asked = [
            "--engine",
            "embedded",
            "--bars",
            str(bars),
            "--meter",
            meter,
            "--seed",
            str(seed * 1000 + number),
        ]
        command = [
            sys.executable,
            "-m",
            "daemon.cli",
            "make",
            prompt,
            *asked,
            "--out",
            str(folder / name),
            "--force",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        per_bar = int(meter[0])
        specs.append({"file": name, "beats": bars * per_bar, "beats_per_bar": per_bar})
    (folder / "loops.json").write_text(json.dumps(specs, indent=1))
