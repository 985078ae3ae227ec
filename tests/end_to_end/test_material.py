"""Clips as material for clips: a collection as drum kit, a clip as reference, by the daemon and without."""

import json

import numpy as np
import soundfile


def made(daemon, *arguments):
    return json.loads(daemon.command("make", *arguments, "--json"))


def test_a_collection_is_the_kit_and_a_clip_the_reference(start_daemon, tmp_path):
    daemon = start_daemon()
    tone = (np.sin(2 * np.pi * 3000 * np.arange(4410) / 44100) * np.hanning(8820)[4410:]).astype(
        np.float32
    )
    soundfile.write(tmp_path / "my kick.wav", tone, 44100)
    sound = json.loads(daemon.command("add", str(tmp_path / "my kick.wav"), "--json"))
    daemon.command("collect", "My Kit", sound["id"])
    loop = made(daemon, "house drums, only kick, 120 bpm, 1 bar", "--kit", "My Kit", "--seed", "3")
    audio, rate = soundfile.read(loop["path"])
    spectrum = (
        np.abs(
            np.fft.rfft(audio[: rate // 10].mean(axis=1) if audio.ndim > 1 else audio[: rate // 10])
        )
        ** 2
    )
    assert 2800 < np.argmax(spectrum) * 10 < 3200, (
        "the kick that is heard is the one of the collection"
    )
    answer = made(daemon, "bass", "--reference", loop["id"], "--use", "accompany", "--bars", "1")
    assert answer["bpm"] == 120
    assert "no collection of that name" in daemon.command(
        "make", "drums", "--kit", "nowhere", "--json", code=2
    )
    daemon.stop()
    alone = made(
        daemon,
        "house drums, only kick, 120 bpm, 1 bar",
        "--kit",
        "My Kit",
        "--seed",
        "3",
        "--bars",
        "1",
    )
    assert (soundfile.read(alone["path"])[0] == audio).all()
    assert "no clip of that name" in daemon.command(
        "make", "bass", "--reference", "nowhere", "--use", "accompany", "--json", code=2
    )
