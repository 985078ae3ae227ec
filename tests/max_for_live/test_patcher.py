"""The patcher, checked against what is known of Max's objects."""

import json
import re

import pytest

from max_for_live.build import HERE, SOURCES, patcher, script
from max_for_live.device import HEIGHT, KINDS, LIVE_KEY, NOTES_USES, TARGETS, USES, WIDTH

#: (inlets, outlets) of every object that the device may use; None: as many as its arguments say.
OBJECTS = {
    "live.thisdevice": (1, 3), "deferlow": (1, 1), "js": (1, 5), "udpsend": (1, 0), "udpreceive": (1, 1), "prepend": (1, 1), "t": None,
    "freebang": (1, 1), "route": None, "dspstate~": (1, 4), "plugin~": (2, 2), "plugout~": (2, 2), "buffer~": (1, 2),
    "phasor~": (2, 1), "selector~": (3, 1), "*~": (2, 1), "play~": (1, 3), "line~": (2, 2), "record~": None, "pipe": (2, 1),
    "message": (2, 1), "textedit": (1, 4), "live.text": (1, 2), "live.numbox": (1, 2), "live.menu": (1, 3),
    "live.comment": (1, 0), "slider": (1, 1),
}  # fmt: skip

BOXES = {entry["box"]["id"]: entry["box"] for entry in patcher()["patcher"]["boxes"]}
LINES = [line["patchline"] for line in patcher()["patcher"]["lines"]]
SHOWN = {id_: box for id_, box in BOXES.items() if box.get("presentation")}
SCRIPT = script().decode()


def word(box):
    return box["text"].split(" ")[0] if box["maxclass"] == "newobj" else box["maxclass"]


def test_every_object_is_known_and_has_its_inlets_and_outlets():
    for box in BOXES.values():
        assert word(box) in OBJECTS, box
        counts = OBJECTS[word(box)]
        arguments = box.get("text", "").split(" ")[1:]
        if word(box) == "route":
            counts = (len(arguments) + 1, len(arguments) + 1)
            counts = (2, 2) if len(arguments) == 1 else counts
        if word(box) == "t":
            counts = (1, len(arguments))
        if word(box) == "record~":
            counts = (int(arguments[1]) + 2, 1)
        assert (box["numinlets"], box["numoutlets"]) == counts, box
        assert len(box["outlettype"]) == box["numoutlets"]


def test_ids_are_unique_and_every_line_ends_at_a_box():
    assert len(BOXES) == len(patcher()["patcher"]["boxes"])
    for line in LINES:
        (source, outlet), (target, inlet) = line["source"], line["destination"]
        assert 0 <= outlet < BOXES[source]["numoutlets"], line
        assert 0 <= inlet < BOXES[target]["numinlets"], line
    assert len({json.dumps(line) for line in LINES}) == len(LINES)


def test_no_box_hangs_loose():
    joined = {end[0] for line in LINES for end in (line["source"], line["destination"])}
    alone = [box for id_, box in BOXES.items() if id_ not in joined]
    assert {word(box) for box in alone} <= {"live.comment"}


def test_sound_meets_sound_only():
    for line in LINES:
        source, target = BOXES[line["source"][0]], BOXES[line["destination"][0]]
        if source["outlettype"][line["source"][1]] == "signal":
            assert word(target).endswith("~") and word(target) != "buffer~", line


def test_the_face_fits_the_device_and_nothing_overlaps():
    rects = [(box["presentation_rect"], id_) for id_, box in SHOWN.items()]
    for (x, y, width, height), id_ in rects:
        assert all(isinstance(value, int) for value in (x, y, width, height)), id_
        assert x >= 0 and y >= 0 and x + width <= WIDTH and y + height <= HEIGHT, id_
    for n, ((x, y, width, height), one) in enumerate(rects):
        for (u, v, wide, high), other in rects[n + 1 :]:
            assert x + width <= u or u + wide <= x or y + height <= v or v + high <= y, (
                BOXES[one],
                BOXES[other],
            )


def test_parameters_have_names_of_their_own_and_are_listed():
    named = {
        id_: box["saved_attribute_attributes"]["valueof"]
        for id_, box in BOXES.items()
        if box.get("parameter_enable")
    }
    names = [values["parameter_longname"] for values in named.values()]
    assert len(set(names)) == len(names)
    listed = patcher()["patcher"]["parameters"]
    assert {id_ for id_ in listed if id_.startswith("obj-")} == set(named)
    for id_, values in named.items():
        assert BOXES[id_]["varname"] == values["parameter_longname"] == listed[id_][0]
        if values["parameter_type"] == 0:
            assert 0 <= values["parameter_mmin"] <= values["parameter_mmax"] <= 255
        if values["parameter_type"] == 2:
            assert values["parameter_mmax"] == len(values["parameter_enum"]) - 1


