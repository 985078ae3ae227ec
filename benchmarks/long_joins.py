"""Five minutes out of segments of 30 s whose tempo drifts by up to 1 %: grid, clicks and levels.

The look-alike of an engine is built from a tempo curve that is known; it is heard and warped as any
engine's take. Beats are measured by the attack of the kick on each downbeat.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from daemon.audio.loudness import integrated_lufs
from daemon.audio.seam import measure_seam
from daemon.brief import Brief
from daemon.clip.segments import Engine, make_long
from tests.helpers.drifting import RATE, drifting

#: Bars on each side of a joint whose loudness is compared, and LU from which a step is heard.
_SIDE_BARS, _HEARD_LU = 4, 1.0
#: A step from frame to frame over the clip's usual one, from which a click is heard.
_HEARD_JUMP = 1.0


def joins(count: int, seconds: float = 300.0) -> None:
    """Make `count` pieces of `seconds`, of engines that continue and that do not, in turn."""
    worst_ms, ends_ms, drifts_ms, clicks, steps, joints, segments = 0.0, [], [], 0, 0, 0, 0
    for n in range(count):
        bpm = round(float(np.random.default_rng(n).uniform(84, 140)), 1)
        brief = Brief("drums", "drums", kind="track", bpm=bpm, bars=None, seconds=seconds, seed=n)
        with tempfile.TemporaryDirectory() as folder:
            take = make_long(
                brief, n, Engine(30.0, n % 2 == 1), Path(folder), drifting, lambda value, said: None
            )
            segments += len(list(Path(folder).glob("segment*/take.json")))
        assert take.audio is not None
        off_ms = _off_grid_ms(take.audio, bpm)
        worst_ms = max(worst_ms, float(np.abs(off_ms).max()))
        ends_ms.append(float(np.abs(off_ms[-8:]).max()))
        drifts_ms.append(abs(float(np.median(off_ms[-8:]) - np.median(off_ms[:8]))))
        bar = 240 / bpm * RATE
        for place in _joints(take.said, bar):
            joints += 1
            side = round(_SIDE_BARS * bar)
            before, after = take.audio[place - side : place], take.audio[place : place + side]
            clicks += measure_seam(np.concatenate([after, before])).jump > _HEARD_JUMP
            step = abs(integrated_lufs(before, RATE) - integrated_lufs(after, RATE))
            steps += step > _HEARD_LU
    print(
        f"joins: {count} pieces of {seconds:.0f} s out of {segments} segments of 30 s, drift up to"
        f" 1 %: beats at their ends at most {max(ends_ms):.1f} ms off the one grid (aim 10), drift"
        f" from the first to the last bars {max(drifts_ms):.1f} ms, at worst anywhere"
        f" {worst_ms:.1f} ms; of {joints} joints {clicks} with a click, {steps} with a step over"
        f" {_HEARD_LU:g} LU"
    )


def _off_grid_ms(audio: np.ndarray, bpm: float) -> np.ndarray:
    """How far each downbeat's kick lies off the grid, in ms."""
    mono = np.abs(audio).mean(axis=1)
    reach = RATE // 20
    found = []
    for bar in range(1, int(len(mono) / RATE * bpm / 240) - 1):
        place = round(bar * 240 / bpm * RATE)
        near = mono[place - reach : place + reach]
        found.append((int(np.argmax(near > 0.25 * near.max())) - reach) / RATE * 1000)
    return np.array(found)


def _joints(said: tuple[str, ...], bar_frames: float) -> list[int]:
    """The frames at which segments meet, as the take tells them."""
    line = next(line for line in said if "joined at bar" in line)
    bars = line.rpartition("joined at bar ")[2]
    return [round((int(bar) - 1) * bar_frames) for bar in bars.split(", ")]
