"""The page as an instrument, in a real browser: eight pads in time, a recording, a map of 10,000.

`python -m benchmarks pads`. Needs Chromium and Playwright. The pads' sound is taken from each
column's own way out, before the loudspeaker: eight clips that begin with a click, and the frames
between the clicks.
"""

from __future__ import annotations

import io
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.web import filled, served
from daemon.home.places import Places
from daemon.library.library import Library
from daemon.library.neighbourhood import places as lay_out
from daemon.library.sound_rows import sound_features
from daemon.web.access import make_link_code

#: Points of the map.
CLIPS = 10_000
BPM = 133.0
#: Counts frames on the audio thread, so that a busy page cannot lose any.
_EAR = """registerProcessor("ear", class extends AudioWorkletProcessor {
    quiet = Array(8).fill(1e9);
    process([input]) {
        input.forEach((part, place) => part.forEach((value, n) => {
            if (Math.abs(value) > 0.25) {
                if (this.quiet[place] > 4000) this.port.postMessage([place, currentFrame + n]);
                this.quiet[place] = 0;
            } else this.quiet[place]++;
        }));
        return true;
    }
});"""
#: The frames at which each column's clicks come, for some seconds: [column][click].
_TAKE = """async ([seconds, ear]) => {
    const {context, columns} = sidecratePads;
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([ear], {type: "text/javascript"})));
    const merged = new ChannelMergerNode(context, {numberOfInputs: 8}), took = Array.from({length: 8}, () => []);
    columns.forEach((column, place) => column.connect(merged, 0, place));
    const hears = new AudioWorkletNode(context, "ear", {numberOfOutputs: 0});
    hears.port.onmessage = ({data: [place, frame]}) => took[place].push(frame);
    merged.connect(hears);
    sidecratePads.scene(0);
    await new Promise((done) => setTimeout(done, seconds * 1000));
    return took;
}"""  # noqa: E501
_FRAMES = """async () => {
    const canvas = document.querySelector(".map-plane canvas + canvas"), box = canvas.getBoundingClientRect();
    const took = [];
    let last = performance.now();
    for (let n = 0; n < 90; n++) {
        canvas.dispatchEvent(new WheelEvent("wheel", {deltaY: n < 45 ? -40 : 40, clientX: box.x + 300, clientY: box.y + 200, cancelable: true}));
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        took.push(now - last);
        last = now;
    }
    return took;
}"""  # noqa: E501


def clicks(number: int) -> bytes:
    """A loop of one bar at BPM as WAV: a click on its one, another rate or length each second."""
    rate = 44100 if number % 2 else 48000
    bars = 1 + number % 2
    audio = np.zeros((round(bars * 4 * 60 / BPM * rate), 1))
    for bar in range(bars):
        at = round(bar * 4 * 60 / BPM * rate)
        audio[at : at + 60] = 0.9 * np.hanning(120)[60:, None]
    out = io.BytesIO()
    soundfile.write(out, audio, rate, format="WAV", subtype="PCM_24")
    return out.getvalue()


def in_time(page: Any, api: Any) -> None:
    """Print how far apart eight pads begin."""
    cells = {}
    for number in range(8):
        answer = api.post(
            "/uploads", content=clicks(number), headers={"content-type": "audio/wav"},
            params={"name": f"click {number}_{BPM:g}bpm.wav", "kind": "loop", "bpm": BPM},
        )  # fmt: skip
        cells[f"0-{number}"] = answer.raise_for_status().json()["id"]
    api.put("/pads", json={"cells": cells, "bpm": BPM}).raise_for_status()
    page.get_by_role("button", name="Pads", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.pad[data-ready=true]').length == 8")
    heard = page.evaluate(_TAKE, [12, _EAR])
    rate = page.evaluate("sidecratePads.context.sampleRate")
    rounds = min(map(len, heard))
    apart = [1000 * float(np.ptp([one[n] for one in heard])) / rate for n in range(rounds)]
    bars = np.array(heard[0][:rounds]) - heard[0][0]
    drift = 1000 * float(np.abs(bars / rate - np.arange(rounds) * 240 / BPM).max())
    print(
        f"eight pads, {rounds} bars at {BPM:g} bpm: clicks of a bar at most {max(apart):.3f} ms"
        f" apart (median {statistics.median(apart):.3f}); off the grid at most {drift:.3f} ms"
    )
    page.get_by_role("button", name="Close the pads").click()


def seen(page: Any, api: Any, sounds: dict[str, bytes]) -> None:
    """Print how long the map takes, and its frames while it is zoomed."""
    rows = np.frombuffer(b"".join(sounds.values()), np.uint8).reshape(len(sounds), -1)
    began = time.process_time()
    lay_out(rows.astype(np.float32), None, np.zeros(len(rows), bool), lambda *_: None)
    print(f"laying out {len(rows):,} sounds: {time.process_time() - began:.1f} s of processor")
    began = time.perf_counter()
    points = len(api.get("/map").raise_for_status().json()["points"])
    first_s = time.perf_counter() - began
    began = time.perf_counter()
    api.get("/map").raise_for_status()
    again_s = time.perf_counter() - began
    print(f"a map of {points:,} sounds: laid out in {first_s:.1f} s, asked again {again_s:.2f} s")
    page.get_by_role("button", name="Map", exact=True).click()
    page.wait_for_function("document.querySelector('.legend li') !== null")
    page.wait_for_timeout(2000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _worked(session)
    took = page.evaluate(_FRAMES)
    print(
        f"a frame while zooming: p50 {statistics.median(took):.1f} ms,"
        f" p95 {statistics.quantiles(took, n=20)[18]:.1f} ms;"
        f" the page's own work {1000 * (_worked(session) - before) / len(took):.1f} ms of processor"
    )


def _worked(session: Any) -> float:
    """Processor seconds of the page's thread so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def bench(count: int = CLIPS) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="sidecrate-bench-") as folder:
        home = Path(folder)
        filled(home, count)
        with served(home) as (_, _, api), sync_playwright() as playwright:
            options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=options
            )
            page = browser.new_context(
                bypass_csp=True, viewport={"width": 1440, "height": 900}
            ).new_page()
            page.set_default_timeout(120_000)
            address = str(api.base_url).removesuffix("/api/")
            page.goto(f"{address}/open?code={make_link_code(Places.find(home))}")
            page.locator("[data-row]").first.wait_for()
            in_time(page, api)
            library = Library(Places.find(home).library)
            sounds = sound_features(library.database, 2 * count)
            library.close()
            seen(page, api, sounds)
            browser.close()


if __name__ == "__main__":
    bench()
