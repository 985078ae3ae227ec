"""Pieces with known parts, how they are mixed, and what is stored of their spectra to train on."""

from __future__ import annotations

import numpy as np
from scipy import signal

from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.styles import STYLES
from daemon.parts.mask_net import cues_of, described, described_low
from daemon.parts.spectra import Spectra
from tools.train_hearing.music import RATE, Bank, parts

#: The parts of a mix, and the pieces of drums, in the networks' order.
MIX = ("drums", "bass", "other")
DRUMS = ("kick", "snare", "hats", "toms", "cymbals")
#: Which piece each of a kit's sounds is.
PIECE = {
    "kick": "kick", "snare": "snare", "clap": "snare", "rim": "snare", "hat": "hats",
    "ohat": "hats", "ride": "cymbals", "crash": "cymbals", "tom": "toms", "perc": "toms",
}  # fmt: skip
#: s of each piece.
_LENGTH_S = 6.0
#: Bins that are kept of a stored piece: the lowest, and so many of the others.
LOWEST_BINS, DRAWN_BINS = 64, 128
#: Of five kits, those kept out of training.
HELD_OUT = (1, 3)


def split_kits(bank: Bank, held_out: bool) -> Bank:
    """The bank with the kits to train on, or with those to judge by."""
    kits = [kit for n, kit in enumerate(bank.kits) if (n % 5 in HELD_OUT) == held_out]
    return Bank(bank.notes, kits)


def made(rng: np.random.Generator, bank: Bank) -> dict[str, np.ndarray]:
    """A written piece: float32 (frames, 2) by part; drums by piece."""
    found: dict[str, np.ndarray] = {}
    for name, mono in parts(rng, bank, 4).items():
        part, _, piece = name.partition("/")
        name = f"drums/{PIECE[piece]}" if piece else "bass" if part == "bass" else "other"
        spread = 0.0 if part == "bass" else rng.uniform(-0.6, 0.6) * (part != "drums")
        sound = np.stack([mono * (1 - max(spread, 0)), mono * (1 + min(spread, 0))], axis=1)
        if part in ("chords", "lead"):
            sound = roomed(rng, sound)
        found[name] = found.get(name, 0) + sound.astype(np.float32)
    for piece in ("toms", "cymbals"):
        # grooves have few of them, so that a network would never learn them
        if f"drums/{piece}" not in found and rng.random() < 0.4:
            found[f"drums/{piece}"] = _scattered(rng, bank, piece, len(mono))
    return at_other_speeds(rng, found)


def _scattered(rng: np.random.Generator, bank: Bank, piece: str, frames: int) -> np.ndarray:
    """Strokes of a kit's toms or cymbals at random times: float32 (frames, 2)."""
    kit = bank.kits[int(rng.integers(len(bank.kits)))]
    sounds = [sound for part, own in kit.items() if PIECE[part] == piece for sound in own]
    out = np.zeros(frames, np.float32)
    every_s = rng.uniform(0.12, 1.2)
    for at in rng.integers(0, frames, max(1, int(frames / RATE / every_s))) if sounds else ():
        sound = sounds[int(rng.integers(len(sounds)))][: frames - at]
        out[at : at + len(sound)] += sound * rng.uniform(0.15, 0.8)
    return np.repeat(out[:, None], 2, axis=1)


