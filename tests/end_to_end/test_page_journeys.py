"""Seven journeys of a musician, each in Chromium and in Firefox, by mouse and by keys alone."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.helpers.daemon_process import wait_until
from tests.helpers.firefox import Firefox
from tests.helpers.hands import ChromiumHands, FirefoxHands, Hands
from tests.helpers.page import chromium, opened
from tests.helpers.web_house import WebHouse

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("by", ["mouse", "keys"])]
BPM = 160
#: Frames over which a clip that is cut is faded.
FADE = 256
PARTS = ("house drums", "techno drums", "sub bass", "acid bass", "soul chords", "pad chords", "flute melody", "lead melody")  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHouse]:
    """One of its own: how many clips a search or the tabulator meets is told by these alone."""
    made = WebHouse(tmp_path_factory.mktemp("journeys") / "home")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def eight(house: WebHouse) -> list[str]:
    """Eight loops of a bar in one tempo and key."""
    orders = [{"prompt": prompt, "kind": "loop", "bpm": BPM, "key": "Am", "bars": 1} for prompt in PARTS]  # fmt: skip
    jobs = [house.api.post("/requests", json=order).json()["job"] for order in orders]
    return [str(house.done(job)["id"]) for job in jobs]


@pytest.fixture(scope="module")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("firefox")
    download = {"browser.download.dir": str(folder), "browser.download.folderList": 2}
    firefox = Firefox(folder / "profile", **{"intl.accept_languages": "en", **download})  # fmt: skip
    with chromium() as browser:
        yield {"firefox": firefox, "chromium": browser}
    firefox.close()


@pytest.fixture(params=["chromium", "firefox"])
def hands(
    request: pytest.FixtureRequest, drivers: dict[str, Any], house: WebHouse
) -> Iterator[Hands]:
    """The page, opened anew."""
    driver = drivers[request.param]
    if request.param == "chromium":
        page = opened(driver, house, viewport={"width": 1366, "height": 860})
        yield ChromiumHands(page)
        page.context.close()
    else:
        sized(driver, 1366)
        driver.go(house.link())
        driver.run("localStorage.clear(); sessionStorage.clear()")
        driver.wait("document.querySelector('#library')")
        yield FirefoxHands(driver)
    house.api.put("/session", json={"bpm": 0, "key": ""})
    house.api.put("/preferences", json={"in_time": False})


def sounds(hands: Hands) -> None:
    """It is heard. Without a sound device Firefox plays nothing: there the player has the sound and plays."""
    if isinstance(hands, ChromiumHands):
        hands.wait("sidecrateLevel() > 0.01")
    else:
        hands.wait("document.querySelector('footer .play')?.innerText === '❚❚'")
        hands.wait(
            "performance.getEntriesByType('resource').some((one) => one.name.includes('/audio?'))"
        )


def sized(firefox: Firefox, width: int) -> None:
    firefox("WebDriver:SetWindowRect", width=width, height=860)


def needs_window(hands: Hands, by: str) -> None:
    """Skip where Enter on a button is lost: in Firefox without a screen, whose window is not always in front."""
    if isinstance(hands, FirefoxHands) and by == "keys":
        pytest.skip(
            "Firefox without a screen loses Enter on buttons while its window is not in front"
        )


def named(name: str) -> str:
    return f"[aria-label={json.dumps(name)}]"


def row_of(words: str) -> str:
    """The row that says so, as an expression."""
    return f"[...document.querySelectorAll('[data-clip]')].find((row) => row.innerText.includes({json.dumps(words)}))"  # fmt: skip


def asked(hands: Hands, by: str, words: str) -> str:
    """Ask for a clip, and wait for its row; the clip's id."""
    if by == "mouse":
        hands.click("textarea[name=prompt]")
    else:
        hands.press("n")
    hands.wait("document.activeElement.name === 'prompt'")
    hands.write(words)
    if by == "mouse":
        hands.click(".prompt .first")
    else:
        hands.press("Enter")
    hands.wait(row_of(words))
    return str(hands.run(f"{row_of(words)}.dataset.clip"))


