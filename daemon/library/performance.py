"""What was played on the pads: which clip sounded from which bar to which. Checked here, pure.

`mixdown.py` renders it from the clips' files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bridge.key_names import named_key
from bridge.music import MAX_BPM, MIN_BPM, Meter, bar_seconds
from daemon.errors import LibraryError
from daemon.library.steps import Step
from daemon.record import ClipRecord

#: Longest recording: the mix and each of its clips are held in memory at once.
MOST_SECONDS = 600.0
MOST_BARS = 512
MOST_PLAYS = 500
MOST_CLIPS = 64
_DB = (-60.0, 12.0)


@dataclass(frozen=True)
class Play:
    """One clip from one place to another, in bars from the recording's start."""

    clip: str
    start: float
    end: float
    offset: float = 0.0
    """Bars of the clip that had sounded before: it was playing when the recording began."""
    db: float = 0.0


@dataclass(frozen=True)
class Performance:
    """A recording of the pads. Without a `key` each clip keeps its own."""

    bpm: float
    meter: Meter
    bars: int
    plays: tuple[Play, ...]
    key: str | None = None
    name: str = ""

    @property
    def seconds(self) -> float:
        return self.bars * bar_seconds(self.meter, self.bpm)

    @property
    def clips(self) -> list[str]:
        """Each clip once, as they come in."""
        return list(dict.fromkeys(play.clip for play in self.plays))

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "bpm": self.bpm, "key": self.key, "meter": str(self.meter),
            "bars": self.bars, "plays": [asdict(play) for play in self.plays],
        }  # fmt: skip


def read_performance(said: Mapping[str, Any]) -> Performance:
    """{bpm, bars, plays: [{clip, start, end, offset, db}], key, meter, name}, checked.

    LibraryError code `bad_request` names the value and what it may be.
    """
    _check_names("a performance", said, ("name", "bpm", "key", "meter", "bars", "plays"))
    bpm = _number("bpm", said.get("bpm"), MIN_BPM, MAX_BPM)
    bars = _number("bars", said.get("bars"), 1, MOST_BARS)
    if bars != round(bars):
        raise _refused(f"bars takes whole bars, not {bars:g}")
    plays = said.get("plays")
    if not isinstance(plays, Sequence) or isinstance(plays, str) or not plays:
        raise _refused("plays is a list of what sounded, with at least one clip")
    if len(plays) > MOST_PLAYS:
        raise _refused(f"plays takes up to {MOST_PLAYS}, not {len(plays)}; record shorter pieces")
    found = Performance(
        bpm, _meter(said.get("meter")), round(bars),
        tuple(_play(number, one, bars) for number, one in enumerate(plays, 1)),
        _key(said.get("key")), str(said.get("name") or "").strip()[:200],
    )  # fmt: skip
    if len(found.clips) > MOST_CLIPS:
        raise _refused(f"a recording takes up to {MOST_CLIPS} clips, not {len(found.clips)}")
    if found.seconds > MOST_SECONDS:
        raise _refused(
            f"{bars:g} bars at {bpm:g} bpm last {found.seconds:.0f} s, and a recording takes up to"
            f" {MOST_SECONDS:g} s; record it in pieces"
        )
    return found


def _play(number: int, said: Any, bars: float) -> Play:
    where = f"play {number}"
    if not isinstance(said, Mapping):
        raise _refused(f"{where} is no object with clip, start and end")
    _check_names(where, said, ("clip", "start", "end", "offset", "db"))
    clip = said.get("clip")
    if not isinstance(clip, str) or not clip:
        raise _refused(f"{where}: clip is a clip's id, not {clip!r:.60}")
    start = _number(f"{where}: start", said.get("start"), 0, bars)
    end = _number(f"{where}: end", said.get("end"), 0, bars)
    if end <= start:
        raise _refused(f"{where}: end {end:g} is not after start {start:g}")
    offset = _number(f"{where}: offset", said.get("offset", 0), 0, 1e6)
    return Play(clip, start, end, offset, _number(f"{where}: db", said.get("db", 0), *_DB))


def _number(name: str, value: Any, low: float, high: float) -> float:
    # a number that is none (NaN) lies in no range
    good = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    if not good:
        raise _refused(f"{name} takes {low:g} to {high:g}, not {value!r:.60}")
    return float(value)


def _meter(said: Any) -> Meter:
    try:
        return Meter.parse(str(said or "4/4"))
    except ValueError as error:
        raise _refused(f"meter {said!r:.60}: {error}") from None


def _key(said: Any) -> str | None:
    if not said:
        return None
    try:
        return named_key(str(said)).short
    except ValueError:
        raise _refused(f"key {said!r:.60} is no key; write it as Am, F# minor or Gb") from None


def _check_names(where: str, said: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in said:
        if name not in known:
            raise _refused(f"{where} has no {name!r:.60}; it takes {', '.join(known)}")


def _refused(text: str) -> LibraryError:
    return LibraryError(text, "bad_request")


def fitting_steps(record: ClipRecord, bpm: float | None, key: str | None) -> list[Step]:
    """The steps that put a clip at a tempo and in a key; none where it has them, or has none."""
    steps: list[Step] = []
    own_bpm, own_key = record.get("bpm"), record.get("key")
    if bpm is not None and own_bpm and abs(bpm - float(own_bpm)) > 1e-6:
        steps.append({"do": "tempo", "bpm": bpm})
    if key is not None and own_key and key != own_key:
        steps.append({"do": "key", "key": key})
    return steps


def licence_of_all(licences: Iterable[str]) -> str:
    """The licence of what is made of several: the one that all have, or each with its count."""
    counted = Counter(one or "unknown" for one in licences)
    if len(counted) == 1:
        return next(iter(counted))
    return "several: " + ", ".join(f"{name} ({many})" for name, many in counted.most_common())
