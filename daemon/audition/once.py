"""One file played on this machine's sound device, in this process."""

from __future__ import annotations

from pathlib import Path

from daemon.errors import AudioError


def play_file(path: Path, times: int) -> None:
    """Play a file through, `times` over without a gap. AudioError where there is no sound."""
    import numpy as np

    from daemon.audio.files import read_audio

    try:
        import sounddevice
    except OSError as error:
        raise AudioError(
            f"the sound library PortAudio is missing ({error}); on Debian: apt-get install"
            " libportaudio2"
        ) from None
    audio, sample_rate = read_audio(path)
    try:
        sounddevice.play(np.tile(audio, (times, 1)), sample_rate)
        sounddevice.wait()
    except sounddevice.PortAudioError as error:
        raise AudioError(
            f"no sound device could be opened ({error}); connect one, or play {path} in your DAW"
        ) from None
