"""The kind that a prompt wants: loop, single hit, track, notes, effect or voice."""

from __future__ import annotations

from daemon.prompt.band import on_daw_track
from daemon.prompt.effects_named import all_effects, find_living, names_effect_first
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import HEAD_END, TAKEN, MarkedText
from daemon.prompt.named import Named
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import loop_words

ONESHOT = r"\b(?:one[\s-]?shots?|single[\s-](?:hit|shot|note)|one[\s-]hit|one single hit)\b"
#: Effects that are effects at any tempo, and sounds that are effects only where no time is named.
_TRANSITION = (
    r"\b(?:sfx|sound effects?|risers?|uplifters?|downlifters?|impacts?|whoosh(?:es)?|swoosh(?:es)?|"
    r"braams?|(?:sub|bass) drops?|(?:noise|filter|up|down)[\s-]?sweeps?|"
    r"(?:cinematic|trailer|braam|movie) (?:[\w-]+ )?hits?)\b"
)
_ATMOSPHERE = (
    r"\b(?:ambien[ct]es?|atmos(?:phere|pheres)?|soundscapes?|foley|transitions?|swells?|drones?|"
    r"field recordings?|room tone|glitch fx|zaps?|"
    r"(?:rain|wind|thunder|crowd|ocean|forest|nature) (?:sounds?|noises?))\b"
)
#: Sounds of things: effects where a prompt names no music beside them.
_THINGS = (
    r"\b(?:rain(?:fall)?|thunder(?:storm)?s?|explosions?|lasers?|applause|ocean waves|birdsong|"
    r"dings?|dongs?|clangs?|clanks?|thuds?|swish(?:es)?|buzz(?:es|er)?|bleeps?|bloops?|clunks?|"
    r"doors?|dogs?|barking|cats?\s+meow\w*|glass|car\b|cars|engine|helicopter|traffic|"
    r"trains?\s+passing|crowd|cheering|sirens?|alarm|alarm clock|beeps?|notification|ui sounds?|"
    r"button clicks?|clicks?|coins?|footsteps?|walking on|typing|keyboard typing|gun\s?shots?|"
    r"swords?|blades?|explod\w+|wind blowing|water (?:drops?|flowing|dripping|splash\w*)|splash\w*|"
    r"fire crackling|campfire|birds? (?:chirp\w*|sing\w*)|chirping|flush\w*|toilet|phone ringing|"
    r"telephone|door\s?bell|thunder|bubbles|snoring|cough\w*|heart\s?beat|breathing|sneez\w*|"
    r"creak\w*|rattl\w*|crunch\w*|scrap(?:e|ing)|squeak\w*|jingl\w*|horse|cow moo\w*|lion|roar\w*|"
    r"meow\w*|purr\w*|rooster|frogs?|crickets|insects|bees|motorcycle|airplane|jet|spaceship|robot|"
    r"drill\w*|chain\s?saw|vacuum cleaner|washing machine|printer|passing by|fireworks?|"
    r"punch(?:es|ing)?|cork|balloon|whip|arrow|dice|cards|laugh\w*|scream\w*|zipper|paper|"
    r"magic spell|spell cast|item pick ?up|"
    r"game over|typewriter|camera shutter|teleport|power[- ]?up|level[- ]?up|vinyl\s?stop|"
    r"tape\s?stop|"
    r"(?:record|vinyl|dj) (?:scratch(?:es|ing)?|stop))\b"
)
#: The sound of something, by that word, whatever it is.
_SOUND_OF = (
    r"\b(?:sounds?|noises?)\s+of\s+(?:an?|my|somebody|someone)\b|\bbruits?\s+d(?:e|u|es)?\b|"
    r"\bgeräusch\w*|\b(?:sonido|ruido|som|ruído|barulho)s?\s+d(?:e|a|o|el)\b|"
    r"\b(?:rumor[ei]|suono)\s+d(?:i|el|ella)\b"
)
#: What is done to things, where nothing is played.
_ACTIONS = (
    r"\b(?:hitting|breaking|smashing|shattering|dropping|closing|opening|slamming|falling|"
    r"scraping|pouring|dripping|boiling|sizzling|tearing|ripping|cracking|snapping|cutting|"
    r"chopping|digging|knocking|scratching|rustling|popping|bouncing|driving by|driving away|"
    r"starting up|shutting down|sawing|hammering|ringing|honking|howling|growling|hissing|"
    r"buzzing|ticking|clinking|clattering|whistling past|swinging open)\b"
)
#: Sounds of the open air, by our names.
_OUTDOORS = ("rain", "foley")
#: What describes one stroke or note of a sound.
_DETAIL = (
    r"\b(?:decays?|transients?|tail|attack|rings?|release|sustain|recorded|close[- ]mic\w*|mic'?d|"
    r"micro?phone|\d+[- ]inch|velocity|reflections|dead room|single|struck|strike|one\s+hit|"
    r"(?:hit|played|struck)\s+(?:once|tightly|softly|hard)|sample|body|click|thump|thud|punch|"
    r"long and|short and|\d+ ?ms|grind\w* to a halt|pitch (?:drop\w*|fall\w*|bend\w*))\b"
)
#: One note or chord, as it is asked for.
_ONE_NOTE = (
    r"\s*(?:(?:please|make|create|generate|give me|i need|i want)\s+)*(?:a|an|one|single)\s"
    r"[^,;.]*\b(?:chord|note|stab|pluck|hit|strike|tone)\b"
)
#: Names that describe the low part of a kick, and are no other sound beside it.
_OF_THE_SAME = ("sub bass", "drums", "808", "bass", "noise")
#: Drums by the plural that are one sound in a sentence of one.
_HITS = ("hats", "clap", "kick", "snare", "rim", "tom", "cymbal", "snap")
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
_ACAPELLA = r"\b(?:a\s?cappellas?|acapellas?|accapellas?)\b"
_VOCAL = (
    rf"{_ACAPELLA}|\b(?:spoken[\s-]words?|vocal (?:line|phrase|take|lead|"
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
_LOOPS = r"\bloop(?:s|able|ed|ing)?\b"
_FOUR_ON_THE_FLOOR = r"\b(?:4|four)[\s-]*(?:x\s*4|(?:on|to)[\s-]the[\s-]floor)\b"


def names_effect(text: MarkedText) -> bool:
    """Whether the words name an effect of music's own, as a riser or a drone; not only a thing."""
    return bool(pattern(_TRANSITION).search(text.text) or pattern(_ATMOSPHERE).search(text.text))


def kind_places(text: MarkedText, kind: str | None) -> list[tuple[int, int]]:
    """Where the words that name a kind stand: (start, end) of each."""
    forms = {
        "midi": (_MIDI,), "oneshot": (ONESHOT,), "track": (_TRACK,), "vocal": (_VOCAL,),
        "sfx": (_TRANSITION, _ATMOSPHERE, _THINGS), "loop": (_LOOPS, _FOUR_ON_THE_FLOOR),
    }.get(kind or "", ())  # fmt: skip
    found = [match.span() for form in forms for match in pattern(form).finditer(text.text)]
    if kind == "loop":
        words = pattern(r"[^\W_]+").finditer(text.text)
        found += [word.span() for word in words if fold(word[0]) in loop_words()]
    return found


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
    rest = _asked_for(text, unwanted, named)
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
    # what is asked for may come after a figure: `30 seconds, a riser`
    begin = len(rest) - len(rest.lstrip(f" ,;.|:{TAKEN}"))
    stop = pattern(HEAD_END).search(rest, begin)
    head = rest[: stop.start()] if stop else rest
    if not loops and (
        pattern(_TRANSITION).search(head) or (not timed and pattern(_ATMOSPHERE).search(head))
    ):
        return "sfx"
    if not (loops or timed):
        thing = names_effect_first(head)
        # a church bell is no instrument
        things = all_effects(rest) if thing else []
        plays = [
            one
            for one in named
            if one.sound.part not in ("texture", "vocals")
            and not any(each.start <= one.start < one.end <= each.end for each in things)
        ]
        is_thing = _names_thing(rest, head, named) or (
            (thing is not None or bool(find_living(head))) and not pattern(_MUSIC).search(head)
        )
        if not (musical or plays) and is_thing:
            return "sfx"
        if _is_one_sound(text, rest, head, named):
            return "oneshot"
    in_head = [one for one in named if one.start < len(head)]
    bed = bool(in_head) and all(one.sound.part == "texture" for one in in_head)
    if not loops and not timed and bed and (lasting or pattern(r"\btextures?\b").search(head)):
        return "sfx"
    if not loops and _wants_voice(rest, head, named, timed or musical):
        return "vocal"
    if pattern(_TRACK).search(rest) and not pattern(r"\bloops?\b").search(rest):
        return "track"
    if loops or pattern(r"\bloop(?:able|ed|ing)?\b").search(rest):
        return "loop"
    if not timed and _is_bare_hit(rest, head, in_head, len(named)):
        return "oneshot"
    return "loop" if timed else None


def _wants_voice(rest: str, head: str, named: list[Named], musical: bool) -> bool:
    """Whether a voice alone is asked for: `an acapella`, or a name that ends in `vocal`.

    `house with a vocal hook` asks for house.
    """
    if pattern(_VOCAL).search(head) or pattern(rf"(?<!with ){_ACAPELLA}").search(rest):
        return True
    alone = len(named) == 1 and named[0].sound.part == "vocals" and not musical
    return (
        alone and pattern(r"(?:\S+\s+){0,3}(?:vocals?|vox)\W*").fullmatch(rest.strip()) is not None
    )


def _is_bare_hit(rest: str, head: str, hits: list[Named], count: int) -> bool:
    """Whether what is asked for ends with one hit of the `count` instruments that are named."""
    if count == 1 and hits:
        noted = pattern(_NOTED).search(rest) is not None
        return noted or (hits[0].sound.hit and _ends_head(head, hits[0]))
    return count == 2 and len(hits) == 2 and hits[0].sound.name == "808" and hits[1].sound.hit


def _names_thing(rest: str, head: str, named: list[Named]) -> bool:
    """Whether the sound of a thing or of an action is asked for, and no music."""
    while_ = pattern(r"\b(?:as|while|when)\b").search(head)
    first = head[: while_.start()] if while_ else head
    if pattern(_MUSIC).search(first):
        return False
    if any(pattern(form).search(first) for form in (_THINGS, _ACTIONS, _SOUND_OF)):
        return True
    # weather and the like alone: `waves`, `rain on a window`
    return (
        bool(named)
        and all(one.sound.name in _OUTDOORS for one in named)
        and not pattern(_MUSIC).search(rest)
    )


def _is_one_sound(text: MarkedText, rest: str, head: str, named: list[Named]) -> bool:
    """Whether one sound is described: by a sample's name, or in a sentence of its details."""
    if text.is_pack and len(named) == 1 and (_can_be_hit(named[0]) or "_" in text.typed):
        return True
    names = {one.sound.name for one in named if one.sound.name not in _OF_THE_SAME}
    struck = {one.sound.name for one in named if _can_be_hit(one)}
    detail = pattern(_DETAIL).search(rest) is not None
    music = pattern(_MUSIC).search(rest) is not None
    if len(struck) == 1 and names <= struck and detail and not music:
        return True
    single = pattern(_ONE_NOTE).match(head)
    return single is not None and len({one.sound.name for one in named}) in (1, 2) and detail


def _can_be_hit(one: Named) -> bool:
    return one.sound.hit or one.sound.name in _HITS


def _asked_for(text: MarkedText, unwanted: list[tuple[str, int, int]], named: list[Named]) -> str:
    """The text, places kept, without its purpose (`for my trap song`) and its denials.

    A track of the project (`in the bass track`) is where, not what: its word goes as well.
    """
    rest = pattern(r"\bfor\s+(?:my|our|the|this|an?)\s[^,;.]*").sub(
        lambda found: TAKEN * len(found[0]), text.rest
    )
    for one in named:
        word = pattern(r"\s+(?:midi\s+|audio\s+)?track\b").match(rest, one.end)
        if word and on_daw_track(text, one):
            rest = rest[: one.end] + TAKEN * len(word[0]) + rest[word.end() :]
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
