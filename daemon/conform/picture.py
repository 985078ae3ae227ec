"""Pictures of a clip for a producer: the wave with its bars and grid, tempo, tones, loudness."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from bridge.music import Key, Meter
from daemon.audio.files import read_audio
from daemon.audio.loudness import SILENCE_DB, momentary_lufs
from daemon.audio.sound import Sound, mixed
from daemon.conform.picture_file import save_picture
from daemon.hearing.key import hear_tones
from daemon.record import ClipRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
#: The wave, the loudness and the tones of the key.
_WAVE = "#3a6ea5"
#: Downbeats found, stronger than beats.
_BAR = "#c1440e"
_BEAT = "#e9a178"
#: The project's grid, and requested values.
_GRID = "#2e8b57"
#: Background of the bars that became the clip.
_CUT = "#fff3c4"
#: Tones outside the key.
_OTHER = "#c8ccd0"
#: Points of a drawn wave: more than the picture has pixels.
_COLUMNS = 3000
#: LUFS below which the loudness curve is cut.
_LOUDNESS_FLOOR = -60


def draw_look(file: Path, found: Mapping[str, Any], out: Path) -> None:
    """A picture of `file` with what `look` found in it.

    AudioError where file or picture cannot be read or written.
    """
    audio, sample_rate = read_audio(file)
    figure = Figure(figsize=(14, 8), layout="constrained")
    rows = figure.subplot_mosaic(
        [["wave", "wave"], ["tempo", "tones"], ["loudness", "tones"]], height_ratios=[2.2, 1, 1]
    )
    tempo = (
        f"{found['bpm']:.2f} BPM ({found['confidence']:.0%} sure)"
        if found.get("bpm")
        else "no beat found"
    )
    tones = (
        f"{found['key']} ({found['key_confidence']:.0%} sure)"
        if found.get("key")
        else "no key found"
    )
    parts = (_name(file), tempo, tones, found["meter"], f"{found['seconds']:.2f} s")
    figure.suptitle("   ·   ".join(parts), fontsize=13, x=0.01, ha="left")
    _draw_wave(rows["wave"], audio, sample_rate)
    _draw_beats(rows["wave"], audio, found["beats_s"], found["downbeats_s"])
    rows["wave"].set_xlabel("seconds")
    _draw_tempo(rows["tempo"], found["beats_s"], None, len(audio) / sample_rate)
    _draw_loudness(rows["loudness"], audio, sample_rate, found["lufs"], found["true_peak_db"])
    _draw_tones(rows["tones"], np.array(found["chroma"]), found.get("key"))
    save_picture(figure, out)


def draw_clip(file: Path, record: ClipRecord, out: Path) -> None:
    """Two waves above each other: the source `file` with its beats, the clip on its grid.

    The bars that became the clip are marked in the source. `record` is the clip's JSON, with
    `path`, `bpm`, `meter`, `key` and `report`. AudioError as for `draw_look`.
    """
    source, source_rate = read_audio(file)
    clip, clip_rate = read_audio(record["path"])
    report = record["report"]
    found = report["found"]
    did = report["did"]
    after = report["after"]
    figure = Figure(figsize=(14, 10), layout="constrained")
    layout: list[Any] = [
        ["source", "source"],
        ["clip", "clip"],
        ["tempo", "tones"],
        ["loudness", "tones"],
    ]
    rows = figure.subplot_mosaic(layout, height_ratios=[1.6, 1.6, 1, 1])
    figure.suptitle(_clip_title(record, did, after), fontsize=13, x=0.01, ha="left")
    _draw_wave(rows["source"], source, source_rate)
    beats_s = found.get("beats_s") or []
    _draw_beats(rows["source"], source, beats_s, [])
    rows["source"].set_title(f"{_name(file)}: what was found", loc="left", fontsize=10)
    if record.get("bpm") and found.get("downbeat_s") is not None:
        start_s = found["downbeat_s"]
        end_s = start_s + len(clip) / clip_rate / max(1e-6, did.get("ratio") or 1.0)
        rows["source"].axvspan(start_s, end_s, color=_CUT, zorder=0)
    draw_on_grid(rows["clip"], clip, clip_rate, record)
    rows["clip"].set_title("the clip, and the grid it lies on", loc="left", fontsize=10)
    rows["clip"].set_xlabel("seconds")
    _draw_tempo(rows["tempo"], beats_s, record.get("bpm"), len(source) / source_rate)
    _draw_loudness(rows["loudness"], clip, clip_rate, after.get("lufs"), after.get("true_peak_db"))
    _draw_tones(
        rows["tones"], hear_tones(Sound(clip, clip_rate).mono, clip_rate).chroma, record.get("key")
    )
    save_picture(figure, out)


def draw_on_grid(axes: Axes, audio: np.ndarray, sample_rate: int, record: ClipRecord) -> None:
    """Draw the wave of a clip, float32 (frames, channels), and the grid if it has a tempo."""
    _draw_wave(axes, audio, sample_rate)
    if bpm := record.get("bpm"):
        _draw_grid(axes, audio, sample_rate, float(bpm), str(record.get("meter") or "4/4"))


def _clip_title(record: ClipRecord, did: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    parts = [
        f"{record['bpm']:g} BPM" if record.get("bpm") else "no tempo",
        str(record.get("key") or "no key"),
    ]
    parts.append(
        "not stretched"
        if did.get("method") == "none"
        else f"stretched to {did.get('ratio', 1.0):.1%}"
    )
    if did.get("semitones"):
        parts.append(f"{did['semitones']:+.2f} semitones")
    if after.get("mean_beat_error_ms") is not None:
        parts.append(f"beats {after['mean_beat_error_ms']:.1f} ms from the grid")
    return "   ·   ".join(parts)


def _name(file: Path) -> str:
    return str(file).replace("\\", "/").rsplit("/", 1)[-1]


def _draw_wave(axes: Axes, audio: np.ndarray, sample_rate: int) -> None:
    mono = mixed(audio)
    starts = np.arange(0, len(mono), max(1, len(mono) // _COLUMNS))
    low, high = np.minimum.reduceat(mono, starts), np.maximum.reduceat(mono, starts)
    top = _top(audio)
    axes.fill_between(starts / sample_rate, low, high, color=_WAVE, linewidth=0.3)
    axes.set(xlim=(0, len(mono) / sample_rate), ylim=(-1.25 * top, 1.3 * top), yticks=[])


def _top(audio: np.ndarray) -> float:
    return max(1e-3, float(np.abs(mixed(audio)).max()))


def _draw_beats(
    axes: Axes, audio: np.ndarray, beats_s: list[float], downbeats_s: list[float]
) -> None:
    top = _top(audio)
    if len(beats_s):
        axes.vlines(beats_s, -top, top, color=_BEAT, linewidth=0.8, label="beats found")
    if len(downbeats_s):
        axes.vlines(
            downbeats_s, -1.08 * top, 1.08 * top, color=_BAR, linewidth=1.6, label="bars found"
        )
        for number, at_s in enumerate(downbeats_s, 1):
            axes.annotate(
                str(number), (at_s, 1.1 * top), color=_BAR, fontsize=9, ha="left", va="bottom"
            )
    if len(beats_s):
        axes.legend(loc="lower right", fontsize=8, ncols=2)


def _draw_grid(
    axes: Axes, audio: np.ndarray, sample_rate: int, bpm: float, meter_name: str
) -> None:
    top, meter = _top(audio), Meter.parse(meter_name)
    # The next bar's line is not part of the clip.
    length_s = len(audio) / sample_rate - 0.005

    pulses = np.arange(0, length_s, 60 / bpm * 4 / meter.denominator)
    bars = np.arange(0, length_s, meter.quarters_per_bar * 60 / bpm)
    axes.vlines(
        pulses, -top, top, color=_GRID, linewidth=0.6, linestyle=":", label=f"the grid, {bpm:g} BPM"
    )
    axes.vlines(bars, -1.08 * top, 1.08 * top, color=_GRID, linewidth=1.4)
    for number, at_s in enumerate(bars, 1):
        axes.annotate(
            str(number), (at_s, 1.1 * top), color=_GRID, fontsize=9, ha="left", va="bottom"
        )
    axes.legend(loc="lower right", fontsize=8)


def _draw_tempo(axes: Axes, beats_s: list[float], asked_bpm: float | None, length_s: float) -> None:
    axes.set(ylabel="BPM", xlim=(0, length_s), title="tempo over time")
    if len(beats_s) < 2:
        axes.text(
            0.5,
            0.5,
            "no beat found",
            transform=axes.transAxes,
            ha="center",
            va="center",
            color="grey",
        )
        return
    tempo = 60 / np.diff(beats_s)
    axes.step(beats_s[:-1], tempo, where="post", color=_BAR, label="found")
    if asked_bpm:
        axes.axhline(asked_bpm, color=_GRID, linestyle="--", label=f"asked, {asked_bpm:g}")
    middle = asked_bpm or float(np.median(tempo))
    reach = max(0.02 * middle, 1.2 * float(np.abs(tempo - middle).max()))
    axes.set_ylim(middle - reach, middle + reach)
    axes.legend(loc="upper right", fontsize=8)


def _draw_loudness(
    axes: Axes, audio: np.ndarray, sample_rate: int, lufs: float | None, peak_db: float | None
) -> None:
    times_s, levels = momentary_lufs(audio, sample_rate)
    axes.plot(times_s, np.maximum(levels, _LOUDNESS_FLOOR), color=_WAVE)
    axes.set(ylabel="LUFS", xlabel="seconds", xlim=(0, len(audio) / sample_rate))
    if lufs is None or lufs <= SILENCE_DB:
        axes.set_title("loudness: silent")
        return
    axes.axhline(lufs, color=_GRID, linestyle="--")
    axes.set_title(f"loudness: {lufs:.1f} LUFS, peak {peak_db:.1f} dBTP")


def _draw_tones(axes: Axes, chroma: np.ndarray, key_name: str | None) -> None:
    scale = Key.parse(key_name).scale if key_name else ()
    axes.barh(range(12), chroma, color=[_WAVE if pitch in scale else _OTHER for pitch in range(12)])
    axes.set_yticks(range(12), _NOTES)
    axes.set_xticks([])
    axes.set_title(f"tones; blue ones belong to {key_name}" if scale else "tones; no key found")
