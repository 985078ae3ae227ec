"""A scene: the sound that is filmed, its grid in frames of the film, its movement and its words."""

from __future__ import annotations

import colorsys
import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import mido
import numpy as np

from bridge.errors import SidecrateError
from bridge.music import Meter
from daemon.audio.files import read_audio
from daemon.errors import AudioError
from daemon.parts.source import Source
from daemon.pieces.midi import UNREADABLE
from daemon.video.movement import STEPS, Movement, movement_of

#: Stems of a clip that are its low end.
_LOW_STEMS = ("drums", "bass", "kick")
#: Levels of a picture that are drawn, in two ramps of colours.
RAMP = 128
#: Bars of which the colours of a piece go round.
_HUES = 7


@dataclass(frozen=True)
class Note:
    """A note in seconds from the beginning of the sound."""

    start_s: float
    end_s: float
    pitch: int
    is_drum: bool


@dataclass(frozen=True)
class Scene:
    """What a style draws from. Frames count from 0; times are those of the sound, once through."""

    width: int
    height: int
    fps: int
    audio: np.ndarray
    """float32 (frames, channels), once through."""
    rate: int
    loops: int
    is_loop: bool
    beats_s: np.ndarray
    """Each beat of the whole film, in s; empty where none is known."""
    downbeats_s: np.ndarray
    cut_bars: int
    movement: Movement
    notes: tuple[Note, ...]
    seed: int
    title: str
    facts: str = ""
    """Key and tempo, for people."""
    said: list[str] = field(default_factory=list)

    @property
    def once_s(self) -> float:
        """Seconds of the sound, once through."""
        return len(self.audio) / self.rate

    @property
    def seconds(self) -> float:
        return self.once_s * self.loops

    @property
    def frames(self) -> int:
        """Frames of the film."""
        return max(1, round(self.seconds * self.fps))

    @cached_property
    def cuts(self) -> np.ndarray:
        """The frame of each cut: that of a downbeat's exact time, rounded, never summed up."""
        places = self.downbeats_s[:: self.cut_bars]
        frames = np.round(places * self.fps).astype(int)
        return np.unique(frames[(frames > 0) & (frames < self.frames)])

    def shot_of(self, k: int) -> int:
        """How many cuts come before or at frame k."""
        return int(np.searchsorted(self.cuts, k, side="right"))

    def look_of(self, k: int) -> int:
        """The shot of frame k, counted anew in each round of a loop: its end leads to its start."""
        shot = self.shot_of(k)
        if self.is_loop and self.loops > 1:
            per_round = (len(self.cuts) + 1) / self.loops
            if per_round >= 1 and abs(per_round - round(per_round)) < 1e-9:
                return shot % round(per_round)
        return shot

    def time_of(self, k: int) -> float:
        """The time in the sound, once through, of frame k."""
        return (k / self.fps) % self.once_s if self.is_loop else k / self.fps

    def phase_of(self, k: int) -> float:
        """How far frame k is through the sound, 0 to 1."""
        return self.time_of(k) / self.once_s

    def beat_of(self, k: int) -> float:
        """How far frame k is from the last beat to the next, 0 to 1; 0.5 where no beat is known."""
        at_s = k / self.fps
        n = int(np.searchsorted(self.beats_s, at_s + 1e-9, side="right"))
        if not 0 < n < len(self.beats_s):
            return 0.5
        before, after = self.beats_s[n - 1], self.beats_s[n]
        return float((at_s - before) / (after - before))

    def stream(self, what: str) -> np.random.Generator:
        """Numbers for one purpose: the same for the same seed."""
        return np.random.default_rng([self.seed % 2**32, *what.encode()])

    def palette(self, k: int) -> np.ndarray:
        """The colours of frame k, uint8 (2 * RAMP, 3): two ramps from the dark to the bright.

        Their hue is the seed's, turned by what sounds and at each cut.
        """
        now = self.movement
        tone = int(now.strongest_tone[min(round(self.time_of(k) * STEPS), len(now.level) - 1)])
        look = self.look_of(k) % _HUES
        return _palette(self._hue, look, tone)

    @cached_property
    def _hue(self) -> float:
        return float(self.stream("hue").random())


_PALETTES: dict[tuple[float, int, int], np.ndarray] = {}


def _palette(hue: float, look: int, tone: int) -> np.ndarray:
    known = (hue, look, tone)
    if known not in _PALETTES:
        if len(_PALETTES) > 256:
            _PALETTES.clear()
        first = (hue + look * 0.382 + tone * 0.012) % 1
        ramps = [_ramp(first, 0.72), _ramp((first + 0.42) % 1, 0.85)]
        _PALETTES[known] = np.concatenate(ramps)
    return _PALETTES[known]


