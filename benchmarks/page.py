"""The page in a real browser over 100,000 clips: first rows, searches, filters, scrolling.

`python -m benchmarks page`. Needs Chromium and Playwright. Searches include the page's 120 ms
debounce.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.web import filled, served
from daemon.home.places import Places
from daemon.web.access import make_link_code

CLIPS = 100_000
#: Turns of the mouse wheel.
_TURNS = 60
_COUNT = "document.querySelector('h2#library span').innerText"
_FRAMES = """async () => {
    const took = [];
    let last = performance.now();
    for (let n = 0; n < 120; n++) {
        window.scrollBy(0, -120);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        took.push(now - last);
        last = now;
    }
    return took;
}"""


def looked_through(page: Any) -> None:
    """Print the latencies that a person at this page meets."""
    box = page.get_by_label("Search")
    for words in ("piano", "dus pia", "techno", ""):
        before = page.evaluate(_COUNT)
        began = time.perf_counter()
        box.fill(words)
        page.wait_for_function(f"before => {_COUNT} !== before", arg=before)
        took_ms = 1000 * (time.perf_counter() - began)
        print(f"search {words!r:10} {took_ms:6.0f} ms to the first of {page.evaluate(_COUNT)}")
    began = time.perf_counter()
    page.get_by_text("More filters").click()
    page.wait_for_function(
        "[...document.querySelectorAll('.library details select')]"
        ".some(one => one.options.length > 2)"
    )
    print(f"filters with counts {1000 * (time.perf_counter() - began):6.0f} ms")
    page.mouse.move(900, 700)
    began = time.perf_counter()
    for _ in range(_TURNS):
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(60)
    rows = page.locator("[data-row]").count()
    took_s = time.perf_counter() - began
    took = page.evaluate(_FRAMES)
    print(f"{rows} rows scrolled into being in {took_s:.1f} s")
    print(
        f"a frame while scrolling: p50 {statistics.median(took):.1f} ms,"
        f" p95 {statistics.quantiles(took, n=20)[18]:.1f} ms"
    )


def bench(count: int = CLIPS) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="sidecrate-bench-") as folder:
        home = Path(folder)
        filled(home, count)
        with served(home) as (_, _, api), sync_playwright() as playwright:
            time.sleep(20)  # the first look through the crate
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_context(
                bypass_csp=True, viewport={"width": 1440, "height": 900}
            ).new_page()
            page.set_default_timeout(30_000)
            began = time.perf_counter()
            address = str(api.base_url).removesuffix("/api/")
            page.goto(f"{address}/open?code={make_link_code(Places.find(home))}")
            page.locator("[data-row]").first.wait_for()
            print(
                f"{count:,} clips: link to first rows {1000 * (time.perf_counter() - began):.0f} ms"
            )
            looked_through(page)
            browser.close()


if __name__ == "__main__":
    bench()
