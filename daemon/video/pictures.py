"""A user's own pictures and videos: one after the other, changed at each cut, moved by the bass."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from daemon.errors import AudioError
from daemon.video.scene import Scene
from daemon.video.styles.fields import zoomed

IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
VIDEOS = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".gif")
#: Pictures that are used of a folder, and pixels of one that is opened.
_MOST, _MOST_PIXELS = 400, 120_000_000
#: How much larger a picture is kept than it is shown, for it to move.
_LARGER = 1.2
#: Frames of a video that are held: those of its shots, at the film's own rate.
_MOST_HELD_S = 12.0


class Pictures:
    """Draws frames of a scene of a user's pictures, uint8 (height, width, 3)."""

    def __init__(self, scene: Scene, width: int, height: int, place: Path) -> None:
        self.scene, self.width, self.height = scene, width, height
        self.files = found(place)
        order = scene.stream("pictures").permutation(len(self.files))
        self.files = [self.files[n] for n in order] if place.is_dir() else self.files
        self._shown: tuple[int, np.ndarray | list[np.ndarray]] | None = None

    @property
    def licences(self) -> list[str]:
        """Licences of those that a model painted, as the files beside them tell."""
        found = []
        for file in self.files:
            # another program's file may have that name, and hold anything
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                about = json.loads(file.with_name(f"{file.name}.json").read_text("utf-8"))
                found.append(f"{about['license']} ({about['painter']})")
        return sorted(set(found))

    def draw(self, k: int) -> np.ndarray:
        """Frame k. AudioError names a file that is no picture."""
        scene = self.scene
        shot, number = scene.shot_of(k), scene.look_of(k) % len(self.files)
        if self._shown is None or self._shown[0] != shot:
            self._shown = (shot, self._open(self.files[number], shot))
        cuts = np.concatenate([[0], scene.cuts, [scene.frames]])
        held = self._shown[1]
        if isinstance(held, list):
            return held[min(k - int(cuts[shot]), len(held) - 1)]
        into = (k - cuts[shot]) / max(1, cuts[shot + 1] - cuts[shot])
        low = float(scene.movement.at(scene.movement.thirds, scene.time_of(k))[0])
        # every other shot goes away from its picture
        far = into if shot % 2 == 0 else 1 - into
        return zoomed(held, self.width, self.height, _LARGER - 0.12 * far - 0.06 * low)

    def _open(self, file: Path, shot: int) -> np.ndarray | list[np.ndarray]:
        if file.suffix.lower() in VIDEOS:
            return list(self._frames(file, shot))
        return self._image(file)

    def _image(self, file: Path) -> np.ndarray:
        from PIL import Image, ImageOps, UnidentifiedImageError

        try:
            with Image.open(file) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    raise AudioError(
                        f"{file}: {opened.width} x {opened.height} pixels are more than are read "
                        f"({_MOST_PIXELS:,}); make it smaller"
                    )
                wanted = (round(self.width * _LARGER), round(self.height * _LARGER))
                opened.draft("RGB", wanted)
                whole = ImageOps.exif_transpose(opened).convert("RGB")
                return np.asarray(ImageOps.fit(whole, wanted, Image.Resampling.BILINEAR))
        except Image.DecompressionBombError as error:
            raise AudioError(f"{file}: {error}; make it smaller") from None
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
            raise _no_image(file, error) from None

    def _frames(self, file: Path, shot: int) -> Iterator[np.ndarray]:
        """The frames of one shot of a video, at the film's rate, from a place of the seed."""
        import av
        from av.error import FFmpegError

        scene = self.scene
        cuts = np.concatenate([[0], scene.cuts, [scene.frames]])
        count = int(min(cuts[shot + 1] - cuts[shot], _MOST_HELD_S * scene.fps))
        try:
            with av.open(str(file)) as opened:
                stream = opened.streams.video[0]
                length_s = float((opened.duration or 0) / 1_000_000)
                spare = max(0.0, length_s - count / scene.fps)
                start_s = float(scene.stream(f"shot {shot}").uniform(0, spare)) if spare else 0.0
                if start_s > 0.5:
                    opened.seek(int(start_s * 1_000_000))
                made, last = 0, None
                for frame in opened.decode(stream):
                    if frame.time is not None and frame.time < start_s:
                        continue
                    last = self._fitted(frame)
                    due = int(((frame.time or 0.0) - start_s) * scene.fps) + 1
                    while made < min(due, count):
                        yield last
                        made += 1
                    if made >= count:
                        return
                if last is None:
                    raise IndexError
        except (FFmpegError, IndexError) as error:
            raise _no_video(file, error) from None

    def _fitted(self, frame: Any) -> np.ndarray:
        """A frame that fills the picture; what is over is cut off on both sides."""
        scale = max(self.width / frame.width, self.height / frame.height)
        w, h = round(frame.width * scale), round(frame.height * scale)
        w, h = max(w, self.width), max(h, self.height)
        whole = frame.reformat(width=w, height=h, format="rgb24").to_ndarray()
        top, left = (h - self.height) // 2, (w - self.width) // 2
        return np.ascontiguousarray(whole[top : top + self.height, left : left + self.width])


def check_picture(file: Path) -> None:
    """AudioError where a file is no picture, or no video with a picture."""
    if file.suffix.lower() in VIDEOS:
        import av
        from av.error import FFmpegError

        try:
            with av.open(str(file)) as opened:
                next(opened.decode(opened.streams.video[0]))
        except (FFmpegError, IndexError, StopIteration) as error:
            raise _no_video(file, error) from None
        return
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as opened:
            opened.load()
    except Image.DecompressionBombError as error:
        raise AudioError(f"{file}: {error}; make it smaller") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _no_image(file, error) from None


def _no_image(file: Path, error: Exception) -> AudioError:
    why = getattr(error, "strerror", None) or "it is none, or damaged"
    return AudioError(
        f"{file} cannot be read as a picture ({why}); take it out of there, or save it anew as PNG"
        " or JPEG"
    )


def _no_video(file: Path, error: Exception) -> AudioError:
    why = getattr(error, "strerror", None) or "it has no picture"
    return AudioError(
        f"{file} cannot be read as a video ({why}); take it out of there, or save it anew as MP4"
    )


def found(place: Path) -> list[Path]:
    """The pictures and videos of a place, by name. AudioError where there are none."""
    endings = (*IMAGES, *VIDEOS)
    if place.is_dir():
        files = sorted(
            file
            for file in place.iterdir()
            # macOS puts a hidden `._name.jpg`, which is no picture, beside each on foreign drives
            if file.suffix.lower() in endings and file.name[0] != "." and file.is_file()
        )
        if not files:
            raise AudioError(
                f"pictures: {place} holds none; put pictures ({', '.join(IMAGES[:4])}) or videos "
                f"({', '.join(VIDEOS[:4])}) there"
            )
        return files[:_MOST]
    if not place.is_file():
        raise AudioError(f"pictures: there is no file or folder {place}; give the path of one")
    if place.suffix.lower() not in endings:
        raise AudioError(
            f"pictures: {place} is no picture or video that is read ({', '.join(endings)})"
        )
    return [place]
