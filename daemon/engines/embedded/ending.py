"""Where a track ends: its bars, and how long the last of them rings within the length asked for."""

from __future__ import annotations

from bridge.music import bar_seconds
from daemon.brief import Brief
from daemon.engines.embedded.mix import tail_s
from daemon.engines.embedded.plan import Plan

#: s after reverb and echoes, for the release of the last notes.
_RELEASE_S = 1.0
#: Share of a length that may be its ringing end, and the least of it in s.
_SHARE, _LEAST_S = 0.1, 1.0
#: s of the shortest ringing end, and of the fade of a piece that is cut within its last bar.
_SHORTEST_S = 0.25


def natural_ring_s(plan: Plan) -> float:
    """Seconds until a plan's last bar has rung out."""
    return tail_s(plan) + _RELEASE_S


def bars_for(brief: Brief, plan: Plan) -> int:
    """Bars of a track of `brief.seconds`. Its ringing end lies within, unless it asks for more."""
    assert brief.seconds is not None
    bar_s = bar_seconds(plan.meter_, plan.bpm)
    if brief.until != "length" or brief.tail_s is not None:
        return max(1, round(brief.seconds / bar_s))
    ring_s = min(natural_ring_s(plan), max(_LEAST_S, _SHARE * brief.seconds))
    nearest = round((brief.seconds - ring_s) / bar_s)
    return max(1, min(nearest, int((brief.seconds - _SHORTEST_S) / bar_s)))


def total_s(brief: Brief, plan: Plan) -> float:
    """Seconds of a track from its first frame to the end of its ringing."""
    if brief.ends_s is not None:
        return brief.ends_s
    music_s = plan.bars * bar_seconds(plan.meter_, plan.bpm)
    return music_s + (natural_ring_s(plan) if brief.tail_s is None else brief.tail_s)


def fade_from_s(brief: Brief, plan: Plan) -> float:
    """Where the fade of the end begins: at the last bar's end, unless the piece is cut before."""
    music_s = plan.bars * bar_seconds(plan.meter_, plan.bpm)
    return max(0.0, min(music_s, total_s(brief, plan) - _SHORTEST_S))
