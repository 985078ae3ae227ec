"""A file without a beat that was only to be fitted: it is kept as one sound."""

from __future__ import annotations

from collections.abc import Collection

from daemon.brief import Brief
from daemon.errors import ConformError

#: A sound that is at most this long is a one-shot, a longer one an effect.
ONE_SHOT_S = 4.0
#: Fields by which a user says that a loop is wanted, or what else is.
_SAYS_WHAT = frozenset(("kind", "bpm", "bars", "key", "grid"))


def may_be_one_sound(brief: Brief, asked: Collection[str], error: ConformError) -> bool:
    """Whether a take that was refused may be kept as it is.

    A file dropped without a word is a loop by default only: nobody said that it has a beat.
    asked: the fields of the request.
    """
    wants = _SAYS_WHAT.intersection(asked)
    is_no_loop = error.code in ("no_tempo", "too_short")
    return brief.do == "fit" and is_no_loop and not brief.strict and not wants


def as_one_sound(brief: Brief, seconds: float, error: ConformError) -> Brief:
    """The brief of the same file as a one-shot or an effect, which says so."""
    kind, called = ("oneshot", "a one-shot") if seconds <= ONE_SHOT_S else ("sfx", "an effect")
    why = error.text.partition(", and no tempo is asked")[0]
    mend = "; for a loop say its tempo (bpm: 120)" if error.code == "no_tempo" else ""
    told = f"{why}: it is kept as {called}{mend}"
    return brief.amended(kind=kind, bars=None, said=(*brief.said, told))
