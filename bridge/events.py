"""The messages between doors and the daemon: orders in, events out. All are plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bridge.request import Request


@dataclass(frozen=True)
class Origin:
    """Where an order came from and where its answers go; stored, so that it outlives a restart."""

    door: str
    """osc, midi, inbox, cli..."""
    address: Mapping[str, Any] = field(default_factory=dict)
    """For that door alone: a reply address, a pad's note, a claimed file. Plain JSON."""
    label: str = ""
    """The caller's own name for the request (`id`)."""
    lane: str = ""
    """The sender, where the door can tell its senders apart: lanes take turns."""


@dataclass(frozen=True)
class Ask:
    """A request for clips. `verb` is a name of the table in `bridge.verbs`."""

    verb: str
    origin: Origin
    requests: tuple[Request, ...] = ()
    """One job each. A verb that works on a clip (`again`) has one, with the changes."""
    what: str = ""
    """For verbs that work on a clip: a clip, a job or `last`."""
    claim: str = ""
    """An idempotency key of all requests: they are stored in one transaction, and once.

    An order with a known key makes nothing new: the states of its jobs are told again.
    """
    once: str = ""
    """An idempotency key of one request (nonce and id): if known, its job's state is told."""
    may_spend: bool = True
    """False where the sender may not order anything that costs money."""


@dataclass(frozen=True)
class Batch:
    """Many requests as one job: a file that the command line has written for the daemon."""

    origin: Origin
    batch: str
    """The file's id."""


@dataclass(frozen=True)
class Cancel:
    origin: Origin
    what: str = "last"
    """A job, a label, `last` or `all`."""


@dataclass(frozen=True)
class Answer:
    """The user's yes or no to a language model's proposal for a job."""

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
    """Values of the DAW's project from one source."""

    origin: Origin
    source: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Bye:
    """A source has gone; its values no longer hold."""

    origin: Origin
    source: str


@dataclass(frozen=True)
class Known:
    """An order to tell the session's current values to this sender."""

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
    Ask
    | Batch
    | Cancel
    | Answer
    | Keep
    | Trash
    | Audition
    | Pin
    | Context
    | Bye
    | Known
    | Status
    | Report
)

#: Passes a door's order to the daemon. May be called from any thread; returns at once.
Hand = Callable[[Order], None]


def order_name(order: Order) -> str:
    """One word for an order: its verb, or its kind."""
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
        case Batch() | Pin() | Known():
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
    """Flat, under 1 KB as JSON: n, of, kind, bpm, key, meter, bars, frames, sample_rate, and, where
    a word was not honoured, notes... `daemon.record.done_info` makes it.
    """


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
    """An order was refused: no job was made."""

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
    """The session's current values with their sources; sent to every door."""

    values: Mapping[str, Any]


JobEvent = Accepted | Progress | Done | Finished | Failed
Event = JobEvent | Refused | Told | SessionChanged


class Door(Protocol):
    """One way in and out. A door only translates: messages to orders, events to messages."""

    name: str

    def start(self) -> None:
        """Open; DoorError says why not."""

    def tell(self, event: Event) -> None:
        """Send an event of its orders, or one for all. Called on the loop: must not block."""

    def stop(self) -> None:
        """Close; safe to call twice."""

    def health(self) -> str:
        """`open`, or the reason why it is not, in a few words."""
