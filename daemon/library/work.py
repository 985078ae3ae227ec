"""A clip being rendered: its sound, what it is by now, and what each step does to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bridge.music import Key, Meter, bar_seconds, loop_frames
from bridge.request import kind_word
from daemon.audio.files import read_audio
from daemon.audio.loudness import SILENCE_DB, amplify, lufs_however_soft, measure_level
from daemon.audio.resample import fit_length, resample, resample_loop
from daemon.audio.rounds import repeated
from daemon.audio.sound import Sound
from daemon.correction import Correction
from daemon.errors import LibraryError
from daemon.library import effects, treatments
from daemon.library.plugins import plugin_key
from daemon.library.steps import Step, shape_after
from daemon.parts.true_stems import read_stems, stems_changed
from daemon.pieces.changes import read_changes
from daemon.pieces.played_changes import changer
from daemon.record import ClipRecord
from daemon.verbs.tell import TellStage

#: Steps that move time or pitch; neighbours among them are done in one go.
STRETCHES = ("tempo", "key", "pitch")


@dataclass
class Work:
    """A clip being rendered: its sound, and what it is by now."""

    sound: Sound
    kind: str
    bpm: float | None
    key: str | None
    bars: int | None
    meter: Meter
    note: int | None
    parts: tuple[str, ...]
    others: dict[str, ClipRecord]
    plugins: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each plugin step uses, by `plugin_key`."""
    stretcher: str = "auto"
    record: ClipRecord = field(default_factory=ClipRecord)
    one_frame: int = 0
    """The frame of the first bar line, where the user said that it is not the first."""

    @classmethod
    def read(
        cls, record: ClipRecord, others: dict[str, ClipRecord], *, stems: bool, tell: TellStage
    ) -> Work:
        audio, rate = read_audio(record["path"])
        sound = Sound(audio, rate)
        if stems:
            tell(0.02, "editing", "finding the stems")
            sound.stems = read_stems(record, audio, rate)
        sound, one_frame = _from_the_one(sound, record)
        return cls(
            sound, record["kind"], record.get("bpm"), record.get("key"), record.get("bars"),
            Meter.parse(record.get("meter") or "4/4"), record.get("note"),
            tuple(record.get("parts") or ()), others, record=record, one_frame=one_frame,
        )  # fmt: skip

    @property
    def loops(self) -> bool:
        return self.kind == "loop"

    def do(self, group: list[Step], steps: list[Step]) -> None:
        """Apply one step, or several of tempo and pitch, to the sound and its description."""
        step = group[0]
        if step["do"] in STRETCHES:
            self._stretch(group)
        elif step["do"] == "plugin":
            self._plugin(step)
        elif step["do"] == "solo":
            self._solo({one["stem"] for one in steps if one["do"] == "solo"})
        else:
            settings = {name: value for name, value in step.items() if name != "do"}
            _TREATMENTS[step["do"]](self, **settings)

    # -- time and pitch

    def _stretch(self, group: list[Step]) -> None:
        frames = self.sound.frames
        semitones = 0.0
        for step in group:
            if step["do"] == "tempo":
                frames = self._frames_at(step["bpm"], frames)
            else:
                moved = (
                    self._semitones_to(step["key"]) if step["do"] == "key" else step["semitones"]
                )
                key = shape_after({"kind": self.kind, "key": self.key}, [step]).key
                semitones = semitones + moved
                self.key = key
        self.one_frame = round(self.one_frame * frames / self.sound.frames)
        drums = bool(self.parts) and set(self.parts) <= {"drums", "fx", "texture"}
        self.sound = treatments.stretched(
            self.sound, frames, semitones, loops=self.loops, drums=drums, by=self.stretcher
        )
        self.note = None if self.note is None else round(self.note + semitones)

    def _frames_at(self, bpm: float, frames: int) -> int:
        if not self.bpm:
            raise LibraryError(
                f"tempo: a {kind_word(self.kind)} without a tempo has none to change;"
                " say its tempo with `fit` first",
                "bad_request",
            )
        ratio = self.bpm / bpm
        if not 0.25 <= ratio <= 4:
            raise LibraryError(
                f"tempo: {self.bpm:g} to {bpm:g} bpm is more than four times; take a nearer one",
                "bad_request",
            )
        self.bpm = bpm
        if self.loops and self.bars:
            return loop_frames(self.bars, self.meter, bpm, self.sound.sample_rate)
        return round(frames * ratio)

    def _semitones_to(self, name: str) -> float:
        if not self.key:
            raise LibraryError(
                "key: the clip has no key to move from; move it by semitones with `pitch`",
                "bad_request",
            )
        return Key.parse(self.key).semitones_to(Key.parse(name))

    def _trim(self, start_s: float, end_s: float) -> None:
        self.sound = treatments.trimmed(self.sound, start_s, end_s)
        self.kind = "sfx" if self.kind in ("loop", "track") else self.kind
        self.bars = None
        self.one_frame = 0

    def _section(self, bar: int, bars: int) -> None:
        if not self.bpm:
            raise LibraryError(
                "section: the clip has no tempo, so it has no bars; cut it in seconds with `trim`",
                "bad_request",
            )
        bar_frames = self.meter.quarters_per_bar * 60 / self.bpm * self.sound.sample_rate
        have = (
            self.bars
            if self.loops and self.bars
            else math.floor((self.sound.frames - self.one_frame) / bar_frames + 0.01)
        )
        if bar + bars - 1 > have:
            raise LibraryError(
                f"section: bars {bar} to {bar + bars - 1} of {have}; take bars that are there",
                "bad_request",
            )
        frames = loop_frames(bars, self.meter, self.bpm, self.sound.sample_rate)
        if not (self.loops and bars == self.bars and bar == 1):
            self.sound = treatments.passage(
                self.sound,
                self.one_frame + round((bar - 1) * bar_frames),
                frames,
                was_loop=self.loops,
            )
            self.one_frame = 0
        self.kind = "loop"
        self.bars = bars

    def _reverse(self) -> None:
        self.sound = self.sound.linear(lambda x: np.ascontiguousarray(x[::-1]))

    def _slices(self, per_bar: int, order: str, seed: int) -> None:
        if not self.bpm:
            raise LibraryError(
                "slices: the clip has no tempo, so it has no grid to be cut on", "bad_request"
            )
        slice_frames = (
            self.meter.quarters_per_bar * 60 / self.bpm * self.sound.sample_rate / per_bar
        )
        count = (
            per_bar * self.bars
            if self.loops and self.bars
            else math.ceil(self.sound.frames / slice_frames - 0.01)
        )
        edges = [min(round(n * slice_frames), self.sound.frames) for n in range(count)] + [
            self.sound.frames
        ]
        self.sound = treatments.rearranged(
            self.sound, edges, treatments.slice_order(order, count, seed), loops=self.loops
        )

    def _notes(self, changes: str) -> None:
        """Play the clip's plan with other notes. LibraryError where it has none to play."""
        if not self.record.get("plan") or self.record.get("engine") != "embedded":
            raise LibraryError(
                f"clip {self.record['id']} was not played by the musician, so its sound cannot"
                " follow its notes; save them as a clip of notes",
                "no_plan",
            )
        rate = self.sound.sample_rate
        stems = stems_changed(self.record, self.sound.audio, rate, changer(read_changes(changes)))
        mix = np.asarray(sum(stems.values()), dtype=np.float32)
        self.sound = Sound(mix, rate, stems if self.sound.stems else {})

    # -- level

    def gain(self, db: float) -> None:
        self.sound = self.sound.linear(lambda x: amplify(x, db))

    def _fade(self, in_s: float, out_s: float) -> None:
        rate = self.sound.sample_rate
        self.sound = treatments.faded(self.sound, round(in_s * rate), round(out_s * rate))

    def _normalise(self, peak_db: float) -> None:
        level = measure_level(self.sound.audio, self.sound.sample_rate, self.loops)
        if level.true_peak_db > SILENCE_DB:
            self.gain(peak_db - level.true_peak_db)

    def _loudness(self, lufs: float) -> None:
        sound = self.sound.audio, self.sound.sample_rate, self.loops
        level = measure_level(*sound)
        if not math.isfinite(level.lufs):
            # under the meter's gate: by its peak alone it would come out far louder than asked
            level = replace(level, lufs=lufs_however_soft(*sound))
        self.gain(level.gain_to(lufs))

    # -- effects

    def _filter(self, type: str, hz: float, q: float) -> None:
        self.sound = self.sound.linear(
            lambda x: effects.one_filter(x, self.sound.sample_rate, self.loops, type, hz, q)
        )

    def _eq(self, low_db: float, mid_db: float, high_db: float) -> None:
        self.sound = self.sound.linear(
            lambda x: effects.three_bands(
                x, self.sound.sample_rate, self.loops, low_db, mid_db, high_db
            )
        )

    def _reverb(self, amount: float, size_s: float) -> None:
        self._grown(lambda x: effects.reverb(x, self.sound.sample_rate, self.loops, amount, size_s))

    def _delay(self, amount: float, quarters: float, feedback: float) -> None:
        self._grown(
            lambda x: effects.delay(
                x, self.sound.sample_rate, self.loops, amount, quarters, feedback, self.bpm
            )
        )

    def _grown(self, treatment: Callable[[np.ndarray], np.ndarray]) -> None:
        """Apply an effect whose tail lengthens the clip; stems become as long as the mix."""
        mix = treatment(self.sound.audio)
        stems = {
            name: fit_length(treatment(stem), len(mix)) for name, stem in self.sound.stems.items()
        }
        self.sound = Sound(mix, self.sound.sample_rate, stems)

    def _chorus(self, amount: float, rate_hz: float, depth_ms: float) -> None:
        self.sound = self.sound.linear(
            lambda x: effects.chorus(
                x, self.sound.sample_rate, self.loops, amount, rate_hz, depth_ms
            )
        )

    def _compressor(
        self, threshold_db: float, ratio: float, attack_ms: float, release_ms: float
    ) -> None:
        before = self.sound.audio
        gain = effects.compressor_gain(
            before, self.sound.sample_rate, self.loops, threshold_db, ratio, attack_ms, release_ms
        )
        self.sound = self.sound.linear(lambda x: x * gain)
        self.gain(effects.as_loud_as(self.sound.audio, before, self.sound.sample_rate, self.loops))

    def _saturation(self, drive: float) -> None:
        before = self.sound.audio
        self.sound = self.sound.shaped(lambda x: effects.saturated(x, self.loops, drive))
        self.gain(effects.as_loud_as(self.sound.audio, before, self.sound.sample_rate, self.loops))

    def _bitcrush(self, bits: int, rate_hz: float) -> None:
        self.sound = self.sound.shaped(
            lambda x: effects.bitcrushed(x, self.sound.sample_rate, bits, rate_hz)
        )

    def _plugin(self, step: Step) -> None:
        from daemon.library import plugin_host

        self.sound = plugin_host.treated(
            self.sound, step, self.plugins[plugin_key(step)], loops=self.loops
        )

    def _layer(self, clip: str, db: float) -> None:
        new = amplify(
            _as_wide_as(self._fitted(self.others[clip], self.sound.sample_rate), self.sound.audio),
            db,
        )
        stems = {**self.sound.stems, f"layer {clip}": new} if self.sound.stems else {}
        self.sound = Sound(self.sound.audio + new, self.sound.sample_rate, stems)

    # -- stems

    def _level(self, stem: str, db: float) -> None:
        self._put(stem, amplify(self._stem(stem), db))

    def _pan(self, stem: str, to: float) -> None:
        if self.sound.audio.shape[1] == 1:
            self.sound = self.sound.linear(lambda x: np.repeat(x, 2, axis=1))
        self._put(stem, treatments.panned(self._stem(stem), to))

    def _mute(self, stem: str) -> None:
        self._put(stem, np.zeros_like(self._stem(stem)))

    def _solo(self, stems: set[str]) -> None:
        for stem in stems:
            self._stem(stem)
        for name in set(self.sound.stems) - stems:
            self._put(name, np.zeros_like(self._stem(name)))

    def _replace(self, stem: str, clip: str) -> None:
        old = self._stem(stem)
        rate = self.sound.sample_rate
        new = _as_wide_as(self._fitted(self.others[clip], rate), old)
        if np.abs(old).max(initial=0.0) > 1e-5:
            wanted = measure_level(old, rate, self.loops).lufs
            have = measure_level(new, rate, self.loops).lufs
            if math.isfinite(wanted) and math.isfinite(have):
                new = amplify(new, wanted - have)
        self._put(stem, new)

    def _fitted(self, record: ClipRecord, rate: int) -> np.ndarray:
        """Another clip at this one's tempo, key and length: repeated, or cut."""
        audio, own_rate = read_audio(record["path"])
        frames = self.sound.frames
        bars = record.get("bars")
        if record["kind"] != "loop" or not record.get("bpm") or not bars or not self.bpm:
            return treatments.ended(resample(audio, own_rate, rate), frames, rate)
        other = Sound(
            resample_loop(audio, own_rate, rate, round(len(audio) * rate / own_rate)), rate
        )
        meter = Meter.parse(record.get("meter") or "4/4")
        wanted = loop_frames(bars, meter, self.bpm, rate)
        semitones = 0.0
        if (key := record.get("key")) and self.key:
            semitones = Key.parse(key).semitones_to(Key.parse(self.key))
        fitted = treatments.stretched(other, wanted, semitones, loops=True, by=self.stretcher)
        rounds, roll = repeated(fitted, bars * bar_seconds(meter, self.bpm) * rate, frames)
        if not roll:
            return rounds.audio
        # where it ends inside a round, its own start does not follow
        return (
            treatments.closed(rounds, roll).audio
            if self.loops
            else treatments.ended(rounds.audio[roll:], frames, rate)
        )

    def _stem(self, name: str) -> np.ndarray:
        if name not in self.sound.stems:
            have = ", ".join(self.sound.stems)
            raise LibraryError(f"the clip has no part {name!r}; it has {have}", "unknown_stem")
        return self.sound.stems[name]

    def _put(self, name: str, audio: np.ndarray) -> None:
        """Replace a part.

        The mix changes by the difference, so that what no stem holds stays in it.
        """
        mix = self.sound.audio + (audio - self.sound.stems[name])
        self.sound = Sound(mix, self.sound.sample_rate, {**self.sound.stems, name: audio})


