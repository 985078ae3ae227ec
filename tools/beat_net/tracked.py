"""Songs as trackers play them: what the musician writes, on rows, by few samples and chip waves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from daemon.engines.embedded.composer import compose
from tools.beat_net.kits import FOLDER
from tools.beat_net.musician import brief_of, truth
from tools.beat_net.song import RATE, Song
from tools.train_hearing.bank import instruments, sampled_drums, soundfont_drums
from tools.train_hearing.music import Bank
from tools.train_notes.tracker import tracked

#: Bars of a song.
BARS = 16
#: Seconds of a song that are used.
LONGEST_S = 60.0


def bank_of(font: Path, kept: Path) -> Path:
    """The file of single sounds of a soundfont and of Hydrogen's kits, made where it is missing."""
    if not kept.exists():
        sounds = {**instruments(font), **soundfont_drums(font), **sampled_drums(FOLDER)}
        part = kept.with_suffix(".part.npz")
        np.savez(part, allow_pickle=False, **sounds)
        part.replace(kept)
    return kept


def song(genre: str, seed: int, bank: Bank) -> Song:
    """Sixteen bars as a tracker plays them, in three stems; same seed and bank, same song."""
    random = np.random.default_rng([seed, 4])
    brief = replace(brief_of(genre, random, BARS), kind="midi", swing=None)
    beats, downbeats = truth(compose(brief, seed))
    piece = tracked(random, seed, bank, brief)
    most = round(LONGEST_S * RATE)
    stems = {part: sound[:most].astype(np.float32) for part, sound in piece.stems.items()}
    end_s = max(len(stem) for stem in stems.values()) / RATE
    return Song(
        f"tracked {genre} {seed}", stems, beats[beats < end_s], downbeats[downbeats < end_s]
    )
