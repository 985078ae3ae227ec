"""Engines taught from folders: what is taken, what is made, how near and how new it is."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.files.whole import PART
from daemon.brief import Brief
from daemon.engines.mine import run
from daemon.engines.mine.making import Wish, make_sound
from daemon.engines.mine.roles import role_in
from daemon.engines.mine.shape import SAMPLE_RATE, shape_of, spectrum_of
from daemon.engines.mine.sounds import note_of, prepared, whole
from daemon.engines.mine.store import mine_engines
from daemon.errors import EngineError
from daemon.home.places import Places
from daemon.training.report import judge_role
from daemon.training.train import bring_in, export, forget, model_of, taught, teach
from tests.helpers.one_shots import bass, snare, write_folder

SNARE = Brief("snare", "snare", kind="oneshot", bpm=None, bars=None)


def quiet(share: float, words: str) -> None:
    """Nobody looks."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("sounds"), snares=40, basses=16)


@pytest.fixture(scope="module")
def places(folder, tmp_path_factory):
    found = Places.find(tmp_path_factory.mktemp("home"))
    teach(folder, "mine-test", found, "", quiet)
    return found


@pytest.fixture
def engine(places, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(places.state.parent))
    (info,) = mine_engines()
    return info


def take_of(engine, brief=SNARE, seed=1):
    return run.make(brief, seed, quiet, spec=engine.spec)


def centroid_hz(audio):
    power = np.abs(np.fft.rfft(audio.mean(axis=1))) ** 2
    return (power * np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE)).sum() / power.sum()


def test_an_engine_says_what_it_was_made_of(engine, places):
    assert engine.name == "mine-test" and engine.needs() is None and engine.kinds == ("oneshot",)
    (about,) = taught(places)
    assert about["roles"] == ["bass", "snare"] and about["sounds"] == 56
    files = model_of("test", places).about["files"]
    assert len({one["sha256"] for one in files}) == 56


def test_what_it_makes_is_new_and_like_the_sounds_it_knows(engine, places):
    role = model_of("test", places).roles["snare"]
    made = [make_sound(role, Wish(), seed) for seed in range(12)]
    assert all(one.newness >= 1 for one in made)
    judged = judge_role("snare", list(role.sounds)[:24])
    assert judged.made.precision > 0.75 and judged.made.recall > 0.75
    assert judged.made.copies < 0.1
    assert judged.made.frechet < judged.mixed.frechet or judged.made.frechet < 3 * judged.held_out.frechet  # fmt: skip
    assert judged.made.pair_db > 0.8 * judged.real_pair_db


def test_a_seed_is_a_sound(engine):
    one, same, other = take_of(engine), take_of(engine), take_of(engine, seed=2)
    assert np.array_equal(one.audio, same.audio)
    assert one.audio.shape != other.audio.shape or not np.array_equal(one.audio, other.audio)
    assert one.audio.dtype == np.float32 and one.audio.shape[1] == 2
    assert 0.1 < np.abs(one.audio).max() <= 1.0 and (one.engine, one.license) == ("mine-test", "your own sounds")  # fmt: skip


def test_words_move_brightness_and_length(engine):
    def made(words):
        brief = SNARE.amended(words=words, prompt=words)
        return [take_of(engine, brief, seed).audio for seed in range(10)]

    dark, bright = made("dark snare"), made("bright snare")
    assert np.median([centroid_hz(one) for one in dark]) < 0.8 * np.median([centroid_hz(one) for one in bright])  # fmt: skip
    short, long = made("short snare"), made("long snare")
    assert np.median([len(one) for one in short]) < np.median([len(one) for one in long])


def test_a_note_is_played_where_the_role_has_pitch(engine):
    brief = SNARE.amended(words="bass", prompt="bass", note=38)
    take = take_of(engine, brief)
    assert take.note == 38
    assert note_of(take.audio.mean(axis=1)) == pytest.approx(38, abs=0.2)
    refused = take_of(engine, SNARE.amended(note=38))
    assert refused.note is None and any("no pitch of their own" in line for line in refused.said)


