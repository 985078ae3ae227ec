"""Melodies: a motif of a few notes in the form A A' A B."""

from __future__ import annotations

import random

#: Scale degrees of a melody in minor: the pentatonic scale, with the octave.
_MINOR_POOL = (0, 2, 3, 4, 6, 7)
#: Scale degrees of a melody in major: the pentatonic scale, with the octave.
_MAJOR_POOL = (0, 1, 2, 4, 5, 7)
#: Order of the bars; A' is A with another ending.
FORM = ["A", "A'", "A", "B"]

#: [step, degree, length in steps].
Event = list[float]


def motif_bars(
    stream: random.Random, steps: int, busy: float, minor: bool, arp: bool = False
) -> tuple[dict[str, list[Event]], list[str]]:
    """(bars by letter, form). `busy` 0-1 sets the number of notes.

    At least a quarter of each bar is silent, but for arpeggios.
    """
    pool = _MINOR_POOL if minor else _MAJOR_POOL
    if arp:
        return _arpeggio(stream, steps), ["A", "A", "A", "B"]
    rhythm = _rhythm(stream, steps, busy)
    contour = _contour(stream, len(rhythm), pool)
    a: list[Event] = [
        [step, degree, length] for (step, length), degree in zip(rhythm, contour, strict=True)
    ]
    varied = [list(event) for event in a]
    if varied:
        varied[-1][1] = stream.choice([d for d in pool if d != varied[-1][1]])
        if len(varied) > 2:
            varied[-2][1] += stream.choice((-1, 1))
    other = _rhythm(stream, steps, busy * 0.8)
    turned = [max(pool) - degree for degree in contour]
    b: list[Event] = [
        [step, turned[k % len(turned)] if turned else 0, length]
        for k, (step, length) in enumerate(other)
    ]
    if b:
        b[-1][1] = stream.choice((0, 4))
    return {"A": a, "A'": varied, "B": b}, list(FORM)


def _arpeggio(stream: random.Random, steps: int) -> dict[str, list[Event]]:
    """Bars of chord degrees up and down in even steps."""
    order = stream.choice(
        ([0, 2, 4, 7], [0, 4, 7, 4], [0, 2, 4, 7, 4, 2], [7, 4, 2, 0], [0, 7, 4, 9])
    )
    every = stream.choice((1, 1, 2))
    starts = range(0, int(steps * 0.75) if every == 1 else steps, every)
    a: list[Event] = [[step, order[k % len(order)], every] for k, step in enumerate(starts)]
    b: list[Event] = [[step, order[-1 - k % len(order)], every] for k, step in enumerate(starts)]
    return {"A": a, "B": b}


def _rhythm(stream: random.Random, steps: int, busy: float) -> list[tuple[int, int]]:
    """(step, length) of the notes of one bar.

    Strong steps are likelier; the notes fill at most three quarters of the bar.
    """
    count = max(2, min(round(2 + busy * 8), steps // 2))
    # by the place in the beat: on it, on its first, second and third sixteenth after
    weights = [(1.0, 0.4, 0.75, 0.4)[step % 4] for step in range(steps)]
    chosen: set[int] = set()
    limit = max(2, round(steps * 0.8))
    while len(chosen) < count:
        step = stream.choices(range(limit), weights[:limit])[0]
        chosen.add(step)
    starts = sorted(chosen)
    sounding = 0
    notes = []
    for k, start in enumerate(starts):
        room = (starts[k + 1] if k + 1 < len(starts) else steps) - start
        length = min(room, stream.choice((1, 2, 2, 3, 4)))
        length = min(length, max(1, int(steps * 0.75) - sounding))
        sounding += length
        notes.append((start, length))
    return notes


def _contour(stream: random.Random, count: int, pool: tuple[int, ...]) -> list[int]:
    """Degrees that move mostly to neighbours in the pool, with a leap now and then.

    A move past an end of the pool turns back.
    """
    place = stream.randrange(len(pool))
    out = []
    for _ in range(count):
        out.append(pool[place])
        move = stream.choice((-1, -1, 0, 1, 1, 1, 2, -2))
        if not 0 <= place + move < len(pool):
            move = -move
        place = max(0, min(len(pool) - 1, place + move))
    return out
