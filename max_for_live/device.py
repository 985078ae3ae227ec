"""The device as text: its boxes, their look, and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 400, 169
SCRIPT = "Sidecrate.js"

KINDS = ("loop", "one-shot", "MIDI", "effect", "track", "vocal")
TARGETS = ("selected slot", "free slot, this track", "arrangement", "folder only")
LIVE_KEY = ("if on", "always", "never")
USES = ("fit to the grid", "continue", "melody", "accompany", "style", "split")

NOTES_USES = ("go on", "vary", "groove", "drums to it", "play it", "fill bars")

Rect = tuple[int, int, int, int]


@dataclass(frozen=True)
class Box:
    """One box. `inlets` and `outlets` count; `shown` is its place in the device's face."""

    id: str
    maxclass: str = "newobj"
    text: str = ""
    inlets: int = 1
    outlets: int = 1
    shown: Rect | None = None
    more: dict[str, Any] = field(default_factory=dict)


def obj(id: str, text: str, inlets: int, outlets: int) -> Box:
    return Box(id, text=text, inlets=inlets, outlets=outlets)


def label(id: str, text: str, x: int, y: int, width: int) -> Box:
    return Box(
        id, "live.comment", text, 1, 0, (x, y, width, 12), {"textjustification": 0, "fontsize": 8.0}
    )


def parameter(
    name: str, type_: int, annotation: str, *, hidden: int = 0, **values: Any
) -> dict[str, Any]:
    """Attributes that make a box a parameter, stored with the Set; unless hidden, it can be
    automated.

    Its name is its varname too.
    """
    valueof = {
        "parameter_longname": name,
        "parameter_shortname": name,
        "parameter_type": type_,
        "parameter_invisible": hidden,
        "parameter_modmode": 0,
        "parameter_annotation_name": name,
        **values,
    }
    return {
        "varname": name,
        "parameter_enable": 1,
        "annotation": annotation,
        "annotation_name": name,
        "saved_attribute_attributes": {"valueof": valueof},
    }


_STORED = 1
_INT, _FLOAT, _ENUM, _BLOB = 0, 1, 2, 3


def button(id: str, text: str, help_: str, rect: Rect, *, toggle: bool = False) -> Box:
    more = parameter(text, _ENUM, help_, parameter_enum=["off", "on"], parameter_mmax=1)
    return Box(
        id,
        "live.text",
        text,
        1,
        2,
        rect,
        {**more, "texton": text, "mode": 1 if toggle else 0, "fontsize": 9.0},
    )


def menu(id: str, name: str, choices: tuple[str, ...], help_: str, rect: Rect) -> Box:
    more = parameter(
        name, _ENUM, help_, hidden=_STORED, parameter_enum=list(choices), parameter_mmax=len(choices) - 1,
        parameter_initial=[0], parameter_initial_enable=1,
    )  # fmt: skip
    return Box(id, "live.menu", "", 1, 3, rect, {**more, "fontsize": 9.0})


def number(id: str, name: str, low: int, high: int, start: int, help_: str, rect: Rect) -> Box:
    # Live's integers end at 255: larger ones are floats shown as whole numbers
    more = parameter(
        name, _INT if high < 256 else _FLOAT, help_, hidden=_STORED, parameter_mmin=float(low), parameter_mmax=float(high),
        parameter_initial=[start], parameter_initial_enable=1, parameter_unitstyle=0,
    )  # fmt: skip
    return Box(id, "live.numbox", "", 1, 2, rect, {**more, "fontsize": 9.0})


def words(id: str, name: str, start: str, help_: str, rect: Rect) -> Box:
    more = parameter(
        name, _BLOB, help_, hidden=_STORED, parameter_initial=[start], parameter_initial_enable=1
    )
    look = {
        "outputmode": 1,
        "nosymquotes": 1,
        "keymode": 1,
        "lines": 1,
        "wordwrap": 1,
        "fontsize": 10.0,
    }
    return Box(id, "textedit", start, 1, 4, rect, {**more, **look})


