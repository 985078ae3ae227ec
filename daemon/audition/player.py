"""Inside the audition child: one open sound device, and the clips that it plays on the bar.

The daemon speaks in seconds of `time.perf_counter`, which all processes of a machine share; the
stream counts frames. The offset between the two is learnt from the device's own report of when
a block will be heard.
"""

from __future__ import annotations

import logging
import math
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from bridge.music import Meter, loop_frames
from daemon.audio.files import read_audio
from daemon.audio.resample import resample, resample_loop
from daemon.audition.voices import Voice, ended, mixed, next_line, off_by, same_place, swapped
from daemon.errors import AudioError
from daemon.verbs.tell import TellStage

log = logging.getLogger(__name__)

#: Span of the blocks whose times are compared. A block can only be late, so the earliest counts.
_CLOCK_S = 1.0
#: Blocks after which the clock is good enough to start.
_LEAST_BLOCKS = 8
#: Blocks remembered: more than `_CLOCK_S` holds at common block sizes.
_MOST_BLOCKS = 1024
#: Lead before a change: blocks already mixed can no longer be changed.
_LEAST_MARGIN_S = 0.012
#: A loop off the project's bars by more than this, twice in a row, is corrected.
_MOST_OFF_S = 0.025
#: Octaves by which a loop's tempo may differ from the project's and still follow its bars.
_SAME_TEMPO = 0.002
#: A file whose length is within this of its bars gets exactly that length.
_LENGTH_TOLERANCE_S = 0.001