def at_other_speeds(
    rng: np.random.Generator, found: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Drums up to a sixth faster or slower, and as much higher or lower: more kits than there are.

    They leave the others' grid; what belongs to whom does not depend on it.
    """
    speed = 2 ** rng.uniform(-0.25, 0.25)
    out = {}
    for name, sound in found.items():
        if name.startswith("drums/"):
            place = np.arange(0, len(sound) - 1, speed)
            columns = [np.interp(place, np.arange(len(sound)), side) for side in sound.T]
            sound = np.stack(columns, axis=1).astype(np.float32)
        out[name] = sound
    return out


def played(rng: np.random.Generator, seed: int) -> dict[str, np.ndarray]:
    """A piece of the embedded musician: float32 (frames, 2) by part; its drums are whole."""
    genre = str(rng.choice(sorted(STYLES)))
    brief = Brief(
        genre, genre, bpm=float(round(rng.uniform(70, 175))), genre=genre, seed=seed, stems=True
    )
    found: dict[str, np.ndarray] = {}
    for part, sound in make(brief, seed, lambda *_: None).stems.items():
        name = part if part in ("drums", "bass") else "other"
        found[name] = found.get(name, 0) + sound
    return found


def placed(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """float32 (frames, 2): its sides now and then swapped, wider or narrower, or off the middle."""
    if rng.random() < 0.5:
        sound = sound[:, ::-1]
    if rng.random() < 0.5:
        middle = sound.mean(axis=1, keepdims=True)
        sound = middle + np.float32(rng.uniform(0, 1.5)) * (sound - middle)
    if rng.random() < 0.3:
        off = rng.uniform(-0.6, 0.6)
        sound = sound * np.array([1 - max(off, 0), 1 + min(off, 0)], np.float32)
    return np.asarray(sound, np.float32)


def mixed(
    rng: np.random.Generator, found: dict[str, np.ndarray], length_s: float = _LENGTH_S
) -> dict[str, np.ndarray]:
    """The parts of a mix: levels, filters and a start drawn; now and then one is left out."""
    whole: dict[str, np.ndarray] = {}
    for name, sound in found.items():
        part = name.partition("/")[0]
        whole[part] = whole.get(part, 0) + (_filtered(rng, sound) if part == name else sound)
    if len(whole) > 1 and rng.random() < 0.2:
        del whole[str(rng.choice(sorted(whole)))]
    frames = round(length_s * RATE)
    start = int(rng.integers(max(1, min(map(len, whole.values())) - frames)))
    level_db = {"drums": 0.0, "bass": -2.0, "other": -3.0}
    out = {}
    for part in MIX:
        sound = whole.get(part, np.zeros((frames, 2), np.float32))[start : start + frames]
        sound = np.pad(sound, ((0, frames - len(sound)), (0, 0)))
        rms = float(np.sqrt(np.mean(sound**2))) + 1e-9
        gain_db = level_db[part] + rng.normal(0, 4)
        out[part] = sound * np.float32((0.1 / rms if rms > 1e-5 else 0) * 10 ** (gain_db / 20))
    if rng.random() < 0.3:
        corner = 10 ** rng.uniform(3.5, 4.2)
        sos = signal.butter(2, corner, fs=RATE, output="sos")
        out = {part: signal.sosfilt(sos, sound, axis=0) for part, sound in out.items()}
    return {part: np.asarray(sound, np.float32) for part, sound in out.items()}


def pieces_of(rng: np.random.Generator, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A kit's pieces, levels and filters drawn; a little of the band may bleed into one of them."""
    frames = round(_LENGTH_S * RATE)
    start = int(rng.integers(max(1, min(map(len, found.values())) - frames)))
    out = {}
    for piece in DRUMS:
        played = found.get(f"drums/{piece}", np.zeros((start + frames, 2), np.float32))
        sound = _filtered(rng, played[start : start + frames])
        sound = np.pad(sound, ((0, frames - len(sound)), (0, 0)))
        out[piece] = (sound * 10 ** (rng.normal(0, 3) / 20)).astype(np.float32)
    peak = max(float(np.abs(sound).max()) for sound in out.values()) + 1e-9
    return {piece: sound * np.float32(0.3 / peak) for piece, sound in out.items()}


def _filtered(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """A tilt of up to 6 dB around a corner, and now and then drive."""
    corner = 10 ** rng.uniform(2.3, 3.7)
    low = signal.sosfilt(signal.butter(1, corner, fs=RATE, output="sos"), sound, axis=0)
    tilt = 10 ** (rng.uniform(-6, 6) / 20)
    sound = low + tilt * (sound - low)
    if rng.random() < 0.2:
        rms = float(np.sqrt(np.mean(sound**2))) + 1e-9
        sound = np.tanh(sound / rms * 0.5) * rms * 2
    return np.asarray(sound, np.float32)


def roomed(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """With a decorrelated room behind it, in half of all cases."""
    if rng.random() < 0.5:
        return sound
    length = int(rng.uniform(0.15, 1.2) * RATE)
    tail = rng.standard_normal((length, 2)) * np.exp(-6 * np.arange(length) / length)[:, None]
    tail *= rng.uniform(0.1, 0.5) / np.sqrt((tail**2).sum(axis=0))
    return sound + signal.oaconvolve(sound, tail, axes=0)[: len(sound)]


def stored(
    rng: np.random.Generator, sounds: dict[str, np.ndarray], *, low: bool = False
) -> dict[str, np.ndarray]:
    """What training needs of a piece, in float16; of `low` tones as longer windows show them.

    `seen` (windows, features); of the bins numbered `bins`, all of the lowest, where a bass's
    partials lie, and as many drawn of the others, `counts` (bins,), how many bins each of them
    stands for, `cues` (cues, bins, windows), `magnitude` (bins,
    windows), and by part the share of its spectrum that is in phase with the mix: a real mask can
    give no more. `apart` (parts, windows) is the power that is not.
    """
    mix = np.sum(list(sounds.values()), axis=0)
    spectra = Spectra(mix, RATE)
    power = float((mix.astype(np.float64) ** 2).mean())
    mean_power = power * spectra.window_power
    cues = cues_of(spectra)
    seen = described(spectra, cues[0], mean_power)
    if low:
        short, spectra = spectra, Spectra(mix, RATE, longer=2)
        mean_power = power * spectra.window_power
        cues = cues_of(spectra)
        seen = described_low(spectra, cues[0], mean_power, short, seen)
    scale = 1 / np.sqrt(mean_power + 1e-12)
    size = np.abs(spectra.values) + 1e-9
    beyond = np.arange(LOWEST_BINS, cues.shape[1])
    others = rng.choice(beyond, DRAWN_BINS, replace=False)
    bins = np.concatenate([np.arange(LOWEST_BINS), np.sort(others)])
    counts = np.ones(len(bins), np.float32)
    counts[LOWEST_BINS:] = len(beyond) / DRAWN_BINS
    out = {"seen": seen, "cues": cues[:, bins], "counts": counts}
    out["magnitude"] = spectra.magnitude[bins] * scale
    in_phase, apart = [], []
    for sound in sounds.values():
        own = Spectra(sound, RATE, longer=2 if low else 1).values
        along = np.real(own * spectra.values.conj()) / size
        # weighted by the channels' own power, as the error of one mask for both is
        part = (along * size).mean(axis=0) / np.maximum(spectra.magnitude, 1e-9) * scale
        power = (np.abs(own) ** 2).mean(axis=0) * scale**2
        in_phase.append(part[bins])
        apart.append(np.minimum(np.maximum(power - part**2, 0).sum(axis=0), 6e4))
    out |= {"parts": np.stack(in_phase), "apart": np.stack(apart)}
    # by the bins of the longer windows
    numbers = bins if low else 2 * bins
    return {"bins": numbers, **{name: value.astype(np.float16) for name, value in out.items()}}
