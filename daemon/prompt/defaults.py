"""What holds where neither request, prompt nor session says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PromptDefaults:
    """Values for what neither request, prompt nor session names.

    None: the genre's value, then 120, 4/4 and no key.
    """

    bpm: float | None = None
    key: str | None = None
    meter: str | None = None
    bars: int = 4
    sample_rate: int = 44100
    subtype: str = "PCM_24"
    note_names: str = "live"
    stems: bool = False
    midi: bool = True
    master: bool = False
    master_like: str = ""
    stretcher: str = "auto"
    fonts: tuple[str, ...] = ()
    improve: str = "off"
