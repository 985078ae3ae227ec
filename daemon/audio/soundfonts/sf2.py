"""Reads SoundFonts: SF2 2.01 (E-mu/Creative, 1998), and SF3, whose recordings are Ogg Vorbis.

Of the generators those are read that say what is played: ranges, tuning, loop, volume envelope,
attenuation, pan and the filter's cutoff. Modulators, LFOs and the modulation envelope are not.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from daemon.audio.soundfonts.font import Font, Recording, Region
from daemon.errors import AudioError

#: Records of `pdta`, as the format has them.
_PHDR = np.dtype(
    [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("", "V12")]
)
_INST = np.dtype([("name", "S20"), ("bag", "<u2")])
_BAG = np.dtype([("gen", "<u2"), ("mod", "<u2")])
_GEN = np.dtype([("id", "<u2"), ("amount", "<i2")])
_SHDR = np.dtype([
    ("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
    ("rate", "<u4"), ("root", "u1"), ("correction", "i1"), ("link", "<u2"), ("type", "<u2"),
])  # fmt: skip
_RECORDS = {"phdr": _PHDR, "pbag": _BAG, "pgen": _GEN, "inst": _INST, "ibag": _BAG, "igen": _GEN,
            "shdr": _SHDR}  # fmt: skip

#: Generators by their numbers in the format.
_START, _END, _LOOP_START, _LOOP_END, _START_FAR, _CUTOFF, _END_FAR, _PAN = 0, 1, 2, 3, 4, 8, 12, 17
_DELAY, _ATTACK, _HOLD, _DECAY, _SUSTAIN, _RELEASE = range(33, 39)
_INSTRUMENT, _KEYS, _VELOCITIES, _LOOP_START_FAR, _ATTENUATION = 41, 43, 44, 45, 48
_LOOP_END_FAR, _COARSE, _FINE, _SAMPLE, _MODES, _FOLLOWS, _ROOT = 50, 51, 52, 53, 54, 56, 58
#: Generators that a preset does not add to its instrument's.
_OF_INSTRUMENTS = frozenset((
    _START, _END, _LOOP_START, _LOOP_END, _START_FAR, _END_FAR, _LOOP_START_FAR, _LOOP_END_FAR,
    _KEYS, _VELOCITIES, _INSTRUMENT, _SAMPLE, _MODES, _ROOT,
))  # fmt: skip
#: What a generator is where nobody says it; 0 for all others.
_DEFAULTS = {
    _CUTOFF: 13500, _DELAY: -12000, _ATTACK: -12000, _HOLD: -12000, _DECAY: -12000,
    _RELEASE: -12000, _FOLLOWS: 100, _ROOT: -1,
}  # fmt: skip
#: Cents of the cutoff at which the filter is open.
_OPEN_CENTS = 13500
#: Share of `initialAttenuation` that players of E-mu's own hardware apply, and all others since.
_ATTENUATION_SHARE = 0.4
_ROM, _VORBIS = 0x8000, 0x10
#: Most frames of one recording.
_MOST_FRAMES = 60_000_000

Zone = dict[int, int]


def read_sf2(path: Path) -> Font:
    """The font of a file; its recordings stay in the file until they are played.

    AudioError where it is no SoundFont, or a damaged one.
    """
    try:
        chunks = _chunks(path)
        font = Font(_text(path, chunks, "INAM") or path.stem, _text(path, chunks, "ICOP"))
        records = {name: _records(path, chunks, name) for name in _RECORDS}
        _Reader(path, chunks["smpl"], records).fill(font)
    except (KeyError, ValueError, IndexError, struct.error, OSError) as error:
        text = (
            f"{path.name} is no SoundFont that can be read ({error}); copy it anew, or name another"
        )
        raise AudioError(text) from None
    if not font.presets:
        raise AudioError(f"{path.name} is a SoundFont without instruments; name another")
    return font


def _chunks(path: Path) -> dict[str, tuple[int, int]]:
    """(offset, size) of each chunk in the file's three lists."""
    size = path.stat().st_size
    found: dict[str, tuple[int, int]] = {}
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"sfbk":
            raise ValueError("it does not begin as one")
        at = 12
        while at + 8 <= size:
            file.seek(at)
            name, length = struct.unpack("<4sI", file.read(8))
            if name == b"LIST":
                at += 12
                continue
            if at + 8 + length > size:
                raise ValueError("it ends too early")
            found.setdefault(name.decode("latin-1"), (at + 8, length))
            at += 8 + length + length % 2
    return found


def _text(path: Path, chunks: Mapping[str, tuple[int, int]], name: str) -> str:
    at, size = chunks.get(name, (0, 0))
    with path.open("rb") as file:
        file.seek(at)
        return file.read(min(size, 1024)).split(b"\0")[0].decode("utf-8", "replace").strip()


def _records(path: Path, chunks: Mapping[str, tuple[int, int]], name: str) -> np.ndarray:
    at, size = chunks[name]
    count = size // _RECORDS[name].itemsize
    if not count:
        raise ValueError(f"{name} is empty")
    return np.fromfile(path, _RECORDS[name], count, offset=at)


