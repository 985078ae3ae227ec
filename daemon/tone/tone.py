"""The work of `tone`: one voice in, the same line by another instrument out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from daemon.audio.loudness import measure_level, safe_gain
from daemon.audio.sound import mixed
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.parts.source import Source
from daemon.tone.ears import OWN, ear_of
from daemon.tone.instrument import Instrument
from daemon.tone.line import Played, played
from daemon.tone.one_at_a_time import check_one_voice
from daemon.tone.sampler import Sampler, read_sampler
from daemon.tone.sampler import play as sampled
from daemon.tone.synth import play
from daemon.tone.voices import learn, of_sounds, voice_of
from daemon.verbs.registry import Kind, Result
from daemon.verbs.tell import Tell

_Player = Instrument | Sampler

#: s; the shortest sound that has a line, and the longest that is kept in memory.
_SHORTEST_S, _LONGEST_S = 0.1, 600.0
#: Seconds of work for a second of sound; said before long work begins.
_WORK_SHARE = 0.3
_SAID_FROM_S = 10.0


def tone(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The line by another instrument. ConformError where there is no line, or no instrument."""
    player = _player(brief, request)
    ear = ear_of(str(request.get("with", OWN)))
    source = Source.read(brief)
    audio, rate = source.audio, source.sample_rate
    length_s = len(audio) / rate
    if not _SHORTEST_S <= length_s <= _LONGEST_S:
        raise ConformError(
            f"{source.name} is {length_s:.2f} s long: a line can be followed from"
            f" {_SHORTEST_S:g} s to {_LONGEST_S:g} s"
        )
    expected_s = length_s * _WORK_SHARE
    words = "following the line"
    tell(0.02, f"{words}, about {expected_s:.0f} s" if expected_s > _SAID_FROM_S else words)
    grid = source.grid
    line = played(audio, rate, grid.is_loop, ear)
    check_one_voice(audio, rate, line, source.name)
    octaves = int(request.get("octaves", 0))
    line = Played(line.hz * 2.0**octaves, line.level_db)
    tell(0.4, "learning the instrument")
    instrument = player(line, rate)
    tell(0.7, "playing")
    mono = _played(line, instrument, len(audio), rate, grid.is_loop, brief.seed)
    made, gain_db = _as_source(mono, audio, rate, grid.is_loop)
    yield Result(
        _kind(source),
        made,
        rate,
        words=f"{source.title} {instrument.name}",
        bpm=grid.bpm,
        key=source.key,
        meter=grid.meter,
        bars=grid.bars,
        note=(source.record or {}).get("note"),
        method="tone",
        model=instrument.name,
        license=source.licence,
        report=_report(source, line, instrument, octaves, gain_db, made, rate),
    )


def _player(brief: Brief, request: dict[str, Any]) -> Callable[[Played, int], _Player]:
    """What gives the instrument for a line. ConformError where there is none, before any work."""
    named_ones = {"instrument": "instrument" in request, "sound": brief.other, "kit": brief.kit}
    asked = [name for name, is_asked in named_ones.items() if is_asked]
    if len(asked) != 1:
        raise ConformError(
            f"{' and '.join(asked)} both name an instrument; leave one of them out"
            if asked
            else "tone needs an instrument: --instrument trumpet, --sound with a sound of yours,"
            " or --kit with one-shots of yours"
        )
    if brief.kit:
        sampler = read_sampler(brief.kit, brief.kit_files)
        return lambda line, rate: sampler
    if brief.other:
        path = Path(brief.other).expanduser()
        return lambda line, rate: of_sounds(path)
    voice = voice_of(str(request["instrument"]))

    def learnt(line: Played, rate: int) -> Instrument:
        pitch = 69 + 12 * np.log2(line.hz[line.voiced] / 440)
        return learn(voice, float(pitch.min()), float(pitch.max()), rate)

    return learnt


def _played(
    line: Played, player: _Player, frames: int, rate: int, is_loop: bool, seed: int
) -> np.ndarray:
    if isinstance(player, Sampler):
        return sampled(line, player, frames, rate, is_loop)
    return play(line, player, frames, rate, is_loop, seed)


def _as_source(
    mono: np.ndarray, audio: np.ndarray, rate: int, is_loop: bool
) -> tuple[np.ndarray, float]:
    """The line in the source's channels, as balanced and as loud, and the gain in dB for that."""
    power = np.sqrt((audio.astype(np.float64) ** 2).mean(axis=0))
    balance = power / max(1e-9, float(np.sqrt((power**2).mean())))
    made = (mono[:, None] * balance).astype(np.float32)
    now, then = (measure_level(one, rate, is_loop) for one in (made, audio))
    gain_db = then.lufs - now.lufs if np.isfinite(then.lufs - now.lufs) else 0.0
    made = made * np.float32(10 ** (gain_db / 20))
    down_db = safe_gain(made)
    return made * np.float32(10 ** (down_db / 20)), gain_db + down_db


def _kind(source: Source) -> Kind:
    if source.grid.is_loop:
        return "loop"
    return "oneshot" if source.is_one_sound else "track"


def _report(
    source: Source, line: Played, instrument: _Player, octaves: int, gain_db: float,
    made: np.ndarray, rate: int,
) -> dict[str, Any]:  # fmt: skip
    """What was heard and done, and how the result measures against the source."""
    after = played(made, rate, source.grid.is_loop)
    both = line.voiced & after.voiced
    cents = 1200 * np.abs(np.log2(after.hz[both] / line.hz[both]))
    loud = line.level_db > line.level_db.max() - 40
    alike = np.corrcoef(line.level_db[loud], after.level_db[loud])[0, 1] if loud.sum() > 2 else 1.0
    pitch = 69 + 12 * np.log2(line.hz[line.voiced] / 440)
    said = []
    lowest, highest = instrument.reach
    if not lowest - 7 <= np.median(pitch) <= highest + 7:
        said.append(
            f"the line lies outside what was heard of {instrument.name};"
            " it was stretched there; --octaves moves the line"
        )
    if mixed(source.audio) is not source.audio[:, 0] and source.audio.shape[1] == 2:
        said.append("the line is in the middle: what was stereo of the source is not")
    return {
        "found": {
            "grid": source.grid.how,
            "voiced_share": round(line.voiced_share, 3),
            "lowest_midi": round(float(pitch.min()), 2),
            "highest_midi": round(float(pitch.max()), 2),
        },
        "did": {
            "method": instrument.method,
            "instrument": instrument.name,
            "octaves": octaves,
            "gain_db": round(gain_db, 2),
        },
        "after": {
            "pitch_off_cents": round(float(np.median(cents)), 2) if len(cents) else None,
            "within_50_cents": round(float((cents < 50).sum() / max(1, line.voiced.sum())), 3),
            "loudness_correlation": round(float(alike), 3),
        },
        "said": said,
    }
