"""The shapes of the API's answers, for its document alone: routes answer as they are.

What a model does not name may be there all the same. A test compares each with a real answer.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, RootModel


class Answer(BaseModel):
    model_config = ConfigDict(extra="allow")


class Refused(Answer):
    """Why a request was not done: a stable code, and a sentence that says what to do."""

    code: str
    text: str


class Accepted(Answer):
    """An order was taken: its job, and its place in the queue."""

    event: str
    label: str
    job: str
    position: int


class Told(Answer):
    """What the daemon did with a request that makes no job."""

    event: str


class Job(Answer):
    """A job of any door: queued, improving, running, done, failed or cancelled."""

    job: str
    state: str
    stage: str | None
    progress: float | None
    prompt: str
    title: str
    do: str
    """The verb that was asked for, as make or train."""
    kind: str
    count: int
    door: str
    created: float
    clips: list[str]
    code: str | None
    text: str | None
    proposal: str | None
    waits_for: str


class ClipRow(Answer):
    """A clip as a search finds it."""

    id: str
    name: str
    kind: str
    engine: str
    licence: str
    genre: str
    project: str
    key: str
    bpm: float | None
    bars: int | None
    lufs: float | None
    seconds: float | None
    created: float
    favourite: bool
    rating: int
    used: float | None
    missing: bool
    path: str | None
    prompt: str
    tags: list[str]
    edited: bool


class Clips(Answer):
    """The clips that a search finds, and how many there are in all."""

    total: int
    clips: list[ClipRow]


class Turns(Answer):
    """Turns back, turns ahead, and the turns made so far."""

    undo: int
    redo: int
    history: list[dict[str, Any]]


class Clip(ClipRow):
    """A clip with all that is known of it."""

    record: dict[str, Any]
    collections: list[str]
    steps: list[dict[str, Any]]
    turns: Turns | None = None


class Facets(RootModel[dict[str, dict[str, int]]]):
    """How many clips have each value of each facet."""


class Peaks(Answer):
    peaks: list[float]
    low: list[int]
    mid: list[int]
    high: list[int]
    seconds: float
    sample_rate: int


class Point(Answer):
    """A clip on the map."""

    id: str
    title: str
    kind: str
    part: str
    """Its part, where it is one; `mixed` of a clip of several."""
    key: str
    bpm: float | None
    x: float
    y: float


class SoundMap(Answer):
    """The clips of a search on a plane, and how many of them have no place on it."""

    points: list[Point]
    without: int


class Taste(Answer):
    """How well a taste is known: its skill, and whether it is used."""

    skill: float | None
    error: float | None
    used: bool
    liked: int
    disliked: int
    words: str


class Best(Answer):
    """The best of a batch, best first."""

    best: list[str]
    taste: Taste


class TasteOfKind(Taste):
    """How well the taste in clips of a kind is known."""

    kind: str


class Tastes(RootModel[list[TasteOfKind]]):
    """How well the taste is known, by kind."""


class TunableModel(Answer):
    """A local model that can be tuned on a folder of sounds; `why` it cannot now."""

    engine: str
    title: str
    why: str | None


class TunableModels(RootModel[list[TunableModel]]):
    """The local models that can be tuned."""


class TaughtEngine(Answer):
    """An engine of a user's own sounds; `base` is the model that it tunes, where it does."""

    engine: str
    sounds: int
    roles: list[str]
    loops: int
    parts: list[str]
    licence: str
    base: str


class TaughtEngines(RootModel[list[TaughtEngine]]):
    """The engines that a user taught."""


class Family(Answer):
    """What a clip was made of, what was made of it, and its doubles."""

    of: list[ClipRow]
    made: list[ClipRow]
    same: list[ClipRow]


class Pads(Answer):
    """The clips on the pads, by `row-column`. 0 or an empty key follows the project."""

    bpm: float
    key: str
    clips: dict[str, Clip]


class PartNotes(Answer):
    name: str
    drums: bool
    names: dict[str, str]
    """The sounds of the numbers that drums strike."""
    notes: list[tuple[float, float, int, int]]
    """Start and length in quarters, pitch, velocity."""


class ClipChords(Answer):
    """Chords, each with the bar and its quarter, from 1, where it begins."""

    chords: list[tuple[int, float, str]]
    known_by: Literal["plan", "report", "notes", ""]


class ClipNotes(Answer):
    bars: int
    quarters_per_bar: float
    parts: list[PartNotes]


class Edited(Answer):
    """The steps of a clip now. `warnings`: notes on its sound, where it was rendered."""

    steps: list[dict[str, Any]]
    turns: Turns


class NotesChanged(Edited):
    """`clip`: the clip of notes that was made, where the sound cannot follow them."""


class Rendered(Answer):
    id: str
    kind: str
    bpm: float | None
    key: str | None
    bars: int | None
    seconds: float | None
    report: dict[str, Any]


