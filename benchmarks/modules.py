"""Notes heard in tracker modules, whose onsets are exact: real music that no net was taught on.

A folder of MOD, XM, S3M or IT files is played by libopenmpt, which says when each row begins and
what is struck there. `onsets`: beginnings of whatever sounds, of any part, beside the rise of the
whole spectrum. `notes`: those of instruments with a pitch, by the best transposition of each
instrument, for a sample's tuning is nobody's word; beside basic-pitch where its model is here. An
instrument has a pitch where its name is no drum's and it plays three different notes or more: few
drums have telling names. One note that two channels strike at once is one note.

    python -m benchmarks.modules FOLDER --count 20
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from benchmarks.notes import f_of
from daemon.hearing.log_spectra import FRAME_S, RATE, maps_of
from daemon.notes.listen import listen
from daemon.notes.listeners import LISTENERS

_KINDS = (".mod", ".xm", ".s3m", ".it")
#: s of a module that are heard, from where on, and frames that are read at once: 1.5 ms.
_LENGTH_S, _FROM_S, _READ = 20.0, 4.0, 32
#: libopenmpt's numbers of a cell's commands, and the effects by which a note only slides.
_NOTE, _INSTRUMENT, _VOLUME_EFFECT, _EFFECT, _VOLUME = 0, 1, 2, 3, 4
#: Different notes that an instrument with a pitch plays.
_MELODIC = 3
_SLIDES, _VOLUME_SLIDE, _VOLUME_SET = (4, 6), 11, 1
_LAST_NOTE = 120
#: Names of samples that are drums, or no single notes.
_DRUMS = re.compile(
    r"drum|kick|\bbd|bass ?d|snar|\bsd\b|hat|\bhh|cymb|crash|ride|tom|clap|perc|conga|bongo|shak"
    r"|tamb|cow|loop|break|noise|voice|chord|min|maj|fx|hit",
    re.IGNORECASE,
)
#: s within which beginnings are one; share of the strongest rise that counts; transpositions.
_ONE_S, _RISE, _UP = 0.03, 0.15, range(-36, 37)
_SURE = 0.5


@dataclass(frozen=True)
class Module:
    """`mono` float32 (frames,) at `RATE`, and its notes: (s, note, instrument)."""

    name: str
    mono: np.ndarray
    notes: list[tuple[float, int, int]]
    unpitched: frozenset[int]


def modules_of(folder: Path, count: int) -> Iterator[Module]:
    found = ctypes.util.find_library("openmpt")
    if found is None:
        raise SystemExit("libopenmpt is not here: `apt-get install libopenmpt0`")
    library = ctypes.CDLL(found)
    library.openmpt_module_create_from_memory2.restype = ctypes.c_void_p
    for name in ("instrument", "sample"):
        getattr(library, f"openmpt_module_get_{name}_name").restype = ctypes.c_char_p
    library.openmpt_module_read_float_mono.restype = ctypes.c_size_t
    files = sorted(one for one in folder.rglob("*") if one.suffix.lower() in _KINDS)
    for path in files[:: max(1, len(files) // count)][:count]:
        module = _played(library, path)
        if module is not None and len(module.notes) > 20:
            yield module


def _played(library: ctypes.CDLL, path: Path) -> Module | None:
    data = path.read_bytes()
    handle = library.openmpt_module_create_from_memory2(
        data, ctypes.c_size_t(len(data)), *[None] * 7
    )
    if not handle:
        return None
    module = ctypes.c_void_p(handle)
    block = (ctypes.c_float * _READ)()
    sound, notes, last, frames = [], [], (-1, -1), 0
    first, end = round(_FROM_S * RATE), round((_FROM_S + _LENGTH_S) * RATE)
    while frames < end:
        got = library.openmpt_module_read_float_mono(module, RATE, ctypes.c_size_t(_READ), block)
        if not got:
            break
        row = library.openmpt_module_get_current_row(module)
        order = library.openmpt_module_get_current_order(module)
        if (order, row) != last:
            last = order, row
            at_s = (frames - first) / RATE
            notes += [(at_s, note, own) for note, own in _struck(library, module, row)]
        sound.append(np.array(block[:got], np.float32))
        frames += got
    unpitched = _drums(library, module) | _few_notes(notes)
    library.openmpt_module_destroy(module)
    if frames <= first + RATE:
        return None
    mono = np.concatenate(sound)[first:]
    kept = [one for one in notes if 0 <= one[0] < len(mono) / RATE - 0.05]
    return Module(path.stem, mono, kept, unpitched)


def _few_notes(notes: list[tuple[float, int, int]]) -> frozenset[int]:
    """Instruments that play fewer than `_MELODIC` different notes."""
    played: dict[int, set[int]] = defaultdict(set)
    for _, note, instrument in notes:
        played[instrument].add(note)
    return frozenset(one for one, own in played.items() if len(own) < _MELODIC)


def _struck(library: ctypes.CDLL, module: ctypes.c_void_p, row: int) -> Iterator[tuple[int, int]]:
    """(note, instrument) of what begins on a row; a note without one keeps its channel's."""
    pattern = library.openmpt_module_get_current_pattern(module)
    for channel in range(library.openmpt_module_get_num_channels(module)):

        def cell(command: int, channel: int = channel) -> int:
            return int(
                library.openmpt_module_get_pattern_row_channel_command(
                    module, pattern, row, channel, command
                )
            )

        note, instrument = cell(_NOTE), cell(_INSTRUMENT)
        slides = cell(_EFFECT) in _SLIDES or cell(_VOLUME_EFFECT) == _VOLUME_SLIDE
        is_silent = cell(_VOLUME_EFFECT) == _VOLUME_SET and not cell(_VOLUME)
        if 1 <= note <= _LAST_NOTE and instrument and not slides and not is_silent:
            yield note, instrument


