"""The work of `transcribe`: what is played in a sound, as a MIDI clip on its grid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bridge.music import Key, Meter
from daemon.audio.offset import silence_of
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.hearing import key as keys
from daemon.hearing.chords import HeardChord, hear_chords
from daemon.hearing.heard import Heard
from daemon.hearing.log_spectra import RATE
from daemon.hearing.speech import is_speech
from daemon.notes import large_chords
from daemon.notes.heard_notes import HeardNote
from daemon.notes.listen import Voice, heard_at, listen
from daemon.notes.listeners import LISTENERS
from daemon.notes.plan_notes import has_plan, sheet_of_plan
from daemon.notes.report import report_of
from daemon.notes.sheet import PROGRAMS, Sheet, SheetTrack
from daemon.notes.ticks import PER_QUARTER, Lines, Ticks, timed
from daemon.parts.source import Source
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: What the fields are when they are not said.
_VOICE, _QUANTISE, _SURE = "auto", 0.5, 0.5
#: How sure a note must be where somebody speaks: of a minute of speech no more than two were.
_SURE_IN_SPEECH = 0.9
_SPEECH = "it sounds as if somebody speaks"
#: s; the shortest sound in which a note can be heard.
_SHORTEST_S = 0.1
#: Seconds of work for a second of sound on one core, and its memory; said before long work begins.
#: Measured on 200 s of stereo with drums: 26 s, and 453 MB with the libraries.
_WORK_SHARE = 0.13
_SAID_FROM_S = 10.0
#: Share of a bar under which a chord only passes by.
_PASSES = 0.3
#: Notes that show a beat, where the source is no loop: a lattice fits any few.
_LEAST_FOR_A_BEAT = 6
_MEMORY_MB, _MEMORY_MB_A_MINUTE = 110, 105
_NO_DRUMS = "no drums are heard in it; `--voice drums` takes its attacks for some"


def transcribe(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """One MIDI clip. ConformError where nothing is heard in the source."""
    yield written_down(Source.read(brief), request, tell)


def written_down(source: Source, request: dict[str, Any], tell: Tell) -> Result:
    """A source's notes: of a clip that was planned by its plan, else by ear."""
    if has_plan(source.record):
        tell(0.5, "reading its plan")
        return _of_plan(source)
    _check(source)
    return Transcription(source, request, tell).result()


def _check(source: Source) -> None:
    seconds = len(source.audio) / source.sample_rate
    if seconds < _SHORTEST_S:
        raise ConformError(
            f"{source.name} is {seconds:.3f} s long: notes can be heard from {_SHORTEST_S:g} s on"
        )
    if silence := silence_of(source.audio):
        raise ConformError(f"{source.name} is {silence}: there is no note to write down")


