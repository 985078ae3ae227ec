"""Renders a plan to audio: a loop at once, a track section by section."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bridge.music import loop_frames
from daemon.audio import rooms
from daemon.audio.filters import forget_long_responses
from daemon.audio.scratch import Scratch
from daemon.engines.contract import Progress
from daemon.engines.embedded.buses import frame_of, part_sounds, place
from daemon.engines.embedded.ending import natural_ring_s
from daemon.engines.embedded.mix import Balance, Mixer
from daemon.engines.embedded.moves import moved, swelled
from daemon.engines.embedded.notes import Note
from daemon.engines.embedded.plan import Plan, Section, Sound
from daemon.engines.embedded.player import Player
from daemon.engines.embedded.score import Score
from daemon.engines.embedded.sums import below_ceiling
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.textures import texture
from daemon.home.heap import give_back

#: Loudness of a loop, in LUFS.
_LOOP_LUFS = -14.0
#: Seconds kept after a section for the release of its notes.
_RING_S = 3.5
#: Voices that trigger the ducking.
_KICKS = ("kick", "hard kick")
#: Loudness of a section at energy 0 against one at 1, in dB: a break of 0.4 lies 2.4 dB under.
_STEP_DB = 4.0

#: Notes by part.
Notes = Mapping[str, Sequence[Note]]


def play_loop(
    plan: Plan, notes: Notes, player: Player, progress: Progress
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(mix, stems) of a loop of exactly its frames, float32 (frames, 2); stems sum to the mix."""
    return below_ceiling(_play_loop(plan, notes, player, progress)[1])


def play_lines(
    plan: Plan, notes: Notes, player: Player, lines: Notes, progress: Progress
) -> dict[str, np.ndarray]:
    """The lines of a loop's drums as they sound in its mix, float32 (frames, 2) each.

    `lines` groups the notes of the drums. Their sum is the drums' stem, but for one gain.
    """
    desk, _ = _play_loop(plan, notes, player, progress)
    sounds = part_sounds(plan, "drums")
    buses = {
        name: place(own, sounds, plan.bpm, player, desk.frames, early=plan.early)
        for name, own in lines.items()
    }
    return desk.lines("drums", buses)


def _play_loop(
    plan: Plan, notes: Notes, player: Player, progress: Progress
) -> tuple[Mixer, dict[str, np.ndarray]]:
    """A loop's desk, its balance set, and its stems."""
    frames = loop_frames(plan.bars, plan.meter_, plan.bpm, player.rate)
    buses: dict[str, np.ndarray] = {}
    for k, part in enumerate(plan.parts):
        progress(0.05 + 0.6 * k / len(plan.parts), f"playing {part}")
        if part == "texture" and plan.texture is not None:
            buses[part] = _texture(plan.texture, plan, frames, player.rate)
        else:
            sounds = part_sounds(plan, part)
            bus = place(notes[part], sounds, plan.bpm, player, frames, early=plan.early)
            closed = plan.sections[0].closed if len(plan.sections) == 1 else {}
            if plan.version >= 8 and len(plan.sections) == 1 and _is_driven(sounds):
                bus = swelled(bus, plan.sections[0].arc_db, plan.bars, player.rate)
            buses[part] = moved(bus, closed, part, plan.bars, player.rate)
    progress(0.7, "mixing")
    kicks = [
        frame_of(note.start, plan.bpm, player.rate)
        for note in notes.get("drums", ())
        if note.voice in _KICKS
    ]
    desk = Mixer(plan, player.rate, frames)
    return desk, desk.stems(buses, kicks, _LOOP_LUFS)


def _is_driven(sounds: Mapping[str, Sound]) -> bool:
    return any(voice in VOICES and VOICES[voice].amp is not None for voice in sounds)


def _texture(sound: Sound, plan: Plan, frames: int, rate: int) -> np.ndarray:
    return texture(
        sound.voice, frames, rate, plan.seeds.get("texture", 0), sound.tone.get("bright", 0.0)
    )