@dataclass
class _Reader:
    path: Path
    smpl: tuple[int, int]
    records: dict[str, np.ndarray]

    def fill(self, font: Font) -> None:
        presets = self.records["phdr"]
        for k, preset in enumerate(presets[:-1]):
            key = (int(preset["bank"]), int(preset["program"]))
            regions = list(self._preset(int(preset["bag"]), int(presets[k + 1]["bag"])))
            if regions and key not in font.presets:
                font.presets[key] = regions
                font.titles[key] = bytes(preset["name"]).split(b"\0")[0].decode("latin-1").strip()

    def _zones(self, level: str, first: int, after: int, last: int) -> Iterator[Zone]:
        """The zones of a preset or an instrument, each on top of its global zone.

        last: the generator with which a zone that plays something ends.
        """
        bags, gens = self.records[level + "bag"], self.records[level + "gen"]
        common: Zone = {}
        for k in range(first, min(after, len(bags) - 1)):
            own = gens[int(bags[k]["gen"]) : int(bags[k + 1]["gen"])]
            zone = {int(one["id"]): int(one["amount"]) for one in own}
            if last in zone:
                yield {**common, **zone}
            elif k == first:
                common = zone

    def _preset(self, first: int, after: int) -> Iterator[Region]:
        instruments = self.records["inst"]
        for above in self._zones("p", first, after, _INSTRUMENT):
            index = above[_INSTRUMENT] & 0xFFFF
            if index >= len(instruments) - 1:
                raise ValueError("a preset names an instrument that is not there")
            bags = int(instruments[index]["bag"]), int(instruments[index + 1]["bag"])
            for zone in self._zones("i", *bags, _SAMPLE):
                if (region := self._region(zone, above)) is not None:
                    yield region

    def _region(self, zone: Zone, above: Zone) -> Region | None:
        header = self.records["shdr"][zone[_SAMPLE] & 0xFFFF]
        keys = _both(zone.get(_KEYS), above.get(_KEYS))
        velocities = _both(zone.get(_VELOCITIES), above.get(_VELOCITIES))
        if int(header["type"]) & _ROM or keys is None or velocities is None:
            return None

        def value(generator: int) -> int:
            added = 0 if generator in _OF_INSTRUMENTS else above.get(generator, 0)
            return zone.get(generator, _DEFAULTS.get(generator, 0)) + added

        recording = self._recording(header, value)
        if recording is None:
            return None
        mode = value(_MODES) & 3
        cents = value(_CUTOFF)
        return Region(
            recording, keys, velocities,
            tune=value(_COARSE) + value(_FINE) / 100,
            follows=value(_FOLLOWS) / 100,
            level_db=-_ATTENUATION_SHARE * max(0, value(_ATTENUATION)) / 10,
            pan=max(-1.0, min(1.0, value(_PAN) / 500)),
            delay_s=_seconds(value(_DELAY)), attack_s=_seconds(value(_ATTACK)),
            hold_s=_seconds(value(_HOLD)), decay_s=_seconds(value(_DECAY)),
            sustain_db=-max(0, value(_SUSTAIN)) / 10, release_s=_seconds(value(_RELEASE)),
            cutoff_hz=None if cents >= _OPEN_CENTS else 8.176 * 2 ** (max(1500, cents) / 1200),
            loops=mode in (1, 3) and recording.loop_end > recording.loop_start + 1,
            until_release=mode == 3,
        )  # fmt: skip

    def _recording(self, header: np.void, of: Callable[[int], int]) -> Recording | None:
        """The recording of a header; `of` gives the zone's generators."""
        start = int(header["start"]) + of(_START) + 32768 * of(_START_FAR)
        end = int(header["end"]) + of(_END) + 32768 * of(_END_FAR)
        loop_start = int(header["loop_start"]) + of(_LOOP_START) + 32768 * of(_LOOP_START_FAR)
        loop_end = int(header["loop_end"]) + of(_LOOP_END) + 32768 * of(_LOOP_END_FAR)
        packed = bool(int(header["type"]) & _VORBIS)
        unit = 1 if packed else 2
        if not 0 <= start < end <= self.smpl[1] // unit or end - start > _MOST_FRAMES:
            return None
        root = of(_ROOT) if 0 <= of(_ROOT) <= 127 else int(header["root"])
        # SF3 counts its loops from the recording's own beginning
        origin = 0 if packed else start
        read = partial(_read, self.path, self.smpl[0] + unit * start, end - start, packed)
        return Recording(
            bytes(header["name"]).split(b"\0")[0].decode("latin-1"), read,
            max(400, int(header["rate"])), root - int(header["correction"]) / 100,
            loop_start - origin, loop_end - origin,
        )  # fmt: skip


def _read(path: Path, at: int, count: int, packed: bool) -> np.ndarray:
    """A recording from its file, float32 (frames,)."""
    if packed:
        with path.open("rb") as file:
            file.seek(at)
            data = file.read(count)
        try:
            audio, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise AudioError(f"{path.name}: a recording cannot be read ({error})") from None
        return np.ascontiguousarray(audio[:, 0])
    return np.fromfile(path, "<i2", count, offset=at).astype(np.float32) / np.float32(32768)


def _both(one: int | None, other: int | None) -> tuple[int, int] | None:
    """The range that lies in both, each low in the lower byte; None where they do not meet."""
    low, high = 0, 127
    for packed in (one, other):
        if packed is not None:
            low, high = max(low, packed & 0xFF), min(high, packed >> 8 & 0xFF)
    return (low, high) if low <= high else None


def _seconds(timecents: int) -> float:
    return float(2 ** (min(8000, timecents) / 1200)) if timecents > -12000 else 0.001
