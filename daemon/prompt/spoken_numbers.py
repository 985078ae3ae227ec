"""Numbers in words: `ninety`, `one hundred and twenty`, `one forty`."""

from __future__ import annotations

_UNIT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: value for value, word in enumerate(_UNIT_WORDS.split())}
_TENS = {word: 10 * value for value, word in enumerate(_TEN_WORDS.split(), start=2)}
_WORD = "|".join(sorted([*_UNITS, *_TENS, "hundred", "a hundred"], key=len, reverse=True))
#: A number in words, as a regular expression; `number_of` gives its value.
SPOKEN = rf"(?:{_WORD})(?:(?:[\s-]+and)?[\s-]+(?:{_WORD}))*"


def number_of(words: str) -> int:
    """The value of a match of `SPOKEN`. Pairs as speakers of tempo say them: `one forty` is 140."""
    total = 0
    for word in words.lower().replace("-", " ").split():
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in _TENS:
            total = total * 100 + _TENS[word] if 0 < total < 10 else total + _TENS[word]
        elif word in _UNITS:
            total += _UNITS[word]
    return total


def written_number(text: str) -> float:
    """A number in figures, with a point or a comma before its decimals."""
    return float(text.replace(",", "."))