def test_a_reference_is_varied_by_its_strength(engine, folder):
    path = folder / "snare_03.wav"
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    target = shape_of(spectrum_of(whole(prepared(audio, rate).audio)))

    def far(strength):
        brief = SNARE.amended(reference=str(path), use="style", strength=strength)
        off = [
            np.sqrt(
                (
                    (shape_of(spectrum_of(whole(take_of(engine, brief, seed).audio))) - target) ** 2
                ).mean()
            )
            for seed in range(4)
        ]
        return np.mean(off)

    assert far(0.95) < far(0.5) < far(0.05)


def test_a_role_that_it_has_not_is_named(engine):
    with pytest.raises(EngineError, match="mine-test knows no crash; it has bass, snare"):
        take_of(engine, SNARE.amended(words="crash", prompt="crash"))


def test_sources_stay_as_they_are_and_what_is_left_out_is_said(folder, tmp_path):
    write_folder(tmp_path / "in", snares=30, seed=2)
    here = tmp_path / "in"
    (here / "double.wav").write_bytes((here / "snare_00.wav").read_bytes())
    (here / "broken.wav").write_bytes(b"RIFF and no more")
    soundfile.write(here / "silent snare.wav", np.zeros(4410), 44100)
    soundfile.write(here / "loop.wav", 0.1 * np.sin(np.arange(8 * 44100) / 30), 44100)
    # too long for a one-shot but for its tail, as a crash has one
    ringing = np.random.default_rng(5).standard_normal(8 * 44100) * np.exp(-np.arange(8 * 44100) / 40000)  # fmt: skip
    soundfile.write(here / "long snare.wav", 0.2 * ringing, 44100)
    soundfile.write(here / "clipped snare.wav", np.sign(np.sin(np.arange(8000) / 9)), 44100)
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in here.iterdir()}
    done = teach(here, "x", Places.find(tmp_path / "home"), "", quiet)
    text = "\n".join(done.lines)
    for words in ("takes 31 sounds: 31 snare", "cannot be read (broken.wav)", "are silent", "no steady beat", "are clipped", "there already, or nearly"):  # fmt: skip
        assert words in text
    assert before == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in here.iterdir()}  # fmt: skip


def test_sounds_without_a_role_in_their_names_are_sorted_by_ear(tmp_path, monkeypatch):
    here = write_folder(tmp_path / "in", snares=20)
    for number, path in enumerate(sorted(here.iterdir())):
        path.rename(here / f"take {number}.wav")
    done = teach(here, "x", Places.find(tmp_path / "home"), "", quiet)
    text = " ".join(done.lines)
    assert "say no role" in text or "called sound" in text
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    (info,) = mine_engines()
    assert take_of(info, SNARE.amended(words="dark", prompt="dark")).parts in (
        ("sound",),
        ("drum",),
    )
    if "drum" in text:
        # a snare that nobody named is among the drums
        assert take_of(info).parts == ("drum",)


@pytest.mark.parametrize(("count", "words"), [(0, "has no sounds"), (3, "3 sounds are too few")])
def test_too_few_sounds_are_told_with_what_else_serves(count, words, tmp_path):
    with pytest.raises(EngineError, match=words):
        teach(write_folder(tmp_path / "in", snares=count), "x", Places.find(tmp_path), "", quiet)


def test_a_few_long_files_are_refused_before_they_are_heard(tmp_path, monkeypatch):
    here = write_folder(tmp_path / "in", snares=2)
    noise = np.random.default_rng(1).standard_normal((44100 * 30, 1)) * 0.1
    for number in range(2):
        soundfile.write(here / f"long {number}.wav", noise, 44100)
    (here / "broken.wav").write_bytes(b"RIFF no sound")
    monkeypatch.setattr("daemon.training.data_set._read", lambda path: pytest.fail(str(path)))
    told = r"4 sounds are too few.*or 120 s of loops, and all together are 60 s.*broken.wav"
    with pytest.raises(EngineError, match=told):
        teach(here, "x", Places.find(tmp_path), "", quiet)


