"""Moods that a prompt names, at their places."""

from __future__ import annotations

from daemon.prompt.foreign_words import OTHER_MOODS
from daemon.prompt.genre_names import GenreSpan
from daemon.prompt.genres import fold
from daemon.prompt.marked_text import MarkedText, Token
from daemon.prompt.named import Named
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import Mood, moods

#: Before and after `driving`: somebody drives, and nothing is said of the music.
_AT_THE_WHEEL = r"\b(?:am|i'?m|is|are|was|while|when|about|for|of|whilst|keep|night|car)\s+$"
_ON_THE_ROAD = r"\s+(?:at|home|alone|around|through|down|my|a|the|in|to|along|fast|past)\b"
#: After `fast` or `long`: it is said of a sound, not of the music.
_OF_SOUND = r"\s+(?:decay|attack|release|fade|transients?|tail|envelope|delay|echo)\b"


def find_moods(
    text: MarkedText,
    spans: list[GenreSpan],
    named: list[Named],
    without: list[tuple[str, int, int]],
) -> list[tuple[int, int, Mood]]:
    """The moods at their places: (start, end, mood)."""
    tokens, table = text.tokens(), moods()
    taken = {place for start, end, _ in spans for place in range(start, end)}
    taken |= {place for one in named for place in range(one.start, one.end)}
    taken |= {place for _, start, end in without for place in range(start, end)}
    found: list[tuple[int, int, Mood]] = []
    at = 0
    while at < len(tokens):
        count = 0 if tokens[at].start in taken else text.longest(tokens, at, table, 3)
        denied = count and pattern(
            r"\b(?:not|less|never|isn't)\s+(?:too|so|very|that|overly)?\s*$"
        ).search(text.before(tokens[at].start))
        of_sound = count and pattern(_OF_SOUND).match(text.rest[tokens[at + count - 1].end :])
        at_the_wheel = (
            count == 1 and tokens[at].folded == "driving" and _is_at_the_wheel(text, tokens[at])
        )
        if count and not denied and not of_sound and not at_the_wheel:
            mood = table["".join(token.folded for token in tokens[at : at + count])]
            found.append((tokens[at].start, tokens[at + count - 1].end, mood))
        at += count or 1
    if not text.rest.isascii():
        said = text.rest.lower()
        found += [
            (place, place + len(word), table[fold(name)])
            for word, name in OTHER_MOODS.items()
            if (place := said.find(word)) >= 0
        ]
    return found


def _is_at_the_wheel(text: MarkedText, driving: Token) -> bool:
    return (
        pattern(_AT_THE_WHEEL).search(text.before(driving.start)) is not None
        or pattern(_ON_THE_ROAD).match(text.rest, driving.end) is not None
    )
