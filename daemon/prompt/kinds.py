"""The kind that a prompt wants: loop, single hit, track, notes, effect or voice."""

from __future__ import annotations

from daemon.prompt.band import Named
from daemon.prompt.effects_named import names_effect_first
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import HEAD_END, TAKEN, MarkedText
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import loop_words

ONESHOT = r"\b(?:one[\s-]?shots?|single[\s-](?:hit|shot|note)|one[\s-]hit|one single hit)\b"
#: Effects that are effects at any tempo, and sounds that are effects only where no time is named.
_TRANSITION = (
    r"\b(?:sfx|sound effects?|risers?|uplifters?|downlifters?|impacts?|whoosh(?:es)?|swoosh(?:es)?|"
    r"braams?|(?:sub|bass) drops?|(?:noise|filter|up|down)[\s-]?sweeps?)\b"
)
_ATMOSPHERE = (
    r"\b(?:ambien[ct]es?|atmos(?:phere|pheres)?|soundscapes?|foley|explosions?|lasers?|sirens?|"
    r"transitions?|swells?|drones?|field recordings?|footsteps|thunder(?:storm)?|"
    r"rain(?:fall| sounds)?|applause|crowd noise|room tone|wind sounds|ocean waves|"
    r"birdsong|glitch fx|zaps?)\b"
)
#: Sounds of things: effects where a prompt names no music beside them.
_THINGS = (
    r"\b(?:doors?|dogs?|barking|cats?\s+meow\w*|glass|car\b|cars|engine|helicopter|traffic|"
    r"trains?\s+passing|crowd|cheering|sirens?|alarm|alarm clock|beeps?|notification|ui sounds?|"
    r"button clicks?|clicks?|coins?|footsteps?|walking on|typing|keyboard typing|gun\s?shots?|"
    r"swords?|blades?|explod\w+|wind blowing|water (?:drops?|flowing|dripping|splash\w*)|splash\w*|"
    r"fire crackling|campfire|birds? (?:chirp\w*|sing\w*)|chirping|flush\w*|toilet|phone ringing|"
    r"telephone|door\s?bell|thunder|bubbles|snoring|cough\w*|heart\s?beat|breathing|sneez\w*|"
    r"creak\w*|rattl\w*|crunch\w*|scrap(?:e|ing)|squeak\w*|jingl\w*|horse|cow moo\w*|lion|roar\w*|"
    r"meow\w*|purr\w*|rooster|frogs?|crickets|insects|bees|motorcycle|airplane|jet|spaceship|robot|"
    r"drill\w*|chain\s?saw|vacuum cleaner|washing machine|printer|passing by|fireworks?|"
    r"punch(?:es|ing)?|cork|balloon|whip|arrow|dice|cards|laugh\w*|scream\w*|zipper|paper|"
    r"typewriter|camera shutter|teleport|power[- ]?up|level[- ]?up|vinyl\s?stop|tape\s?stop|"
    r"record (?:scratch|stop))\b"
)
#: Words of music: with one of them a thing's name is a picture.
_MUSIC = (
    r"\b(?:music|song|track|melod\w+|chords?|beats?|groove|rhythm\w*|band|tune|theme|intro|riff|"
    r"instrumental|genre|vibe|style|mood|chase|scene|battle)\b"
)
_TRACK = (
    r"\b(?:(?:full|whole|complete|entire|finished|full[\s-]length)\s+(?:track|song|tune|piece|beat|"
    r"instrumental|arrangement)|song|(?<!drum )(?<!backing )(?<!bass )(?<!percussion )(?<!click )"
    r"(?<!vocal )(?<!sound)track(?!s|\s*\d))\b"
)
_VOCAL = (
    r"\b(?:a\s?cappellas?|acapellas?|accapellas?|spoken[\s-]words?|vocal (?:line|phrase|take|lead|"
    r"verse|chorus)|(?:sung|rap|rapped) (?:line|verse|hook|chorus|phrase))\b"
)
_MIDI = (
    r"\bmidi\s*(?:files?|clips?|loops?|patterns?|melod(?:y|ies)|chords?|progressions?|only|notes?|"
    r"bass ?lines?|drums?|arps?)\b|\b(?:as|in)\s+midi\b|^\s*midi\b|\bmidi\s*$|"
    r"\bnotes only\b|\bonly notes\b"
)
_NOT_MIDI = r"\b(?:no|without)\s+midi\b"

