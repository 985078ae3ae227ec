"""Validates and repairs a plan written by a person or a language model, with reasons."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from bridge.music import MAX_BPM, MIN_BPM, Key, Meter
from daemon.audio.rooms import ROOMS
from daemon.engines.embedded.figures import FIGURES
from daemon.engines.embedded.harmony import chords_of_bar
from daemon.engines.embedded.ornaments import MANNERS
from daemon.engines.embedded.patches import exact
from daemon.engines.embedded.plan import PARTS, VERSION, Plan, read_plan
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.textures import NAMES
from daemon.engines.embedded.voices.voice import Tone
from daemon.engines.embedded.voicings import VOICINGS

#: Marks of drum rows; all marks are explained in `plan.py`.
DRUM_MARKS = "Xxog234."
#: Marks of bass rows.
BASS_MARKS = "Xxog5873a~-."
#: Marks of chord and pad rows.
CHORD_MARKS = "Xxog-."
#: How a chord may be played.
STYLES_OF_CHORDS = ("block", "strum", "arp", "power", "single", "fingered", "hands", *FIGURES)
#: Bars of a plan at most.
MAX_PLAN_BARS = 512
#: Allowed range of each value of `Tone`.
_TONE_LIMITS = {
    "bright": (-1, 1),
    "drive": (0, 1),
    "length": (0.25, 4),
    "width": (0, 2),
    "dirt": (0, 1),
    "attack": (0, 1),
}


class Repair:
    """Repairs one plan's JSON; `reasons` collects a sentence for each repair."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def say(self, reason: str) -> None:
        self.reasons.append(reason)

    def plan(self, record: Mapping[str, Any]) -> Plan:
        known = {one.name for one in fields(Plan)}
        for name in record:
            if name not in known:
                self.say(f"{name}: not a part of a plan; left out")
        value: dict[str, Any] = {name: record[name] for name in known if name in record}
        value["genre"] = str(value.get("genre") or "house")
        value["bpm"] = self.number("bpm", value.get("bpm"), MIN_BPM, MAX_BPM, 120.0)
        value["swing"] = self.number("swing", value.get("swing", 50), 50, 75, 50.0)
        value["swing_steps"] = 2 if value.get("swing_steps") == 2 else 1
        value["meter"] = self.parsed("meter", value.get("meter", "4/4"), Meter.parse, "4/4")
        value["key"] = self.parsed("key", value.get("key"), Key.parse, "A minor")
        value["bars"] = int(self.number("bars", value.get("bars", 4), 1, MAX_PLAN_BARS, 4))
        key = Key.parse(value["key"])
        steps = Meter.parse(value["meter"]).sixteenths_per_bar
        value["chords_of"] = self.chord_names(value.get("chords_of"), key)
        for part, marks, family in (
            ("bass", BASS_MARKS, ("bass",)),
            ("chords", CHORD_MARKS, ()),
            ("pad", CHORD_MARKS, ()),
        ):
            value[part] = self.line(part, value.get(part), marks, family, steps)
        value["drums"] = self.drums(value.get("drums"), steps)
        value["lead"] = self.lead(value.get("lead"), steps)
        value["texture"] = self.texture(value.get("texture"))
        value["feel"] = self.group("feel", value.get("feel"))
        value["mix"] = self.group("mix", value.get("mix"))
        seeds = value.get("seeds")
        value["seeds"] = (
            {str(k): int(v) for k, v in seeds.items() if isinstance(v, int)}
            if isinstance(seeds, Mapping)
            else {}
        )
        value["version"] = int(
            self.number("version", value.get("version", VERSION), 1, VERSION, VERSION)
        )
        value["sections"] = self.sections(value)
        return read_plan(value)

    def number(self, name: str, raw: Any, low: float, high: float, otherwise: float) -> float:
        try:
            value = float(raw)
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            self.say(f"{name}: {raw!r} is no number; {otherwise:g} is used")
            return float(otherwise)
        if not low <= value <= high:
            near = min(high, max(low, value))
            self.say(f"{name}: {value:g} lies outside {low:g} to {high:g}; {near:g} is used")
            return float(near)
        return value

    def one_of(self, name: str, raw: Any, known: tuple[str, ...]) -> str:
        """A name that is known, or nothing."""
        if raw in known or raw == "":
            return str(raw)
        self.say(f"{name}: {raw!r} is none of {', '.join(known)}; left out")
        return ""

    def parsed(self, name: str, raw: Any, parse: Any, otherwise: str) -> str:
        try:
            parse(str(raw))
            return str(raw)
        except ValueError:
            self.say(f"{name}: {raw!r} cannot be read; {otherwise} is used")
            return otherwise

    def chord_names(self, raw: Any, key: Key) -> list[str]:
        good = []
        for name in raw.split() if isinstance(raw, str) else _listed(raw):
            try:
                chords_of_bar(str(name), key)
                good.append(str(name))
            except ValueError:
                self.say(f"chords: {name!r} is no chord; left out")
        return good or ["i" if key.is_minor else "I"]

    def row(self, name: str, raw: Any, marks: str, steps: int) -> str:
        text = str(raw).replace(" ", "").replace("|", "")
        clean = "".join(mark if mark in marks else "." for mark in text)
        if clean != text:
            self.say(f"{name}: marks other than {marks} became rests")
        if len(clean) > steps and len(clean) != 16:
            self.say(f"{name}: {len(clean)} steps cut to the bar's {steps}")
        elif len(clean) < steps and steps % max(1, len(clean)):
            self.say(f"{name}: {len(clean)} steps filled up to the bar's {steps} by repeating")
        return clean or "."

    def rows(self, name: str, raw: Any, marks: str, steps: int) -> list[str]:
        lines = raw.split("/") if isinstance(raw, str) else _listed(raw)
        return [self.row(name, line, marks, steps) for line in lines]

    def voice(self, name: str, raw: Any, families: tuple[str, ...]) -> str | None:
        choices = [
            v.name
            for v in VOICES.values()
            if (v.family in families if families else v.family not in ("drums", "effects"))
        ]
        said = str(raw or "").strip().lower()
        if said in choices:
            return said
        near = difflib.get_close_matches(said, choices, 1, 0.5)
        self.say(
            f"{name}: {raw!r} is no voice here; " + (f"{near[0]} is used" if near else "left out")
        )
        return near[0] if near else None

    def sound(
        self, name: str, raw: Any, families: tuple[str, ...], otherwise: str
    ) -> dict[str, Any]:
        given = {"voice": raw} if isinstance(raw, str) else raw
        value = dict(given) if isinstance(given, Mapping) else {}
        named = exact(str(value.get("voice") or otherwise), str(value.get("patch") or ""))
        voice = self.voice(name, named, families) or otherwise
        octave = value.get("octave", 0)
        octave = octave if isinstance(octave, int) and -24 <= octave <= 24 else 0
        return {"voice": voice, "tone": self.tone(name, value.get("tone")), "octave": octave}

    def tone(self, name: str, raw: Any) -> dict[str, float]:
        tone = {}
        for word, value in raw.items() if isinstance(raw, Mapping) else ():
            if word not in {one.name for one in fields(Tone)}:
                self.say(f"{name}: {word!r} is no timbre; left out")
                continue
            low, high = _TONE_LIMITS[word]
            tone[word] = self.number(
                f"{name}.{word}", value, low, high, 1.0 if word in ("length", "width") else 0.0
            )
        return tone

    def drums(self, raw: Any, steps: int) -> dict[str, Any] | None:
        if not isinstance(raw, Mapping):
            return None
        given = (
            raw["rows"]
            if isinstance(raw.get("rows"), Mapping)
            else {n: r for n, r in raw.items() if isinstance(r, (str, list))}
        )
        rows: dict[str, list[str]] = {}
        for name, lines in given.items():
            voice = self.voice(f"drums.{name}", name, ("drums",))
            if voice and (read := self.rows(f"drums.{name}", lines, DRUM_MARKS, steps)):
                rows[voice] = read
        sounds = raw.get("sounds") if isinstance(raw.get("sounds"), Mapping) else {}
        kit = {
            name: self.sound(f"drums.{name}", what, ("drums",), name)
            for name, what in (sounds or {}).items()
            if name in VOICES
        }
        every = raw.get("fill_every", 4)
        return {
            "rows": rows,
            "sounds": kit,
            "fill": self.fill(raw.get("fill")),
            "fill_every": every if isinstance(every, int) and every > 0 else 4,
            "turn": self.fill(raw.get("turn")),
        }

    def fill(self, raw: Any) -> dict[str, str]:
        """The rows of a fill by voice or `*`, with unknown marks as rests."""
        return {
            str(name): "".join(mark if mark in DRUM_MARKS + " " else "." for mark in str(row))
            for name, row in (raw.items() if isinstance(raw, Mapping) else ())
            if name in VOICES or name == "*"
        }

    def line(
        self, name: str, raw: Any, marks: str, families: tuple[str, ...], steps: int
    ) -> dict[str, Any] | None:
        if not isinstance(raw, Mapping):
            return None
        rows = self.rows(name, raw.get("rows", []), marks, steps)
        if not rows:
            self.say(f"{name}: has no rows; left out")
            return None
        usual = {"bass": "round bass", "chords": "electric piano", "pad": "pad"}[name]
        value: dict[str, Any] = {
            "rows": rows,
            "sound": self.sound(name, raw.get("sound", usual), families, usual),
        }
        value["hold"] = self.number(f"{name}.hold", raw.get("hold", 0.9), 0.05, 1.0, 0.9)
        if name != "bass":
            style = raw.get("style", "block")
            if style not in STYLES_OF_CHORDS:
                self.say(
                    f"{name}.style: {style!r} is none of {', '.join(STYLES_OF_CHORDS)}; "
                    "block is used"
                )
            value["style"] = style if style in STYLES_OF_CHORDS else "block"
            value["centre"] = self.number(f"{name}.centre", raw.get("centre", 62), 52, 76, 62)
            value["lift"] = self.number(f"{name}.lift", raw.get("lift", 0), -7, 7, 0)
            value["voicing"] = self.one_of(f"{name}.voicing", raw.get("voicing", ""), VOICINGS)
        return value

    def lead(self, raw: Any, steps: int) -> dict[str, Any] | None:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("bars"), Mapping):
            return None
        written = raw.get("written") is True
        limits = (0.0, 127.0) if written else (-7.0, 16.0)
        bars = {
            str(letter): self.events(str(letter), events, steps, limits)
            for letter, events in raw["bars"].items()
        }
        form = [
            str(letter)
            for letter in raw.get("form") or sorted(bars)
            if str(letter) in bars or str(letter)[:1] in bars
        ]
        if not form:
            self.say("lead: its form names no bar that is there; left out")
            return None
        return {
            "bars": bars,
            "form": form,
            "sound": self.sound("lead", raw.get("sound", "pluck"), (), "pluck"),
            "written": written,
            "manner": self.one_of("lead.manner", raw.get("manner", ""), MANNERS),
        }

    def events(
        self, letter: str, raw: Any, steps: int, limits: tuple[float, float]
    ) -> list[list[float]]:
        good = []
        for event in raw if isinstance(raw, (list, tuple)) else ():
            try:
                step, degree, length = (float(number) for number in event)
            except (TypeError, ValueError):
                self.say(f"lead.{letter}: {event!r} is no [step, degree, length]; left out")
                continue
            if not (0 <= step < steps and math.isfinite(degree) and length > 0):
                self.say(f"lead.{letter}: {event!r} lies outside the bar; left out")
                continue
            near = min(limits[1], max(limits[0], float(round(degree))))
            if near != degree:
                self.say(f"lead.{letter}: degree {degree:g} became {near:g}")
            good.append([step, near, min(length, 4.0 * steps)])
        return good

    def texture(self, raw: Any) -> dict[str, Any] | None:
        name = raw.get("voice") if isinstance(raw, Mapping) else raw
        if name is None:
            return None
        if name not in NAMES:
            self.say(f"texture: {name!r} is none of {', '.join(NAMES)}; left out")
            return None
        return {
            "voice": name,
            "tone": self.tone("texture", raw.get("tone") if isinstance(raw, Mapping) else None),
        }

    def group(self, name: str, raw: Any) -> dict[str, Any]:
        """Feel or mix: known numbers clamped to their ranges; others keep their defaults."""
        limits = {
            "spread_ms": (0, 30), "apart_ms": (0, 60), "firsts_ms": (0, 30), "velocity": (0, 0.3),
            "drift": (0, 0.95),
            "duck": (0, 0.95), "reverb_s": (0.1, 10), "delay_steps": (1, 16), "drive": (0, 1),
            "lufs": (-30, -6), "slope_db": (-8, -2),
            "low_hz": (0, 300), "top_hz": (0, 20000), "width": (0, 1.5), "distance": (0, 3),
            "glue": (0, 1), "warmth": (0, 1),
        }  # fmt: skip
        tables = {"late_ms": (-30, 60), "levels_db": (-24, 12), "sends": (0, 1), "delay": (0, 1)}
        value: dict[str, Any] = {}
        for word, given in raw.items() if isinstance(raw, Mapping) else ():
            if word in limits:
                low, high = limits[word]
                found = self.number(f"{name}.{word}", given, low, high, low)
                value[word] = round(found) if word == "delay_steps" else found
            elif word == "room" and given in ROOMS:
                value[word] = given
            elif word == "bells" and isinstance(given, list):
                pairs = [pair for pair in given if isinstance(pair, list) and len(pair) == 2]
                number = partial(self.number, "mix.bells")
                value[word] = [
                    [number(hz, 40, 16000, 1000), number(db, -12, 12, 0)] for hz, db in pairs
                ]
            elif word in tables and isinstance(given, Mapping):
                low, high = tables[word]
                value[word] = {
                    str(k): self.number(f"{name}.{word}.{k}", v, low, high, 0)
                    for k, v in given.items()
                }
        return value

    def sections(self, value: dict[str, Any]) -> list[dict[str, Any]]:
        there = [part for part in PARTS if value.get(part) is not None]
        found: list[dict[str, Any]] = []
        for raw in value.get("sections") or ():
            if not isinstance(raw, Mapping):
                continue
            bars = int(self.number("section.bars", raw.get("bars", 4), 1, MAX_PLAN_BARS, 4))
            parts = [
                part for part in raw.get("parts") or there if part in there or part == "fx"
            ] or there
            energy = self.number("section.energy", raw.get("energy", 0.7), 0, 1, 0.7)
            leads_out = raw.get("exit") if raw.get("exit") in ("fill", "rise") else ""
            mute = [voice for voice in raw.get("mute") or () if voice in VOICES]
            arc = raw.get("arc_db")
            arc_db = [
                self.number("section.arc_db", one, -12, 0, 0)
                for one in (arc if isinstance(arc, (list, tuple)) else ())
            ]
            given = raw.get("closed")
            closed = {
                str(part): [self.number("section.closed", one, 0, 1, 0) for one in _listed(points)]
                for part, points in (given.items() if isinstance(given, Mapping) else ())
                if part in there
            }
            found.append(
                {
                    "name": str(raw.get("name", "part")),
                    "bars": bars,
                    "parts": parts,
                    "energy": energy,
                    "exit": leads_out,
                    "mute": mute,
                    "arc_db": arc_db,
                    "closed": closed,
                }
            )
        total = sum(int(section["bars"]) for section in found)
        if not found:
            return [{"name": "loop", "bars": value["bars"], "parts": there}]
        if total != value["bars"]:
            self.say(
                f"sections: they have {total} bars and the plan {value['bars']}; the sections count"
            )
            value["bars"] = total
        return found


def _listed(raw: Any) -> list[Any]:
    """The items of a JSON list; none if it is something else."""
    return list(raw) if isinstance(raw, (list, tuple)) else []


def repaired(record: Mapping[str, Any] | str) -> tuple[Plan, list[str]]:
    """(a playable plan, the reasons of all repairs) from JSON or its text.

    ValueError if it is no JSON object.
    """
    value = json.loads(record) if isinstance(record, str) else record
    if not isinstance(value, Mapping):
        raise ValueError("a plan is a JSON object")
    repair = Repair()
    return repair.plan(value), repair.reasons
