"""What holds of the whole road: what it loads, that it repeats itself, and that attacks come through it sharp."""

import subprocess
import sys

import numpy as np
import pytest

from bridge.request import Request
from bridge.session import Session
from daemon.audio.stretch import STRETCHERS
from daemon.audio.stretch_map import StretchMap
from daemon.audio.stretchers.rubberband import RubberBand
from daemon.audio.stretchers.stretcher import Stretch
from daemon.brief import Brief
from daemon.conform.conform import conform
from daemon.engines.contract import Take
from daemon.prompt.settle import settle
from daemon.settings.load import load_config
from daemon.settings.meaning import prompt_defaults
from tests.daemon.conform.takes import drums, quiet

RATE = 44100


@pytest.mark.slow
def test_nothing_heavy_is_loaded():
    code = (
        "import sys, numpy as np\n"
        "from daemon.brief import Brief\n"
        "from daemon.engines.contract import Grid, Take\n"
        "from daemon.conform.conform import conform\n"
        "audio = np.random.default_rng(0).standard_normal((88200, 2)).astype('float32') * 0.1\n"
        "known = Take(audio, 44100, 1, 'e', '', 'x', grid=Grid(120.0, '4/4', 1))\n"
        "for take in (known, Take(audio, 44100, 1, 'e', '', 'x')):\n"
        "    conform(take, Brief('p', 'p', bars=1), lambda value, stage: None)\n"
        "conform(Take(audio, 44100, 1, 'e', '', 'x'), Brief('p', 'p', kind='oneshot', note=60), lambda value, stage: None)\n"
        "print([name for name in ('librosa', 'matplotlib', 'torch', 'numba') if name in sys.modules])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


@pytest.mark.slow
def test_the_same_take_gives_the_same_clip():
    brief = Brief("p", "p", bpm=124.0, bars=2, key_name="Am")
    first, second = (
        conform(Take(drums(120.0, 4), RATE, 1, "f", "", "own"), brief, quiet) for _ in range(2)
    )
    assert np.array_equal(first.audio, second.audio) and first.report == second.report


def rise_ms(audio, near):
    """Time from 10 to 90 % of the first 20 ms of an attack near a frame."""
    part = np.abs(audio[near - 900 : near + 900, 0])
    level = np.maximum.accumulate(part / part.max())
    return 1000 * (np.argmax(level > 0.9) - np.argmax(level > 0.1)) / RATE


@pytest.mark.parametrize("ratio", [0.9, 1.08])
def test_attacks_stay_sharp(ratio):
    pytest.importorskip("pylibrb")
    audio = np.zeros((4 * RATE, 1), np.float32)
    burst = np.random.default_rng(0).standard_normal(4000) * np.exp(-np.arange(4000) / 900)
    attacks = np.arange(RATE // 2, 7 * RATE // 2, RATE // 3)
    for attack in attacks:
        audio[attack : attack + 4000, 0] += 0.3 * burst
    time_map = StretchMap.straight(0.0, ratio, round(len(audio) * ratio))
    made = RubberBand().stretch(audio, RATE, Stretch(time_map))
    places = np.round(time_map.target_of(attacks.astype(float))).astype(int)
    assert (
        np.median([rise_ms(made, place) for place in places])
        <= np.median([rise_ms(audio, at) for at in attacks]) + 2.5
    )


def test_formants_stay_while_the_pitch_moves():
    pytest.importorskip("pylibrb")
    t = np.arange(2 * RATE) / RATE
    voice = sum(
        np.sin(2 * np.pi * 130 * n * t) * np.exp(-(((130 * n - 700) / 250) ** 2))
        for n in range(1, 30)
    )
    audio = (0.2 * voice)[:, None].astype(np.float32)

    def centre(x):
        power = np.abs(np.fft.rfft(x[8000:-8000, 0])) ** 2
        return float((np.arange(len(power)) * power).sum() / power.sum() * RATE / (len(x) - 16000))

    time_map = StretchMap.straight(0.0, 1.0, len(audio))
    moved, kept = (
        centre(RubberBand().stretch(audio, RATE, Stretch(time_map, 5.0, formants=on)))
        for on in (False, True)
    )
    assert moved == pytest.approx(centre(audio) * 2 ** (5 / 12), rel=0.06)
    assert abs(kept - centre(audio)) < 0.5 * abs(moved - centre(audio))


@pytest.mark.parametrize("name", ["rubberband", "signalsmith"])
def test_the_stretcher_that_the_config_names_fits_the_take_and_is_told(name, tmp_path):
    (one,) = [one for one in STRETCHERS if one.name == name]
    if not one.ready():
        pytest.skip(f"{one.package} is not installed")
    (tmp_path / "config.yaml").write_text(f"audio: {{stretcher: {name}}}\n", encoding="utf-8")
    defaults = prompt_defaults(load_config(tmp_path / "config.yaml"))
    brief = settle(
        Request({"prompt": "drums", "bpm": 132.0, "bars": 2}), Session().view(0.0), defaults, seed=1
    )
    made = conform(Take(drums(120.0, 4), RATE, 1, "f", "", "own"), brief, quiet)
    assert len(made.audio) == round(8 * 60 / 132 * RATE)
    assert made.report["did"]["method"] == name
    assert made.report["did"]["stretched_by"].startswith(one.package)
