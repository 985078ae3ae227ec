"""Where a clip's stems come from: the files beside it.

Where there are none, the embedded musician plays the clip's own plan once more.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from daemon.audio.files import read_audio
from daemon.audio.resample import fit_length
from daemon.audio.sound import Sound
from daemon.brief import Brief
from daemon.crate.names import part_of_stem
from daemon.engines.contract import Take
from daemon.errors import LibraryError
from daemon.record import ClipRecord

#: Largest share of the clip's power by which a replay may differ. Rounding to 24 bits stays far
#: below; another sound is far above.
_MOST_DIFFERENCE = 0.02


def read_stems(record: ClipRecord, audio: np.ndarray, sample_rate: int) -> dict[str, np.ndarray]:
    """Part name -> float32 (frames, channels), each as long as the clip.

    LibraryError code `no_stems` where there are none and none can be made.
    """
    files = [Path(path) for path in record.get("stems") or () if Path(path).is_file()]
    if files:
        return {part_of_stem(path): _like(_at_rate(path, sample_rate), audio) for path in files}
    if (
        record.get("engine") == "embedded"
        and record.get("plan")
        and record["kind"] in ("loop", "track")
    ):
        return _played_again(record, audio, sample_rate)
    raise LibraryError(
        f"clip {record['id']} has no stems: ask for them when it is made (`--stems`);"
        " a mix alone cannot be taken apart here",
        "no_stems",
    )


def _at_rate(path: Path, sample_rate: int) -> np.ndarray:
    audio, rate = read_audio(path)
    return Sound(audio, rate).at_rate(sample_rate).audio


def play_again(record: ClipRecord, sample_rate: int) -> Take:
    """Replay the record's plan: a clip of the embedded musician, or one of its notes alone."""
    from daemon.engines.embedded.engine import make

    request, seed = record.get("request") or {}, record["seed"]
    assert seed is not None, "what the embedded musician plays comes from a seed"
    brief = Brief(
        record.get("prompt") or "", record.get("words") or "",
        kind="loop" if record["kind"] == "midi" else record["kind"], bpm=record["bpm"],
        key_name=record.get("key"), meter_name=record["meter"] or "4/4", bars=record.get("bars"),
        seconds=record.get("seconds"), seed=seed, genre=record.get("genre") or "",
        plan=record["plan"], kit=request.get("kit"), kit_files=tuple(record.get("kit_files") or ()),
        sample_rate=sample_rate, stems=True,
    )  # fmt: skip
    return make(brief, seed, _unheard)


def _played_again(record: ClipRecord, audio: np.ndarray, sample_rate: int) -> dict[str, np.ndarray]:
    take = play_again(record, sample_rate)
    stems = {part: _like(stem, audio) for part, stem in take.stems.items()}
    mix = np.sum(list(stems.values()), axis=0, dtype=np.float64)
    power = float((mix**2).sum())
    gain = float((mix * audio).sum() / power) if power > 0 else 0.0
    off = float(
        ((audio - gain * mix) ** 2).sum() / max(float((audio.astype(np.float64) ** 2).sum()), 1e-12)
    )
    if not stems or off > _MOST_DIFFERENCE:
        raise LibraryError(
            f"clip {record['id']} has no stems, and playing its plan again gives another sound;"
            " make it again with `--stems`",
            "no_stems",
        )
    return {part: stem * np.float32(gain) for part, stem in stems.items()}


def _unheard(value: float, words: str = "") -> None:
    """Discards progress: a replay takes less than a second."""


def _like(stem: np.ndarray, audio: np.ndarray) -> np.ndarray:
    """As long as the mix, with as many channels."""
    stem = fit_length(stem, len(audio))
    if stem.shape[1] == audio.shape[1]:
        return stem
    return (
        np.repeat(stem, 2, axis=1)
        if audio.shape[1] == 2
        else stem.mean(axis=1, keepdims=True, dtype=np.float32)
    )
