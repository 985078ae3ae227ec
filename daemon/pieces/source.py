"""The piece that a verb works on: a MIDI file, the notes of a clip, or those heard in a sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.inbox.names import is_midi
from bridge.music import Key
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.pieces.midi import read_midi
from daemon.pieces.piece import Part, Piece
from daemon.verbs.tell import Tell

#: Whose word on tempo or key goes before the file's own.
_ASKED = ("request", "prompt")


def read_source(brief: Brief, folder: Path, tell: Tell, path: str | None = None) -> Piece:
    """The piece of the brief's source, or of another file: in the tempo and key that are asked.

    A tempo that the session says counts: notes have none of their own, and a sound has. A sound is
    written down first, by the work of `transcribe`, with `folder` for its file. ConformError says
    in one line why there is nothing to work on.
    """
    given = path or brief.reference
    assert given is not None, "a verb that works on notes has a source"
    if is_midi(given):
        piece = read_midi(Path(given))
    else:
        # imported only here: notes alone need no ear
        from daemon.pieces.hearing import heard_piece

        piece = heard_piece(brief, given, folder, tell)
    if path is not None:
        return piece
    key = piece.key
    if brief.key_name and (brief.source or is_asked(brief, "key")):
        key = Key.parse(brief.key_name)
    name = brief.words if brief.source else piece.name
    bpm = brief.bpm if is_asked(brief, "bpm") or not piece.is_heard else None
    return replace(piece, name=name or piece.name, bpm=bpm or piece.bpm, key=key)


def stays_sound(brief: Brief, request: Mapping[str, Any]) -> bool:
    """Whether it is a sound whose unchanged parts stay as they are: not if notes are asked for."""
    assert brief.reference is not None, "a verb that works on notes has a source"
    return not is_midi(brief.reference) and bool(request.get("sound", True))


def is_asked(brief: Brief, field: str) -> bool:
    """Whether the request itself says a tempo or a key."""
    word = brief.decided.get(field)
    return word is not None and word.source in _ASKED


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
