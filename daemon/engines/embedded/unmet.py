"""What the words ask and this engine does not play, and what plays instead: one short line each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from daemon.brief import Brief
from daemon.engines.embedded.instruments import players
from daemon.engines.embedded.likeness import likeness_places
from daemon.engines.embedded.named_players import DRUM_VOICES, GUITARS, PITCHED, TEXTURES
from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.shots.design import design_places
from daemon.engines.embedded.tones import timbre_places
from daemon.engines.embedded.voices.table import newest
from daemon.engines.embedded.wishes import feel_places
from daemon.prompt.drum_tabs import read_drum_tab
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.vocabulary import part_of
from daemon.prompt.words import Words, parse_words

#: Sounds of nature that a texture only resembles.
_ONLY_NEAR = frozenset(
    fold(name)
    for name in (
        "waves", "ocean waves", "wind", "storm", "thunder", "birds", "birdsong", "bird sounds",
        "rock organ",
    )
)  # fmt: skip
#: Our sounds that nothing here is.
_NO_VOICE = frozenset(("foley", "scratches"))
#: Voices that are an instrument, besides the one that `PITCHED` names.
_ALSO = {
    "guitar": GUITARS, "acoustic guitar": GUITARS, "electric guitar": GUITARS,
    "nylon guitar": GUITARS, "lead guitar": GUITARS, "jazz guitar": GUITARS,
    "piano": (
        "piano", "upright piano", "felt piano", "honky tonk piano", "electric piano",
    ),
    "strings": ("strings", "string quartet", "violin section", "cello section"),
    "organ": ("organ", "pipe organ"), "brass": ("brass", "trumpet", "four horns"),
    "choir": ("choir", "choir oo"),
    "bass guitar": ("finger bass", "picked bass", "slapped bass", "saw bass"),
    "pad": ("warm pad",), "electric piano": ("grand piano", "drawbar organ", "organ"),
    "sub bass": ("808",), "flute": ("soft lead",), "marimba": ("mallet",),
    "synth": (
        "soft lead", "supersaw", "pluck", "pad", "warm pad", "chip", "saw bass", "reese", "wobble",
        "acid", "pluck bass", "flute",
    ),
}  # fmt: skip
#: Names that any voice of their part fulfils.
_ANY_VOICE = frozenset(("bass", "chords", "melody", "lead", "arp", "stab"))
#: Things of the drums that other rows are.
_DRUM_ALSO = {"snare": ("brush", "brush sweep"), "tabla": ("tabla", "bayan")}
#: What describes a one-shot of another name: its low part, or that it is a chord.
_OF_ONE_SOUND = frozenset(("stab", "chords", "sub bass", "bass", "noise", "drums"))
#: Chords off the beat, as of reggae.
_SKANK = r"\bskank(?:s|ing)?\b"
#: No more sections than this are read out.
_MOST_SECTIONS = 4
#: No more words than this are listed as not used.
_MOST_WORDS = 8
#: No more lines than this: a band of twenty is not read out.
_MOST_LINES = 12


def unmet(brief: Brief, plan: Plan | None, parts: Iterable[str]) -> list[str]:
    """The lines for one take. parts: those that play; of a take without a plan, its voices."""
    words = parse_words(brief.prompt)
    sounding = _sounding(plan, tuple(parts))
    lines = [*_singer(words, sounding), *_sections(words), *_artists(words, plan)]
    for written, name in words.written:
        if plan is None and name in _OF_ONE_SOUND:
            continue
        if name == "vocals" and not words.singer:
            lines += _voices_of_people(written, sounding)
        elif name in brief.instruments or name in ("stab", "fx"):
            lines += _instrument(written, name, sounding)
    lines += [*_tab(brief, plan), *_key(brief, plan)]
    # a one-shot has no plan, and reads words of its own
    used = [*places(words), *(design_places(words.text) if plan is None else ())]
    if plan is not None and _skanks(plan):
        used += [match.span() for match in re.finditer(_SKANK, words.text, re.IGNORECASE)]
    return [*list(dict.fromkeys(lines))[:_MOST_LINES], *not_used(words, brief, used)]


def _skanks(plan: Plan) -> bool:
    """Whether short chords are struck, and none on the first or third beat of four."""
    rows = plan.chords.rows if plan.chords is not None else []
    return any(set(row) - {"."} for row in rows) and all(
        set(row) <= set("Xxog.") and row[:1] == "." and row[8:9] in ("", ".") for row in rows
    )


def places(words: Words) -> list[tuple[int, int]]:
    """Where words stand that this engine reads beside those of every engine: timbre, manner."""
    found = [*timbre_places(words.text), *feel_places(words.text)]
    return found if words.genre else [*found, *likeness_places(words.text)]


def not_used(words: Words, brief: Brief, used: list[tuple[int, int]]) -> list[str]:
    """One line with the words that set nothing; used: the places that the engine reads itself."""
    own = [*used, *(match.span() for match in _named_in(words.text, brief.genre))]
    left = [
        words.text[start:end].lower()
        for start, end in words.unread
        if not any(start < stop and begin < end for begin, stop in own)
    ]
    names = list(dict.fromkeys(left))
    if not names:
        return []
    more = f" and {len(names) - _MOST_WORDS} more" if len(names) > _MOST_WORDS else ""
    return [f"set nothing here: {', '.join(names[:_MOST_WORDS])}{more}"]


def _named_in(text: str, genre: str) -> list[re.Match[str]]:
    return list(re.finditer(re.escape(genre), text, re.IGNORECASE)) if genre else []


def _key(brief: Brief, plan: Plan | None) -> list[str]:
    """What to tell of a key that was asked for where only drums and their like play."""
    word = brief.decided.get("key")
    if plan is None or plan.has_key or brief.key is None or word is None:
        return []
    if word.source not in ("request", "prompt"):
        return []
    return [f"no part that has a key plays: {word.value} sets nothing"]


def _tab(brief: Brief, plan: Plan | None) -> list[str]:
    """What to tell of rows of a drum tab that the bar cannot hold."""
    tab = read_drum_tab(MarkedText(brief.prompt)) if plan is not None else None
    if tab is None or plan is None:
        return []
    steps = plan.meter_.sixteenths_per_bar
    return [
        f"the row of the {voice} has {len(tab.rows[voice][0])} steps, which do not divide a bar of "
        f"{steps} sixteenths; it is not played: write {steps} or {steps // 2} steps a bar"
        for voice in tab.unfit(steps)
    ]


def unmet_people(brief: Brief, effects: Sequence[tuple[int, int]] = ()) -> list[str]:
    """The lines for an effect, in which nobody plays; effects: where the text names them."""
    words = parse_words(brief.prompt)
    made = [brief.prompt[start:end].lower() for start, end in effects]
    players = [
        f"{written} does not play in an effect; kind: loop makes music"
        for written, name in words.written
        if name in brief.instruments
        and part_of(name) not in ("texture", "vocals")
        and not any(written in text for text in made)
    ]
    return [*_singer(words, {}), *_artists(words, None), *players]


def _sounding(plan: Plan | None, parts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Part -> the voices that sound in it. A take without a plan is one part of its own name."""
    if plan is None:
        return {part: (part,) for part in parts}
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        player = getattr(plan, part, None)
        if part == "drums" and plan.drums is not None:
            rows = plan.drums.rows
            found[part] = tuple(
                row for row in rows if any(set(bar) - set(".- ") for bar in rows[row])
            )
        elif part == "texture" and plan.texture is not None:
            found[part] = (plan.texture.voice,)
        elif player is not None and hasattr(player, "sound"):
            found[part] = (player.sound.voice,)
        else:
            found[part] = ()
    return found


