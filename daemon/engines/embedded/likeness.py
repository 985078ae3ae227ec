"""The style in which a brief is played: by its genre, else by what the words sound like."""

from __future__ import annotations

import re

from daemon.brief import Brief
from daemon.engines.embedded.styles import STYLES
from daemon.engines.embedded.styles.style import Style
from daemon.prompt.genres import find_genre
from daemon.prompt.words import parse_words

DEFAULT_STYLE = "house"
#: Where no genre is named: what the words sound like, the first that fits.
_SOUNDS_LIKE = (
    (r"sonatas?\b|nocturne|prelude|étude|\betude|fugue|minuet|string quartet|"
     r"chamber (?:music|piece)|concerto|sinfonia|symphony|baroque|renaissance", "classical"),
    (r"\b303\b|acid", "acid house"), (r"slap bass|wah|clavinet|funky", "funk"),
    (r"flamenc|mariachi|ranchera|norteñ|bolero|rumba|tango", "latin"),
    (r"polka|klezmer|celtic|\birish|shanty|tavern|medieval|pirate|balalaika|hawaiian", "folk"),
    (r"ragtime|dixieland|noir\b", "jazz"), (r"grunge|surf\b", "rock"), (r"log drum", "amapiano"),
    (r"reese|\bamen\b", "drum and bass"), (r"\b808", "trap"),
    (r"supersaw", "trance"), (r"8[- ]?bit|chip", "chiptune"),
    (r"upright|walking bass|brush|saxophone|\bsax\b", "jazz"), (r"trumpet|vibraphone", "jazz"),
    (r"tabla|dhol\b|sitar|raga\b", "bhangra"), (r"bongo|conga|djembe|tribal", "afro house"),
    (r"taiko|timpani|didgeridoo", "cinematic"),
    (
        r"harpsichord|pipe organ|\blute\b|oboe|clarinet|bassoon|\bflute\b|\bharp\b|french horn|"
        r"recorder|cello|pizzicato|clavichord|spinet|virginal",
        "classical",
    ),
    (r"celesta|glockenspiel|music box|christmas|xmas|carol\b|opera\b", "classical"),
    (r"koto|shamisen|guzheng|erhu|pipa|singing bowl|handpan|duduk", "ambient"),
    (r"fiddle|mandolin|bagpipe|harmonica|hurdy|whistle|bodhran|zither|dulcimer|"
     r"concertina|bandoneon|kantele|charango|balalaika|lyre", "folk"),
    (r"pedal steel|lap steel|dobro|resonator|slide guitar|bottleneck", "country"),
    (r"drum fill|tom fill|\bprog\b|distorted guitar|power chord|electric guitar", "rock"),
    (r"orchestr|epic|violin|cello|strings|trailer", "cinematic"),
    (r"\bpads?\b|atmosph|drone", "ambient"), (r"choirs?\b|choral|a ?cappella", "classical"),
    (r"rhodes|wurli|electric piano|\borgans?\b", "soul"),
    (r"strum|acoustic|banjo|ukulele|(?<!bass )guitar|accordion", "folk"), (r"piano|ballad", "pop"),
)  # fmt: skip
#: Where no sound is named either: what suits the mood, the first that fits.
_FEELS_LIKE = (
    (
        r"\bcalm|meditat|\bspa\b|sleep|lullab|peaceful|serene|tranquil|soothing|yoga|healing|"
        r"ruhig|tranquil|calme\b|calma\b",
        "ambient",
    ),
    (r"battle|heroic|\bwar\b|chase|fantasy|adventure|documentary|suspens", "cinematic"),
    (r"\bchill|relax|study|studying|lounge|laid ?back|cozy|coffee|rainy", "lo-fi"),
    (r"\bsad\b|melanchol|heartbr|lonely|sorrow|nostalg|\bballad|romantic|love song|triste", "pop"),
    (r"happy|cheerful|joyful|sunny|playful|commercial|uplifting and fun|fröhlich|alegre", "pop"),
    (r"aggressive|angry|brutal|furious", "metal"),
    (r"\btype beat", "trap"),
)


def find_style(brief: Brief) -> Style:
    """The style of the genre, or of the genre it is played like.

    Without one: the style that the words name, then sound like, then feel like; else house.
    """
    name = brief.genre
    for _ in range(3):
        if name in STYLES:
            return STYLES[name]
        genre = find_genre(name)
        name = "" if genre is None else genre.name if genre.name in STYLES else genre.like
    words = f" {brief.genre} {_without_names(brief.prompt)} ".lower()
    named = [one for one in sorted(STYLES, key=len, reverse=True) if f" {one} " in words]
    if named:
        return STYLES[named[0]]
    said = " ".join([words, *brief.instruments]).lower()
    like = next((name for pattern, name in _SOUNDS_LIKE if re.search(pattern, said)), "")
    if not like:
        moods = " ".join([said, *brief.mood])
        like = next((name for pattern, name in _FEELS_LIKE if re.search(pattern, moods)), "")
    return STYLES[like or DEFAULT_STYLE]


def _without_names(prompt: str) -> str:
    """A prompt without the artists in it: `punk` inside a band's name says nothing of the music."""
    for name in parse_words(prompt).artists:
        prompt = prompt.replace(name, " ")
    return prompt


def likeness_places(text: str) -> list[tuple[int, int]]:
    """Where the words stand that choose a style where no genre is named: (start, end) of each."""
    return [
        match.span()
        for form, _ in (*_SOUNDS_LIKE, *_FEELS_LIKE)
        for match in re.finditer(form, text.lower())
    ]
