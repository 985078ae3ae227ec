"""A piece's cover: the style `cover` once, square and sharp, with its title."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from daemon.brief import Brief
from daemon.parts.source import Source
from daemon.video.scene import read_scene
from daemon.video.styles.fields import Cover
from daemon.video.words import titles

#: Pixels of a side.
_SIDE = 1500


def cover_png(path: Path, seed: int, title: str) -> bytes:
    """The cover of a sound as a PNG. AudioError where it cannot be read."""
    from PIL import Image

    source = Source.read(Brief("", "", do="video", reference=str(path)))
    scene = read_scene(
        source, size=(_SIDE, _SIDE), fps=30, loops=1, cut_bars=4, seed=seed, title=title, beside={}
    )
    picture = scene.palette(0)[Cover(scene, _SIDE, _SIDE).draw(0)].astype(np.float32)
    for layer in titles(_SIDE, _SIDE, scene.title, scene.facts):
        h, w = layer.letters.shape
        part = picture[layer.top : layer.top + h, layer.left : layer.left + w]
        dark = part * (1 - layer.shade[..., None])
        part[:] = dark + (255 - dark) * layer.letters[..., None]
    out = io.BytesIO()
    Image.fromarray(picture.round().astype(np.uint8)).save(out, "PNG")
    return out.getvalue()
