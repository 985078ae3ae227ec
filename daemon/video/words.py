"""Words on the screen: drawn once by Pillow, and laid over the brightness of each frame."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Shares of the height that a phone's own buttons cover, of a tall picture; else a margin.
_TALL_TOP, _TALL_BOTTOM, _MARGIN = 0.14, 0.22, 0.06
#: Letters of a title are made smaller until they fit, and cut off with dots after that.
_SMALLEST = 24
#: Levels of white, and of no colour, in a picture of limited range.
_WHITE, _NO_COLOUR = 235, 128
#: Share by which the shadow darkens what is under it.
_SHADOW = 0.55
#: A sign that no font has.
_NO_LETTER = "\U0010fffd"
#: Fonts with more scripts than the built-in one, by system; none need be there.
_FONTS = (
    "DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "Hiragino Sans GB.ttc", "msgothic.ttc",
    "Arial Unicode.ttf", "arial.ttf", "Arial.ttf",
    "NotoSans-Regular.ttf",
)  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """A rectangle of letters: what is kept of the picture under it, and what is added; 0 to 255."""

    top: int
    left: int
    letters: np.ndarray
    shade: np.ndarray

    def onto(self, luma: np.ndarray, chroma: tuple[np.ndarray, np.ndarray]) -> None:
        """Lay it over planes of a frame in yuv420p, in place."""
        h, w = self.letters.shape
        part = luma[self.top : self.top + h, self.left : self.left + w]
        dark = part * (1 - self.shade)
        part[:] = (dark + (_WHITE - dark) * self.letters).astype(np.uint8)
        small = self.letters[::2, ::2]
        for plane in chroma:
            y, x = self.top // 2, self.left // 2
            colour = plane[y : y + small.shape[0], x : x + small.shape[1]]
            grey = (colour + (_NO_COLOUR - colour.astype(np.float32)) * small).astype(np.uint8)
            colour[:] = grey


def titles(width: int, height: int, title: str, facts: str) -> list[Layer]:
    """The title and, smaller under it, key and tempo, where nothing of a phone covers them."""
    is_tall = height > width * 1.5
    bottom = round(height * (1 - (_TALL_BOTTOM if is_tall else _MARGIN)))
    size = round(min(width, height) * 0.062)
    layers = []
    if facts:
        layer = line_of(facts, width, round(size * 0.58), bottom)
        layers.append(layer)
        bottom = layer.top - round(size * 0.15)
    if title:
        layers.append(line_of(title, width, size, bottom))
    return layers


def lyric(width: int, height: int, text: str) -> Layer:
    """A line of lyrics, above the middle of a tall picture, in the upper part of a wide one."""
    is_tall = height > width * 1.5
    at = round(height * (_TALL_TOP + 0.1 if is_tall else _MARGIN + 0.1))
    return line_of(text, width, round(min(width, height) * 0.05), at)


def line_of(text: str, width: int, size: int, bottom: int) -> Layer:
    """One line of letters in the middle, whose foot is at row `bottom`."""
    from PIL import Image, ImageDraw, ImageFilter

    room = round(width * 0.9)
    font = _font(size, text)
    while font.getlength(text) > room and size > _SMALLEST:
        size -= max(1, size // 12)
        font = _font(size, text)
    while font.getlength(text) > room and len(text) > 1:
        text = text[:-2].rstrip() + "…"
    x0, y0, x1, y1 = font.getbbox(text)
    pad = 2 * max(4, size // 3)
    w, h = round(x1 - x0) + 2 * pad, round(y1 - y0) + 2 * pad
    w, h = w + w % 2, h + h % 2
    image = Image.new("L", (w, h))
    ImageDraw.Draw(image).text((pad - x0, pad - y0), text, fill=255, font=font)
    soft = image.filter(ImageFilter.GaussianBlur(max(2, size // 8)))
    letters = np.asarray(image, np.float32) / 255
    shade = np.clip(np.asarray(soft, np.float32) / 255 * 1.6, 0, 1) * _SHADOW
    top, left = max(0, bottom - h + pad), max(0, (width - w) // 2)
    top, left = top - top % 2, left - left % 2
    return Layer(top, left, letters[:, : width - left], shade[:, : width - left])


def _font(size: int, text: str) -> Any:
    """The font that has the most of the letters: the built-in one, or one of the system's."""
    from PIL import ImageFont

    own = ImageFont.load_default(size)
    if not missing(own, text):
        return own
    fonts = [own]
    for name in _FONTS:
        with contextlib.suppress(OSError):
            fonts.append(ImageFont.truetype(name, size))
    return min(fonts, key=lambda font: len(missing(font, text)))


def missing(font: Any, text: str) -> list[str]:
    """The letters of a text that a font has not: it draws all of those by one sign."""
    none = bytes(font.getmask(_NO_LETTER))
    signs = dict.fromkeys(sign for sign in text if not (sign.isascii() or sign.isspace()))
    return [sign for sign in signs if bytes(font.getmask(sign)) == none]


def not_shown(text: str) -> list[str]:
    """The letters of a text that no font here has."""
    return missing(_font(_SMALLEST, text), text)
