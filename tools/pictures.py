"""`make pictures`: the README's pictures, into docs/pictures/, from a real run of Sidecrate in a home of its own.

Needs what `make setup` brings and Chromium. Each picture is a PNG of at most 256 colours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import soundfile
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.helpers.web_house import WebHouse

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
#: More, and GitHub's page is slow to show on a phone.
MOST_BYTES = 150_000
#: What the library on the page holds: prompt and seed.
CLIPS = (
    ("dusty boom bap drums 90 bpm", 7),
    ("warm soul chords 90 bpm Am", 3),
    ("dark rolling techno loop 132 bpm F# minor", 1),
    ("liquid drum and bass 174 bpm Em", 7),
    ("amapiano log drums 112 bpm", 2),
)
_WINDOW = ViewportSize(width=1440, height=860)
#: The terminal: colours, size of a letter and margin in pixels.
_GROUND, _TEXT, _PROMPT = "#1d2127", "#d7dce2", "#7fc47f"
_LETTER_PX, _LINE_PX, _MARGIN_PX = 15, 21, 20


class Terminal:
    """Commands that were run, with what they printed."""

    def __init__(self, home: Path) -> None:
        """`home` stands as the user's own folder, so that paths are those of a new user."""
        self._home = home
        system = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        self._environment = {**system, "HOME": str(home), "USERPROFILE": str(home)}
        self.lines: list[tuple[str, str]] = []
        """(colour, text)"""

    def run(self, *words: str) -> None:
        """Run a command of `sidecrate` and keep what it prints; paths begin with ~, as in a shell."""
        done = subprocess.run(
            [sys.executable, "-m", "daemon.cli", *words],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        self.lines.append((_PROMPT, f"$ sidecrate {shown}"))
        printed = done.stdout.replace(str(self._home), "~").rstrip()
        self.lines += [(_TEXT, line) for line in printed.splitlines()]
        self.lines.append((_TEXT, ""))

    def draw(self, out: Path) -> None:
        fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        font = ImageFont.truetype(str(fonts / "DejaVuSansMono.ttf"), _LETTER_PX)
        lines = self.lines[:-1]
        columns = max(len(text) for _, text in lines)
        width = round(columns * font.getlength("m")) + 2 * _MARGIN_PX
        picture = Image.new("RGB", (width, len(lines) * _LINE_PX + 2 * _MARGIN_PX), _GROUND)
        pen = ImageDraw.Draw(picture)
        for row, (colour, text) in enumerate(lines):
            pen.text((_MARGIN_PX, _MARGIN_PX + row * _LINE_PX), text, fill=colour, font=font)
        save(picture, out)


def save(picture: Image.Image, out: Path, most_wide: int = 1200) -> None:
    """Write it small. ValueError where it is too large all the same."""
    if picture.width > most_wide:
        picture = picture.resize(
            (most_wide, round(picture.height * most_wide / picture.width)), Image.Resampling.LANCZOS
        )
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, optimize=True)
    if out.stat().st_size > MOST_BYTES:
        raise ValueError(f"{out} has {out.stat().st_size} bytes, more than {MOST_BYTES}")
    print(out)


def terminal_picture(folder: Path, out: Path) -> None:
    """Somebody asks for two clips, has one part written anew, and edits that clip in words."""
    terminal = Terminal(folder)
    terminal.run("make", "dusty boom bap drums 90 bpm", "--count", "2", "--seed", "7")
    terminal.run("again", "--change", "drums", "--seed", "9")
    terminal.run("edit", "last", "a bit darker and add some reverb")
    terminal.draw(out)


