"""The work of `master`: a sound after a reference or for a use, and what it was before."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from daemon.audio.files import read_audio
from daemon.audio.loudness import (
    GATE_LUFS,
    SILENCE_DB,
    integrated_lufs,
    lufs_however_soft,
)
from daemon.audio.offset import silence_of
from daemon.audio.wav_record import read_record
from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.mastering.bands import THIRDS_HZ, Measured
from daemon.mastering.match import Mastered, Reference, Wish, mastered, spectrum_off_db
from daemon.mastering.targets import TARGETS, USUAL
from daemon.parts.source import Grid, Source
from daemon.verbs.registry import Kind, Result
from daemon.verbs.tell import Tell

#: s; a shorter reference says nothing of loudness and spectrum over time.
_SHORTEST_REFERENCE_S = 3.0
#: s; the shortest sound that has a loudness by BS.1770.
_SHORTEST_S = 0.4
#: s from which a file without a record is a piece, whose tempo is not listened for.
_PIECE_S = 60.0
#: Seconds of work for a second of sound, on one core; said before long work begins.
_WORK_SHARE = 0.1
_SAID_FROM_S = 10.0
#: dB that the pair to compare stays under full scale.
_PAIR_CEILING_DB = -0.1


def master(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The mastered sound, then before and after at one loudness. ConformError says why not."""
    source = Source.read(brief)
    _check(source.audio, source.sample_rate, source.name, _SHORTEST_S, "it can be mastered")
    grid = _grid(source)
    expected_s = len(source.audio) / source.sample_rate * _WORK_SHARE
    words = f"mastering, about {expected_s:.0f} s" if expected_s > _SAID_FROM_S else "mastering"
    tell(0.02, words)
    wish, about = _wish(brief, request)
    tell(0.1, words)
    made = mastered(
        source.audio,
        source.sample_rate,
        grid.is_loop,
        wish,
        lambda share: tell(0.1 + 0.8 * share, words),
    )
    tell(0.92, "drawing and writing")
    report = _report(made, wish, about)
    whole = _result(source, grid, made.audio, report)
    compares = bool(request.get("compare", True))
    picture = _picture(made, wish, about)
    yield replace(whole, picture=picture, pair=(1, 2) if compares else None)
    if compares:
        yield from _pair(source, grid, made)


def read_reference(path: str) -> tuple[Reference, str]:
    """A sound to go by, and its name. AudioError or ConformError says why it is none."""
    audio, rate = read_audio(path)
    name = Path(path).stem
    _check(audio, rate, name, _SHORTEST_REFERENCE_S, "a reference can be followed")
    record = read_record(Path(path)) or {}
    return Reference.of(audio, rate, record.get("kind") == "loop"), name


def _wish(brief: Brief, request: dict[str, Any]) -> tuple[Wish, dict[str, Any]]:
    """What is wished, and where that comes from."""
    target = TARGETS.get(str(request.get("aim", "")))
    path = brief.other
    if path is None:
        target = target or USUAL
        about = {"aim": target.name, "aim_source": target.source}
        return Wish(_level(request, target.lufs), target.ceiling_db), about
    like, name = read_reference(path)
    about = {"like": name}
    if target:
        about |= {"aim": target.name, "aim_source": target.source}
    usual_lufs = target.lufs if target else like.measured.lufs
    ceiling_db = target.ceiling_db if target else USUAL.ceiling_db
    amount = float(request.get("amount", 1.0))
    return Wish(_level(request, usual_lufs), ceiling_db, like, amount), about


def _level(request: dict[str, Any], usual_lufs: float) -> float:
    asked = request.get("level", usual_lufs)
    return usual_lufs if asked == "keep" else float(asked)


def _check(audio: np.ndarray, rate: int, name: str, shortest_s: float, what: str) -> None:
    if len(audio) < round(shortest_s * rate):
        raise ConformError(
            f"{name} is {len(audio) / rate:.2f} s long: {what} from {shortest_s:g} s on"
        )
    if silence := silence_of(audio):
        raise ConformError(f"{name} is {silence}: name another sound")
    if not math.isfinite(integrated_lufs(audio, rate)):
        soft_lufs = lufs_however_soft(audio, rate, False)
        raise ConformError(
            f"{name} is too soft for a loudness: {soft_lufs:.1f} LUFS, and"
            f" {what} from {GATE_LUFS:g} LUFS on;"
            f" raise it by {math.ceil(GATE_LUFS - soft_lufs):.0f} dB or more"
        )


def _grid(source: Source) -> Grid:
    """The source's grid; a long file without a record is a piece, which needs none here."""
    long = len(source.audio) > _PIECE_S * source.sample_rate
    if long and (source.record or {}).get("kind") != "loop":
        record = source.record or {}
        how = "its record" if record else "a piece: its beat was not listened for"
        meter = str(record.get("meter") or "4/4")
        return Grid(record.get("bpm"), None, meter, record.get("key"), how, 1.0 if record else 0.0)
    return source.grid


