"""The table of edits: each step's name, settings, ranges and defaults.

Checks, help, the page's editor and the words for edits follow it.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bridge.key_names import named_key
from bridge.music import MAX_BPM, MIN_BPM, Key, Meter
from daemon.errors import LibraryError
from daemon.library.plugins import read_parameters
from daemon.pieces.changes import MOST_CHARACTERS, read_changes
from daemon.record import ClipRecord

Step = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """A value of a step: a number from `low` to `high`, one of `choices`, or a text.

    Without a `default` it must be given.
    """

    name: str
    default: Any
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()
    text: str = ""
    """What a text must be, in words: it marks the setting as one."""
    whole: bool = False

    @property
    def range(self) -> str:
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        return self.text or f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class StepKind:
    name: str
    about: str
    settings: tuple[Setting, ...] = ()
    stems: bool = False
    """It needs the clip's stems."""
    on: Literal["sound", "notes", "both"] = "sound"
    """What it applies to. The notes beside a sound follow where they can (see `notes.py`)."""


def _n(name: str, default: float | None, low: float, high: float, whole: bool = False) -> Setting:
    return Setting(name, default, low, high, whole=whole)


#: Quarters between the lines of a note grid; "t" is a triplet grid.
GRIDS = {"1/4": 1.0, "1/8": 0.5, "1/8t": 1 / 3, "1/16": 0.25, "1/16t": 1 / 6, "1/32": 0.125}
_STEM = Setting("stem", None, text="a part's name, as in drums")