class StepSetting(Answer):
    name: str
    range: str
    default: str | float | None
    choices: list[str]


class StepKind(Answer):
    do: str
    about: str
    stems: bool
    on: Literal["sound", "notes", "both"]
    settings: list[StepSetting]


class StepKinds(RootModel[list[StepKind]]):
    """All edit steps and their settings."""


class PluginNames(Answer):
    names: list[str]
    text: str


class Parameter(Answer):
    name: str
    value: str
    range: str
    choices: list[str]
    unit: str


class Plugin(Answer):
    name: str
    maker: str
    parameters: list[Parameter]


class Exported(Answer):
    """A file that can be fetched for a day. `notes`: what its user should know."""

    export: str
    name: str
    url: str
    notes: list[str]


class Names(RootModel[list[str]]):
    """Names, in order."""


class Collection(Answer):
    name: str
    clips: int
    created: float


class Collections(RootModel[list[Collection]]):
    """All collections, by name."""


class Deleted(Answer):
    deleted: str


class Added(Answer):
    added: int


class Removed(Answer):
    removed: int


class Share(Answer):
    """A link to hear clips. `path`, its address, is in the answer alone that makes it."""

    id: str
    title: str
    clips: list[str]
    made: float
    expires: float


class Shares(RootModel[list[Share]]):
    """The open links."""


class Revoked(Answer):
    revoked: str


class Brought(Answer):
    """A clip that was imported (`id`, `name`, as of a clip), or the job that fits it (`job`)."""


class Person(Answer):
    name: str | None
    names: list[str]


class Preferred(Answer):
    """A person's preferences for the page."""


class Jobs(RootModel[list[Job]]):
    """Jobs, the newest first."""


class Session(Answer):
    """What is known of the DAW's project, with the source of each value."""

    bpm: float | None = None
    key: str | None = None
    meter: str | None = None
    said_by: dict[str, str] = {}


class Pinned(Answer):
    """The values that were pinned."""


class Engine(Answer):
    name: str
    title: str
    kinds: list[str]
    license: str
    ready: bool
    why: str | None
    line: str
    costs_money: bool


class Engines(RootModel[list[Engine]]):
    """The engines that can make clips here, and why others cannot."""


class Spend(Answer):
    today_usd: float
    per_day_usd: float
    purchases: list[dict[str, Any]]


class SettingsInEffect(Answer):
    file: str
    values: dict[str, Any]


class FieldRow(Answer):
    name: str
    allowed: str
    default: str
    help: str
    choices: list[str]
    is_path: bool
    """A file or a clip is named."""


class FieldRows(RootModel[list[FieldRow]]):
    """The fields of a request."""


class Read(Answer):
    """A stretch of a prompt, and what it sets."""

    text: str
    state: str
    facet: str
    about: str
    value: str
    why: str


class Explained(Answer):
    """A prompt, with what each word of it sets."""

    prompt: str
    engine: str
    parts: list[Read]
    settings: list[dict[str, Any]]
    said: list[str]


class Status(Answer):
    version: str
    session: Session
    jobs: list[Job]
    web: dict[str, Any]


class VerbRow(Answer):
    name: str
    works_on: str
    gives: str
    said: str
    help: str
    example: str
    fields: list[FieldRow]
    own_fields: list[str]


class VerbRows(RootModel[list[VerbRow]]):
    """What can be asked."""


class Daw(Answer):
    """A DAW on this machine, what is put where for it, and the sources that speak for it now."""

    name: str
    title: str
    found: bool
    why: str
    files: list[str]
    state: Literal["none", "ok", "gone", "other"]
    steps: list[str]
    page: str
    heard_by: list[str]
    heard: list[str]
    last_heard: float | None


class Daws(RootModel[list[Daw]]):
    """The DAWs that are known here."""


class InstalledFiles(Answer):
    """What was installed for a DAW, and what is to be done in it."""

    files: list[str]
    steps: list[str]


class RadioNow(Answer):
    """What plays: none, one that begins, or one with what it plays; `url` is its own address."""

    state: Literal["none", "begins", "plays"]
    title: str
    words: str
    key: str | None
    bpm: float | None
    url: str | None
    trouble: str


class RadioTold(Answer):
    """What the radio did."""

    text: str


class Film(Answer):
    """A video of a clip."""

    id: str
    job: str | None
    words: str
    seconds: float | None
    bpm: float | None
    key: str | None
    path: str
    has_poster: bool
    created: float | None


class Films(RootModel[list[Film]]):
    """The newest films."""


class Project(Answer):
    """A project: its file's text and faults, and the state of each piece in each step."""

    name: str
    folder: str
    text: str
    faults: list[str]
    prompt: str
    pieces: int
    steps: dict[
        Literal["music", "continuation", "images", "video", "clip"],
        list[Literal["made", "missing", "out"]],
    ]
    made: int
    missing: int
    running: bool
    trouble: str


class Projects(RootModel[list[Project]]):
    """The projects, the newest first."""