def played(hands: Hands, by: str, clip: str) -> None:
    if by == "mouse":
        hands.click(f"[data-clip='{clip}'] .play")
    else:
        walk_to_clip(hands, clip)
        hands.press("Space")
    sounds(hands)


def walk_to_clip(hands: Hands, clip: str) -> None:
    """With the tabulator into the list, and with the arrows to the clip."""
    hands.wait(f"document.querySelector(\"[data-clip='{clip}']\")")
    hands.to("[data-row]")
    for _ in range(60):
        if hands.run(f"document.activeElement.dataset.clip === '{clip}'"):
            return
        at = hands.run("document.activeElement.closest('[data-index]').dataset.index")
        hands.press("ArrowDown")
        hands.wait(f"document.activeElement.closest('[data-index]')?.dataset.index !== '{at}'")
    raise AssertionError(f"the arrows do not lead to {clip}")


def opened_clip(hands: Hands, by: str, clip: str) -> None:
    if by == "mouse":
        hands.click(f"[data-clip='{clip}'] .about")
    else:
        walk_to_clip(hands, clip)
        hands.press("Enter")
    hands.wait("document.querySelector('[role=tab]')")


def tab(hands: Hands, by: str, name: str) -> None:
    its = "[...document.querySelectorAll('[role=tab]')].find((one) => one.innerText === '%s')"
    if by == "mouse":
        hands.click("#" + hands.run(f"({its % name}).id"))
    else:
        hands.to("[role=tab]")
        while not hands.run(f"({its % name}).getAttribute('aria-selected') === 'true'"):
            at = hands.run("document.activeElement.id")
            hands.press("ArrowRight")
            hands.wait(f"document.activeElement.id !== '{at}'")


def exported(hands: Hands, by: str) -> None:
    tab(hands, by, "Take it")
    hands.choose(by, named("Export MP3"))
    hands.wait("document.querySelector('.said').innerText.includes('Exported')")


def test_a_first_clip(hands: Hands, house: WebHouse, by: str) -> None:
    words = f"dusty drums {hands.__class__.__name__} {by}"
    clip = asked(hands, by, words)
    played(hands, by, clip)


def test_found_heard_in_my_key_and_taken_out(
    hands: Hands, house: WebHouse, eight: list[str], by: str
) -> None:
    house.api.put("/session", json={"bpm": 150, "key": "Cm"}).raise_for_status()
    hands.wait("document.querySelector('.in-time input:not(:disabled)')")
    if by == "mouse":
        hands.click("#search")
    else:
        hands.press("/")
    hands.wait("document.activeElement.id === 'search'")
    hands.write("soul chor")
    hands.wait("document.querySelectorAll('[data-clip]').length === 1")
    assert hands.run("document.querySelector('[data-clip] mark').innerText") == "soul"
    if by == "mouse":
        hands.click(".in-time input")
    else:
        hands.press("Control+k")
        hands.wait("document.querySelector('.palette[open]')")
        hands.write("hear all")
        hands.press("Enter")
    hands.wait("document.querySelector('.in-time input').checked")
    played(hands, by, eight[4])
    heard = "performance.getEntriesByType('resource').some((one) => /audio.*bpm=150.*key=Cm/.test(one.name))"
    hands.wait(heard)
    if by == "mouse":
        taken = hands.run(
            """(() => {
            const data = new DataTransfer(), row = document.querySelector("[data-clip]");
            row.dispatchEvent(new DragEvent("dragstart", {dataTransfer: data, bubbles: true}));
            return data.getData("DownloadURL") || data.getData("text/uri-list");
        })()"""
        )
        assert f"/api/clips/{eight[4]}/audio" in taken
    else:
        opened_clip(hands, by, eight[4])
        exported(hands, by)


