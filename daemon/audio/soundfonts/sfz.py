"""Reads SFZ: text that says which recording a key plays (sfzformat.com, versions 1 and 2).

Read is what kits and sampled instruments are made of: ranges of keys and velocities, tuning, loops,
the volume envelope, level, place, a low-pass, turns and chance, defines and includes. Of what a
controller, a key switch, a release or a pedal chooses, the state at rest plays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from daemon.audio.soundfonts.font import DRUM_BANK, Font, Recording, Region
from daemon.errors import AudioError

#: Headers whose opcodes hold for those below; a header ends those of its own and lower ranks.
_RANKS = {"global": 0, "master": 1, "group": 2, "region": 3}
_TOKEN = re.compile(
    r"<(?P<header>\w+)>|(?P<opcode>[\w$]+)=(?P<value>.*?)(?=\s+[\w$]+=|\s*<\w+>|\s*$)"
)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
#: Within one line: a run of empty ones would be searched anew from each of them.
_LINE = re.compile(r"^[ \t]*#(?P<what>include|define)[ \t]+(?P<rest>.+?)[ \t\r]*$", re.M)
_NOTE = re.compile(r"^([a-gA-G])([#b]?)(-?\d+)$")
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
#: Bytes of text, includes within includes, regions and frames of a recording, at most.
_MOST_BYTES, _MOST_DEPTH, _MOST_REGIONS, _MOST_FRAMES = 8_000_000, 8, 40_000, 60_000_000
#: Fall of an envelope in dB over the times of a region.
_FALL_DB = 100.0
#: What starts a region other than a key that goes down.
_OTHER_TRIGGERS = ("release", "release_key", "legato")

Opcodes = dict[str, str]


@dataclass(frozen=True)
class _Sound:
    """A file's sound as far as its header tells."""

    path: Path
    rate: int
    frames: int
    channels: int


def read_sfz(path: Path) -> Font:
    """One instrument, as program 0 and as a drum kit. AudioError names what cannot be read.

    Recordings are opened when they are played; that they are there is checked here.
    """
    font = Font(path.stem)
    regions: list[Region] = []
    sounds: dict[Path, _Sound] = {}
    for opcodes in _regions(_Text(path).of(path, 0), path.name):
        sample = opcodes.get("sample", "")
        if not sample or sample.startswith("*") or not _at_rest(opcodes):
            continue
        where = path.parent / (opcodes.get("default_path", "") + sample).replace("\\", "/")
        if where not in sounds:
            sounds[where] = _sound(where, path.name)
        regions += _made(opcodes, sounds[where], path.name)
        if len(regions) > _MOST_REGIONS:
            raise AudioError(f"{path.name}: more than {_MOST_REGIONS} regions")
    if not regions:
        raise AudioError(f"{path.name}: no region in it has a recording; is it an SFZ file?")
    font.presets = {(0, 0): regions, (DRUM_BANK, 0): regions}
    font.titles = dict.fromkeys(font.presets, path.stem)
    return font


class _Text:
    """The text of an instrument: includes in their places, defines put in, without comments."""

    def __init__(self, path: Path) -> None:
        self._root = path.parent
        self._defines: dict[str, str] = {}
        self._left_bytes = _MOST_BYTES
        """Of all files, each as often as it is included."""

    def of(self, path: Path, depth: int) -> str:
        """The text of one of its files. AudioError where it cannot be read, or all are too long."""
        too_long = AudioError(f"{path.name}: no SFZ is longer than {_MOST_BYTES // 10**6} MB")
        try:
            self._left_bytes -= path.stat().st_size
            if self._left_bytes < 0:
                raise too_long
            raw = path.read_text("utf-8", errors="replace")
        except OSError as error:
            raise AudioError(f"{path.name} cannot be read: {error.strerror}") from None
        if "\0" in raw:
            raise AudioError(f"{path.name} is no SFZ file: it is no text")
        text = _LINE.sub(lambda found: self._put(found, path.name, depth), _COMMENT.sub("", raw))
        for name in sorted(self._defines, key=len, reverse=True):
            value = self._defines[name]
            # of defines within defines a few lines make gigabytes
            if len(text) + text.count(name) * (len(value) - len(name)) > _MOST_BYTES:
                raise too_long
            text = text.replace(name, value)
        return text

    def _put(self, found: re.Match[str], name: str, depth: int) -> str:
        """What stands in the place of a directive."""
        rest = found["rest"]
        if found["what"] == "define":
            defined, _, value = rest.partition(" ")
            self._defines[defined] = value.strip()
            return ""
        if depth >= _MOST_DEPTH:
            raise AudioError(f"{name}: includes include each other")
        inner = (self._root / rest.strip('"').replace("\\", "/")).resolve()
        return self.of(inner, depth + 1)


