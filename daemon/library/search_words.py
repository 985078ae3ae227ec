"""The words that a clip is found by, and a person's words as a query for them."""

from __future__ import annotations

import re
from pathlib import Path

from daemon.crate.names import spelled_plainly

#: A run of signs of scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)


def words_query(text: str) -> str:
    """A person's words as an FTS5 query: all of them, each as a prefix. Empty where none."""
    return " AND ".join(map(_word_query, re.findall(r"[^\W_]+", text)))


def _word_query(word: str) -> str:
    if re.fullmatch(_UNSPACED, word):
        # anywhere in a longer run: each of its signs is indexed as a word as well
        return f'("{word}"* OR "{" ".join(word)}")'
    return f'"{word}"*'


def name_words(path: str, prompt: str) -> str:
    """The words of a clip's name: of its file, and of its prompt in plain letters and sign by sign.

    It is found by both, whichever letters its file's name has.
    """
    words = [Path(path).stem.replace("_", " ")]
    if not prompt.isascii():
        words.append(spelled_plainly(prompt))
        words += [" ".join(run) for run in re.findall(_UNSPACED, prompt)]
    return " ".join(words)
