"""Names of artists and works that a prompt wants imitated: `in the style of X`, `X type beat`.

A name is no genre: `punk` inside a band's name says nothing of the music. Its place is given back,
so that the reader can look past it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from daemon.prompt.genres import fold, spellings
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import loop_words, moods, sounds


@dataclass(frozen=True)
class Name:
    """The name of an artist or work, at its place in the text."""

    start: int
    end: int
    name: str


#: One word of a name; a name's later words may be small ones.
_WORD = r"[^\W_][\w'&./!-]*"
_STOP = (
    r"(?=\s*(?:$|[,;:|()\[\]\"\n\0]|\.(?:\s|$)|\b(?:with|but|and\s+(?:a|an|the|with)|at|in|for|from|"
    r"featuring|using|style|mixed|meets|playing|on|about|loop|beat|type|bpm|mit|con|avec|com)\b|\d+\s*bpm))"
)
#: What comes before a name in any case of letters.
_STYLE_OF = (
    r"\b(?:in\s+(?:the|a)\s+style\s+of|style\s+of|styled\s+after|in\s+the\s+vein\s+of|"
    r"à\s+la|a\s+la|im\s+stil\s+von|al\s+estilo\s+de|dans\s+le\s+style\s+de|no\s+estilo\s+de|"
    r"nello\s+stile\s+di|в\s+стиле)\s+"
)
#: What comes before a name only where that begins with a capital.
_LOOSE = r"(?i:\b(?:like|by|similar\s+to|reminiscent\s+of))\s+"
_CAPITAL = r"[A-Z0-9][\w'&./!-]*(?:\s+(?:of|the|and|&|de|la|x)?\s*[A-Z0-9][\w'&./!-]*){0,4}"
_TYPE = rf"({_WORD}(?:\s+{_WORD}){{0,2}}?)\s+type(?:\s+(?:beat|track|song|drums|melody|loop)|\s*$)"
_STYLED = r"([A-Z][\w'&./!-]*(?:\s+[A-Z][\w'&./!-]*){1,3})[\s-]+(?:style|vibes?)\b"
_ESQUE = r"\b([A-Z][a-z]+(?:\s[A-Z][a-z]+)?)[\s-]?esque\b"

#: Artists whose bare name people write, folded by `fold`: no sentence says that they are one.
_KNOWN = (
    "abba, ac/dc, adele, aphex twin, ariana grande, arctic monkeys, avicii, bad bunny, beach boys, "
    "beatles, beethoven, beyonce, billie eilish, bjork, black sabbath, boards of canada, bob dylan, "
    "bob marley, bonobo, brian eno, burial, burna boy, calvin harris, carl cox, chemical brothers, "
    "chopin, coldplay, daft punk, david bowie, david guetta, deadmau5, debussy, deftones, "
    "depeche mode, disclosure, dr dre, drake, dua lipa, duke ellington, ed sheeran, eminem, enya, "
    "erik satie, flume, four tet, frank ocean, frank sinatra, fred again, gorillaz, green day, "
    "hans zimmer, j cole, james brown, jimi hendrix, john coltrane, john williams, justice, "
    "juice wrld, kanye west, kendrick lamar, kraftwerk, lady gaga, led zeppelin, linkin park, "
    "ludovico einaudi, mac miller, madonna, massive attack, metallica, metro boomin, mf doom, "
    "michael jackson, miles davis, moderat, mozart, muse, new order, nine inch nails, nirvana, "
    "odesza, pink floyd, playboi carti, pop smoke, portishead, post malone, prodigy, radiohead, "
    "rammstein, red hot chili peppers, rihanna, rolling stones, skepta, skrillex, slipknot, "
    "snoop dogg, steve reich, stevie wonder, swedish house mafia, tame impala, taylor swift, "
    "the weeknd, thom yorke, tiesto, travis scott, tupac, tycho, u2, vangelis, vivaldi, "
    "yung lean, young thug, paramore, tool, evanescence, foo fighters, iron maiden, megadeth, pantera, "
    "system of a down, rage against the machine, soundgarden, pearl jam, the cure, "
    "the smiths, joy division, the clash, sex pistols, ramones, blink 182, my chemical romance, "
    "fall out boy, twenty one pilots, imagine dragons, the strokes, the killers, lana del rey, "
    "lorde, sza, doja cat, nicki minaj, cardi b, megan thee stallion, lil wayne, lil baby, lil peep, "
    "xxxtentacion, 21 savage, gunna, tyler the creator, asap rocky, jay z, nas, "
    "notorious big, wu tang clan, nujabes, madlib, gesaffelstein, boys noize, "
    "richie hawtin, adam beyer, charlotte de witte, amelie lens, nina kraviz, jeff mills, "
    "leftfield, fatboy slim, moby, jean michel jarre, "
    "tangerine dream, carpenter brut, the midnight, m83, squarepusher, autechre, noisia, "
    "pendulum, goldie, ltj bukem, armin van buuren, paul van dyk, martin garrix, kygo, marshmello, "
    "diplo, major lazer, rosalia, daddy yankee, j balvin, karol g, shakira, manu chao, "
    "buena vista social club, fela kuti, wizkid, ed banger, ennio morricone, john carpenter, "
    "joe hisaishi, nobuo uematsu, koji kondo, ryuichi sakamoto, philip glass, arvo part, max richter, "
    "nils frahm, olafur arnalds, bach, brahms, tchaikovsky, wagner, liszt, rachmaninoff, stravinsky, "
    "elvis presley, johnny cash, dolly parton, willie nelson, frank zappa, queen, "
    "the doors, the who, jethro tull, king crimson, deep purple, aerosmith, guns n roses, bon jovi, "
    "def leppard, van halen, zz top, dire straits, fleetwood mac, bee gees, earth wind and fire, "
    "kool and the gang, prince, whitney houston, mariah carey, aretha franklin, ray charles, "
    "nina simone, billie holiday, ella fitzgerald, louis armstrong, charlie parker, thelonious monk, "
    "herbie hancock, chick corea, pat metheny, bill evans, dave brubeck, stan getz, bts, blackpink, "
    "sigur ros, explosions in the sky, godspeed you black emperor, mogwai, my bloody valentine, "
    "slowdive, cocteau twins, beach house, mac demarco, bon iver, sufjan stevens, elliott smith, "
    "nick drake, joni mitchell, leonard cohen, tom waits, bjork, kate bush, fka twigs, sophie, "
    "100 gecs, charli xcx, grimes, crystal castles, ladytron, mgmt, lcd soundsystem, hot chip, "
    "franz ferdinand, bloc party, kshmr"
)
#: Known names that are words of their own: only in capitals are they an artist.
_ORDINARY = frozenset(
    (
        "justice",
        "muse",
        "burial",
        "prodigy",
        "disclosure",
        "drake",
        "flume",
        "tool",
        "queen",
        "prince",
        "nas",
        "bach",
        "lorde",
        "grimes",
        "sophie",
        "goldie",
        "pendulum",
        "kshmr",
    )
)


@cache
def _known() -> dict[str, None]:
    return {fold(name): None for name in _KNOWN.split(",")}


def find_artists(text: MarkedText) -> list[Name]:
    """Artists and works that are named, in their order. Nothing is taken."""
    found = [
        *_led(text, rf"{_STYLE_OF}((?:{_WORD})(?:\s+{_WORD}){{0,5}}?){_STOP}", loose=False),
        *_led(text, rf"{_LOOSE}({_CAPITAL})", loose=True),
        *_led(text, _TYPE, loose=False),
        *_led(text, _STYLED, loose=True),
        *_led(text, _ESQUE, loose=True),
        *_by_table(text),
    ]
    kept: list[Name] = []
    for one in sorted(found, key=lambda one: (one.start, one.start - one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _led(text: MarkedText, form: str, loose: bool) -> list[Name]:
    found = []
    for match in text.find(form, 0) if loose else text.find(form):
        words = match[1].strip(" .-'")
        lead = pattern(r"(?:an?|the|some|my|this|make|create|song|beat)\s+").match(words)
        start = match.start(1) + (lead.end() if lead and not loose else 0)
        words = text.text[start : match.start(1) + len(words)]
        if words and _is_name(words, text, loose):
            found.append(Name(start, start + len(words), words))
    return found


def _is_name(words: str, text: MarkedText, loose: bool) -> bool:
    """Whether words can be somebody's name: not only words of music, and a capital where needed."""
    if fold(words) in _known():
        return True
    if pattern(r"(?:an?|the|this|that|it|there|if|you|my|some|those|when|they|he|she)\b").match(
        words
    ):
        return False
    tokens = [fold(word) for word in pattern(r"[^\W_]+").findall(words)]
    plain = (spellings(), sounds(), moods(), loop_words(), _COMMON)
    of_music = [any(token in table for table in plain) or token.isdigit() for token in tokens]
    if not tokens or all(of_music) or fold(words) in spellings() or tokens[0] in moods():
        return False
    if of_music[-1] and not words[0].isupper():
        return False
    shouted = text.text.isupper()
    return words[0].isupper() and not shouted if loose else not pattern(r"\d0'?s$").search(words)


#: Words of musical talk that are nobody's name.
_COMMON_WORDS = (
    "music song songs track tracks film movie film soundtrack game games old new classic style the "
    "and or of a an modern early late era decade decades century western eastern african american "
    "british german french japanese indian chinese korean spanish latin arabic celtic irish cuban "
    "brazilian chicago detroit berlin london new york us uk la ibiza cinema video anime theme "
    "acoustic electric electronic live bpm minor major beat type midi drummer machine kid radio "
    "tv show day night summer winter"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def _by_table(text: MarkedText) -> list[Name]:
    """Well-known names, wherever they stand."""
    tokens, found, at = text.tokens(), [], 0
    while at < len(tokens):
        count = text.longest(tokens, at, _known(), 4) if at < 400 else 0
        if count:
            start, end = tokens[at].start, tokens[at + count - 1].end
            name = text.text[start:end]
            if not (
                fold(name) in _ORDINARY and not (name[0].isupper() and not text.text.isupper())
            ):
                found.append(Name(start, end, name))
        at += count or 1
    return found
