"""The verb's work, in a child process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from sidecrate import Brief, Result


def reverse(
    brief: Brief, request: dict[str, Any], folder: Path, tell: Callable[[float, str], None]
) -> Iterator[Result]:
    """The sound from its end to its start. `brief.reference` is a file, whatever was named."""
    audio, sample_rate = soundfile.read(brief.reference, dtype="float32", always_2d=True)
    tell(0.5, "turning")
    turned = audio[::-1].copy()
    frames = min(len(turned), round(request.get("fade", 0.01) * sample_rate))
    if frames:
        turned[-frames:] *= np.linspace(1, 0, frames, dtype=np.float32)[:, None]
    report = {"did": {"method": "turned round", "fade_frames": frames}}
    yield Result("sfx", turned, sample_rate, words="reversed", report=report)