def _kind(source: Source, grid: Grid) -> Kind:
    if grid.is_loop:
        return "loop"
    if source.is_one_sound:
        return "sfx" if (source.record or {}).get("kind") == "sfx" else "oneshot"
    return "vocal" if (source.record or {}).get("kind") == "vocal" else "track"


def _result(
    source: Source, grid: Grid, audio: np.ndarray, report: dict[str, Any], part: str = ""
) -> Result:
    record = source.record or {}
    return Result(
        _kind(source, grid),
        audio,
        source.sample_rate,
        part=part,
        words=f"{source.title} {part or 'master'}",
        bpm=grid.bpm,
        key=source.key if grid.is_loop else record.get("key"),
        meter=grid.meter,
        bars=grid.bars,
        note=record.get("note"),
        method="master",
        license=source.licence,
        report=report,
    )


def _pair(source: Source, grid: Grid, made: Mastered) -> Iterator[Result]:
    """Before and after, both as loud as the softer of them: the ear takes louder for better."""
    sounds = {"before": (source.audio, made.before), "after": (made.audio, made.after)}
    room = [
        figures.lufs + _PAIR_CEILING_DB - figures.true_peak_db for _, figures in sounds.values()
    ]
    lufs = min(made.before.lufs, made.after.lufs, *room)
    for part, (audio, figures) in sounds.items():
        gain_db = lufs - figures.lufs
        report = {
            "did": {"method": "to compare", "gain_db": round(gain_db, 2)},
            "said": [f"{part} mastering, at {lufs:.1f} LUFS, as the other of the pair"],
        }
        yield _result(source, grid, audio * np.float32(10 ** (gain_db / 20)), report, part)


def _report(made: Mastered, wish: Wish, about: dict[str, Any]) -> dict[str, Any]:
    like = wish.like
    did: dict[str, Any] = {
        "method": "master",
        **about,
        "wished_lufs": round(wish.lufs, 2),
        "ceiling_db": wish.ceiling_db,
        "gain_db": round(made.levelled.gain_db, 2),
        "limited_db": round(made.levelled.limited_db, 2),
        "bands_hz": [round(float(hz), 1) for hz in THIRDS_HZ],
    }
    if made.gains_db is not None:
        did["amount"] = wish.amount
        did["mid_gain_db"], did["side_gain_db"] = (
            [round(float(gain), 2) for gain in gains] for gains in made.gains_db
        )
    if made.softened is not None:
        did["softened_db_per_db"] = [round(float(slope), 3) for slope in made.softened.slope]
    after = made.after.report()
    if made.off_db is not None:
        after["spectrum_off_db"] = round(made.off_db, 2)
    found: dict[str, Any] = {"before": made.before.report()}
    if like is not None:
        found["reference"] = like.measured.report()
        found["spectrum_off_db"] = round(spectrum_off_db(made.before, like.measured), 2)
    return {"found": found, "did": did, "after": after, "said": list(made.said)}


def _picture(made: Mastered, wish: Wish, about: dict[str, Any]) -> bytes:
    """A PNG of the spectra, and of the figures in words."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 7), layout="constrained")
    spectrum, sides = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    rows = [("before", made.before, "#9aa5b1", 1.5), ("after", made.after, "#c1440e", 2.0)]
    if wish.like is not None:
        rows.insert(1, (f"reference: {about['like']}", wish.like.measured, "#2e8b57", 1.5))
    for name, figures, colour, width in rows:
        mid, side = _drawn(figures)
        spectrum.semilogx(THIRDS_HZ, mid, color=colour, linewidth=width, label=_line(name, figures))
        sides.semilogx(THIRDS_HZ, side, color=colour, linewidth=width)
    spectrum.set(ylabel="middle, dB a third-octave at equal loudness")
    sides.set(ylabel="sides over middle, dB", xlabel="Hz", xlim=(THIRDS_HZ[0], THIRDS_HZ[-1]))
    for axes in (spectrum, sides):
        axes.grid(True, which="both", alpha=0.25)
    figure.legend(loc="outside upper left", fontsize=9, ncols=1)
    ticks = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)
    sides.set_xticks(ticks, [f"{hz:g}" if hz < 1000 else f"{hz / 1000:g}k" for hz in ticks])
    sides.minorticks_off()
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100)
    return out.getvalue()


def _drawn(figures: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Levels to draw: at equal loudness, and nothing of bands that hold nothing."""
    least = figures.mid_db.max() - 80
    mid = np.where(figures.mid_db > least, figures.mid_db - figures.lufs, np.nan)
    apart = np.where(figures.side_db > SILENCE_DB + 1, figures.side_db - figures.mid_db, np.nan)
    return mid, np.where(np.isnan(mid), np.nan, np.maximum(apart, -60))


def _line(name: str, figures: Measured) -> str:
    return (
        f"{name}: {figures.lufs:.1f} LUFS, peak {figures.true_peak_db:.1f} dBTP,"
        f" crest {figures.crest_db:.1f} dB, sides {figures.width_db:.0f} dB"
    )
