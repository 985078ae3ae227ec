import pytest

from bridge.events import Origin
from bridge.request import Request
from daemon.brief import Brief
from daemon.engines.remote.verb_places import elsewhere
from daemon.errors import QueueError
from daemon.jobs.batch_file import forget_batch, own_text, read_batch, write_batch
from daemon.jobs.database import Database
from daemon.jobs.queue import Queue

ORIGIN = Origin("osc", {}, "a1")


def text(prompt, **more):
    return own_text(Request({"prompt": prompt}), Brief(prompt, prompt, **more))


def test_each_clip_of_a_batch_is_made_by_its_own_brief_and_the_batch_is_stored_once(tmp_path):
    database = Database(tmp_path / "jobs.db")
    queue = Queue(database, "boot", lambda engine: "worker" if engine == "embedded" else "local")
    rows = [text("a", seed=3), text("b", engines=("my-net",), bpm=91.0), text("c", mood=("dark",))]
    name = write_batch(tmp_path / "batches", "my.csv", "key", rows)
    batch = read_batch(tmp_path / "batches", name)
    draft = Request({"prompt": "my.csv"}), Brief("my.csv", "my.csv", count=3)
    (job,), new = queue.accept([draft], ORIGIN, once=batch.once, rows=batch.rows)
    assert new and queue.accept([draft], ORIGIN, once=batch.once, rows=batch.rows) == ([job], False)
    first, third = queue.claim(), queue.claim()
    second = queue.claim("local")
    assert queue.claim() is None
    assert [(one.brief.prompt, one.index, one.k) for one in (first, second, third)] == [
        ("a", 0, 0), ("b", 0, 1), ("c", 0, 2),
    ]  # fmt: skip
    assert (first.brief.seed, second.brief.bpm, third.brief.mood) == (3, 91.0, ("dark",))
    assert second.request == {"prompt": "b"} and third.share(0.5) == pytest.approx(2.5 / 3)
    later = Queue(database, "boot2", queue.place_of)
    later.take_over()
    assert later.claim("local").brief == second.brief
    database.close()


@pytest.mark.parametrize(
    "row",
    [
        "{", "[]", '{"request": {}}', text("x", count=2), text("x", engines=("a", "b")),
        text("x", do="split"), text("x", compose="llm"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_refused_whole(tmp_path, row):
    name = write_batch(tmp_path, "my.csv", "key", [text("fine"), row])
    with pytest.raises(QueueError, match="is no batch"):
        read_batch(tmp_path, name)


def test_an_id_names_no_other_file(tmp_path):
    (tmp_path / "secret.jsonl").write_text("{}")
    for name in ("secret", "../jobs/secret", "0" * 16, ""):
        with pytest.raises(QueueError, match="there is no batch"):
            read_batch(tmp_path, name)
        forget_batch(tmp_path, name)
    assert (tmp_path / "secret.jsonl").exists()


def test_a_clip_whose_box_is_away_moves_with_its_own_seed_and_costs_no_try(tmp_path):
    database = Database(tmp_path / "jobs.db")
    places = {"near:embedded": "server box near", "embedded": "worker"}
    queue = Queue(database, "boot", lambda engine: places[engine])
    brief = Brief(
        "a", "a", seed=5, count=3, engines=("near:embedded",),
        engine_reason="auto: near:embedded has less to do than this machine",
    )  # fmt: skip
    queue.accept([(Request({"prompt": "a"}), brief)], ORIGIN)
    queue.claim("server box near")
    claim = queue.claim("server box near")
    assert claim.k == 1 and elsewhere(claim.brief, "near:embedded") == "embedded"
    assert (
        elsewhere(claim.brief.amended(engine_reason="named in the request"), "near:embedded") == ""
    )
    assert queue.move(claim, "embedded", "done here: near does not answer")
    assert not queue.move(claim, "embedded", "a late one")
    moved = queue.claim()
    assert (moved.clip, moved.k, moved.index, moved.count) == (claim.clip, 1, 0, 3)
    assert moved.brief.engines == ("embedded",) and moved.brief.clip_seed(moved.index) == 6
    assert moved.brief.said == ("done here: near does not answer",)
    assert database.rows("SELECT tries FROM clips WHERE id = ?", claim.clip)[0]["tries"] == 0
    database.close()