class Transcription:
    """A source, what was asked of it, and what was heard."""

    def __init__(self, source: Source, request: dict[str, Any], tell: Tell) -> None:
        self.source = source
        self.voice = str(request.get("voice", _VOICE))
        self.quantise = float(request.get("quantise", _QUANTISE))
        self.is_speech = is_speech(source.audio, source.sample_rate)
        self.sure = float(request.get("sure", _SURE_IN_SPEECH if self.is_speech else _SURE))
        self.bends = bool(request.get("bends", False))
        self.chords_by = str(request.get("chords", large_chords.OWN))
        if self.chords_by == large_chords.LARGE:
            large_chords.check()
        self.seconds = len(source.audio) / source.sample_rate
        self._tell = tell
        self.ticks, self.heard = self._grid()
        mono = heard_at(source.audio, source.sample_rate)
        self._before = ""
        if (expected_s := self.seconds * _WORK_SHARE) > _SAID_FROM_S:
            memory_mb = _MEMORY_MB + _MEMORY_MB_A_MINUTE * self.seconds / 60
            self._before = f", about {expected_s:.0f} s and {memory_mb:.0f} MB"
        self.voices = listen(
            mono, self.ticks.is_loop, self.voice, self._say, self._listener(request), self.bends
        )
        self.kept = {voice.name: voice.surer_than(self.sure) for voice in self.voices}
        if not self.ticks.is_loop and sum(map(len, self.kept.values())) < _LEAST_FOR_A_BEAT:
            self.ticks, self.heard = Ticks.free(self.seconds), None
        self.chords, self.key = self._harmony(mono)

    def _say(self, share: float, words: str) -> None:
        self._tell(0.1 + 0.8 * share, words + self._before)

    @staticmethod
    def _listener(request: dict[str, Any]) -> str:
        """The one that was asked for, or our own. ConformError where it is not here, and why."""
        listener = LISTENERS[str(request.get("with", "own"))]
        if why := listener.why_not():
            raise ConformError(f"with: {listener.name} cannot be had: {why}")
        return listener.name

    def _grid(self) -> tuple[Ticks, Heard | None]:
        """The ticks, and the beats by which chords are told; None without a beat."""
        self._tell(0.02, "finding its grid")
        grid = self.source.grid
        if grid.bars is not None and grid.bpm is not None:
            meter = Meter.parse(grid.meter)
            ticks = Ticks.of_loop(grid.bpm, grid.bars, meter)
            return ticks, _known(ticks, self.seconds)
        heard = None if self.source.is_one_sound else self.source.heard
        if heard is None or not heard.periodic:
            return Ticks.free(self.seconds), None
        return Ticks.of_heard(heard, self.seconds), heard

    def _harmony(self, mono: np.ndarray) -> tuple[tuple[HeardChord, ...], Key | None]:
        """Chords by beat and the key, of what has a pitch."""
        if all(voice.is_drums for voice in self.voices):
            return (), None
        record = self.source.record
        if record and record.get("key"):
            key: Key | None = Key.parse(str(record["key"]))
        else:
            key, _ = keys.find_key(keys.hear_tones(mono, RATE))
        if self.heard is None:
            return (), key
        if self.chords_by == large_chords.LARGE:
            return large_chords.hear(mono, self.heard), key
        return hear_chords(mono, RATE, self.heard), key

    def result(self) -> Result:
        kept = self.kept
        count = sum(map(len, kept.values()))
        if not count:
            raise ConformError(self._nothing())
        places = {
            name: self.ticks.of(np.array([n.start_s for n in notes]))
            for name, notes in kept.items()
        }
        lines = Lines.of_notes(np.concatenate(list(places.values())))
        rows = {
            name: timed(notes, self.ticks, lines, self.quantise) for name, notes in kept.items()
        }
        tracks = tuple(
            self._track(voice, rows[voice.name]) for voice in self.voices if rows[voice.name]
        )
        chords = self._chord_ticks()
        sheet = Sheet(
            self.source.name, self.ticks.tempos, self.ticks.meter, self.ticks.length, tracks,
            self.key, chords,
        )  # fmt: skip
        report = report_of(self.source.grid, self.ticks, lines.name, self.voices, rows, self.sure)
        report["did"]["quantise"] = self.quantise
        if self.voice == "auto" and not any(voice.is_drums for voice in self.voices):
            report["said"].append(_NO_DRUMS)
        if chords:
            report["did"]["chords_by"] = self.chords_by
        methods = dict.fromkeys(voice.method for voice in self.voices if kept[voice.name])
        result = _result(self.source, sheet, report, ", ".join(methods), report["found"]["bpm"])
        if self.is_speech:
            result.report["said"].insert(0, f"{_SPEECH}: notes of it are doubtful")
        return result

    def _nothing(self) -> str:
        surest = max((n.confidence for v in self.voices for n in v.notes), default=0.0)
        what = {"drums": "no drum", "mono": "no line"}.get(self.voice, "no note")
        if surest > 0.1:
            why = f"{_SPEECH}: " if self.is_speech else ""
            return (
                f"{why}{what} of {self.source.name} is as sure as {self.sure:g}; the surest is"
                f" {surest:.2f}: ask with --sure {max(0.0, surest - 0.05):.2f}"
            )
        return f"{what} is heard in {self.source.name}"

    def _track(self, voice: Voice, rows: list[tuple[int, int, HeardNote]]) -> SheetTrack:
        notes = tuple((a, b, note.pitch, note.velocity) for a, b, note in rows)
        program = None if voice.is_drums else PROGRAMS.get(voice.name, 0)
        bends = [
            (tick, semitones)
            for first, end, note in rows
            for at_s, semitones in note.bends
            if (tick := first + round(self.ticks.at(at_s) - self.ticks.at(note.start_s))) < end
        ]
        return SheetTrack(voice.name, notes, program, tuple(bends))

    def _chord_ticks(self) -> tuple[tuple[int, str], ...]:
        """Where chords begin: on their beat."""
        found = []
        for chord in self.chords:
            tick = round(self.ticks.at(chord.at_s) / PER_QUARTER) * PER_QUARTER
            found.append((min(max(0, tick), self.ticks.length), chord.name))
        return tuple(found)


