"""The Brief: a complete request, stored as JSON with its job; the order to engine and conform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any

from bridge.music import Key, Meter, loop_frames

#: The value of `lyrics` that orders lyrics to be written.
AUTO = "auto"


@dataclass(frozen=True)
class Decision:
    """The origin of one value: its source, and what it overruled as (source, value)."""

    value: Any
    source: str
    overruled: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Brief:
    """A complete request. Values are plain JSON; `meter` and `key` parse to types of music.py."""

    prompt: str
    words: str
    """The prompt without the tempo, key, meter and bars that were read from it."""
    do: str = "make"
    """The verb. `make`: an engine makes takes. `fit`: the reference itself is the take."""
    kind: str = "loop"
    bpm: float | None = 120.0
    """None only where a fitted file keeps its own tempo, or the kind has none."""
    key_name: str | None = None
    """As the user spelled it; None keeps the take's own key."""
    meter_name: str = "4/4"
    bars: int | None = 4
    seconds: float | None = None
    tail_s: float | None = None
    """Seconds that a track rings beyond its length; None: its ringing end lies within it."""
    until: str = "length"
    """Where a track of `seconds` ends: `length`, or `the end rings`, all of it."""
    sections: tuple[tuple[str, int], ...] = ()
    """The form that was asked for: (name, bars); empty for the genre's own."""
    count: int = 1
    seed: int = 0
    engines: tuple[str, ...] = ("embedded",)
    """Resolved names, never `auto`. Clip k is made by engines[k % len]."""
    engine_reason: str = ""
    genre: str = ""
    mood: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    only: bool = False
    """Nothing but `instruments` plays (`drum loop`, `only hats`); else they play among others."""
    energy: float | None = None
    density: float | None = None
    swing: float | None = None
    note: int | None = None
    """MIDI number where an octave was given; see also `pitch_class`."""
    pitch_class: int | None = None
    lyrics: str = ""
    negative: str = ""
    reference: str | None = None
    source: str = ""
    """The id of the clip that `reference` is, where a clip was named."""
    beside_source: Mapping[str, Any] = field(default_factory=dict)
    """What lies beside that clip: `midi`, a path or None, and `stems`, a list of paths."""
    source_licence: str = ""
    """That clip's licence, which what is made of it is under too."""
    other: str | None = None
    """A second source beside `reference`: where the way leads, or whose feel is learnt."""
    reference_start: float = 0.0
    reference_end: float | None = None
    corrected: Mapping[str, Any] = field(default_factory=dict)
    """The user's word on the file `reference` (see `Correction`); empty where nothing was said."""
    other_corrected: Mapping[str, Any] = field(default_factory=dict)
    """That on the file `other`."""
    use: str = "continue"
    strength: float = 0.5
    grid: str = "feel"
    level: float | str | None = None
    """LUFS, `keep`, or None for the kind's own."""
    master: bool = False
    """Limit a clip to reach its loudness; a track always is limited."""
    master_like: str = ""
    """The path of a track that a made track is mastered after, where `master` is on."""
    stretcher: str = "auto"
    """The stretcher, by its name in `audio.stretcher` of the config."""
    separator: str = "auto"
    """The separator of `split`, by its name in the table, or the best that is ready."""
    formants: bool = False
    choice: int = 1
    quality: str = "full"
    kit: str | None = None
    kit_files: tuple[str, ...] = ()
    """The kit's sounds where `kit` names a collection; empty where it is a folder."""
    fonts: tuple[str, ...] = ()
    """Sound fonts of the config, which the embedded engine plays instruments on."""
    midi: bool = True
    stems: bool = False
    compose: str = "rules"
    improve: str = "off"
    """Whether a language model improves the prompt: off, on, or ask, which shows it first."""
    improved: Mapping[str, Any] = field(default_factory=dict)
    """A language model's answers by step (improve, lyrics, compose), or why there is none."""
    change: str = ""
    plan: Mapping[str, Any] | None = None
    """A composer's plan to start from (with `again` and `change`)."""
    then: str = "nothing"
    tags: tuple[str, ...] = ()
    target: str = ""
    id: str = ""
    project: str = ""
    """The DAW project's name, where the session says it."""
    sample_rate: int = 44100
    subtype: str = "PCM_24"
    strict: bool = False
    """Refuse at the gate instead of a best effort (always so for jobs, `--strict` for fit)."""
    said: tuple[str, ...] = ()
    """Notes for the user on how the request was understood, one a line."""
    decided: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The job in a few words, for lists: its prompt, else its verb and what it works on."""
        return self.prompt or f"{self.do} {self.words}".strip()

    @property
    def key(self) -> Key | None:
        return Key.parse(self.key_name) if self.key_name else None

    @property
    def meter(self) -> Meter:
        return Meter.parse(self.meter_name)

    @property
    def ends_s(self) -> float | None:
        """Seconds at which a track ends, its ringing end included; None where the bars say it."""
        if self.kind != "track" or self.bars or self.seconds is None or self.until != "length":
            return None
        return self.seconds + (self.tail_s or 0.0)

    @property
    def frames(self) -> int | None:
        """Exact frames of a loop at the brief's sample rate; None where bars or tempo are open."""
        if self.kind != "loop" or self.bpm is None or self.bars is None:
            return None
        return loop_frames(self.bars, self.meter, self.bpm, self.sample_rate)

    @property
    def clip_count(self) -> int:
        """Clips of the job: `count` by each engine."""
        return self.count * len(self.engines)

    def clip_seed(self, k: int) -> int:
        """Seed of clip k (from 0): the job's seed + k, the same for all engines in a comparison."""
        return self.seed + k // len(self.engines)

    def clip_engine(self, k: int) -> str:
        return self.engines[k % len(self.engines)]

    def for_clip(self, k: int) -> Brief:
        """The Brief for clip k's engine: with the words written for that engine, if any."""
        answer = self.improved.get("improve", {})
        if "answer" not in answer or answer.get("declined"):
            return self
        words = answer["answer"]["words"].get(self.clip_engine(k), self.words)
        return self.amended(words=words, improved={**self.improved, "words": self.words})

    def steps_wanted(self) -> tuple[str, ...]:
        """The steps that still need a language model, in order: improve, lyrics, compose."""
        if self.do != "make":
            return ()
        wanted = []
        if self.improve != "off" and not self.change and (self.prompt or self.words):
            wanted.append("improve")
        if self.lyrics == AUTO:
            wanted.append("lyrics")
        if self.compose == "llm" and self.plan is None and not self.change:
            wanted.append("compose")
        return tuple(step for step in wanted if step not in self.improved)

    def improved_record(self) -> dict[str, Any] | None:
        """The entry of a clip's record: the original prompt, and each step's answer and cost."""
        return {"original": self.prompt, **self.improved} if self.improved else None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Brief:
        """The Brief that `to_json` wrote; unknown fields of another version are dropped."""
        known = {f.name: record[f.name] for f in fields(cls) if f.name in record}
        for name in ("engines", "mood", "instruments", "tags", "said", "kit_files", "fonts"):
            if name in known:
                known[name] = tuple(known[name])
        if "sections" in known:
            known["sections"] = tuple((str(name), int(bars)) for name, bars in known["sections"])
        if "decided" in known:
            known["decided"] = {
                name: Decision(
                    d["value"], d["source"], tuple((who, what) for who, what in d["overruled"])
                )
                for name, d in known["decided"].items()
            }
        return cls(**known)

    def beside_defaults(self) -> dict[str, Any]:
        """The values that are no defaults, which `from_json` reads as well as all of them."""
        return {name: kept for name, kept in vars(self).items() if kept != _DEFAULTS.get(name)}

    def amended(self, **changes: Any) -> Brief:
        # not by dataclasses.replace, which sets all fields one by one: a batch amends 10,000 often
        if unknown := changes.keys() - vars(self).keys():
            raise TypeError(f"a Brief has no {', '.join(unknown)}")
        made = object.__new__(Brief)
        vars(made).update(vars(self), **changes)
        return made


_DEFAULTS = {
    one.name: one.default if one.default_factory is MISSING else one.default_factory()
    for one in fields(Brief)
}
