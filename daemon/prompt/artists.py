"""Names of artists and works that a prompt wants imitated: `in the style of X`, `X type beat`.

A name is no genre: `punk` inside a band's name says nothing of the music. Its place is given back,
so that the reader can look past it.
"""

from __future__ import annotations

import re
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
_WORD = r"[^\W_][\w'&./!$-]*"
_STOP = (
    r"(?=\s*(?:$|[,;:|()\[\]\"\n\0]|\.(?:\s|$)|"
    r"\b(?:with|but|and\s+(?:a|an|the|with)|at|in|for|from|"
    r"featuring|using|style|mixed|meets|playing|on|about|"
    r"loop|beat|type|bpm|mit|con|avec|com)\b|\d+\s*bpm))"
)
#: What comes before a name in any case of letters.
_STYLE_OF = (
    r"\b(?:in\s+(?:the|a)\s+style\s+of|style\s+of|styled\s+after|in\s+the\s+vein\s+of|"
    r"à\s+la|a\s+la|im\s+stil\s+von|al\s+estilo\s+de|dans\s+le\s+style\s+de|no\s+estilo\s+de|"
    r"nello\s+stile\s+di|в\s+стиле)\s+"
)
#: What comes before a name only where that begins with a capital.
_LOOSE = (
    r"(?i:\b(?:like|by|como|comme|similar\s+to|reminiscent\s+of|(?:cover|remix|rendition)\s+of|"
    r"theme\s+(?:from|of)))\s+"
)
_CAPITAL = r"[A-Z0-9][\w'&./!$-]*(?:\s+(?:of|the|and|&|de|la|x)?\s*[A-Z0-9][\w'&./!$-]*){0,4}"
_TYPE = rf"({_WORD}(?:\s+{_WORD}){{0,2}}?)\s+type(?:\s+(?:beat|track|song|drums|melody|loop)|\s*$)"
_STYLED = r"([A-Z][\w'&./!-]*(?:\s+[A-Z][\w'&./!-]*){1,3})[\s-]+(?:style|vibes?)\b"
_ESQUE = r"\b([A-Z][a-z]+(?:\s[A-Z][a-z]+)?)[\s-]?esque\b"

