"""The engine's door: a Brief and a seed in, a Take out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bridge.music import Key, bar_seconds
from daemon.audio.wav_record import read_record
from daemon.brief import Brief
from daemon.engines.contract import Grid, Progress, Take
from daemon.engines.embedded import INFO
from daemon.engines.embedded.buses import frame_of
from daemon.engines.embedded.change import changed
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.ending import fade_from_s, total_s
from daemon.engines.embedded.ensemble import ensemble
from daemon.engines.embedded.midi_file import midi_bytes
from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.oneshot import find_steps, find_voice, play_oneshot
from daemon.engines.embedded.plan import PARTS, Plan
from daemon.engines.embedded.player import Player
from daemon.engines.embedded.render import Track, play_loop
from daemon.engines.embedded.repair import repaired
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.soundscapes import (
    DEFAULT_S,
    effect_notes,
    effect_places,
    effects_of,
    effects_renamed,
    play_effects,
)
from daemon.engines.embedded.tones import toned
from daemon.engines.embedded.unmet import not_used, unmet, unmet_people
from daemon.engines.embedded.voices.voice import Tone
from daemon.engines.embedded.wishes import read_wishes
from daemon.engines.embedded.written import is_written_out
from daemon.errors import EngineError
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.pitches import read_note
from daemon.prompt.words import parse_words

#: A part's name and its notes -> the notes that are played in their stead.
ChangeNotes = Callable[[str, Sequence[Note]], Sequence[Note]]

_PLAYERS: dict[int, Player] = {}
#: The licence of sounds that no record states.
_SOUNDS_OWN = "the sounds' own"


def make(brief: Brief, seed: int, progress: Progress) -> Take:
    """One take of the brief: same brief and seed, same samples and MIDI.

    EngineError for a kind that it cannot make.
    """
    makers = {"oneshot": _oneshot, "sfx": _effect, "loop": _piece, "midi": _piece, "track": _piece}
    if brief.kind not in makers:
        raise EngineError(
            f"the embedded musician does not make kind {brief.kind!r}: "
            f"it makes {', '.join(INFO.kinds)}"
        )
    return makers[brief.kind](brief, seed, progress)


def make_changed(brief: Brief, seed: int, change: ChangeNotes, progress: Progress) -> Take:
    """A take of a loop, a track or notes whose notes are changed before they are played."""
    return _piece(brief, seed, progress, change)


def player_of(
    rate: int,
    kit: str | None,
    kit_files: tuple[str, ...] = (),
    fonts: tuple[str, ...] = (),
    plan: Plan | None = None,
) -> Player:
    """The player of a rate; it caches its notes between takes.

    A user's own kit plays one take, and so do `fonts`, which play what they have of `plan`.
    """
    if kit:
        from daemon.engines.embedded.kit import read_kit

        return Player(rate, read_kit(kit, rate, kit_files))
    if fonts and plan is not None:
        from daemon.engines.embedded.fonts import fonts_of

        return Player(rate, sampler=fonts_of(fonts, plan))
    if rate not in _PLAYERS:
        _PLAYERS.clear()
        _PLAYERS[rate] = Player(rate)
    return _PLAYERS[rate]


def _take(audio: np.ndarray | None, rate: int, seed: int) -> Take:
    return Take(audio, rate, seed, INFO.name, INFO.model, INFO.license, version=INFO.version)


def _tone(brief: Brief) -> Tone:
    return Tone(**toned({}, read_wishes(brief).tone))


def _oneshot(brief: Brief, seed: int, progress: Progress) -> Take:
    voice = find_voice(brief)
    progress(0.1, f"playing {voice.name}")
    note = brief.note
    if note is None and brief.pitch_class is not None:
        note = voice.home + (brief.pitch_class - voice.home + 6) % 12 - 6
    audio, pitch = play_oneshot(
        voice, note, seed, brief.sample_rate, _tone(brief), brief.seconds,
        find_steps(brief, voice), read_wishes(brief).words,
    )  # fmt: skip
    take = _take(audio, brief.sample_rate, seed)
    take.note = pitch
    take.parts = (voice.name,)
    take.said = tuple(unmet(brief, None, take.parts))
    return take


def _effect(brief: Brief, seed: int, progress: Progress) -> Take:
    words = brief.prompt or brief.words
    names = effects_of(words)
    progress(0.1, f"playing {' and '.join(names)}")
    key = brief.key
    if key is None and (note := read_note(MarkedText(brief.prompt))):
        key = Key.parse(note.rstrip("-0123456789"))  # a drone in D has no mode, but a tonic
    heard: list[tuple[int, int]] = []
    audio = play_effects(
        names, words, brief.seconds or DEFAULT_S, key, seed, brief.sample_rate, _tone(brief), heard
    )
    take = _take(audio, brief.sample_rate, seed)
    take.parts = tuple(names)
    take.said = tuple(
        [
            *effect_notes(words),
            *unmet_people(brief, effect_places(words)),
            *not_used(parse_words(brief.prompt), brief, [*heard, *effect_places(words)]),
            *effects_renamed(words),
        ]
    )
    return take


def make_plan(brief: Brief, seed: int) -> Plan:
    """The plan of a brief: changed from the one it brings, or composed."""
    if brief.plan is not None:
        plan, _ = repaired(brief.plan)
        if brief.change:
            return changed(plan, brief, seed)
        # a plan that was written for a whole job is played a little differently in each clip
        return plan.with_(seeds={part: seed for part in PARTS}) if brief.compose == "llm" else plan
    if brief.reference and brief.use == "accompany":
        # imported only here: a request without a reference loads no beat tracker
        from daemon.engines.embedded.accompany import accompaniment

        return accompaniment(brief, seed)
    return compose(brief, seed)


def _said(brief: Brief, plan: Plan, audio: np.ndarray | None) -> list[str]:
    """Notes for the user: the groove, the words that were not honoured, a track's true length."""
    said = []
    styled = plan.parts != ("texture",) and not is_written_out(brief, plan)
    if brief.plan is None and plan.genre != brief.genre and styled:
        named = (
            f"{brief.genre} has no groove of its own here" if brief.genre else "no genre is named"
        )
        said.append(f"{named}; it is played like {plan.genre}")
    if brief.plan is None:
        said += unmet(brief, plan, plan.parts)
    if brief.kind == "track" and audio is not None:
        music_s = plan.bars * bar_seconds(plan.meter_, plan.bpm)
        whole_s = len(audio) / brief.sample_rate
        bars = "1 bar is" if plan.bars == 1 else f"{plan.bars} bars are"
        said.append(
            f"{bars} {music_s:.2f} s, and ring on for {max(0.0, whole_s - music_s):.2f} s: "
            f"{whole_s:.2f} s in all"
        )
    return said


