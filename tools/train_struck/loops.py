"""Loops of the musician with and without their drums, as the judge of drums is taught on them.

python -m tools.train_struck.loops BANK.npz SOUNDS --first-seed 6000 --count 120
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from daemon.hearing.drum_net import ROLES, role_of
from daemon.hearing.log_spectra import RATE
from tools.examples import parser_of, seeds_of
from tools.train_hearing.music import Bank
from tools.train_notes import kits
from tools.train_notes.pieces import Piece, altered, on_kit, played
from tools.train_separator.mixes import split_kits
from tools.train_struck.sounds import Made, stored

_UNPITCHED = ("drums", "texture", "fx")
#: dB of drums over the rest of a mix, mean and spread: softer than a record's.
_DRUMS_DB = (-5.0, 7.0)
#: Share of sounds that are pressed, roomed or coded as records are, and that crackle as vinyl.
_RECORDED, _CRACKLES = 0.4, 0.25
_ROWS = {role: n for n, role in enumerate(ROLES)}


def of_loop(rng: np.random.Generator, seed: int, bank: Bank) -> Iterator[Made]:
    """A loop without its drums, whole and in part, under its own drums and a kit's, and these."""
    piece = played(rng, seed, int(rng.choice([2, 4])))
    pitched = [part for part in piece.stems if part not in _UNPITCHED]
    some = [str(part) for part in rng.permutation(pitched)[: int(rng.integers(1, 4))]]
    around = [part for part in piece.stems if part in ("texture", "fx")]
    for parts in (pitched, [*pitched, *around], some):
        yield _heard(rng, f"tones: loop {seed}", piece, parts, None)
    strokes = piece.notes.get("drums", np.zeros((0, 4)))
    if not len(strokes):
        return
    own = piece.stems["drums"], strokes
    sound, kept = on_kit(rng, strokes, bank)
    length = len(own[0])
    other = np.pad(sound, (0, 2 * length))[: 2 * length].reshape(2, length).sum(axis=0), kept
    yield _heard(rng, f"drums: loop {seed}", piece, [], own)
    for drums in (own, other):
        if len(drums[1]):
            yield _heard(rng, f"mix: loop {seed}", piece, pitched, drums)
    few = np.isin(strokes[:, 2], rng.permutation(np.unique(strokes[:, 2]))[:1])
    sound, kept = on_kit(rng, strokes[few], bank)
    if len(kept):
        soft = np.pad(sound, (0, length))[:length], kept
        yield _heard(rng, f"mix: loop {seed} few", piece, some, soft)


def _heard(
    rng: np.random.Generator,
    kind: str,
    piece: Piece,
    parts: list[str],
    drums: tuple[np.ndarray, np.ndarray] | None,
) -> Made:
    """The parts, and drums over them at a drawn level, as a record of them sounds."""
    length = len(next(iter(piece.stems.values())))
    sound: np.ndarray = np.zeros(length, np.float32)
    for part in parts:
        sound = sound + piece.stems[part] * np.float32(10 ** (rng.normal(0, 3) / 20))
    rows = [piece.notes[part] for part in parts if part not in _UNPITCHED and part in piece.notes]
    notes = np.concatenate([np.zeros((0, 4)), *rows])
    hits = np.zeros((0, 3))
    if drums is not None:
        struck, strokes = drums
        level_db = rng.normal(*_DRUMS_DB)
        gain = 10 ** (level_db / 20) * _rms(sound) / _rms(struck) if parts else 1.0
        sound = sound + (struck * gain).astype(np.float32)
        hits = np.array(
            [
                (at, _ROWS[role_of(int(pitch))], loud)
                for at, _, pitch, loud in strokes
                if role_of(int(pitch))
            ]
        ).reshape(-1, 3)
        kind += f" {level_db:.0f} dB" if parts else ""
    if rng.random() < _RECORDED:
        sound = kits.recorded(rng, sound)
    if rng.random() < _CRACKLES:
        sound = _crackling(rng, sound)
    sound, notes, hits = altered(rng, sound, notes, hits)
    return Made(kind, sound, hits, notes)


def _rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound**2))) + 1e-9


def _crackling(rng: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """With the clicks of a worn record, none of them alike."""
    out = sound.copy()
    loud = _rms(sound) * 10 ** (rng.uniform(-20, 4) / 20)
    for at in rng.integers(0, len(sound), round(rng.uniform(1, 14) * len(sound) / RATE)):
        length = int(rng.integers(2, 40))
        click = rng.standard_normal(length) * np.exp(-np.arange(length) / (length / 4))
        own = (click * loud * 10 ** (rng.normal(0, 6) / 20))[: len(out) - at]
        out[at : at + len(own)] += own.astype(np.float32)
    return out


def main() -> int:
    asked = parser_of(__doc__, "bank", "folder", count=120, first_seed=6000).parse_args()
    seeds = seeds_of(asked)
    bank = split_kits(Bank.load(asked.bank), held_out=False)
    for seed in seeds:
        made = list(of_loop(np.random.default_rng([181, seed]), seed, bank))
        np.savez(asked.folder / f"loop{seed}.npz", allow_pickle=False, **stored(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
