"""A prompt while it is read: what has been understood is marked, so that nothing is read twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from daemon.prompt.foreign_words import WITH
from daemon.prompt.forms import written_out
from daemon.prompt.genres import fold
from daemon.prompt.pack_names import is_pack_name, readable
from daemon.prompt.patterns import pattern

#: Stands for each letter that was taken: no space, no word, no digit.
TAKEN = "\0"

#: The first letter that is not Latin: Greek, Cyrillic and all later scripts lie above.
_FIRST_OTHER_LETTER = "\u0370"

_TYPED = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "♯": "#",
        "♭": "b",
        "\t": " ",
    }
)
_JOINS = re.compile(r"[ '+&-]*")
_JOINTS = frozenset(
    ("at", "in", "and", "then", "with", "of", "for", "to", "the", "around", "about")
)
#: Where the thing that is asked for ends and what goes with it begins.
HEAD_END = (
    r"[,;.\n(:]|\b(?:with\b|w/|(?<!game )(?<!\d )over\b|plus\b|featuring\b|feat\b|and then\b|"
    r"in the style\b)"
    rf"|{WITH}"
)
_TOKEN = re.compile(r"[^\W_]+|&")


@dataclass(frozen=True)
class Token:
    start: int
    end: int
    folded: str


@dataclass(frozen=True)
class Heard:
    """A stretch of the text that meant something: its facet, and the value that it names."""

    start: int
    end: int
    facet: str
    """One of `daemon.prompt.facets.FACETS`."""
    value: str = ""
    """Empty where the facet has no single value, or where what is named cannot be used."""
    used: bool = True
    """Whether it set something; False where another word went before it."""


@dataclass
class MarkedText:
    """`text` as typed, with quotes and dashes made plain; `rest` is as long.

    What was read is replaced by `TAKEN` in `rest`. A sample's name is given blanks first, and the
    fields of another tool's form are written out.
    """

    text: str
    rest: str = ""
    metered: bool = False
    """Whether a meter was named."""
    typed: str = ""
    """The text before a sample's name was given blanks."""
    is_pack: bool = False
    """Whether the text is the name of a sample or pack."""
    said: list[str] = field(default_factory=list)
    """What the person should know of how the prompt was read."""
    facet: str = ""
    """What is being read: `take` notes it with the place. Empty: nothing is noted."""
    heard: list[Heard] = field(default_factory=list)
    """What meant something, in the order in which it was read."""
    _tokens: tuple[str, list[Token]] | None = None
    """The tokens of a `rest`: several readers ask for the same ones."""

    def __post_init__(self) -> None:
        plain = pattern(r" {2,}").sub(" ", written_out(self.text.translate(_TYPED)))
        self.is_pack = is_pack_name(plain)
        self.typed = plain
        self.text = readable(plain)
        self.rest = self.text

    def take(self, start: int, end: int, value: object = "") -> None:
        """Mark a place as read. value: what it says, where its facet has one value."""
        self.hear(start, end, value)
        self.rest = self.rest[:start] + TAKEN * (end - start) + self.rest[end:]

    def hear(self, start: int, end: int, value: object = "", used: bool = True) -> None:
        """Note that a place meant something, and leave it to other readers as well."""
        if self.facet:
            self.heard.append(Heard(start, end, self.facet, str(value), used))

    def put_back(self, start: int, end: int) -> None:
        """What was taken only so that nothing else was read from it."""
        self.rest = self.rest[:start] + self.text[start:end] + self.rest[end:]

    def find(self, text: str, flags: int = re.IGNORECASE) -> Iterator[re.Match[str]]:
        """Matches in what is not yet taken, left to right; taking while going on is allowed."""
        at = 0
        compiled = pattern(text, flags)
        while match := compiled.search(self.rest, at):
            yield match
            at = max(match.end(), match.start() + 1)

    def has(self, *parts: str) -> bool:
        """Whether one of the parts of words stands in it: most long forms can be left out."""
        said = self.rest.lower()
        return any(part in said for part in parts)

    def before(self, at: int) -> str:
        """The text just before a place, a few words of it: a long prompt is read in linear time."""
        return self.rest[max(0, at - 60) : at]

    def alone(self, start: int, end: int) -> bool:
        """Whether nothing else stands between the neighbouring commas, line ends or taken words."""
        return not pattern(rf"[^\s,;.|()\[\]{TAKEN}]+\s*$").search(
            self.before(start)
        ) and not pattern(rf"\s*[^\s,;.|()\[\]{TAKEN}]").match(self.rest[end:])

    def tokens(self) -> list[Token]:
        if self._tokens is None or self._tokens[0] != self.rest:
            found = [Token(m.start(), m.end(), fold(m[0])) for m in _TOKEN.finditer(self.rest)]
            self._tokens = (self.rest, found)
        return self._tokens[1]

    def longest(
        self,
        tokens: list[Token],
        at: int,
        table: Mapping[str, object],
        most: int,
        dots: bool = False,
    ) -> int:
        """The most tokens from `at` on that, joined, stand in a table of folded names.

        dots: a name may be shortened in it, as in `Dr. Dre`.
        """
        found, folded = 0, ""
        for count in range(most):
            if at + count >= len(tokens) or (
                count and not self.joined(tokens[at + count - 1], tokens[at + count], dots)
            ):
                break
            token = tokens[at + count]
            if not token.folded and (not folded or self.rest[token.start] >= _FIRST_OTHER_LETTER):
                # a word in another script is no part of a name
                break
            folded += token.folded
            # "bass e" is no French `basse`: a letter apart stays apart
            is_apart = len(token.folded) == 1 and token.folded.isalpha() and found == count > 0
            if folded in table and not is_apart:
                found = count + 1
        return found

    def joined(self, one: Token, other: Token, dots: bool = False) -> bool:
        """Whether two tokens may be one name: only blanks, hyphens, apostrophes between."""
        gap = self.rest[one.end : other.start]
        gap = gap.removeprefix(".") if dots else gap
        return gap == " " or _JOINS.fullmatch(gap) is not None


def _without_joints(rest: str) -> str:
    """Without joining words at either end: `techno at 132 bpm` -> `techno`."""
    gap = f" ,{TAKEN}"
    text = rest.strip()
    while text.startswith(TAKEN) and (
        word := pattern(rf"[{TAKEN}\s,]*(?:of|and|then|with|for)\b[\s,]*").match(text)
    ):
        text = TAKEN + text[word.end() :]
    while text.endswith(TAKEN):
        body = text.rstrip(gap)
        before, _, last = body.rpartition(" ")
        if last.lower() not in _JOINTS:
            return body
        text = before + TAKEN
    return text


def tidy(rest: str) -> str:
    """What is left of a prompt, without the gaps that taken words leave."""
    text = _without_joints(rest).replace(TAKEN, " ")
    text = pattern(r"[(\[]\s*[,;.]*\s*[)\]]").sub(" ", text)
    text = pattern(r"\s+").sub(" ", text)
    text = pattern(r" +([,;.!?:)\]])").sub(r"\1", text)
    text = pattern(r"(?:[,;:|/]\s*)+([,;.|])").sub(r"\1", text)
    text = pattern(r"\s(?:-|/|\|)(?=\s*[,;.]|\s*$)").sub("", text)
    text = pattern(r"([,;|])(?=\S)").sub(r"\1 ", text)
    return text.strip(" ,;:|/-@").lstrip(".")
