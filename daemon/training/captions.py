"""What a sound is called for a model that learns from words: by what was heard, or by its user."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from daemon.audio.sound import mixed
from daemon.engines.mine.loops import Loop
from daemon.engines.mine.shape import SAMPLE_RATE
from daemon.engines.mine.sounds import Sound
from daemon.training.found import Found

#: Hz of the centre of power under which a one-shot is dark, and over which it is bright.
_DARK_HZ, _BRIGHT_HZ = 900.0, 4500.0
#: s under which one is short, and over which it is long.
_SHORT_S, _LONG_S = 0.2, 0.9
_NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
#: Words of a file's name that say nothing of its sound.
_IDLE = re.compile(r"\b(loop|sample|audio|take|track|bounce|export|final|bpm|the|of|wav|\w)\b|\d+")


def caption_of(found: Found) -> str:
    """The text beside the file (`kick.txt`), else words of what was heard."""
    own = found.path.with_suffix(".txt")
    if own.is_file():
        text = " ".join(own.read_text(encoding="utf-8", errors="replace").split())
        if text:
            return text[:500]
    if isinstance(found.sound, Loop):
        return _of_loop(found.path, found.sound)
    return _of_sound(found.role, found.sound)


def _of_loop(path: Path, loop: Loop) -> str:
    named = _IDLE.sub(" ", re.sub(r"[_\-.]+", " ", path.stem.lower()))
    words = " ".join(dict.fromkeys(f"{named} {loop.part}".replace("mix", "").split()))
    key = f", in {loop.key}" if loop.key else ""
    return f"{words} loop, {loop.bpm:.0f} bpm{key}".strip()


def _of_sound(role: str, sound: Sound) -> str:
    mono = mixed(sound.audio)
    power = np.abs(np.fft.rfft(mono)) ** 2
    hz = np.fft.rfftfreq(len(mono), 1 / SAMPLE_RATE)
    centre = float((power * hz).sum() / max(float(power.sum()), 1e-12))
    bright = "dark " if centre < _DARK_HZ else "bright " if centre > _BRIGHT_HZ else ""
    long = "short " if sound.length_s < _SHORT_S else "long " if sound.length_s > _LONG_S else ""
    note = "" if sound.note is None else f" in {_NOTES[round(sound.note) % 12]}"
    return f"{bright}{long}{role}{note}, one-shot"
