"""`sidecrate clips`: a line a clip in a terminal, all of each in a pipe, one in full by its id."""

import json

import numpy as np
import pytest
import soundfile

from daemon.cli.clip_table import table

ROW = {
    "id": "k3f9", "kind": "loop", "bars": 2, "seconds": 4.0, "bpm": 120.0, "key": "Ddor",
    "name": "dusty-boom-bap_120bpm_k3f9", "favourite": True, "rating": 4, "used": None,
    "edited": False, "missing": False, "tags": ["intro"],
}  # fmt: skip
HIT = ROW | {
    "id": "kckd2", "kind": "oneshot", "bars": None, "seconds": 0.4, "bpm": None, "key": "",
    "name": "kick_kckd2", "favourite": False, "rating": 0, "tags": [],
}  # fmt: skip


def test_a_table_has_a_line_a_clip_in_columns():
    first, second = table([ROW, HIT], 200)
    assert first.split() == [
        "k3f9",
        "loop",
        "2",
        "bars",
        "120",
        "bpm",
        "D",
        "dorian",
        "dusty-boom-bap_120bpm_k3f9",
        "·",
        "favourite",
        "·",
        "****",
        "·",
        "tags",
        "intro",
    ]
    assert first.index("dusty") == second.index("kick_") and "0.4 s" in second
    narrow = table([ROW, HIT], 60)
    assert max(map(len, narrow)) <= 60 and narrow[0].endswith("...")
    assert all("bpm" not in line[:40] for line in table([HIT], 200)), "no empty columns"


@pytest.mark.slow
def test_a_terminal_gets_lines_and_a_pipe_all_of_each(run, tmp_path):
    for name, hz in (("low", 220), ("high", 440)):
        wave = 0.3 * np.sin(2 * np.pi * hz * np.arange(22050) / 44100)
        soundfile.write(tmp_path / f"{name}.wav", wave, 44100)
        run("add", tmp_path / f"{name}.wav")
    code, out, _ = run("clips", terminal=True)
    lines = out.splitlines()
    assert code == 0 and len(lines) == 2 and "high" in lines[0] and "low" in lines[1]
    clip = lines[1].split()[0]
    full = run("clips", clip, terminal=True)[1]
    assert "LUFS" in full and "low" in full and "high" not in full
    assert run("clips")[1].count("LUFS") == 2
    assert len(run("clips", "--json", terminal=True)[1].splitlines()) == 2
    (only,) = run("clips", clip, "--json")[1].splitlines()
    assert json.loads(only)["id"] == clip
    code, _, err = run("clips", "nothing")
    assert code and "there is no clip 'nothing'" in err
