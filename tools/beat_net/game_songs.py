"""Whole songs: MIDI files of free games, where their notes lie on the file's own beats."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import mido
import numpy as np

from tools.beat_net.midi_time import moments, tempi
from tools.beat_net.song import tapped

#: Where Debian's packages `openttd-openmsx` and `freedoom` keep them.
FOLDERS = (Path("/usr/share/games/openttd/baseset/openmsx"), Path("/usr/share/games/doom"))
#: Share of notes within a tenth of a sixteenth or triplet that says: written on the grid.
ON_GRID = 0.75
#: Tempi of quarters in which a quarter is what people tap.
TAPPED = (62.0, 185.0)
#: Seconds of a song that are used.
LONGEST_S = 110.0


def found() -> list[tuple[str, bytes]]:
    """(name, MIDI file) of every song, by name; empty where the packages are not there."""
    songs = []
    for folder in FOLDERS:
        songs += [(path.stem, path.read_bytes()) for path in sorted(folder.glob("*.mid"))]
        for wad in sorted(folder.glob("*.wad")):
            songs += [(f"{wad.stem} {name}", data) for name, data in _lumps(wad.read_bytes())]
    return songs


def _lumps(wad: bytes) -> list[tuple[str, bytes]]:
    """The songs in a WAD: its directory has offset, size and an eight-letter name for each lump."""
    _, count, directory = struct.unpack("<4sii", wad[:12])
    songs = {}
    for k in range(count):
        at, size, name = struct.unpack("<ii8s", wad[directory + 16 * k : directory + 16 * k + 16])
        if name.startswith(b"D_") and wad[at : at + 4] == b"MThd":
            songs[name.rstrip(b"\0").decode("ascii")] = wad[at : at + size]
    return sorted(songs.items())


def read(data: bytes) -> tuple[mido.MidiFile, np.ndarray, np.ndarray, bool] | None:
    """(MIDI, beats, downbeats, whether bars are said); None where the beats cannot be trusted."""
    file = mido.MidiFile(file=io.BytesIO(data), clip=True)
    meters, notes = [], []
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "time_signature":
                meters.append((tick, message.numerator, message.denominator))
            elif message.type == "note_on" and message.velocity:
                notes.append(tick)
    if not notes or not _trusted(np.array(notes), file.ticks_per_beat):
        return None
    kinds = {meter[1:] for meter in meters} or {(4, 4)}
    if len(kinds) != 1:
        return None
    quarters, per_bar = tapped(*kinds.pop())
    ticks = np.arange(0, max(notes) + 1, quarters * file.ticks_per_beat)
    beats = moments(ticks, tempi(file), file.ticks_per_beat)
    bpm = 60 / np.median(np.diff(beats)) if len(beats) > 8 else 0.0
    if not TAPPED[0] <= bpm <= TAPPED[1]:
        return None
    return file, beats, beats[::per_bar], bool(meters)


def _trusted(notes: np.ndarray, per_quarter: int) -> bool:
    place = notes / per_quarter * 12  # twelfths hold both sixteenths (3) and triplets (4)
    away = np.minimum(np.abs(place - np.round(place / 3) * 3), np.abs(place - np.round(place)))
    on_sixteenths = np.mean(np.abs(place - np.round(place / 3) * 3) < 0.3)
    on_beats = np.mean(np.abs(place - np.round(place / 12) * 12) < 0.3)
    return bool(max(on_sixteenths, np.mean(away < 0.3) * 0.9) > ON_GRID and on_beats > 0.2)