STEPS: dict[str, StepKind] = {
    kind.name: kind
    for kind in (
        StepKind("tempo", "Another tempo; a loop stays exact and seamless.", (_n("bpm", None, MIN_BPM, MAX_BPM),), on="both"),
        StepKind("key", "Moved by the fewest semitones into a key.", (Setting("key", None, text="a key, as in F#m"),), on="both"),
        StepKind("pitch", "Moved by semitones.", (_n("semitones", None, -24, 24),), on="both"),
        StepKind("gain", "Louder or quieter.", (_n("db", None, -60, 24),)),
        StepKind("fade", "Faded in and out.", (_n("in_s", 0, 0, 60), _n("out_s", 0, 0, 60))),
        StepKind(
            "trim", "A passage in seconds; the result is no loop any more.",
            (_n("start_s", 0, 0, 1200), _n("end_s", None, 0.01, 1200)), on="both",
        ),
        StepKind(
            "section", "Some bars of a loop or track, as a seamless loop.",
            (_n("bar", 1, 1, 1000, True), _n("bars", None, 1, 64, True)), on="both",
        ),
        StepKind("reverse", "Backwards."),
        StepKind(
            "slices", "Cut on the grid and put together anew.",
            (
                _n("per_bar", 8, 1, 32, True),
                Setting("order", "shuffle", text="shuffle, reverse, or slice numbers from 1 parted by commas (0: silence)"),
                _n("seed", 1, 0, 2**31 - 1, True),
            ),
            on="both",
        ),
        StepKind(
            "quantise", "Notes moved towards the grid.",
            (Setting("grid", "1/16", choices=tuple(GRIDS)), _n("strength", 1, 0, 1)), on="notes",
        ),
        StepKind(
            "notes", "Notes changed by hand, before all other steps; the musician plays them.",
            (Setting("changes", None, text="changes of notes, as the page's piano roll writes them"),), on="both",
        ),
        StepKind("normalise", "Brought to a true peak.", (_n("peak_db", -1, -24, 0),)),
        StepKind("loudness", "Brought to a loudness, peaks allowing.", (_n("lufs", -14, -40, -6),)),
        StepKind(
            "filter", "Low-pass, high-pass or band-pass, 12 dB an octave.",
            (Setting("type", "lowpass", choices=("lowpass", "highpass", "bandpass")), _n("hz", None, 20, 20000), _n("q", 0.707, 0.3, 12)),
        ),
        StepKind("eq", "Three bands, parted at 250 Hz and 4 kHz.", (_n("low_db", 0, -24, 24), _n("mid_db", 0, -24, 24), _n("high_db", 0, -24, 24))),
        StepKind("reverb", "A room.", (_n("amount", 0.25, 0, 1), _n("size_s", 1.8, 0.2, 10))),
        StepKind("delay", "Echoes in time, left and right in turn.", (_n("amount", 0.3, 0, 1), _n("quarters", 0.75, 0.0625, 8), _n("feedback", 0.42, 0, 0.9))),
        StepKind("chorus", "Wider and softer.", (_n("amount", 0.5, 0, 1), _n("rate_hz", 0.8, 0.05, 8), _n("depth_ms", 3, 0.2, 12))),
        StepKind(
            "compressor", "Less between loud and soft; what it takes away is made up for.",
            (_n("threshold_db", -18, -60, 0), _n("ratio", 3, 1, 20), _n("attack_ms", 8, 0.1, 200), _n("release_ms", 120, 5, 2000)),
        ),
        StepKind("saturation", "Driven warm.", (_n("drive", 0.3, 0, 1),)),
        StepKind("bitcrush", "Fewer bits and a lower rate.", (_n("bits", 8, 2, 16, True), _n("rate_hz", 11025, 500, 48000))),
        StepKind(
            "plugin", "A VST3 or Audio Unit effect of yours.",
            (
                Setting("path", None, text="a plugin's name, as `sidecrate plugins` lists it, or its path"),
                Setting("parameters", "", text="as in mix=0.4; size=0.7"),
                Setting("preset", "", text="a .vstpreset file"),
                Setting("name", "", text="which of several plugins in one file"),
            ),
        ),
        StepKind("layer", "Another clip on top, at the same tempo and key.", (Setting("clip", None, text="a clip's id"), _n("db", 0, -60, 24))),
        StepKind("level", "One part louder or quieter.", (_STEM, _n("db", None, -60, 24)), stems=True),
        StepKind("pan", "One part to the left (-1) or to the right (1).", (_STEM, _n("to", None, -1, 1)), stems=True),
        StepKind("mute", "Without one part.", (_STEM,), stems=True, on="both"),
        StepKind("solo", "One part alone; several steps: those parts.", (_STEM,), stems=True, on="both"),
        StepKind(
            "replace", "Another clip in one part's stead, at the same tempo and key.",
            (_STEM, Setting("clip", None, text="a clip's id")), stems=True,
        ),
    )
}  # fmt: skip


def check_step(said: Mapping[str, Any]) -> Step:
    """A step with every setting checked and filled in: {"do": "reverb", "amount": 0.25, ...}.

    LibraryError code `bad_request` where the step or a setting is not allowed.
    """
    name = str(said.get("do", "")).strip().lower()
    kind = STEPS.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, STEPS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"the steps are {', '.join(STEPS)}"
        raise LibraryError(f"{name!r} is no edit; {hint}", "bad_request")
    allowed = [setting.name for setting in kind.settings]
    for given in said:
        if given not in ("do", "id", *allowed):
            raise LibraryError(
                f"{name} has no setting {given!r}; it takes {', '.join(allowed) or 'none'}",
                "bad_request",
            )
    return {"do": name} | {
        setting.name: _checked(name, setting, said.get(setting.name)) for setting in kind.settings
    }


def changes_in(steps: Iterable[Step]) -> str:
    """The changes of notes among steps; empty where there are none."""
    return next((step["changes"] for step in steps if step["do"] == "notes"), "")