def _credit_kit(take: Take, player: Player, kit: str, files: tuple[str, ...]) -> None:
    """The licence of the kit's sounds that are heard, by their records; a folder's have their own.

    Where none is heard, or the musician's own drums are heard among them, that is told.
    """
    from daemon.engines.embedded.kit import Kit

    assert isinstance(player.kit, Kit)
    name, heard = kit if files else Path(kit).name, player.kit.heard
    if not heard:
        if take.audio is not None:
            holds = ", ".join(player.kit.holds)
            take.said += (
                f"the kit {name} has no sound for what plays here: none of it is heard;"
                f" it holds {holds}",
            )
        return
    if player.kit.drums and player.kit.missed:
        missed = ", ".join(sorted(player.kit.missed))
        take.said += (f"the kit {name} has no {missed}: the musician's own is heard there",)
    own = {
        str((read_record(Path(file)) or {}).get("license") or _SOUNDS_OWN)
        for file in files
        if file in heard
    }
    licences = sorted(own or {_SOUNDS_OWN})
    if licences != [INFO.license]:
        take.license = f"{take.license} (notes), {name}: {', '.join(licences)} (sounds)"


def _credit(take: Take, player: Player, files: tuple[str, ...]) -> None:
    """The licence of the fonts that are heard, and their authors' own words on it."""
    if not files or player.sampler is None:
        return
    from daemon.engines.embedded.fonts import Fonts, licence_of

    assert isinstance(player.sampler, Fonts)
    heard = player.sampler.heard
    if not heard:
        return
    named = ", ".join(f"{font.name}: {licence_of(font, files)}" for font in heard)
    take.license = f"{take.license} (notes), {named} (sounds)"
    own = [f'{font.name}: "{font.licence}"' for font in heard if font.licence]
    take.said += (f"sampled sounds of {', '.join(own or [font.name for font in heard])}",)


def _piece(brief: Brief, seed: int, progress: Progress, change: ChangeNotes | None = None) -> Take:
    progress(0.02, "composing")
    plan = make_plan(brief, seed)
    score = Score(plan)
    notes: dict[str, Sequence[Note]] = {part: score.part(part) for part in plan.parts}
    if change is not None:
        notes = {part: change(part, own) for part, own in notes.items()}
    audio: np.ndarray | None = None
    stems: dict[str, np.ndarray] = {}
    player = player_of(brief.sample_rate, brief.kit, brief.kit_files, brief.fonts, plan)
    if brief.kind == "loop":
        audio, stems = play_loop(plan, notes, player, progress)
    elif brief.kind == "track":
        track = Track(
            plan, notes, player, brief.stems, total_s(brief, plan), fade_from_s(brief, plan)
        )
        audio, stems = track.play(progress)
    take = _take(audio, brief.sample_rate, seed)
    take.grid = Grid(plan.bpm, plan.meter, plan.bars)
    take.key = plan.key_.short if plan.has_key else None
    take.stems = stems
    take.midi = midi_bytes(plan, notes, score.markers, score.ticks)
    take.cues = tuple(
        (frame_of(tick, plan.bpm, brief.sample_rate), name) for tick, name in score.markers
    )
    take.plan = plan.to_json()
    take.parts = plan.parts
    bed = plan.texture.voice if plan.texture is not None and audio is not None else ""
    take.players = ensemble(notes, bed)
    take.said = tuple(_said(brief, plan, audio))
    if brief.kit:
        _credit_kit(take, player, brief.kit, brief.kit_files)
    _credit(take, player, brief.fonts)
    progress(1.0, "played")
    return take