def test_one_sound_two_hundred_times_is_one(tmp_path):
    here = write_folder(tmp_path / "in", snares=1)
    for number in range(40):
        (here / f"snare copy {number}.wav").write_bytes((here / "snare_00.wav").read_bytes())
    with pytest.raises(EngineError, match=r"1 sound is too few.*there already"):
        teach(here, "x", Places.find(tmp_path), "", quiet)


def test_under_fifteen_of_a_role_two_are_mixed_and_that_is_said(tmp_path, monkeypatch):
    places = Places.find(tmp_path / "home")
    done = teach(
        write_folder(tmp_path / "in", snares=16, basses=8), "few", places, "CC0-1.0", quiet
    )
    assert "fewer than 15 are bass: mixed of two, not learnt" in done.lines
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    (info,) = mine_engines()
    take = take_of(info, SNARE.amended(words="bass", prompt="bass"))
    assert take.license == "CC0-1.0" and any("two of them are mixed" in line for line in take.said)


def test_a_killed_training_goes_on_from_what_it_has_read(tmp_path, monkeypatch):
    here, places = write_folder(tmp_path / "in", snares=60), Places.find(tmp_path / "home")

    class Killed(BaseException):
        pass

    def kill(share, words):
        if "50 of" in words:
            raise Killed

    with pytest.raises(Killed):
        teach(here, "x", places, "", kill)
    from daemon.training import data_set

    read = []
    one_file = data_set._read
    monkeypatch.setattr(data_set, "_read", lambda path: (read.append(path), one_file(path))[1])
    teach(here, "x", places, "", quiet)
    assert len(read) <= 10
    whole_run = Places.find(tmp_path / "other")
    teach(here, "x", whole_run, "", quiet)
    one, other = (model_of("x", where).about["hash"] for where in (places, whole_run))
    assert one == other
    assert not list((places.state / "mine").glob(".reading*"))


def test_a_full_disk_loses_nothing_and_the_next_run_ends(tmp_path, monkeypatch):
    here, places = write_folder(tmp_path / "in", snares=20), Places.find(tmp_path / "home")
    real, writes = os.fsync, []

    def full_at(number):
        def fsync(file):
            writes.append(file)
            if len(writes) == number:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(file)

        return fsync

    # the first write is that of what has been read, the last that of the engine's record
    for number in (1, 4):
        writes.clear()
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", full_at(number))
            with pytest.raises(OSError, match="No space left") as error:
                teach(here, "x", places, "", quiet)
        # by this the command says one line
        assert str(error.value.filename).startswith(str(places.state / "mine"))
        assert taught(places) == [] and not list(tmp_path.rglob(f"*{PART}"))
    assert "takes 20 sounds" in teach(here, "x", places, "", quiet).lines[0]


def test_an_engine_is_taken_to_another_machine(places, tmp_path):
    file = export("test", tmp_path, places)
    with pytest.raises(EngineError, match="is there already"):
        export("test", tmp_path, places)
    there = Places.find(tmp_path / "there")
    assert bring_in(file, "", there) == "mine-test"
    role, other = (model_of("test", where).roles["snare"] for where in (places, there))
    assert np.array_equal(make_sound(role, Wish(), 4).audio, make_sound(other, Wish(), 4).audio)
    with pytest.raises(EngineError, match="is there already; give another"):
        bring_in(file, "", there)
    for damage in (b"no npz", file.read_bytes()[:5000]):
        bad = tmp_path / "bad.npz"
        bad.write_bytes(damage)
        with pytest.raises(EngineError, match=r"no engine of|damaged"):
            bring_in(bad, "bad", there)
    forget("mine-test", there)
    assert taught(there) == []
    with pytest.raises(EngineError, match="there is no engine mine-test"):
        forget("test", there)


