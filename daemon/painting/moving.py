"""A film without sound of a model's frames, as a source of pictures for `video`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from daemon.video.film import choose_codec, encoder_of, library


def write_moving(path: Path, frames: np.ndarray, fps: int) -> None:
    """Write uint8 (frames, height, width, 3) as an MP4; sides are made even."""
    av = library()
    frames = frames[:, : frames.shape[1] // 2 * 2, : frames.shape[2] // 2 * 2]
    name, options = encoder_of(choose_codec("auto"))
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as file:
        stream = file.add_stream(name, rate=fps, options=options)
        stream.width, stream.height = frames.shape[2], frames.shape[1]
        stream.pix_fmt = "yuv420p"
        for k, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = k, Fraction(1, fps)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
