"""A user's loops as an engine knows them: on their own grid, with what was heard in each.

A loop's sound lies in the model's file as FLAC, so that ten minutes of it are some tens of MB.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import soundfile

from daemon.engines.mine.shape import SAMPLE_RATE

#: What a loop may be. `mix`: drums and pitched sounds together.
PARTS = ("drums", "bass", "lead", "chords", "mix")
#: What a stroke may be, the loudest first.
STROKES = ("kick", "snare", "toms", "cymbals", "hats")


@dataclass(frozen=True)
class Hit:
    """A stroke of a loop from frame `start` to the next one. `roles`: what is struck together."""

    start: int
    end: int
    roles: tuple[str, ...]
    strength: float
    """Beside the loop's loudest, 0-1."""


@dataclass(frozen=True)
class Tone:
    """A note that stands alone, from frame `start` to `end`. `note`: MIDI with fraction."""

    start: int
    end: int
    note: float


@dataclass(frozen=True)
class Loop:
    """audio: float32 (frames, 2) at 44.1 kHz, exactly `bars` bars of `meter` at `bpm` long."""

    name: str
    part: str
    audio: np.ndarray
    bpm: float
    bars: int
    meter: str
    key: str | None
    hits: tuple[Hit, ...] = ()
    tones: tuple[Tone, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.audio) / SAMPLE_RATE


def packed(loops: Sequence[Loop]) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """(arrays for a model's file, what stands of each loop in its head)."""
    arrays, heads = {}, []
    for number, loop in enumerate(loops):
        file = io.BytesIO()
        soundfile.write(file, loop.audio, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
        arrays[f"loop{number}"] = np.frombuffer(file.getvalue(), np.uint8)
        head = {name: value for name, value in vars(loop).items() if name != "audio"}
        head["hits"] = [asdict(hit) for hit in loop.hits]
        head["tones"] = [asdict(tone) for tone in loop.tones]
        heads.append(head)
    return arrays, heads


def unpacked(file: Mapping[str, np.ndarray], heads: Sequence[Mapping[str, Any]]) -> list[Loop]:
    """The loops that `packed` wrote. KeyError, ValueError, RuntimeError where one is damaged."""
    found = []
    for number, head in enumerate(heads):
        audio, _ = soundfile.read(
            io.BytesIO(file[f"loop{number}"].tobytes()), dtype="float32", always_2d=True
        )
        hits = tuple(Hit(**{**hit, "roles": tuple(hit["roles"])}) for hit in head["hits"])
        tones = tuple(Tone(**tone) for tone in head["tones"])
        found.append(Loop(**{**head, "audio": audio, "hits": hits, "tones": tones}))
    return found
