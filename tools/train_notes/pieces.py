"""Pieces whose notes are known, as maps ready to train on: one file a sound.

Every other piece is the embedded musician's, with his own voices; the others are what he writes,
played by a General MIDI SoundFont with programs drawn at random, his drums on a sampled kit.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile as sf
import soxr
from scipy import signal

from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.styles import STYLES
from daemon.hearing.drum_net import ROLES, role_of
from daemon.hearing.log_spectra import RATE, maps_of
from tools.examples import parser_of, seeds_of
from tools.train_hearing.music import BASS, LEAD, PAD, Bank
from tools.train_hearing.music import RATE as BANK_RATE
from tools.train_separator.mixes import split_kits

#: s of a loop's own other end that stand before and after it.
_AROUND_S = 0.75
#: Parts that have no notes with a pitch.
UNPITCHED = ("drums", "texture", "fx")
#: Of the bank's kits, which of a kit's sounds plays each General MIDI note.
_SOUNDS = {
    36: "kick", 38: "snare", 40: "snare", 39: "clap", 37: "rim", 42: "hat", 44: "hat", 46: "ohat",
    51: "ride", 49: "crash", 50: "tom", 47: "tom", 43: "tom", 45: "tom",
}  # fmt: skip
#: Seeds for which one piece of noise is made.
_NOISE_EVERY = 10
#: The row of each of the drums' roles.
_ROWS = {role: n for n, role in enumerate(ROLES)}


@dataclass
class Piece:
    """Stems float32 (frames,) at `RATE` by part, and their notes (start s, end s, pitch, 0-1)."""

    stems: dict[str, np.ndarray]
    notes: dict[str, np.ndarray]
    is_loop: bool


def notes_of(midi: bytes | None) -> dict[str, np.ndarray]:
    """Track name -> (notes, 4): start and end in s, MIDI pitch, velocity 0-1.

    midi: of a take of the musician, which always has notes.
    """
    assert midi is not None
    file = mido.MidiFile(file=io.BytesIO(midi))
    tempo = next(m.tempo for m in file.tracks[0] if m.type == "set_tempo")
    second = tempo / 1e6 / file.ticks_per_beat
    found = {}
    for track in file.tracks[1:]:
        now, held, rows = 0, {}, []
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                held[message.note] = (now, message.velocity)
            elif message.type in ("note_on", "note_off") and message.note in held:
                start, velocity = held.pop(message.note)
                rows.append((start * second, now * second, message.note, velocity / 127))
        found[track.name] = np.array(sorted(rows)).reshape(-1, 4)
    return found


def brief_of(rng: np.random.Generator, seed: int, kind: str, bars: int | None = None) -> Brief:
    """An order to the musician, of any genre and tempo."""
    genre = str(rng.choice(sorted(STYLES)))
    bpm = float(round(rng.uniform(70, 170)))
    return Brief(
        genre, genre, kind=kind, bpm=bpm, genre=genre, seed=seed, stems=True,
        bars=bars, sample_rate=44100,
    )  # fmt: skip


def played(rng: np.random.Generator, seed: int, bars: int | None = None) -> Piece:
    """A loop of the musician, of its own genre and tempo."""
    take = make(brief_of(rng, seed, "loop", bars), seed, lambda *_: None)
    stems = {
        part: soxr.resample(sound.mean(axis=1), take.sample_rate, RATE).astype(np.float32)
        for part, sound in take.stems.items()
    }
    return Piece(stems, notes_of(take.midi), is_loop=True)


def sampled(rng: np.random.Generator, seed: int, fonts: list[Path], bank: Bank | None) -> Piece:
    """What the musician writes, played by a SoundFont and a sampled kit."""
    take = make(brief_of(rng, seed, "midi"), seed, lambda *_: None)
    notes = notes_of(take.midi)
    font = fonts[int(rng.integers(len(fonts)))]
    up = int(rng.integers(-5, 6))
    stems, kept = {}, {}
    for part, rows in notes.items():
        if part in ("texture", "fx") or not len(rows):
            continue
        if part == "drums" and bank is not None and rng.random() < 0.7:
            stems[part], kept[part] = on_kit(rng, rows, bank)
            continue
        programs = {"bass": BASS, "lead": LEAD}.get(part, PAD if rng.random() < 0.3 else LEAD)
        program = None if part == "drums" else int(rng.choice(programs))
        if part != "drums":
            rows = rows.copy()
            rows[:, 2] = np.clip(rows[:, 2] + up, 21, 108)
            if rng.random() < 0.25:  # other lengths than the musician's own
                rows[:, 1] = rows[:, 0] + (rows[:, 1] - rows[:, 0]) * rng.uniform(0.3, 0.9)
        stems[part] = by_font(font, rows, program)
        kept[part] = rows
    length = max(map(len, stems.values()))
    return Piece({p: np.pad(s, (0, length - len(s))) for p, s in stems.items()}, kept, False)


def played_by(font: Path, events: list[tuple[float, int, mido.Message]], gain: float) -> np.ndarray:
    """(s, order at one time, message) through a SoundFont, dry: float32 (frames,) at `RATE`."""
    track, last = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)]), 0
    for at_s, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=round(at_s * 1000) - last))
        last = round(at_s * 1000)
    with tempfile.TemporaryDirectory() as scratch:
        midi, wav = Path(scratch, "notes.mid"), Path(scratch, "notes.wav")
        mido.MidiFile(ticks_per_beat=1000, tracks=[track]).save(midi)
        command = [
            "fluidsynth",
            "-ni",
            "-q",
            "-R",
            "0",
            "-C",
            "0",
            "-g",
            f"{gain:g}",
            "-r",
            str(RATE),
        ]
        subprocess.run(
            [*command, "-F", str(wav), str(font), str(midi)], check=True, capture_output=True
        )
        return sf.read(wav, always_2d=True, dtype="float32")[0].mean(axis=1)


def by_font(font: Path, rows: np.ndarray, program: int | None) -> np.ndarray:
    """Notes played by a SoundFont's program, None for its drums: float32 (frames,) at `RATE`."""
    channel = 9 if program is None else 0
    events = [] if program is None else [(0.0, 0, mido.Message("program_change", program=program))]
    for start, end, pitch, velocity in rows:
        note = {"channel": channel, "note": int(pitch)}
        on = mido.Message("note_on", velocity=max(1, round(velocity * 127)), **note)
        events += [(start, 2, on), (max(end, start + 0.02), 1, mido.Message("note_off", **note))]
    return played_by(font, events, gain=0.6)


