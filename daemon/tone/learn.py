"""The work of `learn`: an instrument fitted to a sound, kept as notes that any kit can be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.hearing.one_voice import HOP_S
from daemon.parts.source import Source
from daemon.tone.instrument import Heard, Instrument, fit
from daemon.tone.line import Played, played
from daemon.tone.one_at_a_time import check_one_voice
from daemon.tone.sampler import Span, spans_of
from daemon.tone.synth import play
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell

#: Semitones between two notes that are kept, those beyond what was heard, and MIDI's range of them.
_APART, _BEYOND, _LOWEST, _HIGHEST = 3, 6, 24, 103
#: s of the shortest and the longest note, s of its end, and of a beginning.
_SHORTEST_S, _LONGEST_S, _RELEASE_S, _ATTACK_S = 0.5, 2.5, 0.15, 0.01
#: dBFS of a note's loudest moment.
_LEVEL_DB = -18.0
_FLOOR_DB = -120.0


def learn_sound(
    brief: Brief, request: dict[str, Any], folder: Path, tell: Tell
) -> Iterator[Result]:
    """Single notes of the source's instrument, as one collection. ConformError where it has none.

    Their loudness over time is that of the source's longest note.
    """
    source = Source.read(brief)
    rate = source.sample_rate
    tell(0.05, "following its notes")
    line = played(source.audio, rate, source.grid.is_loop)
    check_one_voice(source.audio, rate, line, source.name)
    instrument = fit(source.name, [Heard(source.audio, rate)])
    spans = spans_of(line)
    if instrument is None or not spans:
        raise ConformError(f"{source.name}: no note of it is long enough to be learnt")
    contour = contour_of(line, spans)
    name = str(request.get("name") or source.title)
    role = str(request.get("role", "lead"))
    lowest, highest = instrument.reach
    pitches = range(
        max(_LOWEST, round(lowest) - _BEYOND), min(_HIGHEST, round(highest) + _BEYOND) + 1, _APART
    )
    said = [f'make and tone play it by --kit "{name}"']
    if not instrument.attack.any():
        said.append(
            "how its notes begin is not learnt: none lasts 0.2 s with a beginning that is heard"
        )
    for k, pitch in enumerate(pitches):
        tell(0.2 + 0.8 * k / len(pitches), f"playing note {k + 1} of {len(pitches)}")
        audio = note_of(instrument, pitch, contour, rate, brief.seed)
        yield Result(
            "oneshot",
            audio,
            rate,
            role=role,
            words=f"{name} {role}",
            note=pitch,
            method="learn",
            model="harmonics and noise",
            license=source.licence,
            report={
                "found": {"lowest_midi": round(lowest, 1), "highest_midi": round(highest, 1)},
                "did": {"method": "harmonics and noise", "seconds": round(len(audio) / rate, 2)},
                **({} if k else {"said": said}),
            },
            more={"collection": name},
        )


def contour_of(line: Played, spans: list[Span]) -> np.ndarray:
    """dB under its loudest moment, a point every `HOP_S`, of the longest note: 0.5 to 2.5 s.

    A shorter one is held where it ends, so that a singer's short notes make no plucks.
    """
    longest = max(spans, key=lambda one: one.end - one.first)
    least, most = (round(s / HOP_S) for s in (_SHORTEST_S, _LONGEST_S))
    level = line.level_db[longest.first : longest.end][:most]
    level = np.pad(level, (0, max(0, least - len(level))), mode="edge")
    return np.asarray(level - level.max())


def note_of(
    instrument: Instrument, pitch: int, contour: np.ndarray, rate: int, seed: int
) -> np.ndarray:
    """One note: float32 (frames, 1)."""
    release = round(_RELEASE_S / HOP_S)
    tail = contour[-1] + np.linspace(0, -60, release)
    level = np.concatenate([contour, tail]) + _LEVEL_DB
    hz = np.full(len(level), 440 * 2 ** ((pitch - 69) / 12))
    line = Played(hz, np.maximum(level, _FLOOR_DB))
    frames = math.ceil((len(level) - 1) * HOP_S * rate)
    made = play(line, instrument, frames, rate, False, seed)
    attack = round(_ATTACK_S * rate)
    made[:attack] *= np.linspace(0, 1, attack, dtype=np.float32)
    made[-attack:] *= np.linspace(1, 0, attack, dtype=np.float32)
    return made[:, None]
