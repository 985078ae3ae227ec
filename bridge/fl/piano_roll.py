"""Notes for FL Studio's piano roll: an FL script that contains the newest clips' notes as literals.

FL runs such scripts only at the user's command, and lists those in its folder `Piano roll scripts`.
It lets no other program put notes into a pattern.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.files.whole import PART, sweep_parts, write_whole
from bridge.text import one_line

if TYPE_CHECKING:
    import mido

FILE_NAME = "Sidecrate.pyscript"
#: Ticks a quarter in the script; FL's own resolution is set per project.
PPQ = 960
#: Clips that the script offers.
MOST_CLIPS = 8
#: Notes of all clips: FL reads the script whole each time it is run.
MOST_NOTES = 20_000

#: Start and length in ticks, MIDI number, velocity 1-127.
Note = tuple[int, int, int, int]
#: The entry in the user's list, and its notes.
Choice = tuple[str, list[Note]]

_PAGE = '''"""Sidecrate: puts the notes of a clip into the piano roll."""
import flpianoroll as flp

PPQ = {ppq}

# Each choice and its notes (start, length, number, velocity), the newest first.
# Sidecrate rewrites them with each clip.
CHOICES = [
{choices}]


def createDialog():
    if not CHOICES:
        return flp.ScriptDialog("Sidecrate", "No clip with notes has been made yet.")
    form = flp.ScriptDialog("Sidecrate", "Puts the notes of a clip here.")
    form.AddInputCombo("Clip", ",".join(name for name, notes in CHOICES), 0)
    form.AddInputCombo("Notes that are here", "Keep,Replace", 0)
    return form


def apply(form):
    if not CHOICES:
        return
    if int(round(form.GetInputValue("Notes that are here"))) == 1:
        flp.score.clearNotes(True)
    chosen = min(max(int(round(form.GetInputValue("Clip"))), 0), len(CHOICES) - 1)
    for start, length, number, velocity in CHOICES[chosen][1]:
        note = flp.Note()
        note.number = number
        note.time = int(round(start * flp.score.PPQ / PPQ))
        note.length = max(int(round(length * flp.score.PPQ / PPQ)), 1)
        note.velocity = velocity / 127
        flp.score.addNote(note)
'''


def page(choices: Sequence[Choice]) -> str:
    """The script that offers these notes."""
    lines = "".join(f"    ({name!r}, {notes!r}),\n" for name, notes in choices)
    return _PAGE.format(ppq=PPQ, choices=lines)


def read_choices(text: str) -> list[Choice]:
    """The notes in a script that `page` wrote; none in any other script."""
    try:
        tree = ast.parse(text)
        assigned = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        return [(str(name), list(notes)) for name, notes in ast.literal_eval(assigned["CHOICES"])]
    except (SyntaxError, ValueError, TypeError, KeyError, RecursionError):
        return []


def choices_of(midi: Path) -> list[Choice]:
    """The choices of a MIDI file: all its notes, and each part alone where there are several.

    OSError, ValueError and EOFError where the file cannot be read.
    """
    import mido
    from mido.midifiles.meta import KeySignatureError

    try:
        file = mido.MidiFile(midi)
    except KeySignatureError as error:
        raise ValueError(str(error)) from None
    parts = [
        (track.name or f"part {k}", _notes(track, file.ticks_per_beat))
        for k, track in enumerate(file.tracks)
    ]
    parts = [(name, notes) for name, notes in parts if notes]
    clip = _plain(midi.stem)
    every = sorted(note for _, notes in parts for note in notes)
    if not every:
        return []
    alone = [(f"{clip}: {_plain(name)}", notes) for name, notes in parts]
    return [(clip, every), *(alone if len(parts) > 1 else [])]


def _plain(name: str) -> str:
    """A name for FL's list, whose entries are separated by commas."""
    return one_line("".join(c if c.isascii() and c != "," else " " for c in name))


def _notes(track: mido.MidiTrack, ticks_per_quarter: int) -> list[Note]:
    now = 0
    open_notes: dict[tuple[int, int], list[tuple[int, int]]] = {}
    found: list[Note] = []
    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        held = open_notes.setdefault((message.channel, message.note), [])
        if message.type == "note_on" and message.velocity > 0:
            held.append((now, message.velocity))
        elif held:
            start, velocity = held.pop(0)
            tick, end = (round(when * PPQ / ticks_per_quarter) for when in (start, now))
            found.append((tick, max(end - tick, 1), message.note, velocity))
    return sorted(found)


class PianoRoll:
    """The script in FL's folder. A new clip's notes go in front of earlier clips' notes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def add(self, midi: Path) -> None:
        """Offer the notes of a MIDI file.

        OSError where the folder or the file is missing. ValueError, EOFError: it is no MIDI file.
        """
        new = choices_of(midi)
        if not new:
            return
        try:
            known = read_choices(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, UnicodeDecodeError):
            known = []
        clip = new[0][0]
        kept = [*new, *(one for one in known if one[0].partition(":")[0] != clip)]
        clips = list(dict.fromkeys(name.partition(":")[0] for name, _ in kept))[:MOST_CLIPS]
        choices: list[Choice] = []
        notes = 0
        for choice in (one for one in kept if one[0].partition(":")[0] in clips):
            notes += len(choice[1])
            if choices and notes > MOST_NOTES:
                break
            choices.append(choice)
        sweep_parts(self._path.parent.glob(f".*{PART}"))
        write_whole(self._path, page(choices))