FACE = (
    words("prompt", "Prompt", "", "What you want to hear.", (4, 4, 282, 42)),
    button("generate", "Generate", "Make clips from the prompt.", (290, 4, 52, 20)),
    button("again", "Again", "The last once more, with another seed.", (346, 4, 50, 20)),
    button("cancel", "Cancel", "End what is being made.", (290, 26, 52, 20)),
    button("place", "Place", "Put the newest clip where Target says.", (346, 26, 50, 20)),
    label("kind-label", "Kind", 4, 50, 64),
    menu("kind", "Kind", KINDS, "What comes out.", (4, 62, 64, 16)),
    label("bars-label", "Bars", 74, 50, 34),
    number("bars", "Bars", 1, 64, 4, "Length in bars.", (74, 62, 34, 16)),
    label("count-label", "Count", 114, 50, 34),
    number("count", "Count", 1, 16, 1, "How many clips.", (114, 62, 34, 16)),
    label("engine-label", "Engine", 154, 50, 84),
    words("engine", "Engine", "auto", "Who makes it: auto, or an engine's name.", (154, 62, 84, 18)),
    label("target-label", "Target", 244, 50, 84),
    menu("target", "Target", TARGETS, "Where a finished clip goes.", (244, 62, 84, 16)),
    label("notesuse-label", "Notes are for", 332, 50, 64),
    menu("notesuse", "Notes Use", NOTES_USES, "What a MIDI clip's notes are used for.", (332, 62, 64, 16)),
    label("livekey-label", "Live's key", 4, 84, 64),
    menu("livekey", "Live Key", LIVE_KEY, "Use Live's key: if its scale is on, always or never.", (4, 96, 64, 16)),
    label("use-label", "Sound is for", 74, 84, 74),
    menu("use", "Use", USES, "What the clip or the listening is used for.", (74, 96, 74, 16)),
    button("useclip", "Use Clip", "Work from the selected clip: its sound, or its notes.", (154, 94, 52, 20)),
    button("listen", "Listen", "Record this track for some bars, then work from it.", (210, 94, 44, 20)),
    label("listenbars-label", "Bars", 258, 84, 34),
    number("listenbars", "Listen Bars", 1, 16, 4, "How many bars to listen.", (258, 96, 34, 16)),
    button("audition", "Audition", "Hear the newest clip through this track, on Live's beat.", (298, 94, 50, 20), toggle=True),
    label("port-label", "Port", 352, 84, 44),
    number("port", "Port", 1024, 65535, 9140, "Sidecrate's OSC port.", (352, 96, 44, 16)),
    Box("progress", "slider", "", 1, 1, (4, 120, 392, 8), {
        "orientation": 1, "size": 101.0, "ignoreclick": 1, "parameter_enable": 0, "knobshape": 5,
    }),
    Box("status", "live.comment", "Sidecrate", 1, 0, (4, 132, 392, 32), {"textjustification": 0, "fontsize": 10.0}),
)  # fmt: skip

#: Controls, each with the word by which the script receives it.
_CONTROLS = ("kind", "bars", "count", "target", "livekey", "use", "notesuse", "listenbars", "port")
_TEXTS = ("prompt", "engine")
_BUTTONS = ("again", "cancel", "place", "audition")
#: Buttons that use the boxes' text. It is fetched first, for a text typed without Return was not
#: sent yet.
_READING_BUTTONS = ("generate", "useclip", "listen")

_SCREEN = ("status", "progress")
_AUDITION = ("buffer", "length", "locked", "free", "select", "gain")
_LISTEN = ("bar", "size", "record", "write")

HIDDEN = (
    obj("device", "live.thisdevice", 1, 3),
    obj("started", "deferlow", 1, 1),
    obj("script", f"js {SCRIPT} ---audition ---heard ---bars", 1, 5),
    obj("send", "udpsend 127.0.0.1 9140 @maxpacketsize 65536", 1, 0),
    obj("receive", "udpreceive 9141 @maxpacketsize 65536", 1, 1),
    obj("osc-word", "prepend osc", 1, 1),
    obj("freed", "freebang", 1, 1),
    Box("bye", "message", "/sidecrate/bye", 2, 1),
    *(obj(f"{name}-word", f"prepend control {name}", 1, 1) for name in (*_TEXTS, *_CONTROLS)),
    *(obj(f"{name}-text", "route text", 2, 2) for name in _TEXTS),
    *(
        obj(f"{name}-word", f"prepend press {name}", 1, 1)
        for name in (*_BUTTONS, *_READING_BUTTONS)
    ),
    *(obj(f"{name}-later", "deferlow", 1, 1) for name in _READING_BUTTONS),
    *(obj(f"{name}-order", "t a b b", 1, 3) for name in _READING_BUTTONS),
    obj("screen", "route " + " ".join(_SCREEN), len(_SCREEN) + 1, len(_SCREEN) + 1),
    obj("status-set", "prepend set", 1, 1),
    obj("progress-set", "prepend set", 1, 1),
    obj("dsp", "dspstate~", 1, 4),
    obj("rate-word", "prepend rate", 1, 1),
    # the track's own sound passes through; the audition is added to it
    obj("in", "plugin~", 2, 2),
    obj("out", "plugout~", 2, 2),
    obj("audition-route", "route " + " ".join(_AUDITION), len(_AUDITION) + 1, len(_AUDITION) + 1),
    obj("audition-buffer", "buffer~ ---audition 1000 2", 1, 2),
    Box("loaded", "message", "loaded", 2, 1),
    obj("locked", "phasor~ @lock 1", 2, 1),
    obj("free", "phasor~ 1.", 2, 1),
    obj("which", "selector~ 2 2", 3, 1),
    obj("place-ms", "*~ 1000.", 2, 1),
    obj("player", "play~ ---audition 2", 1, 3),
    obj("gain", "line~ 0.", 2, 2),
    obj("left", "*~ 0.", 2, 1),
    obj("right", "*~ 0.", 2, 1),
    # the recorder: the sound and, in step to the frame, a ramp that counts Live's bars
    obj("listen-route", "route " + " ".join(_LISTEN), len(_LISTEN) + 1, len(_LISTEN) + 1),
    obj("size-word", "prepend size", 1, 1),
    obj("heard", "buffer~ ---heard 1000 2", 1, 2),
    obj("bars-heard", "buffer~ ---bars 1000 1", 1, 2),
    obj("bar", "phasor~ @lock 1", 2, 1),
    # through the scheduler, so that both start in the same vector of sound
    obj("record-now", "pipe 0", 2, 1),
    obj("record-sound", "record~ ---heard 2", 4, 1),
    obj("record-bars", "record~ ---bars 1", 3, 1),
)

