"""Encoding: frames and samples into an MP4 by PyAV, sound exact to the sample."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from daemon.errors import DISK_ERRORS, ConformError, CrateError
from daemon.home.extras import how_to_install
from daemon.video.words import Layer

#: Encoders by name, the first that the build has; with options for drawn pictures in real time.
_CODECS: dict[str, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"preset": "superfast", "crf": "20", "rc-lookahead": "10", "ref": "1"}),
    "vp9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "crf": "33", "b": "0"}),
    "av1": ("libsvtav1", {"preset": "12", "crf": "38"}),
}
#: In which order `auto` takes them: what phones and sites take, then what players take.
_AUTO = ("h264", "vp9", "av1")
_SOUNDS = {"aac": "aac", "flac": "flac", "opus": "libopus"}
_SOUND_KBPS = 224
#: Hz that each encoder of sound takes; others are changed to the last.
_RATES = {"aac": (44100, 48000), "flac": (44100, 48000, 88200, 96000), "opus": (48000,)}
#: s of sound that may be ahead of the picture in the file.
_AHEAD_S = 0.5
EXTRA = how_to_install("video")


@dataclass(frozen=True)
class Made:
    """What was encoded, and how."""

    codec: str
    soundtrack: str
    sound_rate: int
    frames: int


def library() -> Any:
    """PyAV. ConformError where it is not installed, with what installs it."""
    try:
        import av
    except ImportError as error:
        why = "is not installed" if isinstance(error, ModuleNotFoundError) else f"fails ({error})"
        raise ConformError(f"video needs PyAV, which {why}: {EXTRA}", "not_ready") from None
    return av


def choose_codec(asked: str) -> str:
    """The codec to encode by. ConformError where this build of PyAV lacks what was asked."""
    have = library().codecs_available
    for name in _AUTO if asked == "auto" else (asked,):
        if _CODECS[name][0] in have:
            return name
    others = [name for name in _AUTO if _CODECS[name][0] in have]
    raise ConformError(
        f"codec: this build of PyAV has no {_CODECS.get(asked, _CODECS['h264'])[0]}; it has "
        f"{', '.join(others) or 'none that is used here'}"
    )


def encoder_of(codec: str) -> tuple[str, dict[str, str]]:
    """FFmpeg's name of a codec's encoder, and its options."""
    name, options = _CODECS[codec]
    return name, dict(options)


class Film:
    """An MP4 that is written frame by frame; `close` makes it whole."""

    def __init__(
        self, path: Path, *, size: tuple[int, int], fps: int, audio: np.ndarray, rate: int,
        codec: str, soundtrack: str, facts: Mapping[str, str],
        subtitles: Sequence[tuple[float, float, str]] = (),
    ) -> None:  # fmt: skip
        """audio: float32 (frames, channels), all of the film's sound.

        subtitles: (from s, to s, words), for players that show them.
        """
        av = library()
        self._av = av
        self._size, self._fps = size, fps
        self.codec, self.soundtrack = choose_codec(codec), soundtrack
        options = {"movflags": "+faststart+use_metadata_tags"}
        self._file = av.open(str(path), "w", format="mp4", options=options)
        self._file.metadata.update(facts)
        name, settings = _CODECS[self.codec]
        stream = self._file.add_stream(name, rate=fps, options=settings)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, fps)
        context = stream.codec_context
        context.thread_count = 2
        # untagged, some players take an HD picture for an SD one and shift its hues
        context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1
        context.color_range = 1
        self._video = stream
        self._sound = self._sound_packets(audio, rate)
        self._subtitles = self._subtitle_packets(subtitles)
        self._next: Any = None
        self._reformatter = av.video.reformatter.VideoReformatter()
        self.frames = 0

    def _subtitle_packets(self, rows: Sequence[tuple[float, float, str]]) -> list[Any]:
        """Packets of a stream of 3GPP timed text: the length of each text in 16 bits, and it."""
        if not rows:
            return []
        stream = self._file.add_mux_stream("mov_text")
        stream.time_base = Fraction(1, 1000)
        packets = []
        for start_s, end_s, words in rows:
            text = words.encode()[:65000]
            packet = self._av.Packet(struct.pack(">H", len(text)) + text)
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = round(start_s * 1000)
            packet.duration = round(end_s * 1000) - packet.pts
            packets.append(packet)
        return packets

    def _sound_packets(self, audio: np.ndarray, rate: int) -> Iterator[Any]:
        """Packets of the sound, encoded as they are asked for; samples are not re-levelled."""
        rates = _RATES[self.soundtrack]
        self.sound_rate = rate if rate in rates else rates[-1]
        if self.sound_rate != rate:
            from daemon.audio.resample import resample

            audio = resample(audio, rate, self.sound_rate)
        stream = self._file.add_stream(_SOUNDS[self.soundtrack], rate=self.sound_rate)
        stream.codec_context.layout = "stereo" if audio.shape[1] > 1 else "mono"
        if self.soundtrack != "flac":
            stream.codec_context.bit_rate = _SOUND_KBPS * 1000
        stream.codec_context.format = {"flac": "s32", "opus": "flt"}.get(self.soundtrack, "fltp")
        # how many samples a frame has is known once it is open
        stream.codec_context.open()
        return self._encoded(stream, audio[:, :2])

    def _encoded(self, stream: Any, audio: np.ndarray) -> Iterator[Any]:
        av, rate = self._av, self.sound_rate
        layout = "stereo" if audio.shape[1] > 1 else "mono"
        if self.soundtrack == "flac":
            whole = np.clip(np.round(audio.astype(np.float64) * 2**23), -(2**23), 2**23 - 1)
            samples: np.ndarray = (whole.astype(np.int32) << 8).reshape(1, -1)
            kind = "s32"
        elif self.soundtrack == "opus":
            samples, kind = np.ascontiguousarray(audio, np.float32).reshape(1, -1), "flt"
        else:
            samples, kind = np.ascontiguousarray(audio.T, np.float32), "fltp"
        size = stream.codec_context.frame_size or 4096
        width = 1 if kind == "fltp" else audio.shape[1]
        for at in range(0, len(audio), size):
            end = min(at + size, len(audio))
            part = np.ascontiguousarray(samples[:, at * width : end * width])
            frame = av.AudioFrame.from_ndarray(part, format=kind, layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
            yield from stream.encode(frame)
        yield from stream.encode(None)

    def add(self, picture: np.ndarray, palette: np.ndarray | None, layers: list[Layer]) -> None:
        """Add a frame: levels with their palette (n, 3), or colours (h, w, 3), of any size."""
        with _disk_told():
            frame = self.framed(picture, palette, layers)
            frame.pts, frame.time_base = self.frames, Fraction(1, self._fps)
            self._file.mux(self._video.encode(frame))
            self.frames += 1
            until_s = self.frames / self._fps
            self._mux_sound(until_s + _AHEAD_S)
            while self._subtitles and self._subtitles[0].pts <= until_s * 1000:
                self._file.mux(self._subtitles.pop(0))

    def framed(self, picture: np.ndarray, palette: np.ndarray | None, layers: list[Layer]) -> Any:
        """The picture at the film's size in yuv420p, with the words on it."""
        av = self._av
        if palette is None:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        else:
            table = np.full((256, 4), 255, np.uint8)
            table[: len(palette), 1:] = palette
            frame = av.VideoFrame.from_ndarray((picture, table), format="pal8")
        w, h = self._size
        large = self._reformatter.reformat(
            frame, width=w, height=h, format="yuv420p", interpolation="BILINEAR",
            dst_colorspace="ITU709", dst_color_range="MPEG",
        )  # fmt: skip
        luma, *chroma = [_plane(plane) for plane in large.planes]
        for layer in layers:
            layer.onto(luma, (chroma[0], chroma[1]))
        return large

    def _mux_sound(self, until_s: float) -> None:
        while True:
            if self._next is None:
                self._next = next(self._sound, None)
            packet = self._next
            if packet is None or (
                packet.pts is not None and packet.pts > until_s * self.sound_rate
            ):
                return
            self._file.mux(packet)
            self._next = None

    def close(self) -> Made:
        """End the file. CrateError where the disk is full."""
        with _disk_told():
            self._file.mux(self._video.encode(None))
            self._mux_sound(float("inf"))
            self._file.close()
        return Made(self.codec, self.soundtrack, self.sound_rate, self.frames)


def _plane(plane: Any) -> np.ndarray:
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


class _disk_told:
    """A full disk, as FFmpeg tells it, becomes the error of one that any clip meets."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            raise CrateError(
                f"the video could not be written ({error.strerror}); free some space, then ask"
                " once more",
                "disk",
            ) from None