def test_edited_compared_undone_and_exported(
    hands: Hands, house: WebHouse, eight: list[str], by: str
) -> None:
    needs_window(hands, by)
    clip = eight[2]
    opened_clip(hands, by, clip)
    if by == "mouse":
        hands.click("input[name=said]")
    else:
        hands.to("input[name=said]")
    hands.write("up two semitones")
    if by == "mouse":
        hands.click(".tab-body form .first")
    else:
        hands.press("Enter")
    hands.wait("document.querySelectorAll('.steps li').length === 1")
    for version in ("A original", "B edited"):
        place = "first" if version[0] == "A" else "last"
        hands.choose(by, f".ab button:{place}-child")
        hands.wait(f"document.querySelector('.ab button:{place}-child').ariaPressed === 'true'")
    if by == "mouse":
        hands.click("[title='Ctrl Z']")
    else:
        hands.to("[role=tab]")
        hands.press("Control+z")
    hands.wait("document.querySelectorAll('.steps li').length === 0")
    assert house.api.get(f"/clips/{clip}").json()["steps"] == []
    exported(hands, by)


def test_two_notes_are_mended_and_saved(
    hands: Hands, house: WebHouse, eight: list[str], by: str
) -> None:
    clip = eight[7]
    before = house.api.get(f"/clips/{clip}/notes").json()["parts"][0]["notes"]
    opened_clip(hands, by, clip)
    tab(hands, by, "Notes")
    hands.wait("document.querySelectorAll('rect.note').length > 2")
    if by == "mouse":
        # the first is taken away by the button, the one that is first then goes by the grid
        hands.click("rect.note")
        hands.choose(by, ".roll-tools button:nth-of-type(4)")
    else:
        hands.to("[role=application]")
        hands.press(".", "Delete")
    hands.wait("document.querySelector('.roll-room').innerText.includes('1 change')")
    if by == "mouse":
        hands.click("rect.note")
        hands.click("[role=application]")
    else:
        hands.press(".", "ArrowUp")
        hands.wait("document.querySelector('.roll-room').innerText.includes('2 changes')")
    hands.choose(by, ".roll-room .first")
    hands.wait("document.querySelector('.ab')")
    after = house.api.get(f"/clips/{clip}/notes").json()["parts"][0]["notes"]
    assert len(after) == len(before) - 1
    house.api.post(f"/clips/{clip}/undo").raise_for_status()


def test_eight_pads_are_recorded_as_their_sum(
    hands: Hands, house: WebHouse, eight: list[str], by: str
) -> None:
    if isinstance(hands, FirefoxHands):
        pytest.skip("Firefox keeps the pads' time by a sound device alone")
    cells = {f"0-{column}": clip for column, clip in enumerate(eight)}
    house.api.put("/pads", json={"cells": cells}).raise_for_status()
    before = {one["id"] for one in recordings(house)}
    hands.choose(by, ".views .apart")
    hands.wait("document.querySelectorAll('.pad[data-ready=true]').length === 8")
    if by == "mouse":
        hands.click(".pads .record")
        for column in range(8):
            hands.click(f"[data-cell='0-{column}']")
    else:
        hands.to("[data-cell]")
        hands.press("r", "1")
    hands.wait("document.querySelectorAll('.pad[data-state=plays]').length === 8")
    hands.wait("sidecratePads.position() > 2")
    if by == "mouse":
        hands.click(".pads .record")
    else:
        hands.press("r")
    made = wait_until(lambda: [one for one in recordings(house) if one["id"] not in before], 30, "the recording")  # fmt: skip
    hands.press("Escape")
    record = house.api.get(f"/clips/{made[0]['id']}").json()["record"]
    bar = round(4 * 60 / BPM * 44100)
    want = np.zeros((record["bars"] * bar, 2))
    for play in record["performance"]["plays"]:
        start, end = round(play["start"]), round(play["end"])
        want[start * bar : end * bar] += np.tile(sound(house, play["clip"]), (end - start, 1))
    assert len(record["performance"]["plays"]) == 8
    want *= 10 ** (record["report"]["did"].get("gain_db", 0) / 20)
    off = np.abs(sound(house, made[0]["id"]) - want)
    # a clip that did not begin with the round is faded out at its end
    assert off[:-FADE].max() < 2**-15, "a step of 16 bits"


