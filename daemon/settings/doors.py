"""The sections of the doors: where requests come in, and what may reach them."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from bridge.fl.link import INPUTS as FL_INPUTS
from bridge.fl.link import OUTPUTS as FL_OUTPUTS
from bridge.midi.controllers import load_controller
from daemon.settings.section import Section

Port = Annotated[int, Field(ge=0, le=65535)]


class InboxSettings(Section):
    enabled: bool = Field(True, description="Watch a folder for prompts and audio files.")
    folder: str | None = Field(None, description="Empty: Sidecrate Inbox in your Music folder.")
    polling: bool = Field(False, description="For network drives, which send no notice of changes.")


class OscSettings(Section):
    enabled: bool = Field(
        True, description="Answer OSC messages. `sidecrate make` talks to the daemon by them too."
    )
    port: Port = Field(9140, description="UDP port on this machine. 0 takes a free one.")
    allow: tuple[str, ...] = Field(
        (),
        description="Addresses of other machines that may send, as in [192.168.1.20];"
        " `sidecrate pair` adds one. Empty: none.",
    )
    trust_lan: bool = Field(
        False,
        description="Let those machines also use paths, paid engines and the session's context.",
    )

    @field_validator("allow")
    @classmethod
    def are_addresses(cls, allow: tuple[str, ...]) -> tuple[str, ...]:
        for address in allow:
            try:
                IPv4Address(address)
            except ValueError:
                raise ValueError(
                    f"{address!r} is no IPv4 address, as in 192.168.1.20;"
                    " `sidecrate pair` finds it for you"
                ) from None
        return allow


class MidiSettings(Section):
    enabled: bool = Field(True, description="Listen to pads, knobs and program changes.")
    api: Literal["auto", "alsa", "jack", "coremidi", "winmm"] = Field(
        "auto", description="Which MIDI system."
    )
    inputs: tuple[str, ...] = Field(
        (),
        description="Ports to listen to, by a part of their names, as in [Launchpad] or [Bitwig]."
        " Empty: controllers and other hardware. `sidecrate midi ports` says which.",
    )
    outputs: tuple[str, ...] = Field(
        (),
        description="Ports whose pads light up, by a part of their names."
        " Empty: those of the controllers that are heard.",
    )
    virtual: bool = Field(
        True,
        description="Open a port called Sidecrate that other programs can send to,"
        " where the system can.",
    )
    clock: bool = Field(
        False,
        description="Follow MIDI clock: tempo, song position, start and stop,"
        " of a port that sends it; of programs, of ports called clock or sync.",
    )
    controller: str | None = Field(
        None,
        description="A ready-made map, under your own: apc_key_25, launchpad or mpk_mini."
        " Empty: none.",
    )
    map: tuple[dict[str, Any], ...] = Field(
        (), description="What notes, controllers and programs do: see docs/midi.md."
    )
    lights: dict[
        Literal["queued", "working", "done", "failed"], Annotated[int, Field(ge=0, le=127)]
    ] = Field(
        {"queued": 1, "working": 64, "done": 127, "failed": 5},
        description="Velocity of the note sent back to a pad in each state.",
    )

    @field_validator("controller")
    @classmethod
    def is_there(cls, name: str | None) -> str | None:
        if name is not None:
            load_controller(name)
        return name


class FlSettings(Section):
    enabled: bool = Field(
        True, description="Talk to Sidecrate's script in FL Studio, by MIDI ports of their own."
    )
    inputs: tuple[str, ...] = Field(
        FL_INPUTS,
        description="Ports that FL sends to, by a part of their names,"
        " where the system has no virtual ones.",
    )
    outputs: tuple[str, ...] = Field(
        FL_OUTPUTS, description="Ports that FL listens to, in the same way."
    )
    piano_roll_scripts: str | None = Field(
        None,
        description="FL's folder Piano roll scripts. The notes of clips ordered from FL, and of all"
        " clips that are notes alone, are written into it. Empty: they are not written.",
    )


class LinkSettings(Section):
    enabled: bool = Field(
        False,
        description="Follow Ableton Link's tempo and beat; never sets them."
        " Needs the extra: sidecrate[link].",
    )


class AbletonOscSettings(Section):
    enabled: bool = Field(
        False,
        description="Follow AbletonOSC, where it is chosen as a control surface in Live."
        " Takes UDP port 11001.",
    )


class WebSettings(Section):
    enabled: bool = Field(
        False,
        description="Serve the page and the HTTP API on this machine; `web: on` says the same.",
    )
    port: Port = Field(
        9141, description="TCP port of the page on this machine. 0 takes a free one."
    )
    share: bool = Field(False, description="Let clips be shared by links, on a port of their own.")
    share_port: Port = Field(9142, description="TCP port of shared clips. 0 takes a free one.")
    share_lan: bool = Field(
        False, description="Shared clips can be reached from other machines of the network too."
    )
