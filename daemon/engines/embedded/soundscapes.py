"""Sound effects of a length: the words choose them, their size, distance and pace."""

from __future__ import annotations

import re

import numpy as np
import scipy.fft

from bridge.music import Key
from daemon.audio.envelopes import faded
from daemon.audio.filters import fast_length, filtered, high_shelf, highpass, lowpass
from daemon.audio.rooms import reverb
from daemon.audio.stereo import widened
from daemon.engines.embedded.effects.parts import Ask
from daemon.engines.embedded.effects.table import TABLE
from daemon.engines.embedded.voices.voice import Tone
from daemon.errors import EngineError
from daemon.prompt.effect_names import CALLS, EFFECTS
from daemon.prompt.effects_named import (
    LONG,
    SHORT,
    all_effects,
    find_effects,
    find_living,
    plain,
)

#: Sounds that have no effect of their own: the nearest one that is here.
_NEAREST: tuple[tuple[str, str], ...] = (
    (r"\bding|\bdong\b|chime", "bell"),
    (r"buzz", "alarm"),
    (r"swish", "whoosh"),
    (r"hit|kick|bang|stone|rock|ball|basket|box|crate|drop|stomp|fall", "thud"),
    (r"toilet|flush|swim|pool|shower|pour|drink|sink", "stream"),
    (r"cloth|leather|fabric|grass|sand|leaves|bag|wrapper", "paper"),
    (r"frying|sizzl|cooking|steak|grill", "fire"),
    (r"bus\b|tram|ship|boat|ferry|tank\b", "motor"),
    (r"elevator|escalator|pump|mill|loom|gear", "machine"),
    (r"bottle|plate|dish|cup|spoon|fork|cutlery|ice\b|crystal", "glass"),
    (r"tool|wrench|screw|lock\b|handle|cage|pot\b|pan\b|can\b", "metal"),
    (r"ghost|monster|alien|dream|space|horror|cave|dungeon|abyss", "drone"),
)
#: Words of size -> -1 (small) to 1 (big).
_SIZES = (
    (r"\b(?:huge|massive|giant|enormous|gigantic|epic|riesig\w*|enorme|énorme|gigante)\b", 1.0),
    (r"\b(?:big|large|heavy|deep|loud|gro(?:ß|ss)\w*|schwer\w*|grande|gros(?:se)?|pesad[oa]|大き)",
     0.6),
    (r"\b(?:tiny|mini|micro|winzig\w*|diminut[oa]|minuscule)\b", -1.0),
    (r"\b(?:small|little|light|thin|klein\w*|leicht\w*|peque\w+|ligero|petite?|léger|piccol[oa]|小さ)",
     -0.6),
)  # fmt: skip
_FAR = (
    r"\b(?:distant|far|faraway|away|outside|muffled|fern\w*|lejan\w+|lointain\w*|distante|"
    r"lontan\w+)\b|遠"
)
_NEAR = r"\b(?:near|close|close[- ]up|dry|nah\w*|cerca\w*|proche|perto|vicin\w+)\b|近"
_FAST = r"\b(?:fast|quick|rapid|hurried|running|schnell\w*|rápid[oa]|rapide|veloce)\b"
_SLOW = r"\b(?:slow|slowly|lazy|langsam\w*|lent[oa]?|lente)\b"
#: Factor on how fast an effect goes, by such words.
_FASTER = 1.6
#: Level in dB of every sound after the first, where several are named.
_BESIDE_DB = -3.0
#: A distant sound: its top in Hz, the width that is left of it, and its room's length and level.
_DISTANT_HZ = 1900
_DISTANT_WIDTH = 0.4
_DISTANT_ROOM = (3.0, 0.9)
#: Beginning and end of an effect are never steps.
_EDGE_S = 0.002

DEFAULT_S = 8.0


def effects_of(words: str) -> list[str]:
    """The effects that the words name, else the nearest to what they name, else a drone.

    EngineError where only a voice is named that is not made here.
    """
    named = [one.effect for one in find_effects(words)]
    if named:
        return named
    if living := find_living(words):
        raise EngineError(
            f"sfx: {living!r} is a voice that is not made here; "
            "ask an engine that takes text, or for one of: "
            f"birds, crickets, crowd, applause, {', '.join(CALLS)}"
        )
    return [nearest(words)]


def nearest(words: str) -> str:
    """The effect nearest to a thing that has none of its own."""
    said = plain(words)
    return next((name for pattern, name in _NEAREST if re.search(pattern, said)), "drone")


def effect_notes(words: str) -> list[str]:
    """What to tell where the words name no effect that is here."""
    if found := find_effects(words):
        living = find_living(words)
        notes = [f"{living}: no voices of people are made here"] if living else []
        called = [one.effect for one in found if one.effect in CALLS]
        if called:
            notes.append(f"{' and '.join(called)}: a synthesized call, not a recording")
        return notes
    shown = words.strip()[:60] or "this"
    return [
        f"'{shown}' is not known as a sound here: {nearest(words)} is the nearest; "
        f"sidecrate open docs lists the {len(EFFECTS)} effects under Instruments and effects"
    ]


