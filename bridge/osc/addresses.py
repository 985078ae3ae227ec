"""The OSC addresses received and sent: two tables, from which the protocol's page is generated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bridge.request import KINDS
from bridge.verbs import NAMED, VERBS, Verb

PREFIX = "/sidecrate/"


@dataclass(frozen=True)
class Address:
    """One row of the tables below."""

    path: str
    arguments: str
    help: str
    trigger: bool = False
    """Whether a button may send it.

    A lone 0 is then a release, a lone 1 a press, and repeats within 150 ms count once.
    """


#: Sign-on, sign-off, and clips from a prompt.
_FIRST = (
    Address("/sidecrate/hello", "id, reply port, nonce", "I am here: repeated every 5 s as a sign of life"),
    Address("/sidecrate/bye", "id", "I am going; what I said of the session no longer holds"),
    Address("/sidecrate/surface", "reply port, or nothing for the sending port", "I am a control surface: tell me flat values now and on change; repeated as a sign of life", trigger=True),
    Address("/sidecrate/generate", "prompt, then pairs of field and value; or one JSON object (context in it: heard first)", "make clips"),
    *(
        Address(f"/sidecrate/{kind}", "as generate", f"make clips of kind {kind}", trigger=True)
        for kind in KINDS
    ),
    Address("/sidecrate/preset", "a preset's name from the config, or its place in it as text (\"1\"); then pairs", "make what the preset says", trigger=True),
    Address("/sidecrate/set", "field, value", "holds for later requests from this sender, over what a preset says; an empty value clears"),
)  # fmt: skip
#: Jobs, the session and clips that exist already.
_LAST = (
    Address("/sidecrate/batch", "a batch's id, your word for it", "from this machine alone: what `sidecrate batch` has written, as one job"),
    Address("/sidecrate/cancel", "job, id or all", "end what has not ended", trigger=True),
    Address("/sidecrate/answer", "job or last, yes or no", "whether to use what a language model proposes, where a job waits for that"),
    Address("/sidecrate/tempo", "f", "pin the tempo; 0 follows the session again"),
    Address("/sidecrate/key", "s", "pin the key; empty follows the session again"),
    Address("/sidecrate/meter", "i i", "pin the meter; 0 follows the session again"),
    Address("/sidecrate/context", "JSON {source, bpm, key, meter, playing, position, sample_rate, project}", "what a DAW's device knows; followed, never a pin"),
    Address("/sidecrate/bpm", "f", "the same for senders without JSON: the project's tempo; 0 takes it back"),
    Address("/sidecrate/playing", "i", "the same for senders without JSON"),
    Address("/sidecrate/position", "f quarters", "the same for senders without JSON"),
    Address("/sidecrate/audition", "clip, last, next, previous or stop", "hear a clip on this machine's sound device, from the next bar on", trigger=True),
    Address("/sidecrate/keep", "clip or last", "a second name under Kept/", trigger=True),
    Address("/sidecrate/trash", "clip or last", "into the system's bin", trigger=True),
    Address("/sidecrate/status", "job, or nothing for all", "how it goes; of one job, all that has been told of it"),
    Address("/sidecrate/report", "job", "the report of its newest clip"),
    Address("/sidecrate/pair", "seconds (30; 0 ends it); from the machine that wants in: the code", "from this machine alone: hear a while who knocks from the network; told as told pair"),
    Address("/sidecrate/allow", "an address", "from this machine alone: hear this other machine until the daemon ends; `sidecrate pair` also writes it down"),
    Address("/sidecrate/got", "id or job, clip", "stops the repeats of done and failed"),
)  # fmt: skip


class _Incoming(Mapping[str, Address]):
    """The rows above by path, and one for each verb: the table of verbs may grow at start-up."""

    def __init__(self) -> None:
        self._fixed = {row.path: row for row in (*_FIRST, *_LAST)}
        # each message looks its address up, so a verb's row is cached
        self._made: dict[str, tuple[Verb, Address]] = {}

    def __getitem__(self, path: str) -> Address:
        if path in self._fixed:
            return self._fixed[path]
        name = path.removeprefix(PREFIX)
        verb = VERBS[name] if path == PREFIX + name else VERBS[path]
        if name not in self._made or self._made[name][0] is not verb:
            self._made[name] = verb, _of_verb(verb)
        return self._made[name][1]

    def __contains__(self, path: object) -> bool:
        verb = str(path).removeprefix(PREFIX)
        return path in self._fixed or (verb in VERBS and path == PREFIX + verb)

    def __iter__(self) -> Iterator[str]:
        yield from (row.path for row in _FIRST)
        yield from (PREFIX + verb for verb in VERBS)
        yield from (row.path for row in _LAST)

    def __len__(self) -> int:
        return len(self._fixed) + len(VERBS)


def _of_verb(verb: Verb) -> Address:
    arguments = f"{NAMED[verb.works_on]}; then pairs; or one JSON object (source: what it works on)"
    if verb.name == "make":
        arguments = "as generate"
    return Address(PREFIX + verb.name, arguments, verb.help, trigger=verb.by_button)


IN: Mapping[str, Address] = _Incoming()

OUT: dict[str, Address] = {
    row.path: row
    for row in (
        Address("/sidecrate/welcome", "nonce, version, crate folder, boot id, folder for recordings", "answer to hello; a new boot id: send the context again"),
        Address("/sidecrate/accepted", "id, job, position in the queue", "it is stored and will be done"),
        Address("/sidecrate/progress", "id, job, 0..1, stage", "how far it is; a stage `waiting: ...` says for what"),
        Address("/sidecrate/done", "id, job, clip, path, JSON under 1 KB", "one for each clip"),
        Address("/sidecrate/finished", "id, job, clips published, clips failed", "the job has ended"),
        Address("/sidecrate/failed", "id, job, code, text", "the job has ended without a clip (code cancelled too)"),
        Address("/sidecrate/error", "address, code, text, id", "what was sent there was not taken"),
        Address("/sidecrate/told", "verb, what, JSON under 8 KB", "answer to keep, trash, cancel, audition, the pins, pair and allow"),
        Address("/sidecrate/report", "job, JSON under 8 KB", "answer to report"),
        Address("/sidecrate/session", "JSON", "on change, to those who said hello, and at the first hello"),
        Address("/sidecrate/text", "s", "to surfaces: how it goes, in one line"),
        Address("/sidecrate/bar", "f 0..1", "to surfaces: how far the newest job is"),
        Address("/sidecrate/light/<preset>", "f: 0 out, 0.25 queued, 0.5 working, 0.75 failed, 1 done", "to surfaces: of a preset that OSC or a pad asked for; `_` stands for what no address may hold. The first 16 presets by place too: /sidecrate/light/1"),
        Address("/sidecrate/name/<place>", "s", "to surfaces: the preset at this place in the config, from 1 to 16"),
        Address("/sidecrate/now/tempo", "f, 0 where nobody says one", "to surfaces: the project's"),
        Address("/sidecrate/now/key", "s", "to surfaces: the project's"),
        Address("/sidecrate/now/meter", "s", "to surfaces: the project's"),
    )
}  # fmt: skip
#: Prefixes of the sent addresses that end in a name or a number.
_OUR_FOLDERS = tuple(path.partition("<")[0] for path in OUT if "<" in path)


def is_ours(address: str) -> bool:
    """Whether the daemon itself sends to this address."""
    return address in OUT or address.startswith(_OUR_FOLDERS)