def _regions(text: str, name: str) -> Iterator[Opcodes]:
    """The opcodes of each region with those of the headers above it."""
    held: list[Opcodes] = [{}, {}, {}, {}]
    control: Opcodes = {}
    rank: int | None = None
    into: Opcodes = {}
    for line in text.splitlines():
        for token in _TOKEN.finditer(line):
            if header := token["header"]:
                if rank == _RANKS["region"]:
                    yield _joined(control, held)
                rank = _RANKS.get(header.lower())
                if rank is not None:
                    for lower in range(rank, len(held)):
                        held[lower] = {}
                into = held[rank] if rank is not None else control if header == "control" else {}
            else:
                into[token["opcode"].lower()] = token["value"].strip()
    if rank == _RANKS["region"]:
        yield _joined(control, held)


def _joined(control: Opcodes, held: list[Opcodes]) -> Opcodes:
    done: Opcodes = dict(control)
    for one in held:
        if "key" in one:
            # a key said further down outdoes a range said above it
            done = {k: v for k, v in done.items() if k not in ("lokey", "hikey", "pitch_keycenter")}
        done |= one
    return done


def _at_rest(opcodes: Mapping[str, str]) -> bool:
    """Whether a region sounds when a key goes down and nothing else is moved."""
    if opcodes.get("trigger", "attack") in _OTHER_TRIGGERS or opcodes.get("end") == "-1":
        return False
    if "sw_last" in opcodes and opcodes["sw_last"] != opcodes.get("sw_default"):
        return False
    for opcode, value in opcodes.items():
        if opcode.startswith(("locc", "hicc", "on_locc", "on_hicc")):
            resting = _number(opcodes, "set_cc" + opcode.rpartition("cc")[2], 0.0)
            limit = float(value) if _is_number(value) else 0.0
            if opcode.startswith("on_") or (resting < limit if "lo" in opcode else resting > limit):
                return False
    return True


def _sound(path: Path, name: str) -> _Sound:
    try:
        about = soundfile.info(str(path))
    except (soundfile.SoundFileError, OSError):
        why = "cannot be read" if path.is_file() else "is not there"
        raise AudioError(f"{name}: its recording {path} {why}") from None
    if about.frames > _MOST_FRAMES or about.channels > 2:
        raise AudioError(f"{name}: its recording {path.name} is too long or has over 2 channels")
    return _Sound(path, about.samplerate, about.frames, about.channels)


