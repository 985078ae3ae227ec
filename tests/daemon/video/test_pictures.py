"""Which files of a folder are pictures of a film, and what is said of one that is none."""

import struct
import zlib
from types import SimpleNamespace

import numpy as np
import pytest

from daemon.errors import AudioError
from daemon.video.pictures import Pictures, check_picture

Image = pytest.importorskip("PIL.Image")


def pictures(place):
    scene = SimpleNamespace(stream=lambda name: np.random.default_rng(1))
    return Pictures(scene, 64, 36, place)


def test_hidden_files_and_what_other_programs_laid_beside_are_passed_over(tmp_path):
    for name in ("a.png", "b.png", "c.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    (tmp_path / "._a.png").write_bytes(b"Mac OS X")
    (tmp_path / "a.png.json").write_text('["of another program"]')
    (tmp_path / "b.png.json").write_text('{"license": "CC0-1.0", "painter": "flux"}')
    found = pictures(tmp_path)
    assert sorted(file.name for file in found.files) == ["a.png", "b.png", "c.png"]
    assert found.licences == ["CC0-1.0 (flux)"]


def test_a_picture_of_too_many_pixels_is_named(tmp_path):
    def chunk(name, data):
        crc = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + crc

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0))
    path = tmp_path / "poster.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
    for look in (lambda: pictures(path)._image(path), lambda: check_picture(path)):
        with pytest.raises(AudioError, match=r"poster\.png: .*pixels.*make it smaller"):
            look()