#: Artists whose bare name people write, folded by `fold`: no sentence says that they are one.
_KNOWN = (
    "100 gecs, 21 savage, abba, ac/dc, adam beyer, adele, aerosmith, amelie lens, aphex twin, "
    "arctic monkeys, aretha franklin, ariana grande, armin van buuren, arvo part, asap rocky, "
    "autechre, avicii, bach, bad bunny, beach boys, beach house, beatles, bee gees, beethoven, "
    "beyonce, bill evans, billie eilish, billie holiday, bjork, black sabbath, blackpink, blink "
    "182, bloc party, boards of canada, bob dylan, bob marley, bon iver, bon jovi, bonobo, boys "
    "noize, brahms, brian eno, bts, buena vista social club, burial, burna boy, calvin harris, "
    "cardi b, carl cox, carpenter brut, charli xcx, charlie parker, charlotte de witte, "
    "chemical brothers, chick corea, chopin, cocteau twins, coldplay, crystal castles, daddy "
    "yankee, daft punk, dave brubeck, david bowie, david guetta, deadmau5, debussy, deep "
    "purple, def leppard, deftones, depeche mode, diplo, dire straits, disclosure, doja cat, "
    "dolly parton, dr dre, drake, dua lipa, duke ellington, earth wind and fire, ed banger, ed "
    "sheeran, ella fitzgerald, elliott smith, elvis presley, eminem, ennio morricone, enya, "
    "erik satie, evanescence, explosions in the sky, fall out boy, fatboy slim, fela kuti, fka "
    "twigs, fleetwood mac, flume, foo fighters, four tet, frank ocean, frank sinatra, frank "
    "zappa, franz ferdinand, fred again, gesaffelstein, godspeed you black emperor, goldie, "
    "gorillaz, green day, grimes, gunna, guns n roses, hans zimmer, herbie hancock, hot chip, "
    "imagine dragons, iron maiden, j balvin, j cole, james brown, jay z, jean michel jarre, "
    "jeff mills, jethro tull, jimi hendrix, joe hisaishi, john carpenter, john coltrane, john "
    "williams, johnny cash, joni mitchell, joy division, juice wrld, justice, kanye west, karol "
    "g, kate bush, kendrick lamar, king crimson, koji kondo, kool and the gang, kraftwerk, "
    "kshmr, kygo, lady gaga, ladytron, lana del rey, lcd soundsystem, led zeppelin, leftfield, "
    "leonard cohen, lil baby, lil peep, lil wayne, linkin park, liszt, lorde, louis armstrong, "
    "ltj bukem, ludovico einaudi, m83, mac demarco, mac miller, madlib, madonna, major lazer, "
    "manu chao, mariah carey, marshmello, martin garrix, massive attack, max richter, megadeth, "
    "megan thee stallion, metallica, metro boomin, mf doom, mgmt, michael jackson, miles davis, "
    "moby, moderat, mogwai, mozart, mr oizo, mr scruff, "
    "muse, my bloody valentine, my chemical romance, nas, new "
    "order, nick drake, nicki minaj, nils frahm, nina kraviz, nina simone, nine inch nails, "
    "nirvana, nobuo uematsu, noisia, notorious big, nujabes, odesza, olafur arnalds, pantera, "
    "paramore, pat metheny, paul van dyk, pearl jam, pendulum, philip glass, pink floyd, "
    "playboi carti, pop smoke, portishead, post malone, prince, prodigy, queen, rachmaninoff, "
    "radiohead, rage against the machine, rammstein, ramones, ray charles, red hot chili "
    "peppers, richie hawtin, rihanna, rolling stones, rosalia, ryuichi sakamoto, sex pistols, "
    "shakira, sigur ros, skepta, skrillex, slipknot, slowdive, snoop dogg, sophie, soundgarden, "
    "squarepusher, stan getz, steve reich, stevie wonder, stravinsky, sufjan stevens, swedish "
    "house mafia, system of a down, sza, tame impala, tangerine dream, taylor swift, "
    "tchaikovsky, the clash, the cure, the doors, the killers, the midnight, the smiths, the "
    "strokes, the weeknd, the who, thelonious monk, thom yorke, tiesto, tom waits, tool, travis "
    "scott, tupac, twenty one pilots, tycho, tyler the creator, u2, van halen, vangelis, "
    "vivaldi, wagner, whitney houston, willie nelson, wizkid, wu tang clan, xxxtentacion, young "
    "thug, yung lean, zz top "
)
#: Those with a sign that parts words elsewhere, as they are written.
_SIGNED = "a$ap ferg, a$ap mob, a$ap rocky, joey bada$$, ke$ha, p!nk, $uicideboy$, ty dolla $ign"
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
        *(_led(text, _TYPE, loose=False) if text.has("type") else []),
        *_led(text, _STYLED, loose=True),
        *_led(text, _ESQUE, loose=True),
        # a sample's name begins with its maker's, who is no wish
        *([] if text.is_pack else [*_by_table(text), *_by_signs(text)]),
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
    of_music = [
        any(token in table for table in plain) or pattern(r"\d+s?").fullmatch(token) is not None
        for token in tokens
    ]
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
    "tv show day night summer winter nothing everything something someone nobody rave dance club "
    "monday tuesday wednesday thursday friday saturday sunday morning evening rain sun moon sea "
)
_COMMON = frozenset(_COMMON_WORDS.split())


@cache
def _signed_form() -> str:
    names = sorted((name.strip() for name in _SIGNED.split(",")), key=len, reverse=True)
    return rf"(?<![\w$])(?:{'|'.join(map(re.escape, names))})(?![\w$])"


def _by_signs(text: MarkedText) -> list[Name]:
    """Well-known names with a sign inside: `A$AP Rocky`."""
    if not text.has("$", "!"):
        return []
    return [Name(*match.span(), match[0]) for match in text.find(_signed_form())]


def _by_table(text: MarkedText) -> list[Name]:
    """Well-known names, wherever they stand."""
    tokens, found, at = text.tokens(), [], 0
    while at < len(tokens):
        count = text.longest(tokens, at, _known(), 5, dots=True) if at < 400 else 0
        if count:
            start, end = tokens[at].start, tokens[at + count - 1].end
            name = text.text[start:end]
            if not (
                fold(name) in _ORDINARY and not (name[0].isupper() and not text.text.isupper())
            ):
                found.append(Name(start, end, name))
        at += count or 1
    return found
