"""Pieces as bands play them: MMA's grooves, another arranger than the musician, by SoundFonts.

    apt install mma
    python -m tools.train_notes.bands BANK.npz PIECES SOUNDFONT... --count 100

Walking basses, strummed and plucked chords, fills: some 260 styles, a few bars of each, their programs
now and then changed, over the SoundFont's drums or a sampled kit.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np

from tools.beat_net.styles import grooves, written
from tools.examples import parser_of, seeds_of
from tools.train_hearing.music import BASS, LEAD, PAD, Bank
from tools.train_notes.pieces import Piece, by_font, notes_of, on_kit, sounds_of, store
from tools.train_separator.mixes import split_kits

#: s of a song that are played, and the most parts beside bass and drums.
_LENGTH_S, _PARTS = 14.0, 4
#: Share of the parts whose program is another than the groove's, and of kits that are sampled.
_OTHER, _SAMPLED = 0.4, 0.5


def band(rng: np.random.Generator, seed: int, fonts: list[Path], bank: Bank) -> Piece | None:
    """A few bars of a groove, as bass, chords and drums; None where it is none."""
    own = grooves()
    song = written(own[int(rng.integers(len(own)))], seed)
    if song is None:
        return None
    file, _, downbeats_s = song
    held = io.BytesIO()
    file.save(file=held)
    start_s = float(rng.choice(downbeats_s[: len(downbeats_s) // 2]))
    parts = {
        name: _within(rows, start_s)
        for name, rows in notes_of(held.getvalue()).items()
        if len(rows)
    }
    programs = {track.name: [m.program for m in track if m.type == "program_change"]
                for track in file.tracks}  # fmt: skip
    font = fonts[int(rng.integers(len(fonts)))]
    up = int(rng.integers(-5, 6))
    stems: dict[str, list[np.ndarray]] = {}
    notes: dict[str, list[np.ndarray]] = {}
    for name in [str(one) for one in rng.permutation(sorted(parts))][: _PARTS + 2]:
        rows, part = parts[name], _part_of(name)
        if not len(rows):
            continue
        if part == "drums" and rng.random() < _SAMPLED:
            sound, rows = on_kit(rng, rows, bank)
        else:
            program = None
            if part != "drums":
                rows[:, 2] = np.clip(rows[:, 2] + up, 24, 104)
                program = _program(rng, part, programs[name])
            sound = by_font(font, rows, program)
        stems.setdefault(part, []).append(sound)
        notes.setdefault(part, []).append(rows)
    if not stems.keys() - {"drums"}:
        return None
    frames = max(len(sound) for own in stems.values() for sound in own)
    summed = {
        part: np.sum([np.pad(sound, (0, frames - len(sound))) for sound in own], axis=0)
        for part, own in stems.items()
    }
    kept = {part: np.concatenate(own) for part, own in notes.items()}
    return Piece({part: sound.astype(np.float32) for part, sound in summed.items()}, kept, False)


def _part_of(track: str) -> str:
    kind = track.split("-")[0].lower()
    return "drums" if kind == "drum" else "bass" if kind in ("bass", "walk") else "chords"


def _program(rng: np.random.Generator, part: str, own: list[int]) -> int:
    """The groove's own, or another."""
    if own and own[0] < 112 and rng.random() > _OTHER:
        return own[0]
    kinds = {"bass": BASS, "chords": PAD if rng.random() < 0.25 else LEAD}
    return int(rng.choice(kinds[part]))


def _within(rows: np.ndarray, start_s: float) -> np.ndarray:
    """The notes that begin in the passage, from its start on; no longer than two seconds after."""
    inside = (rows[:, 0] >= start_s - 0.02) & (rows[:, 0] < start_s + _LENGTH_S)
    kept = rows[inside] - [start_s, start_s, 0, 0]
    kept[:, 0] = np.maximum(kept[:, 0], 0)
    kept[:, 1] = np.minimum(kept[:, 1], _LENGTH_S + 2)
    return kept


def main() -> int:
    asked = parser_of(__doc__, "bank", "folder", "fonts", count=100).parse_args()
    seeds = seeds_of(asked)
    bank = split_kits(Bank.load(asked.bank), held_out=False)
    for seed in seeds:
        rng = np.random.default_rng([218, seed])
        piece = band(rng, seed, asked.fonts, bank)
        if piece is None:
            continue
        for what, sound, notes, hits in sounds_of(rng, piece):
            store(asked.folder / f"band_{what}{seed}.npz", sound, notes, hits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
