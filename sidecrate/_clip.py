"""A clip as Python hands it out: its record, its sound, and how it shows in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from daemon.record import ClipRecord, ClipReport


@dataclass(frozen=True, repr=False)
class Clip:
    """One clip. A verb accepts it as its sound or clip: `sidecrate.fit(clip, bpm=100)`."""

    record: ClipRecord
    """All that is known of it, as in the library and in its WAV."""
    in_crate: bool = True
    """False where it was written to a file of the caller's."""

    @property
    def id(self) -> str:
        return self.record["id"]

    @property
    def name(self) -> str:
        """What a request names it by: its id, or its path where the crate does not have it."""
        return self.id if self.in_crate else str(self.path.absolute())

    @property
    def path(self) -> Path:
        """The WAV, or the MIDI file of a clip of kind midi."""
        return Path(self.record["path"])

    @property
    def midi(self) -> Path | None:
        """The notes: a MIDI file beside the sound, or the clip itself; None where unknown."""
        if self.kind == "midi":
            return self.path
        beside = self.record.get("midi")
        return Path(beside) if beside else None

    @property
    def stems(self) -> list[Path]:
        """A WAV for each part, where stems were asked for."""
        return [Path(path) for path in self.record.get("stems") or ()]

    @property
    def kind(self) -> str:
        return self.record["kind"]

    @property
    def bpm(self) -> float | None:
        return self.record.get("bpm")

    @property
    def report(self) -> ClipReport:
        """What was found, what was done, what came out, and how sure that is."""
        return self.record["report"]

    def audio(self) -> tuple[np.ndarray, int]:
        """(float32 (frames, channels), sample rate in Hz).

        AudioError where it has no sound, or its file is gone.
        """
        from daemon.audio.files import read_audio
        from daemon.errors import AudioError

        if self.kind == "midi":
            raise AudioError(f"a clip of notes has no sound; its notes are in {self.path}")
        return read_audio(self.path)

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw its wave on its bars and beats, into `axes` or a new figure of matplotlib."""
        from daemon.conform.picture import draw_on_grid

        audio, sample_rate = self.audio()
        if axes is None:
            import matplotlib.pyplot as plt

            axes = plt.subplots(figsize=(12, 2.4), layout="constrained")[1]
        draw_on_grid(axes, audio, sample_rate, self.record)
        axes.set_xlabel("seconds")
        axes.set_title(f"{self.path.name} by {self.record['engine']}", loc="left", fontsize=10)
        return axes

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        from daemon.cli.show import clip_lines

        return f"<Clip {self.id} {clip_lines(self.record)}>"

    def _repr_html_(self) -> str:
        """Its facts and a player. The sound is in the notebook itself, as FLAC with 16 bits."""
        from html import escape

        from daemon.cli.show import clip_lines
        from daemon.errors import AudioError

        facts = f"<pre>{escape(clip_lines(self.record))}</pre>"
        try:
            audio, sample_rate = self.audio()
        except AudioError as error:
            return f"{facts}<p>{escape(error.text)}</p>"
        loop = " loop" if self.kind == "loop" else ""
        return f'{facts}<audio controls{loop} src="{_flac_url(audio, sample_rate)}"></audio>'


def _flac_url(audio: np.ndarray, sample_rate: int) -> str:
    import base64
    import io

    import soundfile

    file = io.BytesIO()
    soundfile.write(file, audio, sample_rate, format="FLAC", subtype="PCM_16")
    return "data:audio/flac;base64," + base64.b64encode(file.getvalue()).decode("ascii")