def _made(opcodes: Mapping[str, str], sound: _Sound, name: str) -> Iterator[Region]:
    """A region, or two for a recording in stereo: its left and its right side."""
    centre = _key(opcodes, "pitch_keycenter", _key(opcodes, "key", 60))
    low = _key(opcodes, "lokey", _key(opcodes, "key", 0))
    high = _key(opcodes, "hikey", _key(opcodes, "key", 127))
    moved = round(_number(opcodes, "note_offset", 0) + 12 * _number(opcodes, "octave_offset", 0))
    first = max(0, round(_number(opcodes, "offset", 0)))
    last = min(sound.frames, round(_number(opcodes, "end", sound.frames - 1)) + 1)
    mode = opcodes.get("loop_mode", opcodes.get("loopmode", ""))
    loop = tuple(
        _number(opcodes, f"loop_{end}", _number(opcodes, f"loop{end}", -1))
        for end in ("start", "end")
    )
    looped = mode in ("loop_continuous", "loop_sustain") or (not mode and loop[1] > loop[0] >= 0)
    begin, stop = (max(0, int(loop[0])), int(loop[1]) + 1) if loop[1] > 0 else (first, last)
    sustain = max(_number(opcodes, "ampeg_sustain", 100.0), 0.0) / 100
    sustain_db = 20 * math.log10(sustain) if sustain > 1e-5 else -_FALL_DB
    decay_s = _number(opcodes, "ampeg_decay", 0.0)
    level = max(_number(opcodes, "amplitude", 100.0), 0.0) / 100
    level_db = _number(opcodes, "volume", 0.0) + 20 * math.log10(max(level, 1e-5))
    pan = max(-1.0, min(1.0, _number(opcodes, "pan", 0.0) / 100))
    length = max(1, round(_number(opcodes, "seq_length", 1)))
    low_pass = opcodes.get("fil_type", "lpf_2p").startswith("lpf") and "cutoff" in opcodes
    for side in range(sound.channels):
        spread = pan if sound.channels == 1 else (-1.0, 1.0)[side]
        # a stereo sound that stands aside loses the other side's level
        aside_db = 20 * math.log10(max(1 - max(0.0, -spread * pan), 1e-3))
        yield Region(
            Recording(
                f"{sound.path.stem} {side}", partial(_read, sound.path, first, last, side),
                sound.rate, float(centre), begin - first, min(stop, last) - first,
            ),
            (low + moved, high + moved),
            (round(_number(opcodes, "lovel", 0)), round(_number(opcodes, "hivel", 127))),
            _number(opcodes, "tune", _number(opcodes, "pitch", 0.0)) / 100
            + _number(opcodes, "transpose", 0.0) - moved,
            _number(opcodes, "pitch_keytrack", 100.0) / 100,
            level_db + (aside_db if sound.channels == 2 else 0.0),
            spread,
            _number(opcodes, "delay", 0.0) + _number(opcodes, "ampeg_delay", 0.0),
            max(0.001, _number(opcodes, "ampeg_attack", 0.001)),
            _number(opcodes, "ampeg_hold", 0.0),
            max(0.001, decay_s * _FALL_DB / max(1.0, -sustain_db)),
            sustain_db,
            max(0.02, _number(opcodes, "ampeg_release", 0.001)),
            _number(opcodes, "cutoff", 20000.0) if low_pass else None,
            looped and mode != "one_shot",
            mode == "loop_sustain",
            mode == "one_shot",
            (round(_number(opcodes, "seq_position", 1)) - 1, length),
            (_number(opcodes, "lorand", 0.0), _number(opcodes, "hirand", 1.0)),
        )  # fmt: skip


def _read(path: Path, first: int, last: int, side: int) -> np.ndarray:
    try:
        sound, _ = soundfile.read(str(path), last - first, first, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError):
        text = f"the recording {path}, which the SFZ file names, cannot be read; put it there again"
        raise AudioError(text) from None
    return np.ascontiguousarray(sound[:, side])


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _number(opcodes: Mapping[str, str], name: str, usual: float) -> float:
    """An opcode's number; what is none counts as not said, as players have it."""
    given = opcodes.get(name, "")
    return float(given) if _is_number(given) else usual


def _key(opcodes: Mapping[str, str], name: str, usual: int) -> int:
    """A key as a MIDI number, or by its name: c4 is 60. -1 is no key at all."""
    given = opcodes.get(name, "")
    if _is_number(given):
        return round(float(given))
    found = _NOTE.match(given)
    if not found:
        return usual
    sharp = {"#": 1, "b": -1, "": 0}[found[2].lower()]
    return 12 * (int(found[3]) + 1) + _STEPS[found[1].lower()] + sharp
