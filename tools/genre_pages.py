"""`python tools/genre_pages.py`: write docs/genres.md.

Each style has its grid, progressions and a picture of its spectrum.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from daemon.brief import Brief  # noqa: E402
from daemon.engines.embedded.engine import make  # noqa: E402
from daemon.engines.embedded.styles import STYLES  # noqa: E402
from daemon.engines.embedded.styles.records import media_of  # noqa: E402
from daemon.engines.embedded.styles.style import Style  # noqa: E402

RATE = 44100
#: Size of a picture in its own units, and the decibels that its height shows.
_WIDTH = 360
_HEIGHT = 90
_RANGE_DB = 60

_HEAD = """# The styles of the embedded musician

Made by `python tools/genre_pages.py` from the musician's own tables. A grid has one character per
sixteenth; `/` stands between bars.

| in a row of | characters |
| --- | --- |
| drums | `X` accent, `x` hit, `o` soft, `g` ghost, `2` `3` `4` rolls |
| bass | `5` fifth, `8` octave, `7` seventh, `3` third, `a` approach to the next chord, `~` slide, `-` held on |

A seed chooses from these rows, adds and leaves out, and varies from bar to bar; and from the records
that such music is made on (band, colour, distance, width and compression:
[decision](decisions/a-record-by-seed.md)). The picture is the
spectrum of a loop with seed 1: third octaves, 31 Hz to 16 kHz, 60 dB high.
"""


def spectrum_svg(audio: np.ndarray) -> str:
    """A small picture of float (frames, 2): third-octave levels against their loudest."""
    hz = np.fft.rfftfreq(len(audio), 1 / RATE)
    power = (np.abs(np.fft.rfft(audio, axis=0)) ** 2).sum(axis=1)
    edges = 31.25 * 2 ** (np.arange(28) / 3)
    levels = np.array(
        [
            10 * np.log10(power[(hz >= low) & (hz < high)].sum() + 1e-12)
            for low, high in pairwise(edges)
        ]
    )
    heights = np.clip((levels - levels.max()) / _RANGE_DB + 1, 0.01, 1) * _HEIGHT
    step = _WIDTH / len(heights)
    bars = "".join(
        f'<rect x="{k * step:.1f}" y="{_HEIGHT - h:.1f}" width="{step - 1.5:.1f}"'
        f' height="{h:.1f}"/>'
        for k, h in enumerate(heights)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' width="{_WIDTH}" fill="#4a7ba6">{bars}</svg>\n'
    )


def grids(style: Style) -> str:
    """The style's rows as they stand in its table."""
    lines = []
    for k, beat in enumerate(style.beats, 1):
        lines += [f"beat {k}  {voice:11} {row}" for voice, row in beat.items()]
    lines += [f"joins   {voice:11} {row}" for voice, row in style.extras.items()]
    lines += [f"bass    {'':11} {row}" for row in style.bass]
    lines += [f"chords  {'':11} {row}" for row in style.chords]
    return "\n".join(lines)


def section(style: Style, picture: str) -> str:
    """One style's part of the page."""
    sounds = ", ".join(dict.fromkeys((*style.bass_sounds, *style.chord_sounds, *style.lead_sounds)))
    return f"""
## {style.name}

{style.bpm:g} bpm, swing {style.swing:g} %, {style.mode} where no key is given. Sounds: {sounds}.
Minor: {"; ".join(style.minor)}. Major: {"; ".join(style.major)}.
Records: {", ".join(media_of(style.name))}.

![spectrum]({picture})

```
{grids(style)}
```
"""


def main() -> None:
    docs = ROOT / "docs"
    pictures = docs / "genres"
    pictures.mkdir(exist_ok=True)
    page = [_HEAD]
    for style in STYLES.values():
        meter = "3/4" if style.name == "waltz" else "4/4"
        brief = Brief(
            prompt=style.name,
            words=style.name,
            genre=style.name,
            bpm=style.bpm,
            bars=4,
            meter_name=meter,
        )
        audio = make(brief, 1, lambda share, stage: None).audio
        assert audio is not None
        name = style.name.replace(" ", "-").replace("&", "and") + ".svg"
        (pictures / name).write_text(spectrum_svg(audio), encoding="utf-8")
        page.append(section(style, f"genres/{name}"))
    (docs / "genres.md").write_text("".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
