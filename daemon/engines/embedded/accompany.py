"""Accompaniment: a plan that follows a recording's tempo, its chords bar by bar, its accents."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from daemon.brief import Brief
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.listen import Reference, listen
from daemon.engines.embedded.meters import is_square
from daemon.engines.embedded.plan import Bass, Drums, Plan, Section
from daemon.engines.embedded.rows import VELOCITY, fit_row
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import read_progression

#: Onset strength (0-1) above which an eighth gets a bass note where no row of the style fits.
#: Chosen by hand.
_STRUCK = 0.45


def accompaniment(brief: Brief, seed: int) -> Plan:
    """Drums, bass and chords to go with `brief.reference`.

    The words choose the parts; without a choice, the parts that the recording lacks. EngineError
    where there is no reference or it holds less than a bar.
    """
    reference = listen(brief)
    bars = (
        brief.bars
        if brief.bars and "bars" in brief.decided and brief.decided["bars"].source != "default"
        else reference.bars
    )
    key_name = brief.key_name or (reference.key.short if reference.key else None)
    plan = compose(
        brief.amended(bpm=reference.bpm, key_name=key_name, bars=bars, kind="loop"), seed
    )
    if reference.chords and read_progression(MarkedText(brief.prompt)) is None:
        plan = plan.with_(chords_of=_simplified(reference.chords))
    style = find_style(brief)
    stream = random.Random(f"{seed}:accompany")
    if plan.drums is not None and style.beats and is_square(reference.meter):
        plan = plan.with_(
            drums=_fitting_drums(
                plan.drums, [dict(beat) for beat in style.beats], reference, stream
            )
        )
    if plan.bass is not None:
        plan = plan.with_(
            bass=_fitting_bass(
                plan.bass, style.bass if is_square(reference.meter) else (), reference
            )
        )
    parts = _parts(brief, plan, reference)
    return plan.with_(sections=[Section("loop", plan.bars, parts, plan.sections[0].energy)])


def _simplified(chords: list[str]) -> list[str]:
    """The shortest repeating cycle of the chords."""
    for length in range(1, len(chords)):
        if len(chords) % length == 0 and chords == chords[:length] * (len(chords) // length):
            return chords[:length]
    return chords


def _parts(brief: Brief, plan: Plan, reference: Reference) -> list[str]:
    if brief.instruments:
        named = [part for part in plan.sections[0].parts if brief.only]
        if named:
            return named
    wanted = {"drums", "bass"} if reference.tonal else {"bass", "chords"}
    if (
        reference.tonal
        and reference.beating
        and float(reference.low.max(initial=0)) > 0
        and _has_kick(reference)
    ):
        wanted = {"bass", "chords"} if not reference.chords else {"drums", "bass"}
    parts = [part for part in plan.parts if part in wanted]
    return parts or list(plan.parts)


def _has_kick(reference: Reference) -> bool:
    return bool(reference.low[0] > 0.8 and (reference.low > 0.6).sum() <= 8)


def _weights(row: str, steps: int) -> np.ndarray:
    return np.array(
        [VELOCITY.get(mark, 0.6 if mark not in ".-" else 0.0) for mark in fit_row(row, steps)]
    )


def _alike(row: str, profile: np.ndarray) -> float:
    """Cosine similarity of a row's hits and an onset profile (steps,)."""
    hits = _weights(row, len(profile))
    return float(hits @ profile / max(np.linalg.norm(hits) * np.linalg.norm(profile), 1e-9))


def _fitting_drums(
    drums: Drums, beats: list[dict[str, str]], reference: Reference, stream: random.Random
) -> Drums:
    """The groove of the style whose kick best matches the recording's low onsets.

    Kicks are added on strong low onsets.
    """

    def merit(beat: dict[str, str]) -> float:
        kick = beat.get("kick") or beat.get("hard kick") or "."
        rest = "".join(
            "x"
            if any(fit_row(r.split("/")[0], 16)[s] not in ".g" for v, r in beat.items())
            else "."
            for s in range(16)
        )
        return (
            _alike(kick.split("/")[0], reference.low)
            + 0.5 * _alike(rest, reference.high)
            + 0.05 * stream.random()
        )

    best = max(beats, key=merit)
    rows = {voice: text.split("/") for voice, text in best.items()}
    kick = "hard kick" if "hard kick" in rows else "kick"
    snares = {
        s
        for voice in ("snare", "clap")
        for line in rows.get(voice, ())
        for s, mark in enumerate(line)
        if mark in "Xx"
    }
    if kick in rows:
        rows[kick] = [_with_accents(row, reference.low, snares) for row in rows[kick]]
    rows.update(
        {
            voice: lines
            for voice, lines in drums.rows.items()
            if voice not in rows and voice in ("shaker", "tambourine")
        }
    )
    return replace(drums, rows=rows)


def _with_accents(row: str, profile: np.ndarray, taken: set[int]) -> str:
    steps = fit_row(row, len(profile))
    return "".join(
        "x" if old == "." and profile[s] > 0.75 and s not in taken else old
        for s, old in enumerate(steps)
    )


def _fitting_bass(bass: Bass, rows: tuple[str, ...], reference: Reference) -> Bass:
    """The bass row of the style most similar to the recording's onsets.

    Where none is similar enough, a row made of the onsets themselves.
    """
    steps = len(reference.low)
    profile = np.maximum(reference.low, 0.7 * reference.high)
    scored = sorted(((_alike(row.split("/")[0], profile), row) for row in rows), reverse=True)
    if scored and scored[0][0] > 0.6:
        return replace(bass, rows=scored[0][1].split("/"))
    struck = ["x" if profile[s] > _STRUCK and s % 2 == 0 else "." for s in range(steps)]
    struck[0] = "X"
    return replace(bass, rows=["".join(struck)])
