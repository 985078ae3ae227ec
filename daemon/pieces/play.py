"""A piece played by the embedded musician: each part by a voice of its own, as one loop or track.

A part's voice is that of the plan that its clip was played from, else that of its General MIDI
program, else its role's. Words may name a genre, whose mix and drums are taken.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from daemon.brief import Brief
from daemon.engines.embedded.drummer import drum_sounds
from daemon.engines.embedded.engine import player_of
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.notes import Note as Played
from daemon.engines.embedded.plan import (
    Bass,
    Chords,
    Drums,
    Feel,
    Lead,
    Mix,
    Plan,
    Section,
    Sound,
    read_plan,
)
from daemon.engines.embedded.render import Track, play_loop
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.voices.table import VOICES, newest
from daemon.engines.embedded.wishes import read_wishes
from daemon.pieces.piece import Note, Part, Piece, Role
from daemon.verbs.tell import Tell

#: Voices of a role whose program nobody said.
_USUAL: dict[Role, str] = {"bass": "fingered bass", "chords": "grand piano", "lead": "grand piano"}
#: What plays for General MIDI's programs in eights, where no voice has the program itself.
_FAMILIES = (
    "grand piano", "celesta", "drawbar organ", "steel guitar", "fingered bass", "string section",
    "string section", "horn section", "saxophone", "flute", "lead", "pad", "pad", "sitar",
    "steel pan", "pad",
)  # fmt: skip
#: Drums of General MIDI that no voice here has, and which voice stands in.
_DRUMS_LIKE = {
    35: "kick", 40: "snare", 41: "low tom", 44: "hat", 45: "mid tom", 48: "high tom", 52: "crash",
    53: "ride", 55: "crash", 57: "crash", 59: "ride", 62: "high conga", 69: "shaker",
    77: "woodblock", 80: "triangle", 82: "shaker",
}  # fmt: skip
#: The drums of a band, which stand before those of the world that share their number.
_OWN_DRUMS = (
    "kick", "snare", "clap", "rim", "hat", "open hat", "ride", "crash", "high tom", "mid tom",
    "low tom", "high conga", "low conga", "shaker", "tambourine", "cowbell", "clave",
)  # fmt: skip
_DRUM_BY_NUMBER: dict[int, str] = {
    **{voice.gm: name for name, voice in VOICES.items() if voice.family == "drums"},
    **_DRUMS_LIKE,
    **{VOICES[name].gm: name for name in _OWN_DRUMS},
}
_VOICE_BY_PROGRAM: dict[int, str] = {}
for _voice in VOICES.values():
    if _voice.family != "drums" and newest(_voice.name) == _voice.name:
        _VOICE_BY_PROGRAM.setdefault(_voice.gm, _voice.name)
#: Where several voices have a number, the one that it names.
_VOICE_BY_PROGRAM |= {
    0: "grand piano", 4: "electric piano", 12: "marimba", 16: "drawbar organ", 24: "nylon guitar",
    25: "steel guitar", 32: "double bass", 33: "fingered bass", 38: "saw bass", 40: "violin",
    41: "viola", 42: "cello", 46: "harp", 48: "string section", 52: "choir ah", 56: "trumpet",
    61: "horn section", 80: "lead", 81: "lead", 89: "warm pad", 90: "supersaw",
}  # fmt: skip
#: How a piece is mixed whose genre nobody said: in a small room, with nothing that moves.
_PLAIN = Style("", 120.0, room="chamber", reverb_s=1.2, kit="pop")


def drum_voice(number: int) -> str:
    """The drum voice of a General MIDI note; of an unknown one a shaker."""
    return _DRUM_BY_NUMBER.get(number, "shaker")


def drum_number(voice: str) -> int:
    """The General MIDI note of a drum voice."""
    return VOICES[voice].gm


def voice_of(part: Part, plan: Plan | None, words: Brief) -> Sound:
    """Who plays a pitched part."""
    own = getattr(plan, part.name, None) if plan else None
    if isinstance(own, Bass | Chords | Lead):
        return replace(own.sound, voice=newest(own.sound.voice), octave=0)
    wished = read_wishes(words).voices if words.prompt else {}
    name = wished.get(part.role, "")
    if not name and part.program is not None:
        name = _VOICE_BY_PROGRAM.get(part.program, _FAMILIES[part.program // 8])
    return Sound(newest(name or _USUAL[part.role]))


def play(piece: Piece, words: Brief, tell: Tell, *, is_track: bool = False) -> np.ndarray:
    """The piece's sound, float32 (frames, 2): exactly its bars as a loop, or with a tail.

    words: the Brief that names rate, kit, genre and instruments, and the plan of its clip.
    """
    style = find_style(words) if words.genre or words.prompt else _PLAIN
    own = read_plan(words.plan) if words.plan else None
    notes: dict[str, list[Played]] = {}
    plan = _empty_plan(piece, style, own)
    for part in piece.parts:
        # a plan's parts are named as roles are; a second part of a role shares its seat
        seat = part.role
        if part.role == "drums":
            played = [_struck(note) for note in part.notes]
            plan = plan.with_(drums=_drums(played, style, own, words))
        else:
            sound = voice_of(part, own, words)
            voice = VOICES[sound.voice]
            played = [_sounded(note, voice.name, voice.low, voice.high) for note in part.notes]
            if getattr(plan, seat) is None:
                makers = {"bass": Bass, "chords": Chords, "lead": Lead}
                plan = plan.with_(**{seat: makers[seat](sound=sound)})
        notes.setdefault(seat, []).extend(played)
    seats: list[str] = [seat for seat in ("drums", "bass", "chords", "lead") if seat in notes]
    plan = plan.with_(sections=[Section("loop", piece.bars, seats, 0.7)])
    for played in notes.values():
        played.sort(key=lambda note: (note.start, note.pitch))
    player = player_of(words.sample_rate, words.kit, words.kit_files)
    if is_track:
        return Track(plan, notes, player, False).play(tell)[0]
    return play_loop(plan, notes, player, tell)[0]


def _empty_plan(piece: Piece, style: Style, own: Plan | None) -> Plan:
    mix = own.mix if own else Mix(
        dict(style.levels_db), style.duck, style.reverb_s, dict(style.sends), dict(style.delay), 3,
        style.drive, style.lufs, style.slope_db, style.room,
    )  # fmt: skip
    key = str(piece.key_) if piece.key_.mode in ("major", "minor") else piece.key_.short
    return Plan(
        style.name, piece.bpm, key, str(piece.meter), piece.bars, mix=mix, feel=Feel({}, 0.0, 0.0)
    )


def _drums(played: list[Played], style: Style, own: Plan | None, words: Brief) -> Drums:
    """The drums' sounds: those of the clip's plan, else of the style's kit."""
    known = dict(own.drums.sounds) if own is not None and own.drums is not None else {}
    usual = drum_sounds(style, read_wishes(words), {note.voice for note in played})
    return Drums(sounds={**usual, **known})


def _struck(note: Note) -> Played:
    return Played(
        note.start, note.length, 0, note.velocity / 127, drum_voice(note.pitch), None,
        (note.start // 60) % 3,
    )  # fmt: skip


def _sounded(note: Note, voice: str, low: int, high: int) -> Played:
    """A note for a voice, in octaves that the voice has."""
    pitch = note.pitch
    while pitch < low - 12:
        pitch += 12
    while pitch > high + 12:
        pitch -= 12
    return Played(note.start, note.length, pitch, note.velocity / 127, voice)
