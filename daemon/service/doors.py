"""All doors of one daemon: made as the config says, opened, told, and closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bridge.ableton.link import AbletonLink
from bridge.ableton.osc import AbletonOsc
from bridge.errors import DoorError
from bridge.events import Door, Event, Hand, SessionChanged
from bridge.fl.door import FlDoor
from bridge.fl.piano_roll import PianoRoll
from bridge.inbox.door import Inbox
from bridge.midi.door import MidiDoor
from bridge.osc.answers import Greeting
from bridge.osc.door import OscDoor
from daemon.crate.crate import Crate, notes_of
from daemon.home.mounts import note_mount
from daemon.home.places import Places
from daemon.settings.meaning import inbox_folder
from daemon.settings.schema import Config, midi_map
from daemon.version import __version__

log = logging.getLogger(__name__)


class Doors:
    """All doors. Belongs to the daemon's loop. Before `open` there are none to get events."""

    def __init__(self) -> None:
        self._doors: Sequence[Door] = ()
        self._open: set[str] = set()
        self._said: dict[str, str] = {}
        """Why a door could not be opened: each reason is logged once."""

    def open(self, doors: Sequence[Door]) -> None:
        """Open each door; one that cannot be opened waits for `open_again`."""
        self._doors = doors
        self.open_again()

    def open_again(self) -> None:
        """Try the doors that could not open."""
        for door in self._doors:
            if door.name in self._open:
                continue
            try:
                door.start()
                self._open.add(door.name)
                self._said.pop(door.name, None)
                log.info("%s: %s", door.name, door.health())
            except DoorError as error:
                if self._said.get(door.name) != error.text:
                    log.error("%s", error.text)
                self._said[door.name] = error.text

    async def close(self) -> None:
        """Close one after the other, in a thread: each may take seconds.

        Doors that are still open get events meanwhile.
        """
        loop = asyncio.get_running_loop()
        # a thread of its own: all threads of the loop may hang on a crate that does not answer
        with ThreadPoolExecutor(1, "doors") as thread:
            for door in reversed(self._doors):
                try:
                    await loop.run_in_executor(thread, door.stop)
                except Exception:
                    log.exception("door %s was not closed", door.name)
        self._open.clear()

    def tell(self, event: Event) -> None:
        """Pass an event to the door that it belongs to; a change of the session to all."""
        for door in self._doors:
            try:
                if isinstance(door, OscDoor):
                    door.overhear(event)
                if isinstance(event, SessionChanged) or event.origin.door == door.name:
                    door.tell(event)
            except Exception:
                log.exception("door %s could not pass on an event: %s", door.name, event)

    @property
    def all_open(self) -> bool:
        """Whether every door is open."""
        return len(self._open) == len(self._doors)

    def health(self) -> dict[str, str]:
        """Each door's name and its health, in a few words."""
        found = {door.name: door.health() for door in self._doors}
        # a door that is not open may only know that
        return {
            name: self._said.get(name, health) if health == "closed" else health
            for name, health in found.items()
        }

    @property
    def osc_port(self) -> int:
        """The OSC door's port; 0 where it is closed."""
        return next((door.port for door in self._doors if isinstance(door, OscDoor)), 0)


def make_doors(
    config: Config, places: Places, *, hand: Hand, crate: Crate, boot: str
) -> list[Door]:
    """The doors that the config enables, closed. Each hands its orders to `hand`."""
    return list(_wanted(config, places, hand, crate, boot))


def _wanted(config: Config, places: Places, hand: Hand, crate: Crate, boot: str) -> Iterator[Door]:
    if config.osc.enabled:
        yield _osc(
            config, hand, Greeting(__version__, str(crate.folder), boot, str(places.recordings))
        )
    if config.inbox.enabled:
        folder = inbox_folder(config, places)
        mount = note_mount(places.state, folder)
        yield Inbox(folder, hand, poll=config.inbox.polling, mount=mount)
    if config.midi.enabled:
        yield _midi(config, hand)
    if config.link.enabled:
        yield AbletonLink(hand)
    if config.ableton_osc.enabled:
        yield AbletonOsc(hand)
    if config.fl.enabled:
        yield _fl(config, hand, crate, boot)


def _osc(config: Config, hand: Hand, greeting: Greeting) -> OscDoor:
    return OscDoor(
        hand,
        port=config.osc.port,
        greeting=greeting,
        presets=config.presets,
        allow=config.osc.allow,
        trust_lan=config.osc.trust_lan,
    )


def _midi(config: Config, hand: Hand) -> MidiDoor:
    midi = config.midi
    return MidiDoor(
        midi_map(config),
        hand,
        api=midi.api,
        inputs=midi.inputs,
        outputs=midi.outputs,
        virtual=midi.virtual,
        clock=midi.clock,
    )


def _fl(config: Config, hand: Hand, crate: Crate, boot: str) -> FlDoor:
    folder = config.fl.piano_roll_scripts
    return FlDoor(
        midi_map(config),
        hand,
        boot=boot,
        api=config.midi.api,
        inputs=config.fl.inputs,
        outputs=config.fl.outputs,
        midi_of=lambda clip: notes_of(crate.find(clip)),
        piano_roll=PianoRoll(Path(folder).expanduser()) if folder else None,
    )
