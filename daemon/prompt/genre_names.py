"""Genres named in a prompt, with the names that mean something else left out."""

from __future__ import annotations

import re
from functools import cache

from bridge.text import is_one_letter_off
from daemon.prompt.foreign_words import OTHER_GENRES
from daemon.prompt.genres import BORROWED, GENRES, Genre, fold, spellings
from daemon.prompt.marked_text import TAKEN, MarkedText, Token
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import loop_words, moods, sounds

#: (start, end, genre) of one name in the text.
GenreSpan = tuple[int, int, Genre]

#: What follows or comes before a genre's name where it means something else.
_NO_GENRE_AFTER = {
    "rock": r"\s+(?:solid|hard)\b",
    "metal": r"\s+(?:pipe|hit|clang|plate|sheet|scrape|bar|gate|can|door|rod|bowl|impact|perc)",
    "pop": r"\s+(?:noise|filter)", "trap": r"\s*door", "uk garage": r"\s*(?:door|band)",
    "dub": r"\s+(?:siren|delay)", "jungle": r"\s+(?:ambien|atmos|sounds|birds|night)",
    "disco": r"\s+ball", "house": r"\s+(?:party|cat|keys)\b", "drill": r"\s+(?:bit|press)",
    "classical": r"\s+guitar", "acid techno": r"\s+(?:bass|line|303|lead|synth|arp|squelch|jazz)",
    "drum and bass": r"\s+guitar",
    "industrial": r"\s+(?:machine|noise|fan|ambien|hum)",
    "cinematic": r"\s+(?:impact|boom|hit|riser|whoosh|braam)", "idm": r"\s+(?:fx|effect|hit)",
    "country": r"\s*side", "rage": r"\s+(?:filled|room)",
    "blues": r"\s+scale",
}  # fmt: skip
_NO_GENRE_BEFORE = {
    "pop": r"(?:vinyl|bubble|balloon|cork)\s*$", "drill": r"(?:power|electric|dentist)\s*$",
    "metal": r"(?:sheet|scrap)\s*$",
    # a big room is a place as well
    "electro house": r"\b(?:in|of|like)\s+an?\s*$",
    "house": r"(?:\bin (?:the|my|a|da)|haunted)\s*$",
    # a riddim is a genre of its own only where no other is named before it
    "dubstep": r"(?:dancehall|reggae|soca|afro\w*|one drop)[\s-]*$",
}  # fmt: skip
#: A beat with the chords of another style stays that beat: `boom bap soul`, `lo-fi jazz`.
_BEATS = frozenset(("boom bap", "lo-fi", "trap", "drill"))
_SONGS = frozenset(("soul", "jazz", "funk", "r&b", "blues"))
#: Words that are one letter away from a genre and mean themselves.
_NO_TYPOS = frozenset((
    "hose", "hours", "mouse", "horse", "trace", "trance", "drills", "chill", "tech", "techs",
    "electric", "amble", "ambience", "rocks", "pops", "dusty", "disc",
))  # fmt: skip


def find_genres(text: MarkedText) -> list[GenreSpan]:
    tokens, table = text.tokens(), spellings()
    spans: list[GenreSpan] = []
    at = 0
    while at < len(tokens):
        count = text.longest(tokens, at, table, 5)
        if count and text.longest(tokens, at, sounds(), 4) <= count:
            folded = "".join(token.folded for token in tokens[at : at + count])
            start, end, genre = tokens[at].start, tokens[at + count - 1].end, table[folded]
            if _is_genre(text, start, end, genre):
                spans.append((start, end, genre))
        at += count or 1
    spans = sorted([*spans, *_in_other_scripts(text)], key=lambda span: span[0])
    return spans or _misspelled_genres(text, tokens)


