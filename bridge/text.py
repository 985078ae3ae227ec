"""Texts for people: on one line, not too long; and the distance of two spellings (pure)."""

from __future__ import annotations


def one_line(text: str, most: int | None = None) -> str:
    """A text as one line: unprintable characters become spaces, and spaces in a row one.

    most: characters, of which the last three are dots where the text is longer.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if most is None else _cut(line, most)


def shorten(raw: object, most: int = 60) -> str:
    """A value for a person to read: text in quotes, and at most `most` characters."""
    return _cut(repr(raw) if isinstance(raw, str) else str(raw), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def letters_off(one: str, other: str) -> int:
    """Edit distance: letters to add, drop, change or swap (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def is_one_letter_off(one: str, other: str) -> bool:
    """Whether `letters_off` is 1: in linear time, for a word against many."""
    first = 0
    shorter = min(len(one), len(other))
    while first < shorter and one[first] == other[first]:
        first += 1
    last = 0
    while last < shorter - first and one[-1 - last] == other[-1 - last]:
        last += 1
    a, b = one[first : len(one) - last], other[first : len(other) - last]
    return max(len(a), len(b)) == 1 or (len(a) == 2 and a == b[::-1])
