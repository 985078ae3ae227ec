"""Drums on many kits, alone and under music, as maps ready to train the drums' network on.

Patterns are drawn; kits are those of a bank, of further banks, and made ones without end. What the
musician's loops seldom have is written often here: tom fills, rides instead of hats, crashes, and
all of it behind a low-pass.

    python -m tools.train_notes.kits BANK.npz PIECES --more MORE.npz --count 300
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr
from scipy import signal

from daemon.hearing.drum_net import ROLES
from daemon.hearing.log_spectra import RATE, quick_of
from tools.examples import parser_of, seeds_of
from tools.train_hearing import music, patterns
from tools.train_hearing.music import Bank
from tools.train_notes.made_kits import made_kit
from tools.train_notes.pieces import altered, played
from tools.train_notes.pieces import sounds_of as sounds_of_piece
from tools.train_separator.mixes import PIECE, split_kits

#: 16ths of a bar, and bars of a piece.
SLOTS, BARS = 16, 4
#: Peak levels that each sound's gain is drawn between.
GAINS = {
    "kick": (0.5, 1.1), "snare": (0.35, 1.0), "clap": (0.3, 0.9), "rim": (0.25, 0.8),
    "hat": (0.08, 0.55), "ohat": (0.12, 0.55), "ride": (0.1, 0.55), "crash": (0.2, 0.8),
    "tom": (0.35, 1.0), "conga": (0.25, 0.9), "shaker": (0.05, 0.4),
}  # fmt: skip
PIECES = {**PIECE, "conga": "toms", "shaker": "hats"}
#: Which of a SoundFont's other percussion, by its place in the bank's list, is which of ours.
_CONGAS, _SHAKERS = range(2, 9), (0, 11, 12)
#: Of so many pieces one is the musician's own.
_PLAYED_EVERY = 3
#: Share of pieces on a made kit.
_MADE = 0.35
#: s over which a sound that is cut short fades.
_FADE_S = 0.02

Kit = dict[str, list[np.ndarray]]
#: (s, sound's name, which of its kind, velocity)
Stroke = tuple[float, str, int, float]


def written(rng: np.random.Generator, six_s: float) -> list[Stroke]:
    """The strokes of a piece whose 16ths last `six_s`."""
    swing = rng.uniform(0, 0.3) if rng.random() < 0.4 else 0.0
    loose_s = rng.uniform(0, 0.012)
    first = patterns.drums(rng, SLOTS, 4)
    first.pop("perc", None)
    if rng.random() < 0.35:
        first["ride"] = first.pop("hat", [])
    if rng.random() < 0.3:
        other = str(rng.choice(["clap", "rim"]))
        first[other] = first.pop("snare", [])
    if rng.random() < 0.15:
        first = {"tom": [(s, rng.uniform(0.4, 1)) for s in range(SLOTS) if rng.random() < 0.5]}
    if rng.random() < 0.3:
        share = rng.uniform(0.15, 0.6)
        first["conga"] = [(s, rng.uniform(0.3, 1)) for s in range(SLOTS) if rng.random() < share]
    if rng.random() < 0.15:
        every = int(rng.choice([1, 2, 2]))
        first["shaker"] = [(s, rng.uniform(0.4, 1)) for s in range(0, SLOTS, every)]
    crashes, fills = rng.random() < 0.6, rng.random() < 0.6
    out: list[Stroke] = []
    for bar in range(BARS):
        hits = {name: list(own) for name, own in first.items()}
        if crashes and (bar == 0 or rng.random() < 0.4):
            hits["crash"] = [(int(rng.choice([0, 0, 0, 8])), rng.uniform(0.6, 1))]
        if fills and rng.random() < 0.6:
            begin = SLOTS - int(rng.choice([12, 8, 6, 4]))
            kept = {n: [h for h in own if h[0] < begin] for n, own in hits.items() if n != "kick"}
            hits |= kept
            hits["tom"] = [
                (s, rng.uniform(0.4, 1)) for s in range(begin, SLOTS) if rng.random() < 0.7
            ]
        for name, own in hits.items():
            for n, (slot, velocity) in enumerate(own):
                late = (swing if slot % 2 else 0.0) * six_s + rng.normal(0, loose_s)
                at_s = (bar * SLOTS + slot) * six_s + late
                which = n * 4 // max(1, len(own)) if name == "tom" else int(rng.integers(4))
                out.append((max(0.0, at_s), name, which, velocity))
    return sorted(out)


def on_kit(
    rng: np.random.Generator, strokes: list[Stroke], kit: Kit, length_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """float32 (frames,) at `RATE`, and the strokes that the kit has: (s, row, velocity)."""
    rows = {role: n for n, role in enumerate(ROLES)}
    speed = 2 ** rng.uniform(-0.25, 0.25)
    sounds = {name: _variants(rng, own, name, speed) for name, own in kit.items() if name in GAINS}
    gains = {name: rng.uniform(*GAINS[name]) for name in GAINS}
    choked = [at_s for at_s, name, *_ in strokes if name == "hat"]
    audio = np.zeros(round(length_s * RATE), np.float32)
    kept = []
    for at_s, name, which, velocity in strokes:
        at = round(at_s * RATE)
        if name not in sounds or at >= len(audio):
            continue
        sound = sounds[name][which % len(sounds[name])]
        if name == "ohat":
            stop_s = next((s - at_s for s in choked if s > at_s + 0.03), 9.0)
            sound = _cut(sound, round(stop_s * RATE))
        sound = sound[: len(audio) - at]
        audio[at : at + len(sound)] += sound * np.float32(gains[name] * velocity)
        kept.append((at_s, rows[PIECES[name]], velocity))
    return audio, np.array(kept).reshape(-1, 3)


def _variants(
    rng: np.random.Generator, own: list[np.ndarray], name: str, speed: float
) -> list[np.ndarray]:
    """Up to four sounds of one kind; toms from the highest to the lowest."""
    chosen = [
        own[int(k)] for k in rng.permutation(len(own))[: 4 if name in ("tom", "conga") else 1]
    ]
    own_speed = speed * 2 ** rng.uniform(-0.15, 0.15)
    out = [
        _cut(soxr.resample(one.astype(np.float32), music.RATE * own_speed, RATE), len(one))
        for one in chosen
    ]
    if name == "tom" and len(out) == 1:
        out = [_cut(soxr.resample(out[0], RATE * up, RATE), RATE * 2) for up in (1.3, 1.0, 0.8)]
    return sorted(out, key=_brightness, reverse=True)


def _brightness(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound[:8192], 8192))
    return float((spectrum * np.arange(len(spectrum))).sum() / (spectrum.sum() + 1e-9))


def _cut(sound: np.ndarray, frames: int) -> np.ndarray:
    sound = sound[: max(1, frames)].astype(np.float32)
    fade = min(len(sound), round(_FADE_S * RATE))
    sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return sound


def percussion_of(path: Path) -> list[Kit]:
    """The congas and shakers of a bank's SoundFont, kit by kit."""
    found: dict[str, Kit] = {}
    for name, sound in np.load(path).items():
        kind, kit, *rest = name.split("/")
        if kind == "drum" and "gm" in kit and rest[0] == "perc":
            n = int(rest[1])
            own = "conga" if n in _CONGAS else "shaker" if n in _SHAKERS else ""
            if own:
                sounds = found.setdefault(kit, {}).setdefault(own, [])
                sounds.append(sound.astype(np.float32) / 32768)
    return list(found.values())


