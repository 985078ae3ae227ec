"""Where a clip's stems come from: the files beside it.

Where there are none, the embedded musician plays the clip's own plan once more.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from daemon.audio.files import read_audio
from daemon.audio.resample import fit_length
from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.crate.names import part_of_stem
from daemon.engines.contract import Take
from daemon.errors import LibraryError
from daemon.parts.own import mean_power
from daemon.parts.pieces import with_rest
from daemon.record import ClipRecord

if TYPE_CHECKING:
    from daemon.engines.embedded.engine import ChangeNotes

#: Largest share of the clip's power by which a replay may differ. Rounding to 24 bits stays far
#: below; another sound is far above.
_MOST_DIFFERENCE = 0.02
#: Largest share of the drums' power by which their lines may miss them: -60 dB.
_MOST_REST = 1e-6


def read_stems(record: ClipRecord, audio: np.ndarray, sample_rate: int) -> dict[str, np.ndarray]:
    """Part name -> float32 (frames, channels), each as long as the clip.

    LibraryError code `no_stems` where there are none and none can be made.
    """
    files = [Path(path) for path in record.get("stems") or () if Path(path).is_file()]
    if files:
        return {part_of_stem(path): _like(_at_rate(path, sample_rate), audio) for path in files}
    if (
        record.get("engine") == "embedded"
        and record.get("plan")
        and record["kind"] in ("loop", "track")
    ):
        return _played_again(record, audio, sample_rate)
    raise LibraryError(
        f"clip {record['id']} has no stems, and no plan that plays them again;"
        f" `sidecrate split {record['id']}` takes its mix apart, by estimate",
        "no_stems",
    )


def _at_rate(path: Path, sample_rate: int) -> np.ndarray:
    audio, rate = read_audio(path)
    return Sound(audio, rate).at_rate(sample_rate).audio


def play_again(record: ClipRecord, sample_rate: int, change: ChangeNotes | None = None) -> Take:
    """Replay the record's plan: a clip of the embedded musician, or one of its notes alone.

    `change` gives each part's notes otherwise than the plan has them.
    """
    from daemon.engines.embedded.engine import make, make_changed

    request, seed = record.get("request") or {}, record["seed"]
    assert seed is not None, "what the embedded musician plays comes from a seed"
    brief = Brief(
        record.get("prompt") or "", record.get("words") or "",
        kind="loop" if record["kind"] == "midi" else record["kind"], bpm=record["bpm"],
        key_name=record.get("key"), meter_name=record["meter"] or "4/4", bars=record.get("bars"),
        seconds=record.get("seconds"), seed=seed, genre=record.get("genre") or "",
        plan=record["plan"], kit=request.get("kit"), kit_files=tuple(record.get("kit_files") or ()),
        fonts=tuple(record.get("fonts") or ()),
        sample_rate=sample_rate, stems=True,
    )  # fmt: skip
    if change is not None:
        return make_changed(brief, seed, change, _unheard)
    return make(brief, seed, _unheard)


#: Which piece each drum of a plan is; other percussion counts with the toms.
_PIECES = {
    "kick": ("kick", "hard kick"),
    "snare": ("snare", "clap", "snap", "rim", "brush", "brush sweep"),
    "hats": ("hat", "open hat", "shaker", "tambourine", "sleigh bells", "chip noise"),
    "cymbals": ("ride", "crash", "gong", "triangle"),
}


def pieces_of_plan(
    record: ClipRecord, drums: np.ndarray, sample_rate: int
) -> tuple[dict[str, np.ndarray], bool]:
    """The drums of a clip of our own by piece, float32 (frames, channels) each; they add up to it.

    A loop's lines are played alone once more. They are exact, which the second answer says, where
    the clip still has the drums of its plan. Else the spectra of those lines share out the drums as
    they stand: nearly exact, where two pieces do not strike at once.
    """
    played = _lines_of_plan(record, len(drums), sample_rate)
    lines = {piece: _like(line, drums) for piece, line in played.items()}
    total = np.sum(list(lines.values()), axis=0, dtype=np.float64)
    power = float((total**2).sum())
    gain = float((total * drums).sum() / power) if power > 0 else 0.0
    rest = drums - gain * total
    if float((rest**2).sum()) <= _MOST_REST * float((drums.astype(np.float64) ** 2).sum()):
        pieces = {piece: line * np.float32(gain) for piece, line in lines.items()}
        pieces = with_rest(drums, pieces, max(pieces, key=lambda one: mean_power(pieces[one])))
        exact = True
    else:
        pieces, exact = _shared_out(drums, lines, sample_rate), False
    silent = np.zeros_like(drums)
    return {piece: pieces.get(piece, silent) for piece in (*_PIECES, "toms")}, exact


def _lines_of_plan(record: ClipRecord, frames: int, sample_rate: int) -> dict[str, np.ndarray]:
    """The lines of a clip's drums by piece: a loop's as they stand in its mix, a track's dry."""
    from daemon.engines.embedded.buses import part_sounds, place
    from daemon.engines.embedded.engine import player_of
    from daemon.engines.embedded.plan import read_plan
    from daemon.engines.embedded.render import play_lines
    from daemon.engines.embedded.score import Score

    plan = read_plan(record["plan"] or {})
    request = record.get("request") or {}
    kit_files = tuple(record.get("kit_files") or ())
    fonts = tuple(record.get("fonts") or ())
    player = player_of(sample_rate, request.get("kit"), kit_files, fonts, plan)
    score = Score(plan)
    notes = {part: score.part(part) for part in plan.parts}
    known = {voice: piece for piece, voices in _PIECES.items() for voice in voices}
    groups = {
        piece: [note for note in notes["drums"] if known.get(note.voice, "toms") == piece]
        for piece in (*_PIECES, "toms")
    }
    lines = {piece: own for piece, own in groups.items() if own}
    if record["kind"] == "loop":
        return play_lines(plan, notes, player, lines, _unheard)
    sounds = part_sounds(plan, "drums")
    return {
        piece: place(own, sounds, plan.bpm, player, frames, early=plan.early)
        for piece, own in lines.items()
    }


