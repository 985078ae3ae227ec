"""The page as an instrument, in a real browser: pads, a batch, the map, cards, a mixer that acts at once."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bridge.music import Meter, loop_frames
from tests.conftest import skip_or_fail
from tests.end_to_end.test_page import AXE, faults
from tests.helpers.daemon_process import wait_until
from tests.helpers.page import opened
from tests.helpers.web_house import WebHouse

BPM = 160
PROMPTS = ("house drums", "breakbeat drums", "sub bass", "acid bass", "soul chords", "pad chords", "flute melody", "lead melody")  # fmt: skip


@pytest.fixture(scope="module")
def eight(house: WebHouse) -> list[str]:
    """Eight loops of a bar in one tempo and key."""
    orders = [{"prompt": prompt, "kind": "loop", "bpm": BPM, "key": "Am", "bars": 1} for prompt in PROMPTS]  # fmt: skip
    jobs = [
        house.api.post("/requests", json=order).raise_for_status().json()["job"] for order in orders
    ]
    return [str(house.done(job)["id"]) for job in jobs]


def sound(house: WebHouse, clip: str) -> np.ndarray:
    audio, rate = soundfile.read(house.api.get(f"/clips/{clip}").json()["path"], always_2d=True)
    assert rate == 44100
    return np.asarray(np.repeat(audio, 2, axis=1) if audio.shape[1] == 1 else audio)


def test_eight_pads_are_played_and_the_recording_is_their_sum(
    browser: Any, house: WebHouse, eight: list[str]
) -> None:
    house.api.put("/pads", json={"cells": {}}).raise_for_status()
    page = opened(browser, house, viewport={"width": 1280, "height": 1000})
    page.get_by_role("button", name="Pads", exact=True).click()
    # the pads push the rows aside: a row that is taken hold of before would not come along
    page.locator("[data-cell='0-0']").wait_for()
    # one by mouse, one by a key of the library, one by a key of the pads; the rest as they lay before
    page.locator(f"[data-clip='{eight[0]}']").drag_to(page.locator("[data-cell='0-0']"))
    page.locator("[data-cell='0-0'][data-ready=true]").wait_for()
    page.locator(f"[data-clip='{eight[2]}']").focus()
    page.keyboard.press("a")
    page.locator("[data-cell='0-1'][data-ready=true]").wait_for()
    page.locator("[data-cell='0-1']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="A clip for this pad").fill("breakbeat")
    page.locator("#pad-clips li").first.wait_for()
    page.wait_for_function("document.querySelectorAll('#pad-clips li').length == 1")
    page.keyboard.press("Enter")
    page.locator("[data-cell='0-2'][data-ready=true]").wait_for()
    kept = house.api.get("/pads").json()["clips"]
    assert {cell: clip["id"] for cell, clip in kept.items()} == {
        "0-0": eight[0],
        "0-1": eight[2],
        "0-2": eight[1],
    }
    cells = {f"0-{column}": clip for column, clip in enumerate(eight)}
    house.api.put("/pads", json={"cells": cells}).raise_for_status()
    page.reload()
    page.get_by_role("button", name="Pads", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.pad[data-ready=true]').length == 8")
    page.locator("[data-cell='0-0']").focus()
    page.keyboard.press("r")
    page.get_by_role("button", name="Waits for the first pad").wait_for()
    page.keyboard.press("1")
    page.wait_for_function("document.querySelectorAll('.pad[data-state=plays]').length == 8")
    page.wait_for_function("sidecratePads.position() > 1.2")
    page.keyboard.press("r")
    page.get_by_role("button", name=re.compile("^Open pads")).wait_for()
    page.keyboard.press("Escape")
    page.locator(".pad[data-state]").first.wait_for(state="detached")
    made = house.api.get("/clips", params={"engine": "pads"}).json()["clips"][0]
    record = house.api.get(f"/clips/{made['id']}").json()["record"]
    have = sound(house, made["id"])
    assert len(have) == loop_frames(record["bars"], Meter.parse("4/4"), BPM, 44100)
    assert [play["start"] for play in record["performance"]["plays"]] == [0] * 8
    total = sum(np.tile(sound(house, clip), (record["bars"], 1)) for clip in eight)
    want = total * 10 ** (record["report"]["did"]["gain_db"] / 20)
    assert np.abs(have - want).max() < 2**-15, "a step of 16 bits"
    assert len(record["stems"]) == 4
    stems = [soundfile.read(stem, always_2d=True)[0] for stem in record["stems"]]
    assert np.abs(sum(stems) - have).max() < 2**-15


def test_midi_notes_and_a_touch_play_the_pads(
    browser: Any, house: WebHouse, eight: list[str]
) -> None:
    house.api.put("/pads", json={"cells": {"7-0": eight[0], "0-7": eight[1]}, "bpm": 170}).raise_for_status()  # fmt: skip
    page = opened(browser, house, has_touch=True)
    page.evaluate(
        """() => {
        const input = {name: "Keys", onmidimessage: null};
        window.strike = (note) => input.onmidimessage({data: [0x90, note, 100]});
        navigator.requestMIDIAccess = async () => ({inputs: new Map([["1", input]]), outputs: new Map()});
    }"""
    )
    page.get_by_role("button", name="Pads", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.pad[data-ready=true]').length == 2")
    page.get_by_role("button", name="MIDI", exact=True).click()
    page.get_by_text("Keys plays the pads").wait_for()
    page.evaluate("strike(36)")
    page.locator("[data-cell='7-0'][data-state=plays]").wait_for()
    page.locator("[data-cell='0-7']").tap()
    page.locator("[data-cell='0-7'][data-state=plays]").wait_for()
    starts = page.evaluate("sidecratePads.voices.map((voice) => [voice.start, voice.starts[0]])")
    # at 170 bpm, the pads' own: each begins on a whole frame of the first one's clock
    (first, zero), (bar, time) = starts
    rate = page.evaluate("sidecratePads.context.sampleRate")
    assert abs((time - zero) * rate - round((bar - first) * 4 * 60 / 170 * rate)) < 0.01
    page.get_by_role("button", name="Close the pads").click()


def looked_at(page: Any, view: str) -> None:
    """No serious fault, and nothing over the edge, on a desk in light and a phone in dark."""
    if not AXE.exists():
        skip_or_fail("axe-core is not installed; `make page` brings it")
    if page.evaluate("typeof axe") == "undefined":
        page.add_script_tag(path=str(AXE))
    before = page.viewport_size
    folder = os.environ.get("SIDECRATE_SCREENSHOTS")
    for width, scheme in ((1280, "light"), (768, "dark"), (390, "dark")):
        if width == 768 and not folder:
            continue
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (view, width)
        if folder:
            page.wait_for_timeout(700)
            page.screenshot(path=f"{folder}/{view}_{width}_{scheme}.png")
        # colours that still change are none of either scheme
        page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
        if width != 768:
            assert faults(page) == [], (view, width)
    page.set_viewport_size(before)


def test_clips_are_heard_and_lassoed_on_the_map_and_walked_by_keys(
    browser: Any, house: WebHouse, eight: list[str]
) -> None:
    page = opened(browser, house)
    page.get_by_role("button", name="Map", exact=True).click()
    plane = page.get_by_role("img", name=re.compile("^Map of"))
    plane.wait_for()
    found = house.api.get("/map").json()
    wait_until(lambda: f"Map of {len(found['points'])} " in str(plane.get_attribute("aria-label")), 20, "the points")  # fmt: skip
    box = plane.bounding_box()
    point = next(one for one in found["points"] if one["id"] == eight[0])
    at = (box["x"] + point["x"] * box["width"], box["y"] + point["y"] * box["height"])
    page.mouse.move(at[0] - 40, at[1] - 40)
    page.mouse.move(*at)
    page.wait_for_function("window.sidecrateLevel() > 0.01")
    corners = [(0.004, 0.004), (0.996, 0.004), (0.996, 0.996), (0.004, 0.996)]
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    for x, y in corners:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    page.mouse.up()
    page.get_by_role("region", name="What is selected").get_by_text(f"{len(found['points'])} clips selected").wait_for()  # fmt: skip
    looked_at(page, "map")
    plane.focus()
    page.keyboard.press("Escape")
    page.get_by_role("region", name="What is selected").wait_for(state="detached")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("^Edit ")).wait_for()
    again = house.api.get("/map", params={"kind": "loop"}).json()["points"]
    places = {one["id"]: (one["x"], one["y"]) for one in found["points"]}
    assert again and all(places[one["id"]] == (one["x"], one["y"]) for one in again if one["id"] in places)  # fmt: skip


def test_cards_are_walked_by_keys_and_the_mixer_acts_at_once(browser: Any, house: WebHouse) -> None:
    mixed = house.make(prompt="lo-fi beat with bass and chords", bpm=BPM, key="Am", bars=2)
    page = opened(browser, house)
    page.get_by_role("button", name="Cards").click()
    page.locator(".card[data-clip]").nth(4).wait_for()
    page.locator(".card[data-clip]").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.parentElement.dataset.index == '1'")
    looked_at(page, "cards")
    page.locator(f"[data-clip='{mixed}']").focus()
    page.keyboard.press("Space")
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    page.keyboard.press("Enter")
    drums = page.get_by_label("Level of drums")
    drums.focus()
    page.get_by_text("You hear each move at once").wait_for(timeout=60_000)
    page.wait_for_function("sidecrateMix.level('drums') > 0.05")
    page.keyboard.press("Home")
    page.wait_for_function("sidecrateMix.lines.get('drums').gain.gain.value < 0.07")
    assert house.api.get(f"/clips/{mixed}").json()["steps"] == [], "nothing is rendered yet"
    page.keyboard.press("Enter")
    page.locator(".steps li", has_text="level").wait_for()
    page.get_by_label("Side of bass").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.locator(".steps li", has_text="pan").wait_for()
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    steps = [{k: v for k, v in one.items() if k != "id"} for one in house.api.get(f"/clips/{mixed}").json()["steps"]]  # fmt: skip
    assert steps == [{"do": "level", "stem": "drums", "db": -24}, {"do": "pan", "stem": "bass", "to": -1}]  # fmt: skip
    # what was heard is what is rendered
    got = house.api.get(f"/clips/{mixed}/audio", params={"version": "edited"}).content
    (house.home / "edited.wav").write_bytes(got)
    have = soundfile.read(house.home / "edited.wav", always_2d=True)[0]
    parts: dict[str, np.ndarray] = {}
    for name in house.api.get(f"/clips/{mixed}/stems").json():
        (house.home / "part.wav").write_bytes(house.api.get(f"/clips/{mixed}/stems/{name}").content)
        parts[name] = soundfile.read(house.home / "part.wav", always_2d=True)[0]
    parts["drums"] = parts["drums"] * 10 ** (-24 / 20)
    parts["bass"] = np.stack([parts["bass"].sum(axis=1), 0 * parts["bass"][:, 0]], axis=1)
    want = sum(parts.values())
    down = np.abs(have).max() / np.abs(want).max()
    assert down <= 1.001 and np.abs(have - want * down).max() < 1e-3


def test_the_pads_look_right(browser: Any, house: WebHouse, eight: list[str]) -> None:
    house.api.put("/pads", json={"cells": {f"{n % 3}-{n}": clip for n, clip in enumerate(eight)}})
    page = opened(browser, house)
    page.get_by_role("button", name="Pads", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.pad[data-ready=true]').length == 8")
    looked_at(page, "pads")


def test_play_routes_refuse_what_cannot_be(house: WebHouse, eight: list[str]) -> None:
    def refused(answer: Any, code: int, words: str) -> None:
        assert answer.status_code == code and words in answer.json()["text"], answer.text

    play = {"clip": eight[0], "start": 0, "end": 1}
    post = house.api.post
    refused(post("/performances", json={"bpm": 20, "bars": 1, "plays": [play]}), 400, "bpm takes 40 to 300")  # fmt: skip
    refused(post("/performances", json={"bpm": 90, "bars": 1, "plays": [{**play, "clip": "nobody"}]}), 404, "no clip")  # fmt: skip
    refused(post("/performances", json={"bpm": 300, "bars": 1, "plays": [{**play, "clip": eight[0], "end": 4}]}), 400, "end takes 0 to 1")  # fmt: skip
    refused(house.api.get(f"/clips/{eight[0]}/stems/tuba"), 404, "it has")
    assert house.api.put("/pads", json={"cells": {"9-9": eight[0]}}).status_code in (400, 422)
    family = house.api.get(f"/clips/{eight[0]}/family").json()
    assert {name: type(value) for name, value in family.items()} == {"of": list, "made": list, "same": list}  # fmt: skip


def test_a_performance_from_a_file(house: WebHouse, eight: list[str], tmp_path: Path) -> None:
    (tmp_path / "jam.json").write_text(
        f'{{"bpm": 80, "bars": 2, "plays": [{{"clip": "{eight[0]}", "start": 0, "end": 2}}]}}'
    )
    ran = house.command("perform", str(tmp_path / "jam.json"))
    assert ran.returncode == 0, ran.stderr
    audio, rate = soundfile.read(ran.stdout.splitlines()[0])
    assert len(audio) == loop_frames(2, Meter.parse("4/4"), 80, rate)
    (tmp_path / "bad.json").write_text('{"bpm": 80, "bars": 2, "plays": []}')
    bad = house.command("perform", str(tmp_path / "bad.json"))
    assert bad.returncode == 2 and "at least one clip" in bad.stderr


def test_the_player_counts_an_edit_in_its_own_tempo_and_bars(browser: Any, house: WebHouse) -> None:
    clip = house.make(prompt="deep house", bars=4, bpm=120, seed=3)
    step = {"step": {"do": "tempo", "bpm": 96}}
    house.api.post(f"/clips/{clip}/edits", json=step).raise_for_status()
    page = opened(browser, house, viewport={"width": 1440, "height": 900})
    page.locator(f"[data-clip='{clip}']").click()
    player = page.get_by_role("contentinfo", name="Player")
    for version, bpm, length in (("B edited", "96", "0:10.0"), ("A original", "120", "0:08.0")):
        player.get_by_role("button", name=version).click()
        player.get_by_text(f"{bpm} bpm").wait_for()
        player.get_by_text(length).wait_for()
        player.get_by_label("Bar and beat").wait_for()
        assert player.locator("line.bar").count() == 4
    page.context.close()
