import pytest

from bridge.errors import RequestError
from daemon.brief import Brief
from daemon.briefing.batch_rows import read_batch_rows, settle_rows
from daemon.errors import EngineError


def brief_of(request):
    if request.get("engine") == ["nobody"]:
        raise EngineError("there is no engine 'nobody'", "unknown_engine")
    values = dict(request.values)
    engines = tuple(values.get("engine", ["embedded"]))
    return Brief(
        values["prompt"], values["prompt"], count=values.get("count", 1), engines=engines,
        seed=values.get("seed", 0), compose=values.get("compose", "rules"), improve="on",
    )  # fmt: skip


def settled(path):
    return settle_rows(read_batch_rows(path), brief_of, lambda share, words: None)


def test_a_row_is_a_request_and_its_count_and_engines_are_clips(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(
        '\ufeffprompt;tempo;count;engine;seed\n"drums; dusty";92,5;2;embedded;7\n\nhats;;;;\n',
        encoding="utf-8",
    )
    (first, one), (_, two), (last, three) = settled(path)
    assert dict(first.values) == {
        "prompt": "drums; dusty", "bpm": 92.5, "count": 2, "engine": ["embedded"], "seed": 7,
    }  # fmt: skip
    assert [(b.seed, b.count, b.clip_count) for b in (one, two, three)] == [
        (7, 1, 1), (8, 1, 1), (0, 1, 1),
    ]  # fmt: skip
    assert dict(last.values) == {"prompt": "hats"}
    assert one.improve == "off", "nobody is asked who may cost money, whatever the config says"


def test_all_faults_are_told_at_once_with_their_lines(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"prompt": "a", "bpm": 9999, "kind": "lop"}\n{oops\n\n[1]\n'
        '{"prompt": "b", "engine": "nobody"}\n{"prompt": "c", "compose": "llm"}\n'
        '{"prompt": "d", "tempi": 3}\n{"prompt": "fine"}\n'
    )
    with pytest.raises(RequestError) as caught:
        settled(path)
    lines = caught.value.text.split("\n")
    assert [line.split(":")[0] for line in lines] == [
        "line 1", "line 1", "line 2", "line 4", "line 5", "line 6", "line 7", "nothing was queued",
    ]  # fmt: skip
    assert "no engine 'nobody'" in lines[4] and "language model" in lines[5]


def test_an_engine_that_costs_money_is_refused(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"prompt": "a", "engine": "ace-step"}\n')
    with pytest.raises(RequestError, match="line 1: engine ace-step costs money"):
        settled(path)


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a.txt", "prompt\nx\n", r"\.csv, \.tsv, \.jsonl"),
        ("a.csv", "", "has no rows"),
        ("a.csv", "prompt,bras\nx,2\n", "line 1: 'bras' is not a field; did you mean bars"),
        ("a.csv", "prompt\nx,2\n", "line 2: has 2 cells"),
        ("a.jsonl", '{"prompt": "x", "count": 9999}\n{"prompt": "x", "count": 2}\n', "line 2: with this row it is more than 10,000"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_batch_says_why(tmp_path, name, text, fault):
    (tmp_path / name).write_text(text)
    with pytest.raises(RequestError, match=fault):
        settled(tmp_path / name)


def test_a_path_in_a_row_is_beside_the_file(tmp_path):
    (tmp_path / "my.wav").touch()
    (tmp_path / "a.jsonl").write_text('{"prompt": "x", "reference": "my.wav"}\n')
    ((_, request),) = read_batch_rows(tmp_path / "a.jsonl").requests
    assert request["reference"] == str(tmp_path / "my.wav")