def _known(ticks: Ticks, seconds: float) -> Heard:
    """The beats of a loop whose grid is known."""
    bpm = ticks.tempos[0][1]
    quarters = np.arange(0, ticks.length / PER_QUARTER + 1)
    return Heard(ticks.meter, bpm, 1.0, 1.0, quarters, quarters * 60 / bpm, 0.0, seconds)


def _of_plan(source: Source) -> Result:
    record = source.record
    assert record is not None
    sheet = sheet_of_plan(record, source.name)
    report = {
        "found": {"grid": "its plan", "bpm": sheet.tempos[0][1], "confidence": 1.0},
        "did": {"methods": {track.name: "its own plan" for track in sheet.tracks}, "exact": True,
                "left_out": 0},
        "said": ["the notes are exact: they were read from the clip's own plan"],
    }  # fmt: skip
    return _result(source, sheet, report, "its own plan", sheet.tempos[0][1])


def _result(
    source: Source, sheet: Sheet, report: dict[str, Any], model: str, bpm: float | None
) -> Result:
    bar = sheet.meter.quarters_per_bar
    chords = []
    for tick, name in sheet.chords:
        at, rest = divmod(tick / PER_QUARTER, bar)
        chords.append([int(at) + 1, round(rest + 1, 2), name])
    bars = round(sheet.length / PER_QUARTER / bar)
    words = chord_words(sheet, bars)
    if words:
        report["said"].insert(0, f"chords by bar, as `make` takes them: {words}")
    report["did"]["method"] = model
    return Result(
        "midi",
        midi=sheet.bytes(),
        words=f"{source.title} notes",
        bpm=bpm,
        key=sheet.key.short if sheet.key else None,
        meter=str(sheet.meter),
        bars=bars if bpm else None,
        method="transcribe",
        model=model,
        license=source.licence,
        report=report,
        more={
            "chords": chords,
            "chord_words": words,
            "notes": sum(len(track.notes) for track in sheet.tracks),
            "tracks": {track.name: len(track.notes) for track in sheet.tracks},
        },
    )


def chord_words(sheet: Sheet, bars: int) -> str:
    """The chords, a word for each of `bars`, as `make` understands them: `Am F / E7 C G`.

    A bar in which none is heard keeps the one before it, or takes the first that comes: `make` has
    no word for silence, and would be a bar early from there on. As chords share a bar evenly there,
    one that passes by is left out. Empty without any.
    """
    bar = sheet.meter.quarters_per_bar * PER_QUARTER
    near = PER_QUARTER / 2
    sounding = next((name for _, name in sheet.chords if name), "")
    words = []
    for n in range(bars if sounding else 0):
        first, end = n * bar - near, (n + 1) * bar - near
        begun = [(tick, name) for tick, name in sheet.chords if first <= tick < end and name]
        if not begun or begun[0][0] >= n * bar + near:
            begun = [(round(n * bar), sounding), *begun]
        sounding = begun[-1][1]
        ends = [*(tick for tick, _ in begun[1:]), (n + 1) * bar]
        held = [until - tick for (tick, _), until in zip(begun, ends, strict=True)]
        least = min(_PASSES * bar, max(held))
        names = [name for (_, name), ticks in zip(begun, held, strict=True) if ticks >= least]
        words.append(" / ".join(dict.fromkeys(names)))
    return " ".join(words)
