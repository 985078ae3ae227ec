"""The sound that is taken apart: its samples, its grid, and its record where it is a clip."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bridge.inbox.names import user_name
from bridge.music import Meter, loop_frames
from daemon.audio.files import read_audio
from daemon.audio.sound import Sound
from daemon.audio.wav_record import is_clips_own, read_record
from daemon.brief import Brief
from daemon.hearing import hear
from daemon.hearing.heard import Heard
from daemon.record import ClipRecord

#: s by which a file may be longer or shorter than whole bars and still be a loop of them.
_WHOLE_BARS_S = 0.01
#: Confidence from which the grid that was heard is taken as the file's own.
_SURE = 0.5
#: s under which a sound without a record is one hit.
_ONE_SOUND_S = 1.0
#: Bars of the longest file that is taken for a loop.
_MOST_BARS = 64


@dataclass(frozen=True)
class Grid:
    """The grid of a source: `bpm` makes `bars` whole bars exactly as long as a loop is."""

    bpm: float | None
    bars: int | None
    meter: str
    key: str | None
    how: str
    """Whose word it is, for the report."""
    confidence: float

    @property
    def is_loop(self) -> bool:
        return self.bars is not None


@dataclass(frozen=True)
class Source:
    """A sound to take apart: float32 (frames, channels) at `sample_rate` Hz."""

    path: Path
    audio: np.ndarray
    sample_rate: int
    record: ClipRecord | None

    @classmethod
    def read(cls, brief: Brief) -> Source:
        """The brief's reference, whole or the passage that it names. AudioError says why not."""
        assert brief.reference, "a verb that works on a source has one"
        audio, rate = read_audio(brief.reference, brief.reference_start, brief.reference_end)
        record = read_record(Path(brief.reference))
        whole = not brief.reference_start and brief.reference_end is None
        own = record if whole and is_clips_own(record) else None
        return cls(Path(brief.reference), audio, rate, own)

    @property
    def licence(self) -> str:
        """The licence that its parts inherit."""
        return str((self.record or {}).get("license") or "as what it comes from")

    @property
    def name(self) -> str:
        """Its name as its user knows it: a dropped file has a claim's name meanwhile."""
        return Path(user_name(self.path)).stem

    @property
    def is_one_sound(self) -> bool:
        """Whether it is one hit, by its record or its length: that has no tempo."""
        kind = (self.record or {}).get("kind", "")
        short = len(self.audio) < _ONE_SOUND_S * self.sample_rate
        return kind in ("oneshot", "sfx") or (short and kind != "loop")

    @cached_property
    def grid(self) -> Grid:
        """Its record's grid, or the one that is heard."""
        if self.is_one_sound:
            return Grid(None, None, "4/4", None, "one sound has no beat", 0.0)
        if self.record and self.record.get("bars") and self.record["kind"] == "loop":
            meter = str(self.record["meter"] or "4/4")
            bpm, bars = self.record["bpm"], self.record["bars"]
            if bpm and bars and self._frames(bars, meter, bpm) == len(self.audio):
                return Grid(bpm, bars, meter, self.record.get("key"), "its record", 1.0)
        return self._heard()

    def _heard(self) -> Grid:
        heard = self.heard
        if not heard.periodic:
            return Grid(None, None, "4/4", None, "no beat was heard", 0.0)
        seconds = len(self.audio) / self.sample_rate
        bars = round(seconds * heard.bpm / 240)
        sure = round(float(heard.confidence), 2)
        off_s = abs(seconds - bars * 240 / heard.bpm) if bars else seconds
        if not 0 < bars <= _MOST_BARS or off_s > _WHOLE_BARS_S or sure < _SURE:
            return Grid(round(heard.bpm, 3), None, "4/4", None, "heard", sure)
        bpm = 240 * bars / seconds
        for digits in range(1, 8):
            if self._frames(bars, "4/4", round(bpm, digits)) == len(self.audio):
                return Grid(round(bpm, digits), bars, "4/4", None, "heard", sure)
        return Grid(round(bpm, 3), None, "4/4", None, "heard", sure)

    @cached_property
    def heard(self) -> Heard:
        """Its beats, as they are heard."""
        return hear(self.audio, self.sample_rate)

    def _frames(self, bars: int, meter: str, bpm: float) -> int:
        return loop_frames(bars, Meter.parse(meter), bpm, self.sample_rate)

    @cached_property
    def key(self) -> str | None:
        """Its record's key, or the one that is heard; None where it has none."""
        from daemon.hearing import key

        if self.record and self.record.get("key"):
            return str(self.record["key"])
        tones = key.hear_tones(Sound(self.audio, self.sample_rate).mono, self.sample_rate)
        found, _ = key.find_key(tones)
        return found.short if found else None
