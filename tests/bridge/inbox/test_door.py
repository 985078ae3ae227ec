"""The inbox as a door: what each kind of file asks, and the answers that are put beside it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from bridge.events import Failed, Origin, Refused
from bridge.verbs import VERBS, Verb, register
from tests.helpers.inbox_bench import Bench, tone, wait_for


def test_text_becomes_one_order_and_ends_in_done(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "bpm: 90\nkey: A minor\n\ndusty boom bap drums")
    order = bench.order()
    assert order.verb == "make"
    assert [dict(request.values) for request in order.requests] == [
        {"bpm": 90.0, "key": "A minor", "prompt": "dusty boom bap drums"}
    ]
    address = order.origin.address
    assert order.origin.door == "inbox" and order.claim == address["claim"]
    assert address["name"] == "beat.txt" and address["of"] == 1
    assert (bench.folder / "working" / address["file"]).is_file()
    bench.finish(order, clips=2)
    result = json.loads(bench.answer("done", "beat.txt.result.json"))
    assert [
        (clip["id"], clip["path"], clip["bpm"], clip["key"], clip["bars"])
        for clip in result["clips"]
    ] == [
        ("job0c1", "/crate/Loops/job0c1.wav", 90.0, "Am", 4),
        ("job0c2", "/crate/Loops/job0c2.wav", 90.0, "Am", 4),
    ]
    wait_for(lambda: bench.listing() == ["done/beat.txt", "done/beat.txt.result.json"])


def test_the_same_text_again_is_a_new_request_with_an_answer_of_its_own(bench: Bench) -> None:
    bench.start()
    claims = set()
    for k in range(3):
        bench.drop("beat.txt", "dusty drums")
        order = bench.order()
        claims.add(order.claim)
        bench.finish(order)
        wait_for((bench.folder / "done" / ("beat.txt" if k == 0 else f"beat-{k + 1}.txt")).exists)
    assert len(claims) == 3
    assert len(bench.listing()) == 6


def test_several_requests_in_a_file_end_together(bench: Bench) -> None:
    bench.start()
    bench.drop("set.txt", "drums\n===\nbass\n===\nchords")
    order = bench.order()
    assert len(order.requests) == 3 and order.origin.address["of"] == 3
    bench.finish(order, 0)
    bench.fail(order, "no sound", 2)
    time.sleep(0.2)
    assert not list((bench.folder / "done").iterdir())
    bench.finish(order, 1)
    result = json.loads(bench.answer("done", "set.txt.result.json"))
    assert [clip["request"] for clip in result["clips"]] == [1, 2]
    assert result["failed"] == [{"request": 3, "job": "job2", "code": "engine", "text": "no sound"}]


def test_a_failed_file_goes_to_failed_with_a_line_per_request(bench: Bench) -> None:
    bench.start()
    bench.drop("set.md", "drums\n===\nbass")
    order = bench.order()
    bench.fail(order, "cancelled", 1, "cancelled")
    bench.fail(order, "the engine is not ready", 0)
    assert bench.answer("failed", "set.md.error.txt").splitlines() == [
        "request 1: the engine is not ready",
        "request 2: cancelled",
    ]
    wait_for(lambda: bench.listing() == ["failed/set.md", "failed/set.md.error.txt"])


def test_a_refused_order_fails_the_whole_file(bench: Bench) -> None:
    bench.start()
    bench.drop("set.md", "drums\n===\nbass")
    order = bench.order()
    assert bench.box
    bench.box.tell(Refused(order.origin, "bad_request", "no engine is called x"))
    assert "no engine is called x" in bench.answer("failed", "set.md.error.txt")


def test_events_told_twice_change_nothing(bench: Bench) -> None:
    bench.start()
    bench.drop("set.txt", "drums\n===\nbass")
    order = bench.order()
    bench.finish(order, 0)
    bench.finish(order, 0)
    bench.finish(order, 1)
    bench.finish(order, 1)
    assert len(json.loads(bench.answer("done", "set.txt.result.json"))["clips"]) == 2
    time.sleep(0.2)
    assert len(bench.listing()) == 2


def test_events_of_other_doors_are_not_heard(bench: Bench) -> None:
    box = bench.start()
    box.tell(Failed(Origin("osc", {}), "j", "x", "y"))
    box.tell(
        Failed(
            Origin("inbox", {"claim": "tabcdefg", "file": "../../etc/passwd", "of": 1}),
            "j",
            "x",
            "y",
        )
    )
    time.sleep(0.1)
    assert box.health() == "open" and bench.listing() == []


def test_what_cannot_be_taken_is_told_in_failed(bench: Bench) -> None:
    wrong: dict[str, tuple[str | bytes, str]] = {
        "wrong.txt": ("bpm: fast\ndrums", "bpm"),
        "song.rtf": ("{\\rtf1}", "plain text"),
        "song.docx": ("PK", "plain text"),
        "song.pages": ("PK", "plain text"),
        "voice.rx2": ("xx", "WAV"),
        "drums.lnk": ("L", "shortcut"),
        "binary.txt": (b"\0\1\2\3\xff\0\0\0" * 50, "text"),
        "large.txt": ("drums " * 200_000, "1,000,000"),
    }
    bench.start()
    for name, (content, _) in wrong.items():
        bench.drop(name, content)
    (bench.folder / "folder.txt").mkdir()
    for name, said in [
        *((name, said) for name, (_, said) in wrong.items()),
        ("folder.txt", "not a file"),
    ]:
        text = bench.answer("failed", f"{name}.error.txt")
        assert said in text and text.endswith("\n")
        wait_for((bench.folder / "failed" / name).exists)
    bench.no_order(0.2)


def test_all_faults_of_a_file_stand_in_its_answer(bench: Bench) -> None:
    bench.start()
    bench.drop("beat.txt", "bpm: fast\nkey: H#\n\ndrums")
    lines = bench.answer("failed", "beat.txt.error.txt").splitlines()
    assert len(lines) == 2 and "40 to 300" in lines[0] and "Am" in lines[1]


def test_a_file_that_is_given_its_final_name_is_taken_without_waiting(bench: Bench) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells when a file is renamed into place")
    bench.start(settle_text_s=3600)
    wait_for(lambda: bench.box and bench.box._watch and len(bench.box._watch._observers) == 2)
    for k in range(3):
        bench.drop(f".beat{k}.tmp", "drums").rename(bench.folder / f"beat{k}.txt")
        assert bench.order().origin.address["name"] == f"beat{k}.txt"


def test_an_empty_file_is_refused_after_a_while_and_not_before(bench: Bench) -> None:
    bench.start()
    bench.drop("late.txt", "")
    bench.drop("empty.txt", "")
    bench.no_order(1.0)
    bench.drop("late.txt", "drums")
    assert bench.order().origin.address["name"] == "late.txt"
    assert "empty" in bench.answer("failed", "empty.txt.error.txt")


def test_of_an_empty_text_and_an_empty_sound_beside_it_both_are_named(bench: Bench) -> None:
    bench.drop("both.txt", "")
    bench.drop("both.wav", "")
    bench.start()
    assert bench.answer("failed", "both.txt.error.txt").splitlines() == [
        "both.txt is empty; write a prompt in it, as in: dusty boom bap drums 90 bpm",
        "both.wav is empty; save or copy it again",
    ]
    wait_for((bench.folder / "failed" / "both.wav").is_file)


def test_names_that_are_ignored_or_unknown_are_left_alone(bench: Bench) -> None:
    bench.start()
    names = [
        ".hidden.txt",
        "~lock.txt",
        "beat.txt~",
        "x.tmp",
        "x.wav.part",
        "x.crdownload",
        "x.wav.asd",
        "picture.xyz",
        "4913",
    ]
    for name in names:
        bench.drop(name, "drums")
    bench.no_order(1.2)
    assert bench.listing() == sorted(names)


def test_audio_alone_is_fitted(bench: Bench) -> None:
    bench.start()
    tone(bench.folder / "guitar.wav")
    order = bench.order()
    assert order.verb == "fit"
    reference = Path(str(order.requests[0]["reference"]))
    assert reference.parent == bench.folder / "working" and reference.is_file()
    bench.finish(order)
    bench.answer("done", "guitar.wav.result.json")


def test_audio_waits_for_the_text_of_its_name(bench: Bench) -> None:
    bench.start(settle_audio_s=1.0)
    tone(bench.folder / "Guitar.wav")
    bench.no_order(0.4)
    bench.drop("guitar.txt", "key: Am\nmake it a choir\n===\nreference: other.wav\nbass")
    order = bench.order()
    assert order.verb == "make"
    audio = bench.folder / "working" / f"{order.claim}-Guitar.wav"
    assert [request.get("reference") for request in order.requests] == [str(audio), "other.wav"]
    assert audio.is_file()
    bench.finish(order, 0)
    bench.finish(order, 1)
    bench.answer("done", "guitar.txt.result.json")
    wait_for(
        lambda: (
            (bench.folder / "done" / "Guitar.wav").exists()
            and not list((bench.folder / "working").iterdir())
        )
    )
    bench.no_order(1.2)


def test_a_text_without_a_prompt_says_how_its_audio_is_fitted(bench: Bench) -> None:
    tone(bench.folder / "a.wav")
    bench.drop("a.txt", "bpm: 90\nkey: Am\n")
    bench.start()
    order = bench.order()
    audio = bench.folder / "working" / f"{order.claim}-a.wav"
    assert order.verb == "fit"
    assert dict(order.requests[0].values) == {"bpm": 90.0, "key": "Am", "reference": str(audio)}


def test_audio_whose_text_names_another_reference_is_fitted_alone(bench: Bench) -> None:
    tone(bench.folder / "a.wav")
    bench.drop("a.txt", "reference: /music/other.wav\nbass")
    bench.start()
    orders = {order.verb: order for order in (bench.order(), bench.order())}
    assert orders["make"].requests[0]["reference"] == "/music/other.wav"
    assert orders["fit"].origin.address["name"] == "a.wav"


def test_a_sound_whose_text_cannot_be_taken_goes_with_it(bench: Bench) -> None:
    tone(bench.folder / "a.wav")
    bench.drop("a.txt", "do: fitt\nbpm: 90\n")
    bench.start()
    assert "did you mean fit?" in bench.answer("failed", "a.txt.error.txt")
    wait_for(lambda: (bench.folder / "failed" / "a.wav").exists())
    bench.no_order(1.2)


def test_a_verb_that_works_on_no_sound_refuses_the_one_beside_its_text(bench: Bench) -> None:
    study = Verb(
        "study",
        "folder",
        gives="an engine",
        said="study {}",
        help="study",
        example="kit",
        fields=(),
    )
    register(study)
    try:
        tone(bench.folder / "a.wav")
        bench.drop("a.txt", "do: study\n")
        bench.start()
        said = bench.answer("failed", "a.txt.error.txt")
    finally:
        del VERBS["study"]
    assert said.startswith("a.wav lies beside a.txt, but study works on a folder of sounds")
    bench.no_order(1.2)


def test_a_text_beside_a_sound_may_name_the_verb(bench: Bench) -> None:
    tone(bench.folder / "a.wav")
    bench.drop("a.txt", "do: make\nuse: accompany\n\na bass line\n")
    bench.drop("again.txt", "do: again\nsource: k3f9\nchange: drums\n")
    bench.start()
    orders = {order.verb: order for order in (bench.order(), bench.order())}
    assert orders["make"].requests[0]["reference"].endswith("-a.wav")
    assert orders["again"].what == "k3f9" and orders["again"].claim
    assert dict(orders["again"].requests[0].values) == {"change": "drums"}
