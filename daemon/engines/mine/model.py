"""What was learnt from a user's sounds: for each role a space of shapes, and the sounds themselves.

The file is one `.npz`, whole in itself, so that it plays on another machine. Sounds are kept in 16
bits. The space is the principal components of the shapes (Jolliffe, Principal Component Analysis,
2002); what is made lies between near neighbours in it (Chawla et al., SMOTE, 2002).
"""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from bridge.files.whole import write_whole
from daemon.engines.mine.loops import Loop, packed, unpacked
from daemon.engines.mine.shape import BANDS, FLOOR_DB, cells, coarse, shape_of, spectrum_of
from daemon.engines.mine.sounds import Sound, moved, whole
from daemon.errors import EngineError

#: 2: with loops; a file without any is still read and written as 1.
FORMAT = 2
#: What NumPy raises over a file that is none of its own, or damaged in any place.
DAMAGED = (
    OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, EOFError,
    SyntaxError, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
#: Numbers that describe a shape in its space.
_MOST_NUMBERS = 32
#: Sounds in a role from which a space is learnt; with fewer, two are mixed.
LEAST_LEARNT = 15
#: A role is tuned where at least this share of its sounds has a pitch.
_TUNED_SHARE = 0.6
#: Among neighbours, the share that counts as too near: a copy. Twice what the report asks, which
#: hears with another ear.
_COPY_SHARE = 0.1
#: A place further from every sound than this neighbour of that sound is outside of the space.
_OUTSIDE = 3


@dataclass(frozen=True)
class Role:
    """The sounds of one role. n sounds, d numbers each.

    mean (bands * cells), basis (d, bands * cells), places (n, d), shapes (n, bands * cells): dB.
    qualities (n, 2): brightness as the mean band, length in seconds.
    """

    name: str
    sounds: tuple[Sound, ...]
    note: float | None
    """The pitch that all were brought to; None for a role without pitch."""
    mean: np.ndarray
    basis: np.ndarray
    places: np.ndarray
    shapes: np.ndarray
    qualities: np.ndarray
    copy_db: tuple[float, float]
    """What lies nearer to a sound of the user's than this is a copy of it; as `nearest_db`."""

    @property
    def is_learnt(self) -> bool:
        return len(self.sounds) >= LEAST_LEARNT

    def shape_at(self, place: np.ndarray) -> np.ndarray:
        """(d,) -> the shape there, (bands, cells) in dB."""
        shape = (self.mean + place @ self.basis).reshape(BANDS, cells())
        return np.asarray(np.maximum(shape - shape.max(), FLOOR_DB))

    def place_of(self, shape: np.ndarray) -> np.ndarray:
        """(bands, cells) -> (d,)."""
        return np.asarray((shape.ravel() - self.mean) @ self.basis.T)

    def nearest_db(self, shape: np.ndarray) -> tuple[float, float]:
        """The distance to the user's nearest sound, in dB a cell.

        Twice: cell by cell, and from afar, where the grain of an attack is not heard. Either alone
        passes a copy that the other hears.
        """
        row = shape.reshape(1, -1)
        return _nearest(self.shapes, row), _nearest(self.coarse, coarse(row))

    def newness(self, shape: np.ndarray) -> float:
        """From 1 on it is no copy: the lesser of both distances against its limit."""
        return min(
            far / limit if limit > 0 else 1.0
            for far, limit in zip(self.nearest_db(shape), self.copy_db, strict=True)
        )

    @cached_property
    def coarse(self) -> np.ndarray:
        """The sounds from afar; see `shape.coarse`."""
        return coarse(self.shapes)

    @cached_property
    def apart(self) -> np.ndarray:
        """(n, n) distances of the places; a sound is infinitely far from itself."""
        return np.asarray(_apart(self.places) * np.sqrt(self.places.shape[1]))

    @cached_property
    def reach(self) -> np.ndarray:
        """(n,) how far from each sound its space goes: to its third neighbour."""
        return np.asarray(np.sort(self.apart, 1)[:, min(_OUTSIDE, len(self.apart) - 1) - 1])

    def tuned(self, sound: Sound) -> np.ndarray:
        """A sound's audio at the role's pitch."""
        if self.note is None or sound.note is None:
            return sound.audio
        return moved(sound.audio, self.note - sound.note)


def learn_role(name: str, sounds: Sequence[Sound]) -> Role:
    """Learn a role from its sounds, at least two."""
    notes = [sound.note for sound in sounds if sound.note is not None]
    note = float(np.median(notes)) if len(notes) >= _TUNED_SHARE * len(sounds) else None
    half = Role(name, tuple(sounds), note, *(np.zeros(0),) * 5, (0.0, 0.0))
    shapes = np.stack([shape_of(spectrum_of(whole(half.tuned(one)))).ravel() for one in sounds])
    mean = shapes.mean(0)
    _, _, basis = np.linalg.svd(shapes - mean, full_matrices=False)
    basis = basis[: max(1, min(_MOST_NUMBERS, len(sounds) - 2))]
    places = (shapes - mean) @ basis.T
    limits = [
        float(np.quantile(_apart(rows).min(1), _COPY_SHARE)) for rows in (shapes, coarse(shapes))
    ]
    return Role(
        name, tuple(sounds), note, mean, basis, places, shapes, _qualities(shapes, sounds),
        (limits[0], limits[1]),
    )  # fmt: skip


def _apart(rows: np.ndarray) -> np.ndarray:
    """(n, n) distances of rows, per cell; one is infinitely far from itself."""
    apart = np.stack([np.sqrt(((rows - row) ** 2).mean(1)) for row in rows])
    np.fill_diagonal(apart, np.inf)
    return apart


def _nearest(rows: np.ndarray, row: np.ndarray) -> float:
    return float(np.sqrt(((rows - row) ** 2).mean(1).min()))


def _qualities(shapes: np.ndarray, sounds: Sequence[Sound]) -> np.ndarray:
    power = 10 ** (shapes.reshape(len(shapes), BANDS, -1) / 10)
    by_band = power.sum(2)
    bright = (by_band * np.arange(BANDS)).sum(1) / by_band.sum(1)
    return np.stack([bright, [sound.length_s for sound in sounds]], axis=1)


@dataclass(frozen=True)
class Model:
    """Everything of one `mine-NAME`. about: what it was made of, for its record."""

    name: str
    roles: dict[str, Role]
    about: dict[str, Any]
    loops: tuple[Loop, ...] = ()


def save_model(model: Model, path: Path) -> None:
    """Write the file, whole or not at all."""
    arrays: dict[str, Any] = {}
    heads = {}
    for number, role in enumerate(model.roles.values()):
        audio = [np.round(sound.audio * 32767).astype(np.int16) for sound in role.sounds]
        arrays[f"audio{number}"] = np.concatenate(audio)
        arrays[f"frames{number}"] = np.array([len(one) for one in audio])
        arrays[f"notes{number}"] = np.array(
            [np.nan if sound.note is None else sound.note for sound in role.sounds]
        )
        heads[role.name] = number
    more, loops = packed(model.loops)
    arrays.update(more)
    head = {
        "format": FORMAT if loops else 1, "name": model.name, "roles": heads,
        "about": model.about, "loops": loops,
    }  # fmt: skip
    file = io.BytesIO()
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    np.savez_compressed(file, allow_pickle=False, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, file.getvalue())


def read_head(path: Path) -> dict[str, Any]:
    """What a model's file says of itself. EngineError where it is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            head = json.loads(bytes(file["head"]))
        if not 1 <= head["format"] <= FORMAT:
            raise EngineError(
                f"{path} was made by another version (format {head['format']}; ours reads"
                f" 1 to {FORMAT}); train it anew",
                "model",
            )
        return dict(head)
    except DAMAGED as error:
        raise EngineError(
            f"{path} is no engine of `sidecrate train`, or is damaged ({error})", "model"
        ) from None


def load_model(path: Path, roles: bool = True, loops: bool = True) -> Model:
    """A model as it was saved; its spaces are learnt anew, which takes less than reading them.

    roles, loops: whether those are read. EngineError where the file is none or damaged.
    """
    head = read_head(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            learnt = {
                name: learn_role(name, _sounds(file, number))
                for name, number in (head["roles"].items() if roles else ())
            }
            own = tuple(unpacked(file, head.get("loops", ()) if loops else ()))
    except DAMAGED as error:
        raise EngineError(f"{path} is damaged ({error}); train it anew", "model") from None
    return Model(str(head["name"]), learnt, dict(head["about"]), own)


def _sounds(file: Any, number: int) -> list[Sound]:
    ends = np.cumsum(file[f"frames{number}"])[:-1]
    pieces = np.split(file[f"audio{number}"].astype(np.float32) / 32767, ends)
    notes = file[f"notes{number}"]
    return [
        Sound(piece, None if np.isnan(note) else float(note))
        for piece, note in zip(pieces, notes, strict=True)
    ]
