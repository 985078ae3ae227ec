"""What is known of the DAW's project now: who said it, when, and whose word counts (pure; the clock is passed in)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.errors import Fault, RequestError
from bridge.music import MAX_BPM, MIN_BPM, Meter
from bridge.request import FIELDS
from bridge.text import one_line, shorten

#: A source that says nothing for so long has gone.
SILENCE_ENDS_S = 600.0
#: A studio has a few; all that is known is looked through with every word of each.
MOST_SOURCES = 16
#: A position older than this tells no longer where the playhead is: it may have jumped.
PHASE_ENDS_S = 10.0

#: A message may be late by so much; and the share of such a delay that is believed to be drift of the clocks.
_MOST_LATE_S, _DRIFT_SHARE = 0.03, 0.1

PINNED = ("bpm", "key", "meter")
MIN_RATE, MAX_RATE = 8000, 192000

#: Whose word counts first. A name's part before the colon says what kind of source it is; others speak for a DAW too.
_RANKS = {"max": 0, "fl": 0, "abletonosc": 2, "link": 3, "midi_clock": 4}
_OTHER_RANK = 1


@dataclass(frozen=True)
class Known:
    """One value of the session: who said it, and what that overruled as (who, value)."""

    value: Any
    source: str
    overruled: tuple[tuple[str, Any], ...] = ()

    @property
    def said(self) -> tuple[tuple[str, Any], ...]:
        """Everybody's word as (who, value), the one that counts first."""
        return ((self.source, self.value), *self.overruled)


@dataclass(frozen=True)
class SessionView:
    """The session at one moment. None where nobody has said anything. A pin's source is `pin`."""

    bpm: Known | None = None
    key: Known | None = None
    meter: Known | None = None
    sample_rate: Known | None = None
    project: Known | None = None
    playing: Known | None = None
    position: Known | None = None
    """Quarters, carried on to this moment while playing; None once it is stale."""
    sources: tuple[str, ...] = ()
    """Who is there, the one whose word counts first, first."""
    ignored: tuple[str, ...] = ()
    """What was said and cannot be used, in one line each."""

    def to_json(self) -> dict[str, Any]:
        """For doors: the values, and by whom each was said."""
        known = {name: getattr(self, name) for name in READERS if getattr(self, name) is not None}
        values: dict[str, Any] = {name: one.value for name, one in known.items()}
        values["said_by"] = {name: one.source for name, one in known.items()}
        values["sources"] = list(self.sources)
        if self.ignored:
            values["ignored"] = list(self.ignored)
        return values


@dataclass
class _Word:
    value: Any
    changed_s: float
    heard_s: float


@dataclass
class _Source:
    heard_s: float
    words: dict[str, _Word] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    present: bool = True


class Session:
    """What the daemon has heard of the project. Not thread-safe: it belongs to the daemon's loop.

    pins: what `pins` gave earlier, to be held on; it is plain JSON.
    """

    def __init__(self, pins: Mapping[str, Any] | None = None) -> None:
        self._sources: dict[str, _Source] = {}
        self._pins: dict[str, Any] = {}
        for name, value in (pins or {}).items():
            self.pin(name, value)

    @property
    def pins(self) -> dict[str, Any]:
        """The pinned values, to be stored."""
        return dict(self._pins)

    def pin(self, name: str, value: object) -> None:
        """Hold bpm, key or meter; None, 0 or an empty value follows the session again. RequestError when it is no such value."""
        if name not in PINNED:
            raise RequestError(
                Fault(
                    name,
                    shorten(value),
                    f"{shorten(name)} cannot be pinned; {', '.join(PINNED)} can",
                )
            )
        if (
            value is None
            or value in (0, "")
            or (isinstance(value, str) and value.strip() in ("", "0", "0/0"))
        ):
            self._pins.pop(name, None)
        else:
            self._pins[name] = FIELDS[name].check(value)

    def hear(self, source: str, values: Mapping[str, Any], now_s: float) -> bool:
        """Take what a source says (an empty mapping: it is still there). True when what counts has changed by it.

        A value that cannot be used is not taken and stands in the view's `ignored`; None or "" takes a value back.
        `peers: 0` (Link) means that nobody is there to follow. Names that are not ours are passed over.
        """
        before = self._settled(now_s)
        known = self._sources.get(source)
        if known is None or now_s - known.heard_s >= SILENCE_ENDS_S:
            self._make_room(now_s)
            known = self._sources[source] = _Source(now_s)
        known.heard_s = now_s
        if "peers" in values:
            known.present = isinstance(values["peers"], (int, float)) and values["peers"] >= 1
        for name, read in READERS.items():
            if name in values:
                self._take(known, source, name, values[name], read, now_s)
        return self._settled(now_s) != before

    def _make_room(self, now_s: float) -> None:
        """Forget who is silent, and of too many the one that was not heard for longest: of a kind that is known only at last."""
        for name in [
            name for name, known in self._sources.items() if now_s - known.heard_s >= SILENCE_ENDS_S
        ]:
            del self._sources[name]
        if len(self._sources) >= MOST_SOURCES:
            del self._sources[
                min(
                    self._sources,
                    key=lambda name: (_kind(name) in _RANKS, self._sources[name].heard_s),
                )
            ]

    def bye(self, source: str) -> None:
        """A source has gone: what it said no longer counts."""
        self._sources.pop(source, None)

    @staticmethod
    def _take(
        known: _Source, source: str, name: str, raw: Any, read: Callable[[Any], Any], now_s: float
    ) -> None:
        known.ignored.pop(name, None)
        if raw is None or raw == "":
            known.words.pop(name, None)
            return
        try:
            value = read(raw)
        except (ValueError, TypeError, OverflowError, RequestError) as error:
            known.words.pop(name, None)
            allowed = (
                error.args[0]
                if isinstance(error, _UnusableError)
                else f"it takes {FIELDS[name].allowed}"
            )
            known.ignored[name] = (
                f"{source} says {name} {shorten(raw)}, which is not used: {allowed}"
            )
            return
        if name == "position":
            value = _without_delay(known, value, now_s)
        word = known.words.get(name)
        changed_s = word.changed_s if word and word.value == value else now_s
        known.words[name] = _Word(value, changed_s, now_s)

    def resolve(self, name: str, now_s: float) -> Known | None:
        """Whose word counts for one value, and what that overruled. None where nobody has said anything."""
        said: list[tuple[str, Any]] = [("pin", self._pins[name])] if name in self._pins else []
        for source in self._present(now_s):
            word = self._sources[source].words.get(name)
            if word is not None and name == "position":
                value = self._position(self._sources[source], now_s)
                said += [] if value is None else [(source, value)]
            elif word is not None:
                said.append((source, word.value))
        return Known(said[0][1], said[0][0], tuple(said[1:])) if said else None

    def view(self, now_s: float) -> SessionView:
        """All that is known at `now_s` (monotonic)."""
        present = self._present(now_s)
        ignored = tuple(
            line for source in present for line in self._sources[source].ignored.values()
        )
        return SessionView(
            **{name: self.resolve(name, now_s) for name in READERS},
            sources=tuple(present),
            ignored=ignored,
        )

    def _settled(self, now_s: float) -> tuple[object, ...]:
        view = self.view(now_s)
        return (
            *(getattr(view, name) for name in READERS if name != "position"),
            view.sources,
            view.ignored,
        )

    def _present(self, now_s: float) -> list[str]:
        """Sources that are there, by rank; among equals, the one that changed something last: an echo does not win."""

        def place(name: str) -> tuple[int, float, str]:
            words = self._sources[name].words
            changed = max(
                (word.changed_s for what, word in words.items() if what != "position"),
                default=-math.inf,
            )
            return (_RANKS.get(_kind(name), _OTHER_RANK), -changed, name)

        there: Iterable[str] = (
            name
            for name, known in self._sources.items()
            if known.present and now_s - known.heard_s < SILENCE_ENDS_S
        )
        return sorted(there, key=place)

    @staticmethod
    def _position(known: _Source, now_s: float) -> float | None:
        word, playing, bpm = (known.words.get(name) for name in ("position", "playing", "bpm"))
        if word is None or now_s - word.heard_s > PHASE_ENDS_S:
            return None
        if playing is None or not playing.value or bpm is None:
            return float(word.value)
        return float(word.value + (now_s - word.heard_s) * bpm.value / 60)


