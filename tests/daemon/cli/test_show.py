"""What a person reads of a clip."""

from daemon.cli.best import taste_words
from daemon.cli.show import clip_lines, look_lines, report_line


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
    players = [
        {"part": "drums", "instrument": "kick", "program": None},
        {"part": "drums", "instrument": "hat", "program": None},
        {"part": "bass", "instrument": "double bass", "program": 33},
    ]
    assert "drums: kick, hat · bass: double bass" in clip_lines(record | {"players": players})
    word = {"corrected": {"bpm": 90.0, "downbeat_s": 0.52, "key": "Am"}}
    assert "your word: 90 bpm, the one at 0.52 s, Am" in clip_lines(record | word)


def test_another_octave_is_told_by_its_tempo_and_another_first_beat_by_its_second():
    found = {
        "seconds": 8.0, "channels": 1, "sample_rate": 44100, "bpm": 120.0, "confidence": 0.9,
        "downbeat_s": 0.0, "downbeat_confidence": 0.8, "meter": "4/4", "lufs": -14.0, "true_peak_db": -1.0,
        "alternatives": [
            {"bpm": 60.0, "downbeat_s": 0.0, "share": 0.42},
            {"bpm": 120.0, "downbeat_s": 0.5, "share": 0.06},
            {"bpm": 120.0, "downbeat_s": 1.5, "share": 0.001},
        ],
    }  # fmt: skip
    others = [line.strip() for line in look_lines(found).splitlines() if line.startswith("  or ")]
    assert others == [
        "or it has 60.00 bpm, the one at 0.000 s (42%)",
        "or the one is at 0.500 s (6%)",
    ]


def test_a_first_beat_before_the_file_begins_is_named_as_that():
    found = {
        "seconds": 8.0, "channels": 1, "sample_rate": 44100, "bpm": 120.0, "confidence": 0.9,
        "downbeat_confidence": 0.8, "meter": "4/4", "lufs": -14.0, "true_peak_db": -1.0,
    }  # fmt: skip
    early = found | {"downbeat_s": -0.048, "downbeats_s": [-0.048, 1.952, 3.952]}
    assert "downbeat 0.048 s before it begins, the next at 1.952 s (sure 80%)" in look_lines(early)
    on_it = found | {"downbeat_s": -0.0021, "downbeats_s": [-0.0021, 1.998]}
    assert "downbeat at 0.000 s" in look_lines(on_it)


def test_a_take_that_was_not_stretched_is_told_in_words():
    assert report_line({"did": {"method": "none", "gain_db": -0.04}}) == "not stretched, +0.0 dB"
    assert report_line({"did": {"method": "rubberband", "gain_db": -1.1}}) == "rubberband, -1.1 dB"


def test_kinds_are_named_in_words_where_a_taste_is_not_known():
    assert taste_words("oneshot", None).startswith("your taste in one-shots is not known yet")
    assert "these" not in taste_words("oneshot", None)
    assert taste_words("loop", None).startswith("your taste in loops is not known yet")


def test_a_tempo_is_told_with_whose_word_it_is():
    found = {"bpm": 90.0, "confidence": 1.0}
    assert report_line({"found": found | {"grid": "your word"}}) == "90.00 bpm, as you said"
    assert report_line({"found": found | {"grid": "its record"}}) == "90.00 bpm by its record"
    said = found | {"evidence": ["its attacks keep a steady tempo", "you said: 90 bpm"]}
    assert report_line({"found": said}) == "90.00 bpm, as you said"
    heard = {"grid": "heard", "bpm": 90.0, "confidence": 0.81}
    assert report_line({"found": heard}) == "found 90.00 bpm (sure 81%)"
    assert report_line({"found": {"bpm": 165.0, "confidence": 0.0}}) == "no beat found"
