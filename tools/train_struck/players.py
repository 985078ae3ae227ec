"""Who plays what is written: the musician's voices, SoundFonts, and synthesizers without end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soxr
from scipy import signal

from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike, Tone
from daemon.hearing.log_spectra import RATE
from tools.train_notes.pieces import played_by
from tools.train_struck.written import Note

#: Hz at which voices and synthesizers play.
_FULL_RATE = 44100
#: The saws of a super saw, as ratios of its pitch.
_DETUNED = (0.993, 0.997, 1, 1.003, 1.008)
#: Voices with a pitch, none of which is struck as a drum is, and General MIDI programs likewise.
PITCHED = [
    name for name, voice in VOICES.items()
    if voice.family not in ("drums", "effects") and name not in ("tuned timpani",)
]  # fmt: skip
PROGRAMS = [n for n in range(112) if n not in (47, 55)]
#: Every fourth voice and program is kept to judge by.
_KEPT_EVERY = 4


def is_kept(n: int) -> bool:
    """Whether the nth of a list is kept to judge by."""
    return n % _KEPT_EVERY == 3


@dataclass(frozen=True)
class Player:
    """What plays: its name, range of MIDI notes, and (notes) -> float32 (frames,) at `RATE`."""

    name: str
    low: int
    high: int
    play: Callable[[Sequence[Note]], np.ndarray]


def voice_player(rng: np.random.Generator, name: str) -> Player:
    """One of the musician's voices, its timbre drawn."""
    voice = VOICES[name]
    tone = Tone(
        bright=float(np.clip(rng.normal(0, 0.35), -1, 1)),
        drive=float(rng.choice([0.0, 0.0, rng.uniform(0, 1)])),
        length=float(2 ** rng.normal(0, 0.4)),
        attack=float(rng.uniform(0.1, 1)),
    )

    def play(notes: Sequence[Note]) -> np.ndarray:
        def one(note: Note, n: int) -> np.ndarray:
            slid = note.slid_from if voice.family == "bass" else None
            strike = Strike(note.pitch, note.held_s, note.velocity, _FULL_RATE, tone, slid, n % 4)
            return voice.play(strike).astype(np.float32)

        kept: dict[tuple[object, ...], np.ndarray] = {}
        length = round((max(note.start_s + note.held_s for note in notes) + 2) * _FULL_RATE)
        sound = np.zeros((length, 2), np.float32)
        for n, note in enumerate(notes):
            key = (note.pitch, round(note.held_s, 3), round(note.velocity, 1), note.slid_from)
            if key not in kept:
                kept[key] = one(note, n)
            at = round(note.start_s * _FULL_RATE)
            own = kept[key][: length - at]
            sound[at : at + len(own)] += own * np.float32(note.velocity)
        sound = voice.after(sound, _FULL_RATE, tone)
        return np.asarray(soxr.resample(sound.mean(axis=1), _FULL_RATE, RATE), np.float32)

    return Player(name, voice.low, min(voice.high, voice.low + 44), play)


def by_fonts(font: Path, asked: Sequence[tuple[int, Sequence[Note]]]) -> list[np.ndarray]:
    """What a SoundFont makes of several (program, notes), one after another in one run."""
    events, starts, now = [], [], 0.5
    for program, notes in asked:
        starts.append(now)
        events.append((now - 0.3, 0, mido.Message("program_change", program=program)))
        for note in notes:
            own = {"note": note.pitch}
            on = mido.Message("note_on", velocity=max(1, round(note.velocity * 127)), **own)
            events.append((now + note.start_s, 2, on))
            off_s = now + note.start_s + max(0.02, note.held_s)
            events.append((off_s, 1, mido.Message("note_off", **own)))
        now += max(note.start_s + note.held_s for note in notes) + 3
    sound = played_by(font, events, gain=0.5)
    ends = [*(start - 0.4 for start in starts[1:]), now]
    return [sound[round(a * RATE) : round(b * RATE)] for a, b in zip(starts, ends, strict=True)]


