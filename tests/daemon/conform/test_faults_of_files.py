"""What is wrong with a user's file is told with the clip that was made of it, or refused."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from daemon.audio.loudness import true_peak_db
from daemon.brief import Brief
from daemon.clip.takes import file_take
from daemon.conform.conform import conform
from daemon.conform.look import look
from daemon.engines.contract import Take
from daemon.errors import AudioError, ConformError
from tests.daemon.conform.takes import drums, quiet

RATE = 44100
BEAT = drums(120.0, 2)[: 4 * RATE]


def fitted(audio, **fields):
    brief = Brief("p", "p", do="fit", **{"bpm": 120.0, "bars": 2, "level": "keep", **fields})
    return conform(Take(audio, RATE, 1, "file", "", "own"), brief, quiet)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["loop", "track", "oneshot", "sfx"])
def test_a_dc_offset_is_taken_out_and_told(kind):
    given = {"bars": None} if kind != "loop" else {}
    clean, off = (fitted(audio, kind=kind, **given) for audio in (BEAT, BEAT * 0.5 + 0.3))
    assert np.abs(off.audio.mean(axis=0)).max() < 2e-3
    assert any("DC offset of 3" in text for text in off.report["warnings"])
    assert not any("DC offset" in text for text in clean.report["warnings"])


def test_a_low_note_has_no_dc_offset():
    t = np.arange(RATE // 5) / RATE
    note = (np.exp(-t * 12) * np.sin(2 * np.pi * 45 * t))[:, None].astype(np.float32)
    assert abs(note.mean()) > 0.005
    told = fitted(note, kind="oneshot", bars=None).report["warnings"]
    assert not any("DC offset" in text for text in told)


@pytest.mark.parametrize("bpm", [120.0, None])
def test_less_than_a_beat_is_refused_before_and_after_it_was_heard(bpm):
    for length_s in (0.05, 0.15, 0.19):
        with pytest.raises(ConformError) as refused:
            fitted(BEAT[: round(length_s * RATE)], bpm=bpm)
        assert refused.value.code == "too_short" and "shorter than a beat" in refused.value.text


@pytest.mark.parametrize("level", [1.02, 1.5, 2.0])
def test_a_fitted_file_is_never_over_full_scale_between_its_samples_either(level):
    t = np.arange(4 * RATE) / RATE
    tone = np.sin(2 * np.pi * RATE / 4 * t + np.pi / 4)[:, None]  # 3 dB over its samples
    audio = (0.72 * level * tone + 0.1 * BEAT[:, :1]).astype(np.float32)
    clip = fitted(audio)
    assert true_peak_db(clip.audio) <= 0 and clip.report["after"]["true_peak_db"] <= 0
    assert any("turned down by" in text for text in clip.report["warnings"])
    kept = fitted(audio, subtype="FLOAT")
    assert true_peak_db(kept.audio) > 0
    assert any("32-bit float keeps" in text for text in kept.report["warnings"])


def test_what_a_file_lacks_is_told_with_its_take(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.hstack([BEAT[:, :1], 0 * BEAT[:, :1]]), RATE)
    content = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(content[: len(content) * 6 // 10])
    take = file_take(Brief("", "", do="fit", reference=str(tmp_path / "a.wav")))
    assert "cut short" in take.said[0] and "right side is silent" in take.said[1]
    found = look(tmp_path / "a.wav")
    assert [note for note in found["notes"]] == list(take.said)


@pytest.mark.slow
def test_look_names_offset_and_level(tmp_path):
    soundfile.write(tmp_path / "a.wav", 2 * BEAT / np.abs(BEAT).max(), RATE, subtype="FLOAT")
    assert "dB over full scale" in look(tmp_path / "a.wav")["notes"][0]
    soundfile.write(tmp_path / "b.wav", BEAT * 0.5 + 0.3, RATE)
    assert "DC offset of 3" in look(tmp_path / "b.wav")["notes"][0]
    soundfile.write(tmp_path / "c.wav", BEAT[:1], RATE)
    with pytest.raises(AudioError, match="too short"):
        look(tmp_path / "c.wav")


@pytest.mark.slow
def test_a_tempo_step_in_what_is_fitted_is_told_with_its_bar():
    slow, fast = drums(100.0, 8), drums(130.0, 8)
    told = fitted(np.concatenate([slow, fast]), bars=4).report.get("said", [])
    assert any("tempo steps from 100.0 to 130.0 bpm" in text for text in told)
    assert not any("steps" in text for text in fitted(BEAT).report.get("said", []))
