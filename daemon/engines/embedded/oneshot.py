"""One-shots: one note of one voice, from its attack to the end of its audible tail."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from bridge.music import Key
from daemon.audio.envelopes import faded
from daemon.audio.random_stream import rng
from daemon.brief import Brief
from daemon.engines.embedded.harmony import read_chord
from daemon.engines.embedded.instruments import players
from daemon.engines.embedded.shots.design import Design, design_of
from daemon.engines.embedded.shots.families import family_of
from daemon.engines.embedded.shots.finish import finished
from daemon.engines.embedded.voices.acoustic import ROWS
from daemon.engines.embedded.voices.table import VOICES, newest
from daemon.engines.embedded.voices.voice import Strike, Tone, Voice
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.pitches import read_chords

#: Other names of the voices -> voice.
NAMES: dict[str, str] = {
    "bass drum": "kick", "bd": "kick", "sd": "snare", "hi-hat": "hat", "hihat": "hat",
    "hi hat": "hat", "closed hat": "hat", "hh": "hat", "oh": "open hat", "rimshot": "rim",
    "open hi-hat": "open hat", "open hihat": "open hat", "open hi hat": "open hat",
    "handclap": "clap", "tom": "mid tom", "floor tom": "low tom", "rack tom": "high tom",
    "conga": "high conga", "sub bass": "sub", "subbass": "sub",
    "finger snap": "snap", "rhodes": "electric piano", "ep": "electric piano",
    "keys": "electric piano", "stab": "organ", "brass stab": "brass", "synth stab": "supersaw",
    "rave stab": "supersaw", "chord": "organ", "tuned bell": "bell", "chime": "bell",
    "bells": "bell",
    "vocal": "choir", "vox": "choir", "synth": "lead",
    "uplifter": "riser", "downlifter": "sweep down", "boom": "impact",
    "hit": "impact", "bass": "saw bass", "303": "acid", "dayan": "tabla",
    "hoover": "supersaw", "orchestral hit": "brass", "orchestra hit": "brass",
    "percussion": "low conga", "cymbal": "crash",
}  # fmt: skip

#: Instrument -> its voice.
_WHOLE_WORDS: dict[str, str] = {row.name: row.name for row in ROWS} | {
    name: player.voices[0] for name, player in players().items()
}
#: Names that say of what sort a sound is, and name it only where nothing else does.
_LAST = ("hit", "boom", "bass", "percussion", "chord", "stab", "synth", "vocal", "keys", "cymbal")
#: Words that ask for a major chord.
_MAJOR = r"\b(?:major|maj|happy|uplifting)\b"
#: Level against the peak below which a tail counts as silent.
_SILENT_DB = -60.0
#: Of a voice's small variants, how many the seeds choose among.
_VARIATIONS = 12
#: Voice families that can play chords.
_CHORDAL = ("keys", "pads", "leads")


def find_voice(brief: Brief) -> Voice:
    """The voice named in the words: the longest name, of equals the first in the text.

    A kick where none is named.
    """
    said = " ".join([brief.words or brief.prompt, *brief.instruments]).lower()
    found: list[tuple[bool, int, int, str]] = []
    for name, voice in ({v: v for v in VOICES} | _WHOLE_WORDS | NAMES).items():
        # an oud is not in a loud kick, a boom not in a boomy tom
        if match := re.search(rf"(?<![^\W\d_]){name}(?:s|es|drums?)?(?![^\W\d_])", said):
            found.append((name in _LAST, -len(name), match.start(), voice))
    # "rumble kick" means the kick
    struck = [one for one in found if one[3] != "rumble"] or found
    return VOICES[newest(min(struck)[3])] if struck else VOICES["kick"]


def find_steps(brief: Brief, voice: Voice) -> tuple[int, ...]:
    """Semitones above the note that sound together.

    A chord named in the words, a minor seventh for a stab, otherwise the note alone.
    """
    if voice.family not in _CHORDAL:
        return (0,)
    for name in read_chords(MarkedText(brief.prompt)):
        try:
            return read_chord(name, Key.parse("C")).steps
        except ValueError:
            continue
    words = brief.prompt.lower()
    if re.search(r"orchestral? hit", words):
        return (-12, 0, 3, 7, 12) if not re.search(_MAJOR, words) else (-12, 0, 4, 7, 12)
    if not re.search(r"\bchords?\b|(?<!brass )\bstabs?\b", words):
        return (0,)
    return (0, 4, 7) if re.search(_MAJOR, words) else (0, 3, 7, 10)


def play_oneshot(
    voice: Voice,
    note: int | None,
    seed: int,
    rate: int,
    tone: Tone,
    seconds: float | None,
    steps: tuple[int, ...] = (0,),
    words: str = "",
) -> tuple[np.ndarray, int | None]:
    """(float32 (frames, 2), its MIDI note; None for an untuned voice) of one note or chord.

    `steps` are the semitones above the note that sound together. The seed is a place in the
    voice's space of designs, and the words set what they name of it.
    """
    design, family = design_of(voice, seed, words), family_of(voice)
    stream = rng("oneshot", voice.name, seed)
    is_free = note is None and voice.family == "drums"
    moved = design["pitch"] * family.semitones if is_free else 0.0
    pitch = voice.home if note is None else note
    played_rate = rate
    if voice.tuned:
        # a drum that has a pitch is on a note, and says which
        pitch = int(np.clip(pitch + round(moved), voice.low, voice.high)) if is_free else pitch
    else:
        # written at another rate and read at ours, it is higher or lower as a whole
        played_rate = round(rate * 2 ** (-round(2 * moved) / 24))
    held_s = seconds or voice.one_shot_s
    strike = Strike(
        float(pitch), held_s, 0.95, played_rate, _designed(tone, design), None,
        int(stream.randint(_VARIATIONS)),
    )  # fmt: skip
    audio = _sum([voice.play(replace(strike, pitch=strike.pitch + step)) for step in steps])
    audio = voice.after(audio, rate, strike.tone)
    if design["layer"] > 0.02 and family.relatives:
        audio = _layered(audio, voice, family.relatives, design, strike)
    audio = finished(audio, rate, design, family, strike.variation)
    return trimmed(audio, rate), pitch if voice.tuned else None


def _designed(tone: Tone, design: Design) -> Tone:
    """The words' tone with what the design changes of it."""
    return tone.with_(
        bright=float(np.clip(tone.bright + 0.5 * design["bright"], -1, 1)),
        length=float(np.clip(tone.length * 2 ** (1.2 * design["length"]), 0.25, 4)),
        attack=float(np.clip(tone.attack + 0.45 * design["attack"], 0, 1)),
    )