@dataclass(frozen=True)
class _Block:
    """One section of a track and its position in ticks and frames from the piece's start."""

    section: Section
    start_tick: int
    end_tick: int
    start: int
    frames: int


class Track:
    """Renders a plan's sections in order, each with its tail, into one mix and optional stems."""

    def __init__(
        self,
        plan: Plan,
        notes: Notes,
        player: Player,
        with_stems: bool,
        total_s: float | None = None,
        fade_from_s: float | None = None,
    ) -> None:
        """total_s, fade_from_s: where it ends and its end begins to fade; by default it rings out
        after its last bar.
        """
        self.plan = plan
        self.notes = notes
        self.player = player
        self.blocks = self._find_blocks()
        last = self.blocks[-1]
        self.frames = last.start + last.frames
        # one length for all sections, so that reverb and echo responses are computed once
        self.longest = max(block.frames for block in self.blocks)
        if total_s is None:
            total_s = self.frames / player.rate + natural_ring_s(plan)
        self.total = round(total_s * player.rate)
        self.fade_from = min(self.frames, self.total)
        if fade_from_s is not None:
            self.fade_from = min(round(fade_from_s * player.rate), self.fade_from)
        self.mix = np.zeros((0, 2), np.float32)
        # stems of a long piece would fill the memory, so they are kept in scratch files
        self.stems = {part: Scratch(self.total) for part in plan.parts} if with_stems else {}
        self.balance = Balance()

    def _find_blocks(self) -> list[_Block]:
        score = Score(self.plan)
        blocks = []
        tick = 0
        for section in self.plan.sections:
            end = tick + section.bars * score.bar_ticks
            start, stop = (frame_of(t, self.plan.bpm, self.player.rate) for t in (tick, end))
            blocks.append(_Block(section, tick, end, start, stop - start))
            tick = end
        return blocks

    def play(self, progress: Progress) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """(mix, stems), float32 (frames and tail, 2)."""
        self.mix = np.zeros((self.total, 2), np.float32)
        self._rehearse(progress)
        for k, block in enumerate(self.blocks):
            share = 0.1 + 0.85 * k / len(self.blocks)
            self._add_block(block, partial(_say, progress, share, block.section.name))
        # free the caches: the next stages need the memory more than the next piece needs them
        self.player.forget()
        rooms.forget()
        forget_long_responses()
        give_back()
        self._fade()
        progress(0.97, "levelling")
        self._hold_below_ceiling()
        return self.mix, {part: stem.array() for part, stem in self.stems.items()}

    def blocks_played(self, progress: Progress) -> Iterator[tuple[Section, int, np.ndarray]]:
        """Yield (section, its frames, its sound with all that rings on after them), in order.

        A listener may stop at any block: each is played when it is asked for.
        """
        self._rehearse(progress)
        for block in self.blocks:
            buses = self._buses(block, partial(_say, progress, 0.5, block.section.name))
            desk = self._desk
            piece = desk.mixed(buses, self._kicks(block))
            yield block.section, block.frames, piece * self._gain(block, desk.power)

    def _add_block(self, block: _Block, say: Callable[[str], None]) -> None:
        """Render a section into the mix: part by part for stems, else at once at half the cost."""
        buses = self._buses(block, say)
        kicks = self._kicks(block)
        desk = self._desk
        if not self.stems:
            piece = desk.mixed(buses, kicks)[: self.total - block.start]
            piece *= self._gain(block, desk.power)
            self.mix[block.start : block.start + len(piece)] += piece
            return
        stems = desk.stems(dict(buses), kicks, self._lufs)
        gain = self._gain(block, desk.power)
        for part in list(stems):
            piece = stems.pop(part)[: self.total - block.start] * gain
            self.mix[block.start : block.start + len(piece)] += piece
            self.stems[part].add(block.start, piece)

    def _gain(self, block: _Block, power: float) -> np.float32:
        """Gain of a section: its lift, capped so that low energy stays below the fullest section.

        `power` is the section's mean K-weighted power over the common block length.
        """
        if self.plan.version < 2:
            return np.float32(10 ** (_lift_db(block.section) / 20))
        own_lufs = -0.691 + 10 * math.log10(
            max(power, 1e-12) * self._frames_of_block / block.frames
        )
        room_db = self._lufs - _STEP_DB * (1 - block.section.energy) - own_lufs
        # rounded to 0.1 dB: power differs by float error with and without stems, the mix must not
        return np.float32(10 ** (round(min(_lift_db(block.section), room_db), 1) / 20))

    def _rehearse(self, progress: Progress) -> None:
        """Set the balance on the fullest section, then levels of parts absent from it."""
        order = sorted(
            self.blocks, key=lambda b: (-b.section.energy, -len(b.section.parts), b.start)
        )
        for block in order:
            missing = [
                part
                for part in block.section.parts
                if part not in self.balance.levels and part != "fx"
            ]
            if missing:
                buses = self._buses(
                    block, partial(_say, progress, 0.05, f"rehearsing {block.section.name}")
                )
                self._desk.stems(dict(buses), self._kicks(block), self._lufs)
        self.balance.levels["fx"] = 0.5 * self.balance.levels.get("drums", 0.5)

    @property
    def _frames_of_block(self) -> int:
        return self.longest + round(_RING_S * self.player.rate)

    @property
    def _desk(self) -> Mixer:
        return Mixer(
            self.plan, self.player.rate, self._frames_of_block, self.balance, goes_round=False
        )

    @property
    def _lufs(self) -> float:
        return self.plan.mix.lufs - 3

    def _played(self, part: str, block: _Block) -> list[Note]:
        return [
            note for note in self.notes[part] if block.start_tick <= note.start < block.end_tick
        ]

    def _kicks(self, block: _Block) -> list[int]:
        """Onset frames of the kicks within a section."""
        drums = (
            self._played("drums", block)
            if "drums" in block.section.parts and "drums" in self.plan.parts
            else []
        )
        return [
            frame_of(n.start, self.plan.bpm, self.player.rate) - block.start
            for n in drums
            if n.voice in _KICKS
        ]

    def _buses(self, block: _Block, say: Callable[[str], None]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield (part, its dry bus) of a section, part by part."""
        rate = self.player.rate
        frames = self._frames_of_block
        brighter = round((block.section.energy - 0.8) * 0.6, 1)
        for part in block.section.parts:
            if part not in self.plan.parts:
                continue
            say(part)
            if part == "texture" and self.plan.texture is not None:
                bed = _texture(self.plan.texture, self.plan, block.frames, rate)
                yield part, np.concatenate([bed, np.zeros((frames - len(bed), 2), np.float32)])
            else:
                sounds = part_sounds(self.plan, part, brighter)
                yield (
                    part,
                    place(
                        self._played(part, block),
                        sounds,
                        self.plan.bpm,
                        self.player,
                        frames,
                        block.start,
                        self.plan.early,
                    ),
                )

    def _fade(self) -> None:
        """Fade out the tail after the last bar."""
        n = self.total - self.fade_from
        curve = np.cos(np.linspace(0, np.pi / 2, n, dtype=np.float32))[:, None] ** 2
        self.mix[self.fade_from :] *= curve
        for stem in self.stems.values():
            stem.scale(self.fade_from, curve)

    def _hold_below_ceiling(self) -> None:
        top = max(float(self.mix.max(initial=0.0)), -float(self.mix.min(initial=0.0)))
        if top > 0.95:
            gain = np.float32(0.95 / top)
            self.mix *= gain
            for stem in self.stems.values():
                stem.scale(0, gain)


def _say(progress: Progress, share: float, section: str, part: str) -> None:
    progress(share, f"{section}: {part}")


def _lift_db(section: Section) -> float:
    """Gain in dB by energy: sections without drums are raised, quiet ones with drums lowered."""
    if "drums" in section.parts:
        return -3.0 * max(0.0, 0.9 - section.energy)
    return min(2.4, 7.0 * max(0.0, 0.8 - section.energy))