def synth_player(rng: np.random.Generator, mono: bool) -> Player:
    """A synthesizer drawn anew: waves, a resonant filter with an envelope, drive, glides.

    `mono`: one voice at a time, which glides to slid notes without a new attack.
    """
    shape = str(rng.choice(["saw", "saw", "square", "pulse", "triangle", "sine", "fm", "super"]))
    cutoff_hz = 10 ** rng.uniform(2.0, 3.6)
    sweep_oct = rng.choice([0.0, rng.uniform(0.5, 4.5)], p=[0.2, 0.8])
    resonance = rng.uniform(0.5, 2) if rng.random() < 0.5 else 10 ** rng.uniform(0.5, 1.5)
    falls_s, attack_s = 10 ** rng.uniform(-1.7, -0.1), 10 ** rng.uniform(-3.2, -1.8)
    decays_s = rng.choice([np.inf, 10 ** rng.uniform(-1.1, 0.2)])
    glide_s, drive = rng.uniform(0.03, 0.12), rng.choice([0.0, rng.uniform(0.5, 6)])
    index, ratio = rng.uniform(0.5, 6), float(rng.choice([0.5, 1, 1, 2, 3, 1.41, 3.5, 7]))
    sweeps_hz, depth_oct = rng.uniform(0.05, 0.6), rng.choice([0.0, rng.uniform(0.5, 2.5)])
    vibrato = rng.choice([0.0, 0.0, rng.uniform(0.1, 0.4)])
    low = int(rng.choice([26, 28, 33, 40, 48, 55]))
    is_steep, click = rng.random() < 0.5, rng.choice([0.0, rng.uniform(0.1, 1.0)], p=[0.7, 0.3])
    most_s = rng.uniform(0.03, 0.09) if rng.random() < 0.3 else np.inf

    def wave(turn: np.ndarray, hz: np.ndarray) -> np.ndarray:
        if shape == "sine":
            return np.sin(2 * np.pi * turn)
        if shape == "triangle":
            return 2 * np.abs(2 * (turn % 1) - 1) - 1
        if shape == "fm":
            return np.sin(2 * np.pi * turn + index * np.sin(2 * np.pi * ratio * turn))
        step = hz / _FULL_RATE
        if shape == "saw":
            return _saw(turn, step)
        if shape == "super":
            return np.sum([_saw(turn * d + d * 7, step * d) for d in _DETUNED], axis=0) / 2
        width = 0.5 if shape == "square" else 0.2
        return _saw(turn, step) - _saw(turn + width, step)

    def play(notes: Sequence[Note]) -> np.ndarray:
        length_s = max(note.start_s + note.held_s for note in notes) + 0.3
        out = np.zeros(round(length_s * _FULL_RATE), np.float32)
        starts = [note.start_s for note in notes]
        for n, note in enumerate(notes):
            held_s = note.held_s
            if mono and n + 1 < len(notes):
                held_s = min(held_s, starts[n + 1] - note.start_s)
            held_s = min(held_s, most_s)
            if held_s < 0.01:
                continue
            t = np.arange(round((held_s + 0.03) * _FULL_RATE)) / _FULL_RATE
            bend = np.zeros(len(t))
            if mono and note.slid_from is not None:
                bend = (note.slid_from - note.pitch) * np.maximum(0, 1 - t / glide_s)
            bend = bend + vibrato * np.sin(2 * np.pi * 5.3 * t) * np.minimum(t / 0.3, 1)
            hz = 440 * 2 ** ((note.pitch + bend - 69) / 12)
            sound = wave(np.cumsum(hz) / _FULL_RATE, hz)
            accent = note.velocity
            slow_oct = depth_oct * np.sin(2 * np.pi * sweeps_hz * (t + note.start_s))
            cut = cutoff_hz * 2 ** (slow_oct + accent * sweep_oct * np.exp(-t / falls_s))
            sound = _resonant(sound, cut, resonance * (0.7 + 0.5 * accent))
            if is_steep:
                sound = _resonant(sound, cut, 0.7)
            # an envelope's own click, as of old filters
            sound = sound + click * np.exp(-t / 0.002) * np.sign(np.sin(2 * np.pi * 900 * t))
            level = np.minimum(t / attack_s, 1) * np.exp(-t / decays_s)
            level *= np.clip((held_s + 0.02 - t) / 0.02, 0, 1) * note.velocity
            at = round(note.start_s * _FULL_RATE)
            own = (sound * level)[: len(out) - at]
            out[at : at + len(own)] += own.astype(np.float32)
        if drive:
            top = float(np.abs(out).max(initial=1e-9))
            out = np.tanh(out / top * (1 + drive)).astype(np.float32)
        return np.asarray(soxr.resample(out, _FULL_RATE, RATE), np.float32)

    return Player(f"synth {shape}", low, low + (30 if mono else 40), play)


def _saw(turn: np.ndarray, step: np.ndarray) -> np.ndarray:
    """A saw whose jump is rounded, so that it folds nothing back."""
    at = turn % 1
    rounded = np.where(
        at < step, 2 * at / step - (at / step) ** 2 - 1,
        np.where(at > 1 - step, ((at - 1) / step) ** 2 + 2 * (at - 1) / step + 1, 0),
    )  # fmt: skip
    return 2 * at - 1 - rounded


def _resonant(sound: np.ndarray, cut_hz: np.ndarray, resonance: float) -> np.ndarray:
    """Through a resonant low-pass that follows `cut_hz`, block by block."""
    block = 128
    out, state = np.empty(len(sound)), np.zeros(2)
    for at in range(0, len(sound), block):
        hz = float(np.clip(cut_hz[at], 40, 16000))
        w = 2 * np.pi * hz / _FULL_RATE
        alpha, cos = np.sin(w) / (2 * resonance), np.cos(w)
        b = np.array([(1 - cos) / 2, 1 - cos, (1 - cos) / 2]) / (1 + alpha)
        a = np.array([1, -2 * cos / (1 + alpha), (1 - alpha) / (1 + alpha)])
        out[at : at + block], state = signal.lfilter(b, a, sound[at : at + block], zi=state)
    return out
