"""Full mixes as they are left without their drums, for the second layer that hears those.

    python -m tools.train_notes.left LEFT SOUNDFONT... --count 300

Our own separator takes the drums out. Two of five mixes are what the musician writes, played by a
SoundFont; the others are his own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from daemon.hearing.log_spectra import RATE
from daemon.notes.drumless import drumless
from tools.examples import parser_of, seeds_of
from tools.train_notes.pieces import UNPITCHED, around, played, sampled, store

#: s of a piece that is no loop, and of the longest loop.
_LENGTH_S, _LONGEST_S = 13, 24
#: dB by which parts are louder or softer than they were made.
_SPREAD_DB = {"drums": 3.5}
_SPREAD_OTHERS_DB = 2.5


def left_of(seed: int, fonts: list[Path]) -> tuple[np.ndarray, np.ndarray] | None:
    """float32 (frames,) at `RATE` and its notes, as `store` takes them; None without drums."""
    rng = np.random.default_rng([18, seed])
    piece = sampled(rng, seed, fonts, None) if seed % 5 < 2 else played(rng, seed)
    stems = piece.stems
    if not piece.is_loop:
        stems = {part: sound[: _LENGTH_S * RATE] for part, sound in stems.items()}
    frames = max(map(len, stems.values()))
    if "drums" not in stems or frames > _LONGEST_S * RATE:
        return None
    mix = np.zeros(frames, np.float32)
    for part, sound in stems.items():
        gain_db = rng.normal(0, _SPREAD_DB.get(part, _SPREAD_OTHERS_DB))
        mix[: len(sound)] += sound * np.float32(10 ** (gain_db / 20))
    pitched = [own for part, own in piece.notes.items() if part in stems.keys() - set(UNPITCHED)]
    notes = np.concatenate([np.zeros((0, 4)), *pitched])
    left = drumless(mix, piece.is_loop)
    if not piece.is_loop:
        return left, notes[notes[:, 0] < frames / RATE]
    sound, notes, _ = around(left, notes, np.zeros((0, 3)))
    return sound, notes


def main() -> int:
    asked = parser_of(__doc__, "folder", "fonts", count=300, first_seed=8000).parse_args()
    seeds = seeds_of(asked)
    for seed in seeds:
        if (found := left_of(seed, asked.fonts)) is not None:
            store(asked.folder / f"mix{seed}.npz", *found, np.zeros((0, 3)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
