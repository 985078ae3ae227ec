"""What another program plays into JACK, written down by a client of its own, and when each frame of it is heard.

`python -m tests.helpers.jack_recorder OUT.npz CLIENT SECONDS` is that client: it waits for the output ports of the clients whose names
match CLIENT, joins them, says so in a line on stdout, and after so long or at the end of stdin writes `audio` (float32 frames, channels), `rate`, `gaps` (frames that
it missed), and the server's clock beside the monotonic one: `frames` of the recording were heard at `times_s`.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

#: What PortAudio calls itself in JACK.
PLAYER = "PortAudio"
#: s; how much the server's clock may stray, and for how long before a moment that is measured by it.
_MOST_SLIP_S, _LOOK_BACK_S = 0.003, 2.5


class Slipped(Exception):
    """The server's clock ran unsteadily, as on a machine with too much to do: nothing in time can be measured by it."""


class Recording:
    """A recording under way in another process, of `seconds` at the most; `done` ends it."""

    def __init__(self, folder: Path, seconds: float, wait_s: float = 60.0) -> None:
        self._file = folder / f"recording{len(list(folder.glob('recording*')))}.npz"
        command = [
            sys.executable,
            "-m",
            "tests.helpers.jack_recorder",
            str(self._file),
            PLAYER,
            str(seconds),
            str(wait_s),
        ]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def begun(self) -> Recording:
        """Wait until it records: the player must have opened its ports."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), "the recorder ended"
        return self

    def done(self) -> Recording:
        """End it, and read what was recorded."""
        self._process.communicate(timeout=90)
        assert self._process.returncode == 0
        with np.load(self._file) as found:
            self.audio, self.rate, self.gaps = (
                found["audio"],
                int(found["rate"]),
                int(found["gaps"]),
            )
            self._frames, self._times_s = found["frames"], found["times_s"]
        self.slip_s = float(np.ptp(self._times_s - self._frames / self.rate))
        return self

    def time_of(self, frame: float) -> float:
        """When a frame was heard, in s of the monotonic clock.

        Slipped where the server's clock strayed just before: who plays by it could not know. In cycles that the server left out
        frames are missing that cannot be counted.
        """
        near = (self._frames > frame - _LOOK_BACK_S * self.rate) & (
            self._frames < frame + 0.1 * self.rate
        )
        slip_s = (
            float(np.ptp((self._times_s - self._frames / self.rate)[near])) if near.any() else 0.0
        )
        if slip_s > _MOST_SLIP_S or self.gaps:
            raise Slipped(
                f"the JACK server's clock slipped by {1000 * slip_s:.1f} ms, and left {self.gaps} frames out"
            )
        return float(np.interp(frame, self._frames, self._times_s))

    def onsets(self, least: float = 1e-3, quiet_s: float = 0.1) -> list[int]:
        """Frames at which a sound that follows `quiet_s` of less than `least` comes to half its height."""
        level = np.abs(self.audio).max(axis=1)
        loud = np.flatnonzero(level > least)
        if not len(loud):
            return []
        new = np.concatenate([[True], np.diff(loud) > quiet_s * self.rate])
        near = round(0.05 * self.rate)
        risen = []
        for frame in loud[new]:
            piece = level[frame : frame + near]
            risen.append(int(frame + np.argmax(piece >= 0.5 * piece.max())))
        # after the last look at the clock nothing says when a frame was heard
        return [frame for frame in risen if frame <= self._frames[-1]]


def record(out: str, wanted: str, seconds: float, wait_s: float) -> None:
    import jack

    client = jack.Client("sidecrate-recorder", no_start_server=True)
    ports = [client.inports.register(f"in_{n}") for n in (1, 2)]
    rate = client.samplerate
    most = round(seconds * rate) + client.blocksize
    audio = np.zeros((most, 2), np.float32)
    state = {"frame": 0, "first": -1, "next": -1, "missed": 0}

    @client.set_process_callback
    def process(frames: int) -> None:
        at, now = state["frame"], client.last_frame_time
        if not state.get("joined"):
            return
        if state["first"] < 0:
            state["first"] = now
        elif now != state["next"]:
            state["missed"] += now - state["next"]
        state["next"] = now + frames
        if at + frames <= most:
            for channel, port in enumerate(ports):
                audio[at : at + frames, channel] = port.get_array()
            state["frame"] = at + frames

    clock_frames, times_s = [], []
    with client:
        until = time.monotonic() + wait_s
        while (
            len(found := client.get_ports(wanted, is_audio=True, is_output=True)) < 2
            and time.monotonic() < until
        ):
            time.sleep(0.005)
        for source, target in zip(found, ports, strict=False):
            client.connect(source, target)
        state["joined"] = 1
        print("recording", flush=True)
        ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        until = time.monotonic() + seconds + 30
        while (
            not ended.is_set()
            and state["frame"] < most - client.blocksize
            and time.monotonic() < until
        ):
            before_s, now, after_s = time.monotonic(), client.frame_time, time.monotonic()
            if state["first"] >= 0 and after_s - before_s < 0.001:
                clock_frames.append(now - state["first"])
                times_s.append((before_s + after_s) / 2)
            time.sleep(0.01)
        # in synchronous mode a cycle's sound leaves one period after the cycle began
        latency = client.blocksize
    frames = np.array(clock_frames) - latency
    np.savez(
        out,
        audio=audio[: state["frame"]],
        frames=frames,
        times_s=times_s,
        rate=rate,
        gaps=state["missed"],
    )


if __name__ == "__main__":
    record(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
