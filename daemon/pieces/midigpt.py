"""New bars by MIDI-GPT (Metacreation Lab), where its package and a checkpoint of its user are here.

Imports the package when it is first asked for: it draws in torch.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from daemon.engines.embedded.notes import STEP, TICKS_PER_QUARTER
from daemon.errors import ConformError
from daemon.home.extras import how_to_install
from daemon.home.places import Places
from daemon.pieces.attributes import Asked, Known, names_of
from daemon.pieces.nets import apart
from daemon.pieces.piece import Note, Part, Piece

#: Names of the lab's own checkpoints, whose weights have a licence of their own.
_PUBLISHED = ("yellow", "prism", "expressive")
_WEIGHTS = "Metacreation Non-Commercial Research License"
#: The most that the seeds of its sampler may be.
_MOST_SEED = 2**31 - 1
#: Notes of a bar at most: a net that has lost its way writes hundreds.
_MOST_ONSETS = 48


@dataclass(frozen=True)
class Checkpoint:
    """A file of weights, and what its bars shall be like."""

    path: Path
    asked: tuple[Asked, ...] = ()

    @property
    def licence(self) -> str:
        """The terms of what it writes, as far as they are known."""
        is_theirs = self.path.name.startswith(_PUBLISHED)
        return _WEIGHTS if is_theirs else "as the checkpoint's own licence says"

    @property
    def label(self) -> str:
        return f"MIDI-GPT, {self.path.stem}"

    @property
    def said(self) -> str:
        use = "non-commercial research and education only" if self.licence == _WEIGHTS else ""
        terms = ": ".join(filter(None, (self.licence, use)))
        return f"written by MIDI-GPT with {self.path.name} ({terms})"

    def write(
        self, piece: Piece, bars: Sequence[int], chosen: Sequence[Part], temperature: float,
        seed: int,
    ) -> Piece:  # fmt: skip
        return written_by_net(piece, bars, chosen, temperature, seed, self)


def folder() -> Path:
    """Where its user puts a checkpoint."""
    return Places.find().state / "models" / "midigpt"


def find_checkpoint(asked: tuple[Asked, ...] = ()) -> Checkpoint:
    """The newest checkpoint. ConformError says what is missing, and how to bring it.

    asked: what its bars shall be like.
    """
    lacking = [name for name in ("midigpt", "torch", "safetensors") if find_spec(name) is None]
    if lacking:
        raise ConformError(
            f"with: midigpt cannot be had: {' and '.join(lacking)} is not installed;"
            f" run: {how_to_install('midigpt')}"
        )
    files = sorted(folder().glob("*.safetensors"), key=lambda one: one.stat().st_mtime)
    if not files:
        raise ConformError(
            f"with: midigpt has no checkpoint in {folder()}: put one of yours there, or"
            f" bring the lab's own ({_WEIGHTS}) with `sidecrate models get midigpt --sha256 HASH`,"
            " whose hash its page on huggingface.co/Metacreation/MIDI-GPT states"
        )
    return Checkpoint(files[-1], asked)


def written_by_net(
    piece: Piece, bars: Sequence[int], chosen: Sequence[Part], temperature: float, seed: int,
    checkpoint: Checkpoint,
) -> Piece:  # fmt: skip
    """The piece with these bars (from 0) of some parts written by the net; all else stays.

    Bars behind the piece's end are its continuation: the piece then has them. ConformError where
    the net cannot read the piece, with what it says.
    """
    # its bars of progress would fill the log
    os.environ.setdefault("TQDM_DISABLE", "1")
    from midigpt.inference import GenerationRequest, InferenceConfig, InferenceEngine, TrackPrompt

    goes_on = bars[0] >= piece.bars
    count = max(piece.bars, bars[-1] + 1)
    try:
        engine = InferenceEngine.from_checkpoint(str(checkpoint.path))
        controls = _Controls.of(engine, checkpoint, chosen)
        score = _score(piece, range(max(count, _windows(engine)[0])))
        prompts = []
        for k, part in enumerate(piece.parts):
            whole = len(score.tracks[k].bars)
            written = _written(bars, whole, goes_on) if part in chosen else []
            of_part, of_bar = controls.levels(part) if written else ({}, {})
            prompt = TrackPrompt(id=k, bars=written, autoregressive=goes_on and bool(written))
            prompt.attributes = of_part
            prompt.bar_attributes = {bar: of_bar for bar in written} if of_bar else {}
            prompts.append(prompt)
        config = InferenceConfig(
            temperature=max(0.05, temperature), seed=seed % _MOST_SEED, model_dim=0,
            density_hard_limit=_MOST_ONSETS,
        )  # fmt: skip
        made = engine.session(score, GenerationRequest(tracks=prompts, config=config)).run()
    except (ValueError, RuntimeError, OSError, KeyError) as error:
        raise ConformError(
            f"MIDI-GPT could not write bars of {piece.name} with {checkpoint.path.name}:"
            f" {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        ) from error
    merged = _merged(piece, made, bars, chosen, count)
    return replace(merged, said=(*merged.said, *controls.said(merged, bars)))


@dataclass(frozen=True)
class _Controls:
    """What is asked of the parts, in the net's own attributes."""

    analyzer: Any
    known: Mapping[str, Known]
    asked: tuple[Asked, ...]
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, engine: Any, checkpoint: Checkpoint, parts: Sequence[Part]) -> _Controls:
        """ConformError for a wish that the net cannot honour in any of the parts."""
        # its own documentation looks into the engine this way: there is no other
        analyzer = engine._analyzer
        known = {}
        if analyzer is not None:
            levels, kinds = analyzer.attribute_levels(), analyzer.attribute_track_types()
            known = {
                name: Known(size, levels[name] == "bar", kinds[name])
                for name, size in analyzer.attribute_sizes().items()
            }
        made = cls(analyzer, known, checkpoint.asked, tuple(parts))
        for one in checkpoint.asked:
            if not any(made._names(one, part) for part in parts):
                has = [f"{name} ({of.parts} parts)" for name, of in sorted(known.items())]
                raise ConformError(
                    f"attributes: {one.text}: {checkpoint.path.name} has no such attribute for"
                    f" {', '.join(part.name for part in parts)}; it has"
                    f" {', '.join(has) or 'none at all'}"
                )
        return made

    def _names(self, asked: Asked, part: Part) -> dict[str, int]:
        return names_of(asked, self.known, part.role == "drums")

    def levels(self, part: Part) -> tuple[dict[str, int], dict[str, int]]:
        """Levels of the whole part, and of each new bar."""
        found = {k: v for one in self.asked for k, v in self._names(one, part).items()}
        of_part = {name: level for name, level in found.items() if not self.known[name].is_by_bar}
        return of_part, {name: level for name, level in found.items() if name not in of_part}

    def said(self, made: Piece, bars: Sequence[int]) -> list[str]:
        """How far the new bars are as asked, and which part could not be asked."""
        if not self.asked:
            return []
        score = _score(made, bars)
        names = {part.name for part in self.parts}
        said = []
        for k, part in enumerate(made.parts):
            if part.name not in names:
                continue
            for one in self.asked:
                found = self._names(one, part)
                lines = [self._said_of(score, k, name, level) for name, level in found.items()]
                how = "; ".join(lines) or "the checkpoint has no such attribute for this part"
                said.append(f"{part.name}, {one.text}: {how}")
        return said

    def _said_of(self, score: Any, track: int, name: str, wanted: int) -> str:
        attribute = self.analyzer.get(name)
        bars = range(len(score.tracks[track].bars)) if self.known[name].is_by_bar else [None]
        got = [attribute.quantize(attribute.compute(score, track, bar)) for bar in bars]
        labels = self.analyzer.attribute_value_labels().get(name, [])
        words = [labels[one] if one < len(labels) else f"level {one}" for one in (wanted, *got)]
        if all(one == wanted for one in got):
            return f"{name} is {words[0]}, as asked"
        return f"{name} was asked to be {words[0]}, and came as {', '.join(words[1:])}"


