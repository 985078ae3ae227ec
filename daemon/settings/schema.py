"""The schema of config.yaml: one frozen, validated object.

Defaults and their documentation live here; config.yaml is generated from it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bridge.errors import RequestError
from bridge.midi.controllers import load_controller
from bridge.midi.mapping import MidiMap
from bridge.request import FIELDS, check_fields
from daemon.engines.contract import EngineInfo
from daemon.engines.local import models as local_models
from daemon.engines.registry import check_names, configure
from daemon.engines.remote import boxes
from daemon.engines.replicate.models import MODELS, describe
from daemon.engines.servers import table as servers
from daemon.errors import EngineError
from daemon.parts.separators import prefer
from daemon.settings.doors import (
    AbletonOscSettings,
    FlSettings,
    InboxSettings,
    LinkSettings,
    MidiSettings,
    OscSettings,
    WebSettings,
)
from daemon.settings.section import Section
from daemon.settings.work import (
    EnginesSettings,
    ImproveSettings,
    LocalSettings,
    ReplicateSettings,
    ServersSettings,
    SpendSettings,
    SplitSettings,
    WorkersSettings,
)
from daemon.verbs.registry import draw_in_verbs

#: Error type for a fault between sections.
BETWEEN = "between_sections"


class CrateSettings(Section):
    folder: str | None = Field(
        None,
        description="The folder that your DAW's browser shows."
        " Empty: Sidecrate in your Music folder.",
    )
    letters: Literal["plain", "unicode"] = Field(
        "plain",
        description="Letters of its files' names: plain (a-z, other scripts are spelled in them)"
        " or unicode (the prompt's own).",
    )
    layout: str = Field(
        "{kind}",
        description="Folders inside it: any of {kind}, {project}, {date}, {genre}, joined by /.",
    )

    @field_validator("layout")
    @classmethod
    def known_words(cls, layout: str) -> str:
        try:
            layout.format(kind="", project="", date="", genre="")
        except (KeyError, IndexError, ValueError):
            raise ValueError(
                "use {kind}, {project}, {date} and {genre} only, as in {project}/{kind}"
            ) from None
        if layout.startswith("/") or ".." in layout or "\\" in layout:
            raise ValueError("name folders inside the crate, parted by /, as in {project}/{kind}")
        return layout


class AudioSettings(Section):
    sample_rate: Annotated[int, Field(ge=8000, le=192000)] = Field(
        44100, description="In Hz, where the session does not say."
    )
    bits: Literal[16, 24, 32] = Field(24, description="Of the published WAV files; 32 is float.")
    master: bool = Field(
        False,
        description="Master what is made: loops are limited too, so that they reach their loudness"
        " (tracks always are), and tracks go by `master_like`.",
    )
    master_like: str = Field(
        "",
        description="The path of a track whose spectrum, width and dynamics made tracks are"
        " mastered after, where `master` is on. Empty: loudness alone.",
    )
    stretcher: Literal["auto", "rubberband", "rubberband-program", "signalsmith"] = Field(
        "auto",
        description="The time stretcher: the best that is installed, or one by name;"
        " see LICENSES.md.",
    )


class DefaultsSettings(Section):
    bpm: float | None = Field(
        None, description="Tempo where nobody says one. Empty: the genre's usual tempo, else 120."
    )
    key: str | None = Field(
        None, description="Key where nobody says one, as in Am. Empty: the musician chooses."
    )
    meter: str | None = Field(
        None, description="Time signature where nobody says one. Empty: 4/4, or the genre's."
    )
    bars: Annotated[int, Field(ge=1, le=64)] = Field(4, description="Length of a loop in bars.")
    note_names: Literal["live", "fl", "scientific"] = Field(
        "live", description="What C3 is: MIDI note 60 in Live, 36 in FL, 48 in science."
    )
    stems: bool = Field(False, description="Publish each part as a file of its own.")
    midi: bool = Field(True, description="Publish the notes beside the audio.")

    @field_validator("bpm", "key", "meter")
    @classmethod
    def as_in_a_request(cls, value: Any, info: Any) -> Any:
        if value is None:
            return None
        try:
            return FIELDS[info.field_name].check(value)
        except RequestError as error:
            raise ValueError(error.text) from None


class AuditionSettings(Section):
    device: int | str | None = Field(
        None,
        description="The output device: a part of its name, or its number."
        " Empty: the system's own.",
    )
    level: Annotated[float, Field(ge=-30, le=-10)] = Field(
        -18.0, description="Loudness in LUFS at which clips are played, peaks allowing."
    )
    idle_s: Annotated[float, Field(ge=1, le=3600)] = Field(
        60.0,
        description="Idle timeout in seconds, after which the sound device is released.",
    )


class FilesSettings(Section):
    allow: tuple[str, ...] = Field(
        (),
        description="Folders beside your home and drives that are plugged in,"
        " from which requests may take files.",
    )


class PluginsSettings(Section):
    folders: tuple[str, ...] = Field(
        (), description="Folders with VST3 or Audio Unit effects, beside the system's own."
    )


class SoundsSettings(Section):
    fonts: tuple[str, ...] = Field(
        (),
        description="SoundFonts (SF2, SF3) that play the embedded musician's pianos, guitars,"
        " strings, winds and acoustic drums; the first that has an instrument plays it."
        " A role before a file, as in `drums=~/Kits/Jazz.sfz`, has it play that; SFZ needs one."
        " `sidecrate sounds` lists them and brings free ones.",
    )


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is written to the log."
    )
    megabytes: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="Size at which a log file is put aside; five are kept."
    )


class Config(Section):
    """Every key of config.yaml."""

    crate: CrateSettings = Field(CrateSettings(), description="The folder where clips appear.")
    inbox: InboxSettings = Field(InboxSettings(), description="The folder that takes prompts.")
    osc: OscSettings = Field(
        OscSettings(),
        description="Open Sound Control, for devices, controllers and the command line.",
    )
    midi: MidiSettings = Field(MidiSettings(), description="Pads and knobs.")
    fl: FlSettings = Field(FlSettings(), description="FL Studio: see docs/fl_studio.md.")
    link: LinkSettings = Field(LinkSettings(), description="Ableton Link.")
    ableton_osc: AbletonOscSettings = Field(AbletonOscSettings(), description="AbletonOSC.")
    web: WebSettings = Field(
        WebSettings(), description="The page in the browser: `sidecrate open --page`."
    )
    audio: AudioSettings = Field(AudioSettings(), description="The files that are written.")
    defaults: DefaultsSettings = Field(
        DefaultsSettings(),
        description="What holds where neither the request, the prompt nor the session says.",
    )
    engines: EnginesSettings = Field(
        EnginesSettings(), description="The engines that make the sound."
    )
    replicate: ReplicateSettings = Field(
        ReplicateSettings(), description="Models hosted by Replicate; they cost money."
    )
    local: LocalSettings = Field(
        LocalSettings(),
        description="Models that run on this machine; they come with `make setup-local`.",
    )
    servers: ServersSettings = Field(
        ServersSettings(),
        description="Other programs' servers: sa3.cpp, acestep.cpp, ACE-Step, ComfyUI;"
        " found on their usual ports.",
    )
    split: SplitSettings = Field(SplitSettings(), description="Sounds taken apart: docs/apart.md.")
    improve: ImproveSettings = Field(
        ImproveSettings(),
        description="A language model for prompts, lyrics and notes: docs/improve.md.",
    )
    spend: SpendSettings = Field(
        SpendSettings(), description="Money: limits for engines that cost some."
    )
    workers: WorkersSettings = Field(
        WorkersSettings(), description="The processes that do the heavy work."
    )
    audition: AuditionSettings = Field(
        AuditionSettings(),
        description="Hearing clips in time with the project: `sidecrate play --in-time`.",
    )
    files: FilesSettings = Field(FilesSettings(), description="What requests may read.")
    plugins: PluginsSettings = Field(
        PluginsSettings(),
        description="Your own effects, in edits: docs/plugins.md."
        " They come with the extra: sidecrate[plugins].",
    )
    sounds: SoundsSettings = Field(
        SoundsSettings(), description="Your own sampled instruments: docs/sampled.md."
    )
    log: LogSettings = Field(LogSettings(), description="The daemon's log.")
    presets: dict[str, dict[str, Any]] = Field(
        {
            "drums": {"prompt": "punchy drum loop", "kind": "loop", "bars": 2},
            "bass": {"prompt": "deep bass loop, no drums", "kind": "loop", "bars": 4},
            "chords": {"prompt": "warm chord loop, no drums", "kind": "loop", "bars": 4},
            "kick": {"prompt": "kick", "kind": "oneshot"},
        },
        description="Requests with a name, for pads, programs and /sidecrate/preset:"
        " any fields of a request.",
    )

    @field_validator("web", mode="before")
    @classmethod
    def web_is_on_or_off(cls, said: Any) -> Any:
        return {"enabled": said} if isinstance(said, bool) else said

    @field_validator("presets")
    @classmethod
    def presets_are_requests(cls, presets: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        faults: list[str] = []
        checked: dict[str, dict[str, Any]] = {}
        for name, pairs in presets.items():
            try:
                checked[name] = dict(check_fields(pairs.items()))
            except RequestError as error:
                faults.extend(f"preset {name}: {fault.text}" for fault in error.faults)
        if faults:
            raise ValueError("\n".join(faults))
        return checked

    @model_validator(mode="after")
    def sections_agree(self) -> Config:
        faults: list[tuple[tuple[str, ...], str]] = []
        if "order" in self.engines.model_fields_set:
            try:
                check_names(self.engines.order, engines_of(self))
            except EngineError as error:
                faults.append((("engines", "order"), f"engines.order: {error.text}"))
        try:
            midi_map(self)
        except RequestError as error:
            faults += [(("midi", "map"), line) for line in error.text.splitlines()]
        if faults:
            # pydantic would give the whole config as the place; each fault carries its own
            raise PydanticCustomError(BETWEEN, "sections do not agree", {"faults": faults})
        return self


def engines_of(config: Config) -> list[EngineInfo]:
    """The engines of a config: its own, and the shipped ones with its changes."""
    found = list[EngineInfo]()
    if "replicate" in config.model_fields_set:
        service = {"base_url": config.replicate.base_url, "deadline_s": config.replicate.deadline_s}
        models = {**MODELS, **config.replicate.models}
        found += [describe(name, entry, service) for name, entry in models.items()]
    if "local" in config.model_fields_set:
        local = config.local
        where = {"folder": local.folder, "device": local.device, "half": local.half}
        models = {**local_models.MODELS, **local.models}
        found += [local_models.describe(name, entry, where) for name, entry in models.items()]
    if "servers" in config.model_fields_set:
        entries = {**servers.ENTRIES, **config.servers.engines}
        service = {"timeout_s": config.servers.timeout_s}
        found += [servers.describe(name, entry, service) for name, entry in entries.items()]
    return found


def use(config: Config) -> None:
    """Register a config's engines and its separator in this process, instead of an earlier one's.

    For programs that choose engines. Loading or checking a config changes nothing.
    """
    configure(engines_of(config))
    boxes.place_boxes(
        {one.name: f"https://{one.address}" for one in config.workers.remote if one.address}
    )
    prefer(config.split.separator)


def midi_map(config: Config) -> MidiMap:
    """The MIDI map of notes, controllers and programs. RequestError lists every fault in it."""
    midi = config.midi
    lights: dict[str, int] = {state: velocity for state, velocity in midi.lights.items()}
    entries = list(midi.map)
    if midi.controller is not None:
        controller = load_controller(midi.controller)
        entries += controller.mappings(config.presets, midi.map)
        if "lights" not in midi.model_fields_set and controller.lights:
            lights = dict(controller.lights)
    if entries:
        # a verb of an installed package may stand in it
        draw_in_verbs()
    return MidiMap.read(entries, config.presets, lights, config.defaults.note_names)