def test_what_is_clicked_is_a_parameter_and_what_only_shows_is_none():
    for box in SHOWN.values():
        clicked = word(box) in ("textedit", "live.text", "live.numbox", "live.menu")
        assert bool(box.get("parameter_enable")) == clicked, box
        if word(box) == "textedit":
            values = box["saved_attribute_attributes"]["valueof"]
            assert (
                box["outputmode"],
                box["nosymquotes"],
                box["keymode"],
                values["parameter_type"],
            ) == (1, 1, 1, 3)


def test_only_what_plays_a_part_in_a_performance_is_automated():
    for box in BOXES.values():
        if box.get("parameter_enable") and word(box) != "live.text":
            assert box["saved_attribute_attributes"]["valueof"]["parameter_invisible"] == 1


def test_names_that_the_whole_set_shares_are_this_device_s_own():
    for box in BOXES.values():
        if word(box) in ("buffer~", "play~", "record~"):
            assert box["text"].split(" ")[1].startswith("---"), box
    assert "---audition ---heard ---bars" in next(
        box["text"] for box in BOXES.values() if word(box) == "js"
    )


def test_every_message_to_the_script_has_a_handler():
    to_script = {line["source"][0] for line in LINES if word(BOXES[line["destination"][0]]) == "js"}
    handlers = set(
        re.findall(r"^function (\w+)\(", (HERE / "source" / "main.js").read_text(), re.M)
    )
    controls = re.search(r"var controls = \{(.*?)\};", SCRIPT, re.S)[1]
    buttons = re.search(r"var work = \{ (.*?) \}\[name\]", SCRIPT)[1] + " audition:"
    for id_ in to_script:
        words = BOXES[id_]["text"].split(" ")
        if words[0] == "prepend":
            assert words[1] in handlers
            if words[1] == "control":
                assert f"{words[2]}:" in controls
            if words[1] == "press":
                assert f"{words[2]}:" in buttons
        else:
            assert words[0] == "deferlow" or words[0] in handlers
    assert {"bang", "loaded", "osc"} <= handlers


@pytest.mark.parametrize("button", ["generate", "useclip", "listen"])
def test_the_boxes_are_read_before_the_button_is_told(button):
    """t speaks from right to left."""
    (order,) = [id_ for id_, box in BOXES.items() if box.get("text") == f"prepend press {button}"]
    (trigger,) = [line["source"][0] for line in LINES if line["destination"][0] == order]
    assert BOXES[trigger]["text"] == "t a b b"
    reached = {
        line["source"][1]: BOXES[line["destination"][0]]
        for line in LINES
        if line["source"][0] == trigger
    }
    assert {reached[1]["varname"], reached[2]["varname"]} == {"Prompt", "Engine"}


@pytest.mark.parametrize("outlet", ["TO_SCREEN", "TO_AUDITION", "TO_LISTEN"])
def test_every_word_from_the_script_is_routed(outlet):
    number = int(re.search(rf"var {outlet} = (\d);", SCRIPT)[1])
    said = set(re.findall(rf'outlet\({outlet}, "(\w+)"', SCRIPT))
    (route,) = [
        BOXES[line["destination"][0]] for line in LINES
        if word(BOXES[line["source"][0]]) == "js" and line["source"][1] == number
    ]  # fmt: skip
    assert said == set(route["text"].split(" ")[1:])


def test_menus_and_script_count_alike():
    for name, choices in (
        ("KINDS", KINDS),
        ("TARGETS", TARGETS),
        ("LIVE_KEY", LIVE_KEY),
        ("USES", USES),
        ("NOTES_USES", NOTES_USES),
    ):
        assert len(re.search(rf"var {name} = \[(.*?)\]", SCRIPT)[1].split(",")) == len(choices)


def test_max_finds_what_it_needs_to_open_a_device():
    top = patcher()["patcher"]
    assert top["openinpresentation"] == 1 and top["openrect"] == [0, 0, WIDTH, HEIGHT]
    assert top["project"]["amxdtype"] == int.from_bytes(b"aaaa", "big")
    assert top["dependency_cache"] == [{"name": "Sidecrate.js", "type": "TEXT", "implicit": 1}]
    for line in ("plugin~", "plugout~"):
        assert any(word(box) == line for box in BOXES.values())


def test_the_script_is_written_for_the_javascript_of_max():
    code = re.sub(r"//.*|\"(\\.|[^\"\\])*\"|/(\\.|[^/\\\n ])+/(?=[.\[])", "0", SCRIPT)
    newer = r"=>|`|\b(let|const|class|import|export|async|await|yield)\b|\.\.\.|\bof\b|\*\*|\?\.|\?\?|\bsetTimeout\b|\brequire\b"
    assert not re.findall(newer, code)
    assert not re.findall(r",\s*[\]}]", code)
    assert all(ord(character) < 128 for character in SCRIPT)
    names = [
        name
        for source in SOURCES
        for name in re.findall(
            r"^(?:function|var) (\w+)", (HERE / "source" / source).read_text(), re.M
        )
    ]
    assert len(set(names)) == len(names), "the parts share one room"
