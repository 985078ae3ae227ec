"""Pieces as trackers play them: few samples, each at any pitch, one voice a channel, dry.

    python -m tools.train_notes.tracker BANK.npz PIECES --count 110

What the musician writes is put on rows, doubled, echoed and broken into arpeggios, and played by
single sampled notes and by plain waves as of sound chips: out of tune by up to 30 cents, cut short
or looped, at 8 bits and low rates, some channels hardly heard, a sampled kit over it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy import signal

from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.hearing.log_spectra import RATE
from tools.examples import parser_of, seeds_of
from tools.train_hearing.music import BASS, LEAD, PAD, Bank
from tools.train_hearing.music import RATE as BANK_RATE
from tools.train_notes.pieces import Piece, brief_of, notes_of, on_kit, sounds_of, store
from tools.train_separator.mixes import split_kits

#: MIDI note -> float32 (frames,) of a voice, as long as is asked in s.
Voice = Callable[[float, float], np.ndarray]

#: Cents by which a sample is off its note, at most.
_OFF_CENTS = 30.0
#: The most channels with a pitch, and the share of the channels that are hardly heard.
_CHANNELS, _QUIET = 9, 0.25
#: Steps of a chip's arpeggio, in s: a picture of a screen at 50 or 60 Hz.
_FRAMES_S = (0.02, 1 / 60, 0.04)
#: s in which a voice that is cut falls silent, so that it does not click.
_CUT_S = 0.004


def tracked(rng: np.random.Generator, seed: int, bank: Bank, brief: Brief | None = None) -> Piece:
    """What the musician writes, as a tracker of four to ten channels plays it; any by default."""
    brief = brief or brief_of(rng, seed, "midi")
    written = notes_of(make(brief, seed, lambda *_: None).midi)
    row_s = 15 / (brief.bpm or 120)
    up = int(rng.integers(-7, 8))
    stems: dict[str, np.ndarray] = {}
    notes: dict[str, np.ndarray] = {}
    length_s = max(float(rows[:, 1].max(initial=0)) for rows in written.values()) + 0.5
    for part, rows in _channels(rng, written, row_s, up):
        stems[part], notes[part] = _played(rng, rows, _voice(rng, bank, part), length_s)
    if len(written.get("drums", ())) and rng.random() < 0.85:
        strokes = written["drums"].copy()
        strokes[:, 0] = np.round(strokes[:, 0] / row_s * 2) / 2 * row_s
        sound, notes["drums"] = on_kit(rng, strokes, bank)
        sound = _crushed(rng, sound) if rng.random() < 0.6 else sound
        frames = round(length_s * RATE)
        stems["drums"] = np.pad(sound, (0, max(0, frames - len(sound))))[:frames]
    return _grouped(rng, stems, notes)


def _grouped(
    rng: np.random.Generator, stems: dict[str, np.ndarray], notes: dict[str, np.ndarray]
) -> Piece:
    """The channels as three parts: one alone, the others, the drums."""
    channels = [name for name in stems if name != "drums"]
    alone = channels[int(rng.integers(len(channels)))]
    groups = {"alone": [alone], "others": [one for one in channels if one != alone]}
    sounds = {
        name: np.sum([stems[one] for one in own], axis=0) for name, own in groups.items() if own
    }
    kept = {
        name: np.concatenate([notes[one] for one in own]) for name, own in groups.items() if own
    }
    if "drums" in stems:
        sounds["drums"], kept["drums"] = stems["drums"], notes["drums"]
    return Piece(sounds, kept, is_loop=False)


def _channels(
    rng: np.random.Generator, written: dict[str, np.ndarray], row_s: float, up: int
) -> list[tuple[str, np.ndarray]]:
    """(name, notes) of each channel that plays notes; of a chord its sample plays, all of them."""
    found: list[tuple[str, np.ndarray]] = []
    for part, own in written.items():
        if part in ("drums", "texture", "fx") or not len(own):
            continue
        rows = own.copy()
        rows[:, :2] = np.round(rows[:, :2] / row_s * 2) / 2 * row_s
        rows[:, 1] = np.maximum(rows[:, 1], rows[:, 0] + row_s / 2)
        rows[:, 2] = np.clip(rows[:, 2] + up, 24, 104)
        lines = _lines(rows)
        if len(lines) > 2 and rng.random() < 0.5:
            lines = [_broken(rng, rows, row_s)]
        elif len(lines) > 1 and rng.random() < 0.2:
            lines = [rows]
        found += [(f"{part}{n}", line) for n, line in enumerate(lines)]
    for name, line in list(found):
        if rng.random() < 0.25:
            late = line.copy()
            late[:, 0] += row_s * float(rng.choice([1.0, 2.0, 3.0]))
            late[:, 1] = np.maximum(line[:, 1], late[:, 0] + row_s / 2)
            late[:, 3] *= rng.uniform(0.25, 0.6)
            found.append((f"{name} echo", late))
        elif rng.random() < 0.15:
            octave = line.copy()
            octave[:, 2] = np.clip(octave[:, 2] + rng.choice([-12, 12]), 24, 104)
            found.append((f"{name} octave", octave))
    kept = rng.permutation(len(found))[:_CHANNELS]
    return [found[int(k)] for k in sorted(kept)]


def _lines(rows: np.ndarray) -> list[np.ndarray]:
    """The notes as voices of one at a time: of those that begin together the nth is the nth's."""
    lines: list[list[np.ndarray]] = []
    last_s, at = -1.0, 0
    for row in rows[np.lexsort((rows[:, 2], rows[:, 0]))]:
        at = at + 1 if row[0] == last_s else 0
        last_s = row[0]
        if at == len(lines):
            lines.append([])
        lines[at].append(row)
    return [np.array(line) for line in lines]