@pytest.mark.parametrize(("make", "known"), [(snare, False), (bass, True)])
def test_a_pitch_is_found_only_where_one_is(make, known):
    notes = [note_of(make(np.random.default_rng(seed))) for seed in range(10)]
    assert sum((note is not None) == known for note in notes) >= 8


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Kick_01", "kick"), ("BD-deep", "kick"), ("SD 3", "snare"), ("hh_closed", "hat"), ("HiHat-Open", "open hat"), ("open hat", "open hat"),
        ("my 808", "808"), ("floor tom", "tom"), ("Crash16", "crash"), ("reese C2", "bass"), ("take 7", None),
    ],
)  # fmt: skip
def test_roles_are_read_from_names(name, role):
    assert role_in(name) == role


def test_from_the_command_line_to_a_clip(tmp_path):
    here = write_folder(tmp_path / "in", snares=24)

    def command(*words, fails=False):
        done = subprocess.run(
            [sys.executable, "-m", "daemon.cli", "--home", str(tmp_path / "home"), *words],
            capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr if fails else done.stdout

    assert "say --yes" in command("train", str(here), "--name", "kit", fails=True)
    assert "mine-kit is ready" in command("train", str(here), "--name", "kit", "--yes")
    record = json.loads(command("make", "dark snare", "--engine", "mine-kit", "--json"))
    assert (record["engine"], record["kind"], record["license"]) == ("mine-kit", "oneshot", "your own sounds")  # fmt: skip
    assert Path(record["path"]).is_file() and record["model"] == "mine-kit"
    assert "mine-kit  24 sounds: snare; your own sounds" in command("train")


def test_a_recording_of_many_sounds_is_taken_apart_and_kept_ones_are_few(tmp_path):
    rng = np.random.default_rng(3)
    here = write_folder(tmp_path / "in", snares=20)
    row = np.concatenate(
        [
            part
            for _ in range(9)
            for part in (snare(rng), np.zeros(round(rng.uniform(0.3, 0.9) * 44100)))
        ]
    )
    soundfile.write(here / "snare session.wav", 0.5 * row / np.abs(row).max(), 44100)
    kept = {path: "snare" for path in write_folder(tmp_path / "kept", snares=12, seed=8).iterdir()}
    done = teach(here, "x", Places.find(tmp_path / "home"), "", quiet, kept)
    text = "\n".join(done.lines)
    assert "of made sounds a role uses 25% of its own at most" in text and "own habits" in text
    model = model_of("x", Places.find(tmp_path / "home"))
    made = model.about["made"]
    own = len(model.roles["snare"].sounds) - made
    assert own == 29 and 0 < made <= 0.25 * own
    assert model.about["yours"] is True


def test_a_folder_of_loops_is_an_engine_of_loops(tmp_path, monkeypatch):
    from tests.daemon.engines.mine.test_loops import chords, drums

    monkeypatch.setattr("daemon.training.enough.LEAST_LOOPS_S", 15.0)
    here = tmp_path / "in"
    here.mkdir()
    for loop in (drums(1), drums(2), chords(0), chords(1)):
        name = f"{loop.name} loop 120bpm.wav"
        soundfile.write(here / name, np.tile(loop.audio, (4 // loop.bars, 1)), 44100)
    places = Places.find(tmp_path / "home")
    done = teach(here, "loops", places, "CC-BY-4.0", quiet)
    assert any(line.startswith("takes 4 loops") and "2 drums" in line for line in done.lines)
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))
    (info,) = mine_engines()
    assert info.kinds == ("loop",) and "tempo" in info.conditioning
    brief = Brief("house", "house", bpm=126.0, bars=2, genre="house", key_name="Dm")
    take = run.make(brief, 1, quiet, spec=info.spec)
    assert len(take.audio) == round(2 * 4 * 60 / 126 * 44100) and take.license == "CC-BY-4.0"
    assert set(take.parts) == {"drums", "chords"} and take.key == "Dm" and take.grid.bars == 2
    with pytest.raises(EngineError, match="one-shots alone"):
        run.make(brief.amended(reference=str(here)), 1, quiet, spec=info.spec)
    file = export("loops", tmp_path, places)
    there = Places.find(tmp_path / "there")
    assert bring_in(file, "", there) == "mine-loops" and len(model_of("loops", there).loops) == 4
