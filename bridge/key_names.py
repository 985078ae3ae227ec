"""Names of keys in other languages (pure): `h-Moll`, `la mineur`, `si bemol mayor`, `イ短調`.

`FORMS` find a key inside a longer text; `foreign_key` reads a text that is nothing but a
key; `named_key` reads it in any language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bridge.music import Key

_SYLLABLES = {
    "do": "C", "dó": "C", "ut": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "fá": "F",
    "sol": "G", "la": "A", "lá": "A", "si": "B",
    "до": "C", "ре": "D", "ми": "E", "фа": "F", "соль": "G", "ля": "A", "си": "B",
}  # fmt: skip
_SHARPS = r"#|♯|di[eè]se|sostenido|sustenido|diesis|диез"
_FLATS = r"b|♭|b[eé]mol|bemolle|бемоль"
_MINORS = r"mineur|menor|minore|минор\w*"
_MAJORS = r"majeur|mayor|maior|maggiore|мажор\w*"
_TONIC_SYLLABLE = "|".join(sorted(_SYLLABLES, key=len, reverse=True))
_IROHA = dict(zip("イロハニホヘト", "ABCDEFG", strict=True))

_GERMAN = re.compile(
    r"(?<![\w#'])(?:in\s+)?([a-h](?:is|es)|es|as|bb|[a-h])[\s-]?(moll|dur)(?!\w)", re.IGNORECASE
)
_SYLLABLE = re.compile(
    rf"(?<!\w)(?:(?:en|em|in|в)\s+)?({_TONIC_SYLLABLE})"
    rf"(?:[\s-]?({_SHARPS})|[\s-]?({_FLATS}))?[\s-]+(?:({_MINORS})|(?:{_MAJORS}))(?!\w)",
    re.IGNORECASE,
)
_JAPANESE = re.compile(rf"(嬰|変)?([{''.join(_IROHA)}])(短|長)調")

#: Words for a mode, in any of the languages; English ones too, as in `H minor`.
_MODES: dict[str, str] = {
    "minor": rf"moll|{_MINORS}|minor|min|m",
    "major": rf"dur|{_MAJORS}|major|maj",
    "dorian": r"dorisch|dorien|d[oó]rico|dorian",
    "phrygian": r"phrygisch|phrygien|fr[ií]gio|phrygian",
    "lydian": r"lydisch|lydien|l[ií]dio|lydian",
    "mixolydian": r"mixolydisch|mixolydien|mixol[ií]dio|misolidio|mixolydian",
    "locrian": r"lokrisch|locrien|locrio|l[oó]crio|locrian",
}
_MODE = "|".join(f"(?P<{mode}>{words})" for mode, words in _MODES.items())
#: A text that is a key and nothing else; the mode may be missing.
_ALONE = re.compile(
    rf"(?:(?:in|en|em|в)\s+)?(?:(?P<letter>es|as|[a-h](?:is|es)?|[a-g][#♯b♭])|"
    rf"(?P<syllable>{_TONIC_SYLLABLE})(?:[\s-]?(?P<sharp>{_SHARPS})|[\s-]?(?P<flat>{_FLATS}))?)"
    rf"(?:[\s-]*(?:{_MODE}))?",
    re.IGNORECASE,
)


def _of_german(match: re.Match[str]) -> str:
    mode = "minor" if match[2].lower() == "moll" else "major"
    return f"{_german_tonic(match[1].lower())} {mode}"


def _of_syllable(match: re.Match[str]) -> str:
    sign = "#" if match[2] else "b" if match[3] else ""
    return f"{_SYLLABLES[match[1].lower()]}{sign} {'minor' if match[4] else 'major'}"


def _of_iroha(match: re.Match[str]) -> str:
    sign = {"嬰": "#", "変": "b"}.get(match[1] or "", "")
    return f"{_IROHA[match[2]]}{sign} {'minor' if match[3] == '短' else 'major'}"


#: Each form of a key with its mode, and the key in it as `Key.parse` reads it.
FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_GERMAN, _of_german),
    (_SYLLABLE, _of_syllable),
    (_JAPANESE, _of_iroha),
)


def foreign_key(text: str) -> str | None:
    """A key in another language, as `Key.parse` reads it: `Fis` -> `F# major`. None for no key.

    German and Romance names without a mode are major; a lone small letter names no mode and is
    None, as in English.
    """
    given = unicodedata.normalize("NFKC", text).strip()
    if japanese := _JAPANESE.fullmatch(given):
        return _of_iroha(japanese)
    match = _ALONE.fullmatch(given)
    if match is None:
        return None
    mode = next((name for name in _MODES if match[name]), "")
    if syllable := match["syllable"]:
        sign = "#" if match["sharp"] else "b" if match["flat"] else ""
        return f"{_SYLLABLES[syllable.lower()]}{sign} {mode or 'major'}"
    letter = match["letter"]
    if not mode and letter[0].islower():
        return None
    return f"{_german_tonic(letter.lower())} {mode or 'major'}"


def _german_tonic(name: str) -> str:
    """German calls B flat B and B natural H; `is` raises a letter, `es` lowers it."""
    if name in ("b", "bb"):
        return "Bb"
    letter = "B" if name[0] == "h" else name[0].upper()
    sign = name[1:]
    return letter + ("#" if sign in ("is", "#", "♯") else "b" if sign else "")


def named_key(text: str) -> Key:
    """A key as people write it, in any of the languages here. ValueError otherwise."""
    try:
        return Key.parse(text)
    except ValueError:
        named = foreign_key(text)
        if named is None:
            raise
        return Key.parse(named)