def effect_places(words: str) -> list[tuple[int, int]]:
    """Where words stand that an effect is made by: its name, its size, distance and pace."""
    said = plain(words)
    manner = (
        *(plain(form) for form, _ in _SIZES),
        plain(_FAR),
        plain(_NEAR),
        _FAST,
        _SLOW,
        LONG,
        SHORT,
    )
    found = [(one.start, one.end) for one in all_effects(words)]
    if not found:
        return [(0, len(said))]  # the nearest is told with all the words
    return found + [match.span() for form in manner for match in re.finditer(form, said)]


def effects_renamed(words: str) -> list[str]:
    """One line for each effect whose name says nothing of the words: `waves: made as sea`."""
    said = plain(words)
    found = [(said[one.start : one.end], one.effect) for one in find_effects(words)]
    return [
        f"{word}: made as {name}"
        for word, name in found
        if not any(each in word for each in name.split())
    ]


def asked_of(
    name: str,
    words: str,
    frames: int,
    key: Key | None,
    seed: int,
    rate: int,
    tone: Tone,
    heard: list[tuple[int, int]] | None = None,
) -> Ask:
    """What the words and the seed ask of one effect. heard: gets the places of words it is by."""
    said = plain(words)
    size = next((size for pattern, size in _SIZES if re.search(plain(pattern), said)), 0.0)
    pace = _FASTER if re.search(_FAST, said) else 1 / _FASTER if re.search(_SLOW, said) else 1.0
    ask = Ask(
        name, frames, rate, seed, words.lower(), size, pace, tone.bright, tone.attack,
        key.tonic if key else seed % 12, [] if heard is None else heard,
    )  # fmt: skip
    varied = ask.stream("ask").uniform(-1, 1, 2)
    if key is not None or name in ("riser", "sweep down", "drone"):
        return ask
    return Ask(
        name, frames, rate, seed, words.lower(), float(np.clip(size + 0.2 * varied[0], -1.2, 1.2)),
        pace * float(2 ** (0.12 * varied[1])), tone.bright, tone.attack, ask.tonic, ask.heard,
    )  # fmt: skip


def play_effects(
    names: list[str],
    words: str,
    length_s: float,
    key: Key | None,
    seed: int,
    rate: int,
    tone: Tone,
    heard: list[tuple[int, int]] | None = None,
) -> np.ndarray:
    """The effects together, float32 (frames, 2), as long as asked, peak at -1 dB.

    heard: gets the places of the words that chose something.
    """
    frames = max(1, round(length_s * rate))
    done = np.zeros((frames, 2), np.float32)
    for k, name in enumerate(names):
        ask = asked_of(name, words, frames, key, seed, rate, tone, heard)
        gain = 10 ** (_BESIDE_DB / 20) if k else 1.0
        done += _finished(TABLE[name].make(ask), ask, tone) * np.float32(gain)
    top = max(float(np.abs(done).max()), 1e-9)
    return (done * np.float32(10 ** (-1 / 20) / top)).astype(np.float32)


def _finished(x: np.ndarray, ask: Ask, tone: Tone) -> np.ndarray:
    """An effect in its room and at its distance, exactly as long as asked, at a peak of 1."""
    said = plain(ask.words)
    row = TABLE[ask.name]
    room_s, room = row.room_s, row.room
    far = re.search(_FAR, said) is not None
    near = re.search(_NEAR, said) is not None and not far
    if far:
        x = widened(filtered(x, ask.rate, lowpass(_DISTANT_HZ)), _DISTANT_WIDTH)
        room_s, room = max(room_s, _DISTANT_ROOM[0]), _DISTANT_ROOM[1]
    room *= 0.3 if near else 1.0
    if tone.bright:
        x = filtered(x, ask.rate, high_shelf(2200, round(10 * tone.bright, 1)))
    dry = np.zeros((ask.frames, 2), np.float32)
    dry[: min(len(x), ask.frames)] = x[: ask.frames]
    if room:
        # the room of a short sound may not be longer than it: it would be cut off
        dry = _in_room(dry, ask.rate, round(min(room_s, 0.7 * ask.length_s + 0.1), 1), room)
    done = filtered(dry, ask.rate, highpass(20))
    n = min(round(_EDGE_S * ask.rate), ask.frames)
    done[:n] *= np.linspace(0, 1, n, dtype=np.float32)[:, None]
    done = faded(done.astype(np.float32), ask.rate, min(0.25, 0.2 * ask.length_s))
    return done / np.float32(max(float(np.abs(done).max()), 1e-9))


def _in_room(audio: np.ndarray, rate: int, length_s: float, level: float) -> np.ndarray:
    frames = len(audio)
    size = fast_length(frames + round(length_s * rate))
    spectrum = scipy.fft.rfft(audio.mean(axis=1), size)
    rows = scipy.fft.irfft(reverb(size, rate, length_s) * spectrum, size, axis=1)[:, :frames]
    wet = np.stack([rows[0] + rows[1], rows[0] - rows[1]], axis=1) * np.float32(level)
    return (audio + wet).astype(np.float32)
