"""The training set: takes of all sources as features, each song kept in a file of its own."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

import mido
import numpy as np

from daemon.engines.embedded.styles import STYLES
from daemon.hearing.beat_features import FPS, features
from tools.beat_net import game_songs, kits, musician, styles, tracked
from tools.beat_net.augment import take
from tools.beat_net.beatless import KINDS, beatless
from tools.beat_net.song import RATE, Song
from tools.beat_net.soundfonts import recast, stems
from tools.train_hearing.music import Bank

#: Steps of a byte per unit of the features' logarithm, which ends near 7.9.
STEPS = 32.0
#: Takes of a song; of whole songs of games there are two more.
TAKES = 4
#: Share of the songs of MIDI whose drums are real one-shots.
REAL_DRUMS = 0.4


@dataclass(frozen=True)
class Example:
    """One take: `levels` uint8 (frames, bands), and its truth in seconds."""

    name: str
    levels: np.ndarray
    beats_s: np.ndarray
    downbeats_s: np.ndarray
    bars_known: bool


@dataclass(frozen=True)
class Recipe:
    """One song to be made and the number of takes of it. `song` gives None where it cannot be."""

    name: str
    takes: int
    song: Callable[[], Song | None]
    beatless: bool = False


@lru_cache(maxsize=1)
def _kits() -> list[kits.Kit]:
    return kits.kits()


#: A song's notes, its beats and downbeats in s, and whether the bars are known.
_Written = tuple[mido.MidiFile, np.ndarray, np.ndarray, bool]


@lru_cache(maxsize=1)
def _bank(path: Path) -> Bank:
    return Bank.load(path)


def _tracked(genre: str, seed: int, bank: Path) -> Song:
    return tracked.song(genre, seed, _bank(bank))


def _of_midi(
    name: str,
    fonts: tuple[Path, ...],
    seed: int,
    written: Callable[[], _Written | None],
) -> Song | None:
    made = written()
    if made is None:
        return None
    file, beats, downbeats, bars_known = made
    random = np.random.default_rng([seed, zlib.crc32(name.encode())])
    cast = recast(file, random) if random.random() < 0.7 else file
    sound = stems(cast, fonts[int(random.integers(len(fonts)))])
    if _kits() and random.random() < REAL_DRUMS and "drums" in sound:
        kit = _kits()[int(random.integers(len(_kits())))]
        sound["drums"] = kits.hit(file, kit, random) * 0.4
    most = round(game_songs.LONGEST_S * RATE)
    sound = {part: stem[:most] for part, stem in sound.items()}
    return Song(name, sound, beats, downbeats, bars_known) if sound else None


def _composed(genre: str, seed: int) -> _Written:
    return *musician.written(genre, seed), True


def _grooved(groove: styles.Groove, seed: int) -> _Written | None:
    made = styles.written(groove, seed)
    return (*made, True) if made else None


def recipes(fonts: tuple[Path, ...], bank: Path | None, seed: int) -> list[Recipe]:
    """All songs of the set in a shuffled order; same seed and packages, same list.

    `bank` is the file of single sounds of songs as trackers play them; without it there are none.
    """
    found = []
    source: Callable[[], _Written | None]
    for k, genre in enumerate(STYLES):
        for turn in range(2):
            number = seed * 1000 + k * 10 + turn
            found.append(
                Recipe(f"played {genre} {number}", TAKES, partial(musician.played, genre, number))
            )
            if bank:
                played = partial(_tracked, genre, number, bank)
                found.append(Recipe(f"tracked {genre} {number}", TAKES, played))
        if fonts:
            name = f"written {genre} {seed}"
            source = partial(_composed, genre, seed * 1000 + k)
            found.append(Recipe(name, TAKES, partial(_of_midi, name, fonts, seed, source)))
    if fonts:
        for groove in styles.grooves():
            name = f"groove {groove.path.parent.name} {groove.path.stem} {seed}"
            source = partial(_grooved, groove, seed)
            found.append(Recipe(name, TAKES, partial(_of_midi, name, fonts, seed, source)))
        for title, data in game_songs.found():
            name = f"game {title}"
            source = partial(game_songs.read, data)
            found.append(Recipe(name, TAKES + 2, partial(_of_midi, name, fonts, seed, source)))
    for kind in KINDS:
        for turn in range(10):
            number = seed * 1000 + turn
            found.append(
                Recipe(f"beatless {kind} {number}", 1, partial(beatless, kind, number), True)
            )
    order = np.random.default_rng(seed).permutation(len(found))
    return [found[int(k)] for k in order]


def _made(recipe: Recipe, folder: Path) -> None:
    """Write the takes of one song, or an empty file where it cannot be made."""
    path = _path(recipe, folder)
    if path.exists():
        return
    song = recipe.song()
    held: dict[str, np.ndarray] = {}
    for turn in range(recipe.takes if song is not None else 0):
        assert song is not None
        random = np.random.default_rng([zlib.crc32(recipe.name.encode()), turn])
        one = take(song, random)
        levels = np.clip(np.round(features(one.sound, RATE) * STEPS), 0, 255).astype(np.uint8)
        held |= {
            f"levels{turn}": levels,
            f"beats{turn}": one.beats_s,
            f"downbeats{turn}": one.downbeats_s,
            f"bars{turn}": np.array(song.bars_known),
        }
    part = path.with_suffix(".part.npz")
    np.savez(part, allow_pickle=False, **held)
    os.replace(part, path)


def _path(recipe: Recipe, folder: Path) -> Path:
    return folder / f"{zlib.crc32(recipe.name.encode()):08x}.npz"


@contextmanager
def making(found: list[Recipe], folder: Path, processes: int) -> Iterator[Callable[[], None]]:
    """Songs that are not yet in `folder` are made, in processes of their own, while this is open.

    It gives a function that waits a second for more songs. It raises what stopped their making.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with get_context("fork").Pool(processes) as pool:
        work = pool.map_async(partial(_made, folder=folder), found, chunksize=1)

        def wait() -> None:
            if work.ready():
                work.get()
            time.sleep(1)

        yield wait


def load(found: list[Recipe], folder: Path, wait: Callable[[], None]) -> list[Example]:
    """The takes of those songs, in their order; `wait` is called while one is not there yet."""
    examples = []
    for recipe in found:
        path = _path(recipe, folder)
        while not path.exists():
            wait()
        with np.load(path) as held:
            for turn in range(sum(name.startswith("levels") for name in held.files)):
                examples.append(
                    Example(
                        recipe.name,
                        held[f"levels{turn}"],
                        held[f"beats{turn}"],
                        held[f"downbeats{turn}"],
                        bool(held[f"bars{turn}"]),
                    )
                )
    return examples


def hours(examples: list[Example]) -> float:
    return sum(len(example.levels) for example in examples) / FPS / 3600
