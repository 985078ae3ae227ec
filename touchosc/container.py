"""TouchOSC's file: a tree of nodes in XML, packed by zlib. Version 6, as its editor 1.5 writes it."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from touchosc.layout import Control, Live, Message

_VERSION = 6
_CONNECTIONS = "1" * 10
_HEAD = "<?xml version='1.0' encoding='UTF-8'?>"

_EVERY: dict[str, Any] = {
    "background": True, "cornerRadius": 1.0, "grabFocus": True, "interactive": True, "locked": False, "orientation": 0,
    "outline": True, "outlineStyle": 1, "pointerPriority": 0, "shape": 1, "visible": True,
}  # fmt: skip
#: What each kind of control has beside what every one has.
_BY_KIND: dict[str, dict[str, Any]] = {
    "GROUP": {"grabFocus": False, "interactive": False, "outlineStyle": 0},
    "BUTTON": {"buttonType": 0, "press": True, "release": True, "valuePosition": False},
    "LABEL": {
        "font": 0, "interactive": False, "textAlignH": 2, "textAlignV": 2, "textClip": True, "textColor": (1.0, 1.0, 1.0, 1.0),
        "textLength": 0, "textSize": 14,
    },
    "FADER": {
        "bar": True, "barDisplay": 0, "cursor": True, "cursorDisplay": 0, "grid": True, "gridColor": (0.0, 0.0, 0.0, 0.25),
        "gridSteps": 13, "response": 0, "responseFactor": 100,
    },
}  # fmt: skip
#: The value that each kind holds, and what it begins with.
_VALUES: dict[str, tuple[str, str]] = {
    "BUTTON": ("x", "0"),
    "FADER": ("x", "0"),
    "LABEL": ("text", ""),
}


def pack(xml: str) -> bytes:
    """The file that holds this text."""
    return zlib.compress(xml.encode("utf-8"), 9)


def unpack(data: bytes) -> str:
    """The text of a file. zlib.error when it is none."""
    return zlib.decompress(data).decode("utf-8")


def document(size: tuple[int, int], script: str, controls: Iterable[Control]) -> str:
    """The whole layout as XML. script: of the document itself."""
    root = Control(
        "sidecrate", "GROUP", (0, 0, *size), script=script, colour=(0.08, 0.08, 0.09, 1.0)
    )
    inside = "".join(_node(control) for control in controls)
    return (
        f"{_HEAD}<lexml version='{_VERSION}'>{_node(root, '<includes></includes>', inside)}</lexml>"
    )


def _node(control: Control, head: str = "", inside: str = "") -> str:
    # the same name gives the same ID, so that a new build is the same file
    id_ = uuid.uuid5(uuid.NAMESPACE_URL, f"sidecrate/touchosc/{control.name}")
    messages = "".join(_osc(message) for message in control.messages)
    return (
        f"<node ID='{id_}' type='{control.kind}'>{head}<properties>{_properties(control)}</properties>"
        f"<values>{_values(control)}</values>"
        + (f"<messages>{messages}</messages>" if messages else "")
        + (f"<children>{inside}</children>" if inside else "")
        + "</node>"
    )


def _properties(control: Control) -> str:
    all_of_them: dict[str, Any] = {
        **_EVERY, **_BY_KIND[control.kind], "color": control.colour, "frame": control.frame, "name": control.name,
        **({"script": control.script} if control.script else {}), **control.properties,
    }  # fmt: skip
    return "".join(_property(name, all_of_them[name]) for name in sorted(all_of_them))


def _property(name: str, value: Any) -> str:
    match value:
        case bool():
            kind, text = "b", str(int(value))
        case int():
            kind, text = "i", str(value)
        case float():
            kind, text = "f", f"{value:g}"
        case str():
            kind, text = "s", _raw(value)
        case (x, y, width, height) if name == "frame":
            kind, text = "r", _fields({"x": x, "y": y, "w": width, "h": height})
        case (red, green, blue, alpha):
            kind, text = "c", _fields({"r": red, "g": green, "b": blue, "a": alpha})
        case _:
            raise TypeError(f"{name}: {value!r} is no property of TouchOSC's")
    return f"<property type='{kind}'><key>{_raw(name)}</key><value>{text}</value></property>"


def _values(control: Control) -> str:
    held = [_VALUES[control.kind]] if control.kind in _VALUES else []
    rows = [(key, control.text if key == "text" else begin) for key, begin in held] + [
        ("touch", "false")
    ]
    return "".join(
        f"<value><key>{_raw(key)}</key><locked>0</locked><lockedDefaultCurrent>0</lockedDefaultCurrent>"
        f"<default>{_raw(begin)}</default><defaultPull>0</defaultPull></value>"
        for key, begin in rows
    )


def _osc(message: Message) -> str:
    sends = bool(message.sends)
    switches = _fields(
        {"enabled": 1, "send": int(sends), "receive": int(not sends), "feedback": 0, "noDuplicates": 0,
         "connections": _CONNECTIONS}
    )  # fmt: skip
    trigger = f"<triggers><trigger><var>{_raw('x')}</var><condition>{message.sends}</condition></trigger></triggers>"
    path = _partial("CONSTANT", "STRING", message.address)
    arguments = "".join(map(_argument, message.arguments))
    return f"<osc>{switches}{trigger if sends else ''}<path>{path}</path><arguments>{arguments}</arguments></osc>"


def _argument(argument: str | int | Live) -> str:
    if isinstance(argument, Live):
        conversion = "STRING" if argument.value == "text" else "FLOAT"
        return _partial("VALUE", conversion, argument.value, argument.low, argument.high)
    return _partial("CONSTANT", "INTEGER" if isinstance(argument, int) else "STRING", str(argument))


def _partial(kind: str, conversion: str, value: str, low: float = 0.0, high: float = 1.0) -> str:
    ends = _fields({"scaleMin": f"{low:g}", "scaleMax": f"{high:g}"})
    return f"<partial><type>{kind}</type><conversion>{conversion}</conversion><value>{_raw(value)}</value>{ends}</partial>"


def _fields(values: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{value:g}</{name}>" if isinstance(value, float) else f"<{name}>{value}</{name}>"
        for name, value in values.items()
    )


def _raw(text: str) -> str:
    """Text that stands as it is; what would end it is parted."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