def _broken(rng: np.random.Generator, rows: np.ndarray, row_s: float) -> np.ndarray:
    """Chords one note after another, up, down or both, a note a row or half."""
    step_s = row_s * float(rng.choice([0.5, 1.0, 1.0, 2.0]))
    found = []
    for start_s in np.unique(rows[:, 0]):
        own = rows[rows[:, 0] == start_s]
        tones = np.sort(own[:, 2])[:: int(rng.choice([-1, 1]))]
        if rng.random() < 0.3:
            tones = np.concatenate([tones, tones[-2:0:-1]])
        end_s, n = float(own[:, 1].max()), 0
        while start_s + n * step_s < end_s - 0.01 and n < 64:
            at_s = start_s + n * step_s
            found.append((at_s, at_s + step_s, tones[n % len(tones)], own[0, 3]))
            n += 1
    return np.array(sorted(found)).reshape(-1, 4)


def _played(
    rng: np.random.Generator, rows: np.ndarray, voice: Voice, length_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """A channel's sound, and the notes as they sound in it: each is cut by the next."""
    audio = np.zeros(round(length_s * RATE), np.float32)
    starts = np.unique(rows[:, 0])
    following = {float(a): float(b) for a, b in pairwise([*starts, length_s])}
    # many trackers never say when a note ends: it sounds until its sample or the next note does
    rings = rng.random() < 0.5
    gain = 10 ** (-rng.uniform(8, 20) / 20) if rng.random() < _QUIET else 1.0
    flat = rng.random() < 0.5
    turn_s = float(rng.choice(_FRAMES_S)) if rng.random() < 0.5 else 0.0
    kept = []
    for n, (start_s, end_s, pitch, loud) in enumerate(rows):
        if start_s >= length_s - 0.05:
            continue
        own_end_s = following[float(start_s)] if rings else min(end_s, following[float(start_s)])
        strength = 0.8 if flat else 0.3 + 0.7 * loud
        sound = voice(float(pitch), own_end_s - start_s) * np.float32(0.25 * gain * strength)
        chord = np.flatnonzero(rows[:, 0] == start_s)
        if turn_s and len(chord) > 1:  # a chip's chord: one tone after another, too fast to hear
            turns = (np.arange(len(sound)) / RATE / turn_s).astype(int) % len(chord)
            sound *= turns == np.searchsorted(chord, n)
        at = round(start_s * RATE)
        sound = sound[: len(audio) - at]
        cut = min(len(sound), round(_CUT_S * RATE))
        sound[len(sound) - cut :] *= np.linspace(1, 0, cut, dtype=np.float32)
        audio[at : at + len(sound)] += sound
        kept.append((start_s, start_s + _sounds_s(sound), pitch, loud))
    return audio, np.array(kept).reshape(-1, 4)


def _sounds_s(sound: np.ndarray) -> float:
    """s after which a sound has fallen by 30 dB."""
    blocks = np.abs(sound[: len(sound) // 256 * 256]).reshape(-1, 256).max(axis=1)
    loud = np.flatnonzero(blocks > 0.03 * blocks.max(initial=0))
    return max(0.05, (int(loud[-1]) + 1) * 256 / RATE if len(loud) else 0.0)


def _voice(rng: np.random.Generator, bank: Bank, part: str) -> Voice:
    off = float(rng.uniform(-_OFF_CENTS, _OFF_CENTS)) / 100 if rng.random() < 0.7 else 0.0
    own = _chip(rng) if rng.random() < 0.3 else _one_shot(rng, bank, part)
    return lambda pitch, length_s: own(pitch + off, length_s)


def _one_shot(rng: np.random.Generator, bank: Bank, part: str) -> Voice:
    """One sampled note at other speeds; looped where it is, else as long as it lasts."""
    kind = BASS if part.startswith("bass") else PAD if rng.random() < 0.25 else LEAD
    own = bank.notes[int(rng.choice([program for program in kind if program in bank.notes]))]
    wished = 43 if part.startswith("bass") else float(rng.choice([49, 55, 61, 67, 73]))
    root = min(own, key=lambda note: abs(note - wished))
    sound = _crushed(rng, own[root][: round(rng.uniform(0.12, 1.4) * BANK_RATE)])
    if rng.random() < 0.35:  # plucked: no more than its attack
        sound = sound * np.exp(-np.arange(len(sound)) / (rng.uniform(0.03, 0.25) * BANK_RATE))
    loop = None
    if rng.random() < 0.45 and len(sound) > BANK_RATE // 4:
        period = BANK_RATE / (440 * 2 ** ((root - 69) / 12))
        count = max(1, round(rng.uniform(0.02, 0.15) * BANK_RATE / period))
        loop = min(len(sound) // 2, max(8, round(count * period)))
    sharp = rng.random() < 0.3

    def voice(pitch: float, length_s: float) -> np.ndarray:
        step = 2 ** ((pitch - root) / 12) * BANK_RATE / RATE
        place = np.arange(max(1, round(length_s * RATE))) * step
        if loop:
            first = len(sound) - loop
            place = np.where(place < first, place, first + (place - first) % loop)
        place = place[place < len(sound) - 1]
        held = np.floor(place) if sharp else place
        return np.interp(held, np.arange(len(sound)), sound).astype(np.float32)

    return voice


def _crushed(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """A sound at a sampler's rate and 8 bits, now and then."""
    if rng.random() < 0.6:
        corner = rng.uniform(3500, 10_000)
        sound = signal.sosfilt(signal.butter(4, corner, fs=BANK_RATE, output="sos"), sound)
    if rng.random() < 0.5:
        top = float(np.abs(sound).max(initial=1e-9))
        sound = np.round(sound / top * 127) / 127 * top
    return np.asarray(sound, np.float32)


def _chip(rng: np.random.Generator) -> Voice:
    """A pulse, triangle, saw or rough wave, held or falling, with a vibrato that sets in late."""
    duty = float(rng.choice([0.125, 0.25, 0.5]))
    shape = rng.choice(["pulse", "triangle", "saw", "wave"])
    falls_s = float(rng.uniform(0.08, 0.8)) if rng.random() < 0.6 else np.inf
    depth = float(rng.uniform(0.1, 0.5)) if rng.random() < 0.25 else 0.0
    rate_hz = float(rng.uniform(4, 9))
    table = rng.standard_normal(32).cumsum()
    table = (table - np.linspace(table[0], table[-1], 32)) / (np.ptp(table) + 1e-9)

    def voice(pitch: float, length_s: float) -> np.ndarray:
        at_s = np.arange(max(1, round(length_s * RATE * 2))) / (2 * RATE)
        bend = depth * np.minimum(at_s / 0.3, 1) * np.sin(2 * np.pi * rate_hz * at_s)
        hz = 440 * 2 ** ((pitch + bend - 69) / 12)
        turn = np.cumsum(hz) / (2 * RATE) % 1
        if shape == "pulse":
            wave = np.where(turn < duty, 1.0, -1.0) - (2 * duty - 1)
        elif shape == "triangle":
            wave = np.abs(4 * turn - 2) - 1
        elif shape == "saw":
            wave = 2 * turn - 1
        else:
            wave = table[(turn * 32).astype(int)] * 2
        wave = signal.resample_poly(wave * np.exp(-at_s / falls_s), 1, 2)
        return np.asarray(0.5 * wave, np.float32)

    return voice


def main() -> int:
    asked = parser_of(__doc__, "bank", "folder", count=110).parse_args()
    seeds = seeds_of(asked)
    bank = split_kits(Bank.load(asked.bank), held_out=False)
    for seed in seeds:
        rng = np.random.default_rng([118, seed])
        for what, sound, notes, hits in sounds_of(rng, tracked(rng, seed, bank)):
            store(asked.folder / f"tracker_{what}{seed}.npz", sound, notes, hits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
