"""The DAW's project: each value's sources by rank, and the one that counts (pure, clock passed)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.errors import Fault, RequestError
from bridge.music import MAX_BPM, MIN_BPM, Meter
from bridge.request import FIELDS
from bridge.text import one_line, shorten

#: Timeout of a source.
SILENCE_ENDS_S = 600.0
#: Sources kept; a studio has a few, and each look goes through all of them.
MOST_SOURCES = 16
#: Age at which a position is stale: the playhead may have jumped.
PHASE_ENDS_S = 10.0

#: Delay of a message that is corrected; a longer one counts as a jump of the playhead.
_MOST_LATE_S = 0.03
#: Share of such a delay that is believed to be drift of the clocks.
_DRIFT_SHARE = 0.1
#: Characters of a project's name.
_MOST_NAME = 200

PINNED = ("bpm", "key", "meter")
#: Sample rates that are accepted, in Hz.
MIN_RATE = 8000
MAX_RATE = 192000

#: Precedence of sources: the lowest rank counts first. The part before the colon is the kind.
_RANKS = {"max": 0, "fl": 0, "abletonosc": 2, "link": 3, "midi_clock": 4}
#: Rank of other kinds, which speak for a DAW too.
_OTHER_RANK = 1


@dataclass(frozen=True)
class Known:
    """One value of the session: its source, and the (source, value) pairs that it overruled."""

    value: Any
    source: str
    overruled: tuple[tuple[str, Any], ...] = ()

    @property
    def said(self) -> tuple[tuple[str, Any], ...]:
        """All (source, value) pairs, by precedence."""
        return ((self.source, self.value), *self.overruled)


@dataclass(frozen=True)
class SessionView:
    """The session at one moment. None where no source gave a value. A pin's source is `pin`."""

    bpm: Known | None = None
    key: Known | None = None
    meter: Known | None = None
    sample_rate: Known | None = None
    project: Known | None = None
    playing: Known | None = None
    position: Known | None = None
    """Quarters, extrapolated to this moment while playing; None once it is stale."""
    sources: tuple[str, ...] = ()
    """Present sources, by precedence."""
    ignored: tuple[str, ...] = ()
    """Values that cannot be used, one line each."""
    settling: tuple[str, ...] = ()
    """Present sources that are measuring a new tempo; their bpm is the last one."""

    def to_json(self) -> dict[str, Any]:
        """For doors: the values, and the source of each."""
        known = {name: getattr(self, name) for name in READERS if getattr(self, name) is not None}
        values: dict[str, Any] = {name: one.value for name, one in known.items()}
        values["said_by"] = {name: one.source for name, one in known.items()}
        values["sources"] = list(self.sources)
        if self.ignored:
            values["ignored"] = list(self.ignored)
        if self.settling:
            values["settling"] = list(self.settling)
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
    settling: bool = False


