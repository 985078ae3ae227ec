"""Dry buses: the notes of a part at their places in time, level and stereo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from daemon.engines.embedded.notes import TICKS_PER_QUARTER, Note
from daemon.engines.embedded.plan import Plan, Sound
from daemon.engines.embedded.player import Player
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Tone

#: (level in dB, pan from -1 left to 1 right) of each drum voice.
DRUM_PLACES: dict[str, tuple[float, float]] = {
    "kick": (-2, 0), "hard kick": (-2, 0), "snare": (0, 0), "clap": (0, 0), "snap": (-3, 0.1),
    "brush": (-1, 0), "brush sweep": (-10, -0.15), "rim": (-5, -0.25), "hat": (-2, 0.18),
    "open hat": (-3, 0.18), "ride": (-3, -0.3), "crash": (-6, 0.2), "high tom": (-4, 0.3),
    "mid tom": (-3, 0.0), "low tom": (-3, -0.3), "high conga": (-6, 0.4), "low conga": (-5, -0.4),
    "shaker": (-7, -0.35), "tabla": (-3, 0.15), "bayan": (-3, 0), "tambourine": (-9, 0.4),
    "cowbell": (-9, 0.3), "clave": (-10, -0.45), "timpani": (-3, -0.15), "taiko": (-2, 0),
    "djembe": (-4, 0.2), "high bongo": (-6, 0.35), "low bongo": (-6, 0.25), "cajon": (-3, 0),
    "darbuka": (-5, 0.2), "frame drum": (-5, -0.2), "bodhran": (-4, -0.15), "surdo": (-3, 0),
    "udu": (-5, 0.25), "high timbale": (-6, -0.3), "low timbale": (-6, -0.2),
    "talking drum": (-5, 0.3), "dhol": (-3, 0.1), "concert bass drum": (-3, 0),
    "woodblock": (-9, 0.35), "temple block": (-9, -0.3), "high agogo": (-10, 0.4),
    "low agogo": (-10, 0.3), "triangle": (-12, 0.3), "castanets": (-10, -0.35),
    "guiro": (-9, 0.35), "vibraslap": (-9, -0.3), "gong": (-6, 0), "sleigh bells": (-10, 0.2),
    "pandeiro": (-7, -0.3), "high mridangam": (-3, 0.15), "low mridangam": (-3, 0),
    "repinique": (-6, -0.25), "caxixi": (-8, -0.35), "ratchet": (-9, 0.3),
    "samba whistle": (-12, 0.1), "chip noise": (-5, 0),
}  # fmt: skip
#: Exponent of the velocity in a drum note's gain: soft strokes are 8 dB under accents, ghosts 16.
_DRUM_DYNAMICS = 1.6
#: Exponent of the velocity in any other note's gain.
_DYNAMICS = 1.2


def frame_of(tick: float, bpm: float, rate: int) -> int:
    return round(tick * 60 / (bpm * TICKS_PER_QUARTER) * rate)


def add_round(bus: np.ndarray, sound: np.ndarray, at: int, left: float, right: float) -> None:
    """Add a sound (frames, 2) to a circular bus from frame `at`, with a gain for each side."""
    length = len(bus)
    if left == right:
        played = sound * np.float32(left)
    else:
        # one side at a time: numpy is five times slower at broadcasting over pairs
        played = np.empty_like(sound)
        np.multiply(sound[:, 0], np.float32(left), out=played[:, 0])
        np.multiply(sound[:, 1], np.float32(right), out=played[:, 1])
    at %= length
    done = 0
    while done < len(sound):
        count = min(len(sound) - done, length - at)
        bus[at : at + count] += played[done : done + count]
        done += count
        at = 0


def place(
    notes: Sequence[Note],
    sounds: Mapping[str, Sound],
    bpm: float,
    player: Player,
    frames: int,
    first_frame: int = 0,
    early: bool = False,
) -> np.ndarray:
    """The dry bus of one part, float32 (frames, 2), from `first_frame` of the piece on.

    `early`: as notes of plans before version 7 sound (`Strike`).
    """
    bus = np.zeros((frames, 2), np.float32)
    driven: dict[str, np.ndarray] = {}
    for note in notes:
        sound = sounds.get(note.voice) or Sound(note.voice)
        # a user's own samples need no amplifier
        amped = VOICES[note.voice].amp is not None and not player.is_sampled(note.voice)
        if amped and note.voice not in driven:
            driven[note.voice] = np.zeros_like(bus)
        onto = driven[note.voice] if amped else bus
        level_db, place_ = DRUM_PLACES.get(note.voice, (0.0, 0.0))
        gain = 10 ** (level_db / 20) * note.velocity ** (
            _DRUM_DYNAMICS if note.voice in DRUM_PLACES else _DYNAMICS
        )
        at = frame_of(note.start, bpm, player.rate) - first_frame
        add_round(
            onto,
            player.play(note, sound, bpm, early),
            at,
            gain * min(1.0, 1 - place_),
            gain * min(1.0, 1 + place_),
        )
    for voice, dry in driven.items():
        tone = (sounds.get(voice) or Sound(voice)).tone
        bus += VOICES[voice].after(dry, player.rate, Tone(**tone))
    return bus


def part_sounds(plan: Plan, part: str, brighter: float = 0.0) -> dict[str, Sound]:
    """The sounds by voice of one part of a plan; `brighter` shifts pitched parts' brightness."""
    what = getattr(plan, part, None)
    if what is None or isinstance(what, Sound):
        return {}
    if part == "drums":
        return dict(what.sounds)
    tone = dict(what.sound.tone)
    if brighter:
        tone["bright"] = round(min(1.0, max(-1.0, tone.get("bright", 0.0) + brighter)), 2)
    return {what.sound.voice: Sound(what.sound.voice, tone, what.sound.octave)}