def _in_other_scripts(text: MarkedText) -> list[GenreSpan]:
    """Genres in scripts without blanks or with many endings; a longer name goes first."""
    if text.rest.isascii():
        return []
    said, found = text.rest.lower(), []
    for word, name in sorted(OTHER_GENRES.items(), key=lambda row: -len(row[0])):
        match = pattern(
            rf"(?<![^\W\d_]){re.escape(word)}" if word[0] < "\u3000" else re.escape(word)
        ).search(said)
        if match:
            found.append((match.start(), match.end(), GENRES[name]))
            said = said[: match.start()] + TAKEN * len(match[0]) + said[match.end() :]
    return found


def _is_genre(text: MarkedText, start: int, end: int, genre: Genre) -> bool:
    after, before = _NO_GENRE_AFTER.get(genre.name), _NO_GENRE_BEFORE.get(genre.name)
    if after and pattern(after).match(text.rest[end:]):
        return False
    if before and pattern(before).search(text.before(start)):
        return False
    # what is not wanted is no genre of the request: "no trap"
    return not pattern(r"\b(?:no|not|without|isn't|except)\s+(?:too\s+)?$").search(
        text.before(start)
    )


@cache
def _long_names() -> dict[str, list[tuple[str, Genre]]]:
    """First letter -> the spellings that are long enough to be known with a letter wrong."""
    found: dict[str, list[tuple[str, Genre]]] = {}
    for spelling, genre in spellings().items():
        if len(spelling) >= 5:
            found.setdefault(spelling[0], []).append((spelling, genre))
    return found


def _misspelled_genres(text: MarkedText, tokens: list[Token]) -> list[GenreSpan]:
    """Genres with one letter wrong: `tehcno`, `dubsteb`. Only for text without a correct one."""
    for at, token in enumerate(tokens[:60]):
        for count in (2, 1):
            if at + count > len(tokens) or (count == 2 and not text.joined(token, tokens[at + 1])):
                continue
            word = "".join(t.folded for t in tokens[at : at + count])
            two_sounds = count == 2 and all(t.folded in sounds() for t in tokens[at : at + 2])
            if (
                len(word) < 5
                or two_sounds  # "drums + bass" is no drum'n'bass
                or word in _NO_TYPOS
                or word in sounds()
                or word in moods()
                or word in loop_words()
            ):
                continue
            for spelling, genre in _long_names().get(word[0], ()):
                same_end = spelling[:2] == word[:2] or spelling[-2:] == word[-2:]
                if abs(len(spelling) - len(word)) > 1 or not same_end:
                    continue  # one wrong letter leaves the beginning or the end as it was
                swapped = sorted(spelling) == sorted(word)
                sure = len(spelling) >= 7 or swapped or len(word) != len(spelling)
                if sure and is_one_letter_off(word, spelling):
                    return [(token.start, tokens[at + count - 1].end, genre)]
    return []


def played_like(text: MarkedText, spans: list[GenreSpan], chosen: Genre) -> str | None:
    """The warning for a genre without a groove of its own: `gqom` is played like amapiano."""
    for start, end, genre in spans:
        if genre is chosen and fold(text.text[start:end]) in BORROWED:
            return (
                f"{text.text[start:end]} has no groove of its own here; "
                f"it is played like {genre.name}"
            )
    return None


def choose_genre(text: MarkedText, spans: list[GenreSpan]) -> Genre | None:
    """The first genre named. Of several in a row the last, the noun: ambient techno, jazz house."""
    if not spans:
        return None
    chosen = spans[0]
    for span in spans[1:]:
        if text.rest[chosen[1] : span[0]].strip(" -/"):
            break
        # "jungle breaks" are breaks of jungle
        if fold(text.text[span[0] : span[1]]) not in loop_words():
            chosen = span
    row = [one for one in spans if one[0] <= chosen[0]]
    if len(row) > 1 and chosen[2].name in _SONGS and row[-2][2].name in _BEATS:
        return row[-2][2]
    if chosen[2].name == "jazz" and any(genre.name == "waltz" for _, _, genre in spans):
        return GENRES["jazz waltz"]
    return chosen[2]