#: A note with its octave, called one: a whole loop has none.
_NOTED = r"\bnote\s*[:=]?\s*[a-g][#b]?-?\d(?!\w)"
_HIT_TAIL = (
    r"drum|hit|sample|sound|shot|bass|in|at|tuned|pitched|to|note|key|of|"
    r"[a-g][#b]?-?\d?m?(?:inor|ajor)?|minor|major|please|long|short|808|909|707|606"
)
_FOUR_ON_THE_FLOOR = r"\b(?:4|four)[\s-]*(?:x\s*4|(?:on|to)[\s-]the[\s-]floor)\b"


def names_effect(text: MarkedText) -> bool:
    """Whether the words name an effect of music's own, as a riser or a drone; not only a thing."""
    return bool(pattern(_TRANSITION).search(text.text) or pattern(_ATMOSPHERE).search(text.text))


def find_kind(
    text: MarkedText,
    named: list[Named],
    unwanted: list[tuple[str, int, int]],
    timed: bool,
    lasting: bool = False,
    musical: bool = False,
) -> str | None:
    """The kind that the words ask for, or None where they leave it open.

    unwanted: what must not be heard, with its place. timed: the prompt names a tempo or bars.
    lasting: it names seconds. musical: it names a genre or a key.
    """
    rest = _asked_for(text, unwanted)
    # `house no kick` names a kick, but asks for none
    named = [
        one for one in named if not any(start <= one.start < end for _, start, end in unwanted)
    ]
    if pattern(_MIDI).search(rest) and not pattern(_NOT_MIDI).search(rest):
        return "midi"
    if pattern(ONESHOT).search(rest):
        return "oneshot"
    loops = any(fold(word) in loop_words() for word in pattern(r"[^\W_]+").findall(rest)) or bool(
        pattern(_FOUR_ON_THE_FLOOR).search(rest)
    )
    stop = pattern(HEAD_END).search(rest)
    head = rest[: stop.start()] if stop else rest
    if not loops and (
        pattern(_TRANSITION).search(head) or (not timed and pattern(_ATMOSPHERE).search(head))
    ):
        return "sfx"
    thing = names_effect_first(head)
    # a church bell is no instrument
    plays = [
        one
        for one in named
        if one.sound.part not in ("texture", "vocals")
        and not (thing and thing.start <= one.start < one.end <= thing.end)
    ]
    if (
        not (loops or timed or musical or plays)
        and (thing or pattern(_THINGS).search(head))
        and not pattern(_MUSIC).search(head)
    ):
        return "sfx"
    # a sample's name with one sound and no tempo is one hit of it
    one_sound = text.is_pack and len(named) == 1 and (named[0].sound.hit or "_" in text.typed)
    if one_sound and not (loops or timed):
        return "oneshot"
    in_head = [one for one in named if one.start < len(head)]
    bed = bool(in_head) and all(one.sound.part == "texture" for one in in_head)
    if not loops and not timed and bed and (lasting or pattern(r"\btextures?\b").search(head)):
        return "sfx"
    if pattern(_VOCAL).search(rest) and not loops:
        return "vocal"
    if pattern(_TRACK).search(rest) and not pattern(r"\bloops?\b").search(rest):
        return "track"
    if loops or pattern(r"\bloop(?:able|ed|ing)?\b").search(rest):
        return "loop"
    hits = in_head
    if not timed and len(named) == 1 and hits and pattern(_NOTED).search(rest):
        return "oneshot"
    if not timed and len(named) == 1 and hits and hits[0].sound.hit and _ends_head(head, hits[0]):
        return "oneshot"
    if (
        not timed
        and len(hits) == 2
        and hits[0].sound.name == "808"
        and hits[1].sound.hit
        and len(named) == 2
    ):
        return "oneshot"
    return "loop" if timed else None


def _asked_for(text: MarkedText, unwanted: list[tuple[str, int, int]]) -> str:
    """The text, places kept, without its purpose (`for my trap song`) and its denials."""
    rest = pattern(r"\bfor\s+(?:my|our|the|this|an?)\s[^,;.]*").sub(
        lambda found: TAKEN * len(found[0]), text.rest
    )
    for _, start, end in unwanted:
        # an instrumental is said by what it lacks
        if rest[start:end].lower() != "instrumental":
            rest = rest[:start] + TAKEN * (end - start) + rest[end:]
    return rest


def _ends_head(head: str, one: Named) -> bool:
    """Whether a hit's name ends what is asked for, but for a note and words for a single sound."""
    return (
        pattern(rf"(?:\s*\b(?:{_HIT_TAIL})\b#?)*[\s{TAKEN}!?]*").fullmatch(head, one.end)
        is not None
    )
