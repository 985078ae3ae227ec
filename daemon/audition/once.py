"""One file played on this machine's sound device, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from daemon.errors import AudioError

if TYPE_CHECKING:
    import numpy as np


def play_file(path: Path, times: int) -> None:
    """Play a file through, `times` over without a gap, at the device's own rate and width.

    AudioError where there is no sound.
    """
    from daemon.audio.files import read_audio
    from daemon.audition.player import find_device, sound_library

    sounddevice = sound_library()
    audio, sample_rate = read_audio(path)
    index, about = find_device(sounddevice, None)
    rate = round(float(about["default_samplerate"]))
    shown = for_device(audio, sample_rate, rate, int(about["max_output_channels"]), times)
    try:
        sounddevice.play(shown, rate, device=index)
        sounddevice.wait()
    except sounddevice.PortAudioError as error:
        raise AudioError(
            f"no sound device could be opened ({error}); connect one, or play {path} in your DAW"
        ) from None


def for_device(
    audio: np.ndarray, sample_rate: int, device_rate: int, channels: int, times: int
) -> np.ndarray:
    """Float32 (frames, channels) as a device takes it, `times` over.

    Many devices take one rate alone, and one of a single channel gets the mean of both sides. A
    device with more than two channels gets those of the file.
    """
    import numpy as np

    from daemon.audio.resample import resample, resample_loop

    frames = round(len(audio) * device_rate / sample_rate)
    if times > 1:
        # a seam is heard where the filter of one round ends and that of the next begins
        audio = resample_loop(audio, sample_rate, device_rate, frames)
    else:
        audio = resample(audio, sample_rate, device_rate)
    if audio.shape[1] > channels:
        audio = audio.mean(axis=1, keepdims=True, dtype=np.float32)
    return np.tile(audio, (times, 1))