def on_kit(rng: np.random.Generator, rows: np.ndarray, bank: Bank) -> tuple[np.ndarray, np.ndarray]:
    """Strokes played by a kit of the bank: float32 (frames,) at `RATE`, and those that it has."""
    own = bank.kits[int(rng.integers(len(bank.kits)))]
    speed = 2 ** rng.uniform(-0.25, 0.25)
    chosen: dict[str, np.ndarray] = {}
    audio = np.zeros(round((rows[:, 1].max(initial=0) + 2.5) * RATE), np.float32)
    kept = []
    for start, end, pitch, velocity in rows:
        name = _SOUNDS.get(int(pitch))
        if name is not None and name not in chosen:
            # now and then a sound of another kit: more kits than there are
            from_all = rng.random() < 0.4
            kit = bank.kits[int(rng.integers(len(bank.kits)))] if from_all else own
            if name in kit:
                chosen[name] = _at_speed(rng, kit[name], speed)
        if name not in chosen:
            continue
        at = round(start * RATE)
        sound = chosen[name][: len(audio) - at]
        audio[at : at + len(sound)] += sound * np.float32(velocity * 0.4)
        kept.append((start, end, pitch, velocity))
    return audio, np.array(kept).reshape(-1, 4)


def _at_speed(rng: np.random.Generator, sounds: list[np.ndarray], speed: float) -> np.ndarray:
    sound = sounds[int(rng.integers(len(sounds)))].astype(np.float32)
    own = speed * 2 ** rng.uniform(-0.15, 0.15)
    return np.asarray(soxr.resample(sound, BANK_RATE * own, RATE), np.float32)


def sounds_of(
    rng: np.random.Generator, piece: Piece
) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """(what, sound, notes, hits) of its stems and mixes, altered as recordings are."""
    pitched = [part for part in piece.stems if part not in UNPITCHED]
    wanted = [(part, [part]) for part in pitched]
    if len(pitched) > 1:
        wanted.append(("pitched", pitched))
    wanted.append(("mix", list(piece.stems)))
    if "drums" in piece.stems:
        wanted.append(("drums", ["drums"]))
    for what, parts in wanted:
        gains = {p: 10 ** (rng.normal(0, 0 if len(parts) == 1 else 3) / 20) for p in parts}
        sound = np.sum([piece.stems[p] * np.float32(gains[p]) for p in parts], axis=0)
        rows = [piece.notes[p] for p in parts if p in piece.notes and p not in UNPITCHED]
        notes = np.concatenate([np.zeros((0, 4)), *rows])
        hits = piece.notes.get("drums", np.zeros((0, 4))) if "drums" in parts else np.zeros((0, 4))
        hits = np.array(
            [(at, _ROWS[role_of(int(p))], v) for at, _, p, v in hits if role_of(int(p)) in _ROWS]
        ).reshape(-1, 3)
        if piece.is_loop:
            sound, notes, hits = around(sound, notes, hits)
        yield what, *altered(rng, sound, notes, hits)