def _windows(engine: Any) -> list[int]:
    """The lengths in bars that the net has been taught."""
    config = json.loads(engine._tokenizer._vocab.config().to_json())
    return sorted(int(one) for one in config.get("num_bars_map") or [4])


def _written(bars: Sequence[int], whole: int, goes_on: bool) -> list[int]:
    """The bars that the net is to write: a continuation goes on to its window's end."""
    return list(range(bars[0], whole)) if goes_on else list(bars)


def _score(piece: Piece, bars: Sequence[int]) -> Any:
    """These bars of the piece as the net's own score."""
    from midigpt import Bar, Score, Track
    from midigpt import Note as Struck

    meter = piece.meter
    tracks = []
    for part in piece.parts:
        made = [
            Bar(
                notes=[
                    Struck(n.pitch, n.velocity, max(0, n.start), max(1, n.length))
                    for n in piece.bar(part, index)
                ],
                ts_numerator=meter.numerator,
                ts_denominator=meter.denominator,
                beat_length=meter.quarters_per_bar,
            )
            for index in bars
        ]
        kind = "drum" if part.role == "drums" else "melodic"
        tracks.append(Track(bars=made, instrument=part.program or 0, track_type=kind))
    return Score(tracks=tracks, resolution=TICKS_PER_QUARTER, tempo=round(60e6 / piece.bpm))


def _merged(
    piece: Piece, made: Any, bars: Sequence[int], chosen: Sequence[Part], count: int
) -> Piece:
    """The piece with the net's bars in the place of its own."""
    scale = TICKS_PER_QUARTER / made.resolution
    width = piece.bar_ticks
    done = []
    for part, track in zip(piece.parts, made.tracks, strict=True):
        if part not in chosen:
            done.append(part)
            continue
        gone = {index * width - STEP // 2 for index in bars}
        stays = [
            note
            for note in part.notes
            if (note.start + STEP // 2) // width * width - STEP // 2 not in gone
        ]
        new = [
            Note(
                index * width + round(one.onset_ticks * scale),
                one.pitch,
                max(1, round(one.duration_ticks * scale)),
                min(127, max(1, one.velocity)),
            )
            for index in bars
            for one in track.bars[index].notes
            if round(one.onset_ticks * scale) < width
        ]
        done.append(part.with_notes(apart(sorted([*stays, *new]), count * width)))
    return piece.with_parts(done, count)
