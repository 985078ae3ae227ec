"""Grooves learnt from sounds, and put on loops of sound: step lateness beside the truth, in ms.

The models are played by the embedded musician in feels whose lateness is known. Loops of drums and
loops of the whole band, of other genres, take them over; what comes is heard again. A step counts
where the model and the loop both play notes.

    python -m benchmarks grooves
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.change import FIRST_SEED, musician
from daemon.audio.seam import measure_seam
from daemon.brief import Brief
from daemon.engines.embedded.notes import STEP
from daemon.errors import ConformError
from daemon.pieces.attacks import feel_of_sound
from daemon.pieces.feel import named_feel
from daemon.pieces.going_on import part_of_bars
from daemon.pieces.groove import groove, with_feel
from daemon.pieces.piece import Piece
from daemon.pieces.play import play

_BPM, _RATE = 110, 44100
_MS = 60_000 / _BPM / (4 * STEP)
#: A model of the second column's feel by each genre of the first.
_MODELS = (("funk", "mpc 62"), ("rock", "samba"), ("house", "mpc 58"))
_GENRES = ("house", "funk", "rock", "boom bap")


def bench() -> None:
    with tempfile.TemporaryDirectory() as folder:
        learnt_table(Path(folder))
        carried_table(Path(folder))


def straight_loop(genre: str, *, drums_only: bool) -> Piece:
    """Four bars of the musician with every note on its step."""
    piece = musician(genre, FIRST_SEED + 99)
    parts = [part for part in piece.parts if part.is_drums or not drums_only]
    whole = part_of_bars(piece.with_parts(parts), 0, 4)
    return with_feel(whole, named_feel("straight", _BPM), 1.0, 0)


def written(folder: Path, piece: Piece, genre: str, name: str) -> Path:
    """The piece played by the musician, as a file whose name says its tempo."""
    path = folder / f"{name} {_BPM}bpm.wav"
    sound = play(piece, Brief("", "", genre=genre), lambda *_: None)
    soundfile.write(path, sound, _RATE, "FLOAT")
    return path


def late_steps(straight: Piece, felt: Piece) -> dict[int, int]:
    """The ticks that the notes of each step of a bar are late."""
    pairs = zip(straight.notes, felt.notes, strict=False)
    return {old.start // STEP % 16: new.start - old.start for old, new in pairs}


def _told(name: str, off: list[float], rest: str = "") -> None:
    print(f"{name:<22}median {statistics.median(off):.2f}, 90 % {np.quantile(off, 0.9):.2f}{rest}")


def learnt_table(folder: Path) -> None:
    print("\ngroove learnt from a sound: lateness off, in ms over steps with a stroke")
    for genre in _GENRES:
        off: list[float] = []
        straight = straight_loop(genre, drums_only=True)
        for name in ("straight", "mpc 58", "samba"):
            felt = with_feel(straight, named_feel(name, _BPM), 1.0, 0)
            learnt = feel_of_sound(written(folder, felt, genre, "model"))
            true = late_steps(straight, felt)
            off += [abs(learnt.late[step] - late) * _MS for step, late in true.items()]
        _told(genre, off)


def carried_table(folder: Path) -> None:
    print("\ngroove put on a loop of sound: lateness off its model's, in ms over steps of both")
    models = []
    for genre, feel in _MODELS:
        straight = straight_loop(genre, drums_only=True)
        felt = with_feel(straight, named_feel(feel, _BPM), 1.0, 0)
        models.append((written(folder, felt, genre, feel), late_steps(straight, felt)))
    for drums_only in (True, False):
        every: list[float] = []
        for genre in _GENRES:
            loop = straight_loop(genre, drums_only=drums_only)
            source = written(folder, loop, genre, "source")
            own = {note.start // STEP % 16 for note in loop.notes}
            off: list[float] = []
            seams = []
            for model, true in models:
                audio = carried(source, model, folder)
                seams.append(measure_seam(audio).jump)
                heard = folder / f"felt {_BPM}bpm.wav"
                soundfile.write(heard, audio, _RATE, "FLOAT")
                try:
                    late = feel_of_sound(heard).late
                except ConformError as fault:
                    print(f"{genre}: {fault.text}")
                    continue
                off += [abs(late[step] - true[step]) * _MS for step in own & true.keys()]
            _told(f"{genre}, {'drums' if drums_only else 'all'}", off, f", seam {max(seams):.2f}")
            every += off
        _told("drums" if drums_only else "all", every)


def carried(source: Path, model: Path, folder: Path) -> np.ndarray:
    """The loop with the model's groove, float32 (frames, channels)."""
    brief = Brief("", "", do="groove", reference=str(source), other=str(model), bpm=None)
    (result,) = groove(brief, {"amount": 1.0}, folder, lambda *_: None)
    assert result.audio is not None
    assert len(result.audio) == soundfile.info(source).frames
    return result.audio


if __name__ == "__main__":
    bench()
