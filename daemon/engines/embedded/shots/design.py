"""The design of a one-shot: a place in a space of named dimensions. Seed and words in, data out.

Sixteen seeds in a row are a Latin square in each dimension (McKay, Beckman and Conover, 1979):
they share the whole of it out among them, so that a batch is spread and not merely random.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from daemon.audio.random_stream import rng
from daemon.engines.embedded.shots.families import family_of
from daemon.engines.embedded.voices.voice import Voice

#: Dimensions from -1 to 1, with what their ends are.
BALANCED: dict[str, str] = {
    "pitch": "low to high; a drum without an asked note",
    "punch": "a rise to a fall of the pitch at the attack",
    "length": "short to long",
    "attack": "soft to hard",
    "snap": "squashed to snappy: the tail against the attack",
    "bright": "dark to bright",
    "weight": "thin to fat",
    "colour": "where a band is raised or lowered, from low to high",
    "body": "how far that band is lowered or raised",
    "bite": "how the drive bends: round to hard",
    "click_tone": "a dull to a sharp click",
    "noise_tone": "a low to a high hiss",
    "noise_length": "a short to a long hiss",
    "ring_tone": "low to high ringing",
    "room_size": "a box to a hall",
    "width": "narrow to wide",
    "other": "which of its relatives is under it",
}
#: Dimensions from 0 to 1. Most seeds have little of each.
ADDED: dict[str, str] = {
    "click": "a click on the attack",
    "drive": "distortion",
    "vintage": "an old sampler: few bits, a low rate",
    "room": "the room around it",
    "noise": "a hiss laid over it",
    "ring": "inharmonic ringing laid over it",
    "layer": "a relative laid under it",
    "flam": "a second, softer hit just behind",
    "gate": "a cut-off tail",
}
_BLOCK = 16
#: Under this share of its range an added dimension is silent: so many seeds have none of it.
_SILENT = 0.45
#: What the seed may still change of a dimension that the words set.
_LEFT = 0.15

#: Drums whose names say low and high themselves; so do others with what describes a sound.
_PAIRED = r"(?:hat|tom|conga|bongo|timbale|agogo)"
#: Words -> what they set.
_WORDS: tuple[tuple[str, dict[str, float]], ...] = (
    (r"\bshort\b|\btight|staccato|stubby", {"length": -0.8}),
    (r"\blong\b|sustained|ringing out|boomy", {"length": 0.8, "gate": 0.0}),
    (r"\bdark|\bdull\b|muffled|\bwarm(?! pad)", {"bright": -0.8}),
    (r"\bbright|crisp|\bcrystal|sparkl|\bairy", {"bright": 0.8}),
    (r"\bclick(?:y|ing)?\b", {"click": 0.9, "attack": 0.6}),
    (r"\bpunch|\bknock|\bthump", {"punch": 0.8, "attack": 0.6, "snap": 0.4}),
    (r"\bsnappy|\bsharp", {"snap": 0.8, "attack": 0.6}),
    (r"\bsquashed|compressed|\bpumped", {"snap": -0.9}),
    (r"\bsoft(?! lead)|gentle|delicate|mellow|\bround\b(?! bass)",
     {"attack": -0.8, "click": 0.0, "drive": 0.0}),
    (r"distort|saturat|overdriv|fuzz|clipped|\bdriven", {"drive": 0.85}),
    (r"\bhard\b(?! kick)|aggressive|brutal|industrial", {"drive": 0.6, "attack": 0.7, "bite": 0.6}),
    (r"vintage|lo-?fi|old[- ]?school|crunchy|12[- ]?bit|\bdust|crushed|bit ?crush",
     {"vintage": 0.85}),
    (r"\bclean|polished|pristine|\bpure\b",
     {"drive": 0.0, "vintage": 0.0, "noise": 0.0, "ring": 0.0}),
    (r"\broom(?:y)?\b|reverb|\bwet\b|\bspacious", {"room": 0.85, "gate": 0.0}),
    (r"\bhall\b|cavern|\bhuge", {"room": 0.9, "room_size": 0.9, "gate": 0.0}),
    (r"\bdry\b|close[- ]mic|\bdead\b", {"room": 0.0}),
    (r"\bgated?\b|\bchoked?\b|\bchopped", {"gate": 0.8}),
    (r"\bfat\b|\bthick|\bheavy|\bbig\b", {"weight": 0.8}),
    (r"\bthin\b|\btinny|\blight\b", {"weight": -0.8}),
    (r"\bnoisy|\bhiss|\bsizzl|\bbreathy", {"noise": 0.85}),
    (r"metallic|\bringing\b|\bringy|\bclang", {"ring": 0.85}),
    (r"\blayer(?:ed|s)?\b|stacked", {"layer": 0.85}),
    (r"\bflam(?:s|med)?\b|sloppy", {"flam": 0.9}),
    (r"\bwide\b|\bstereo\b", {"width": 0.9}),
    (r"\bmono\b|\bnarrow", {"width": -1.0}),
    (r"\b808\b", {"length": 0.4, "layer": 0.0, "noise": 0.0, "ring": 0.0}),
    (r"\b909\b", {"punch": 0.6, "click": 0.4, "length": -0.1, "layer": 0.0}),
    (rf"\bdeep\b|\blow\b(?! {_PAIRED})|pitched down", {"pitch": -0.7}),
    (rf"\bhigh\b(?! {_PAIRED})|pitched up", {"pitch": 0.7}),
)  # fmt: skip


@dataclass(frozen=True)
class Design:
    """A place: the name of each dimension -> its value, already within the family's reach."""

    at: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        return self.at[name]


def design_of(voice: Voice, seed: int, words: str = "") -> Design:
    """The design that a seed means for a voice, with what the words set of it.

    A word's wish stands whatever the family's own reach is; the seed keeps a rest of it.
    """
    family = family_of(voice)
    block, place = divmod(seed, _BLOCK)
    within = rng("design", voice.name, "within", seed).uniform(size=len(BALANCED) + len(ADDED))
    orders = rng("design", voice.name, "block", block)
    asked = read_design(words)
    at: dict[str, float] = {}
    for number, name in enumerate((*BALANCED, *ADDED)):
        share = (orders.permutation(_BLOCK)[place] + within[number]) / _BLOCK
        if name in BALANCED:
            own = 2 * share - 1
            low = -1.0
        else:
            own = max(0.0, (share - _SILENT) / (1 - _SILENT))
            low = 0.0
        value = own * family.reach.get(name, 0.0) + family.centre.get(name, 0.0)
        if name in asked:
            value = asked[name] + (_LEFT * own if asked[name] else 0.0)
        at[name] = min(1.0, max(low, value))
    return Design(at)


def read_design(words: str) -> dict[str, float]:
    """What the words set, by dimension."""
    asked: dict[str, float] = {}
    for pattern, values in _WORDS:
        if re.search(pattern, words.lower()):
            asked |= values
    return asked


def design_places(text: str) -> list[tuple[int, int]]:
    """Where the words stand that set a design: (start, end) of each."""
    return [match.span() for pattern, _ in _WORDS for match in re.finditer(pattern, text.lower())]
