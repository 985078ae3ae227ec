"""Beat tracking of a take: its tempo, beats and bars, with a confidence."""

from daemon.hearing.heard import Alternative, Heard
from daemon.hearing.hearing import hear

__all__ = ["Alternative", "Heard", "hear"]
