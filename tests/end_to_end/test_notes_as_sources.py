"""Notes as sources through the doors: dropped, asked for over HTTP, made by us and gone on with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from bridge.music import Meter, loop_frames
from daemon.pieces.midi import read_midi
from tests.end_to_end.test_verbs import records_of
from tests.helpers.daemon_process import wait_until
from tests.helpers.pieces import drums, raw, twinkle, written
from tests.helpers.web_house import WebHouse


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    config = pytest.MonkeyPatch()
    config.setattr(
        "tests.helpers.web_house.CONFIG",
        "web: {enabled: true, port: 0, share: true, share_port: 0}\nosc: {port: 0}\nfl: {enabled: false}\n"
        "midi: {enabled: false}\ninbox: {enabled: true}\n",
    )
    house = WebHouse(tmp_path_factory.mktemp("home"))
    config.undo()
    yield house
    house.stop()


def answer_of(house, name):
    done = house.daemon.places.inbox / "done" / f"{name}.result.json"
    wait_until(done.exists, 60, name)
    return json.loads(done.read_text())["clips"]


def test_dropped_notes_are_played_in_the_sessions_tempo_or_do_what_the_text_says(house, tmp_path):
    inbox = house.daemon.places.inbox
    house.daemon.link.send("/sidecrate/tempo", 132.0)
    path = written(tmp_path, twinkle())
    before = path.read_bytes()
    (inbox / "alone.mid").write_bytes(before)
    (inbox / "tune.mid").write_bytes(before)
    (inbox / "tune.txt").write_text("do: continue\nbars: 4\nseed: 7\n")
    (played,) = answer_of(house, "alone.mid")
    audio, rate = soundfile.read(played["path"])
    assert len(audio) == loop_frames(8, Meter(), 132.0, rate) and played["bpm"] == 132.0
    (longer,) = answer_of(house, "tune.txt")
    piece = read_midi(Path(longer["path"]))
    assert piece.bars == 12 and longer["kind"] == "midi"
    assert piece.notes[: len(twinkle().notes)] == twinkle().notes
    assert (inbox / "done" / "tune.mid").read_bytes() == before
    house.daemon.link.send("/sidecrate/tempo", 0.0)


def test_odd_files_fail_in_one_line_and_are_kept(house, tmp_path):
    path, file = raw(tmp_path, "smpte.mid")
    file.save(path)
    data = bytearray(path.read_bytes())
    data[12:14] = bytes([0xE7, 40])
    (house.daemon.places.inbox / "smpte.mid").write_bytes(data)
    failed = house.daemon.places.inbox / "failed"
    wait_until((failed / "smpte.mid.error.txt").exists, 60, "the answer")
    said = (failed / "smpte.mid.error.txt").read_text().strip()
    assert "smpte.mid counts film frames" in said and "\n" not in said
    assert (failed / "smpte.mid").read_bytes() == data


def test_a_clip_of_ours_goes_on_by_its_id_and_the_way_leads_to_another(house, tmp_path):
    made = house.api.post("/make", json={"prompt": "house loop", "bars": 2, "seed": 5})
    (clip,) = records_of(house, made.json()["job"])
    assert clip["kind"] == "loop" and clip["midi"]
    answer = house.api.post(
        "/drumify", json={"source": clip["id"], "parts": "bass", "seed": 3, "sound": True}
    )
    assert answer.status_code == 202, answer.text
    (beat,) = records_of(house, answer.json()["job"])
    assert (beat["kind"], beat["from"], beat["part"]) == ("loop", clip["id"], "drums")
    assert beat["frames"] == clip["frames"] and Path(beat["midi"]).is_file()
    other = replace(twinkle(), name="four").with_parts([drums(2, {36: "X...X...X...X..."})], 2)
    answer = house.api.post(
        "/interpolate",
        json={"source": beat["id"], "to": str(written(tmp_path, other)), "steps": 3},
    )
    assert answer.status_code == 202, answer.text
    records = records_of(house, answer.json()["job"])
    assert [one["report"]["did"]["step"] for one in records] == [1, 2, 3]
    assert {one["from"] for one in records} == {beat["id"]}
    refused = house.api.post("/interpolate", json={"source": beat["id"], "to": "nobody"})
    assert refused.status_code == 400 and "to: there is no file nobody" in refused.json()["text"]
    answer = house.api.post("/vary", json={"source": clip["id"], "strength": 0.5, "lock": "drums"})
    (varied,) = records_of(house, answer.json()["job"])
    old, new = read_midi(Path(clip["midi"])), read_midi(Path(varied["path"]))
    tracks = [{p.name: p.notes for p in piece.parts} for piece in (old, new)]
    assert tracks[0]["drums"] == tracks[1]["drums"] and tracks[0] != tracks[1]
    answer = house.api.post("/again", json={"source": varied["id"], "seed": varied["seed"]})
    (again,) = records_of(house, answer.json()["job"])
    assert Path(again["path"]).read_bytes() == Path(varied["path"]).read_bytes()