def recordings(house: WebHouse) -> list[dict[str, Any]]:
    return list(house.api.get("/clips", params={"engine": "pads"}).json()["clips"])


def sound(house: WebHouse, clip: str) -> np.ndarray:
    content = house.api.get(f"/clips/{clip}/audio").content
    audio = soundfile.read(io.BytesIO(content), always_2d=True)[0]
    return np.asarray(np.repeat(audio, 2, axis=1) if audio.shape[1] == 1 else audio)


@pytest.fixture(scope="module")
def batch(house: WebHouse) -> str:
    order = {"prompt": "crash cymbal", "kind": "oneshot", "count": 20}
    job = house.api.post("/requests", json=order).json()["job"]
    house.done(job)
    return str(job)


def test_a_batch_of_twenty_is_sorted(hands: Hands, house: WebHouse, batch: str, by: str) -> None:
    hands.choose(by, named("Sort 20 of crash cymbal"))
    hands.wait("document.querySelectorAll('.batch-card[data-place]').length > 10")
    names = "[...document.querySelectorAll('.batch-card .about .quiet:first-child')].map((one) => one.innerText)"
    first, second = hands.run(names)[:2]
    if by == "mouse":
        hands.click("[data-place='0'] .play")
        sounds(hands)
        hands.click("[data-place='0'] .batch-stars button:nth-child(3)")
        hands.click("[data-place='0'] [title=keep]")
        hands.click("[data-place='1'] [title=bin]")
        hands.wait(
            "document.querySelector('.batch').innerText.includes('1 to keep, 1 for the bin')"
        )
        hands.click(".batch .bar .first")
    else:
        hands.wait("document.activeElement.dataset.place === '0'")
        hands.press("Space")
        sounds(hands)
        hands.press("4", "k")
        hands.wait("document.activeElement.dataset.place === '1'")
        hands.press("x")
        hands.wait(
            "document.querySelector('.batch').innerText.includes('1 to keep, 1 for the bin')"
        )
        hands.press("d")
    hands.wait("document.querySelector('.batch h2').innerText === 'What was kept'")
    assert house.api.get(f"/clips/{first}").json()["rating"] == (3 if by == "mouse" else 4)
    assert house.api.get(f"/clips/{second}").status_code == 404


def test_a_phone_asks_and_hears(hands: Hands, house: WebHouse, by: str) -> None:
    needs_window(hands, by)
    if isinstance(hands, FirefoxHands):
        sized(hands.firefox, 450)
    else:
        hands.page.set_viewport_size({"width": 390, "height": 844})
    words = f"soft pad {hands.__class__.__name__} {by}"
    if by == "mouse":
        hands.click(".places button:first-child")
        hands.click("textarea[name=prompt]")
    else:
        hands.press("n")
    hands.wait("document.activeElement.name === 'prompt'")
    hands.write(words)
    if by == "mouse":
        hands.click(".prompt .first")
        hands.click(".places button:nth-child(2)")
    else:
        hands.press("Enter")
        hands.to(".places button:nth-child(2)")
        hands.press("Enter")
    hands.wait(row_of(words))
    clip = str(hands.run(f"{row_of(words)}.dataset.clip"))
    played(hands, by, clip)
    hands.choose(by, ".unfold")
    hands.wait("document.querySelector('footer .wave')?.offsetHeight > 0")
    assert hands.run("document.documentElement.scrollWidth <= innerWidth")
