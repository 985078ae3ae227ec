"""Prompts of every kind that people write, from a grammar, by seed: sentences, tags, names of samples, forms of other tools, written music and rubbish."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from daemon.prompt.genres import spellings
from daemon.prompt.vocabulary import moods, sounds

_KEYS = (
    "Am",
    "F# minor",
    "Bb",
    "C harmonic minor",
    "8A",
    "h-Moll",
    "ля минор",
    "D dorian",
    "E flat",
)
_FIGURES = (
    "{n} bpm", "at {n}", "BPM: {n}", "{n}BPM", "ninety bpm", "{n}-{m} bpm", "{s} bars", "two bars",
    "{s} seconds", "for {s}s", "7/8", "6/8 time", "not 4/4", "{n}% swing", "{n} kbps", "80s", "808",
)  # fmt: skip
_JOINS = (" ", ", ", " with ", " and ", " but no ", ". ", " | ", "\n", " / ", " - ", " ohne ", "; ")
_DENIALS = (
    "no {i}",
    "without {i}",
    "minus the {i}",
    "drumless",
    "instrumental",
    "ohne {i}",
    "not {d}",
)
_PEOPLE = (
    "in the style of {w}",
    "by {w}",
    "{w} type beat",
    "female vocals",
    "rap",
    "a choir sings",
)
_ODD = (
    "\0", "🎹", "((((", "]", "{", '"', "\\", "…", "-" * 40, "x" * 200, "ｆｕｌｌ", "اَلْعَرَبِيَّةُ", "日本の音楽",
    "%s", "<b>", "1/0", "0/0", "-1 bars", "1e9 bpm", "K:", "X:1", "|||", "|x", "x|", "[verse]", ":", "'",
)  # fmt: skip


class Grammar:
    """A stream of prompts; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.stream = random.Random(seed)
        self.genres = sorted(spellings())
        self.sounds = sorted(sounds())
        self.moods = sorted(moods())
        self.forms: tuple[Callable[[], str], ...] = (
            self.sentence, self.sentence, self.tags, self.sample, self.fields, self.json_text,
            self.tab, self.abc, self.notes, self.chart, self.lyrics, self.rubbish, self.mixed,
        )  # fmt: skip

    def prompt(self) -> str:
        """One prompt of 1 to 4,000 characters."""
        return self.stream.choice(self.forms)()[:4000].strip() or "loop"

    def _word(self) -> str:
        word = self.stream.choice((self.genres, self.sounds, self.moods))
        return self._typo(self.stream.choice(word))

    def _typo(self, word: str) -> str:
        at = self.stream.randrange(len(word))
        return self.stream.choice(
            (word, word, word, word[:at] + word[at + 1 :], word.title(), word.upper())
        )

    def _filled(self, form: str) -> str:
        return form.format(
            n=self.stream.choice((0, 1, 39, 60, 90, 128, 174, 300, 301, 9999)),
            m=self.stream.choice((61, 100, 180)), s=self.stream.choice((0, 1, 4, 8, 65, 500)),
            i=self.stream.choice(self.sounds), d=self.stream.choice(self.moods),
            w=self.stream.choice(("Zed Q", "the Frames", "Ämil", "K9", "DJ 808")),
        )  # fmt: skip

    def _bit(self) -> str:
        kind = self.stream.randrange(6)
        if kind == 0:
            return self._filled(self.stream.choice(_FIGURES))
        if kind == 1:
            return self._filled(self.stream.choice(_DENIALS))
        if kind == 2:
            return self._filled(self.stream.choice(_PEOPLE))
        if kind == 3:
            return self.stream.choice(_KEYS)
        return self._word()

    def sentence(self) -> str:
        bits = [self._bit() for _ in range(self.stream.randint(1, 12))]
        return "".join(bit + self.stream.choice(_JOINS) for bit in bits)

    def tags(self) -> str:
        return ", ".join(self._bit() for _ in range(self.stream.randint(2, 25)))

    def sample(self) -> str:
        bits = [
            self._word().replace(" ", ""),
            str(self.stream.randint(0, 200)),
            self._word().title(),
            self.stream.choice(_KEYS),
        ]
        self.stream.shuffle(bits)
        return self.stream.choice("_- ").join(bits)

    def fields(self) -> str:
        names = (
            "Genre",
            "BPM",
            "Key",
            "Mood",
            "Instruments",
            "Exclude",
            "Format",
            "Vocals",
            "Duration",
            "Title",
        )
        return self.stream.choice((" | ", ", ", "\n")).join(
            f"{self.stream.choice(names)}: {self._bit()}" for _ in range(5)
        )

    def json_text(self) -> str:
        values = [
            self._bit(),
            self.stream.randint(-5, 500),
            None,
            True,
            [self._bit(), 3],
            {"x": [{}]},
            1e308,
        ]
        return json.dumps(
            {
                self.stream.choice(("genre", "bpm", "prompt", "vocals", "key")): self.stream.choice(
                    values
                )
                for _ in range(4)
            }
        )

    def tab(self) -> str:
        steps = self.stream.choice((4, 7, 8, 12, 16, 32))
        rows = ("HH", "SD", "BD", "kick:", "snare", "Zz")
        return "\n".join(
            f"{self.stream.choice(rows)}|{''.join(self.stream.choice('xXoOg-.#2') for _ in range(steps))}|"
            for _ in range(3)
        )

    def abc(self) -> str:
        body = "".join(
            self.stream.choice("ABCDEFGabcdefgz^_=,'/23468|:[]<>(\" -~")
            for _ in range(self.stream.randint(0, 80))
        )
        meter = self.stream.choice(("C", "C|", "4/4", "6/8", "99/8", "0/4"))
        return f"X:1\nM:{meter}\nL:1/{self.stream.choice((0, 4, 8))}\nQ:{self.stream.randint(0, 500)}\nK:{self.stream.choice('ABCDEFGHx')}{self.stream.choice(('', 'm', 'b', '#', 'mix'))}\n{body}"

    def notes(self) -> str:
        return ", ".join(
            f"{self.stream.choice('ABCDEFGH')}{self.stream.choice(('', '#', 'b'))}{self.stream.randint(-3, 12)} {self.stream.choice(('', 'quarter', '1/0', '0 beats', 'dotted half'))}"
            for _ in range(self.stream.randint(1, 20))
        )

    def chart(self) -> str:
        return " | ".join(
            self.stream.choice(
                ("Am", "F", "Cmaj7", "N.C.", "%", "ii", "V7", "bVII", "H7", "C/E", "G#dim7")
            )
            for _ in range(self.stream.randint(2, 20))
        )

    def lyrics(self) -> str:
        return f"[{self.stream.choice(('Verse', 'Chorus 2', 'Drop', ''))}]\n{self.sentence()}\n[{self._bit()}]"

    def rubbish(self) -> str:
        return "".join(self.stream.choice(_ODD) for _ in range(self.stream.randint(1, 30)))

    def mixed(self) -> str:
        return (
            self.stream.choice(self.forms[:-1])()
            + self.stream.choice(("\n", ", ", " "))
            + self.stream.choice(self.forms[:-1])()
        )
