"""The work of `video`: a sound's scene, drawn frame by frame, with its sound as it is."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.parts.source import Source
from daemon.verbs.registry import Result
from daemon.video import SIZES, STYLES
from daemon.video.film import Film, library
from daemon.video.pictures import Pictures
from daemon.video.scene import Scene, read_scene
from daemon.video.styles.style import Style
from daemon.video.words import Layer, lyric, not_shown, titles

Tell = Callable[[float, str], None]

#: A picture is drawn at this share of its size, and made larger by the encoder's scaler.
_DRAWN = 0.5
#: s of a film of a loop where nobody says how often it is heard, and the longest film.
_USUAL_S, _LONGEST_S = 15.0, 900.0
#: s of work for a second of film on one core; said before.
_WORK = 0.55
_SAID_FROM_S = 10.0
#: Frames between two reports of progress; a cancel is seen then.
_TELL_EVERY = 12
_FPS, _CUT = 30, 2


def video(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The film. ConformError and AudioError say why there is none."""
    library()
    source = Source.read(brief)
    pictures = request.get("pictures")
    scene = _scene(source, brief, request, pictures is not None)
    tell(0.03, _expected(scene))
    size = (scene.width, scene.height)
    width, height = (round(side * _DRAWN) for side in size)
    drawing, style = _drawing(scene, width, height, brief, request)
    layers = titles(*size, scene.title, scene.facts) if request.get("text", True) else []
    lines = _lyrics(scene, str(request.get("lyrics") or ""))
    path = folder / "film.mp4"
    film = Film(
        path, size=size, fps=scene.fps, audio=np.tile(scene.audio, (scene.loops, 1)),
        rate=scene.rate, codec=str(request.get("codec", "auto")),
        soundtrack=str(request.get("soundtrack", "aac")), facts=_facts(scene, source),
    )  # fmt: skip
    poster, poster_at = b"", _poster_frame(scene)
    for k in range(scene.frames):
        picture = drawing.draw(k)
        palette = scene.palette(k) if isinstance(drawing, Style) else None
        shown = [*layers, *lines.get(_line_of(scene, lines, k), ())]
        film.add(picture, palette, shown)
        if k == poster_at:
            poster = _png(film, picture, palette, layers)
        if k % _TELL_EVERY == 0:
            tell(0.05 + 0.93 * k / scene.frames, f"filming {k / scene.fps:.0f} s")
    made = film.close()
    said = list(scene.said)
    if layers and (signs := not_shown(scene.title)):
        said.append(f"no font here has {''.join(signs)}, of the title")
    if request.get("lyrics"):
        said.append("nobody knows when the lyrics are sung: their lines share the bars evenly")
    report = {
        "did": {
            "style": style, "codec": made.codec, "soundtrack": made.soundtrack,
            "fps": scene.fps, "frames": made.frames, "loops": scene.loops,
            "cuts": [int(cut) for cut in scene.cuts],
        },
        "said": said,
    }  # fmt: skip
    yield Result(
        "video", video=path, picture=poster, words=scene.title, bpm=source.grid.bpm,
        key=(source.record or {}).get("key"), meter=source.grid.meter, method="video",
        model=made.codec, license=source.licence, report=report,
        more={
            "width": size[0], "height": size[1], "seconds": round(scene.seconds, 6),
            "sample_rate": made.sound_rate,
        },
    )  # fmt: skip


def _scene(source: Source, brief: Brief, request: dict[str, Any], own: bool) -> Scene:
    if len(source.audio) < source.sample_rate // 10:
        raise ConformError(f"{source.name} is shorter than 0.1 s: there is nothing to film")
    once_s = source.seconds
    is_loop = source.grid.is_loop
    loops = int(request.get("loops") or (math.ceil(_USUAL_S / once_s) if is_loop else 1))
    loops = min(loops, 64)
    if once_s * loops > _LONGEST_S:
        raise ConformError(
            f"loops: {loops} times {once_s:.0f} s are {once_s * loops:.0f} s, and a video lasts "
            f"{_LONGEST_S:.0f} s at most; ask for fewer, or name a passage with --reference-end"
        )
    return read_scene(
        source, size=SIZES[str(request.get("size", "16:9"))], fps=int(request.get("fps", _FPS)),
        loops=loops, cut_bars=int(request.get("cut") or (1 if own else _CUT)), seed=brief.seed,
        title=str(request.get("title") or source.title), beside=brief.beside_source,
    )  # fmt: skip


def _expected(scene: Scene) -> str:
    work_s = scene.seconds * _WORK * scene.fps / _FPS
    return f"filming, about {work_s:.0f} s" if work_s > _SAID_FROM_S else "filming"


def _drawing(
    scene: Scene, width: int, height: int, brief: Brief, request: dict[str, Any]
) -> tuple[Style | Pictures, str]:
    """Who draws, and its name. ConformError where the style lacks what it draws from."""
    if place := request.get("pictures"):
        return Pictures(scene, width, height, Path(place).expanduser()), "pictures"
    name = request.get("style")
    usable = [one for one in STYLES if scene.notes or not _style(one).needs_notes]
    if name is None:
        name = usable[brief.seed % len(usable)]
    kind = _style(str(name))
    if kind.needs_notes and not scene.notes:
        raise ConformError(
            f"style {name} draws notes, and there are none beside {scene.title}; `sidecrate "
            f"transcribe` writes them down, or choose {', '.join(usable)}"
        )
    return kind(scene, width, height), str(name)


def _style(name: str) -> type[Style]:
    module, _, kind = STYLES[name].partition(":")
    found: type[Style] = getattr(import_module(module), kind)
    return found


def _facts(scene: Scene, source: Source) -> dict[str, str]:
    facts = {
        "title": scene.title,
        "comment": " · ".join(filter(None, (scene.facts, f"licence: {source.licence}"))),
        "copyright": source.licence,
        "encoder_tool": "Sidecrate",
    }
    if genre := (source.record or {}).get("genre"):
        facts["genre"] = str(genre)
    return facts


def _lyrics(scene: Scene, text: str) -> dict[int, list[Layer]]:
    """Each line of the lyrics, by its number."""
    lines = [line.strip() for line in text.replace("/", "\n").splitlines() if line.strip()]
    return {n: [lyric(scene.width, scene.height, line)] for n, line in enumerate(lines)}


def _line_of(scene: Scene, lines: dict[int, list[Layer]], k: int) -> int:
    """The number of the line that stands at frame k: lines change on downbeats."""
    if not lines or not len(scene.downbeats_s):
        return int(k / scene.frames * len(lines)) if lines else -1
    frames = np.round(scene.downbeats_s * scene.fps)
    bars = int((frames < scene.frames).sum())
    bar = int(np.searchsorted(frames, k, side="right")) - 1
    return min(len(lines) - 1, max(0, bar) * len(lines) // max(1, bars))


def _poster_frame(scene: Scene) -> int:
    """The frame of the loudest moment of the first round."""
    at_s = float(scene.movement.level.argmax()) / 100 + 0.1
    return min(scene.frames - 1, round(at_s * scene.fps))


def _png(film: Film, picture: np.ndarray, palette: np.ndarray | None, layers: list[Layer]) -> bytes:
    image = film.framed(picture, palette, layers).to_image()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
