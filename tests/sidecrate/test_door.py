"""Sidecrate from Python: by the running daemon, and alone."""

import base64
import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile

import sidecrate
from daemon.errors import AudioError, CrateError, ServiceError

CLICKS = {"engine": "fake", "bpm": 120, "bars": 1}


def test_to_import_it_loads_nothing_heavy():
    heavy = "numpy scipy soundfile matplotlib pydantic typer rich sqlite3 httpx librosa"
    code = f"import sys, sidecrate; print(*[m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_clip_made_alone_has_its_sound_and_its_facts():
    one, two = sidecrate.make("clicks", count=2, **CLICKS)
    audio, sample_rate = one.audio()
    assert audio.dtype == np.float32 and audio.shape == (88200, 1) and sample_rate == 44100
    assert np.array_equal(audio, soundfile.read(one.path, dtype="float32", always_2d=True)[0])
    assert (one.kind, one.bpm, one.midi, one.stems) == ("loop", 120, None, [])
    assert one.id != two.id and one.id in repr(one) and str(one.path) in repr(one)
    assert one.report["after"]["lufs"] < 0 and os.fspath(one) == str(one.path)


def test_the_process_that_asks_keeps_its_environment():
    before = dict(os.environ)
    sidecrate.make("clicks", **CLICKS)
    assert dict(os.environ) == before


def test_again_and_fit_take_a_clip():
    (first,) = sidecrate.make("clicks", **CLICKS)
    (second,) = sidecrate.again(first, tags=["mine", "other"])
    assert second.record["tags"] == ["mine", "other"]
    assert second.record["seed"] != first.record["seed"]
    (fitted,) = sidecrate.fit(first, bpm=100, bars=1)
    assert len(fitted.audio()[0]) == round(4 * 60 / 100 * 44100)


def test_out_is_a_file_of_the_callers_and_is_fitted_from_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (clip,) = sidecrate.make("clicks", out="mine.wav", **CLICKS)
    assert clip.path.resolve() == tmp_path / "mine.wav" and not (tmp_path / "home/crate").exists()
    with pytest.raises(ServiceError, match="is there already"):
        sidecrate.make("clicks", out="mine.wav", **CLICKS)
    (fitted,) = sidecrate.fit(clip, bpm=90, bars=1, out=tmp_path / "fitted.wav")
    assert len(fitted.audio()[0]) == round(4 * 60 / 90 * 44100)


def test_what_is_wrong_is_an_error_of_ours(tmp_path):
    with pytest.raises(sidecrate.RequestError) as caught:
        sidecrate.make("clicks", bpm=1000, key="X")
    assert [fault.field for fault in caught.value.faults] == ["bpm", "key"]
    with pytest.raises(sidecrate.EngineError, match="did you mean embedded"):
        sidecrate.make("clicks", engine="embeded")
    with pytest.raises(CrateError, match="no clip yet"):
        sidecrate.again()
    with pytest.raises(sidecrate.RequestError, match="there is no file"):
        sidecrate.fit("nothing.wav")
    with pytest.raises(sidecrate.RequestError, match="did you mean make"):
        sidecrate.ask("mak", "clicks")
    with pytest.raises(AttributeError, match="no verb 'mak'"):
        _ = sidecrate.mak
    with pytest.raises(TypeError):
        sidecrate.make("clicks", bmp=90)
    assert all(issubclass(one, sidecrate.SidecrateError) for one in (AudioError, CrateError))


def test_a_notebook_shows_the_facts_and_plays_the_sound():
    (clip,) = sidecrate.make("clicks <b>", **CLICKS)
    shown = clip._repr_html_()
    assert "<audio controls loop" in shown and "120 bpm" in shown and "<b>" not in shown
    flac = base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1])
    played, rate = soundfile.read(io.BytesIO(flac), dtype="float32", always_2d=True)
    audio, sample_rate = clip.audio()
    assert rate == sample_rate and np.abs(played - audio).max() <= 1 / 32768
    clip.path.unlink()
    assert "<audio" not in clip._repr_html_() and "is not there" in clip._repr_html_()


def test_notes_have_no_sound_and_say_where_they_are():
    (clip,) = sidecrate.make("house loop", kind="midi", bars=1)
    assert clip.midi == clip.path and clip.path.suffix == ".mid"
    with pytest.raises(AudioError, match="no sound"):
        clip.audio()
    assert "no sound" in clip._repr_html_()


def test_a_plot_lies_on_the_grid():
    from matplotlib.figure import Figure

    (clip,) = sidecrate.make("clicks", **CLICKS)
    axes = clip.plot(Figure().subplots())
    assert axes.get_xlim() == pytest.approx((0, 2.0))
    beats = [segment[0][0] for segment in axes.collections[1].get_segments()]
    assert beats == pytest.approx([0, 0.5, 1, 1.5])


def test_the_running_daemon_does_the_work(start_daemon, monkeypatch):
    daemon = start_daemon()
    monkeypatch.setenv("SIDECRATE_HOME", daemon.environment["SIDECRATE_HOME"])
    (clip,) = sidecrate.make("clicks", seed=2**40, **CLICKS)
    (job,) = daemon.rows("SELECT id FROM jobs")
    assert clip.record["job"] == job["id"] and clip.record["seed"] == 2**40
    # a list and a number past 32 bits are changes like others
    (again,) = sidecrate.again(clip, tags=["mine", "other"], seed=2**41)
    assert again.record["tags"] == ["mine", "other"] and again.record["seed"] == 2**41
    with pytest.raises(sidecrate.EngineError, match="because the prompt says so"):
        sidecrate.make("fail", **CLICKS)
    assert len(daemon.clips()) == 2


def test_a_relative_path_is_read_where_the_caller_is(start_daemon, monkeypatch, tmp_path):
    daemon = start_daemon()
    monkeypatch.setenv("SIDECRATE_HOME", daemon.environment["SIDECRATE_HOME"])
    sidecrate.make("kick", kind="oneshot", out=tmp_path / "Kit" / "kick.wav")
    monkeypatch.chdir(tmp_path)
    (loop,) = sidecrate.make("house drum loop", kit="Kit", bpm=120, bars=1)
    assert loop.record["request"]["kit"] == str(tmp_path / "Kit")
    (fitted,) = sidecrate.fit(os.path.relpath(loop.path), bpm=100, bars=1)
    assert len(fitted.audio()[0]) == round(4 * 60 / 100 * 44100)
