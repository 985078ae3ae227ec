"""The work of `video`: a sound's scene, drawn frame by frame, with its sound as it is."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from daemon.brief import Brief
from daemon.errors import ConformError
from daemon.parts.source import Source
from daemon.verbs.registry import Result
from daemon.verbs.tell import Tell
from daemon.video import SIZES, STYLES
from daemon.video.film import Film, library
from daemon.video.pictures import Pictures
from daemon.video.pieces import picture_of, pieces_of
from daemon.video.scene import Scene, read_scene
from daemon.video.styles.style import Style
from daemon.video.words import Layer, lyric, not_shown, titles

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
#: Share of full scale under which all of a sound is silence.
_SILENCE = 1e-4


def video(brief: Brief, request: dict[str, Any], folder: Path, tell: Tell) -> Iterator[Result]:
    """The film. ConformError and AudioError say why there is none."""
    library()
    place = Path(str(brief.reference))
    if not place.is_dir():
        yield _filmed([_part(Source.read(brief), brief, request)], request, folder, tell)
        return
    files = pieces_of(place)
    if request.get("films") != "each":
        yield _filmed(_parts(place, files, brief, request), request, folder, tell)
        return
    for number, file in enumerate(files):
        own = folder / f"{number + 1:02d}"
        own.mkdir(exist_ok=True)
        part = _part_of(place, file, brief, request)
        yield _filmed([part], request, own, partial(_share, tell, number, len(files)))


def _share(tell: Tell, number: int, count: int, value: float, words: str) -> None:
    """The progress of one film of several as that of all."""
    tell((number + value) / count, f"film {number + 1} of {count}: {words}")


@dataclass(frozen=True)
class _Part:
    """One sound of a film, and who draws it."""

    source: Source
    scene: Scene
    drawing: Style | Pictures
    style: str
    layers: list[Layer]
    lines: dict[int, list[Layer]]
    texts: list[str]

    @property
    def frames(self) -> int:
        """Frames of the film until the next part may begin: those that hold all of its sound."""
        return max(1, math.ceil(self.scene.seconds * self.scene.fps - 1e-6))

    def add_to(self, film: Film, k: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Draw frame k of this part; its picture and palette."""
        scene = self.scene
        # of a sound that ends within a frame the last picture stands
        k = min(k, scene.frames - 1)
        picture = self.drawing.draw(k)
        palette = scene.palette(k) if isinstance(self.drawing, Style) else None
        film.add(picture, palette, [*self.layers, *self.lines.get(self.line_of(k), ())])
        return picture, palette

    def line_of(self, k: int) -> int:
        """The number of the line that stands at frame k: lines change on downbeats."""
        scene, count = self.scene, len(self.texts)
        if not count or not len(scene.downbeats_s):
            return int(k / scene.frames * count) if count else -1
        frames = np.round(scene.downbeats_s * scene.fps)
        bars = int((frames < scene.frames).sum())
        bar = int(np.searchsorted(frames, k, side="right")) - 1
        return min(count - 1, max(0, bar) * count // max(1, bars))

    def subtitles(self) -> list[tuple[float, float, str]]:
        """(from s, to s, words) of each line, from where it begins to the next."""
        if not self.texts:
            return []
        fps = self.scene.fps
        at = np.array([self.line_of(k) for k in range(self.scene.frames)])
        begins = [int(np.argmax(at == n)) for n in sorted(set(at.tolist()))]
        ends = [*begins[1:], self.scene.frames]
        return [
            (a / fps, b / fps, self.texts[int(at[a])]) for a, b in zip(begins, ends, strict=True)
        ]


def _part(source: Source, brief: Brief, request: dict[str, Any]) -> _Part:
    scene = _scene(source, brief, request, request.get("pictures") is not None)
    size = (scene.width, scene.height)
    width, height = (round(side * _DRAWN) for side in size)
    drawing, style = _drawing(scene, width, height, brief, request)
    layers = titles(*size, scene.title, scene.facts) if request.get("text", True) else []
    texts = _lyrics(str(request.get("lyrics") or ""))
    lines = {n: [lyric(*size, text)] for n, text in enumerate(texts)}
    return _Part(source, scene, drawing, style, layers, lines, texts)


def _part_of(place: Path, file: Path, brief: Brief, request: dict[str, Any]) -> _Part:
    """A piece of a project, over its own picture where no style and no pictures are asked."""
    own = dict(request)
    if "style" not in request and "pictures" not in request and (shown := picture_of(place, file)):
        own["pictures"] = str(shown)
    brief = brief.amended(reference=str(file), seed=brief.seed + int(file.stem) - 1)
    return _part(Source.read(brief), brief, own)


def _parts(place: Path, files: list[Path], brief: Brief, request: dict[str, Any]) -> list[_Part]:
    """All pieces of a project, for one film. ConformError where that is too long."""
    parts: list[_Part] = []
    for file in files:
        parts.append(_part_of(place, file, brief, request))
        seconds = sum(part.scene.seconds for part in parts)
        if seconds > _LONGEST_S:
            raise ConformError(
                f"the {len(files)} pieces of {place.name} are longer than the {_LONGEST_S:.0f} s"
                " that a video lasts at most; ask for films: each"
            )
    return parts


def _sound(parts: list[_Part]) -> tuple[np.ndarray, int]:
    """The sound of all parts, each from its first frame of the film on; and its rate."""
    first = parts[0].scene
    if len(parts) == 1:
        return np.tile(first.audio, (first.loops, 1)), first.rate
    rate, channels = first.rate, max(part.scene.audio.shape[1] for part in parts)
    starts = np.cumsum([0, *(part.frames for part in parts)]) / first.fps * rate
    whole = np.zeros((round(starts[-1]), channels), np.float32)
    for part, start in zip(parts, starts, strict=False):
        scene = part.scene
        audio = np.tile(scene.audio, (scene.loops, 1))
        if scene.rate != rate:
            from daemon.audio.resample import resample

            audio = resample(audio, scene.rate, rate)
        at = round(start)
        whole[at : at + len(audio)] = audio[: len(whole) - at]
    return whole, rate


def _filmed(parts: list[_Part], request: dict[str, Any], folder: Path, tell: Tell) -> Result:
    """One film of one sound, or of several one after the other."""
    first, fps = parts[0].scene, parts[0].scene.fps
    size = (first.width, first.height)
    counts = [part.frames for part in parts[:-1]]
    counts.append(parts[-1].frames if len(parts) > 1 else first.frames)
    begins = [sum(counts[:n]) for n in range(len(parts))]
    total = sum(counts)
    tell(0.03, _expected(total / fps, fps))
    audio, rate = _sound(parts)
    path = folder / "film.mp4"
    title = str(request.get("title") or _title(parts))
    film = Film(
        path, size=size, fps=fps, audio=audio, rate=rate,
        codec=str(request.get("codec", "auto")),
        soundtrack=str(request.get("soundtrack", "aac")), facts=_facts(title, parts),
        subtitles=[
            (begin / fps + a, begin / fps + b, words)
            for part, begin in zip(parts, begins, strict=True)
            for a, b, words in part.subtitles()
        ],
    )  # fmt: skip
    poster, poster_at = b"", _poster_frame(first)
    for part, begin, count in zip(parts, begins, counts, strict=True):
        for k in range(count):
            picture, palette = part.add_to(film, k)
            if begin + k == poster_at:
                poster = _png(film, picture, palette, part.layers)
            if (begin + k) % _TELL_EVERY == 0:
                done = (begin + k) / total
                tell(0.05 + 0.93 * done, f"filming {(begin + k) / fps:.0f} s")
    made = film.close()
    report = {
        "did": {
            "style": parts[0].style, "codec": made.codec, "soundtrack": made.soundtrack,
            "fps": fps, "frames": made.frames, "loops": first.loops,
            "cuts": [
                begin + int(cut)
                for part, begin in zip(parts, begins, strict=True)
                for cut in ([0] if begin else []) + list(part.scene.cuts)
            ],
        },
        "said": _said(parts, request, title),
    }  # fmt: skip
    source = parts[0].source
    alone = len(parts) == 1
    return Result(
        "video", video=path, picture=poster, words=title, bpm=source.grid.bpm if alone else None,
        key=(source.record or {}).get("key") if alone else None,
        meter=source.grid.meter if alone else None, method="video", model=made.codec,
        license=_licence(parts), report=report,
        more={
            "width": size[0], "height": size[1], "seconds": round(len(audio) / rate, 6),
            "sample_rate": made.sound_rate,
        },
    )  # fmt: skip


def _title(parts: list[_Part]) -> str:
    """The title of the file: the sound's own, or the words that all of its pieces have."""
    titles_of = dict.fromkeys(part.scene.title for part in parts)
    return next(iter(titles_of)) if len(titles_of) == 1 else ", ".join(titles_of)[:200]


def _licence(parts: list[_Part]) -> str:
    return " and ".join(dict.fromkeys(part.source.licence for part in parts))


def _said(parts: list[_Part], request: dict[str, Any], title: str) -> list[str]:
    said = list(dict.fromkeys(line for part in parts for line in part.scene.said))
    if parts[0].layers and (signs := not_shown(title)):
        said.append(f"no font here has {''.join(signs)}, of the title")
    if request.get("lyrics"):
        said.append("nobody knows when the lyrics are sung: their lines share the bars evenly")
    pictures = dict.fromkeys(
        licence
        for part in parts
        if isinstance(part.drawing, Pictures)
        for licence in part.drawing.licences
    )
    said += [f"licence of pictures: {licence}" for licence in pictures]
    return said


def _scene(source: Source, brief: Brief, request: dict[str, Any], own: bool) -> Scene:
    if len(source.audio) < source.sample_rate // 10:
        raise ConformError(f"{source.name} is shorter than 0.1 s: there is nothing to film")
    if not np.abs(source.audio).max(initial=0.0) > _SILENCE:
        raise ConformError(f"{source.name} is silent: there is nothing to film")
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


def _expected(seconds: float, fps: int) -> str:
    work_s = seconds * _WORK * fps / _FPS
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


def _facts(title: str, parts: list[_Part]) -> dict[str, str]:
    licence = _licence(parts)
    about = parts[0].scene.facts if len(parts) == 1 else ""
    facts = {
        "title": title,
        "comment": " · ".join(filter(None, (about, f"licence: {licence}"))),
        "copyright": licence,
        "encoder_tool": "Sidecrate",
    }
    if genre := (parts[0].source.record or {}).get("genre"):
        facts["genre"] = str(genre)
    return facts


def _lyrics(text: str) -> list[str]:
    return [line.strip() for line in text.replace("/", "\n").splitlines() if line.strip()]


def _poster_frame(scene: Scene) -> int:
    """The frame of the loudest moment of the first round."""
    at_s = float(scene.movement.level.argmax()) / 100 + 0.1
    return min(scene.frames - 1, round(at_s * scene.fps))


def _png(film: Film, picture: np.ndarray, palette: np.ndarray | None, layers: list[Layer]) -> bytes:
    image = film.framed(picture, palette, layers).to_image()
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