def _drums(library: ctypes.CDLL, module: ctypes.c_void_p) -> frozenset[int]:
    """Numbers of the instruments whose name says that they have no pitch."""
    kind = "instrument" if library.openmpt_module_get_num_instruments(module) else "sample"
    count = getattr(library, f"openmpt_module_get_num_{kind}s")(module)
    name = getattr(library, f"openmpt_module_get_{kind}_name")
    texts = [(name(module, k) or b"").decode("utf-8", "replace") for k in range(count)]
    return frozenset(k + 1 for k, text in enumerate(texts) if _DRUMS.search(text))


def compare(folder: Path, count: int) -> None:
    listeners = [name for name in ("own", "basic-pitch") if LISTENERS[name].why_not() is None]
    scores: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for module in modules_of(folder, count):
        onsets = _once([at for at, _, _ in module.notes])
        pitched = [one for one in module.notes if one[2] not in module.unpitched]
        scores["onsets"]["rise"].append(f_of(_any(_by_rise(module.mono)), _any(onsets)))
        for name in listeners:
            voices = listen(module.mono, False, "auto", lambda *_: None, name)
            heard = [(n.start_s, n.pitch, v) for v in voices for n in v.surer_than(_SURE)]
            every = _once([at for at, _, _ in heard])
            scores["onsets"][name].append(f_of(_any(every), _any(onsets)))
            if len(pitched) > 20:
                notes = [(at, pitch) for at, pitch, voice in heard if not voice.is_drums]
                scores["notes"][name].append(f_of(notes, _tuned(pitched, notes)))
        row = "  ".join(
            f"{what} {name} {own[-1]:.2f}"
            for what, by in scores.items()
            for name, own in by.items()
        )
        print(f"{module.name[:32]:<34}{row}", flush=True)
    for what, by in scores.items():
        told = "  ".join(f"{name} {np.mean(own):.3f}" for name, own in by.items())
        print(f"{what:<10}{told}  ({len(next(iter(by.values())))} modules)")


def _once(times: list[float]) -> list[float]:
    kept: list[float] = []
    for at in sorted(times):
        if not kept or at - kept[-1] > _ONE_S:
            kept.append(at)
    return kept


def _any(times: list[float]) -> list[tuple[float, int]]:
    return [(at, 0) for at in times]


def _tuned(
    wanted: list[tuple[float, int, int]], heard: list[tuple[float, int]]
) -> list[tuple[float, int]]:
    """The wanted notes, each instrument's by the transposition by which most of them are heard."""
    by_instrument: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for at, note, instrument in wanted:
        by_instrument[instrument].append((at, note))
    found = []
    for own in by_instrument.values():
        moved = {up: [(at, note + up) for at, note in own] for up in _UP}
        best = max(_UP, key=lambda up: (f_of(heard, moved[up]), -abs(up)))
        found += moved[best]
    once: list[tuple[float, int]] = []
    last: dict[int, float] = {}
    for at, pitch in sorted(found):
        if at - last.get(pitch, -1.0) > _ONE_S:
            once.append((at, pitch))
            last[pitch] = at
    return once


def _by_rise(mono: np.ndarray) -> list[float]:
    quick = maps_of(mono).quick.astype(float)
    rise = np.maximum(np.diff(quick, axis=0, prepend=quick[:1]), 0).mean(axis=1)
    peaks = rise >= ndimage.maximum_filter1d(rise, 7)
    peaks &= rise > _RISE * np.percentile(rise, 99.5)
    return _once([float(at) * FRAME_S for at in np.flatnonzero(peaks)])


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("--count", type=int, default=20)
    asked = about.parse_args()
    compare(asked.folder, asked.count)


if __name__ == "__main__":
    main()
