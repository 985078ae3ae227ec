"""Takes on disk, one folder each, whole or absent, so that a job resumes after a crash."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.files.whole import flush, write_whole
from daemon.engines.contract import Grid, Take
from daemon.errors import AudioError
from daemon.home.whole_folders import whole_folder

if TYPE_CHECKING:
    import numpy as np


#: Fields of a Take that are stored as plain JSON.
_PLAIN = (
    "sample_rate",
    "seed",
    "engine",
    "model",
    "license",
    "key",
    "note",
    "plan",
    "cost_usd",
    "cues",
    "parts",
    "players",
    "version",
    "said",
)
#: Written last into a take's folder: the file marks it as whole.
_ABOUT = "take.json"
#: The gate's reason, in the folder of a refused take.
_REFUSED = "refused.txt"
#: Frames written at once: bounds the memory.
_BLOCK_FRAMES = 2**18
#: Takes made for one clip before it fails.
MOST_TAKES = 3
#: Distance between their seeds: so large that it never meets a neighbouring clip's seed.
SEED_STRIDE = 1_000_003


def next_take(folder: Path) -> int | None:
    """The number of the next take to make; None where the clip has an unrefused take."""
    number = 0
    while (folder / f"take{number}" / _ABOUT).exists():
        if not (folder / f"take{number}" / _REFUSED).exists():
            return None
        number += 1
    return number


def refuse_take(folder: Path, why: str) -> None:
    """Mark a take as refused."""
    write_whole(folder / _REFUSED, why)


def refusal_of(folder: Path) -> str | None:
    """The reason for which a take was refused, or None."""
    path = folder / _REFUSED
    return path.read_text(encoding="utf-8") if path.exists() else None


def save_take(take: Take, folder: Path, *, stems: bool) -> None:
    """Write a take atomically into `folder`; stems only where they will be needed."""
    plain = {name: getattr(take, name) for name in _PLAIN}
    plain["grid"] = asdict(take.grid) if take.grid else None
    with whole_folder(folder, _ABOUT) as part:
        if take.audio is not None:
            _write_float(part / "take.wav", take.audio, take.sample_rate)
        for name, audio in take.stems.items() if stems else ():
            _write_float(part / f"stem-{name}.wav", audio, take.sample_rate)
        if take.midi is not None:
            write_whole(part / "take.mid", take.midi)
        write_whole(part / _ABOUT, json.dumps(plain))


def load_take(folder: Path) -> Take:
    """The take in a folder, as `save_take` wrote it."""
    plain = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    grid = Grid(**plain.pop("grid")) if plain["grid"] else plain.pop("grid")
    plain["parts"] = tuple(plain["parts"])
    plain["said"] = tuple(plain.get("said", ()))
    plain["players"] = tuple(plain.get("players", ()))
    plain["cues"] = tuple((frame, name) for frame, name in plain["cues"])
    audio = _read_float(folder / "take.wav") if (folder / "take.wav").exists() else None
    stems = {
        path.stem.removeprefix("stem-"): _read_float(path)
        for path in sorted(folder.glob("stem-*.wav"))
    }
    midi = (folder / "take.mid").read_bytes() if (folder / "take.mid").exists() else None
    return Take(audio, grid=grid, stems=stems, midi=midi, **plain)


def _write_float(path: Path, audio: np.ndarray, sample_rate: int) -> None:
    import soundfile

    from daemon.audio.scratch import release

    try:
        with soundfile.SoundFile(path, "w", sample_rate, audio.shape[1], "FLOAT") as file:
            for at in range(0, len(audio), _BLOCK_FRAMES):
                file.write(audio[at : at + _BLOCK_FRAMES])
                # A long piece's stems are memory-mapped: the pages read must not stay in memory.
                release(audio)
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path} could not be written ({error.error_string}); free some disk space", "disk"
        ) from None
    # take.json marks the take as whole, so it must not survive a power cut that this does not.

    flush(path)


def _read_float(path: Path) -> np.ndarray:
    import soundfile

    audio: np.ndarray = soundfile.read(path, dtype="float32", always_2d=True)[0]
    return audio
