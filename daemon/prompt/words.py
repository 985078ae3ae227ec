"""A prompt -> its tempo, key, length, kind, genre, mood, instruments and people (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bridge.music import MAX_BARS, Meter
from daemon.prompt.artists import find_artists
from daemon.prompt.band import which_play, with_band
from daemon.prompt.drum_tabs import DrumTab, read_drum_tab
from daemon.prompt.figures import read_bars, read_count, read_meter, read_seconds, read_swing
from daemon.prompt.genre_names import choose_genre, find_genres, played_like
from daemon.prompt.kinds import ONESHOT, find_kind, names_effect
from daemon.prompt.lyrics import take_lyrics, take_sections
from daemon.prompt.marked_text import Heard, MarkedText, tidy
from daemon.prompt.named import Named, find_instruments, written
from daemon.prompt.named_moods import find_moods
from daemon.prompt.patterns import pattern
from daemon.prompt.pitches import (
    chord_root,
    key_hint,
    read_chords,
    read_key,
    read_note,
    read_plain_keys,
    take_bare_tonic,
)
from daemon.prompt.places import Found, places, unread
from daemon.prompt.progressions import Progression, key_of, read_progression
from daemon.prompt.section_words import read_sections
from daemon.prompt.singers import find_singer
from daemon.prompt.tempos import read_bare_tempo, read_tempo
from daemon.prompt.tunes import Tune, likely_key, read_tune
from daemon.prompt.vocabulary import Mood

#: Genres whose names describe effects as well: `explosion, cinematic`.
_OF_SOUNDS = ("cinematic", "industrial")
#: The first letter that is not Latin: Greek, Cyrillic and all later scripts lie above.
_FIRST_OTHER_LETTER = 0x370
#: More than this share of other letters is a prompt in another script.
_UNREAD_SHARE = 0.3


@dataclass(frozen=True)
class Words:
    """What a prompt says. None, empty or False where it says nothing."""

    words: str
    """The prompt without tempo, key, meter, bars, seconds and note: what a model is told."""
    bpm: float | None = None
    key: str | None = None
    mode_open: bool = False
    """`key` is a tonic whose mode nothing says: `in E`."""
    meter: str | None = None
    bars: int | None = None
    seconds: float | None = None
    sections: tuple[tuple[str, int], ...] = ()
    """The form of a track: (name, bars)."""
    note: str | None = None
    count: int | None = None
    kind: str | None = None
    oneshot_said: bool = False
    """The kind is a one-shot by name, not only because one hit was named."""
    thing: bool = False
    """An effect is meant only because the words name a thing, as clicks or a door."""
    genre: str = ""
    mood: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    only: bool = False
    """Nothing but `instruments` plays."""
    without: tuple[str, ...] = ()
    """What must not be heard: instruments, or words as they were written."""
    energy: float | None = None
    density: float | None = None
    swing: float | None = None
    pace: int = 0
    """1 for fast, -1 for slow, where that is said in words."""
    said: tuple[str, ...] = ()
    """What the person should know of how the prompt was read."""
    artists: tuple[str, ...] = ()
    """Artists and works that are named, as they were written."""
    singer: str = ""
    """The word that asks for a human voice, as it was written."""
    text: str = ""
    """The prompt as it was read: with a form of another tool in plain words."""
    heard: tuple[Heard, ...] = ()
    """The places of `text` that meant something, in their order; they do not overlap."""
    unread: tuple[tuple[int, int], ...] = ()
    """The places of the words of `text` that set nothing."""
    written: tuple[tuple[str, str], ...] = ()
    """The instruments that are wanted: (as it was written, our name)."""


@lru_cache(64)
def parse_words(prompt: str) -> Words:
    """Read a prompt of any length. Never fails: what is not understood stays in `words`."""
    text = MarkedText(prompt)
    text.facet = "drum tab"
    tab = read_drum_tab(text)
    text.facet = "tune"
    tune = read_tune(text)
    text.facet = "lyrics"
    sung = take_lyrics(text)
    text.facet = "form"
    sections = read_sections(text)
    text.facet = "sections"
    has_sections = take_sections(text) or bool(sections)
    text.facet = "artist"
    artists = find_artists(text)
    for one in artists:
        text.take(one.start, one.end)
    text.facet = "chords"
    progression = None if tune else read_progression(text)
    if progression:
        text.take(progression.start, progression.end)
    text.facet = "tempo"
    bpm = read_tempo(text)
    text.facet = "meter"
    meter = read_meter(text)
    text.facet = "bars"
    bars = read_bars(text)
    spans = find_genres(text)
    text.facet = "count"
    count, hits = read_count(text)
    text.facet = "seconds"
    seconds = read_seconds(text, [start for start, _, _ in spans])
    text.facet = "key"
    keys = read_plain_keys(text)
    text.facet = "tempo"
    bpm = read_bare_tempo(
        text, [(start, end, genre.low_bpm, genre.high_bpm) for start, end, genre in spans], bpm
    )
    text.facet = "swing"
    swing = read_swing(text)
    if tune:
        bpm, meter = bpm or tune.bpm, meter or tune.meter
    if bars is None:
        bars = _bars_of(tab, tune, meter)

    named, without = find_instruments(text, spans)
    said_kind = find_kind(
        text,
        named,
        without,
        timed=bpm is not None or bars is not None or tab is not None or tune is not None,
        lasting=seconds is not None,
        musical=bool(keys or any(genre.name not in _OF_SOUNDS for _, _, genre in spans)),
    )
    if hits and said_kind is None:
        said_kind = "oneshot"
    text.facet = "key"
    bare = _bare_tonic(text, progression) if not keys and said_kind != "oneshot" else None
    key, mode_open = (
        (bare, False)
        if bare
        else read_key(text, keys, said_kind == "oneshot", _pitched_ends(named))
    )
    text.facet = "note"
    note = read_note(text) if said_kind == "oneshot" else None
    if progression:
        # they stay in the words: whoever plays is told them
        text.put_back(progression.start, progression.end)
    if progression and said_kind != "oneshot":
        key = key or _key_of_chords(text, progression)
    elif tune:
        key = key or _key_of_tune(text, tune)
    else:
        note = _hear_chords(text, said_kind == "oneshot", key, note)

    genre = choose_genre(text, spans)
    if genre and (borrowed := played_like(text, spans, genre)):
        text.said.append(borrowed)
    if (
        swing is not None
        and swing > 50
        and genre
        and not pattern(r"\d\s*%?\s*swing|swing\D{0,4}\d").search(text.text)
    ):
        swing = max(swing, genre.swing)
    if genre and genre.meter != "4/4" and meter is None:
        meter = genre.meter
    found_moods = find_moods(text, spans, named, without)
    listed, only = which_play(text, named, without, said_kind, bool(spans))
    listed, only = with_band(text, listed, only, without)
    listed, only = _without_denied(text, listed, only, without)
    _tell_two_paces(text, found_moods)
    listed, only = _with_written(listed, only, tab is not None, tune is not None, bool(spans))
    only = only and not has_sections
    text.facet = ""
    for one in artists:
        # a model may know them
        text.put_back(one.start, one.end)
    singer = find_singer(text, without) or sung
    values = {
        "tempo": bpm, "key": key, "meter": meter, "bars": bars, "seconds": seconds, "note": note,
        "genre": genre.name if genre else None, "swing": swing,
    }  # fmt: skip
    heard = places(text, Found(spans, named, without, found_moods, said_kind, singer, values))
    text.said.extend(_unread_script(text, heard))
    return Words(
        artists=tuple(dict.fromkeys(one.name for one in artists)),
        singer=singer,
        written=written(text, named, without),
        text=text.text, heard=heard, unread=unread(text, heard),
        words=tidy(text.rest), bpm=bpm, key=key, mode_open=mode_open, meter=meter, bars=bars,
        seconds=seconds,
        sections=sections, note=note,
        count=count, kind=said_kind, oneshot_said=pattern(ONESHOT).search(text.text) is not None,
        thing=said_kind == "sfx" and not names_effect(text),
        genre=genre.name if genre else "",
        mood=tuple(dict.fromkeys(mood.name for _, _, mood in found_moods)),
        instruments=listed, only=only,
        without=tuple(dict.fromkeys(name for name, _, _ in without)),
        energy=_mean([mood.energy for _, _, mood in found_moods]),
        density=_mean([mood.density for _, _, mood in found_moods]), swing=swing,
        pace=max((mood.pace for _, _, mood in found_moods), key=abs, default=0),
        said=tuple(dict.fromkeys(text.said)),
    )  # fmt: skip


def _without_denied(
    text: MarkedText, listed: tuple[str, ...], only: bool, without: list[tuple[str, int, int]]
) -> tuple[tuple[str, ...], bool]:
    """The players without those that the prompt denies elsewhere; that is told."""
    denied = {name for name, _, _ in without}
    for name in listed:
        # "voice" in a prompt is often no player: an assistant's, a part's
        if name in denied and name != "vocals":
            text.said.append(f"the prompt asks for {name} and denies it; it does not play")
    left = tuple(name for name in listed if name not in denied)
    return left, only and (bool(left) or not listed)


def _tell_two_paces(text: MarkedText, moods: list[tuple[int, int, Mood]]) -> None:
    said = [(text.text[start:end].lower(), mood.pace) for start, end, mood in moods if mood.pace]
    other = next((word for word, pace in said if pace * said[0][1] < 0), None)
    if other is not None:
        text.said.append(f"the prompt says {said[0][0]} and {other}; {said[0][0]} sets the tempo")


def _pitched_ends(named: list[Named]) -> list[int]:
    """Where the instruments end that can have a key."""
    return [one.end for one in named if one.sound.part in ("bass", "chords", "lead", "pad")]


def _bars_of(tab: DrumTab | None, tune: Tune | None, meter: str | None) -> int | None:
    """The bars that a groove or a melody needs, where it is written out and four do not hold it."""
    steps = Meter.parse(meter).sixteenths_per_bar if meter else 16
    lines = tab.fitted(steps).values() if tab else ()
    most = max([len(tune.bars_of(steps)) if tune else 0, *(len(line) for line in lines)])
    return None if most == 0 or 4 % most == 0 else min(most, MAX_BARS)


def _with_written(
    listed: tuple[str, ...], only: bool, tab: bool, tune: bool, has_genre: bool
) -> tuple[tuple[str, ...], bool]:
    """The players, with those of a groove or a melody that is written out.

    Where nothing else is named, nobody else plays.
    """
    if not (tab or tune):
        return listed, only
    players = (*listed, *(("drums",) if tab else ()), *(("melody",) if tune else ()))
    soloist = tune and not tab and len(listed) == 1
    return tuple(dict.fromkeys(players)), only or (not has_genre and (soloist or not listed))


def _key_of_tune(text: MarkedText, tune: Tune) -> str:
    if tune.key:
        return tune.key
    key = likely_key(tune.notes)
    text.said.append(f"the notes are taken to be in {key}; if not, write key: and another")
    return key


def _unread_script(text: MarkedText, heard: tuple[Heard, ...]) -> list[str]:
    """What to tell where much of the prompt is in letters that the tables do not hold."""
    covered = {at for one in heard for at in range(one.start, one.end)}
    letters = [at for at, letter in enumerate(text.text) if letter.isalpha()]
    foreign = [at for at in letters if ord(text.text[at]) >= _FIRST_OTHER_LETTER]
    if len(set(foreign) - covered) <= _UNREAD_SHARE * len(letters):
        return []
    return [
        "most words of this prompt are in a script that is not read here: figures, keys, some "
        "genres, instruments and moods are; write the rest in English, or ask a language model "
        "with improve: on"
    ]


def _bare_tonic(text: MarkedText, progression: Progression | None) -> str | None:
    """`ii-V-I in C`: the numerals say the mode that the letter leaves open. It is taken."""
    if progression is None or not progression.numerals:
        return None
    tonic = take_bare_tonic(text)
    return f"{tonic} {'minor' if progression.is_minor else 'major'}" if tonic else None


def _key_of_chords(text: MarkedText, progression: Progression) -> str | None:
    """The key that chords by symbol are at home in; it is said."""
    if progression.numerals:
        return None
    key = key_of(progression.chords)
    text.said.append(
        f"{', '.join(progression.chords[:8])} are taken to be chords in {key}; "
        "if not, write key: and another"
    )
    return key


def _hear_chords(text: MarkedText, hit: bool, key: str | None, note: str | None) -> str | None:
    """The note of one hit, by its chord. Elsewhere a chord is no key, and that is noted."""
    chords = read_chords(text)
    if not chords or key is not None or (hit and note is not None):
        return note
    if hit:
        text.said.append(
            f"{chords[0]} is a chord; the one-shot is tuned to its root {chord_root(chords[0])}"
        )
        return chord_root(chords[0])
    names, are = ", ".join(chords[:8]), "is a chord" if len(chords) == 1 else "are chords"
    text.said.append(
        f"{names} {are} and not read as a key; if it should be the key, "
        f"write key: {key_hint(chords[0])}"
    )
    return note


def _mean(values: list[float | None]) -> float | None:
    said = [value for value in values if value is not None]
    return round(sum(said) / len(said), 2) if said else None
