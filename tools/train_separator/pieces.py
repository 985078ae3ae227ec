"""Pieces to train on, written to files: the musician's, and written ones on kits without end.

    python -m tools.train_separator.pieces BANK.npz MIXES --more MORE.npz --count 110
    python -m tools.train_separator.pieces BANK.npz MIXES --more MORE.npz --each 0 --count 150 \
        --first-seed 2000

Each piece is mixed a few times: other levels, another stretch of it, other places between the
sides, and often the drums, the bass or the rest of a piece before, so that nothing is learnt of which
drums go with which tones.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soxr

from tools.beat_net.singer import voice
from tools.beat_net.song import RATE as VOICE_RATE
from tools.examples import parser_of, seeds_of
from tools.train_hearing.music import RATE, Bank
from tools.train_notes.kits import BARS, GAINS, PIECES, SLOTS, Kit, written
from tools.train_notes.made_kits import made_kit
from tools.train_separator.mixes import (
    at_other_speeds,
    made,
    mixed,
    pieces_of,
    placed,
    played,
    roomed,
    split_kits,
    stored,
)

#: Shares of pieces that are the musician's; of the others, those whose drums are drawn beats on any
#: kit, and of those the ones on a made kit.
_PLAYED, _DRAWN, _MADE = 0.45, 0.65, 0.4
#: Shares of mixes with another piece's part, and with a voice in the rest.
_OTHERS = {"drums": 0.45, "bass": 0.3, "other": 0.3}
_SUNG = 0.15
#: Shares of mixes as longer windows show them, of parts in another room and in another place.
_LOW, _ROOMED, _PLACED = 0.4, 0.2, 0.5
#: Pieces back from which parts are taken; s of a mix.
_BACK, _MIX_S = 24, 4.0


def struck(rng: np.random.Generator, kits: list[Kit]) -> dict[str, np.ndarray]:
    """A drawn beat with fills, rides and crashes: float32 (frames, 2) by piece of the kit."""
    six_s = 15 / float(np.clip(np.exp(rng.normal(np.log(115), 0.25)), 66, 180))
    kit = made_kit(rng) if rng.random() < _MADE else dict(kits[int(rng.integers(len(kits)))])
    for name in list(kit):
        other = kits[int(rng.integers(len(kits)))]
        if name in other and rng.random() < 0.25:
            kit[name] = other[name]
    sounds = {
        name: [own[int(k)] for k in rng.permutation(len(own))[:4]]
        for name, own in kit.items()
        if name in GAINS
    }
    gains = {name: rng.uniform(*GAINS[name]) for name in GAINS}
    spread = rng.uniform(0, 0.6) * (rng.random() < 0.6)
    pans = {name: rng.uniform(-spread, spread) * (name != "kick") for name in GAINS}
    frames = round((BARS * SLOTS * six_s + 1.0) * RATE)
    out: dict[str, np.ndarray] = {}
    strokes = written(rng, six_s)
    shut = [at_s for at_s, name, *_ in strokes if name == "hat"]
    for at_s, name, which, velocity in strokes:
        if name not in sounds:
            continue
        at = round(at_s * RATE)
        sound = sounds[name][which % len(sounds[name])].astype(np.float32)
        if name == "ohat":
            ends = next((s for s in shut if s > at_s + 0.03), at_s + 9.0)
            sound = _ended(sound, round((ends - at_s) * RATE))
        sound = sound[: frames - at] * np.float32(gains[name] * velocity)
        track = out.setdefault(f"drums/{PIECES[name]}", np.zeros((frames, 2), np.float32))
        track[at : at + len(sound), 0] += sound * np.float32(1 - max(pans[name], 0))
        track[at : at + len(sound), 1] += sound * np.float32(1 + min(pans[name], 0))
    if rng.random() < 0.4:
        out = {name: roomed(rng, track).astype(np.float32) for name, track in out.items()}
    return at_other_speeds(rng, out)


def _ended(sound: np.ndarray, frames: int) -> np.ndarray:
    sound = np.array(sound[: max(1, frames)])
    fade = min(len(sound), round(0.02 * RATE))
    sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return sound


def sung(rng: np.random.Generator, frames: int) -> np.ndarray:
    """A made voice with a room: float32 (frames, 2)."""
    seconds = frames / RATE
    mono = voice(round(seconds * VOICE_RATE), float(rng.uniform(0.35, 0.85)), rng)
    mono = soxr.resample(mono, VOICE_RATE, RATE)
    mono = np.pad(mono, (0, max(0, frames - len(mono))))[:frames]
    return roomed(rng, np.repeat(mono[:, None], 2, axis=1)).astype(np.float32)


def with_others(
    rng: np.random.Generator, own: dict[str, np.ndarray], before: list[dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """The piece, often with parts of ones before, and now and then with a voice."""
    found = dict(own)
    for part, share in _OTHERS.items():
        if before and rng.random() < share:
            other = before[int(rng.integers(len(before)))]
            taken = {name: sound for name, sound in other.items() if name.startswith(part)}
            if taken:
                kept = {n: sound for n, sound in found.items() if not n.startswith(part)}
                found = kept | taken
    if "other" in found and rng.random() < _SUNG:
        other_sound = found["other"]
        level = float(np.sqrt(np.mean(other_sound**2))) + 1e-6
        tune = sung(rng, len(other_sound))
        tune *= level / (float(np.sqrt(np.mean(tune**2))) + 1e-6) * 10 ** (rng.uniform(-6, 9) / 20)
        found["other"] = other_sound + tune
    for part in _OTHERS:
        if rng.random() < _PLACED:
            # all drums of a kit alike
            state = rng.bit_generator.state
            for name in [name for name in found if name.startswith(part)]:
                rng.bit_generator.state = state
                found[name] = placed(rng, found[name])
    if rng.random() < _ROOMED and (name := str(rng.choice(sorted(found)))) != "bass":
        found[name] = roomed(rng, found[name]).astype(np.float32)
    return found


def main() -> int:
    about = parser_of(__doc__, "bank", "folder", count=250, counted="pieces")
    about.add_argument("--more", type=Path, action="append", default=[])
    about.add_argument("--each", type=int, default=3, help="mixes of a piece; 0: drums")
    asked = about.parse_args()
    seeds = seeds_of(asked)
    bank = split_kits(Bank.load(asked.bank), held_out=False)
    kits = [*bank.kits, *(kit for path in asked.more for kit in Bank.load(path).kits)]
    before: list[dict[str, np.ndarray]] = []
    for seed in seeds:
        rng = np.random.default_rng([22, seed])
        if asked.each and rng.random() < _PLAYED:
            found = played(rng, seed)
        else:
            found = made(rng, bank)
            if rng.random() < _DRAWN:
                kept = {n: sound for n, sound in found.items() if not n.startswith("drums")}
                found = kept | struck(rng, kits)
            if any(name.startswith("drums/") for name in found):
                sounds = pieces_of(rng, found)
                np.savez(
                    asked.folder / f"drums{seed}.npz", allow_pickle=False, **stored(rng, sounds)
                )
        for n in range(asked.each):
            sounds = mixed(rng, with_others(rng, found, before), _MIX_S)
            if any(sound.any() for sound in sounds.values()):
                low = rng.random() < _LOW
                np.savez(
                    asked.folder / f"mix{seed}-{n}.npz",
                    allow_pickle=False,
                    **stored(rng, sounds, low=low),
                )
        before = [*before[1 - _BACK :], found]
    return 0


if __name__ == "__main__":
    sys.exit(main())