def _singer(words: Words, sounding: dict[str, tuple[str, ...]]) -> list[str]:
    if not words.singer:
        return []
    part = next(
        (part for part, voices in sounding.items() if any("choir" in voice for voice in voices)), ""
    )
    instead = (
        f"a choir voice plays the {part}" if part in ("lead", "chords") else "it stays instrumental"
    )
    return [
        f"{words.singer}: nobody sings or speaks here; {instead}. Engines that sing take "
        "kind: vocal or lyrics; sidecrate engines lists them"
    ]


def _voices_of_people(written: str, sounding: dict[str, tuple[str, ...]]) -> list[str]:
    """For parts of a voice that nobody sings anew: `vocal chops`."""
    choirs = [one for voices in sounding.values() for one in voices if "choir" in one]
    return [f"no {written} of its own here: {choirs[0]} plays it"] if choirs else [_silent(written)]


def _sections(words: Words) -> list[str]:
    marks = [words.text[one.start : one.end] for one in words.heard if one.facet == "sections"]
    if not marks:
        return []
    return [
        f"{', '.join(list(dict.fromkeys(marks))[:_MOST_SECTIONS])}: the sections of a song are not "
        "followed one by one; who is named plays throughout"
    ]


def _artists(words: Words, plan: Plan | None) -> list[str]:
    played = f"; played as {plan.genre}" if plan is not None else ""
    return [f"{name}: artists and works are not imitated{played}" for name in words.artists]


def _instrument(written: str, name: str, sounding: dict[str, tuple[str, ...]]) -> list[str]:
    """Nothing where the instrument plays; else that it does not, and who does."""
    if name == "drums":
        every = {voice for voices in sounding.values() for voice in voices}
        return [] if sounding.get("drums") or every & set(DRUM_VOICES) else [_silent(written)]
    playing = _playing(name, sounding)
    if not playing:
        return [_silent(written)]
    if _stands_in(written, name) and playing[0] not in written:
        return [f"no {written} of its own here: {' and '.join(playing[:2])} plays it"]
    return []


def _stands_in(written: str, name: str) -> bool:
    """Whether another instrument plays for this one, which is told by itself."""
    return (name not in players() and fold(written) in _ONLY_NEAR) or name in _NO_VOICE


def _playing(name: str, sounding: dict[str, tuple[str, ...]]) -> list[str]:
    """The voices that sound and are the instrument, or stand in for it."""
    every = {voice for voices in sounding.values() for voice in voices}
    if name in DRUM_VOICES:
        voices = (*DRUM_VOICES[name], *_DRUM_ALSO.get(name, ()))
    else:
        voices = _voices(name, sounding)
    return list(dict.fromkeys(voice for voice in voices if voice in every))


def _voices(name: str, sounding: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The voices by which an instrument can be played."""
    if name == "vocals":
        return tuple(voice for voices in sounding.values() for voice in voices)
    if name in PITCHED:
        part, voice = PITCHED[name]
        if name in _ANY_VOICE or not voice:
            return sounding.get(part, ()) + sounding.get("pad", ()) * (part == "chords")
        return (voice, newest(voice), *_ALSO.get(name, ()))
    if name in TEXTURES:
        # one bed lies under a clip: of vinyl and rain one is not heard
        return (TEXTURES[name],)
    return sounding.get(part_of(name) or "", ())


def _silent(written: str) -> str:
    return f"{written} does not play here: its place is taken, or no voice comes near it"
