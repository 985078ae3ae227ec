"""The page in a real browser over 100,000 clips: rows, searches, frames, and a click's sound.

`python -m benchmarks page`. Needs Chromium and Playwright. A search is timed in the page itself,
from a letter's event to the frame that shows its rows; a click, from its event to the first sample
over -40 dB on the way to the loudspeaker.
"""

from __future__ import annotations

import gzip
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.web import filled, served
from daemon.home.places import Places
from daemon.web.access import make_link_code
from daemon.web.built_files import BUILT

CLIPS = 100_000
#: Typed letter by letter.
_SEARCHES = ("piano", "dus pia", "techno")
#: Clips that are clicked, each for the first time and once more.
_CLICKS = 5
#: A word that none of the library's other clips has.
_ONLY = "sandpaper"
#: From an input event to the frame in which the list shows what it asks for. The number of clips
#: tells nothing: what "pi" finds, "pia" may find as well.
_TYPED = """async ([value]) => {
    const box = document.querySelector("#search");
    const busy = () => document.querySelector(".clips [aria-rowcount]").ariaBusy === "true";
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, value);
    const began = performance.now();
    box.dispatchEvent(new Event("input", {bubbles: true}));
    await Promise.resolve();
    if (!busy()) throw new Error(`"${value}" asked for nothing`);
    while (busy()) {
        if (performance.now() - began > 10000) throw new Error(`"${value}" had no answer in 10 s`);
        await new Promise(requestAnimationFrame);
    }
    return performance.now() - began;
}"""
#: Intervals between frames in ms while the list is turned by 180 px a frame, and the work in each.
_FRAMES = """async () => {
    const list = document.querySelector(".clips"), took = [];
    let last = await new Promise(requestAnimationFrame);
    for (let n = 0; n < 240; n++) {
        list.scrollBy(0, 180);
        const now = await new Promise(requestAnimationFrame);
        took.push(now - last);
        last = now;
    }
    return took;
}"""
_CLICK = """async (place) => {
    const button = document.querySelectorAll("[data-clip] .play")[place];
    const channel = new MessageChannel(), turn = () => new Promise((done) => {
        channel.port1.onmessage = done;
        channel.port2.postMessage(0);
    });
    const began = performance.now();
    button.click();
    while (sidecrateLevel() < 0.01) {
        if (performance.now() - began > 10000) throw new Error("no sound in 10 s");
        await turn();
    }
    const took = performance.now() - began;
    button.click();
    await new Promise((done) => setTimeout(done, 120));
    return took;
}"""


def looked_through(page: Any) -> None:
    """Print the latencies that a person at this page meets."""
    took = [
        page.evaluate(_TYPED, [words[:letters]])
        for words in _SEARCHES
        for letters in range(1, len(words) + 1)
    ]
    print(
        f"from a letter to its rows, {len(took)} letters:"
        f" p50 {statistics.median(took):.0f} ms, worst {max(took):.0f} ms"
    )
    page.evaluate(_TYPED, [""])
    began = time.perf_counter()
    page.get_by_role("button", name="Filters").click()
    page.wait_for_function(
        "[...document.querySelectorAll('#filters select')].some(one => one.options.length > 2)"
    )
    print(f"filters with counts {1000 * (time.perf_counter() - began):6.0f} ms")
    page.get_by_role("button", name="Filters").click()
    took = page.evaluate(_FRAMES)
    rows = page.locator("[data-row]").count()
    print(
        f"a frame while scrolling, {rows} rows drawn: p50 {statistics.median(took):.1f} ms,"
        f" p95 {statistics.quantiles(took, n=20)[18]:.1f} ms, worst {max(took):.1f} ms"
    )


def clicked(page: Any, api: httpx.Client) -> None:
    """Print how long a click waits for its sound."""
    page.get_by_label("Search").fill(_ONLY)
    page.wait_for_function(f"document.querySelectorAll('[data-clip]').length == {_CLICKS}")
    page.locator("[data-clip] .wave[data-drawn=true]").nth(_CLICKS - 1).wait_for()
    # the first sound of all waits for the sound card as well
    warm = page.evaluate(_CLICK, _CLICKS - 1)
    first = [page.evaluate(_CLICK, place) for place in range(_CLICKS - 1)]
    again = [page.evaluate(_CLICK, place) for place in range(_CLICKS - 1)]
    print(
        f"from a click to its sound: the first of the page {warm:.0f} ms; another loop of 10 s"
        f" {statistics.median(first):.0f} ms; one that was heard before"
        f" {statistics.median(again):.0f} ms"
    )


def weight() -> None:
    """Print the size of the scripts: all of them, and those of the first view."""
    scripts = {path.name: path.read_bytes() for path in (BUILT / "assets").glob("*.js")}
    sizes = {name: len(gzip.compress(text, 9)) for name, text in scripts.items()}
    index = (BUILT / "index.html").read_text()
    first = sum(size for name, size in sizes.items() if f'/{name}"' in index)
    print(
        f"script, packed: {sum(sizes.values()) / 1000:.0f} kB,"
        f" of which the first view takes {first / 1000:.0f} kB"
    )


def bench(count: int = CLIPS) -> None:
    from playwright.sync_api import sync_playwright

    weight()
    with tempfile.TemporaryDirectory(prefix="sidecrate-bench-") as folder:
        home = Path(folder)
        filled(home, count)
        with served(home) as (_, _, api), sync_playwright() as playwright:
            order = {"prompt": f"boom bap drums, {_ONLY}", "kind": "loop", "bpm": 96, "bars": 4}
            job = api.post("requests", json={**order, "count": _CLICKS}).raise_for_status().json()
            while api.get(f"jobs/{job['job']}").json()["state"] != "done":
                time.sleep(0.5)
            time.sleep(10)  # the first look through the crate
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
            )
            page = browser.new_context(
                bypass_csp=True, viewport={"width": 1440, "height": 900}
            ).new_page()
            page.set_default_timeout(30_000)
            address = str(api.base_url).removesuffix("/api/")
            for what in ("the first time", "once more"):
                began = time.perf_counter()
                page.goto(f"{address}/open?code={make_link_code(Places.find(home))}")
                page.locator("[data-row]").first.wait_for()
                took_ms = 1000 * (time.perf_counter() - began)
                print(f"{count:,} clips: link to first rows, {what}: {took_ms:.0f} ms")
            looked_through(page)
            clicked(page, api)
            browser.close()


if __name__ == "__main__":
    bench()