def check_kind(step: Step, record: ClipRecord) -> None:
    """Check that a step applies to a clip's kind. LibraryError code `no_sound` or `no_notes`."""
    on, clip = STEPS[step["do"]].on, record["id"]
    if record["kind"] == "midi" and on == "sound":
        able = ", ".join(name for name, kind in STEPS.items() if kind.on != "sound")
        raise LibraryError(
            f"clip {clip} is notes alone: {step['do']} is done to a sound; notes take {able}",
            "no_sound",
        )
    if record["kind"] != "midi" and on == "notes":
        text = (
            f"clip {clip} is a sound: {step['do']} is done to notes;"
            " `sidecrate fit` puts a sound on the grid"
        )
        raise LibraryError(text, "no_notes")


def _checked(step: str, setting: Setting, value: Any) -> Any:
    if value is None or value == "":
        if setting.default is None:
            raise LibraryError(f"{step} needs {setting.name}: {setting.range}", "bad_request")
        return setting.default
    if setting.choices or setting.text:
        said = str(value).strip()
        if isinstance(value, list):
            said = ",".join(str(one) for one in value)
        good = said in setting.choices
        if not setting.choices:
            most = MOST_CHARACTERS if setting.name == "changes" else 2000
            good = 0 < len(said) <= most and _text_is_good(setting.name, said)
        if not good:
            raise LibraryError(
                f"{step}: {setting.name} {said!r:.60} is not allowed; it takes {setting.range}",
                "bad_request",
            )
        return named_key(said).short if setting.name == "key" else said
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not setting.low <= number <= setting.high or (setting.whole and number != round(number)):
        words = "a whole number, " if setting.whole else ""
        raise LibraryError(
            f"{step}: {setting.name} {value!r:.40} is not allowed; it takes {words}{setting.range}",
            "bad_request",
        )
    return round(number) if setting.whole else round(number, 6)


def _text_is_good(name: str, said: str) -> bool:
    if name == "order":
        return (
            said in ("shuffle", "reverse")
            or re.fullmatch(r"\d{1,4}(\s*,\s*\d{1,4})*", said) is not None
        )
    if name == "key":
        try:
            named_key(said)
        except ValueError:
            return False
    if name == "parameters":
        read_parameters(said)
    if name == "changes":
        read_changes(said)
    return True


@dataclass(frozen=True)
class Shape:
    """What a clip is after its steps, as far as that follows without rendering.

    Relative words ("faster") and the display use it.
    """

    kind: str
    bpm: float | None
    key: str | None
    bars: int | None
    meter: str
    seconds: float | None


def shape_after(record: ClipRecord, steps: list[Step]) -> Shape:
    """The shape of a clip's version."""
    kind = record["kind"]
    bpm = record.get("bpm")
    key = record.get("key")
    bars = record.get("bars")
    meter = record.get("meter") or "4/4"
    seconds = record.get("seconds")
    for step in steps:
        match step["do"]:
            case "tempo" if bpm:
                seconds = seconds and seconds * bpm / step["bpm"]
                bpm = step["bpm"]
            case "key":
                key = step["key"]
            case "pitch" if key:
                key = moved_key(key, step["semitones"])
            case "trim":
                seconds = max(0.0, min(step["end_s"], seconds or step["end_s"]) - step["start_s"])
                kind = "sfx" if kind in ("loop", "track") else kind
                bars = None
            case "section":
                kind = "midi" if kind == "midi" else "loop"
                bars = step["bars"]
                seconds = bars * Meter.parse(meter).quarters_per_bar * 60 / bpm if bpm else seconds
    return Shape(kind, bpm, key, bars, meter, seconds)


def moved_key(name: str, semitones: float) -> str | None:
    """The key's name after a transposition. None where it would lie between two keys."""
    if semitones != round(semitones):
        return None
    key = Key.parse(name)
    flats = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
    sharps = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
    tonic = (key.tonic + round(semitones)) % 12
    relative = (key.relative_major_tonic + round(semitones)) % 12
    # spelled as on the circle of fifths: F, Bb, Eb, Ab and Db major and their relatives have flats
    return Key(tonic, key.mode, (flats if relative in (5, 10, 3, 8, 1) else sharps)[tonic]).short
