"""The engine's door: a Brief and a seed in, a Take out."""

from __future__ import annotations

import numpy as np

from bridge.music import loop_frames
from daemon.brief import Brief
from daemon.engines.contract import Grid, Progress, Take
from daemon.engines.embedded import INFO
from daemon.engines.embedded.composer import compose
from daemon.engines.embedded.midi_file import midi_bytes
from daemon.engines.embedded.mix import Desk, Player, frame_of, levelled, part_sounds, place
from daemon.engines.embedded.oneshot import find_voice, play_oneshot
from daemon.engines.embedded.plan import Plan
from daemon.engines.embedded.score import Note, Score
from daemon.engines.embedded.voices.voice import Tone
from daemon.errors import EngineError

_LOOP_LUFS = -14.0
_PLAYERS: dict[int, Player] = {}


def make(brief: Brief, seed: int, progress: Progress) -> Take:
    """One take of the brief: same brief and seed, same samples and MIDI. EngineError for a kind that it cannot make."""
    if brief.kind == "oneshot":
        return _oneshot(brief, seed, progress)
    if brief.kind in ("loop", "midi"):
        return _loop(brief, seed, progress)
    raise EngineError(f"the embedded musician does not make kind {brief.kind!r}: it makes {', '.join(INFO.kinds)}")


def _player(rate: int) -> Player:
    if rate not in _PLAYERS:
        _PLAYERS.clear()
        _PLAYERS[rate] = Player(rate)
    return _PLAYERS[rate]


def _take(audio: np.ndarray | None, rate: int, seed: int) -> Take:
    return Take(audio, rate, seed, INFO.name, INFO.model, INFO.license)


def _oneshot(brief: Brief, seed: int, progress: Progress) -> Take:
    voice = find_voice(brief)
    progress(0.1, f"playing {voice.name}")
    note = brief.note
    if note is None and brief.pitch_class is not None:
        note = voice.home + (brief.pitch_class - voice.home + 6) % 12 - 6
    audio, pitch = play_oneshot(voice, note, seed, brief.sample_rate, Tone(), brief.seconds)
    take = _take(audio, brief.sample_rate, seed)
    take.note = pitch
    take.parts = (voice.name,)
    return take


def _loop(brief: Brief, seed: int, progress: Progress) -> Take:
    progress(0.02, "composing")
    plan = compose(brief, seed)
    score = Score(plan)
    notes = {part: score.part(part) for part in plan.parts}
    audio, stems = (None, {}) if brief.kind == "midi" else render_loop(plan, notes, brief.sample_rate, progress)
    take = _take(audio, brief.sample_rate, seed)
    take.grid = Grid(plan.bpm, plan.meter, plan.bars)
    take.key = plan.key_.short if any(part != "drums" for part in plan.parts) else None
    take.stems = stems
    take.midi = midi_bytes(plan, notes, [], score.ticks)
    take.plan = plan.to_json()
    take.parts = plan.parts
    progress(1.0, "played")
    return take


def render_loop(
    plan: Plan, notes: dict[str, list[Note]], rate: int, progress: Progress
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(mix, stems) of a plan as a loop of exactly its frames; float32 (frames, 2), the stems summing to the mix."""
    frames = loop_frames(plan.bars, plan.meter_, plan.bpm, rate)
    player = _player(rate)
    buses = {}
    for k, (part, played) in enumerate(notes.items()):
        progress(0.05 + 0.6 * k / len(notes), f"playing {part}")
        buses[part] = place(played, part_sounds(plan, part), plan, player, frames)
    progress(0.7, "mixing")
    kicks = [frame_of(n.start, plan.bpm, rate) for n in notes.get("drums", []) if n.voice in ("kick", "hard kick")]
    stems = Desk(plan, rate, frames).stems(buses, kicks)
    progress(0.9, "levelling")
    return levelled(stems, _LOOP_LUFS, rate)
