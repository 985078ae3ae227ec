"""A film is cut on downbeats exact to the frame, its sound is exact, and a loop's picture repeats."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bridge.music import Meter, loop_frames
from daemon.audio.wav import write_clip
from daemon.brief import Brief
from daemon.errors import AudioError, ConformError
from daemon.parts.source import Source
from daemon.video import STYLES
from daemon.video.film import choose_codec
from daemon.video.scene import Note, Scene, read_scene
from daemon.video.video import _style, video

av = pytest.importorskip("av")
Image = pytest.importorskip("PIL.Image")

RATE, BPM, BARS = 44100, 160.5, 2
BAR_S = 4 * 60 / BPM


@pytest.fixture(scope="module")
def loop(tmp_path_factory) -> Path:
    """A loop with a hit on each beat over a steady tone."""
    frames = loop_frames(BARS, Meter(), BPM, RATE)
    t = np.arange(frames) / RATE
    beat = (t % (60 / BPM)) * 30
    left = 0.4 * np.exp(-beat) * np.sin(2 * np.pi * 60 * t) + 0.1 * np.sin(2 * np.pi * 220 * t)
    audio = np.stack([left, left[::-1]], axis=1).astype(np.float32)
    path = tmp_path_factory.mktemp("loop") / "beat.wav"
    record = {
        "id": "k3f9", "kind": "loop", "bpm": BPM, "meter": "4/4", "bars": BARS, "key": "Am",
        "words": "beat", "license": "CC0-1.0", "report": {},
    }  # fmt: skip
    write_clip(path, audio, RATE, record, "FLOAT")
    return path


def scene_of(loop: Path, loops: int = 2, seed: int = 7, fps: int = 30) -> Scene:
    source = Source.read(Brief("", "", do="video", reference=str(loop)))
    return read_scene(
        source, size=(320, 180), fps=fps, loops=loops, cut_bars=1, seed=seed, title="beat",
        beside={},
    )  # fmt: skip


def film(loop: Path, folder: Path, **request):
    brief = Brief("", "", do="video", reference=str(loop), seed=7)
    (result,) = video(brief, request, folder, lambda *_: None)
    return result


def test_cuts_fall_on_downbeats_to_the_frame_and_sound_is_exact(loop, tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for n, level in enumerate((30, 220)):
        Image.fromarray(np.full((90, 160, 3), level, np.uint8)).save(pictures / f"{n}.png")
    made = film(
        loop,
        tmp_path,
        pictures=str(pictures),
        loops=2,
        fps=24,
        soundtrack="flac",
        text=False,
        size="1:1",
    )
    with av.open(str(made.video)) as opened:
        levels = [frame.to_ndarray()[500, 500] for frame in opened.decode(video=0)]
        facts = opened.metadata
    with av.open(str(made.video)) as opened:
        parts = [frame.to_ndarray() for frame in opened.decode(audio=0)]
    changes = [k for k in range(1, len(levels)) if abs(int(levels[k]) - int(levels[k - 1])) > 40]
    wanted = [round(bar * BAR_S * 24) for bar in range(1, 2 * BARS)]
    assert changes == wanted
    assert list(made.report["did"]["cuts"]) == wanted
    assert len(levels) == round(2 * BARS * BAR_S * 24)
    sound = np.concatenate(parts, axis=1).reshape(-1, 2) / 2**31
    source = Source.read(Brief("", "", do="video", reference=str(loop))).audio
    assert np.abs(sound - np.tile(source, (2, 1))).max() < 2**-22
    assert "CC0-1.0" in facts["copyright"] and "160.5 bpm" in facts["comment"]


@pytest.mark.parametrize("name", sorted(STYLES))
def test_each_style_moves_repeats_with_the_loop_and_is_the_same_for_a_seed(loop, name):
    # at this rate a loop is a whole number of frames: the same place comes again exactly
    scene = scene_of(loop)
    notes = (Note(0.1, 0.6, 60, False), Note(0.5, 0.6, 36, True), Note(2.5, 2.9, 64, False))
    scene = replace(scene, notes=notes)
    style = _style(name)(scene, 160, 90)
    shown = [style.draw(k).copy() for k in (0, 9, 31)]
    assert all(one.shape == (90, 160) and one.dtype == np.uint8 for one in shown)
    assert any((shown[0] != one).any() for one in shown[1:])
    again = _style(name)(scene, 160, 90)
    assert all((again.draw(k) == one).all() for k, one in zip((0, 9, 31), shown, strict=True))
    # the end leads to the start: the step over it is no larger than steps within
    once = scene.once_s * scene.fps
    steps = [_step(style, scene, at) for at in np.linspace(3, once - 4, 9).astype(int)]
    assert _step(style, scene, int(once)) <= 2.5 * max(steps) + 1


def _step(style, scene, k) -> float:
    return float(np.abs(style.draw(k + 1).astype(int) % 128 - style.draw(k) % 128).mean())


def test_the_look_of_a_loop_begins_anew_with_each_round(loop):
    scene = scene_of(loop, loops=3)
    looks = [scene.look_of(k) for k in (0, *scene.cuts)]
    assert looks == [0, 1] * 3


def test_what_cannot_be_filmed_is_said(loop, tmp_path):
    with pytest.raises(ConformError, match="draws notes"):
        film(loop, tmp_path, style="pianoroll", loops=1)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(AudioError, match="cannot be read as a picture"):
        film(loop, tmp_path, pictures=str(tmp_path / "broken.png"), loops=1)
    with pytest.raises(AudioError, match="holds none"):
        (tmp_path / "empty").mkdir()
        film(loop, tmp_path, pictures=str(tmp_path / "empty"), loops=1)
    assert choose_codec("auto") in ("h264", "vp9", "av1")


def test_a_project_is_one_film_each_piece_from_a_frame_on_with_subtitles(loop, tmp_path):
    place = tmp_path / "night"
    for step in ("continuation", "images"):
        (place / step).mkdir(parents=True)
    (place / "project.yaml").write_text("prompt: beat\n")
    with pytest.raises(ConformError, match="holds no piece yet"):
        film(place, tmp_path)
    for n in (1, 2):
        shutil.copy(loop, place / "continuation" / f"{n:02d}.wav")
        shown = Image.fromarray(np.full((90, 160, 3), (30, 220)[n - 1], np.uint8))
        shown.save(place / "images" / f"{n:02d}.png")
    (place / "images" / "02.png.json").write_text('{"license": "Apache-2.0", "painter": "flux"}')
    made = film(
        place, tmp_path, loops=1, fps=24, soundtrack="flac", text=False, lyrics="one / two",
        size="1:1",
    )  # fmt: skip
    begins = math.ceil(BARS * BAR_S * 24 - 1e-6)
    with av.open(str(made.video)) as opened:
        levels = [frame.to_ndarray()[500, 500] for frame in opened.decode(video=0)]
    with av.open(str(made.video)) as opened:
        sound = np.concatenate([frame.to_ndarray() for frame in opened.decode(audio=0)], axis=1)
        sound = sound.reshape(-1, 2) / 2**31
    with av.open(str(made.video)) as opened:
        texts = [
            (float(packet.pts * packet.time_base), bytes(packet)[2:].decode())
            for packet in opened.demux(opened.streams.subtitles[0])
            if packet.size > 2
        ]
    changes = [k for k in range(1, len(levels)) if abs(int(levels[k]) - int(levels[k - 1])) > 40]
    assert changes == [begins] and begins in made.report["did"]["cuts"]
    source = Source.read(Brief("", "", do="video", reference=str(loop))).audio
    for at in (0, round(begins / 24 * RATE)):
        assert np.abs(sound[at : at + len(source)] - source).max() < 2**-22
    cut = round(BAR_S * 24) / 24
    wanted = [(0.0, "one"), (cut, "two"), (begins / 24, "one"), (begins / 24 + cut, "two")]
    assert [words for _, words in texts] == [words for _, words in wanted]
    assert all(abs(a - b) < 0.002 for (a, _), (b, _) in zip(texts, wanted, strict=True))
    assert "licence of pictures: Apache-2.0 (flux)" in made.report["said"]
    silent = tmp_path / "silent.wav"
    write_clip(silent, np.zeros((RATE, 2), np.float32), RATE, {"report": {}}, "PCM_16")
    with pytest.raises(ConformError, match="silent is silent: there is nothing to film"):
        film(silent, tmp_path)
