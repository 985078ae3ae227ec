"""How the notes of a chord lie: open, dropped, over its root, or as a shell of what colours it."""

from __future__ import annotations

from daemon.engines.embedded.harmony import Chord

#: Names of voicings that `Chords.voicing` takes.
VOICINGS = ("close", "open", "drop2", "wide", "shell")
#: Lowest note that a voicing puts under a chord (A2), and the lowest root of a wide one (E2).
_LOW = 45
_ROOT_LOW = 41
#: Semitones above the root of a third or what stands for it, and of a seventh or sixth.
_THIRDS = (2, 3, 4, 5)
_SEVENTHS = (9, 10, 11)


def spread(close: list[int], kind: str, chord: Chord) -> list[int]:
    """The notes of a close voicing, low to high, laid out as `kind` says; others stay close.

    open: the second voice an octave up. drop2: the second from the top an octave down. wide: the
    bass note under the upper voices. shell: third, seventh and the top, as over a bass player.
    """
    if len(close) < 3:
        return close
    if kind == "open":
        return sorted([close[0], close[1] + 12, *close[2:]])
    if kind == "drop2":
        dropped = close[-2] - 12
        if dropped < _LOW:
            return spread(close, "open", chord)
        return sorted([dropped, *close[:-2], close[-1]])
    if kind == "wide":
        bass = chord.root if chord.under is None else chord.under
        low = _ROOT_LOW + (bass - _ROOT_LOW) % 12
        upper = [note for note in close if note % 12 != bass % 12 and note > low + 4]
        return [low, *upper] if len(upper) > 1 else close
    if kind == "shell":
        kept = [note for note in close if (note - chord.root) % 12 in (*_THIRDS, *_SEVENTHS)]
        return sorted({*kept, close[-1]}) if len(kept) > 1 else spread(close, "open", chord)
    return close
