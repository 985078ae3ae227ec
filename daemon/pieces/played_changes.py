"""Changes of notes as the embedded musician plays them: what stays is played as before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from daemon.engines.embedded.notes import Note as Played
from daemon.engines.embedded.voices.table import VOICES
from daemon.pieces.changes import Change
from daemon.pieces.piece import Note
from daemon.pieces.play import drum_voice


def changer(changes: Iterable[Change]) -> Callable[[str, Sequence[Played]], list[Played]]:
    """What gives each part of a plan with its changes; its own voices play the new notes."""
    by_part: dict[str, list[Change]] = {}
    for one in changes:
        by_part.setdefault(one.part, []).append(one)

    def change(part: str, notes: Sequence[Played]) -> list[Played]:
        now = list(notes)
        for one in by_part.get(part, ()):
            drums = part == "drums"
            voices = {_number(note, drums): note.voice for note in notes}
            now = [note for note in now if not one.is_gone(note.start, _number(note, drums))]
            usual = notes[0].voice if notes else ""
            now += [_played(note, drums, voices, usual) for note in one.new]
        return sorted(now, key=lambda note: (note.start, note.pitch))

    return change


def _number(note: Played, drums: bool) -> int:
    """A note's number in the clip's MIDI file."""
    return VOICES[note.voice].gm if drums else min(127, max(0, note.pitch))


def _played(note: Note, drums: bool, voices: dict[int, str], usual: str) -> Played:
    velocity = note.velocity / 127
    if not drums:
        return Played(note.start, note.length, note.pitch, velocity, usual)
    voice = voices.get(note.pitch) or drum_voice(note.pitch)
    # repeated strokes vary, as those of the musician's own pieces do
    return Played(note.start, note.length, 0, velocity, voice, None, (note.start // 60) % 3)
