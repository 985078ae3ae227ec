"""One contract for every engine, ours and third parties': what it says of itself is true, and what it makes is what it says."""

import subprocess
import sys

import numpy as np
import pytest

from daemon.brief import Brief
from daemon.children.inside import find_function
from daemon.engines.contract import PLACES, EngineInfo, Price
from daemon.engines.registry import engines
from daemon.errors import EngineError

CONDITIONING = {
    "tempo",
    "key",
    "meter",
    "continuation",
    "melody",
    "accompany",
    "style",
    "lyrics",
    "kit",
}
KINDS = {"loop", "oneshot", "track", "midi", "sfx", "vocal"}
BRIEFS = {
    "loop": Brief("techno loop", "techno loop", bpm=132.0, bars=2, key_name="F#m"),
    "oneshot": Brief("kick", "kick", kind="oneshot", bpm=None, bars=None, seconds=0.5),
    "track": Brief(
        "house track",
        "house track",
        kind="track",
        bpm=124.0,
        bars=None,
        seconds=12.0,
        key_name="Am",
    ),
    "midi": Brief("house loop", "house loop", kind="midi", bpm=124.0, bars=2, key_name="Am"),
    "sfx": Brief("riser", "riser", kind="sfx", bpm=None, bars=None, seconds=1.0),
    "vocal": Brief("pop", "pop", kind="vocal", bpm=100.0, seconds=4.0, lyrics="we ride at dawn"),
}
EVERY = pytest.mark.parametrize("info", engines(), ids=lambda info: info.name)
#: What runs here, now, and for nothing: hosted engines have a contract of their own with their service.
RUNNING = [
    (info, kind)
    for info in engines()
    if info.runs != "hosted" and info.needs() is None
    for kind in info.kinds
]
MADE = pytest.mark.parametrize(
    ("info", "kind"),
    [
        pytest.param(
            info,
            kind,
            id=f"{info.name} {kind}",
            marks=[pytest.mark.slow] if kind == "track" else [],
        )
        for info, kind in RUNNING
    ],
)


def make(info: EngineInfo, kind: str, progress=lambda value, words: None, seed: int = 5, **changes):
    described = {"spec": info.spec} if info.spec else {}
    return find_function(info.maker)(
        BRIEFS[kind].amended(engines=(info.name,), **changes), seed, progress, **described
    )


def test_descriptions_import_nothing_heavy():
    heavy = "numpy scipy torch transformers diffusers httpx httpx2 replicate openai librosa numba soundfile keyring"
    code = (
        "import sys; from daemon.engines.registry import broken, engines\n"
        f"assert engines() and not broken(); print(*[one for one in '{heavy}'.split() if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@EVERY
def test_a_description_says_all_that_is_chosen_by(info):
    assert info.name and info.title and info.license and info.name == info.name.lower()
    assert info.kinds and set(info.kinds) <= KINDS and set(info.conditioning) <= CONDITIONING
    assert info.runs in PLACES and info.takes_at_once >= 1 and info.channels in (1, 2)
    assert (
        0 < info.bpm_range[0] < info.bpm_range[1] and info.max_seconds > 0 and info.deadline_s > 0
    )
    if info.price is not None:
        assert info.price.estimate_usd(1) > 0 and info.price.estimate_usd(
            2
        ) >= info.price.estimate_usd(1)


@EVERY
def test_what_runs_it_is_there(info):
    assert callable(find_function(info.maker))
    assert not info.check or callable(find_function(info.check))


@EVERY
def test_an_engine_is_ready_or_says_what_to_do(info, monkeypatch):
    for name in ("REPLICATE_API_TOKEN", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    why = info.needs()
    assert why is None or len(why.split()) > 3


@MADE
def test_a_take_is_what_the_contract_says(info, kind):
    said: list[float] = []
    take = make(info, kind, lambda value, words: said.append(value), stems=True)
    assert (take.engine, take.license, take.seed) == (info.name, info.license, 5)
    assert all(0 <= value <= 1 for value in said) and said == sorted(said)
    if kind == "midi":
        assert take.midi and take.midi.startswith(b"MThd")
        return
    audio = take.audio
    assert (
        audio is not None
        and audio.dtype == np.float32
        and audio.ndim == 2
        and audio.shape[1] in (1, 2)
    )
    assert (
        np.isfinite(audio).all()
        and np.abs(audio).max() > 0.01
        and len(audio) <= info.max_seconds * take.sample_rate
    )
    if take.grid is not None:
        brief = BRIEFS[kind]
        assert (take.grid.bpm, take.grid.meter) == (brief.bpm, brief.meter_name)
        if kind == "loop":
            assert take.grid.bars == brief.bars and len(audio) == brief.frames
    for stem in take.stems.values():
        assert stem.dtype == np.float32 and stem.shape == audio.shape
    if take.stems:
        assert np.abs(sum(take.stems.values()) - audio).max() < 1e-6
    assert all(0 <= frame < len(audio) and name for frame, name in take.cues)


@MADE
def test_a_seed_is_a_take(info, kind):
    one, same, other = make(info, kind), make(info, kind), make(info, kind, seed=6)
    assert one.midi == same.midi
    if one.audio is None:
        assert one.midi != other.midi
    else:
        assert np.array_equal(one.audio, same.audio) and not np.array_equal(one.audio, other.audio)


class Enough(Exception):
    """What a cancel raises from progress."""


@MADE
def test_a_cancel_ends_it(info, kind):
    def stop(value, words):
        raise Enough

    with pytest.raises(Enough):
        make(info, kind, stop)


@MADE
def test_a_prompt_that_says_nothing_is_a_take_or_a_reason(info, kind):
    try:
        take = make(info, kind, prompt="?!", words="?!")
    except EngineError as error:
        assert len(error.text.split()) > 3
    else:
        assert take.audio is not None or take.midi


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.01, "free"])
def test_a_price_that_no_cap_could_hold_is_refused(value):
    with pytest.raises(ValueError, match=r"per_take_usd: .* is not allowed; it takes 0 and more"):
        Price(per_take_usd=value)
