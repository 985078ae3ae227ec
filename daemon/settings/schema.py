"""The schema of config.yaml: one frozen, validated object.

Defaults and their documentation live here; config.yaml is generated from it.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bridge.errors import RequestError
from bridge.fl.link import INPUTS as FL_INPUTS
from bridge.fl.link import OUTPUTS as FL_OUTPUTS
from bridge.midi.controllers import load_controller
from bridge.midi.mapping import MidiMap
from bridge.request import FIELDS, check_fields
from daemon.engines.contract import EngineInfo
from daemon.engines.local import models as local_models
from daemon.engines.registry import check_names, configure
from daemon.engines.remote import boxes
from daemon.engines.replicate.models import MODELS, describe, merged
from daemon.engines.servers import table as servers
from daemon.errors import EngineError
from daemon.home.addresses import may_be_asked, may_have_secret
from daemon.parts.separators import prefer
from daemon.verbs.registry import draw_in_verbs

Port = Annotated[int, Field(ge=0, le=65535)]
#: Error type for a fault between sections.
BETWEEN = "between_sections"


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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


class EnginesSettings(Section):
    order: tuple[str, ...] = Field(
        ("embedded", "local"),
        description="Preference of `auto`: the first that is ready and can serves;"
        " local: all that run here.",
    )
    allow: Literal["any", "commercial"] = Field(
        "any", description="commercial: only engines whose licence lets you sell what they make."
    )


class SpendSettings(Section):
    per_day_usd: Annotated[float, Field(ge=0, le=10000)] = Field(
        2.0, description="Daily cap of hosted engines."
    )
    per_request_usd: Annotated[float, Field(ge=0, le=10000)] = Field(
        1.0, description="A request that would cost more is refused."
    )
    auto: bool = Field(
        False, description="Let `auto` take engines that cost money; else they must be named."
    )
    retry: bool = Field(
        False,
        description="Buy another take where one was refused as silent,"
        " cut short or without a beat.",
    )


class ReplicateSettings(Section):
    base_url: str | None = Field(
        None,
        description="Its address. Empty: as REPLICATE_BASE_URL in the environment says, else"
        " https://api.replicate.com. The token is never in here: see docs/hosted.md.",
    )
    at_once: Annotated[int, Field(ge=1, le=50)] = Field(
        4, description="Predictions under way at once."
    )
    deadline_s: Annotated[float, Field(ge=5, le=1800)] = Field(
        900.0, description="Timeout of a prediction in seconds."
    )
    models: dict[str, dict[str, Any]] = Field(
        {}, description="Models of yours, or changes to ours, by engine name: see docs/hosted.md."
    )

    @field_validator("base_url")
    @classmethod
    def is_safe(cls, url: str | None) -> str | None:
        if url and not may_have_secret(url):
            raise ValueError(
                "give an https:// address, since the token goes there;"
                " http:// is for this machine alone"
            )
        return url

    @field_validator("models")
    @classmethod
    def models_are_whole(cls, models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: merged(name, entry) for name, entry in models.items()}


class LocalSettings(Section):
    folder: str | None = Field(
        None,
        description="The folder of your own models, a folder each."
        " Empty: `models` in the state folder. See docs/local.md.",
    )
    device: Literal["auto", "cuda", "mps", "cpu"] = Field(
        "auto", description="What they run on. auto: a graphics card if there."
    )
    half: Literal["auto", "on", "off"] = Field(
        "auto", description="Weights in 16 bits: auto does so on a CUDA card."
    )
    idle_s: Annotated[float, Field(ge=1, le=86400)] = Field(
        600.0, description="Idle timeout in seconds, after which a model is unloaded."
    )
    models: dict[str, dict[str, Any]] = Field(
        {}, description="Models of yours, or changes to ours, by engine name: see docs/local.md."
    )

    @field_validator("models")
    @classmethod
    def models_are_whole(cls, models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: local_models.merged(name, entry) for name, entry in models.items()}


class ServersSettings(Section):
    timeout_s: Annotated[float, Field(ge=5, le=86400)] = Field(
        1800.0, description="Timeout of a take in seconds: the first one loads gigabytes."
    )
    engines: dict[str, dict[str, Any]] = Field(
        {},
        description="Servers of yours, or changes to ours, by engine name: see docs/servers.md.",
    )

    @field_validator("engines")
    @classmethod
    def entries_are_whole(cls, engines: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: servers.merged(name, entry) for name, entry in engines.items()}


class SplitSettings(Section):
    separator: Literal["auto", "demucs-ft", "demucs", "demucs-onnx", "spleeter", "own"] = Field(
        "auto",
        description="Who takes a mix apart where a request does not say: the best that is here,"
        " or one by name; see docs/apart.md.",
    )


class ImproveSettings(Section):
    prompts: Literal["off", "on", "ask"] = Field(
        "off",
        description="Have a language model improve every prompt; ask: shown first."
        " A request's own `improve` wins.",
    )
    base_url: str | None = Field(
        None,
        description="OpenAI, or a server with its API, as http://127.0.0.1:11434/v1 for Ollama."
        " Empty: as OPENAI_BASE_URL in the environment says, else OpenAI."
        " The key is never in here.",
    )
    speaks: Literal["openai", "replicate"] = Field(
        "openai",
        description="replicate: a model of Replicate's, such as openai/gpt-4o;"
        " base_url is then Replicate's.",
    )
    model: str = Field("gpt-4o", description="The model's name there.")
    timeout_s: Annotated[float, Field(ge=1, le=600)] = Field(
        40.0, description="Timeout in seconds; then the rules serve instead."
    )
    price: (
        tuple[Annotated[float, Field(ge=0, le=1000)], Annotated[float, Field(ge=0, le=1000)]] | None
    ) = Field(
        None,
        description="USD for a million tokens, input and output, as [2.5, 10]."
        " Empty: as known; near servers: nothing.",
    )

    @field_validator("prompts", mode="before")
    @classmethod
    def yaml_words(cls, said: Any) -> Any:
        return {True: "on", False: "off"}.get(said, said) if isinstance(said, bool) else said

    @field_validator("base_url")
    @classmethod
    def is_safe(cls, url: str | None) -> str | None:
        if url and not may_be_asked(url):
            raise ValueError(
                "give an https:// address; http:// is for this machine and its own network"
            )
        return url


class RemoteSettings(Section):
    name: str = Field(description="As `sidecrate boxes pair` called it.")
    address: str | None = Field(
        None, description="host:port, where the box has moved since it was paired."
    )
    verbs: tuple[Literal["split", "transcribe", "master"], ...] = Field(
        (), description="What it does beside takes: split, transcribe, master."
    )

    @field_validator("name")
    @classmethod
    def is_a_name(cls, name: str) -> str:
        return boxes.check_name(name)

    @field_validator("address")
    @classmethod
    def names_a_port(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"[^\s/@]{1,253}:\d{1,5}", address):
            raise ValueError("give host:port, as in 192.168.1.20:9143")
        return address


class WorkersSettings(Section):
    count: Annotated[int, Field(ge=1, le=64)] = Field(
        1, description="Clips made at once. More than 2 is for a server: each takes a core."
    )
    idle_s: Annotated[float, Field(ge=1, le=3600)] = Field(
        120.0, description="Idle timeout in seconds, after which a worker process ends."
    )
    deadline_s: Annotated[float, Field(ge=5, le=7200)] = Field(
        300.0, description="Timeout of one clip in seconds."
    )
    tries: Annotated[int, Field(ge=1, le=10)] = Field(
        3, description="How often a clip is tried when a worker dies."
    )
    remote: tuple[RemoteSettings, ...] = Field(
        (),
        description="Boxes that may be used unasked, the nearest first: a name, or"
        " {name: studio-pc, address: 192.168.1.20:9143, verbs: [split]}; see docs/worker.md.",
    )

    @field_validator("remote", mode="before")
    @classmethod
    def names_alone(cls, said: Any) -> Any:
        if not isinstance(said, list | tuple):
            return said
        return [{"name": one} if isinstance(one, str) else one for one in said]


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
