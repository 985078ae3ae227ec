"""The page in a real browser, as a newcomer meets it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from tests.conftest import skip_or_fail
from tests.helpers.daemon_process import wait_until
from tests.helpers.openai_server import KEY, OpenAiServer
from tests.helpers.page import opened, views_of
from tests.helpers.web_house import WebHouse

PAGE = Path(__file__).parents[2] / "daemon" / "web" / "page"
AXE = PAGE / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def loop(house: WebHouse) -> str:
    return house.make(prompt="warm soul chords and drums", bpm=90, key="Am", bars=1)


def test_without_the_link_the_page_says_how_to_open_it(browser: Any, house: WebHouse) -> None:
    page = browser.new_context().new_page()
    page.goto(house.base)
    page.get_by_text("sidecrate open --page").wait_for()


def test_the_page_shows_what_each_word_sets(browser: Any, house: WebHouse) -> None:
    before = house.api.get("/jobs").json()
    page = opened(browser, house)
    page.get_by_label("What should it be?").fill("dark techno with frogs at 132 bpm")
    page.get_by_label("Tempo", exact=True).fill("100")
    page.get_by_role("button", name="Show what each word sets").click()
    reading = page.get_by_role("region", name="How the prompt is read")
    reading.locator("mark.set", has_text="techno").wait_for()
    assert reading.locator("mark.unused").inner_text() == "frogs"
    assert reading.locator("mark.overruled").inner_text() == "at 132 bpm"
    assert reading.get_by_text("request says 100").count() == 1
    assert house.api.get("/jobs").json() == before, "nothing is made"
    page.get_by_label("What should it be?").fill("dark techno")
    reading.wait_for(state="detached")


def test_a_newcomer_asks_hears_edits_exports_and_shares(browser: Any, house: WebHouse) -> None:
    page = opened(browser, house, accept_downloads=True)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.get_by_label("What should it be?").fill("dusty boom bap drums and bass")
    page.get_by_label("Key", exact=True).fill("X minor")
    page.get_by_role("button", name="Make it").click()
    page.get_by_text("it takes a tonic and a mode").wait_for()
    assert page.get_by_role("alert").count() == 0, "what is refused is no lost connection"
    page.get_by_label("Key", exact=True).fill("")
    page.get_by_label("Tempo", exact=True).fill("200")
    page.get_by_label("Bars").fill("1")
    page.get_by_role("button", name="Make it").click()
    done = page.locator(".queue li[data-state=done]", has_text="dusty boom bap")
    done.wait_for()
    page.get_by_label("Search").fill("dusty boom")
    row = page.locator("[data-clip]", has_text="dusty boom bap drums and bass")
    row.wait_for()
    clip = row.get_attribute("data-clip")
    path = Path(house.api.get(f"/clips/{clip}").json()["path"])
    before = path.read_bytes()

    row.get_by_role("button", name=re.compile("^Play")).click()
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    page.wait_for_timeout(1500)  # longer than the loop's 1.2 s: it goes on
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    row.get_by_role("button", name=re.compile("^Stop")).click()

    row.click()
    steps = page.locator(".editor ol li")
    page.get_by_label("bpm", exact=True).fill("100")
    page.get_by_role("button", name="Add step").click()
    steps.filter(has_text="bpm 100").wait_for()
    page.get_by_role("button", name="Change tempo").click()
    form = page.get_by_role("form", name="Change tempo")
    form.get_by_label("bpm").fill("101")
    form.get_by_role("button", name="Save").click()
    steps.filter(has_text="bpm 101").wait_for()
    page.get_by_label("Say the change").fill("up two semitones")
    page.get_by_role("button", name="Change it").click()
    steps.nth(1).wait_for()
    page.get_by_role("button", name="Undo").click()
    steps.nth(1).wait_for(state="detached")
    page.get_by_role("button", name="mute drums").click()
    steps.filter(has_text="mute").wait_for()

    page.get_by_role("tab", name="Take it").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export MP3").click()
    assert download.value.suggested_filename.endswith(".mp3")
    assert Path(download.value.path()).stat().st_size > 5000

    page.get_by_role("button", name="Share a link").click()
    link = page.locator(".editor .link a")
    link.wait_for()
    address = str(link.get_attribute("href"))
    assert httpx.get(address).status_code == 200
    page.get_by_role("button", name="Revoke the link").click()
    link.wait_for(state="detached")
    assert httpx.get(address).status_code == 404
    assert path.read_bytes() == before
    assert faults == []


def test_the_library_is_used_by_keyboard_alone(browser: Any, house: WebHouse, loop: str) -> None:
    page = opened(browser, house)
    page.locator("[data-clip]").first.focus()
    page.keyboard.press("f")
    page.get_by_role("button", name=re.compile("^Favourite"), pressed=True).wait_for()
    page.keyboard.press("Space")
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("^Edit ")).wait_for()


def test_what_was_heard_wrong_is_put_right_by_keys_and_by_dragging_the_grid(
    browser: Any, house: WebHouse
) -> None:
    wrong = house.make(prompt="dub chords and drums", bpm=144, key="C", bars=2)
    page = opened(browser, house)
    page.locator(f"[data-clip='{wrong}']").click()
    page.get_by_role("tab", name="Heard").click()
    page.get_by_role("heading", name="What was heard").wait_for()
    page.keyboard.press("h")
    assert page.get_by_label("Right tempo").input_value() == "72"
    page.get_by_label("Right key").fill("Am")
    # in the middle of the clip
    page.get_by_label("First beat of the bar").click()
    page.get_by_role("button", name="Save what is right").click()
    page.get_by_text("Your word: 72 bpm, the one at").wait_for()
    now = house.api.get(f"/clips/{wrong}").json()
    assert (now["bpm"], now["key"], now["bars"]) == (72, "Am", 1)
    seconds = now["seconds"]
    assert now["record"]["corrected"]["downbeat_s"] == pytest.approx(seconds / 2, abs=seconds / 50)
    page.get_by_role("heading", name="What was heard").click()
    page.evaluate("performance.now = () => window.handsOn")
    for tap in range(6):
        page.evaluate(f"window.handsOn = {10_000 + 625 * tap}")
        page.keyboard.press("t")
    assert page.get_by_label("Right tempo").input_value() == "96.0"
    page.get_by_role("button", name="Forget what I said").click()
    page.get_by_text("Your word:").wait_for(state="detached")
    assert house.api.get(f"/clips/{wrong}").json()["bpm"] == 144


def test_nothing_stands_over_the_edge_and_axe_finds_no_fault(
    browser: Any, house: WebHouse, loop: str
) -> None:
    page = opened(browser, house)
    page.locator(".clips .wave[data-drawn=true]").first.wait_for()
    page.locator("[data-clip]").first.click()
    page.get_by_role("heading", name="Steps").wait_for()
    if not AXE.exists():
        skip_or_fail("axe-core is not installed; `make page` brings it")
    page.add_script_tag(path=str(AXE))
    # axe on all views of a desk and of a phone, each in another scheme; between them the edges
    for width, scheme in ((1440, "light"), (820, "dark"), (390, "dark")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        for view in views_of(page, width):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
            if width != 820:
                assert faults(page) == [], (view, width, scheme)


def faults(page: Any) -> list[Any]:
    """What axe finds, of any weight."""
    found = page.evaluate("axe.run()")["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def test_a_file_is_brought_in_collected_and_the_collection_shared(
    browser: Any, house: WebHouse, loop: str, tmp_path: Path
) -> None:
    page = opened(browser, house, accept_downloads=True)
    soundfile.write(tmp_path / "my beat_120bpm.wav", np.tile([0.5, *[0.0] * 22049], 4), 44100)
    page.get_by_label("Bring in a file").set_input_files(tmp_path / "my beat_120bpm.wav")
    row = page.locator("[data-clip]", has_text="my beat")
    row.click()
    page.get_by_role("tab", name="Marks").click()
    page.get_by_label("Put into").fill("Night set")
    page.get_by_role("button", name="Collect").click()
    page.get_by_role("button", name="Take out of Night set").wait_for()
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Collection", exact=True).select_option("Night set")
    page.get_by_role("status").filter(has_text=re.compile("^1 clip$")).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as a sample pack").click()
    assert download.value.suggested_filename == "night-set.zip"
    page.get_by_role("button", name="Share this collection").click()
    link = page.locator(".library .link a")
    link.wait_for()
    address = str(link.get_attribute("href"))
    shared = httpx.get(address)
    assert shared.status_code == 200 and "Night set" in shared.text and "my beat" in shared.text
    if AXE.exists():
        for scheme in ("light", "dark"):
            theirs = browser.new_context(
                bypass_csp=True, color_scheme=scheme, viewport={"width": 390, "height": 800}
            ).new_page()
            theirs.goto(address)
            theirs.add_script_tag(path=str(AXE))
            assert faults(theirs) == [], scheme
    page.get_by_role("button", name="Studio").click()
    page.get_by_text("Shared links (1)").click()
    page.get_by_role("button", name="Revoke Night set").click()
    page.get_by_text("None is open.").wait_for()
    assert httpx.get(address).status_code == 404


def test_two_people_have_a_page_each(browser: Any, house: WebHouse, loop: str) -> None:
    page = opened(browser, house)
    assert page.get_by_label("Password", exact=True).count() == 0, "one person alone sees no login"
    page.get_by_role("button", name="Studio").click()
    page.get_by_text("People", exact=True).click()
    page.get_by_label("New name").fill("Ana")
    page.get_by_label("Its password").fill("correct horse")
    page.get_by_role("button", name="Add profile").click()
    page.get_by_role("button", name="Close the studio").click()
    page.get_by_role("button", name="Log out").wait_for()
    theme = page.get_by_role("button", name=re.compile("^Theme"))
    theme.click()
    theme.click()
    page.get_by_role("button", name="Theme: dark").wait_for()
    favourite = page.locator(f"[data-clip='{loop}']").get_by_role(
        "button", name=re.compile("^Favourite")
    )
    favourite.click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Who is making music?").wait_for()
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("do not belong together").wait_for()
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()
    page.get_by_role("button", name="Theme: dark").wait_for()
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(15, 18, 23)", "the theme that Ana chose"
    assert house.command("profile", "remove", "Ana", "--yes").returncode == 0


def test_a_proposal_is_answered_on_the_page(browser: Any, tmp_path: Path) -> None:
    server = OpenAiServer(needs_key=True)
    asked = {
        "base_url": server.url,
        "model": "tiny",
        "price": [0, 0],
        "timeout_s": 20,
        "prompts": "ask",
    }
    house = WebHouse(tmp_path / "home", f"improve: {json.dumps(asked)}\n", OPENAI_API_KEY=KEY)
    try:
        page = opened(browser, house)
        rows = page.locator(".queue li")
        answers = {"head nodder": "Use it", "slow jam": "No, my own words"}
        page.get_by_label("Bars").fill("1")
        for prompt in answers:
            page.get_by_label("What should it be?").fill(prompt)
            page.get_by_role("button", name="Make it").click()
        for prompt, button in answers.items():
            row = rows.filter(has_text=prompt)
            row.get_by_text("vinyl crackle").wait_for()
            row.get_by_role("button", name=button).click()
        for prompt in answers:
            rows.and_(page.locator("[data-state=done]")).filter(has_text=prompt).wait_for()
        clips = {clip["prompt"]: clip for clip in house.api.get("/clips").json()["clips"]}
        assert clips["head nodder"]["bpm"] == 92 and clips["slow jam"]["bpm"] != 92
        job = house.api.get("/jobs").json()[0]["job"]
        late = house.api.post(f"/jobs/{job}/answer", json={"yes": True})
        assert late.status_code == 409 and "waits for no answer" in late.json()["text"]
    finally:
        house.stop()
        server.close()


def test_notes_alone_are_edited_and_alike_sounds_found(
    browser: Any, house: WebHouse, loop: str
) -> None:
    notes = house.make(prompt="piano chords", kind="midi", bars=1, bpm=120, key="Am")
    before = house.api.get("/clips", params={"kind": "midi"}).json()["total"]
    house.make(prompt="hat", kind="oneshot")
    page = opened(browser, house)
    page.locator(f"[data-clip='{notes}']").click()
    page.get_by_text("Notes alone: you hear").wait_for()
    page.get_by_role("button", name="Hear it as edited").click()
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    page.get_by_role("button", name="Stop it").click()
    page.get_by_label("Or add a step").select_option("quantise")
    page.get_by_role("button", name="Add step").click()
    page.locator(".editor ol li", has_text="quantise").wait_for()
    page.get_by_role("tab", name="Marks").click()
    page.get_by_label("Stars").first.select_option("4")
    page.get_by_role("tab", name="Take it").click()
    page.get_by_role("button", name="Into the crate as edited").click()
    page.get_by_text("as a clip of its own").wait_for()
    page.keyboard.press("Escape")
    # the row that it closes to has the focus a moment later
    page.wait_for_function(
        f"document.activeElement.closest('[data-clip]')?.dataset.clip === '{notes}'"
    )
    row = page.locator(f"[data-clip='{loop}']")
    row.focus()
    page.keyboard.press("s")
    page.get_by_role("button", name="Show all, not only").click()
    published = house.api.get("/clips", params={"kind": "midi"}).json()["clips"]
    assert {clip["id"] for clip in published if clip["rating"] == 4} >= {notes}
    assert len(published) == before + 1


def test_the_built_page_is_that_of_its_sources(tmp_path: Path) -> None:
    """What `make page` would build stands in the repository."""
    if not (PAGE / "node_modules" / "vite").exists() or shutil.which("npx") is None:
        skip_or_fail("the page's build tools are not installed; `make page` brings them")
    subprocess.run(
        ["npx", "vite", "build", "--outDir", str(tmp_path), "--emptyOutDir"],
        cwd=PAGE,
        check=True,
        capture_output=True,
    )
    built = PAGE.parent / "built"
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        assert path.read_bytes() == (built / path.relative_to(tmp_path)).read_bytes(), (
            f"{path.name}: run `make page`"
        )


def test_a_loop_is_taken_apart_and_its_parts_come_into_the_library(
    browser: Any, house: WebHouse, loop: str
) -> None:
    page = opened(browser, house)
    row = page.locator(f"[data-clip='{loop}']")
    row.wait_for()
    row.click()
    page.get_by_role("tab", name="More", exact=True).click()
    page.get_by_role("button", name="Take it apart").click()
    form = page.get_by_role("form", name=re.compile("take a sound apart"))
    form.get_by_label("parts").fill("drums, chords")
    form.get_by_role("button", name="Do it").click()

    def parts() -> list[dict[str, Any]]:
        clips = house.api.get("/clips").json()["clips"]
        return [clip for clip in clips if clip["engine"] == "split"]

    wait_until(lambda: len(parts()) == 2, 60, "the parts")
    assert {clip["bpm"] for clip in parts()} == {90}
    page.locator(f"[data-clip='{parts()[0]['id']}']").wait_for()


def test_the_notes_of_a_loop_are_seen_and_a_part_of_it_repeats(
    browser: Any, house: WebHouse, loop: str
) -> None:
    page = opened(browser, house)
    page.locator(f"[data-clip='{loop}']").click()
    page.get_by_role("tab", name="Notes").click()
    roll = page.get_by_role("application", name=re.compile("notes in 1 bars"))
    roll.wait_for()
    answer = house.api.get(f"/clips/{loop}/notes").json()
    assert roll.locator("rect.note").count() == len(answer["parts"][0]["notes"]) > 0
    assert answer["quarters_per_bar"] == 4
    page.get_by_role("button", name="Play what is in the player").click()
    page.wait_for_function("window.sidecrateLevel() > 0.02")
    strip = page.get_by_role("slider", name=re.compile("^Place in the clip"))
    strip.focus()
    page.keyboard.press("l")
    page.locator(".region").wait_for()
    page.keyboard.press("Escape")
    page.locator(".region").wait_for(state="detached")
    page.get_by_role("button", name="Pause").click()


def test_commands_are_found_by_their_letters(browser: Any, house: WebHouse, loop: str) -> None:
    page = opened(browser, house)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="What to do").fill("theme li")
    page.keyboard.press("Enter")
    page.wait_for_function("document.documentElement.dataset.theme == 'light'")
    page.keyboard.press("n")
    page.wait_for_function("document.activeElement.name == 'prompt'")
    page.keyboard.press("Escape")


def test_several_clips_are_marked_at_once(browser: Any, house: WebHouse, loop: str) -> None:
    page = opened(browser, house)
    rows = page.locator("[data-clip]")
    rows.first.wait_for()
    count = min(3, rows.count())
    rows.nth(0).get_by_role("checkbox").click()
    rows.nth(count - 1).get_by_role("checkbox").click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="What is selected")
    bar.get_by_text(re.compile(f"^{count} clips? selected")).wait_for()
    bar.get_by_label("Tag them").fill("tonight")
    bar.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_text(re.compile(f"{count} clips?: tagged")).wait_for()
    tagged = house.api.get("/clips", params={"tag": "tonight"}).json()["total"]
    assert tagged == count
