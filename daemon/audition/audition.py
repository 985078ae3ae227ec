"""Audition: clips played on this machine's sound device, in time with the project, by a child."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge import events
from bridge.errors import SidecrateError
from bridge.events import Event, Refused, Told
from bridge.music import Key, Meter
from bridge.session import Session, SessionView
from daemon.children.host import Child
from daemon.crate.crate import Crate
from daemon.errors import AudioError, CrateError
from daemon.home.masking import internal_text
from daemon.record import ClipRecord

log = logging.getLogger(__name__)
PLAY, STOP, FOLLOW, CLOSE = (
    f"daemon.audition.player:{name}" for name in ("play", "stop", "follow", "close")
)
#: Error code of an order that a newer one has replaced.
OVERTAKEN = "overtaken"
REFIT = "daemon.audition.refit:refit_clip"
#: Timeout of the device's child: a sound system may hang.
_DEADLINE_S = 20.0
#: Timeout of a stretch: a long track takes minutes.
_REFIT_DEADLINE_S = 300.0
#: Timeout of closing the device, before the child is killed all the same.
_CLOSE_DEADLINE_S = 2.0
#: Debounce of the project's tempo: a turned knob must come to rest first.
_REST_S = 0.25
#: Least interval between two checks of a loop's place against the project's.
_COMPARE_S = 1.0
#: How many of the newest clips `next` and `previous` step through.
_NEWEST = 500
#: Highest true peak after the gain, as for the clips themselves.
_CEILING_DB = -1.0
#: A clip below this is silence, which no gain makes audible.
_QUIETEST_LUFS = -60.0


@dataclass(frozen=True)
class Fit:
    """How a clip is played: its tempo (None: it has none) and its shift in semitones."""

    bpm: float | None
    semitones: int = 0


def fit_to(record: ClipRecord, view: SessionView) -> Fit:
    """The fit of a clip to the project's tempo and key.

    The tempo is halved or doubled where that is nearer to the clip's own.
    """
    if record["kind"] not in ("loop", "track"):
        return Fit(None)
    bpm, semitones = record.get("bpm"), 0
    project_bpm = _live_bpm(view)
    if bpm and project_bpm:
        bpm = project_bpm * 2.0 ** round(math.log2(bpm / project_bpm))
    if (key := record.get("key")) and view.key and view.key.value != "keep":
        semitones = Key.parse(key).semitones_to(Key.parse(view.key.value))
    return Fit(bpm, semitones)


def _live_bpm(view: SessionView) -> float | None:
    """The tempo of the project's running bars.

    The source that reports the position decides, even where another tempo is pinned.
    """
    if view.bpm is None:
        return None
    if view.position is not None and view.playing is not None and view.playing.value:
        return float(dict(view.bpm.said).get(view.position.source, view.bpm.value))
    return float(view.bpm.value)


def grid_of(view: SessionView, now_s: float) -> dict[str, float] | None:
    """A bar line of the playing project and the length of its bars, by the clock of `now_s`.

    None where tempo or position are unknown, or the project stands.
    """
    bpm = _live_bpm(view)
    if bpm is None or view.position is None or view.playing is None or not view.playing.value:
        return None
    bar_q = Meter.parse(view.meter.value if view.meter else "4/4").quarters_per_bar
    return {"line_s": now_s - view.position.value % bar_q * 60 / bpm, "bar_s": bar_q * 60 / bpm}


class Audition:
    """The audition and what it plays. Belongs to the daemon's event loop.

    cache      folder of clips fitted to other tempos and keys
    device     number or part of a name; None: the system's own
    level      LUFS of all clips, peaks allowing
    stretcher  `audio.stretcher` of the config
    believed   a clip's record with the user's word over it
    """

    def __init__(
        self,
        crate: Crate,
        session: Session,
        tell: Callable[[Event], None],
        *,
        cache: Path,
        device: str | int | None,
        level: float,
        idle_s: float,
        stretcher: str = "auto",
        believed: Callable[[ClipRecord], ClipRecord] = lambda record: record,
    ) -> None:
        self._believed = believed
        self._crate = crate
        self._session = session
        self._tell = tell
        self._cache = cache
        self._device = device
        self._level = level
        self._idle_s = idle_s
        self._stretcher = stretcher
        self._child = Child("audition", None, normal_priority=True)
        self._fitter = Child("refit", idle_s)
        self._at_device = asyncio.Lock()
        self._at_fitter = asyncio.Lock()
        self._turn = 0
        """Counts the orders; an order that a newer one has replaced is dropped."""
        self._chosen = ""
        self._looping: tuple[ClipRecord, Fit] | None = None
        self._sleep: asyncio.TimerHandle | None = None
        self._changing: asyncio.TimerHandle | None = None
        self._comparing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        return self._child.pid

    # -- orders

    def take(self, order: events.Audition) -> None:
        """Handle an order of verb `audition`, and answer its sender."""
        self._run(self._answer(order))

    def start(self, record: ClipRecord) -> None:
        """Play a clip that was ordered to be played as soon as it is done."""
        self._run(self._start(record))

    def follow(self) -> None:
        """Adapt a playing loop after a change of the session."""
        if self._looping is None:
            return
        later = asyncio.get_running_loop().call_later
        if fit_to(self._looping[0], self._session.view(time.monotonic())) != self._looping[1]:
            self._changing = self._changing or later(_REST_S, lambda: self._run(self._change()))
        else:
            self._comparing = self._comparing or later(
                _COMPARE_S, lambda: self._run(self._compare())
            )

    async def end(self) -> None:
        """Stop the sound and end both child processes."""
        for timer in (self._sleep, self._changing, self._comparing):
            if timer:
                timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._let_go()
        await self._fitter.end()

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, order: events.Audition) -> None:
        try:
            if order.clip == "stop":
                self._tell(Told(order.origin, "audition", "stop", await self._stop()))
            else:
                record = self._find(order.clip or "last")
                self._tell(Told(order.origin, "audition", record["id"], await self._play(record)))
        except SidecrateError as error:
            self._tell(Refused(order.origin, error.code, error.text, "audition"))
        except Exception as error:
            log.exception("audition %s", order)
            self._tell(Refused(order.origin, "internal", internal_text(error), "audition"))

    async def _start(self, record: ClipRecord, *, keep_place: bool = False) -> None:
        try:
            await self._play(record, keep_place=keep_place)
        except SidecrateError as error:
            level = logging.DEBUG if error.code == OVERTAKEN else logging.WARNING
            log.log(level, "clip %s is not auditioned: %s", record["id"], error.text)

    def _find(self, what: str) -> ClipRecord:
        """The record of a clip: by id, the newest, or a neighbour of the one chosen last."""
        if what not in ("next", "previous"):
            return self._believed(self._crate.find(what))
        return self._believed(self._neighbour(what))

    def _neighbour(self, what: str) -> ClipRecord:
        newest = [
            record
            for record in self._crate.clips(_NEWEST)
            if record["kind"] != "midi" and Path(record["path"]).exists()
        ]
        if not newest:
            raise CrateError(
                "the crate has no clip that can be heard yet; `sidecrate make PROMPT` makes one",
                "unknown_clip",
            )
        places = [n for n, record in enumerate(newest) if record["id"] == self._chosen]
        if not places:
            return newest[0]
        return newest[min(max(places[0] + (1 if what == "next" else -1), 0), len(newest) - 1)]

    # -- the device

    async def _play(self, record: ClipRecord, *, keep_place: bool = False) -> dict[str, Any]:
        if record["kind"] == "midi":
            raise AudioError(
                f"clip {record['id']} holds notes and no sound; play it in your DAW",
                "no_sound_in_it",
            )
        self._turn += 1
        turn = self._turn
        self._chosen = record["id"]
        fit = fit_to(record, self._session.view(time.monotonic()))
        loops = record["kind"] == "loop"
        self._looping = (record, fit) if loops else None
        try:
            heard = await self._hear(record, fit, keep_place, turn)
        except SidecrateError as error:
            if error.code != OVERTAKEN:
                self._looping = None
            raise
        if heard["seconds"] is not None:
            self._sleep_after(heard["in_s"] + heard["seconds"])
        log.info(
            "audition of %s: on %s, in %.2f s (%s, heard_s %.6f), latency %.0f ms",
            record["id"],
            heard["device"],
            heard["in_s"],
            "on the bar" if heard["on_bar"] else "at once",
            heard["heard_s"],
            heard["latency_ms"],
        )
        answered = ("in_s", "on_bar", "device", "latency_ms")
        return {
            "path": record["path"],
            "bpm": fit.bpm,
            "semitones": fit.semitones,
            **{name: heard[name] for name in answered},
        }

    async def _hear(
        self, record: ClipRecord, fit: Fit, keep_place: bool, turn: int
    ) -> dict[str, Any]:
        source = await self._fitted(record, fit, turn)
        task = {
            "clip": record["id"],
            "path": source["path"],
            "loops": record["kind"] == "loop",
            "bpm": fit.bpm,
            "meter": record.get("meter"),
            "bars": record.get("bars"),
            "gain_db": self._gain_db(source),
            "device": self._device,
            "keep_place": keep_place,
        }
        return await self._ask_device(PLAY, task, turn)

    async def _stop(self) -> dict[str, Any]:
        self._turn += 1
        self._looping = None
        if self._child.pid is None:
            raise AudioError("nothing is being auditioned", "silent")
        ended = await self._ask_device(STOP, {}, self._turn)
        self._sleep_after(ended.get("in_s", 0.0))
        if not ended:
            raise AudioError("nothing is being auditioned", "silent")
        return {"in_s": ended["in_s"]}

    async def _ask_device(self, function: str, task: dict[str, Any], turn: int) -> dict[str, Any]:
        """Send a task to the device's child, with the bar lines as known at that moment."""
        async with self._at_device:
            if turn != self._turn:
                raise AudioError("something else was asked for meanwhile", OVERTAKEN)
            if self._sleep:
                self._sleep.cancel()
                self._sleep = None
            # `perf_counter` reads alike in every process; `monotonic` is coarse on Windows.
            grid = grid_of(self._session.view(time.monotonic()), time.perf_counter())
            try:
                return await self._child.ask(
                    function, {**task, "grid": grid}, lambda *_: None, _DEADLINE_S
                )
            except SidecrateError as error:
                if error.code == "no_sound":
                    # The next try lists the devices again.
                    await self._child.end()
                raise

    def _sleep_after(self, silence_in_s: float) -> None:
        """Set the idle timeout of the child, from when its sound ends."""
        delay_s = max(0.0, silence_in_s) + self._idle_s
        if self._sleep:
            self._sleep.cancel()
        self._sleep = asyncio.get_running_loop().call_later(
            delay_s, lambda: self._run(self._let_go())
        )

    async def _let_go(self) -> None:
        """End the child, its device closed first: sound systems miss a client that is killed."""
        async with self._at_device:
            if self._child.pid is not None:
                with contextlib.suppress(SidecrateError):
                    await self._child.ask(CLOSE, {}, lambda *_: None, _CLOSE_DEADLINE_S)
            await self._child.end()

    # -- tempo, key and level

    async def _fitted(self, record: ClipRecord, fit: Fit, turn: int) -> dict[str, Any]:
        """The file to play and its level: the clip's own where that fits, else a stretched one."""
        own_bpm = record.get("bpm")
        after = record["report"].get("after", {})
        if not fit.semitones and (not fit.bpm or not own_bpm or abs(fit.bpm - own_bpm) < 1e-6):
            return {
                "path": record["path"],
                "lufs": after.get("lufs"),
                "true_peak_db": after.get("true_peak_db"),
            }
        task = {
            "clip": record["id"], "path": record["path"], "loops": record["kind"] == "loop",
            "from_bpm": own_bpm or 1.0, "bpm": fit.bpm or 1.0, "semitones": fit.semitones,
            "bars": record.get("bars"), "meter": record.get("meter") or "4/4",
            "cache": str(self._cache), "stretcher": self._stretcher,
        }  # fmt: skip
        async with self._at_fitter:
            if turn != self._turn:
                raise AudioError("something else was asked for meanwhile", OVERTAKEN)
            return await self._fitter.ask(REFIT, task, lambda *_: None, _REFIT_DEADLINE_S)

    def _gain_db(self, source: Mapping[str, Any]) -> float:
        """The gain to the common loudness, or as near as the peaks allow."""
        lufs, peak_db = source.get("lufs"), source.get("true_peak_db")
        if lufs is None or peak_db is None or lufs < _QUIETEST_LUFS:
            return 0.0
        return float(min(self._level - lufs, _CEILING_DB - peak_db))

    # -- following

    async def _change(self) -> None:
        """Restart the loop in the project's new tempo or key, from the next bar."""
        self._changing = None
        if (
            self._looping
            and fit_to(self._looping[0], self._session.view(time.monotonic())) != self._looping[1]
        ):
            await self._start(self._looping[0], keep_place=True)

    async def _compare(self) -> None:
        """Check the loop's place against the project's bars; the child corrects it."""
        self._comparing = None
        if self._looping is None:
            return
        turn = self._turn
        try:
            said = await self._ask_device(FOLLOW, {}, turn)
        except SidecrateError as error:
            log.log(
                logging.DEBUG if error.code == OVERTAKEN else logging.WARNING,
                "audition: %s",
                error.text,
            )
            said = {"clip": ""}
        if turn != self._turn:
            # another choice replaced this one meanwhile; this loop does not report its end
            return
        if not said["clip"]:
            self._looping = None
            self._sleep_after(0.0)
        log.debug("audition: %s", said)