class Session:
    """Values of the project by source. Not thread-safe: it belongs to the daemon's loop.

    pins: plain JSON that `pins` returned earlier, to be restored.
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
        """Pin bpm, key or meter; None, 0 or an empty value removes the pin.

        RequestError where the value is invalid.
        """
        if name not in PINNED:
            raise RequestError(
                Fault(
                    name,
                    shorten(value),
                    f"{shorten(name)} cannot be pinned; {', '.join(PINNED)} can",
                )
            )
        is_empty = isinstance(value, str) and value.strip() in ("", "0", "0/0")
        if value is None or value == 0 or is_empty:
            self._pins.pop(name, None)
        else:
            self._pins[name] = FIELDS[name].check(value)

    def hear(self, source: str, values: Mapping[str, Any], now_s: float) -> bool:
        """Apply a source's values; an empty mapping is a heartbeat. True where the session changed.

        An invalid value is dropped and named in the view's `ignored`; None or "" removes a value.
        `peers: 0` (Link) means that the source is absent; `settling` that its bpm is being measured
        anew. Unknown names are ignored.
        """
        before = self._state(now_s)
        known = self._sources.get(source)
        if known is None or now_s - known.heard_s >= SILENCE_ENDS_S:
            self._make_room(now_s)
            known = _Source(now_s)
            self._sources[source] = known
        known.heard_s = now_s
        if "peers" in values:
            known.present = isinstance(values["peers"], (int, float)) and values["peers"] >= 1
        known.settling = bool(values.get("settling", known.settling))
        for name, read in READERS.items():
            if name in values:
                self._apply(known, source, name, values[name], read, now_s)
        return self._state(now_s) != before

    def _make_room(self, now_s: float) -> None:
        """Evict silent sources; if there are too many, the stalest, unknown kinds first."""
        silent = [
            name for name, known in self._sources.items() if now_s - known.heard_s >= SILENCE_ENDS_S
        ]
        for name in silent:
            del self._sources[name]
        if len(self._sources) >= MOST_SOURCES:
            del self._sources[min(self._sources, key=self._worth)]

    def _worth(self, name: str) -> tuple[bool, float]:
        return (_kind(name) in _RANKS, self._sources[name].heard_s)

    def bye(self, source: str) -> None:
        """Remove a source that has gone, with its values."""
        self._sources.pop(source, None)

    @staticmethod
    def _apply(
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
            is_explained = isinstance(error, _UnusableError)
            why = error.args[0] if is_explained else f"it takes {FIELDS[name].allowed}"
            text = f"{source} says {name} {shorten(raw)}, which is not used: {why}"
            known.ignored[name] = text
            return
        if name == "position":
            value = _without_delay(known, value, now_s)
        word = known.words.get(name)
        changed_s = word.changed_s if word and word.value == value else now_s
        known.words[name] = _Word(value, changed_s, now_s)

    def resolve(self, name: str, now_s: float) -> Known | None:
        """The value that counts, and what it overruled. None where no source gave one."""
        said: list[tuple[str, Any]] = [("pin", self._pins[name])] if name in self._pins else []
        for source in self._present(now_s):
            word = self._sources[source].words.get(name)
            if word is not None and name == "position":
                value = self._position(self._sources[source], now_s)
                if value is not None:
                    said.append((source, value))
            elif word is not None:
                said.append((source, word.value))
        if not said:
            return None
        return Known(said[0][1], said[0][0], tuple(said[1:]))

    def view(self, now_s: float) -> SessionView:
        """All values at `now_s` (monotonic)."""
        present = self._present(now_s)
        ignored = tuple(
            line for source in present for line in self._sources[source].ignored.values()
        )
        return SessionView(
            **{name: self.resolve(name, now_s) for name in READERS},
            sources=tuple(present),
            ignored=ignored,
            settling=tuple(source for source in present if self._sources[source].settling),
        )

    def _state(self, now_s: float) -> tuple[object, ...]:
        """What a change is detected by: all but the position."""
        view = self.view(now_s)
        return (
            *(getattr(view, name) for name in READERS if name != "position"),
            view.sources,
            view.ignored,
            view.settling,
        )

    def _present(self, now_s: float) -> list[str]:
        """Present sources by rank; among equals the one that changed last: an echo does not win."""

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
    """A position in quarters, corrected for the delay of messages on a busy machine.

    A message can be late but never early. So one a little behind the position expected from the
    last was late: it moves that only slightly, which still follows the clocks' drift.
    """
    last, playing, bpm = (known.words.get(name) for name in ("position", "playing", "bpm"))
    if last is None or playing is None or bpm is None or not playing.value:
        return position
    if max(playing.changed_s, bpm.changed_s) > last.heard_s or now_s - last.heard_s > PHASE_ENDS_S:
        return position
    expected = float(last.value + (now_s - last.heard_s) * bpm.value / 60)
    late_s = (expected - position) * 60 / bpm.value
    if 0 < late_s < _MOST_LATE_S:
        return expected - _DRIFT_SHARE * (expected - position)
    return position


class _UnusableError(ValueError):
    """Why a value cannot be used, in words."""


def _bpm(raw: Any) -> float:
    value = _finite(raw)
    if not MIN_BPM <= value <= MAX_BPM:
        raise _UnusableError(f"only tempos from {MIN_BPM:g} to {MAX_BPM:g} are")
    # hosts use 32-bit floats, which turn 93.4 into 93.40000153
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
    return one_line(raw)[:_MOST_NAME]


#: The parser of each value that a source may give.
READERS: dict[str, Callable[[Any], Any]] = {
    "bpm": _bpm,
    "key": _key,
    "meter": _meter,
    "sample_rate": _sample_rate,
    "project": _project,
    "playing": _playing,
    "position": _finite,
}