def _ramp(hue: float, depth: float) -> np.ndarray:
    shares = np.linspace(0, 1, RAMP)
    rows = [
        colorsys.hsv_to_rgb(
            (hue + 0.06 * (1 - x)) % 1,
            depth * (1 - 0.75 * max(0.0, x - 0.6) / 0.4),
            0.045 + 0.955 * x,
        )
        for x in shares
    ]
    return np.round(np.array(rows) * 255).astype(np.uint8)


def read_scene(
    source: Source, *, size: tuple[int, int], fps: int, loops: int, cut_bars: int, seed: int,
    title: str, beside: Mapping[str, Any],
) -> Scene:  # fmt: skip
    """The scene of a source, with its grid and notes. AudioError says why it cannot be heard.

    beside: the paths of its notes (`midi`) and stems (`stems`), where it is a clip that has them.
    """
    grid = source.grid
    record = source.record or {}
    said: list[str] = []
    is_loop = grid.is_loop
    once_s = source.seconds
    beats, downbeats = _beats(source, once_s * loops, is_loop, said)
    bpm = grid.bpm or (record.get("bpm") if record.get("kind") == "track" else None)
    key = record.get("key") or grid.key
    facts = " · ".join(filter(None, (str(key or ""), f"{bpm:g} bpm" if bpm else "")))
    low = _low_stem(beside.get("stems") or (), len(source.audio), source.sample_rate)
    return Scene(
        *size, fps, source.audio, source.sample_rate, loops, is_loop, beats, downbeats, cut_bars,
        movement_of(source.audio, source.sample_rate, is_loop, low),
        _notes(beside.get("midi"), once_s), seed, title, facts, said,
    )  # fmt: skip


def _beats(
    source: Source, seconds: float, is_loop: bool, said: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """(beats, downbeats) of the whole film in s, from the grid or the record, else as heard."""
    grid = source.grid if is_loop else None
    record = source.record or {}
    bpm = grid.bpm if grid else record.get("bpm") if record.get("kind") == "track" else None
    if bpm:
        meter = Meter.parse((grid.meter if grid else record.get("meter")) or "4/4")
        bar_s = meter.quarters_per_bar * 60 / float(bpm)
        if grid and grid.bars:
            # a loop is a whole number of frames long, and its bars share that
            bar_s = source.seconds / grid.bars
        beat_s = bar_s / meter.beats_per_bar
        beats = np.arange(int(seconds / beat_s) + 2) * beat_s
        return beats, np.arange(int(seconds / bar_s) + 2) * bar_s
    heard = source.heard
    if not heard.periodic:
        said.append(f"no beat was heard in {source.name}: the picture is not cut")
        return np.zeros(0), np.zeros(0)
    beats = heard.beats_s[heard.beats_s >= 0]
    bar_q = heard.meter.quarters_per_bar
    last = float(heard.position_of(np.array([seconds]))[0])
    downbeats = heard.time_of(np.arange(0, max(last, 0) + bar_q, bar_q))
    return beats, downbeats[downbeats >= 0]


def _low_stem(stems: Iterable[str], frames: int, rate: int) -> np.ndarray | None:
    """The stems of a clip that are its low end, together; None where it has none on disk."""
    found: np.ndarray | None = None
    for path in map(Path, stems):
        if path.stem.rpartition("_")[2] not in _LOW_STEMS or not path.is_file():
            continue
        with contextlib.suppress(SidecrateError):
            audio, own = read_audio(path)
            if own == rate and len(audio) == frames:
                found = audio if found is None else found + audio
    return found


def _notes(path: str | None, once_s: float) -> tuple[Note, ...]:
    """The notes beside a clip, in seconds; none where it has none.

    AudioError names a file of them that cannot be read.
    """
    if not path or not Path(path).is_file():
        return ()
    try:
        messages = list(mido.MidiFile(path))
    except (*UNREADABLE, ArithmeticError, TypeError) as error:
        why = str(error) or "it ends too early"
        raise AudioError(
            f"{path} cannot be read as MIDI ({why}); take it from beside the clip, or export it"
            " again"
        ) from None
    found: list[Note] = []
    sounding: dict[tuple[int, int], float] = {}
    at_s = 0.0
    for message in messages:
        at_s += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        what = (message.channel, message.note)
        if what in sounding:
            start_s = sounding.pop(what)
            found.append(Note(start_s, max(at_s, start_s + 0.03), what[1], what[0] == 9))
        if message.type == "note_on" and message.velocity:
            sounding[what] = at_s
    return tuple(note for note in sorted(found, key=lambda n: n.start_s) if note.start_s < once_s)
