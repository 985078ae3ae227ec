"""The work of `groove` on a loop of sound: its slices are moved, and made louder or softer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from daemon.audio.sound import mixed
from daemon.brief import Brief
from daemon.engines.embedded.notes import TICKS_PER_QUARTER
from daemon.errors import ConformError
from daemon.parts.source import Source
from daemon.pieces.asked_feel import asked_feel
from daemon.pieces.attacks import Attacks, attacks_of, feel_of_strokes
from daemon.pieces.feel import Feel, Mover
from daemon.pieces.slices import Slices, moved
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: What the gain of a stroke may be, -4 to +3 dB: beyond that a soft one would bring the noise
#: around it along.
_GAINS = (0.63, 1.41)
#: Velocity whose loudness is a gain of 1, where a player's strokes differ.
_USUAL = 96


def felt_loop(brief: Brief, request: Mapping[str, Any], tell: Tell) -> Result:
    """The loop with the feel that is asked for: as many frames, and a loop still.

    ConformError where it is no loop, or where parts are named: a sound moves as a whole.
    """
    source = Source.read(brief)
    _check(brief, request, source)
    tell(0.1, "hearing its strokes")
    heard = attacks_of(source, mixed(source.audio))
    tell(0.4, "finding the feel")
    feel = asked_feel(brief, request, heard.bpm)
    amount = float(request.get("amount", 1.0))
    slices = slices_for(heard, feel, amount, brief.seed, source.sample_rate)
    tell(0.7, "moving its slices")
    audio = moved(source.audio, slices, source.sample_rate)
    return Result(
        "loop",
        audio,
        source.sample_rate,
        words=f"{source.title} groove",
        bpm=heard.bpm,
        key=source.key,
        meter=str(heard.meter),
        bars=heard.bars,
        method="groove",
        model=feel.name,
        license=source.licence,
        report=_report(heard, feel, amount, slices, source.sample_rate),
    )


def _report(
    heard: Attacks, feel: Feel, amount: float, slices: Slices, sample_rate: int
) -> dict[str, Any]:
    ms = np.abs(slices.moves) * 1000 / sample_rate
    told = f"{len(ms)} strokes moved by {ms.mean():.1f} ms in the mean" if len(ms) else "no stroke"
    return {
        "found": {"grid": heard.grid.words, "strokes": len(heard.ticks)},
        "did": {
            "feel": feel.name,
            "source": feel.source,
            "amount": amount,
            "late_ms": feel.late_ms(heard.bpm),
            "accent": [round(one, 3) for one in feel.accent],
            "moved_ms": round(float(ms.mean()), 2) if len(ms) else 0.0,
        },
        "said": [f"{feel.name}: {feel.source}", told, *_said(heard, feel)],
    }


def _check(brief: Brief, request: Mapping[str, Any], source: Source) -> None:
    if request.get("parts"):
        raise ConformError(
            f"parts: {source.name} is a sound, which moves as a whole; "
            f"`sidecrate split` takes it apart first, `sidecrate transcribe` gives its notes"
        )
    tempo = brief.decided.get("bpm")
    if tempo is not None and tempo.source in ("request", "prompt"):
        raise ConformError(
            f"bpm: {source.name} is a sound, and groove keeps its tempo; "
            "`sidecrate fit` gives it another"
        )


def _said(heard: Attacks, feel: Feel) -> list[str]:
    if not len(heard.ticks):
        return ["no stroke was heard in it: it stays as it is"]
    if feel.voices_ms:
        return ["its strokes move together: of a sound no drum is moved alone"]
    return []


def slices_for(heard: Attacks, feel: Feel, amount: float, seed: int, sample_rate: int) -> Slices:
    """Where each stroke of the loop goes by a feel, and its gain.

    Strokes of one step move together, by the strongest of them. A learnt accent counts beside the
    loop's own.
    """
    mover = Mover(feel, heard.grid, amount, heard.bpm, seed)
    own = feel_of_strokes(heard).accent if feel.is_learnt and len(heard.ticks) else (1.0,)
    per_frame = TICKS_PER_QUARTER * heard.bpm / 60 / sample_rate
    by_step: dict[int, tuple[float, float]] = {}
    ticks = heard.ticks - heard.zero_ticks
    steps = [heard.grid.step_of(float(tick)) for tick in ticks]
    for k in np.argsort(-heard.strength, kind="stable"):
        if (step := steps[k]) is not None and step not in by_step:
            by_step[step] = _moved(mover, float(ticks[k]), step, own, amount)
    moves, gains = np.zeros(len(ticks)), np.ones(len(ticks))
    for k, step in enumerate(steps):
        found = by_step.get(step) if step is not None else None
        by, gains[k] = found or _moved(mover, float(ticks[k]), None, own, amount)
        moves[k] = round(by / per_frame)
    return Slices(np.round(heard.ticks / per_frame), moves, gains)


def _moved(
    mover: Mover, tick: float, step: int | None, own: tuple[float, ...], amount: float
) -> tuple[float, float]:
    """The ticks by which a stroke moves, and its gain."""
    to, factor, louder = mover.moved(tick, "", "")
    accent = own[step % len(own)] if step is not None else 1.0
    wanted = 1 + (factor - 1) / amount if amount else 1.0
    gain = 1 + amount * (float(np.clip(wanted / accent, *_GAINS)) - 1) + louder / _USUAL
    return to - tick, float(np.clip(gain, *_GAINS))