def _kind(source: str) -> str:
    return source.partition(":")[0]


def _without_delay(known: _Source, position: float, now_s: float) -> float:
    """A position in quarters as it would have been told without the delay that messages have on a busy machine.

    A message can come late but never early: one that lies a little behind what the last led to expect was late, and moves that
    only slightly, so that the clocks' drift is followed.
    """
    last, playing, bpm = (known.words.get(name) for name in ("position", "playing", "bpm"))
    if last is None or playing is None or bpm is None or not playing.value:
        return position
    if max(playing.changed_s, bpm.changed_s) > last.heard_s or now_s - last.heard_s > PHASE_ENDS_S:
        return position
    expected = float(last.value + (now_s - last.heard_s) * bpm.value / 60)
    late_s = (expected - position) * 60 / bpm.value
    return (
        expected - _DRIFT_SHARE * (expected - position) if 0 < late_s < _MOST_LATE_S else position
    )


class _UnusableError(ValueError):
    """Why a value is not used, in words."""


def _bpm(raw: Any) -> float:
    value = _finite(raw)
    if not MIN_BPM <= value <= MAX_BPM:
        raise _UnusableError(f"only tempos from {MIN_BPM:g} to {MAX_BPM:g} are")
    # hosts count in 32-bit floats, which turn 93.4 into 93.40000153
    return round(value, 3)


def _key(raw: Any) -> str:
    return str(FIELDS["key"].check(raw))


def _meter(raw: Any) -> str:
    if isinstance(raw, (list, tuple)) and len(raw) == 2:
        raw = f"{raw[0]}/{raw[1]}"
    return str(Meter.parse(str(raw)))


def _playing(raw: Any) -> bool:
    return bool(raw) if isinstance(raw, bool) else _finite(raw) != 0


def _finite(raw: Any) -> float:
    if isinstance(raw, bool):
        raise _UnusableError("it is not a number")
    try:
        value = float(raw)
    except (ValueError, TypeError, OverflowError):
        raise _UnusableError("it is not a number") from None
    if not math.isfinite(value):
        raise _UnusableError("it is not a finite number")
    return value


def _sample_rate(raw: Any) -> int:
    value = _finite(raw)
    if value != int(value) or not MIN_RATE <= value <= MAX_RATE:
        raise _UnusableError(f"only whole rates from {MIN_RATE} to {MAX_RATE} Hz are")
    return int(value)


def _project(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _UnusableError("it is not a name")
    return one_line(raw)[:200]


#: Every value that a source may say, and how it is read.
READERS: dict[str, Callable[[Any], Any]] = {
    "bpm": _bpm,
    "key": _key,
    "meter": _meter,
    "sample_rate": _sample_rate,
    "project": _project,
    "playing": _playing,
    "position": _finite,
}
