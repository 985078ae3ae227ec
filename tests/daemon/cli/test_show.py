"""What a person reads of a clip."""

from daemon.cli.show import clip_lines


def test_one_bar_is_no_bars():
    record = {
        "kind": "loop",
        "path": "a.wav",
        "bars": 1,
        "meter": "4/4",
        "engine": "file",
        "seed": 1,
        "license": "own",
        "report": {},
    }
    said = [clip_lines(record | {"bars": bars}) for bars in (1, 2)]
    assert "1 bar of 4/4" in said[0] and "2 bars of 4/4" in said[1]
    word = {"corrected": {"bpm": 90.0, "downbeat_s": 0.52, "key": "Am"}}
    assert "your word: 90 bpm, the one at 0.52 s, Am" in clip_lines(record | word)
