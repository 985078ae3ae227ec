"""A constant is no sound: whatever its size, it is silence to every verb."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.audio.offset import silence_of, swing_of
from daemon.brief import Brief
from daemon.conform.look import look_at
from daemon.errors import ConformError
from daemon.notes.transcribe import written_down
from daemon.parts import split
from daemon.parts.source import Source
from daemon.pieces.attacks import strokes_of_source
from daemon.tone.learn import learn_sound
from daemon.training.data_set import gather
from tests.helpers.progress import untold

RATE = 44100


def constant(*levels: float) -> np.ndarray:
    return np.tile(np.array(levels, np.float32), (2 * RATE, 1))


@pytest.mark.parametrize("levels", [(0.5,), (0.5, -0.3), (1.0, 1.0)])
def test_a_constant_does_not_swing_and_is_told(levels: tuple[float, ...]) -> None:
    audio = constant(*levels)
    assert swing_of(audio) < 1e-6 and "DC offset" in silence_of(audio)
    assert "DC offset" in silence_of(audio[:, 0])
    assert "DC offset" in look_at(audio, RATE)["faults"][0]


def test_a_soft_sound_over_a_constant_is_a_sound() -> None:
    clock_s = np.arange(2 * RATE) / RATE
    audio = (0.5 + 0.01 * np.sin(2 * np.pi * 220 * clock_s)).astype(np.float32)[:, None]
    assert swing_of(audio) == pytest.approx(0.01, rel=1e-3) and not silence_of(audio)
    assert not look_at(audio, RATE)["faults"]


def test_a_sound_that_is_too_soft_is_told_its_peak_and_by_how_much_to_raise_it(tmp_path) -> None:
    clock_s = np.arange(2 * RATE) / RATE
    soft = (10 ** (-83.4 / 20) * np.sin(2 * np.pi * 220 * clock_s)).astype(np.float32)[:, None]
    soundfile.write(tmp_path / "soft.wav", soft, RATE, "FLOAT")
    told = "its peak is -83.4 dBFS, the least is -80 dBFS: raise it by 4 dB or more"
    with pytest.raises(ConformError, match=f"soft is silent .{told}"):
        split.check(Source.read(Brief("", "", reference=str(tmp_path / "soft.wav"))))
    assert not silence_of(soft * np.float32(10 ** (4 / 20)))
    assert silence_of(np.zeros((RATE, 1), np.float32)) == "silent"


def test_no_verb_makes_anything_of_a_constant(tmp_path: Path) -> None:
    path = tmp_path / "dc.wav"
    soundfile.write(path, constant(0.5), RATE)
    brief = Brief("", "", reference=str(path))
    with pytest.raises(ConformError, match=r"silent but for a DC offset of 50.0%"):
        split.check(Source.read(brief))
    with pytest.raises(ConformError, match="silent but for"):
        written_down(Source.read(brief), {}, untold)
    with pytest.raises(ConformError, match="silent but for"):
        list(learn_sound(brief, {}, tmp_path, untold))
    with pytest.raises(ConformError, match="silent but for"):
        strokes_of_source(brief)
    assert not gather([path], tmp_path / "notes", untold).taken
