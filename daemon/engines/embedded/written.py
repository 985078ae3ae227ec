"""What a prompt writes out note by note, in a plan: a tune as the lead, and chords under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bridge.music import Key
from daemon.brief import Brief
from daemon.engines.embedded.harmony import chords_of_bar, read_chord
from daemon.engines.embedded.plan import Lead, Plan, Sound
from daemon.engines.embedded.wishes import Wishes
from daemon.prompt.drum_tabs import read_drum_tab
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.tunes import Tune

#: Chords that a bar of a tune may have, the likeliest first.
_MAJOR = ("I", "IV", "V", "vi", "ii")
_MINOR = ("i", "iv", "v", "VI", "III", "VII")
#: How much a chord's place in that order counts against one sixteenth of the tune outside it.
_HABIT = 0.4


def for_tune(wishes: Wishes) -> Wishes:
    """The wishes of a prompt with a tune: the instrument that is named plays the tune."""
    player = wishes.voices.get("chords", "")
    if not player or wishes.voices.get("lead", player) != player:
        return wishes
    voices = {part: voice for part, voice in wishes.voices.items() if part != "chords"}
    voices["lead"] = player
    parts = None if wishes.parts is None else wishes.parts - {"chords"} | {"lead"}
    return replace(wishes, voices=voices, parts=parts)


def lead_of(tune: Tune, plan: Plan, sound: Sound) -> Lead:
    """The tune as it is written, from the first bar on; it begins again where the piece goes on."""
    bars = tune.bars_of(plan.meter_.sixteenths_per_bar)
    names = [f"bar {k + 1}" for k in range(len(bars))]
    return Lead(dict(zip(names, bars, strict=True)), names, sound, written=True)


def is_written_out(brief: Brief, plan: Plan) -> bool:
    """Whether nothing plays but what the prompt writes out: no style had a say in it."""
    if plan.parts == ("drums",):
        return read_drum_tab(MarkedText(brief.prompt)) is not None
    return plan.parts == ("lead",) and plan.lead is not None and plan.lead.written


def chords_under(tune: Tune, key: Key, steps: int) -> list[str]:
    """A chord for each bar of a tune: the one written above it, else the triad it lies in most."""
    bars = tune.bars_of(steps)
    above: dict[int, list[str]] = {}
    for start, name in tune.chords:
        if _is_chord(name, key):
            above.setdefault(int(start // steps), []).append(name)
    found: list[str] = []
    for k, notes in enumerate(bars):
        names = above.get(k)
        if names:
            found.append(" / ".join(names[:2]))
        elif tune.chords and found:
            found.append(found[-1].rpartition(" / ")[2])
        else:
            found.append(_triad(notes, key))
    return found


def _is_chord(name: str, key: Key) -> bool:
    try:
        read_chord(name, key)
    except ValueError:
        return False
    return True


def _triad(notes: Sequence[Sequence[float]], key: Key) -> str:
    names = _MINOR if key.is_minor else _MAJOR

    def outside(place: int) -> float:
        chord = chords_of_bar(names[place], key)[0]
        missed = sum(
            length for _, pitch, length in notes if int(pitch) % 12 not in chord.pitch_classes
        )
        return missed + _HABIT * place

    return names[min(range(len(names)), key=outside)]
