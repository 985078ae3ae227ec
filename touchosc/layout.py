"""The layout for TouchOSC as a table: every control, where it stands, what it sends and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

WIDTH, HEIGHT = 1024, 768
#: Where TouchOSC listens: its `Receive Port`. The layout names it, so that answers find it whatever port sends.
RECEIVE_PORT = 9000
PADS = 8

Colour = tuple[float, float, float, float]
_DARK: Final[Colour] = (0.16, 0.17, 0.19, 1.0)
_PAD: Final[Colour] = (0.24, 0.33, 0.46, 1.0)
_KEY: Final[Colour] = (0.34, 0.34, 0.38, 1.0)
_BRIGHT: Final[Colour] = (0.36, 0.72, 0.55, 1.0)


@dataclass(frozen=True)
class Live:
    """An argument that is the control's own value: `x` or `text`, scaled to a range."""

    value: str = "x"
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True)
class Message:
    """An OSC message. sends: `RISE` (a key goes down), `ANY` (each change), or empty: it is only received."""

    address: str
    arguments: tuple[str | int | Live, ...] = ()
    sends: str = ""


@dataclass(frozen=True)
class Control:
    """One control. kind: TouchOSC's own word. frame: x, y, width, height. text: what a label shows before it is told more."""

    name: str
    kind: str
    frame: tuple[int, int, int, int]
    messages: tuple[Message, ...] = ()
    colour: Colour = _DARK
    text: str = ""
    script: str = ""
    properties: dict[str, Any] = field(default_factory=dict)


#: A sign of life every five seconds, by which Sidecrate knows where to tell things.
ROOT_SCRIPT = f"""local told = -5000
function update()
  local now = getMillis()
  if now - told >= 5000 then
    told = now
    sendOSC('/sidecrate/surface', {RECEIVE_PORT})
  end
end
"""

#: The states of docs/protocol.md: out, queued, working, failed, done.
LIGHT_SCRIPT = """function onValueChanged(key)
  if key ~= 'x' then return end
  local x = self.values.x
  if x < 0.2 then self.color = Color(0.2, 0.2, 0.2, 1)
  elseif x < 0.4 then self.color = Color(0.9, 0.8, 0.2, 1)
  elseif x < 0.6 then self.color = Color(0.95, 0.55, 0.1, 1)
  elseif x < 0.9 then self.color = Color(0.9, 0.2, 0.2, 1)
  else self.color = Color(0.2, 0.8, 0.4, 1) end
end
"""


def controls() -> list[Control]:
    """All of it, what lies behind first."""
    return [
        *_head(),
        *(control for place in range(1, PADS + 1) for control in _pad(place)),
        *_actions(),
        *_settings(),
    ]


def _head() -> Iterator[Control]:
    yield _told(
        "text", (10, 10, 690, 50), "/sidecrate/text", "not connected yet", textSize=20, textAlignH=1
    )
    yield _told("tempo", (710, 10, 90, 50), "/sidecrate/now/tempo", "", textSize=20)
    yield _told("key", (805, 10, 80, 50), "/sidecrate/now/key", "", textSize=20)
    connect = Message("/sidecrate/surface", (RECEIVE_PORT,), "RISE")
    yield from _key("connect", (895, 10, 119, 50), connect)
    yield _shown("bar", (10, 66, 1004, 24), "/sidecrate/bar", _BRIGHT)


def _pad(place: int) -> Iterator[Control]:
    column, row = (place - 1) % 4, (place - 1) // 4
    x, y = 10 + 253 * column, 100 + 205 * row
    press = Message("/sidecrate/preset", (str(place),), "RISE")
    yield Control(f"pad{place}", "BUTTON", (x, y, 245, 165), (press,), _PAD)
    yield _told(
        f"name{place}",
        (x, y + 50, 245, 65),
        f"/sidecrate/name/{place}",
        "",
        textSize=24,
        background=False,
        outline=False,
    )
    yield _shown(
        f"light{place}", (x, y + 168, 245, 26), f"/sidecrate/light/{place}", _DARK, LIGHT_SCRIPT
    )


def _actions() -> Iterator[Control]:
    keys = (
        ("again", "/sidecrate/again", "last"), ("keep", "/sidecrate/keep", "last"), ("cancel", "/sidecrate/cancel", "all"),
        ("play", "/sidecrate/audition", "last"), ("previous", "/sidecrate/audition", "previous"),
        ("next", "/sidecrate/audition", "next"), ("stop", "/sidecrate/audition", "stop"),
    )  # fmt: skip
    for n, (name, address, what) in enumerate(keys):
        yield from _key(name, (10 + 144 * n, 515, 138, 90), Message(address, (what,), "RISE"))


def _settings() -> Iterator[Control]:
    """What holds for the requests that follow."""
    # an empty value: as many as the preset says
    for n, (bars, label) in enumerate(
        (("", "as preset"), (1, "1 bar"), (2, "2 bars"), (4, "4 bars"), (8, "8 bars"))
    ):
        yield from _key(
            f"bars{bars}",
            (10 + 75 * n, 620, 70, 138),
            Message("/sidecrate/set", ("bars", bars), "RISE"),
            label,
        )
    for n, name in enumerate(("energy", "density")):
        y = 620 + 72 * n
        setting = Message("/sidecrate/set", (name, Live()), "ANY")
        yield Control(
            name, "FADER", (490, y, 524, 66), (setting,), _KEY, properties={"orientation": 1}
        )
        yield _words(f"{name} label", (390, y, 95, 66), name)


def _key(
    name: str, frame: tuple[int, int, int, int], message: Message, label: str = ""
) -> Iterator[Control]:
    yield Control(name, "BUTTON", frame, (message,), _KEY)
    yield _words(f"{name} label", frame, label or name)


def _words(name: str, frame: tuple[int, int, int, int], text: str) -> Control:
    return Control(
        name,
        "LABEL",
        frame,
        text=text,
        properties={"textSize": 16, "background": False, "outline": False},
    )


def _told(
    name: str, frame: tuple[int, int, int, int], address: str, text: str, **properties: Any
) -> Control:
    return Control(
        name, "LABEL", frame, (Message(address, (Live("text"),)),), text=text, properties=properties
    )


def _shown(
    name: str, frame: tuple[int, int, int, int], address: str, colour: Colour, script: str = ""
) -> Control:
    """A bar that cannot be touched."""
    still = {"interactive": False, "orientation": 1, "grid": False, "cursor": False}
    return Control(
        name,
        "FADER",
        frame,
        (Message(address, (Live(),)),),
        colour,
        script=script,
        properties=still,
    )