LINES = (
    ("device", 0, "started", 0),
    ("started", 0, "script", 0),
    ("script", 0, "send", 0),
    ("script", 1, "receive", 0),
    ("receive", 0, "osc-word", 0),
    ("osc-word", 0, "script", 0),
    ("freed", 0, "bye", 0),
    ("bye", 0, "send", 0),
    *((name, 0, f"{name}-word", 0) for name in (*_CONTROLS, *_BUTTONS)),
    *((name, 0, f"{name}-text", 0) for name in _TEXTS),
    *((f"{name}-text", 0, f"{name}-word", 0) for name in _TEXTS),
    *((name, 0, f"{name}-later", 0) for name in _READING_BUTTONS),
    *((f"{name}-later", 0, f"{name}-order", 0) for name in _READING_BUTTONS),
    *((f"{name}-order", 2, "engine", 0) for name in _READING_BUTTONS),
    *((f"{name}-order", 1, "prompt", 0) for name in _READING_BUTTONS),
    *((f"{name}-order", 0, f"{name}-word", 0) for name in _READING_BUTTONS),
    *(
        (f"{name}-word", 0, "script", 0)
        for name in (*_TEXTS, *_CONTROLS, *_BUTTONS, *_READING_BUTTONS)
    ),
    ("script", 2, "screen", 0),
    ("screen", 0, "status-set", 0),
    ("status-set", 0, "status", 0),
    ("screen", 1, "progress-set", 0),
    ("progress-set", 0, "progress", 0),
    ("dsp", 1, "rate-word", 0),
    ("rate-word", 0, "script", 0),
    ("in", 0, "out", 0),
    ("in", 1, "out", 1),
    ("script", 3, "audition-route", 0),
    ("audition-route", 0, "audition-buffer", 0),
    ("audition-buffer", 1, "loaded", 0),
    ("loaded", 0, "script", 0),
    ("audition-route", 1, "place-ms", 1),
    ("audition-route", 2, "locked", 0),
    ("audition-route", 3, "free", 0),
    ("audition-route", 4, "which", 0),
    ("audition-route", 5, "gain", 0),
    ("locked", 0, "which", 1),
    ("free", 0, "which", 2),
    ("which", 0, "place-ms", 0),
    ("place-ms", 0, "player", 0),
    ("player", 0, "left", 0),
    ("player", 1, "right", 0),
    ("gain", 0, "left", 1),
    ("gain", 0, "right", 1),
    ("left", 0, "out", 0),
    ("right", 0, "out", 1),
    ("script", 4, "listen-route", 0),
    ("listen-route", 0, "bar", 0),
    ("listen-route", 1, "size-word", 0),
    ("size-word", 0, "heard", 0),
    ("size-word", 0, "bars-heard", 0),
    ("listen-route", 2, "record-now", 0),
    ("record-now", 0, "record-sound", 0),
    ("record-now", 0, "record-bars", 0),
    ("listen-route", 3, "heard", 0),
    ("in", 0, "record-sound", 0),
    ("in", 1, "record-sound", 1),
    ("bar", 0, "record-bars", 0),
)

BOXES = (*FACE, *HIDDEN)
