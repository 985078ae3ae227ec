"""Hearing a take: its tempo, beats, bars, and how sure that is."""

from daemon.hearing.heard import Alternative, Heard
from daemon.hearing.hearing import hear

__all__ = ["Alternative", "Heard", "hear"]
