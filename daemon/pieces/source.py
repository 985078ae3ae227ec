"""The piece that a verb works on: a MIDI file, or the notes of a clip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bridge.inbox.names import is_midi, user_name
from bridge.music import Key
from bridge.verbs import VERBS
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Part, Piece

#: Whose word on tempo or key goes before the file's own.
_ASKED = ("request", "prompt")


def read_source(brief: Brief, path: str | None = None) -> Piece:
    """The piece of the brief's source, or of another file: in the tempo and key that are asked.

    A tempo that the session says counts: notes have none of their own. ConformError says in one
    line why there is nothing to work on.
    """
    given = path or brief.reference
    assert given is not None, "a verb that works on notes has a source"
    if not is_midi(given):
        raise ConformError(without_notes(user_name(Path(given)), brief.do))
    piece = read_midi(Path(given))
    if path is not None:
        return piece
    key = piece.key
    word = brief.decided.get("key")
    if brief.key_name and (brief.source or (word is not None and word.source in _ASKED)):
        key = Key.parse(brief.key_name)
    name = brief.words if brief.source else piece.name
    return replace(piece, name=name or piece.name, bpm=brief.bpm or piece.bpm, key=key)


def without_notes(name: str, do: str) -> str:
    """What to say of a sound where notes are needed."""
    hear = (
        f"`sidecrate transcribe {name}` hears its notes"
        if "transcribe" in VERBS
        else "give a MIDI file, or a clip that has notes"
    )
    return f"{name} is a sound without notes, and {do} works on notes: {hear}"


def named_parts(piece: Piece, names: list[str], field: str) -> tuple[Part, ...]:
    """The parts of these names or roles, all of them where none is named.

    ConformError names what there is.
    """
    if not names:
        return piece.parts
    found: list[Part] = []
    for name in names:
        plain = name.strip().lower()
        own = [p for p in piece.parts if plain in (p.name.lower(), p.role)]
        if not own:
            there = ", ".join(dict.fromkeys(part.name for part in piece.parts))
            raise ConformError(f"{field}: {piece.name} has no part {name}; it has {there}")
        found += [part for part in own if part not in found]
    return tuple(part for part in piece.parts if part in found)