def _shared_out(
    drums: np.ndarray, lines: dict[str, np.ndarray], sample_rate: int
) -> dict[str, np.ndarray]:
    from daemon.parts.spectra import Spectra

    whole = Spectra(drums, sample_rate)
    powers = {name: Spectra(line, sample_rate).magnitude ** 2 for name, line in lines.items()}
    total = sum(powers.values())
    floor = 1e-6 * float(np.mean(total)) + 1e-12
    # what rings on where nothing is played any more goes to all alike
    share = total + len(powers) * floor
    return {piece: whole.sound_of((one + floor) / share) for piece, one in powers.items()}


def stems_changed(
    record: ClipRecord, audio: np.ndarray, sample_rate: int, change: ChangeNotes
) -> dict[str, np.ndarray]:
    """The stems of a clip of our own with other notes, as `read_stems` gives those it has.

    LibraryError code `no_stems` where its plan does not give its sound any more.
    """
    _, gain = _replayed(record, audio, sample_rate)
    take = play_again(record, sample_rate, change)
    return {part: _like(stem, audio) * gain for part, stem in take.stems.items()}


def _played_again(record: ClipRecord, audio: np.ndarray, sample_rate: int) -> dict[str, np.ndarray]:
    stems, gain = _replayed(record, audio, sample_rate)
    return {part: stem * gain for part, stem in stems.items()}


def _replayed(
    record: ClipRecord, audio: np.ndarray, sample_rate: int
) -> tuple[dict[str, np.ndarray], np.float32]:
    """The stems of a clip's plan, and the gain that makes them the clip."""
    take = play_again(record, sample_rate)
    stems = {part: _like(stem, audio) for part, stem in take.stems.items()}
    mix = np.sum(list(stems.values()), axis=0, dtype=np.float64)
    power = float((mix**2).sum())
    gain = float((mix * audio).sum() / power) if power > 0 else 0.0
    off = float(
        ((audio - gain * mix) ** 2).sum() / max(float((audio.astype(np.float64) ** 2).sum()), 1e-12)
    )
    if not stems or off > _MOST_DIFFERENCE:
        raise LibraryError(
            f"clip {record['id']} has no stems, and playing its plan again gives another sound;"
            " make it again with `--stems`",
            "no_stems",
        )
    return stems, np.float32(gain)


def _unheard(value: float, words: str = "") -> None:
    """Discards progress: a replay takes less than a second."""


def _like(stem: np.ndarray, audio: np.ndarray) -> np.ndarray:
    """As long as the mix, with as many channels."""
    stem = fit_length(stem, len(audio))
    if stem.shape[1] == audio.shape[1]:
        return stem
    return (
        np.repeat(stem, 2, axis=1)
        if audio.shape[1] == 2
        else stem.mean(axis=1, keepdims=True, dtype=np.float32)
    )
