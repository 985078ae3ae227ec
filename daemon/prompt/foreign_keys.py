"""Keys in other languages: `h-Moll`, `la mineur`, `sol mayor`, `ля минор`, `イ短調`."""

from __future__ import annotations

from daemon.prompt.marked_text import MarkedText
from daemon.prompt.patterns import pattern

#: German calls B flat B and B natural H; `is` raises a letter, `es` lowers it.
_GERMAN = {"h": "B", "b": "Bb", "bb": "Bb", "es": "Eb", "as": "Ab"}
_GERMAN_FORM = r"(?<![\w#'])(?:in\s+)?([a-h](?:is|es)|es|as|bb|[a-h])[\s-]?(moll|dur)(?!\w)"

_SYLLABLES = {
    "do": "C", "dó": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "fá": "F", "sol": "G",
    "la": "A", "lá": "A", "si": "B",
    "до": "C", "ре": "D", "ми": "E", "фа": "F", "соль": "G", "ля": "A", "си": "B",
}  # fmt: skip
_SHARPS = r"#|di[eè]se|sostenido|sustenido|diesis|диез"
_FLATS = r"b|b[eé]mol|bemolle|бемоль"
_MINORS = r"mineur|menor|minore|минор\w*"
_MAJORS = r"majeur|mayor|maior|maggiore|мажор\w*"
_SYLLABLE_FORM = (
    rf"(?<!\w)(?:(?:en|em|in|в)\s+)?({'|'.join(sorted(_SYLLABLES, key=len, reverse=True))})"
    rf"(?:[\s-]?({_SHARPS})|[\s-]?({_FLATS}))?[\s-]+(?:({_MINORS})|(?:{_MAJORS}))(?!\w)"
)

_IROHA = dict(zip("イロハニホヘト", "ABCDEFG", strict=True))
_JAPANESE_FORM = rf"(嬰|変)?([{''.join(_IROHA)}])(短|長)調"


def read_foreign_keys(text: MarkedText) -> list[tuple[int, str]]:
    """(place, key as `Key.parse` reads it) of each key in another language. They are taken."""
    found: list[tuple[int, str]] = []
    for match in text.find(_GERMAN_FORM):
        mode = "minor" if match[2].lower() == "moll" else "major"
        found.append((match.start(), f"{_german_tonic(match[1].lower())} {mode}"))
        text.take(match.start(), match.end())
    for match in text.find(_SYLLABLE_FORM):
        sign = "#" if match[2] else "b" if match[3] else ""
        mode = "minor" if match[4] else "major"
        found.append((match.start(), f"{_SYLLABLES[match[1].lower()]}{sign} {mode}"))
        text.take(match.start(), match.end())
    for match in text.find(_JAPANESE_FORM):
        sign = {"嬰": "#", "変": "b"}.get(match[1] or "", "")
        mode = "minor" if match[3] == "短" else "major"
        found.append((match.start(), f"{_IROHA[match[2]]}{sign} {mode}"))
        text.take(match.start(), match.end())
    return found


def _german_tonic(name: str) -> str:
    if name in _GERMAN:
        return _GERMAN[name]
    letter = {"h": "B"}.get(name[0], name[0].upper())
    return letter + ("#" if name.endswith("is") else "b" if pattern(r".es").match(name) else "")
