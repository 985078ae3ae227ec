"""Renders what was played on the pads: the sum of the clips' files, frame by frame.

Nothing is recorded from a loudspeaker: a clip starts on the frame of its bar, and each of its
rounds on the frame of its own bar, so that an hour of rounds does not drift.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bridge.music import Meter, bar_seconds, loop_frames
from daemon.audio.files import read_audio
from daemon.audio.loudness import SILENCE_DB, amplify, measure_level, safe_gain, turned_down
from daemon.audio.resample import resample, resample_loop
from daemon.audio.seam import measure_seam
from daemon.audio.wav import write_clip
from daemon.crate.names import slug
from daemon.library.performance import Performance, Play, licence_of_all, read_performance
from daemon.library.unmade import unmade_record
from daemon.record import ClipRecord, as_record
from daemon.verbs.tell import TellStage

#: Longest recording that is a loop; a longer one is a track.
MOST_LOOP_BARS = 64
#: Length of a fade where a clip is cut while it sounds.
_FADE_S = 0.005
#: A cut at a lower sample than this (-60 dB) is not heard, and is left as it is.
_HEARD = 0.001


@dataclass(frozen=True)
class Source:
    """A clip as it is played: float32 (frames, channels); `bars` of the performance, 0: once."""

    audio: np.ndarray
    bars: float


def mix_performance(task: dict[str, Any], tell: TellStage) -> ClipRecord:
    """{performance, sources: {clip: record}, clip, folder} -> the record of `folder`/played.wav.

    Each source's record is of its version at the performance's tempo, `path` included.
    AudioError where a file cannot be read.
    """
    played = read_performance(task["performance"])
    records = {clip: as_record(record) for clip, record in task["sources"].items()}
    rate = _rate(played, records)
    sources: dict[str, Source] = {}
    for number, clip in enumerate(played.clips):
        tell(0.6 * number / len(played.clips), "mixing", records[clip].get("words") or clip)
        sources[clip] = read_source(records[clip], played, rate)
    stems = {
        part: mixed(replace(played, plays=plays), sources, rate)
        for part, plays in _by_part(played, records).items()
    }
    audio = np.add.reduce(list(stems.values()))
    tell(0.7, "mixing", "measuring")
    # stems are turned down with their mix, so that they still sum to it
    down_db = min(map(safe_gain, (audio, *stems.values())))
    record = _record(task, played, records, amplify(audio, down_db), rate, down_db, list(stems))
    folder = Path(task["folder"])
    path = folder / "played.wav"
    (folder / "stems").mkdir(parents=True, exist_ok=True)
    write_clip(path, amplify(audio, down_db), rate, record, "PCM_24")
    for part, stem in stems.items() if len(stems) > 1 else ():
        own: ClipRecord = {**record, "part": part}
        write_clip(folder / "stems" / f"{part}.wav", amplify(stem, down_db), rate, own, "PCM_24")
    return {**record, "path": str(path), "midi": None, "stems": []}


def _by_part(played: Performance, records: dict[str, ClipRecord]) -> dict[str, tuple[Play, ...]]:
    """The plays of each part: drums, bass..., else by the clip's kind."""
    found: dict[str, list[Play]] = {}
    for play in played.plays:
        record = records[play.clip]
        parts = list(record.get("parts") or ())
        part = record.get("part") or (parts[0] if len(parts) == 1 else record["kind"])
        found.setdefault(slug(str(part), 24), []).append(play)
    return {part: tuple(plays) for part, plays in found.items()}


def _rate(played: Performance, records: dict[str, ClipRecord]) -> int:
    """The sample rate that most clips have; of two, the higher."""
    rates = Counter(int(records[clip]["sample_rate"]) for clip in played.clips)
    return max(rates, key=lambda rate: (rates[rate], rate))


def read_source(record: ClipRecord, played: Performance, rate: int) -> Source:
    """A clip's file at the recording's rate, with its length in bars of the recording."""
    audio, own_rate = read_audio(record["path"])
    bars, bpm = record.get("bars"), record.get("bpm")
    if record["kind"] not in ("loop", "midi") or not bars or not bpm:
        return Source(resample(audio, own_rate, rate), 0.0)
    meter = Meter.parse(record.get("meter") or "4/4")
    wanted = loop_frames(bars, meter, bpm, rate)
    return Source(
        resample_loop(audio, own_rate, rate, wanted),
        bars * bar_seconds(meter, bpm) / bar_seconds(played.meter, played.bpm),
    )


