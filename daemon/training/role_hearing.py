"""The role of a one-shot without a name."""

from __future__ import annotations

from daemon.engines.mine.sounds import Sound


def hear_role(sound: Sound) -> str | None:
    return None
