"""The tempo of a prompt that names none, and what is said of a clock whose tempo settles."""

from __future__ import annotations

from bridge.request import Request
from bridge.session import SessionView
from daemon.brief import Decision
from daemon.prompt.genres import CALM_GENRES, Genre
from daemon.prompt.length import DEFAULT_BPM, TIMELESS
from daemon.prompt.vocabulary import lift_of
from daemon.prompt.words import Words

#: Tempos where only the mood says one; a ballad's, a chase's, and that of music to rest by.
SLOW_BPM, FAST_BPM, CALM_BPM = 72.0, 150.0, 84.0
#: Energy up to which a prompt without a genre is calm.
CALM_ENERGY = 0.3
#: Kinds whose tempo a mood can set.
MUSICAL = ("loop", "midi", "track")


def genre_bpm(genre: Genre, request: Request, words: Words) -> float:
    """A genre's tempo: at an end of its range for fast and slow, half-way there by mood."""
    if words.pace:
        return genre.high_bpm if words.pace > 0 else genre.low_bpm
    lift = lift_of([*(str(one) for one in request.get("mood", ())), *words.mood])
    if lift == 0 or (lift < 0 and genre.name in CALM_GENRES):
        return genre.bpm
    return float(round((genre.bpm + (genre.high_bpm if lift > 0 else genre.low_bpm)) / 2))


def mood_bpm(words: Words, kind: str) -> float:
    """The tempo that suits a prompt without a genre: by its pace, else by how calm it is."""
    drums_alone = words.only and words.instruments == ("drums",)
    if kind not in MUSICAL or drums_alone:
        return DEFAULT_BPM
    if words.pace:
        return FAST_BPM if words.pace > 0 else SLOW_BPM
    quiet = words.energy is not None and words.energy <= CALM_ENERGY
    if quiet or lift_of(words.mood) < 0:
        return CALM_BPM
    return DEFAULT_BPM


def settling_note(session: SessionView, bpm: Decision, kind: str) -> list[str]:
    """A note where a clock's tempo is still being measured, and the clip's tempo hangs on it."""
    if not session.settling or kind in TIMELESS:
        return []
    clock = session.settling[0].replace("_", " ")
    if bpm.source in session.settling:
        return [
            f"the tempo of the {clock} has not settled yet; its last one,"
            f" {bpm.value:g} bpm, is used"
        ]
    if bpm.source in ("genre", "default", "config"):
        return [f"the {clock} runs, but its tempo has not settled yet; {bpm.value:g} bpm is used"]
    return []