def _sum(played: list[np.ndarray]) -> np.ndarray:
    audio = np.zeros((max(len(one) for one in played), 2), np.float32)
    for one in played:
        audio[: len(one)] += one
    return audio


def _layered(
    audio: np.ndarray, voice: Voice, relatives: tuple[str, ...], design: Design, strike: Strike
) -> np.ndarray:
    """A relative of the voice under it, at up to two thirds of its level and little longer."""
    others = [name for name in relatives if name != voice.name]
    other = VOICES[others[min(len(others) - 1, int((design["other"] + 1) / 2 * len(others)))]]
    # one that has no place of its own is tuned with the voice
    pitch = strike.pitch if other.low <= strike.pitch <= other.high else float(other.home)
    under = other.play(replace(strike, pitch=pitch, held_s=min(strike.held_s, 0.5)))
    under = faded(under[: round(1.2 * len(audio))], strike.rate, 0.02)
    gain = 0.65 * design["layer"] * np.abs(audio).max() / max(float(np.abs(under).max()), 1e-6)
    return _sum([audio, under * np.float32(gain)])


def trimmed(audio: np.ndarray, rate: int) -> np.ndarray:
    """The audible part, normalised to a peak of -1 dBFS with a fade-out of 4 ms.

    It runs from the first frame above -60 dB of the peak to the last one.
    """
    # ten times as fast as the largest along an axis of two
    level = np.maximum(np.abs(audio[:, 0]), np.abs(audio[:, 1]))
    top = float(level.max(initial=0))
    if top <= 0:
        return audio
    loud = np.flatnonzero(level > top * 10 ** (_SILENT_DB / 20))
    cut = audio[loud[0] : loud[-1] + 1].copy()
    return (faded(cut, rate, 0.004) * np.float32(10 ** (-1.0 / 20) / top)).astype(np.float32)
