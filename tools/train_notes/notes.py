"""Teach the network of notes on the maps that `pieces` stored, first layer and second."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import ndimage

from daemon.hearing.drum_net import DrumNet, drum_net
from daemon.hearing.log_spectra import FRAME_S, LOWEST, Maps
from daemon.notes.note_net import (
    DOUBT,
    FIRST,
    INPUTS,
    LAST,
    PITCHES,
    SECOND_INPUTS,
    FirstSaid,
    NoteNet,
    Padded,
)
from tools.train_notes.learn import Batch, started, taught

SIZES = {
    "first": (INPUTS, 160, 64, 2),
    "second": (SECOND_INPUTS, 192, 64, 2),
}
#: Pieces of a step, and cells of each of them.
_PIECES, _CELLS = 16, 256
_RATE = 1.5e-3
#: What counts more: onsets are few.
_WEIGH = np.array([2.0, 1.0], np.float32)
#: Columns by which an onset's answer fades.
_WIDTH = 1.0
#: Semitones from a note at which its partials, and another's, are mistaken for notes.
_NEAR = np.array(
    [0] * 12
    + [-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, 7, -7]
    + [-12, 12, -19, 19, -24, 24] * 2
    + [28, 31, 36, -28, -36]
)
#: Columns of a sound, from anywhere in it, that the second layer is taught on.
_PASSAGE = 860
#: Mixes are looked at so much more often than parts alone, in the second layer.
_MIXES, _MIXED = ("mix", "pitched"), 2.0
#: Odds of a beginning from which it is looked at more often, and the columns about it.
_LIKELY, _ABOUT = 0.06, 2
#: Of 255, the wanted odds of a column that is a beginning.
_BEGINS = 200
#: By how much strokes of drums are heard worse or better than they are, as an exponent, and how
#: often none are: other kits than the network of drums was taught on.
_HEARD_WORSE, _UNHEARD = 0.35, 0.1


class Taught:
    """A stored sound's maps, and its wanted answers as uint8 (columns, PITCHES, 2)."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self.padded = Padded(Maps(stored["sharp"], stored["quick"]))
            notes, hits = stored["notes"], stored["hits"]
        self.maps = self.padded.maps
        levels = self.maps.quick.mean(axis=1)
        self.rise = np.diff(levels, prepend=levels[:1])
        self.notes = notes[(notes[:, 2] >= FIRST) & (notes[:, 2] <= LAST)]
        self.hits = hits
        columns = len(self.maps)
        onsets, tones = np.zeros((2, columns, PITCHES), np.float32)
        for start, end, pitch, _ in self.notes:
            at, row = start / FRAME_S, int(pitch) - FIRST
            near = np.arange(max(0, int(at) - 3), min(columns, int(at) + 5))
            onsets[near, row] = np.maximum(
                onsets[near, row], np.exp(-0.5 * ((near - at) / _WIDTH) ** 2)
            )
            tones[max(0, round(at)) : max(0, round(end / FRAME_S)), row] = 1
        self.wanted = (np.stack([onsets, tones], axis=2) * 255).astype(np.uint8)

    def _anywhere(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Of a few cells drawn, each time the one where most rises and sounds: silence is easy."""
        columns = rng.integers(0, len(self.maps), (3, count))
        columns = columns[self.rise[columns].argmax(axis=0), np.arange(count)]
        pitches = rng.integers(FIRST, LAST + 1, (4, count))
        loud = self.maps.quick[columns, pitches - LOWEST]
        return columns, pitches[loud.argmax(axis=0), np.arange(count)]

    def cells(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Columns and pitches: many about the onsets, some about the notes, some anywhere."""
        columns, pitches = self._anywhere(rng, count)
        if len(self.notes):
            about = rng.random(count)
            one = self.notes[rng.integers(0, len(self.notes), count)]
            on, off = one[:, 0] / FRAME_S, one[:, 1] / FRAME_S
            near = np.clip(one[:, 2] + rng.choice(_NEAR, count), FIRST, LAST).astype(int)
            starts = np.round(on).astype(int) + rng.integers(-4, 6, count)
            within = (on - 4 + rng.random(count) * (off - on + 16)).astype(int)
            columns = np.where(about < 0.5, starts, np.where(about < 0.75, within, columns))
            pitches = np.where(about < 0.75, near, pitches)
        if len(self.hits):
            struck = np.round(rng.choice(self.hits[:, 0], count) / FRAME_S).astype(int)
            columns = np.where(
                rng.random(count) < 0.12, struck + rng.integers(-1, 3, count), columns
            )
        return np.clip(columns, 0, len(self.maps) - 1), pitches


class Passage:
    """A passage of a sound as the second layer sees it: what the first one said of it."""

    def __init__(
        self, rng: np.random.Generator, sound: Taught, net: NoteNet, drums: DrumNet
    ) -> None:
        start = int(rng.integers(0, max(1, len(sound.maps) - _PASSAGE)))
        own = slice(start, start + _PASSAGE)
        maps = Maps(sound.maps.sharp[own], sound.maps.quick[own])
        self.wanted = sound.wanted[own]
        strokes = drums.heard(maps.quick) ** np.exp(rng.normal(0, _HEARD_WORSE))
        if rng.random() < _UNHEARD:
            strokes = strokes * 0
        said = net.first_said(maps)
        self.seen = FirstSaid(said, strokes, maps).seen
        self.is_asked = said.max(axis=2) > DOUBT
        self.asked = np.argwhere(self.is_asked)
        highest = ndimage.maximum_filter1d(said[:, :, 0], 5, axis=0)
        self.likely = np.argwhere((said[:, :, 0] >= highest) & (highest > _LIKELY))
        self.begins = np.argwhere((self.wanted[:, :, 0] > _BEGINS) & self.is_asked)

    def cells(self, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Of the cells that are asked: a third each about likely beginnings, true ones, any."""
        of = [one if len(one) else self.asked for one in (self.likely, self.begins, self.asked)]
        parts = [
            one[rng.integers(0, len(one), n)] for one, n in zip(of, _thirds(count), strict=True)
        ]
        at = np.concatenate(parts)
        columns = at[:, 0] + rng.integers(-_ABOUT, _ABOUT + 1, count)
        columns = np.clip(columns, 0, len(self.is_asked) - 1)
        near = self.is_asked[columns, at[:, 1]]
        return np.where(near, columns, at[:, 0]), at[:, 1] + FIRST


def _thirds(count: int) -> tuple[int, int, int]:
    return count // 3, count // 3, count - 2 * (count // 3)


def first_batches(rng: np.random.Generator, sounds: list[Taught]) -> Callable[[], Batch]:
    def batch() -> Batch:
        seen, wanted = [], []
        for k in rng.integers(0, len(sounds), _PIECES):
            sound = sounds[int(k)]
            columns, pitches = sound.cells(rng, _CELLS)
            seen.append(sound.padded.seen(columns, pitches))
            wanted.append(sound.wanted[columns, pitches - FIRST].astype(np.float32) / 255)
        return np.concatenate(seen), np.concatenate(wanted)

    return batch


def second_batches(
    rng: np.random.Generator, passages: list[Passage], often: np.ndarray
) -> Callable[[], Batch]:
    """Batches of passages, each drawn as `often` as it says."""
    share = often / often.sum()

    def batch() -> Batch:
        seen, wanted = [], []
        for k in rng.choice(len(passages), _PIECES, p=share):
            passage = passages[int(k)]
            columns, pitches = passage.cells(rng, _CELLS)
            seen.append(passage.seen(columns, pitches))
            wanted.append(passage.wanted[columns, pitches - FIRST].astype(np.float32) / 255)
        return np.concatenate(seen), np.concatenate(wanted)

    return batch


def teach(
    files: list[Path],
    out: Path,
    steps: tuple[int, int],
    count: int,
    before: NoteNet | None,
    rate: float = _RATE,
) -> None:
    """A net taught on the stored sounds, written to `out` every 250 steps.

    The first layer on all of them, the second on passages of `count`. It goes on from `before`,
    where there is one; a layer of no steps is as it was there.
    """
    rng = np.random.default_rng(18)
    found: dict[str, np.ndarray] = dict(before.weights) if before else {}

    def layer_of(layer: str, batch: Callable[[], Batch], steps: int) -> None:
        weights = NoteNet(found).layer(layer) or started(rng, SIZES[layer], 0.05)

        def tell(step: int, loss: float) -> None:
            print(layer, step, f"{loss:.4f}", flush=True)
            keep()

        def keep() -> None:
            found.update({f"{layer}.{name}": value for name, value in weights.items()})
            np.savez(
                out,
                allow_pickle=False,
                **{name: value.astype(np.float16) for name, value in found.items()},
            )

        weights = taught(weights, batch, steps, rate, tell, _WEIGH)
        keep()

    if steps[0]:
        layer_of("first", first_batches(rng, [Taught(path) for path in files]), steps[0])
    if steps[1]:
        net, chosen = NoteNet(found), rng.permutation(len(files))[:count]
        passages: list[Passage] = []
        often: list[float] = []
        for k in chosen:
            passage = Passage(rng, Taught(files[int(k)]), net, drum_net())
            if len(passage.asked):
                passages.append(passage)
                is_mix = any(kind in files[int(k)].stem for kind in _MIXES)
                often.append(_MIXED if is_mix else 1.0)
        layer_of("second", second_batches(rng, passages, np.array(often)), steps[1])


def main() -> int:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("folder", type=Path)
    about.add_argument("out", type=Path)
    about.add_argument("--steps", type=int, default=4000, help="steps of the first layer")
    about.add_argument("--second-steps", type=int, default=4000, help="steps of the second")
    about.add_argument("--second", type=int, default=1200, help="sounds of the second layer")
    about.add_argument("--before", type=Path, help="a net to go on from")
    about.add_argument("--rate", type=float, default=_RATE)
    asked = about.parse_args()
    files = sorted(asked.folder.glob("*.npz"))
    before = NoteNet.load(asked.before) if asked.before else None
    teach(files, asked.out, (asked.steps, asked.second_steps), asked.second, before, asked.rate)
    return 0


if __name__ == "__main__":
    sys.exit(main())
