"""Commands that take more than one file: `look`, a block each; `interpolate`, from one to the next."""

import json

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
