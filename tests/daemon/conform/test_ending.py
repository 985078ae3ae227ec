"""A take that goes on past its length is cut on a bar line and faded; one too short is told."""

import numpy as np
import pytest

from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.conform.ending import ended
from daemon.conform.fitted import Fitted
from daemon.conform.report import Report

RATE = 8000
BRIEF = Brief("x", "x", kind="track", bpm=120.0, bars=None, seconds=9.3)


def fitted(seconds: float, bpm: float | None) -> Fitted:
    sound = Sound(np.ones((round(seconds * RATE), 2), np.float32), RATE)
    return Fitted(sound, bpm, None, 99 if bpm else None, True)


@pytest.mark.parametrize(("bpm", "is_s"), [(120.0, 10.0), (None, 9.3)])
def test_a_longer_take_ends_at_its_length_on_a_bar_line_and_fades(bpm, is_s):
    report = Report()
    made, _ = ended((fitted(20, bpm), []), BRIEF, report)
    assert made.sound.frames == round(is_s * RATE)
    assert made.bars == (5 if bpm else None)
    assert np.abs(made.sound.audio[-1]).max() < 1e-3 and made.sound.audio[0, 0] == 1


def test_a_take_that_is_too_short_is_told():
    report = Report()
    made, _ = ended((fitted(6, 120.0), []), BRIEF, report)
    assert made.sound.frames == 6 * RATE
    assert "6.0 s of the 9.3 s" in report.warnings[0]
