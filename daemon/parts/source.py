"""The sound that is taken apart: its samples, its grid, and its record where it is a clip."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from bridge.inbox.names import user_name
from bridge.music import Meter, loop_frames
from daemon.audio.files import read_audio
from daemon.audio.sound import Sound
from daemon.audio.wav_record import is_clips_own, read_record
from daemon.brief import Brief
from daemon.correction import Correction
from daemon.hearing.going_round import tempo_of
from daemon.hearing.heard import Heard
from daemon.record import ClipRecord
from daemon.verbs.registry import SOURCES_OWN
from daemon.witness.hearing import Verdict, choose_key, hear_with
from daemon.witness.witnesses import Witnesses, read_witnesses

#: s by which a file may be longer or shorter than whole bars and still be a loop of them.
_WHOLE_BARS_S = 0.01
#: Share of its length by which a file of 1, 2 or 4 bars may be off that sounds from its start on:
#: loops have these lengths, and breaks are heard so much too slow. Where its tempo is in doubt a
#: length that fits it so much better speaks for it.
_SHORT_OFF, _DOUBTED_OFF = 0.03, 0.01
#: s of silence at a file's start, under which it sounds from there on.
_AT_ONCE_S = 0.03
#: Bars by which it may be off at a tempo that its user said.
_SAID_OFF_BARS = 0.02
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
    word: Correction = field(default_factory=Correction)
    """What its user said of it, counted from where `audio` begins."""
    is_whole: bool = True
    """Whether it is all of the file, not a passage."""
    stated_licence: str = ""
    """What the library states of the clip that it is."""
    known: Grid | None = None
    """The grid of the whole that it is a part of."""

    @classmethod
    def read(cls, brief: Brief) -> Source:
        """The brief's reference, whole or the passage that it names. AudioError says why not."""
        assert brief.reference, "a verb that works on a source has one"
        audio, rate = read_audio(brief.reference, brief.reference_start, brief.reference_end)
        record = read_record(Path(brief.reference))
        whole = not brief.reference_start and brief.reference_end is None
        own = record if whole and is_clips_own(record) else None
        word = Correction.from_json(brief.corrected).later_by(-brief.reference_start)
        return cls(Path(brief.reference), audio, rate, own, word, whole, brief.source_licence)

    @property
    def licence(self) -> str:
        """The licence that its parts inherit."""
        return str((self.record or {}).get("license") or self.stated_licence or SOURCES_OWN)

    @property
    def name(self) -> str:
        """Its name as its user knows it: a dropped file has a claim's name meanwhile."""
        return Path(user_name(self.path)).stem

    @property
    def title(self) -> str:
        """What its user asked for where it is a clip, else its name."""
        return str((self.record or {}).get("words") or self.name)

    @property
    def is_one_sound(self) -> bool:
        """Whether it is one hit, by its record or its length: that has no tempo."""
        kind = (self.record or {}).get("kind", "")
        short = len(self.audio) < _ONE_SOUND_S * self.sample_rate
        return kind in ("oneshot", "sfx") or (short and kind != "loop" and self.word.bpm is None)

    @cached_property
    def grid(self) -> Grid:
        """Its whole's grid, its user's word, its record's grid, or the one that is heard."""
        if self.known is not None:
            return self.known
        if self.is_one_sound:
            return Grid(None, None, "4/4", None, "one sound has no beat", 0.0)
        if self.word.bpm is None and self.record and self.record.get("kind") == "loop":
            meter = str(self.record.get("meter") or "4/4")
            bpm, bars = self.record["bpm"], self.record.get("bars")
            if bpm and bars and self._frames(bars, meter, bpm) == len(self.audio):
                return Grid(bpm, bars, meter, self.record.get("key"), "its record", 1.0)
        return self._heard()

    def _heard(self) -> Grid:
        """By its beats; where they are nearly whole bars, the tempo that makes them whole."""
        heard, said = self.heard, self.word.bpm is not None
        if not heard.periodic:
            return Grid(None, None, "4/4", None, "no beat was heard", 0.0)
        how = "your word" if said else "heard"
        sure = 1.0 if said else round(float(heard.confidence), 2)
        meter = str(heard.meter)
        free = Grid(round(heard.bpm, 3), None, meter, None, how, sure)
        bars = round(self._bars_heard)
        if not 0 < bars <= _MOST_BARS or not self._is_whole_bars(bars):
            return free
        if sure < _SURE and not self._is_short_loop(bars, _DOUBTED_OFF):
            return free
        whole = tempo_of(len(self.audio), self.sample_rate, bars, heard.meter)
        for tempo in (heard.bpm, whole):
            if self._frames(bars, meter, tempo) == len(self.audio):
                return Grid(tempo, bars, meter, None, how, sure)
        return free

    @property
    def _bars_heard(self) -> float:
        return self.seconds * self.heard.bpm / 60 / self.heard.meter.quarters_per_bar

    def _is_whole_bars(self, bars: int) -> bool:
        """Whether it is so many bars long, as nearly as its tempo is known."""
        bar_q = self.heard.meter.quarters_per_bar
        off_bars = abs(self._bars_heard - bars)
        if self.word.bpm is not None:
            return off_bars <= _SAID_OFF_BARS
        if off_bars * bar_q * 60 / self.heard.bpm <= _WHOLE_BARS_S:
            return True
        return self._is_short_loop(bars, _SHORT_OFF)

    def _is_short_loop(self, bars: int, off: float) -> bool:
        """Whether it is a short loop's number of bars long, but for a share `off` of them."""
        at_once = self.heard.sounds_from_s < _AT_ONCE_S
        near = abs(self._bars_heard / bars - 1) <= off
        return at_once and bars in (1, 2, 4) and near

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.audio) / self.sample_rate

    @property
    def no_loop(self) -> str:
        """Why it is no loop, and what makes one of it, for its user; empty where it is one."""
        if self.grid.is_loop or self.is_one_sound:
            return ""
        tell = "`sidecrate correct FILE --bpm N`"
        if self.grid.bpm is None:
            return f"no beat was heard in {self.name}: say its tempo with {tell}"
        bars = max(1, round(self._bars_heard))
        fits = 60 * self.heard.meter.quarters_per_bar * bars / self.seconds
        by = "you said" if self.word.bpm is not None else "was heard"
        return (
            f"{self.name} is not whole bars long at the {self.grid.bpm:g} bpm that {by}; "
            f"{bars} of them would have {fits:.2f} bpm. Say its tempo with {tell}, "
            "or let `sidecrate fit` make a loop of it"
        )

    @cached_property
    def _witnesses(self) -> Witnesses:
        return read_witnesses(self.path, self.seconds, self.word, whole=self.is_whole)

    @cached_property
    def _verdict(self) -> Verdict:
        return hear_with(self.audio, self.sample_rate, None, Meter(), self._witnesses)

    @property
    def heard(self) -> Heard:
        """Its beats: by ear, by what the file states, and over both by its user's word."""
        return self._verdict.heard

    def _frames(self, bars: int, meter: str, bpm: float) -> int:
        return loop_frames(bars, Meter.parse(meter), bpm, self.sample_rate)

    @cached_property
    def key(self) -> str | None:
        """Its user's word, its record's key, or the one that is heard; None where it has none."""
        from daemon.hearing import key

        if self.word.key is None and self.record and self.record.get("key"):
            return str(self.record["key"])
        tones = key.hear_tones(Sound(self.audio, self.sample_rate).mono, self.sample_rate)
        found, _, _ = choose_key(*key.find_key(tones), self._witnesses)
        return found.short if found else None
