"""A language model's part in a job, through the real daemon and the true client, against a server of our own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.errors import ServiceError
from tests.helpers.daemon_process import CONFIG, DaemonProcess, command, wait_until, workers_maps
from tests.helpers.openai_server import KEY, OpenAiServer
from tests.helpers.replicate_server import TOKEN, ReplicateServer

Start = Callable[..., DaemonProcess]


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    server = OpenAiServer(needs_key=True)
    yield server
    server.close()


def config(server: OpenAiServer, **more: object) -> str:
    asked = {
        "base_url": server.url,
        "model": "tiny",
        "price": [2.5, 10],
        "timeout_s": 5,
        "prompts": "on",
        **more,
    }
    return f"{CONFIG}improve: {json.dumps(asked)}\n"


def test_openais_client_is_loaded_in_a_child_alone(
    start_daemon: Start, server: OpenAiServer
) -> None:
    if not Path("/proc/self/maps").exists():
        pytest.skip("/proc is not here")
    daemon = start_daemon(config=config(server), OPENAI_API_KEY=KEY)
    daemon.command("make", "head nodder", "--bars", "1")
    assert server.calls == 1
    # jiter is the compiled part of OpenAI's client
    own = Path(f"/proc/{daemon.process.pid}/maps").read_text()
    assert "jiter" not in own and "numpy" not in own
    assert any("jiter" in maps.read_text() for maps in workers_maps(daemon.process.pid))


def test_a_prompt_is_improved_kept_and_paid_once_whatever_dies(
    start_daemon: Start, server: OpenAiServer
) -> None:
    daemon = start_daemon(config=config(server), OPENAI_API_KEY=KEY)
    (clip,) = json.loads(
        "["
        + ",".join(daemon.command("make", "head nodder", "--json", "--bars", "1").splitlines())
        + "]"
    )
    assert (clip["bpm"], clip["key"], clip["bars"], clip["genre"]) == (92, "D minor", 1, "boom bap")
    assert (
        clip["prompt"] == "head nodder"
        and clip["words"] == "head nodder"
        and "head-nodder_92bpm" in clip["path"]
    )
    improved = clip["improved"]
    assert improved["original"] == "head nodder" and improved["improve"]["model"] == "tiny-1"
    assert "vinyl crackle" in improved["improve"]["answer"]["words"]["embedded"]
    said = "\n".join(clip["report"]["said"])
    assert "prompt improved by tiny-1: dusty drums" in said and "the model chose" in said
    (row,) = daemon.rows("SELECT * FROM purchases")
    assert (row["state"], row["engine"], row["cost_usd"]) == ("done", "language model", 0.0045)
    # again asks nothing a second time
    daemon.link.send("/sidecrate/again", "last")
    wait_until(lambda: len(daemon.clips()) == 2, 60, "the second clip")
    assert server.calls == 1 and daemon.clips()[1]["bpm"] == 92
    # killed while the question is under way: it may have been paid for, and is not asked again
    server.plans.append("hang")
    daemon.link.generate("make", {"prompt": "slow jam", "bars": 1}, "k1")
    wait_until(lambda: server.calls == 2, what="the question")
    daemon.kill()
    daemon.start()
    wait_until(lambda: len(daemon.clips()) == 3, 60, "the third clip")
    assert server.calls == 2
    assert "not paid for twice" in "\n".join(daemon.clips()[2]["report"]["said"])
    for path in daemon.places.state.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_what_is_proposed_waits_for_a_yes_over_a_restart(
    start_daemon: Start, server: OpenAiServer
) -> None:
    daemon = start_daemon(config=config(server, prompts="ask"), OPENAI_API_KEY=KEY)

    said = json.loads(daemon.command("make", "head nodder", "--json", "--bars", "1", code=1))
    assert said["error"] == "waiting" and "vinyl crackle" in said["text"]
    daemon.link.generate("make", {"prompt": "slow jam", "bars": 1}, "k1")
    wait_until(
        lambda: len(daemon.rows("SELECT 1 FROM improvements WHERE state = 'waiting'")) == 2,
        what="both proposals",
    )
    yes, no = (row["id"] for row in daemon.rows("SELECT id FROM jobs ORDER BY seq"))
    daemon.kill()
    daemon.start()
    assert "waiting for your answer" in daemon.command("status")
    assert not daemon.clips()
    daemon.command("answer", yes, "yes")
    daemon.link.ask("/sidecrate/answer", no, "no")
    wait_until(lambda: len(daemon.clips()) == 2, 60, "both clips")
    by_job = {clip["job"]: clip for clip in daemon.clips()}
    assert by_job[yes]["bpm"] == 92 and by_job[no]["bpm"] != 92
    assert "declined" in "\n".join(by_job[no]["report"]["said"])
    assert server.calls == 2
    with pytest.raises(ServiceError, match="waits for no answer"):
        daemon.link.ask("/sidecrate/answer", yes, "no")


def test_notes_by_the_model_and_by_rules_where_it_fails(
    start_daemon: Start, server: OpenAiServer
) -> None:
    daemon = start_daemon(config=config(server, prompts="off", price=[0, 0]), OPENAI_API_KEY=KEY)
    fields = (
        "--compose",
        "llm",
        "--bpm",
        "124",
        "--key",
        "C minor",
        "--bars",
        "2",
        "--count",
        "2",
        "--json",
    )
    clips = [
        json.loads(line) for line in daemon.command("make", "house groove", *fields).splitlines()
    ]
    assert server.calls == 1 and len(clips) == 2
    for clip in clips:
        assert (clip["bpm"], clip["key"], clip["bars"]) == (124, "C minor", 2)
        assert clip["plan"]["chords_of"] == ["i7", "bVI", "bVII", "i7"] and set(clip["parts"]) == {
            "drums",
            "bass",
            "lead",
        }
        assert "notes by tiny-1" in "\n".join(clip["report"]["said"])
    server.plans.append(("refuse", "no"))
    daemon.link.generate("make", {"prompt": "house groove", "compose": "llm", "bars": 1}, "k1")
    wait_until(lambda: len(daemon.clips()) == 3, 60, "the third clip")
    assert "the notes are written by rules: the model refused" in "\n".join(
        daemon.clips()[2]["report"]["said"]
    )
    assert not daemon.rows("SELECT * FROM purchases")
    # a cancel does not wait for the model
    server.plans.append("hang")
    daemon.link.generate("make", {"prompt": "house groove", "improve": "on"}, "k2")
    wait_until(lambda: server.calls == 3, what="the question")
    daemon.link.ask("/sidecrate/cancel", "k2")
    assert (
        daemon.rows("SELECT state FROM jobs ORDER BY seq DESC LIMIT 1")[0]["state"] == "cancelled"
    )
    daemon.link.generate("make", {"prompt": "house groove", "improve": "on", "bars": 1}, "k3")
    wait_until(lambda: len(daemon.clips()) == 4, 60, "the fourth clip")


def test_without_a_daemon_and_without_money(server: OpenAiServer, tmp_path: Path) -> None:
    environment = {**os.environ, "SIDECRATE_HOME": str(tmp_path), "OPENAI_API_KEY": KEY}
    for more, calls in (({"price": [2.5, 10]}, 0), ({"price": [0, 0]}, 1)):
        text = f"{config(server, **more)}spend: {{per_day_usd: 0.001}}\n"
        (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
        done = command("make", "head nodder", "--json", "--bars", "1", environment=environment)
        clip = json.loads(done.stdout)
        assert server.calls == calls and (clip["bpm"] == 92) == bool(calls)
        assert ("USD are spent" in "\n".join(clip["report"]["said"])) != bool(calls)


def test_a_prompt_file_has_lyrics_written_shown_and_sung(
    start_daemon: Start, server: OpenAiServer
) -> None:
    shop = ReplicateServer(work_s=0.1)
    try:
        more = f"{config(server)}replicate: {{base_url: '{shop.url}'}}\n"
        daemon = start_daemon(config=more, OPENAI_API_KEY=KEY, REPLICATE_API_TOKEN=TOKEN)
        text = "engine: ace-step\nlyrics: auto\nbpm: 120\nseconds: 8\n\na song about vinyl"
        for name in ("song.txt", "other.txt"):
            (daemon.places.inbox / name).write_text(text, encoding="utf-8")
        done = daemon.places.inbox / "done"
        song, other = (
            wait_until(lambda n=n: sorted(done.glob(f"{n}.txt.*.proposal.txt")), 30, n)[0]
            for n in ("song", "other")
        )
        shown = song.read_text(encoding="utf-8")
        assert (
            shown.startswith("answer ")
            and "The needle finds the groove again" in shown
            and shop.creates == 0
        )
        (daemon.places.inbox / song.name).write_text(shown, encoding="utf-8")
        (daemon.places.inbox / other.name).write_text(
            other.read_text(encoding="utf-8").replace(": yes", ": no"), encoding="utf-8"
        )
        wait_until(lambda: (done / "song.txt.result.json").exists(), 60, "the song")
        (bought,) = shop.predictions.values()
        assert (
            bought["input"]["lyrics"].startswith("[verse]\nThe needle")
            and "upright bass" in bought["input"]["tags"]
        )
        (clip,) = daemon.clips()
        assert (
            clip["improved"]["lyrics"]["answer"]["lyrics"] == bought["input"]["lyrics"]
            and clip["kind"] == "track"
        )
        said = wait_until(
            lambda: sorted((daemon.places.inbox / "failed").glob("other.txt.error.txt")),
            30,
            "the refusal",
        )
        assert "declined" in said[0].read_text(encoding="utf-8")
        assert shop.creates == 1 and server.calls == 4
    finally:
        shop.close()