class Player:
    """An open output stream. AudioError with code `no_sound` where no device opens."""

    def __init__(self, device: str | int | None) -> None:
        sounddevice = sound_library()
        index, about = find_device(sounddevice, device)
        self.device = str(about["name"])
        self.rate = round(float(about["default_samplerate"]))
        channels = min(2, about["max_output_channels"])
        self.voices: tuple[Voice, ...] = ()
        self.underflows = 0
        self._frame = 0
        self._block = 0
        self._blocks_heard = 0
        self._offsets = np.full(_MOST_BLOCKS, np.inf)
        self._times_off = 0
        try:
            self._stream = sounddevice.OutputStream(
                device=index,
                samplerate=self.rate,
                channels=channels,
                dtype="float32",
                latency="high",
                callback=self._fill,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise AudioError(
                f"the sound device {self.device} does not open ({error}); see that no other"
                " program holds it alone,"
                " or set another under audition.device",
                "no_sound",
            ) from None
        self.channels = channels
        self._wait_for_clock()

    def _wait_for_clock(self) -> None:
        """Wait until the device has reported the times of enough blocks."""
        until = time.monotonic() + 2
        while self._blocks_heard < _LEAST_BLOCKS and time.monotonic() < until:
            time.sleep(0.005)
        if not self._blocks_heard:
            raise AudioError(
                f"the sound device {self.device} opened but asks for no sound; set another under"
                " audition.device",
                "no_sound",
            )

    def _fill(self, out: np.ndarray, frames: int, times: Any, status: Any) -> None:
        """Callback for the next block. Runs in the device's own thread."""
        now_s = time.perf_counter()
        ahead_s = times.outputBufferDacTime - times.currentTime
        if not 0 <= ahead_s < 2:
            ahead_s = float(self._stream.latency)
        self._offsets[self._blocks_heard % _MOST_BLOCKS] = now_s + ahead_s - self._frame / self.rate
        mixed(self.voices, self._frame, out)
        self._frame += frames
        self._block = frames
        self._blocks_heard += 1
        self.underflows += bool(status.output_underflow)

    # -- time

    @property
    def is_open(self) -> bool:
        return bool(self._stream.active)

    @property
    def latency_s(self) -> float:
        return float(self._stream.latency)

    @property
    def free_frame(self) -> int:
        """The first frame that can still be changed."""
        return self._frame + max(round(_LEAST_MARGIN_S * self.rate), 2 * self._block)

    def time_of(self, frame: float) -> float:
        """When a frame of the stream is heard, in seconds of `time.perf_counter`."""
        return self._start_s + frame / self.rate

    def frame_at(self, time_s: float) -> float:
        return (time_s - self._start_s) * self.rate

    @property
    def _start_s(self) -> float:
        """When the stream's first frame was heard, judged by its last second."""
        count = min(
            _MOST_BLOCKS, max(_LEAST_BLOCKS, round(_CLOCK_S * self.rate / max(1, self._block)))
        )
        last = np.arange(self._blocks_heard - count, self._blocks_heard) % _MOST_BLOCKS
        return float(self._offsets[last].min())

    # -- voices

    @property
    def heard(self) -> Voice | None:
        """The voice that plays now or next, and does not end."""
        going = [
            voice for voice in self.voices if voice.end is None and not voice.is_over(self._frame)
        ]
        return going[-1] if going else None

    def next_bar(self, grid: dict[str, float] | None) -> tuple[int, bool]:
        """The frame of the next bar line, and whether there is one.

        The project's bars come first, then those of the playing voice; else it is at once.
        """
        first = self.free_frame
        if grid:
            return next_line(first, self.frame_at(grid["line_s"]), grid["bar_s"] * self.rate), True
        voice = self.heard
        if voice and voice.bar:
            return next_line(first, voice.start - voice.skip, voice.bar), True
        return first, False

    def play(
        self, voice: Voice, grid: dict[str, float] | None, *, bars: int, keep_place: bool
    ) -> tuple[Voice, bool]:
        """Start a voice on the next bar, in the place of the playing one.

        With `keep_place` it starts at the bar where the old one would be.
        """
        frame, on_bar = self.next_bar(grid)
        old = self.heard
        skip = round(same_place(old, frame, bars) * voice.bar) if keep_place and old else 0
        placed = replace(voice, start=frame, skip=skip)
        self.voices = swapped(self.voices, placed, self.free_frame)
        self._times_off = 0
        return placed, on_bar

    def stop(self, grid: dict[str, float] | None) -> int:
        """End the playing voice on the next bar, or now where it is ending already.

        Returns the frame at which it ends.
        """
        now = self.free_frame
        frame = self.next_bar(grid)[0] if self.heard else now
        self.voices = ended(self.voices, frame, now)
        return frame

    def follow(self, grid: dict[str, float]) -> float | None:
        """Correct a loop that is off the project's bars. Returns the seconds that it lies behind.

        None where nothing loops, or only at a tempo or in a meter of its own.
        """
        voice = self.heard
        if voice is None or not voice.loops or not voice.bar:
            return None
        bar = grid["bar_s"] * self.rate
        doublings = math.log2(voice.bar / bar)
        if abs(doublings - round(doublings)) > _SAME_TEMPO:
            return None
        step = min(voice.bar, bar)
        off_s = off_by(voice.start - voice.skip, self.frame_at(grid["line_s"]), step) / self.rate
        self._times_off = self._times_off + 1 if abs(off_s) > _MOST_OFF_S else 0
        if self._times_off >= 2 and voice.start < self._frame:
            bars = round(len(voice.audio) / voice.bar)
            self.play(replace(voice, end=None), grid, bars=bars, keep_place=True)
        return off_s

    def close(self) -> None:
        self._stream.close()


def sound_library() -> Any:
    """The module `sounddevice`. AudioError with code `no_sound` where PortAudio is missing."""
    try:
        import sounddevice
    except OSError as error:
        raise AudioError(
            f"the sound library PortAudio is missing ({error}); on Debian: apt-get install"
            " libportaudio2",
            "no_sound",
        ) from None
    return sounddevice


def find_device(sounddevice: Any, wanted: str | int | None) -> tuple[int, dict[str, Any]]:
    """The device by number or part of its name, or the system's own.

    AudioError with the names of the devices where none matches.
    """
    try:
        found = [about for about in sounddevice.query_devices() if about["max_output_channels"] > 0]
        usual = int(sounddevice.default.device[1])
        if wanted is None and usual < 0:
            usual = next(
                (
                    a["default_output_device"]
                    for a in sounddevice.query_hostapis()
                    if a["default_output_device"] >= 0
                ),
                -1,
            )
    except sounddevice.PortAudioError as error:
        raise AudioError(
            f"the sound system does not answer ({error}); start it anew, or play the clip in your"
            " DAW",
            "no_sound",
        ) from None
    if not found:
        raise AudioError(
            "this machine has no sound device; connect one, or play the clip in your DAW",
            "no_sound",
        )
    for about in found:
        index = int(about["index"])
        if index == (usual if wanted is None else wanted):
            return index, about
        if isinstance(wanted, str) and wanted.casefold() in str(about["name"]).casefold():
            return index, about
    if wanted is None:
        return int(found[0]["index"]), found[0]
    names = ", ".join(str(about["name"]) for about in found)
    raise AudioError(
        f"audition.device: {wanted} is not there; the sound devices are: {names}", "no_sound"
    )


_open: Player | None = None


def _player(device: str | int | None) -> Player:
    """The player of this process, opened again where its device has gone."""
    global _open
    if _open is not None and not _open.is_open:
        _open.close()
        _open = None
    if _open is None:
        # The device's thread must get its turn while a file is being read.
        sys.setswitchinterval(0.001)
        _open = Player(device)
    return _open


def play(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Play a clip on the next bar; returns when it is heard.

    task: {clip, path, loops, bpm, meter, bars, gain_db, device, keep_place,
    grid: {line_s, bar_s} or None}

    AudioError where there is no sound device (`no_sound`), or the file cannot be read.
    """
    player = _player(task["device"])
    voice = _load(task, player)
    bars = int(task["bars"] or 0) if voice.bar else 0
    placed, on_bar = player.play(
        voice, task["grid"], bars=bars, keep_place=bool(task.get("keep_place"))
    )
    heard_s = player.time_of(placed.start)
    return {
        "heard_s": heard_s,
        "in_s": round(heard_s - time.perf_counter(), 3),
        "on_bar": on_bar,
        "seconds": None if placed.loops else (len(placed.audio) - placed.skip) / player.rate,
        "device": player.device,
        "sample_rate": player.rate,
        "latency_ms": round(1000 * player.latency_s, 1),
    }


def stop(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{grid} -> {ends_s, in_s}, or {} where nothing plays."""
    if _open is None or all(voice.is_over(_open.free_frame) for voice in _open.voices):
        return {}
    ends_s = _open.time_of(_open.stop(task["grid"]))
    return {"ends_s": ends_s, "in_s": round(ends_s - time.perf_counter(), 3)}


def follow(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{grid} -> {clip, off_ms, underflows}; clip is empty where nothing plays."""
    voice = _open.heard if _open and _open.is_open else None
    if voice is None or _open is None:
        return {"clip": ""}
    off_s = _open.follow(task["grid"]) if task["grid"] else None
    return {
        "clip": voice.clip,
        "off_ms": None if off_s is None else round(1000 * off_s, 2),
        "underflows": _open.underflows,
    }


def close(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """Close the device and the sound system, before the process ends."""
    global _open
    if _open is not None:
        import sounddevice

        _open.close()
        _open = None
        # Otherwise JACK keeps a dead client, which hinders its own shutdown.
        sounddevice._terminate()
    return {}


def _load(task: dict[str, Any], player: Player) -> Voice:
    """A clip as a voice without a place. A loop gets its exact frames at the device's rate."""
    audio, rate = read_audio(task["path"])
    bar = 0.0
    frames = round(len(audio) * player.rate / rate)
    if task["bpm"] and task["meter"]:
        meter = Meter.parse(task["meter"])
        bar = meter.quarters_per_bar * 60 / task["bpm"] * player.rate
        exact = (
            loop_frames(int(task["bars"]), meter, task["bpm"], player.rate) if task["bars"] else 0
        )
        if abs(exact - frames) < _LENGTH_TOLERANCE_S * player.rate:
            frames = exact
    audio = (
        resample_loop(audio, rate, player.rate, frames)
        if task["loops"]
        else resample(audio, rate, player.rate)
    )
    audio = audio * np.float32(10 ** (task["gain_db"] / 20))
    if audio.shape[1] < player.channels:
        # Two speakers give twice the power of the one channel that was measured.
        audio = np.repeat(audio * np.float32(np.sqrt(0.5)), 2, axis=1)
    elif audio.shape[1] > player.channels:
        audio = audio.mean(axis=1, keepdims=True, dtype=np.float32)
    if not math.isfinite(float(np.abs(audio).max(initial=0.0))) or not len(audio):
        raise AudioError(f"{task['path']} holds no sound that could be played")
    return Voice(
        str(task["clip"]),
        np.ascontiguousarray(audio, np.float32),
        player.rate,
        0,
        loops=bool(task["loops"]),
        bar=bar,
    )