def around(
    sound: np.ndarray, notes: np.ndarray, hits: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A loop with its own end before it and its own beginning after it."""
    frames, edge = len(sound), round(_AROUND_S * RATE)
    length_s, edge_s = frames / RATE, edge / RATE
    rounds = (edge_s - length_s, edge_s, edge_s + length_s)
    sound = np.take(sound, np.arange(-edge, frames + edge), mode="wrap")
    notes = np.concatenate([np.add(notes, [s, s, 0, 0]) for s in rounds])
    hits = np.concatenate([np.add(hits, [s, 0, 0]) for s in rounds])
    inside_s = length_s + 2 * edge_s
    return (
        sound,
        notes[(notes[:, 0] > -0.5) & (notes[:, 0] < inside_s) & (notes[:, 1] > 0)],
        hits[(hits[:, 0] > 0) & (hits[:, 0] < inside_s)],
    )


def altered(
    rng: np.random.Generator, sound: np.ndarray, notes: np.ndarray, hits: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Speed with pitch, a tilt, a low-pass, drive, a room, noise: each now and then."""
    if rng.random() < 0.5:
        semitones = int(rng.integers(-3, 4))
        cents = rng.normal(0, 8)
        speed = 2 ** ((semitones + cents / 100) / 12)
        sound = soxr.resample(sound, RATE * speed, RATE).astype(np.float32)
        notes, hits = notes / [speed, speed, 1, 1] + [0, 0, semitones, 0], hits / [speed, 1, 1]
    if rng.random() < 0.4:
        corner = 10 ** rng.uniform(2.3, 3.7)
        low = signal.sosfilt(signal.butter(1, corner, fs=RATE, output="sos"), sound)
        sound = low + 10 ** (rng.uniform(-9, 9) / 20) * (sound - low)
    if rng.random() < 0.2:
        corner = 10 ** rng.uniform(3.3, 3.95)
        sound = signal.sosfilt(signal.butter(4, corner, fs=RATE, output="sos"), sound)
    rms = float(np.sqrt(np.mean(sound**2))) + 1e-9
    if rng.random() < 0.12:
        sound = np.tanh(sound / rms * 0.5) * rms * 2
    if rng.random() < 0.25:
        length = int(rng.uniform(0.15, 1.2) * RATE)
        tail = rng.standard_normal(length) * np.exp(-6 * np.arange(length) / length)
        tail *= rng.uniform(0.1, 0.5) / np.sqrt((tail**2).sum())
        sound = sound + signal.oaconvolve(sound, tail)[: len(sound)]
    if rng.random() < 0.3:
        sound = sound + rng.standard_normal(len(sound)) * rms * 10 ** (rng.uniform(-50, -25) / 20)
    return sound.astype(np.float32), notes, hits


def noise(rng: np.random.Generator) -> np.ndarray:
    """Noise of any colour, steady or in gusts: float32 (frames,) without a note or a stroke."""
    frames = 8 * RATE
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    hz = np.maximum(np.arange(len(spectrum)) * RATE / frames, 20)
    spectrum *= hz ** -rng.uniform(0, 1)
    if rng.random() < 0.5:
        centre, width = rng.uniform(4.5, 9.0), rng.uniform(0.2, 1.0)
        spectrum *= 0.05 + np.exp(-(((np.log(hz) - centre) / width) ** 2))
    sound = np.fft.irfft(spectrum, frames)
    gusts = np.interp(np.arange(frames), np.linspace(0, frames, 12), rng.uniform(0, 1, 12))
    sound *= 1 if rng.random() < 0.5 else gusts
    return np.asarray(0.1 * sound / np.sqrt(np.mean(sound**2)), np.float32)


def store(path: Path, sound: np.ndarray, notes: np.ndarray, hits: np.ndarray) -> None:
    """A sound's maps beside its notes (s, s, pitch, 0-1) and its strokes (s, role, 0-1)."""
    maps = maps_of(sound)
    np.savez(
        path, sharp=maps.sharp, quick=maps.quick,
        notes=notes.astype(np.float32), hits=hits.astype(np.float32),
    )  # fmt: skip


def main() -> int:
    asked = parser_of(__doc__, "bank", "folder", "fonts", count=400).parse_args()
    seeds = seeds_of(asked)
    bank = split_kits(Bank.load(asked.bank), held_out=False)
    nothing = np.zeros((0, 4))
    for seed in seeds[::_NOISE_EVERY]:
        sound = noise(np.random.default_rng([18, seed, 1]))
        store(asked.folder / f"noise{seed}.npz", sound, nothing, nothing[:, :3])
    for seed in seeds:
        rng = np.random.default_rng([18, seed])
        piece = sampled(rng, seed, asked.fonts, bank) if seed % 2 else played(rng, seed)
        for what, sound, notes, hits in sounds_of(rng, piece):
            store(asked.folder / f"{what}{seed}.npz", sound, notes, hits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
