"""The lines of FL Studio's hint panel, from events: queued, working, done, failed (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath

from bridge.events import Accepted, Done, Event, Failed, Finished, Progress, Refused, Told
from bridge.text import one_line

# FL's own icons in front of a hint
CLOCK = "^i"
SMILE = "^c"
SAD = "^e"
#: Longest line, in characters.
_MOST = 160
#: Jobs whose words are remembered.
_MOST_JOBS = 64
_TOLD = {"keep": "kept", "trash": "in the bin", "cancel": "cancelled", "audition": "audition"}


@dataclass(frozen=True)
class Hint:
    """A line and its subject: a later line of the same subject replaces it while it waits."""

    text: str
    about: str = ""


class Hints:
    """Turns events into hints; remembers each job's words."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def of(self, event: Event) -> Hint | None:
        """The line for an event; None for one that FL's user need not see."""
        match event:
            case Accepted(job=job, position=position, words=words):
                self._words[job] = words
                while len(self._words) > _MOST_JOBS:
                    del self._words[next(iter(self._words))]
                place = f" ({position}.)" if position > 1 else ""
                return _hint(CLOCK, f"queued{place}: {words}", job)
            case Progress(job=job, value=value, stage=stage):
                what = self._words.get(job, job)
                word, _, more = stage.partition(": ")
                if word == "waiting" and more:
                    return _hint(CLOCK, f"waiting: {more}", job)
                return _hint(CLOCK, f"{word} {value:.0%}: {what}", job)
            case Done(path=path, info=info):
                return _hint(SMILE, f"done{_of(info)}: {PureWindowsPath(path).name}")
            case Finished(published=published, failed=failed, text=text) if failed:
                return _hint(SAD, f"{published} done, {failed} failed: {text}")
            case Failed(code=code, text=text):
                return _hint(SAD, "cancelled" if code == "cancelled" else f"failed: {text}")
            case Refused(text=text):
                return _hint(SAD, text)
            case Told(verb=verb, what=what) if verb in _TOLD:
                return _hint(SMILE, f"{_TOLD[verb]}: {what}" if what else _TOLD[verb])
        return None


def _of(info: Mapping[str, object]) -> str:
    of = info.get("of")
    return f" ({info.get('n')} of {of})" if isinstance(of, int) and of > 1 else ""


def _hint(icon: str, text: str, about: str = "") -> Hint:
    return Hint(f"{icon}Sidecrate: {one_line(text, _MOST)}", about)
