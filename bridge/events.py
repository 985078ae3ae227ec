"""What doors and the daemon say to each other: orders go in, events come out. All of it is plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bridge.request import Request


@dataclass(frozen=True)
class Origin:
    """Where an order came from and where its answers go. Stored with the job, so that they go there after a restart."""

    door: str
    """osc, midi, inbox, cli..."""
    address: Mapping[str, Any] = field(default_factory=dict)
    """What only that door understands: a reply address, a pad's note, a claimed file. Plain JSON."""
    label: str = ""
    """The caller's own word (`id`)."""
    lane: str = ""
    """Who of those at this door it is, where the door can tell them apart: they take turns."""


@dataclass(frozen=True)
class Ask:
    """Clips are wanted. `verb` is a name of the table in `bridge.verbs`."""

    verb: str
    origin: Origin
    requests: tuple[Request, ...] = ()
    """A job each. Of verbs that work on a clip (`again`) there is one, which says what changes."""
    what: str = ""
    """Of verbs that work on a clip: a clip, a job or `last`."""
    claim: str = ""
    """A key under which all the requests are stored in one transaction and never twice. Repeating an order with a known
    claim makes nothing new: the states of its jobs are told again."""
    once: str = ""
    """A key of a single request (a sender's nonce and id): known already, it answers with the first job's state."""
    may_spend: bool = True
    """False where the one who asks may not have anything that costs money."""


@dataclass(frozen=True)
class Cancel:
    origin: Origin
    what: str = "last"
    """A job, a label, `last` or `all`."""


@dataclass(frozen=True)
class Answer:
    """A person's word on what a language model proposes for a job."""

    origin: Origin
    job: str = "last"
    yes: bool = True


@dataclass(frozen=True)
class Keep:
    origin: Origin
    clip: str = "last"


@dataclass(frozen=True)
class Trash:
    origin: Origin
    clip: str = "last"


@dataclass(frozen=True)
class Audition:
    origin: Origin
    clip: str = "last"
    """A clip, `last`, `next`, `previous` or `stop`."""


@dataclass(frozen=True)
class Pin:
    origin: Origin
    values: Mapping[str, Any]
    """bpm, key or meter; None follows the session again."""


@dataclass(frozen=True)
class Context:
    """What a source says of the DAW's project."""

    origin: Origin
    source: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Bye:
    """A source has gone; what it said no longer holds."""

    origin: Origin
    source: str


@dataclass(frozen=True)
class Known:
    """What is known of the session now is to be told to this sender."""

    origin: Origin


@dataclass(frozen=True)
class Status:
    origin: Origin
    job: str = ""
    """Empty for all."""


@dataclass(frozen=True)
class Report:
    origin: Origin
    job: str = "last"
    """A job, one of its clips, or `last`."""


Order = (
    Ask | Cancel | Answer | Keep | Trash | Audition | Pin | Context | Bye | Known | Status | Report
)

#: What a door is given to hand its orders over. May be called from any thread; returns at once.
Hand = Callable[[Order], None]


def order_name(order: Order) -> str:
    """One word for what is asked: the verb, or the kind of order."""
    return order.verb if isinstance(order, Ask) else type(order).__name__.lower()


def order_about(order: Order) -> str:
    """The clip, job or source that an order names; its own name where it names none."""
    match order:
        case Ask(what=about) | Cancel(what=about):
            pass
        case Answer(job=about) | Status(job=about) | Report(job=about):
            pass
        case Keep(clip=about) | Trash(clip=about) | Audition(clip=about):
            pass
        case Context(source=about) | Bye(source=about):
            pass
        case Pin() | Known():
            about = ""
    return about or order_name(order)


@dataclass(frozen=True)
class Accepted:
    origin: Origin
    job: str
    position: int
    """Place in the queue, from 1."""
    words: str = ""


@dataclass(frozen=True)
class Progress:
    origin: Origin
    job: str
    value: float
    stage: str


@dataclass(frozen=True)
class Done:
    """One clip is in the crate."""

    origin: Origin
    job: str
    clip: str
    path: str
    info: Mapping[str, Any]
    """n, of, kind, bpm, key, meter, bars, frames, sample_rate, parts, confidence and, where a word was
    not honoured, notes: flat, under 1 KB as JSON."""


@dataclass(frozen=True)
class Finished:
    """The job has ended and at least one clip was published."""

    origin: Origin
    job: str
    published: int
    failed: int
    text: str = ""
    """Why some failed, if any did."""


@dataclass(frozen=True)
class Failed:
    """The job has ended without a clip (code `cancelled` too)."""

    origin: Origin
    job: str
    code: str
    text: str


@dataclass(frozen=True)
class Refused:
    """An order was not taken: no job was made."""

    origin: Origin
    code: str
    text: str
    what: str = ""
    """The address, file or verb that was refused."""


@dataclass(frozen=True)
class Told:
    """The answer to an order that makes no job: keep, trash, pin, report, audition..."""

    origin: Origin
    verb: str
    what: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionChanged:
    """What is now known of the DAW's project, and who said so; for every door."""

    values: Mapping[str, Any]


JobEvent = Accepted | Progress | Done | Finished | Failed
Event = JobEvent | Refused | Told | SessionChanged


class Door(Protocol):
    """One way in and out. A door only translates: foreign words to orders, events to foreign words."""

    name: str

    def start(self) -> None:
        """Open; DoorError says why not."""

    def tell(self, event: Event) -> None:
        """An event of an order that came by this door, or for everyone. Called on the daemon's loop: must not block."""

    def stop(self) -> None:
        """Close; safe to call twice."""

    def health(self) -> str:
        """`open`, or why it is not, in a few words."""