def _from_the_one(sound: Sound, record: ClipRecord) -> tuple[Sound, int]:
    """The sound from its first beat on, as the user said it, and the frame of its first bar line.

    A loop is turned, for it has no end; of another clip the frame is told.
    """
    word = Correction.from_json(record.get("corrected") or {})
    if not word.downbeat_s or record["kind"] not in ("loop", "track"):
        return sound, 0
    one_frame = round(word.downbeat_s * sound.sample_rate) % sound.frames
    if record["kind"] == "loop":
        return sound.linear(lambda x: np.roll(x, -one_frame, axis=0)), 0
    bpm = record.get("bpm")
    if not bpm:
        return sound, one_frame
    bar_frames = bar_seconds(Meter.parse(record.get("meter") or "4/4"), bpm) * sound.sample_rate
    return sound, round(one_frame % bar_frames)


#: What each step calls; the others are done in `Work.do`.
_TREATMENTS: dict[str, Callable[..., None]] = {
    "trim": Work._trim,
    "section": Work._section,
    "reverse": Work._reverse,
    "slices": Work._slices,
    "notes": Work._notes,
    "gain": Work.gain,
    "fade": Work._fade,
    "normalise": Work._normalise,
    "loudness": Work._loudness,
    "filter": Work._filter,
    "eq": Work._eq,
    "reverb": Work._reverb,
    "delay": Work._delay,
    "chorus": Work._chorus,
    "compressor": Work._compressor,
    "saturation": Work._saturation,
    "bitcrush": Work._bitcrush,
    "layer": Work._layer,
    "level": Work._level,
    "pan": Work._pan,
    "mute": Work._mute,
    "replace": Work._replace,
}


def _as_wide_as(audio: np.ndarray, other: np.ndarray) -> np.ndarray:
    """With as many channels as another."""
    if audio.shape[1] == other.shape[1]:
        return audio
    if other.shape[1] == 2:
        return np.repeat(audio, 2, axis=1)
    mono: np.ndarray = audio.mean(axis=1, keepdims=True, dtype=np.float32)
    return mono
