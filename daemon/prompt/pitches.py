"""Keys and notes in a prompt, told apart from articles, chords and machines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bridge.music import Key
from daemon.prompt.foreign_keys import read_foreign_keys
from daemon.prompt.genres import fold, spellings
from daemon.prompt.marked_text import TAKEN, MarkedText
from daemon.prompt.patterns import pattern
from daemon.prompt.vocabulary import loop_words, moods, sounds

_NOT_INSIDE = r"(?<![\w#'&/-])"
_LEAD = r"(?:\b(?:in\s+(?:the\s+)?)?key\s*(?:of|is|[:=])?\s+|\bkey[:=]\s*|\bin\s+)?"
_ACCIDENTAL = r"(?:([#b])|[\s-]?(sharp|flat)\b)?"
_MODE = (
    r"((?:natural|harmonic|melodic)[\s-]+minor|major|minor|maj|min|dorian|phrygian|lydian|"
    r"mixolydian|mixo|locrian|aeolian|ionian)"
)
_FULL = (
    rf"({_LEAD}){_NOT_INSIDE}([A-G]){_ACCIDENTAL}[\s-]*{_MODE}(?![\w#])"
    rf"(?:\s+(?:key\s?scale|key|scale|tonality)\b)?"
)
#: The mode before the tonic, as some tags have it: `Minor D`.
_MODE_FIRST = r"(?<![\w#'-])((?i:minor|major))\s+([A-G])(#|b)?(?=\s*(?:$|[,.;|\])]))"
#: A tonic whose mode is left open: `D# keyscale`.
_KEYSCALE = r"(?<![\w#'&/-])([A-G])([#b])?\s+key\s?scale\b"
#: After a full key: it was a chord or an interval.
_CHORD_TAIL = (
    r"[\s-]*(?:(?:6|7|9|11|13)(?:th|ths)?(?![\d/.]|\s*-?(?:bars?|bpm|secs?|seconds?|measures?))"
    r"|thirds?|3rds?|sixths?|sevenths?|seconds?\s+interval|intervals?)\b"
)
_SHORT = rf"({_LEAD}){_NOT_INSIDE}([A-G])([#b])?m(?![\w#'&])(?:\s+(?:key|scale)\b)?"
_KEY_OF = r"\bkey\s*(of\s+|is\s+|[:=]\s*|\s)([A-G])(?:([#b])|[\s-]?(sharp|flat)\b)?(?![\w#'-])"
_IN_ACCIDENTAL = r"\bin\s+([A-G])(?:([#b])|[\s-](sharp|flat)\b)(?![\w#'-])"
#: The same in small letters. `in a sharp room` and `in db` may be no keys, so they end a clause.
_IN_SMALL_ACCIDENTAL = (
    r"\bin\s+(?:([b-ce-g])(?:([#b])|[\s-](sharp|flat)\b)|([ad])(?:([#b])|[\s-](sharp|flat)\b)"
    r"(?=\s*(?:$|[,.;\0\d])))(?![\w#'-])"
)
#: A tonic beside chords by degree, whatever follows it: `ii-V-I in C jazz`.
_BARE_TONIC = (
    r"\bin (?:the key of )?([A-G])(?:([#b])|[\s-](sharp|flat)\b)?(?![\w#'-]|\s+(?:section|part)\b)"
)
#: A letter that says no mode. `in A room` may be an article, so A counts only where words end.
_IN_LETTER = (
    r"\bin (?:([B-G])(?![\w#'&/-]|\.\w|\s+(?:section|part|side|movie|class|flat|sharp)\b)"
    r"|(A)(?=\s*(?:$|[,.;\0])))"
)
#: A small letter, as people type it: `a` alone is a word of one letter that follows `in`.
_IN_SMALL_LETTER = (
    r"\bin ([b-g])(?=\s*(?:$|[,.;\0\d]|(?:with|and|at|no|without|for|over|plus)\b))(?!\.\w)"
)
#: A letter behind an instrument that has a pitch, at the end of a clause: `sub bass f 140`.
_LETTER_LAST = (
    r"\s(?:([A-Gb-g])([#b])?(?=\s*(?:$|[,.;\0]|\d{2,3}\b))|in (a)(?=\s*(?:$|[,.;])))(?!\.\w)"
)
_CAMELOT = r"(?<![\w#./-])(1[0-2]|[1-9])([AB])(?![\w#'-])"
_NEXT_CHORDS = r"(?:[\s,>|-]*\b[A-G][#b]?(?:m|maj|min|dim|aug|sus)?\d{0,2}(?![\w#'])){2}"
_CHANGES = (
    r"(?:\W+\w+)?\W+(?:change|changes|tweak|variation|edit|adjustment|shift|difference|lift|drop|"
    r"problem|issue|role|update)\b"
)

_NOTE = (
    r"\b(?:(?:tuned|pitched)\s+(?:to|in|at)|in|note|root|on|pitch)\s*[:=]?\s+"
    r"([A-G])(?:([#b])|[\s-](sharp|flat)\b)?(-?\d)?(?![\w#'-])"
)
_NOTE_WITH_OCTAVE = (
    r"(?<![\w#./-])([A-G])([#b])?(-?[0-8])(?![\w#'-])(?!\s*(?:organ|hammond|engine|paper))"
)

_NOTE_LAST = r"(?<![\w#./'-])([A-G])([#b])?\s*(?=$|[,;.)\]])"
#: In a sample's name a letter with a sign is a note wherever it stands.
_NOTE_IN_NAME = r"(?<![\w#./'-])([A-G])([#b])(?=\s)"
#: A chord by its symbol: a quality that no key has, or `C minor 7`.
#: A plain letter is one only before the word `chord`.
_CHORD = (
    rf"{_NOT_INSIDE}([A-G])([#b])?"
    r"(?:(?:maj|min|m|M|dim|aug|sus|add)(?:6|7|9|11|13|2|4)(?:b5|sus[24])?"
    r"|(?:7|9|11|13|6)(?:sus[24]|b9|#9)?"
    r"|m?(?=\s+chords?\b)|dim|aug|sus)(?![\w#'/])"
)
#: Machines and things whose name is a letter and a number.
_NO_CHORD_AFTER = (
    r"\s*(?:organ|hammond|engine|paper|batter|studio|bpm|synth|sampler|cartridge|alarm)"
)

#: Words that can follow a key: after them `a minor` is no article and adjective.
_FOLLOWERS = frozenset((
    "at", "in", "with", "and", "no", "without", "for", "loop", "bpm", "tempo", "scale", "feel",
    "key", "keys", "tonality", "mode", "track", "song", "one", "mid", "midi", "sample", "clip",
    "lead", "vibe", "vibes", "drums", "pentatonic", "blues",
))  # fmt: skip


def _spelled(letter: str, accidental: str | None, word: str | None) -> str:
    sign = {"sharp": "#", "flat": "b"}.get((word or "").lower(), (accidental or "").lower())
    return letter.upper() + sign


def read_plain_keys(text: MarkedText) -> list[tuple[int, str]]:
    """(place, key) of every key that is one in any prompt: with its mode. They are taken."""
    return [*_full_keys(text), *_mode_first(text), *_short_keys(text), *read_foreign_keys(text)]


def read_key(
    text: MarkedText, plain: list[tuple[int, str]], hit: bool, pitched_ends: Sequence[int] = ()
) -> tuple[str | None, bool]:
    """(the first key as `Key.parse` reads it, in the spelling of the prompt; whether its mode is
    left open). All are taken.

    plain: the result of `read_plain_keys`.
    hit: the prompt asks for one hit, where `in F#` names a note.
    pitched_ends: where instruments that have a pitch end; a lone letter behind one is a tonic.
    """
    named = [(at, key, False) for at, key in (*plain, *_short_keys(text))]
    found = sorted([*named, *_bare_keys(text, hit)])
    if not found and not hit:
        found = _in_letter(text) or _behind_instrument(text, pitched_ends)
    keys = [key for _, key, _ in found]
    for other in dict.fromkeys(key for key in keys[1:] if Key.parse(key) != Key.parse(keys[0])):
        text.said.append(f"the prompt names two keys; {keys[0]} is used, {other} is not")
    return (keys[0], found[0][2]) if found else (None, False)


def _in_letter(text: MarkedText) -> list[tuple[int, str, bool]]:
    match = pattern(_IN_LETTER, 0).search(text.rest)
    match = match or pattern(_IN_SMALL_LETTER, 0).search(text.rest)
    if match is None:
        return []
    text.take(match.start(), match.end())
    return [(match.start(), (match[match.lastindex or 1]).upper(), True)]


def _behind_instrument(text: MarkedText, ends: Sequence[int]) -> list[tuple[int, str, bool]]:
    for end in ends:
        if match := pattern(_LETTER_LAST, 0).match(text.rest, end):
            text.take(match.start() + 1, match.end())
            return [(match.start() + 1, _spelled(match[1] or match[3], match[2], None), True)]
    return []


def take_bare_tonic(text: MarkedText) -> str | None:
    """The tonic whose mode chords by degree say: `ii-V-I in C`. It is taken."""
    match = pattern(_BARE_TONIC, 0).search(text.rest)
    if match is None:
        return None
    text.take(match.start(), match.end())
    return _spelled(match[1], match[2], match[3])


def _mode_first(text: MarkedText) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for match in text.find(_MODE_FIRST, 0):
        found.append((match.start(), f"{_spelled(match[2], match[3], None)} {match[1].lower()}"))
        text.take(match.start(), match.end())
    return found


def _full_keys(text: MarkedText) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for match in text.find(_FULL):
        letter, mode, after = (
            match[2],
            re.sub(r"[\s-]+", " ", match[5].lower()),
            text.rest[match.end(5) :],
        )
        if pattern(_CHORD_TAIL).match(after):
            continue
        parted = match.end(2) < match.start(5) and not (match[3] or match[4])
        if letter in "aA" and parted and _is_article(text, match, after):
            continue
        tonic = _spelled(letter, match[3], match[4])
        mode = {"mixo": "mixolydian", "maj": "major", "min": "minor", "natural minor": "minor"}.get(
            mode, mode
        )
        found.append((match.start(), f"{tonic} {mode}"))
        text.take(match.start(), match.end())
    return found


def _is_article(text: MarkedText, match: re.Match[str], after: str) -> bool:
    """Whether `a minor` means a small one."""
    said_key = "key" in match[1].lower()
    if said_key or pattern(_CHANGES).match(after):
        return not said_key
    word = pattern(r"[ -]*([^\W\d_]+)").match(after)
    plain = word[1].lower() if word else ""
    known = (
        not plain
        or plain in _FOLLOWERS
        or any(fold(plain) in table for table in (loop_words(), sounds(), moods(), spellings()))
    )
    sentence_start = (
        not match[1]
        and pattern(r"(?:^|[.!?\n])\s*$").search(text.before(match.start(2))) is not None
    )
    if match[2] == "A" and not text.text.isupper() and not sentence_start:
        return False
    if match[2] == "a" and not match[1]:
        return not known or plain in ("key", "scale", "and", "with", "for", "feel", "vibe", "mode")
    return not known


def _short_keys(text: MarkedText) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for match in text.find(_SHORT):
        letter, minor = match[2], text.rest[match.end(2) + len(match[3] or "")]
        lower_word = letter.islower() and not match[3]
        after_figure = text.before(match.start()).rstrip(" ,").endswith(TAKEN)
        said = bool(match[1]) or after_figure or text.alone(match.start(2), match.end())
        clock = (
            pattern(r"(?<!\d)(?:1[0-2]|\d)\s*$").search(text.before(match.start()))
            and letter in "aA"
        )
        if (
            minor != "m"
            or clock
            or (lower_word and not said)
            or pattern(r"\s+I\b", 0).match(text.rest[match.end() :])
        ):
            continue
        if pattern(_NEXT_CHORDS, 0).match(text.rest[match.end() :]):
            continue
        found.append((match.start(), _spelled(letter, match[3], None) + "m"))
        text.take(match.start(), match.end())
    return found


def _bare_keys(text: MarkedText, hit: bool) -> list[tuple[int, str, bool]]:
    """(place, key, whether its mode is left open); `key of E` is major, as musicians say it."""
    found: list[tuple[int, str, bool]] = []
    for match in text.find(_KEYSCALE):
        found.append((match.start(), _spelled(match[1], match[2], None), True))
        text.take(match.start(), match.end())
    for match in text.find(_KEY_OF):
        plainly = (
            match[2].isupper()
            or match[3]
            or match[4]
            or match[1].strip().lower() in ("of", ":", "=")
        )
        follows = pattern(r"\s*(?:$|[,.;\0\d])").match(text.rest[match.end() :])
        plainly = plainly or follows
        if plainly and (
            match[2] not in "aA" or match[3] or match[4] or follows or match[1].strip()
        ):
            start = match.start() - len(_before_key(text, match.start()))
            found.append((match.start(), _spelled(match[2], match[3], match[4]), False))
            text.take(start, match.end())
    for match in text.find(_CAMELOT, 0):
        led = pattern(r"(?:\b(?:in|key|camelot|key of)\s*[:=]?|\0)[\s,]*$").search(
            text.before(match.start())
        )
        at_an_end = not text.rest[: match.start()].strip() or not text.rest[match.end() :].strip()
        if (
            led
            or at_an_end
            or pattern(rf"\s*{TAKEN}").match(text.rest[match.end() :])
            or text.alone(match.start(), match.end())
            or pattern(r"\s*(?:camelot|key)\b").match(text.rest[match.end() :])
        ):
            found.append((match.start(), match[0], False))
            start = (
                match.start() - len(match_text[0])
                if (
                    match_text := pattern(r"\b(?:in|key|camelot)\s*[:=]?\s*$").search(
                        text.before(match.start())
                    )
                )
                else match.start()
            )
            text.take(start, match.end())
    if not hit:
        for match in text.find(_IN_ACCIDENTAL, 0):
            found.append((match.start(), _spelled(match[1], match[2], match[3]), True))
            text.take(match.start(), match.end())
        for match in text.find(_IN_SMALL_ACCIDENTAL, 0):
            letter, sign, word = (match[n] or match[n + 3] for n in (1, 2, 3))
            found.append((match.start(), _spelled(letter, sign, word), True))
            text.take(match.start(), match.end())
        for match in text.find(rf"{_NOT_INSIDE}([A-G])([#b])(?![\w#'-])", 0):
            beside_figure = pattern(rf"\s*(?:{TAKEN}|$)").match(
                text.rest[match.end() :]
            ) or text.rest[: match.start()].rstrip(" ,").endswith(TAKEN)
            if beside_figure or text.alone(match.start(), match.end()):
                found.append((match.start(), match[0], True))
                text.take(match.start(), match.end())
    return found


def read_chords(text: MarkedText) -> list[str]:
    """Chords named by a symbol (`Am7`, `Bb chord`), in their order. Nothing is taken."""
    found = []
    for match in text.find(_CHORD, 0):
        after = text.rest[match.end() :]
        article = match[0] == "A" and not text.before(match.start()).strip()
        if not article and not pattern(_NO_CHORD_AFTER).match(after):
            found.append(match[0])
    return list(dict.fromkeys(found))


def chord_root(chord: str) -> str:
    """`Ebmaj7` -> `Eb`."""
    return chord[:2] if chord[1:2] in ("#", "b") else chord[:1]


def key_hint(chord: str) -> str:
    """The key that a chord alone suggests: `Am7` -> `Am`, `Ebmaj7` -> `Eb major`."""
    root, quality = chord_root(chord), chord[len(chord_root(chord)) :]
    minor = quality.startswith(("min", "dim")) or (
        quality.startswith("m") and not quality.startswith("maj")
    )
    return f"{root}m" if minor else f"{root} major"


def _before_key(text: MarkedText, at: int) -> str:
    match = pattern(r"\bin\s+(?:the\s+)?$").search(text.before(at))
    return match[0] if match else ""


def read_note(text: MarkedText) -> str | None:
    """The note of one hit: `in G`, `tuned to F#`, `C3`. It is taken."""
    in_name = (_NOTE_IN_NAME,) if text.is_pack else ()
    for form in (_NOTE, _NOTE_WITH_OCTAVE, _NOTE_LAST, *in_name):
        for match in text.find(form, re.IGNORECASE if form is _NOTE else 0):
            groups = match.groups()
            word = groups[2] if form is _NOTE else None
            octave = (groups[-1] or "") if form in (_NOTE, _NOTE_WITH_OCTAVE) else ""
            if match[1].islower() and not (
                groups[1] or word or octave or match.end() == len(text.rest.rstrip())
            ):
                continue
            note = _spelled(match[1], groups[1], word) + octave
            text.take(match.start(), match.end())
            return note
    return None
