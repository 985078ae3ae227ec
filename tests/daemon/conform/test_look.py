"""What `look` says, and the pictures."""

import json

import numpy as np
import pytest
import soundfile

from daemon.audio.wav import write_clip
from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.conform.look import look
from daemon.engines.contract import Take
from daemon.errors import AudioError

RATE = 44100


@pytest.fixture
def chords(tmp_path):
    """Two bars of A minor and F major at 120, one chord a beat."""
    beat = np.arange(RATE // 2) / RATE
    parts = []
    for notes in [(57, 60, 64)] * 4 + [(53, 57, 60)] * 4:
        parts.append(
            sum(np.sin(2 * np.pi * 440 * 2 ** ((n - 69) / 12) * beat) for n in notes)
            * np.exp(-beat * 3)
            / 8
        )
    audio = np.tile(np.concatenate(parts), 2)[:, None].astype(np.float32)
    soundfile.write(tmp_path / "chords.wav", audio, RATE, subtype="FLOAT")
    return tmp_path / "chords.wav"


def test_look_says_what_it_hears(chords):
    seen = look(chords, 120.0)
    json.dumps(seen, allow_nan=False)
    assert seen["bpm"] == pytest.approx(120, rel=0.01) and seen["key"] in ("Am", "F", "C", "Dm")
    assert seen["seconds"] == 8 and seen["channels"] == 1 and "record" not in seen


@pytest.mark.slow
def test_silence_and_broken_files(tmp_path):
    # imported here alone, as further down: each process of the tests would wait for it
    from daemon.conform.picture import draw_look

    soundfile.write(tmp_path / "silent.wav", np.zeros((RATE, 2)), RATE)
    seen = look(tmp_path / "silent.wav")
    assert seen["bpm"] is None and seen["faults"] and seen["lufs"] == -120
    draw_look(tmp_path / "silent.wav", seen, tmp_path / "silent.png")
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    with pytest.raises(AudioError):
        look(tmp_path / "broken.wav")


@pytest.mark.slow
def test_pictures(chords, tmp_path):
    from daemon.conform.picture import draw_clip, draw_look

    draw_look(chords, look(chords), tmp_path / "look.png")
    audio, rate = soundfile.read(chords, dtype="float32", always_2d=True)
    clip = conform(
        Take(audio, rate, 1, "file", "", "own"),
        Brief("p", "p", do="fit", bpm=124.0, bars=2),
        lambda value, stage: None,
    )
    record = {
        "path": str(tmp_path / "clip.wav"),
        "bpm": clip.bpm,
        "meter": clip.meter,
        "key": clip.key,
        "report": clip.report,
    }
    write_clip(tmp_path / "clip.wav", clip.audio, clip.sample_rate, record)
    draw_clip(chords, record, tmp_path / "clip.png")
    for name in ("look.png", "clip.png"):
        assert (tmp_path / name).read_bytes()[:4] == b"\x89PNG"
    assert look(tmp_path / "clip.wav")["record"]["bpm"] == 124.0
    with pytest.raises(AudioError, match="cannot be written"):
        draw_look(chords, look(chords), tmp_path / "none" / "a.png")


@pytest.mark.slow
def test_a_picture_is_never_drawn_over_a_file_of_the_users(tmp_path):
    from daemon.conform.picture import draw_look

    soundfile.write(tmp_path / "a.wav", np.zeros((RATE, 1)), RATE)
    seen, out = look(tmp_path / "a.wav"), tmp_path / "a.png"
    draw_look(tmp_path / "a.wav", seen, out)
    draw_look(tmp_path / "a.wav", seen, out)  # its own it draws anew
    drawn = out.read_bytes()
    for theirs in (b"my holidays", b"", drawn.replace(b"Sidecrate", b"Some Tool", 1)):
        out.write_bytes(theirs)
        with pytest.raises(AudioError, match="is there already"):
            draw_look(tmp_path / "a.wav", seen, out)
        assert out.read_bytes() == theirs
    with pytest.raises(AudioError, match=r"ends in \.png"):
        draw_look(tmp_path / "a.wav", seen, tmp_path / "a.wav")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.png", "a.wav"]


def test_a_place_that_takes_no_picture_is_told_before_anything_is_heard(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from daemon.cli.app import app

    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    sound, taken = tmp_path / "a.wav", tmp_path / "b.png"
    soundfile.write(sound, np.random.default_rng(1).normal(0, 0.1, RATE * 2), RATE)
    taken.write_text("mine")
    for command in ("look", "fit"):
        done = CliRunner().invoke(app, [command, str(sound), "--picture", str(taken)])
        assert isinstance(done.exception, AudioError) and "is there already" in str(done.exception)
    assert taken.read_text() == "mine" and not list(tmp_path.glob("home/**/*.wav"))
