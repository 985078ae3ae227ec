"""Hearing a take: its tempo, beats, bars, and how sure that is."""

from daemon.conform.hear.heard import Alternative, Heard
from daemon.conform.hear.hearing import hear

__all__ = ["Alternative", "Heard", "hear"]