def mixed(played: Performance, sources: dict[str, Source], rate: int) -> np.ndarray:
    """The sum, float32 (frames, channels), `loop_frames(bars, ...)` long.

    A play is faded over `_FADE_S` where it is cut while it sounds; not where the same clip goes on
    there, also across the recording's end.
    """
    channels = max(source.audio.shape[1] for source in sources.values())
    total = np.zeros((loop_frames(played.bars, played.meter, played.bpm, rate), channels))
    bar_frames = bar_seconds(played.meter, played.bpm) * rate
    entries = {_joint(played, sources, play, play.start) for play in played.plays}
    exits = {_joint(played, sources, play, play.end) for play in played.plays}
    for play in played.plays:
        source = sources[play.clip]
        first, last = round(play.start * bar_frames), round(play.end * bar_frames)
        sound = np.zeros((last - first, source.audio.shape[1]))
        for at, until, start in _rounds(play, source, bar_frames):
            wanted = np.arange(max(at, first), min(until, last)) - start
            part = source.audio[wanted % len(source.audio)]
            sound[max(at, first) - first : max(at, first) - first + len(part)] = part
        _fade(
            sound, round(_FADE_S * rate),
            comes_in=bool(play.offset) and _joint(played, sources, play, play.start) not in exits,
            goes_out=_joint(played, sources, play, play.end) not in entries,
        )  # fmt: skip
        total[first : first + len(sound)] += amplify(sound, play.db) if play.db else sound
    return total.astype(np.float32)


def _rounds(play: Play, source: Source, bar_frames: float) -> Iterator[tuple[int, int, int]]:
    """(from, to, the frame of the sound's own start) of each round; of a sound that ends, one."""
    began = play.start - play.offset
    if not source.bars:
        start = round(began * bar_frames)
        if play.end * bar_frames > start and start + len(source.audio) > play.start * bar_frames:
            yield start, start + len(source.audio), start
        return
    turn = math.floor(play.offset / source.bars + 1e-9)
    while began + turn * source.bars < play.end - 1e-9:
        start = round((began + turn * source.bars) * bar_frames)
        yield start, round((began + (turn + 1) * source.bars) * bar_frames), start
        turn += 1


def _joint(
    played: Performance, sources: dict[str, Source], play: Play, at: float
) -> tuple[str, float, float, float]:
    """Where a clip is at a bar: what leaves there and what enters there with the same is one."""
    bars = sources[play.clip].bars
    along = play.offset + at - play.start
    phase = along % bars if bars else along
    if bars and bars - phase < 1e-6:
        phase = 0.0
    return play.clip, round(at % played.bars, 6), round(phase, 6), play.db


def _fade(sound: np.ndarray, frames: int, *, comes_in: bool, goes_out: bool) -> None:
    """Fade the ends of float (frames, channels) in place where a cut would be heard."""
    frames = min(frames, len(sound) // 2)
    ramp = np.linspace(0.0, 1.0, frames, endpoint=False)[:, None]
    if comes_in and frames and np.abs(sound[0]).max() > _HEARD:
        sound[:frames] *= ramp
    if goes_out and frames and np.abs(sound[-1]).max() > _HEARD:
        sound[-frames:] *= ramp[::-1]


def _record(
    task: dict[str, Any], played: Performance, records: dict[str, ClipRecord], audio: np.ndarray,
    rate: int, down_db: float, parts: list[str],
) -> ClipRecord:  # fmt: skip
    is_loop = played.bars <= MOST_LOOP_BARS
    level = measure_level(audio, rate, is_loop)
    used = [records[clip] for clip in played.clips]
    names = [str(one.get("words") or one["id"]) for one in used]
    words = played.name or f"pads, {len(used)} {'clip' if len(used) == 1 else 'clips'}"
    after = {
        "lufs": max(SILENCE_DB, level.lufs), "true_peak_db": max(SILENCE_DB, level.true_peak_db),
    }  # fmt: skip
    if is_loop:
        after["seam"] = measure_seam(audio).jump
    down = [turned_down(down_db)] if down_db else []
    keys = {one.get("key") for one in used if one.get("key")}
    record = unmade_record(
        task["clip"],
        kind="loop" if is_loop else "track",
        words=words,
        engine="pads",
        license=licence_of_all(one.get("license") or "" for one in used),
        sound=(audio, rate),
        report={
            "found": {},
            "did": {"method": "sum", "gain_db": round(down_db, 6)},
            "after": after,
            "warnings": down,
            "said": [f"played on the pads: {', '.join(names)}"],
        },
    )
    record["bpm"], record["meter"], record["bars"] = played.bpm, str(played.meter), played.bars
    record["key"] = played.key or (next(iter(keys)) if len(keys) == 1 else None)
    record["parts"] = parts
    record["performance"] = played.to_json()
    return record
