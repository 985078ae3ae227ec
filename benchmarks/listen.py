"""`python -m benchmarks.listen [FOLDER]`: every style with three seeds, and a page to hear them."""

from __future__ import annotations

import html
import sys
from pathlib import Path

from benchmarks.embedded import RATE, SEEDS, brief_of, quiet
from benchmarks.take_measures import LOOP_LUFS
from daemon.audio.loudness import amplify, loop_lufs, true_peak_db
from daemon.audio.wav import write_clip
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.styles import STYLES

_PAGE = """<!doctype html><meta charset="utf-8"><title>Sidecrate: the embedded musician</title>
<style>body{{font:16px/1.4 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}
td,th{{padding:.3rem .5rem;text-align:left;border-bottom:1px solid #ccc;vertical-align:top}}
audio{{width:15rem;height:2rem}}small{{color:#666}}</style>
<h1>The embedded musician</h1>
<p>Every style with {seeds} seeds, eight bars each, set to {lufs:g} LUFS or -1 dBTP. Each loops.</p>
<table><tr><th>style</th>{heads}</tr>
{rows}</table>
"""


def render(folder: Path) -> Path:
    """The clips and the page in `folder`; returns the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for genre in STYLES:
        cells = []
        for seed in SEEDS:
            brief = brief_of(genre, meter_name="3/4" if genre == "waltz" else "4/4")
            take = make(brief, seed, quiet)
            assert take.audio is not None and take.plan is not None
            gain_db = min(LOOP_LUFS - loop_lufs(take.audio, RATE), -1 - true_peak_db(take.audio))
            name = f"{genre.replace(' ', '-').replace('&', 'and')}_{seed}.wav"
            write_clip(
                folder / name,
                amplify(take.audio, gain_db),
                RATE,
                {"kind": "loop", "bpm": brief.bpm, "key": take.key},
            )
            chords = html.escape(" ".join(take.plan["chords_of"]))
            cells.append(
                '<td><audio controls loop preload="none"'
                f' src="{name}"></audio><br><small>{take.key or ""} {chords}</small></td>'
            )
        rows.append(
            f"<tr><td>{html.escape(genre)}<br><small>{STYLES[genre].bpm:g}"
            f" bpm</small></td>{''.join(cells)}</tr>"
        )
        print(f"  {genre}", flush=True)
    heads = "".join(f"<th>seed {seed}</th>" for seed in SEEDS)
    page = folder / "index.html"
    page.write_text(
        _PAGE.format(seeds=len(SEEDS), lufs=LOOP_LUFS, heads=heads, rows="\n".join(rows)),
        encoding="utf-8",
    )
    return page


if __name__ == "__main__":
    print(render(Path(sys.argv[1] if len(sys.argv) > 1 else "listen")))
