"""Commands that take more than one file: `look`, a block each; `interpolate`, from one to the next."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.helpers.pieces import twinkle, written


def tone(path, hz):
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * hz * np.arange(22050) / 44100), 44100)
    return path


def test_look_hears_each_file_and_says_which_it_cannot_read(run, tmp_path):
    files = [tone(tmp_path / "a.wav", 440), tmp_path / "none.wav", tone(tmp_path / "b.wav", 660)]
    code, out, err = run("look", *files)
    blocks = out.strip().split("\n\n")
    assert code == 1 and [block.splitlines()[0] for block in blocks] == list(map(str, files))
    assert "0.50 s" in blocks[0] and "0.50 s" in blocks[2] and err.count("none.wav") == 1
    code, out, _ = run("look", *files, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["path"] for row in rows] == list(map(str, files))
    assert [round(row.get("note") or 0) for row in rows] == [69, 0, 76] and "text" in rows[1]


def test_several_sources_go_into_one_folder_and_one_that_fails_keeps_none_back(run, tmp_path):
    notes = written(tmp_path, twinkle("C"))
    sources = [notes, tmp_path / "none.mid", notes]
    code, said, err = run("vary", *sources, "--out", f"{tmp_path}/new/", "--json")
    rows = [json.loads(line) for line in said.splitlines()]
    there = [row for row in rows if "error" not in row]
    assert code == 1 and len(rows) == 3 and "error" in rows[1] and err.count("none.mid") == 1
    assert all(row["path"].startswith(str(tmp_path / "new")) for row in there)
    assert len({row["path"] for row in there}) == len(there) == 2
    code, _, err = run("vary", *sources, "--out", tmp_path / "new.mid")
    assert code == 2 and "for a folder end it in /" in err


def test_a_request_that_no_source_can_take_is_said_once(run, tmp_path):
    code, _, err = run("vary", tmp_path / "a.mid", tmp_path / "b.mid", "--strength", "7")
    assert code == 2 and err.count("is not allowed here") == 1


def test_fit_takes_several_files_into_a_folder(run, tmp_path):
    files = [tone(tmp_path / f"{hz}.wav", hz) for hz in (440, 660)]
    code, said, err = run("fit", *files, "--kind", "oneshot", "--out", f"{tmp_path}/new/", "--json")
    assert code == 0, err
    assert len({json.loads(line)["path"] for line in said.splitlines()}) == 2
    code, _, err = run("fit", *files, "--picture", tmp_path / "p.png")
    assert code == 2 and "one picture" in err


def test_one_picture_is_of_one_file(run, tmp_path):
    files = [tone(tmp_path / f"{n}.wav", 440) for n in "ab"]
    code, _, err = run("look", *files, "--picture", tmp_path / "p.png")
    assert code == 2 and "one picture" in err and not (tmp_path / "p.png").exists()


def test_interpolate_leads_from_the_first_to_the_second(run, tmp_path):
    ends = []
    for key in "CD":
        (tmp_path / key).mkdir()
        ends.append(written(tmp_path / key, twinkle(key)))
    out = tmp_path / "way.mid"
    code, said, err = run("interpolate", *ends, "--steps", "3", "--out", out, "--json")
    assert code == 0, err
    keys = [json.loads(line)["report"]["found"]["keys"] for line in said.splitlines()]
    assert keys and keys[0] == ["C major", "D major"]


@pytest.mark.slow
def test_two_kits_in_one_folder_stay_two(run, tmp_path):
    rng = np.random.default_rng(3)
    hit = (np.exp(-np.arange(11025) / 1500) * rng.uniform(-0.8, 0.8, 11025)).astype(np.float32)
    thump = (
        0.8 * np.exp(-np.arange(11025) / 3000) * np.sin(np.arange(11025) * 2 * np.pi * 60 / 44100)
    )
    soundfile.write(tmp_path / "beat.wav", np.concatenate([thump, hit] * 4), 44100)
    folders = []
    for _ in range(2):
        code, said, err = run(
            "split", tmp_path / "beat.wav", "--into", "kit", "--out", f"{tmp_path}/kits/"
        )
        assert code == 0, err
        hint = said.strip().splitlines()[-1]
        folder = hint.split("--kit ")[1].strip('"')
        folders.append(folder)
        assert f"{folder}/" in said.splitlines()[0]
    assert folders == [f"{tmp_path}/kits/beat-kit", f"{tmp_path}/kits/beat-kit-2"]
    assert not list((tmp_path / "kits").glob("*.wav"))


def test_add_brings_in_each_file_and_says_which_it_cannot_read(run, tmp_path):
    (tmp_path / "empty.wav").write_bytes(b"")
    files = [tone(tmp_path / "a.wav", 440), tmp_path / "empty.wav", tone(tmp_path / "b.wav", 660)]
    code, out, err = run("add", *files)
    assert code == 1 and err.count("empty.wav") == 1
    assert [Path(line).name[0] for line in out.splitlines()[::2]] == ["a", "b"]
    assert len(run("clips", "--json")[1].splitlines()) == 2
    code, out, _ = run("add", *files, "--again", "--json")
    assert code == 1 and [("error" in json.loads(line)) for line in out.splitlines()] == [
        False,
        True,
        False,
    ]


def test_fit_keeps_a_sound_without_a_beat_as_one_sound_where_nothing_else_is_asked(run, tmp_path):
    def fitted(name, seconds, *options):
        noise = 0.1 * np.random.default_rng(1).standard_normal(round(seconds * 44100))
        soundfile.write(tmp_path / name, noise * np.linspace(1, 0, len(noise)), 44100)
        code, out, err = run("fit", tmp_path / name, "--json", *options)
        return code, json.loads(out) if code == 0 else err

    for name, seconds, kind in (
        ("hat.wav", 0.1, "oneshot"),
        ("a.wav", 2, "oneshot"),
        ("b.wav", 6, "sfx"),
    ):
        code, clip = fitted(name, seconds)
        assert (code, clip["kind"], clip["bpm"], clip["bars"]) == (0, kind, None, None)
        assert sum("it is kept as" in told for told in clip["report"]["said"]) == 1
    for options in (("--strict",), ("--bars", "2"), ("--kind", "loop")):
        code, told = fitted("b.wav", 6, *options)
        assert code == 1 and "no beat was found" in told
