"""Which MIDI ports are heard and lit, and why (pure).

Controllers and other hardware are heard, and programs that `midi.inputs` names. Whatever else
wants to play sends to our own port. A port for MTC, MMC or MIDI clock of a program never gives
notes, and is never lit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

#: Uses of a port.
NOTES: Final = "notes"
CLOCK: Final = "clock"
LIGHTS: Final = "lights"
UNUSED: Final = ""

#: Names that a line tells for each reason.
_MOST_TOLD: Final = 3

_IS_CONTROL = re.compile(r"\b(mtc|mmc|time ?code|machine control)\b")
_IS_CLOCK = re.compile(r"\b(clock|m?clk|sync)\b")
_IS_THROUGH = re.compile(r"\bmidi through\b")
#: Ports that carry messages between programs, as Windows and macOS have them: names that their
#: makers give. No system tells them from devices.
_IS_LOOPBACK = re.compile(r"^(iac driver|loopmidi|loopbe|default app loopback|network|rtpmidi)\b")
_WITHOUT_NUMBER = re.compile(r"\s+\d+(:\d+)?$")


@dataclass(frozen=True)
class MidiPort:
    """A port of a device or of another program. aliases: its further names (JACK)."""

    name: str
    aliases: tuple[str, ...] = ()
    physical: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def title(self) -> str:
        """What a list shows. JACK's own names of hardware (system:midi_capture_1) say little."""
        return f"{self.name} ({self.aliases[0]})" if self.aliases else self.name

    @property
    def device(self) -> str:
        """The name that both directions of a device share."""
        return plain_name(self.aliases[0] if self.aliases else self.name)

    def is_named(self, patterns: Iterable[str]) -> bool:
        """Whether one of its names has one of these parts, in any case."""
        return any(part.casefold() in name.casefold() for part in patterns for name in self.names)


@dataclass(frozen=True)
class Choice:
    """What a port is used for (NOTES, CLOCK, LIGHTS or UNUSED), and why, in words."""

    port: MidiPort
    use: str
    why: str


def has_device(system: str, name: str) -> bool:
    """Whether a port of ALSA, CoreMIDI or WinMM belongs to a device, as far as its name tells."""
    if system == "alsa":
        # numbers from 128 on are those of programs
        client = re.search(r"(\d+):\d+$", name)
        return client is None or int(client[1]) < 128
    return not _IS_LOOPBACK.match(name.casefold())


def choose_inputs(
    ports: Iterable[MidiPort], inputs: Sequence[str], *, clock: bool, ours: str
) -> list[Choice]:
    """What is heard. ours: the beginning of our own ports' names, which are left out."""
    return [
        _input(port, inputs, clock) for port in ports if not _is_ours(port, ours)
    ]  # fmt: skip


def choose_outputs(
    ports: Iterable[MidiPort], outputs: Sequence[str], heard: Iterable[MidiPort], *, ours: str
) -> list[Choice]:
    """What is lit: what `midi.outputs` names, else the devices among those heard."""
    devices = {port.device for port in heard}
    return [_output(port, outputs, devices) for port in ports if not _is_ours(port, ours)]


def in_words(choices: Iterable[Choice]) -> str:
    """Ports by the reason of their choice, a few names each: `A, B (it is a device)`."""
    groups: dict[str, list[str]] = {}
    for choice in choices:
        groups.setdefault(choice.why, []).append(choice.port.title)
    told = []
    for why, names in groups.items():
        more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
        told.append(f"{', '.join(names[:_MOST_TOLD])}{more} ({why})")
    return "; ".join(told)


def _is_ours(port: MidiPort, ours: str) -> bool:
    return port.name.casefold().startswith(ours.casefold())


def _input(port: MidiPort, inputs: Sequence[str], clock: bool) -> Choice:
    if _IS_THROUGH.search(port.name.casefold()):
        return Choice(port, UNUSED, "it only returns what it is sent")
    if inputs and not port.is_named(inputs):
        return Choice(port, UNUSED, "midi.inputs does not name it")
    if carried := _carried(port):
        if clock and carried == "MIDI clock":
            return Choice(port, CLOCK, "it carries MIDI clock, and no notes are taken from it")
        hint = "; midi.clock follows it" if carried == "MIDI clock" else ""
        return Choice(port, UNUSED, f"it carries {carried}, not notes{hint}")
    if inputs:
        return Choice(port, NOTES, "midi.inputs names it")
    if port.physical:
        return Choice(port, NOTES, "it is a device")
    if clock and _IS_LOOPBACK.match(port.name.casefold()):
        return Choice(port, CLOCK, "programs may send a clock by it; midi.inputs takes its notes")
    text = "it is a program's; name it in midi.inputs, or have it send to Sidecrate"
    return Choice(port, UNUSED, text)


def _output(port: MidiPort, outputs: Sequence[str], devices: Collection[str]) -> Choice:
    if _IS_THROUGH.search(port.name.casefold()):
        return Choice(port, UNUSED, "it only returns what it is sent")
    if carried := _carried(port):
        return Choice(port, UNUSED, f"it takes {carried}, not lights")
    if outputs:
        if port.is_named(outputs):
            return Choice(port, LIGHTS, "midi.outputs names it")
        return Choice(port, UNUSED, "midi.outputs does not name it")
    if not port.physical:
        return Choice(port, UNUSED, "it is a program's; name it in midi.outputs for lights")
    if port.device not in devices:
        return Choice(port, UNUSED, "nothing is heard from it")
    return Choice(port, LIGHTS, "it is a device that is heard")


def _carried(port: MidiPort) -> str:
    """What a program's port carries instead of notes, by its name; empty for any other port."""
    if port.physical:
        return ""
    own = _WITHOUT_NUMBER.sub("", port.name.partition(":")[2] or port.name)
    words = own.casefold().replace("_", " ").replace("-", " ")
    if _IS_CONTROL.search(words):
        return "MTC or MMC"
    return "MIDI clock" if _IS_CLOCK.search(words) else ""


def plain_name(name: str) -> str:
    """The name that a device's two directions share: without direction and number."""
    words = re.sub(r"\d+:\d+$", "", name.casefold())
    # JACK numbers clients of the same name
    words = re.sub(r"-\d\d(?=:)", "", words)
    # of JACK's own names of hardware the number is all there is
    words = re.sub(r"^(system:)midi_(capture|playback)_(\d+)$", r"\1port \3 .", words)
    words = re.sub(r"\bmidi_(capture|playback)(_\d+)?$", "", words)
    words = re.sub(
        r"\b(midi ?in|midi ?out|input|output|in|out|capture|playback)(_\d+)?\b", "", words
    )
    return re.sub(r"[\s\d_():/]+$", "", re.sub(r"\(\)", "", words)).strip()