def drifting_take(clip: Path, out: Path) -> None:
    """A loop as somebody might have recorded it: off its tempo, swaying by 1 %, after a rest."""
    audio, rate = soundfile.read(clip, dtype="float32")
    length = len(audio)
    time = np.arange(round(length / 1.06))
    sway = 0.01 * length / (2 * np.pi) * np.sin(2 * np.pi * time / len(time))
    read_at = np.clip(time * 1.06 + sway, 0, length - 1)
    played = np.stack(
        [np.interp(read_at, np.arange(length), channel) for channel in audio.T], axis=1
    )
    rest = np.zeros((round(0.7 * rate), audio.shape[1]))
    soundfile.write(out, np.concatenate([rest, played]).astype(np.float32), rate)


def waveform_picture(folder: Path, out: Path) -> None:
    """`sidecrate fit --picture` of such a recording."""
    terminal = Terminal(folder)
    source = folder / "source.wav"
    terminal.run("make", "soul drums and chords 96 bpm Am", "--seed", "5", "--out", str(source))
    take = folder / "rehearsal.wav"
    drifting_take(source, take)
    drawn = folder / "fitted.png"
    terminal.run("fit", str(take), "--bpm", "90", "--key", "Am", "--picture", str(drawn))
    save(Image.open(drawn), out)


def page_picture(folder: Path, out: Path) -> None:
    """The page with a prompt, the queue, a library and one clip chosen; its notes; and a project."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise FileNotFoundError("Chromium is needed for the picture of the page; install it")
    house = WebHouse(folder / "page")
    try:
        for prompt, seed in CLIPS:
            house.make(prompt=prompt, seed=seed)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--force-color-profile=srgb"]
            )
            page = browser.new_context(bypass_csp=True, viewport=_WINDOW).new_page()
            page.goto(house.link())
            prepare(page)
            shot = folder / "page.png"
            page.screenshot(path=str(shot))
            page.get_by_role("tab", name="Notes").click()
            page.get_by_role("button", name="Larger").click()
            page.locator("dialog .sheet").wait_for()
            page.wait_for_timeout(300)
            notes = folder / "notes.png"
            page.locator("dialog").screenshot(path=str(notes))
            page.get_by_role("button", name="Smaller").click()
            project = folder / "projects.png"
            take_project(house, page, project)
            browser.close()
    finally:
        house.stop()
    save(Image.open(shot), out)
    save(Image.open(notes), out.with_name("page_notes.png"))
    save(Image.open(project), out.with_name("page_projects.png"))


def take_project(house: WebHouse, page: Page, out: Path) -> None:
    """A project of which the music is made, and a cover, on the page."""
    new = {"name": "night", "prompt": "dusty boom bap, 88 bpm", "pieces": 3, "seconds": 12}
    house.api.post("/projects", json=new).raise_for_status()
    for step in ("music", "continuation", "images"):
        house.api.post("/projects/night/run", json={"step": step}).raise_for_status()
        while house.api.get("/projects/night").json()["runs"]:
            time.sleep(0.5)
    page.keyboard.press("Control+k")
    page.keyboard.type("projects")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="images of piece 2: made").click()
    page.locator("dialog .stage img").wait_for()
    page.wait_for_timeout(500)
    page.locator("dialog").screenshot(path=str(out))


def prepare(page: Page) -> None:
    """A prompt begun, a favourite marked, a clip chosen, and the waveforms drawn."""
    page.get_by_label("What should it be?").fill("hypnotic percussion, wooden, dry")
    row = page.locator("[data-clip]", has_text="liquid drum and bass")
    row.get_by_role("button", name="Favourite").click()
    row.click()
    page.locator("footer .wave[data-drawn=true]").wait_for()
    for place in range(len(CLIPS)):
        page.locator("[data-clip]").nth(place).locator(".wave[data-drawn=true]").wait_for()
    page.locator(".chords").wait_for()
    page.wait_for_timeout(300)


def main(names: Sequence[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    drawn_by = {
        "terminal": terminal_picture,
        "waveform": waveform_picture,
        "page": page_picture,
    }
    for name in names or drawn_by:
        with tempfile.TemporaryDirectory() as folder:
            drawn_by[name](Path(folder), PICTURES / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
