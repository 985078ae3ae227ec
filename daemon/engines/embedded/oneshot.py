"""One-shots: one note of one voice, from its attack to the end of its audible tail."""

from __future__ import annotations

import re

import numpy as np

from bridge.music import Key
from daemon.audio.signals import faded, rng
from daemon.brief import Brief
from daemon.engines.embedded.harmony import read_chord
from daemon.engines.embedded.instruments import players
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
) -> tuple[np.ndarray, int | None]:
    """(float32 (frames, 2), its MIDI note; None for an untuned voice) of one note or chord.

    `steps` are the semitones above the note that sound together. The seed varies the timbre.
    """
    stream = rng("oneshot", voice.name, seed)
    tone = tone.with_(
        bright=float(np.clip(tone.bright + stream.uniform(-0.18, 0.18), -1, 1)),
        length=float(np.clip(tone.length * 2 ** stream.uniform(-0.3, 0.3), 0.25, 4)),
        drive=float(np.clip(tone.drive + stream.uniform(0, 0.15), 0, 1)),
        attack=float(np.clip(tone.attack + stream.uniform(-0.15, 0.15), 0, 1)),
    )
    pitch = voice.home if note is None else note
    detune = 0.0 if voice.tuned or note is not None else float(stream.uniform(-1, 1))
    variation = int(stream.randint(3))
    held_s = seconds or voice.one_shot_s
    played = [
        voice.play(Strike(pitch + step + detune, held_s, 0.95, rate, tone, None, variation))
        for step in steps
    ]
    audio = np.zeros((max(len(one) for one in played), 2), np.float32)
    for one in played:
        audio[: len(one)] += one
    return trimmed(voice.after(audio, rate, tone), rate), pitch if voice.tuned else None


def trimmed(audio: np.ndarray, rate: int) -> np.ndarray:
    """The audible part, normalised to a peak of -1 dBFS with a fade-out of 4 ms.

    It runs from the first frame above -60 dB of the peak to the last one.
    """
    level = np.abs(audio).max(axis=1)
    top = float(level.max(initial=0))
    if top <= 0:
        return audio
    loud = np.flatnonzero(level > top * 10 ** (_SILENT_DB / 20))
    cut = audio[loud[0] : loud[-1] + 1].copy()
    return (faded(cut, rate, 0.004) * np.float32(10 ** (-1.0 / 20) / top)).astype(np.float32)
