"""Instruments that a prompt names, at their places, and those that it denies."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from daemon.prompt.foreign_words import (
    AND,
    DENIALS,
    OTHER_AND,
    OTHER_DENIALS_AFTER,
    OTHER_DENIALS_BEFORE,
    OTHER_INSTRUMENTAL,
)
from daemon.prompt.forms import DENIED_FIELDS
from daemon.prompt.genre_names import GenreSpan
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import TAKEN, MarkedText, Token
from daemon.prompt.patterns import pattern
from daemon.prompt.typos import misspelled_instrument
from daemon.prompt.vocabulary import Sound, sounds, unspaced_sounds

#: A denial in another language, or by a dash, counts only where an instrument follows.
_FOREIGN_NEGATION = rf"(?<!\w)(?:{DENIALS})\s+"
_NEGATION = (
    r"\b(?:no|without(?:\s+any)?|w/o|minus|zero|avoid(?:ing)?|exclud(?:e|ing)|except|"
    r"don'?t\s+(?:want|use|add|include)(?:\s+any)?|not?\s+any)\s+(?:the\s+|an?\s+)?"
)
_NO_NEGATION = (
    r"(?:more|less|longer|matter|one\b|problem|idea|limit|bpm|tempo|key\b|swing|shuffle|midi)"
)
_LESS = {
    "drumless": "drums", "beatless": "drums", "drumfree": "drums", "nondrum": "drums",
    "bassless": "bass", "vocalfree": "vocals", "nonvocal": "vocals", "vocalless": "vocals",
    "voiceless": "vocals", "instrumental": "vocals", "instrumentale": "vocals",
    "percussionless": "percussion", "kickless": "kick", "hatless": "hats",
}  # fmt: skip
#: A top loop has the drums above the kick.
_TOPS = r"\b(?:top\s?loops?|tops?|topper)\b"
LIST_JOIN = (
    rf"\s*(?:,|and\b|&|\+|/|or\b|nor\b|n\b|(?:{AND})\b)?"
    r"\s*(?:and\s+|or\s+|no\s+)?(?:the\s+|an?\s+)?"
)


@dataclass(frozen=True)
class Named:
    """Something of the vocabulary, at its place."""

    start: int
    end: int
    sound: Sound


def find_instruments(
    text: MarkedText, spans: list[GenreSpan]
) -> tuple[list[Named], list[tuple[str, int, int]]]:
    """Instruments at their places, and what is not wanted: (name, start, end)."""
    tokens, table = text.tokens(), sounds()
    genre_at = {place for start, end, _ in spans for place in range(start, end)}
    named: list[Named] = []
    at = 0
    while at < len(tokens):
        count = 0 if tokens[at].start in genre_at else text.longest(tokens, at, table, 4)
        if count:
            folded = "".join(token.folded for token in tokens[at : at + count])
            named.append(Named(tokens[at].start, tokens[at + count - 1].end, table[folded]))
        at += count or 1
    named += _in_other_scripts(text) + _in_compounds(tokens)
    if not named:
        named = _misspelled(tokens, genre_at)
    named.sort(key=lambda one: one.start)
    named = _of_one_sound(text, named)
    without = [
        (part, token.start, token.end)
        for token in tokens
        if (part := _LESS.get(token.folded)) is not None
    ]
    without += [
        (part, a.start, b.end)
        for a, b in pairwise(tokens)
        if text.joined(a, b) and (part := _LESS.get(a.folded + b.folded)) is not None
    ]
    without += [("vocals", m.start(), m.end()) for m in text.find(OTHER_INSTRUMENTAL)]
    for match in text.find(_FOREIGN_NEGATION):
        if any(one.start == match.end() for one in named):
            without.extend(_negated(text, match.end(), named))
    for match in text.find(_NEGATION):
        if not pattern(_NO_NEGATION).match(text.rest[match.end() :]):
            without.extend(_negated(text, match.end(), named))
    without += _denied_in_other_scripts(text, named)
    without += _denied_fields(text, named)
    if any(one.sound.name == "drums" for one in named) or text.has("top loop", "toploop", " tops"):
        without += [("kick", m.start(), m.end()) for m in text.find(_TOPS)]
    return named, without


#: Last words of German compounds, folded.
_COMPOUND_ENDINGS = ("musik", "loop", "melodie", "stuck", "stueck", "stck")
#: The same for words that the instrument takes with it: behind them nothing else is named.
_WHOLE_ENDINGS = tuple(
    fold(word)
    for word in (
        "akkord", "akkorde", "akkorden", "riff", "riffs", "linie", "linien", "spur", "begleitung",
        "klang", "klänge", "klängen", "sound", "sounds", "groove", "grooves", "figur", "solo",
        "loops", "melodien", "schleife", "schleifen", "arpeggio", "arpeggien", "rhythmus",
    )
)  # fmt: skip


def _in_compounds(tokens: list[Token]) -> list[Named]:
    """Instruments in German compounds: `Klaviermusik`, `Gitarrenakkorde`."""
    found = []
    for token in tokens:
        if not token.folded.endswith((*_COMPOUND_ENDINGS, *_WHOLE_ENDINGS)):
            continue
        for ending in (*_COMPOUND_ENDINGS, *_WHOLE_ENDINGS):
            stem = token.folded.removesuffix(ending)
            name = next((one for one in (stem, stem.removesuffix("n")) if one in sounds()), "")
            if stem != token.folded and name and token.folded not in sounds():
                end = token.end if ending in _WHOLE_ENDINGS else token.start + len(stem)
                found.append(Named(token.start, end, sounds()[name]))
                break
    return found


def _misspelled(tokens: list[Token], genre_at: set[int]) -> list[Named]:
    """Instruments with one letter wrong, where none is spelled right."""
    return [
        Named(token.start, token.end, sounds()[spelling])
        for token in tokens[:60]
        if token.start not in genre_at and (spelling := misspelled_instrument(token.folded))
    ]


def _of_one_sound(text: MarkedText, named: list[Named]) -> list[Named]:
    """`808 kick drum` is one sound: the word drum names no other. `808 drums` are a kit."""
    found: list[Named] = []
    for one in named:
        before = found[-1] if found else None
        word = text.rest[one.start : one.end].lower()
        if (
            before
            and before.sound.hit
            and before.sound.part == "drums"
            and word == "drum"
            and not text.rest[before.end : one.start].strip(" -")
        ):
            found[-1] = Named(before.start, one.end, before.sound)
        elif (
            before
            and before.sound.name == "808"
            and one.sound.name == "drums"
            and not text.rest[before.end : one.start].strip(" -")
        ):
            found[-1] = Named(before.start, one.end, one.sound)
        else:
            found.append(one)
    return found


def _denied_fields(text: MarkedText, named: list[Named]) -> list[tuple[str, int, int]]:
    """What stands in a field such as `Exclude: vocals, guitar` or `negative prompt: drums`."""
    found: list[tuple[str, int, int]] = []
    for match in text.find(rf"(?<![\w-]){DENIED_FIELDS}\s*:\s*"):
        stop = pattern(r"[.;|\n]|,?\s*\b[a-z]+\s*:").search(text.rest, match.end())
        end = stop.start() if stop else len(text.rest)
        inside = [one for one in named if match.end() <= one.start < end]
        found += [(one.sound.name, one.start, one.end) for one in inside]
        for tag in pattern(r"[^,]+").finditer(text.rest, match.end(), end):
            word = tag[0].strip(" \0").lower()
            if word and not any(tag.start() <= one.start < tag.end() for one in inside):
                found.append((word, tag.start(), tag.end()))
    return found


def _in_other_scripts(text: MarkedText) -> list[Named]:
    if text.rest.isascii():
        return []
    table, said = sounds(), text.rest.lower()
    found = []
    for word, name in unspaced_sounds():
        at = said.find(word)
        if at >= 0:
            end = at + len(word)
            if "Ѐ" <= word[0] <= "ӿ":  # Cyrillic has endings, and blanks
                end += len(pattern(r"\w*").match(said[end:])[0])  # type: ignore[index]
            found.append(Named(at, end, table[fold(name)]))
            # a longer name is read before a shorter one inside it
            said = said[:at] + TAKEN * len(word) + said[at + len(word) :]
    return found


def _denied_in_other_scripts(text: MarkedText, named: list[Named]) -> list[tuple[str, int, int]]:
    """What is denied behind its name (`ドラムなし`, `드럼 없이`) or before it (`没有鼓`)."""
    if text.rest.isascii():
        return []
    found: list[Named] = []
    for place, one in enumerate(named):
        if pattern(OTHER_DENIALS_AFTER).match(text.rest, one.end):
            first = place
            while first and _joined_there(text, named[first - 1], named[first]):
                first -= 1
            found += named[first : place + 1]
        if pattern(rf"{OTHER_DENIALS_BEFORE}$").search(text.before(one.start)):
            last = place
            while last + 1 < len(named) and _joined_there(text, named[last], named[last + 1]):
                last += 1
            found += named[place : last + 1]
    return [(one.sound.name, one.start, one.end) for one in found]


def _joined_there(text: MarkedText, one: Named, other: Named) -> bool:
    return pattern(OTHER_AND).fullmatch(text.rest[one.end : other.start]) is not None


def _negated(text: MarkedText, at: int, named: list[Named]) -> list[tuple[str, int, int]]:
    """The instruments of a list that begins at `at`, or the words that stand there."""
    found: list[tuple[str, int, int]] = []
    for one in named[bisect_left(named, at, key=lambda one: one.start) :]:
        between = text.rest[at : one.start]
        first = not found and pattern(r"\s*(?:[a-z-]+\s+)?").fullmatch(between)
        if first or (
            found
            and pattern(LIST_JOIN).fullmatch(between)
            and (between.strip() != "," or _is_last_of_list(text, one.end))
        ):
            found.append((one.sound.name, one.start, one.end))
            at = one.end
        else:
            break
    if found:
        return found
    words = pattern(
        r"[^\W\d_][\w-]*"
        r"(?:\s+(?!and\b|or\b|but\b|with\b|in\b|at\b|on\b|please\b|just\b|only\b)[^\W\d_][\w-]*)?"
    ).match(text.rest[at:])
    if not words:
        return []
    name = (
        "drums" if words[0].lower() in ("beat", "beats", "rhythm", "rhythms") else words[0].lower()
    )
    return [(name, at, at + words.end())]


def _is_last_of_list(text: MarkedText, end: int) -> bool:
    """`no drums, bass or vocals` goes on; `no drums, pads` does not."""
    return pattern(r"\s*,?\s*(?:or|nor)\b|\s*,[^,]*\bor\b").match(text.rest[end:]) is not None


def written(
    text: MarkedText, named: list[Named], without: list[tuple[str, int, int]]
) -> tuple[tuple[str, str], ...]:
    """The instruments that are wanted: (as it was written, our name), each once."""
    wanted = [
        one for one in named if not any(start <= one.start < end for _, start, end in without)
    ]
    return tuple(
        dict.fromkeys((text.text[one.start : one.end].lower(), one.sound.name) for one in wanted)
    )