def made_sounds(
    rng: np.random.Generator, bank: Bank, kits: list[Kit], percussion: list[Kit]
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """(what, sound, strokes) of one piece: its drums alone, under music, and now and then that."""
    bpm = float(np.clip(np.exp(rng.normal(np.log(115), 0.25)), 66, 180))
    six_s = 15 / bpm
    kit = made_kit(rng) if rng.random() < _MADE else dict(kits[int(rng.integers(len(kits)))])
    kit = {**percussion[int(rng.integers(len(percussion)))], **kit}
    for name in list(kit):
        # now and then a sound of another kit: more kits than there are
        other = kits[int(rng.integers(len(kits)))]
        if name in other and rng.random() < 0.25:
            kit[name] = other[name]
    drums, hits = on_kit(rng, written(rng, six_s), kit, BARS * SLOTS * six_s + 0.5)
    if not len(hits):
        return
    drums = recorded(rng, drums)
    yield "drums", *_altered(rng, drums, hits)
    around = sum(music.parts(rng, bank, BARS, bpm, drums=False).values())
    if isinstance(around, np.ndarray):
        around = soxr.resample(around.astype(np.float32), music.RATE, RATE)
        around = np.pad(around, (0, max(0, len(drums) - len(around))))[: len(drums)]
        level_db = rng.normal(-1, 5)
        around *= np.sqrt((drums**2).mean() / ((around**2).mean() + 1e-12)) * 10 ** (level_db / 20)
        yield "mix", *_altered(rng, drums + around.astype(np.float32), hits)
        if rng.random() < 0.15:
            yield "pitched", *_altered(rng, around.astype(np.float32), hits[:0])


def recorded(rng: np.random.Generator, drums: np.ndarray) -> np.ndarray:
    """As a kit is recorded and sent: now and then pressed flat, in a near room, without its top."""
    if rng.random() < 0.35:
        drums = _pressed(drums, rng.uniform(0.15, 0.5), rng.uniform(2, 8), rng.uniform(0.03, 0.2))
    if rng.random() < 0.3:
        near = round(rng.uniform(0.05, 0.35) * RATE)
        tail = rng.standard_normal(near) * np.exp(-6 * np.arange(near) / near)
        wet = signal.oaconvolve(drums, tail / np.sqrt((tail**2).sum()))[: len(drums)]
        drums = drums + rng.uniform(0.1, 0.7) * wet
    if rng.random() < 0.25:
        # a codec ends at once where a filter slopes
        corner_hz = rng.uniform(4500, 10500)
        sos = signal.cheby2(8, 50, corner_hz, fs=RATE, output="sos")
        drums = signal.sosfilt(sos, drums)
    return np.asarray(drums, np.float32)


def _pressed(sound: np.ndarray, share: float, ratio: float, release_s: float) -> np.ndarray:
    """Through a compressor whose threshold is that share of the peak."""
    hop = 64
    peaks = np.abs(sound[: len(sound) // hop * hop]).reshape(-1, hop).max(axis=1)
    keep = np.exp(-hop / (release_s * RATE))
    level, held = np.empty(len(peaks)), 0.0
    for n, peak in enumerate(peaks):
        held = max(float(peak), held * keep)
        level[n] = held
    over = np.maximum(level / (share * level.max(initial=1e-6) + 1e-9), 1)
    gain = over ** (1 / ratio - 1)
    return sound * np.interp(np.arange(len(sound)), np.arange(len(gain)) * hop, gain)


def _altered(
    rng: np.random.Generator, sound: np.ndarray, hits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    sound, _, hits = altered(rng, sound, np.zeros((0, 4)), hits)
    return sound, hits


def played_sounds(
    rng: np.random.Generator, seed: int
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The same of a loop of the musician, on his own kit."""
    piece = played(rng, seed, int(rng.choice([2, 4])))
    for what, sound, _, hits in sounds_of_piece(rng, piece):
        if what in ("drums", "mix", "pitched"):
            yield what, sound, hits


def main() -> int:
    about = parser_of(__doc__, "bank", "folder", count=300)
    about.add_argument("--more", type=Path, action="append", default=[])
    asked = about.parse_args()
    seeds = seeds_of(asked)
    bank = split_kits(Bank.load(asked.bank), held_out=False)
    percussion = [kit for path in (asked.bank, *asked.more) for kit in percussion_of(path)]
    kits = [*bank.kits, *(kit for path in asked.more for kit in Bank.load(path).kits)]
    for seed in seeds:
        rng = np.random.default_rng([21, seed])
        if seed % _PLAYED_EVERY == 0:
            pieces = played_sounds(rng, seed)
        else:
            pieces = made_sounds(rng, bank, kits, percussion)
        for what, sound, hits in pieces:
            file = asked.folder / f"{what}k{seed}.npz"
            np.savez(file, quick=quick_of(sound), hits=hits.astype(np.float32))
    return 0


if __name__ == "__main__":
    sys.exit(main())
