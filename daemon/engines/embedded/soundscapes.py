"""Effects and atmospheres of a length: risers, falls, impacts, drones, weather."""

from __future__ import annotations

import re

import numpy as np
import scipy.fft

from bridge.music import Key
from daemon.audio.rooms import reverb
from daemon.audio.signals import faded, fast_length
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.textures import NAMES, texture
from daemon.engines.embedded.voices.voice import Strike, Tone

_WORDS: tuple[tuple[str, str], ...] = (
    (r"down ?lift|down ?sweep|sweep down|fall|drop down|descend", "sweep down"),
    (r"impact|boom|slam|\bhit\b|thud|explosion|braam", "impact"),
    (r"vinyl|crackle|record noise", "vinyl"), (r"tape|hiss", "tape"),
    (r"rain|water|\bsea\b|wave|storm|river", "rain"),
    (r"room|rumble|engine|machine|hum\b", "room"), (r"\bwind|breath|\bair\b|whisper", "air"),
    (r"drone|atmos|ambien|pad|texture|soundscape|dark space|eerie|tension", "drone"),
    (r"riser|uplift|sweep|whoosh|swell|build|rise", "riser"),
)  # fmt: skip

#: Sounds that have no effect of their own: the nearest one that is here.
_NEAREST: tuple[tuple[str, str], ...] = (
    (
        r"\bdoors?\b|slam|gun|shot|punch|kick|crash|break|glass|smash|clang|sword|blade|metal|"
        r"footstep|knock|clap|click|coin|button|jump|bark|dog|hammer|bang|drop|bounce|toilet",
        "impact",
    ),
    (r"applause|crowd|cheer|fire|crackl|sizzl|paper|leaves|typing|keyboard", "vinyl"),
    (r"ocean|beach|stream|fountain|flush|splash|bubbl|swim|shower", "rain"),
    (
        r"\bcar\b|cars|truck|train|plane|helicopter|traffic|motor|fan\b|city|street|office|caf",
        "room",
    ),
    (r"bird|forest|breeze|desert|whistl|snor|ghost", "air"),
    (r"siren|alarm|laser|zap|teleport|magic|power ?up|level ?up|notification|ui\b|beep", "riser"),
)
#: What each effect is, for people.
_SOUNDS = "riser, sweep down, impact, vinyl, tape, rain, room, air (wind), drone"

DEFAULT_S = 8.0


def find_effect(words: str) -> str:
    """The effect that the words name, else the nearest to what they name, else a drone."""
    table = (*_WORDS, *_NEAREST)
    return next((name for pattern, name in table if re.search(pattern, words.lower())), "drone")


def effect_notes(words: str, name: str) -> list[str]:
    """What to tell where the words name no effect that is here."""
    if any(re.search(pattern, words.lower()) for pattern, _ in _WORDS):
        near = next((m[0] for p, _ in _NEAREST if (m := re.search(p, words.lower()))), "")
        return [f"{near} has no sound of its own here: {name} is played"] if near else []
    shown = words.strip()[:60] or "this"
    return [f"'{shown}' is not known as a sound here: {name} is the nearest; there are {_SOUNDS}"]


def play_effect(
    name: str, length_s: float, key: Key | None, seed: int, rate: int, tone: Tone
) -> np.ndarray:
    """Float32 (frames, 2), as long as asked, peak at -1 dB."""
    frames = round(length_s * rate)
    if name in NAMES:
        audio = texture(name, frames, rate, seed, tone.bright)
    elif name == "drone":
        audio = _drone(length_s, key.tonic if key else seed % 12, seed, rate, tone)
    else:
        pitch = VOICES[name].home + (
            seed % 5 - 2 if key is None else (key.tonic - VOICES[name].home + 6) % 12 - 6
        )
        held = max(0.1, length_s - 1.0) if name == "riser" else length_s
        if name == "impact":
            tone = tone.with_(length=min(4.0, max(0.25, length_s / 2.2)))
        audio = VOICES[name].play(Strike(pitch, held, 0.9, rate, tone, None, seed % 97))
        audio = _in_room(audio, frames, rate, min(4.0, 0.4 * length_s + 0.3))
    audio = _fitted(audio, frames, rate)
    return (audio * np.float32(10 ** (-1 / 20) / max(float(np.abs(audio).max()), 1e-9))).astype(
        np.float32
    )


def _drone(length_s: float, tonic: int, seed: int, rate: int, tone: Tone) -> np.ndarray:
    root = 36 + tonic
    voices = (("warm pad", root + 12), ("warm pad", root + 19), ("choir", root + 24), ("sub", root))
    held = max(0.1, length_s - 1.5)
    frames = round(length_s * rate)
    bed = np.zeros((frames, 2), np.float32)
    for k, (voice, pitch) in enumerate(voices):
        strike = Strike(
            pitch, held, 0.6 if k else 0.8, rate, tone.with_(attack=0.0), None, seed % 97 + k
        )
        played = VOICES[voice].play(strike)[:frames]
        bed[: len(played)] += played * np.float32(0.35 if voice == "sub" else 0.6)
    bed += texture("air", frames, rate, seed) * np.float32(0.25)
    return _in_room(bed, frames, rate, min(5.0, length_s))


def _in_room(audio: np.ndarray, frames: int, rate: int, length_s: float) -> np.ndarray:
    size = fast_length(frames + round(length_s * rate))
    spectrum = scipy.fft.rfft(audio[:frames].mean(axis=1), size)
    rows = scipy.fft.irfft(reverb(size, rate, round(length_s, 1)) * spectrum, size, axis=1)[
        :, :frames
    ]
    wet = np.stack([rows[0] + rows[1], rows[0] - rows[1]], axis=1) * np.float32(0.35)
    wet[: len(audio)] += audio[:frames]
    return wet


def _fitted(audio: np.ndarray, frames: int, rate: int) -> np.ndarray:
    """Exactly `frames` long, faded at its end, and over 2 ms where it begins at full strength."""
    if len(audio) < frames:
        audio = np.concatenate([audio, np.zeros((frames - len(audio), 2), np.float32)])
    cut = np.ascontiguousarray(audio[:frames], dtype=np.float32)
    n = min(round(0.002 * rate), frames)
    cut[:n] *= np.linspace(0, 1, n, dtype=np.float32)[:, None]
    return faded(cut, rate, min(0.3, 0.2 * frames / rate))
