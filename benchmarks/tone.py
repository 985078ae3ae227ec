"""Lines by another instrument: pitch, loudness and timbre against the source and the target.

Sources are lines whose pitch is known (glides and vibrato), and leads and basses of the embedded
musician with seeds that nobody tuned on. Pitch and loudness of a result are heard as those of the
source are; timbre is the mean of 40 log-mel bands at equal level, against the target's own playing
of the line's notes, which the fit did not hear. Attacks are the same bands over the first 50 ms of
each note. A line is moved by octaves to the middle of the target's range.

    python -m benchmarks.tone --count 8
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft

from daemon.audio.sound import mixed
from daemon.brief import Brief
from daemon.engines.embedded.engine import make
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.voices.voice import Strike, Voice
from daemon.errors import ConformError
from daemon.hearing.one_voice import HOP_S
from daemon.tone.instrument import Heard, fit
from daemon.tone.line import Played, played, points_of
from daemon.tone.one_at_a_time import check_one_voice
from daemon.tone.sampler import Span, spans_of
from daemon.tone.synth import play
from daemon.tone.voices import learn

RATE = 44100
#: Seeds from here on were never tuned on.
FIRST_SEED = 8_000_000
GENRES = ("jazz", "pop", "house", "funk", "techno", "reggae", "soul", "disco", "trance", "rock")
TARGETS = ("trumpet", "cello", "flute", "organ")
#: s of a note that are its attack.
_ATTACK_S = 0.05


@dataclass(frozen=True)
class Row:
    """Cents off, share within 50 cents, loudness correlation, s of work.

    Mean dB off the target's own playing by band, and whether the source is further from the result;
    the same of attacks.
    """

    cents: float
    within: float
    alike: float
    timbre_db: float
    is_nearer: bool
    attack_db: float
    work_s: float


def bench() -> None:
    compare(count=4)


def compare(count: int) -> None:
    """Each source by each target's named voice, and by an instrument fitted to its notes."""
    print(
        f"{'sources':<18}{'cents':>7}{'in 50':>8}{'loud':>7}{'dB off':>8}{'nearer':>8}"
        f"{'attack':>8}{'x real time':>13}"
    )
    _table("known lines", _known(count))
    _table("musician's", _musician(count))


def _known(count: int) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        rng = np.random.default_rng([19, seed])
        t = np.arange(4 * RATE) / RATE
        notes = rng.integers(45, 76, 8)
        pitch = notes[np.minimum((t / 0.5).astype(int), 7)].astype(float)
        pitch += rng.uniform(0, 0.5) * np.sin(2 * np.pi * rng.uniform(4, 7) * t)
        pitch += rng.uniform(-1, 1) * np.exp(-(t % 0.5) / 0.06)
        hz = 440 * 2 ** ((pitch - 69) / 12)
        turns, slope = np.cumsum(hz) / RATE, rng.uniform(0.8, 2)
        tone = sum(
            np.sin(2 * np.pi * k * turns) * k**-slope * (k * hz < 18000) for k in range(1, 25)
        )
        level = np.minimum(1, (t % 0.5) / 0.02) * np.minimum(1, (0.5 - t % 0.5) / 0.03)
        level *= 0.2 + 0.8 * rng.random(8)[np.minimum((t / 0.5).astype(int), 7)]
        at = np.minimum(np.arange(points_of(len(t), RATE)) * HOP_S, t[-1])
        yield (0.2 * level * tone).astype(np.float32)[:, None], np.interp(at, t, hz)


def _musician(count: int) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    for n in range(count):
        genre, seed = GENRES[n % len(GENRES)], FIRST_SEED + n
        brief = Brief(genre, genre, genre=genre, bpm=100.0, bars=2, seed=seed, stems=True)
        stems = make(brief, seed, lambda *_: None).stems
        for part in ("lead", "bass"):
            if part in stems and np.abs(stems[part]).max() > 1e-3:
                yield stems[part], None


def _table(name: str, sources: Iterator[tuple[np.ndarray, np.ndarray | None]]) -> None:
    rows, heard_s, refused = [], 0.0, 0
    for n, (audio, hz) in enumerate(sources):
        try:
            line = played(audio, RATE, True)
            check_one_voice(audio, RATE, line, name)
        except ConformError:
            refused += 1
            continue
        heard_s += len(audio) / RATE
        rows.append(_row(audio, line, hz, TARGETS[n % len(TARGETS)], is_fitted=n % 2 == 1))
    cents, within, alike = np.mean([(one.cents, one.within, one.alike) for one in rows], axis=0)
    timbre, nearer, attack = np.mean(
        [(one.timbre_db, one.is_nearer, one.attack_db) for one in rows], axis=0
    )
    speed = heard_s / sum(one.work_s for one in rows)
    print(
        f"{name:<18}{cents:7.2f}{within:8.1%}{alike:7.3f}{timbre:8.1f}{nearer:8.0%}"
        f"{attack:8.1f}{speed:12.1f}x"
        f"  {len(rows)} lines, {refused} refused",
        flush=True,
    )


def _row(
    audio: np.ndarray, line: Played, hz: np.ndarray | None, target: str, *, is_fitted: bool
) -> Row:
    began = time.process_time()
    voice = VOICES[target]
    pitch = 69 + 12 * np.log2(line.hz[line.voiced] / 440)
    octaves = round(((voice.low + voice.high) / 2 - float(np.median(pitch))) / 12)
    line, pitch = Played(line.hz * 2.0**octaves, line.level_db), pitch + 12 * octaves
    hz = None if hz is None else hz * 2.0**octaves
    low = int(np.clip(round(pitch.min()), voice.low, voice.high - 12))
    high = int(np.clip(round(pitch.max()), low + 7, voice.high))
    if is_fitted:
        notes = [voice.play(Strike(p, 1.0, 0.8, RATE)) for p in range(low, high + 1, 5)]
        instrument = fit(target, [Heard(one, RATE) for one in notes])
    else:
        instrument = learn(voice, float(pitch.min()), float(pitch.max()), RATE)
    assert instrument is not None
    made = play(line, instrument, len(audio), RATE, True, 1)[:, None]
    spent_s = time.process_time() - began
    after = played(made, RATE, True)
    true = line.hz if hz is None else np.where(line.voiced, hz, np.nan)
    both = np.isfinite(true) & after.voiced
    cents = 1200 * np.abs(np.log2(after.hz[both] / true[both]))
    loud = line.level_db > line.level_db.max() - 40
    spans = spans_of(line)
    wanted = _own_playing(voice, line, spans, _heard_below(voice) if is_fitted else 0)
    result = _timbre(made)
    to_target = result - _timbre(wanted)
    return Row(
        float(np.median(cents)),
        float((cents < 50).sum() / np.isfinite(true).sum()),
        float(np.corrcoef(line.level_db[loud], after.level_db[loud])[0, 1]),
        float(np.abs(to_target).mean()),
        bool(np.linalg.norm(to_target) < np.linalg.norm(result - _timbre(audio))),
        float(np.abs(_timbre(_attacks(made, spans)) - _timbre(_attacks(wanted, spans))).mean()),
        spent_s,
    )


def _own_playing(voice: Voice, line: Played, spans: list[Span], octaves: int) -> np.ndarray:
    """The line's notes as the target itself plays them, each in its place."""
    made = np.zeros((round(len(line.hz) * HOP_S * RATE) + RATE, 1), np.float32)
    for span in spans:
        pitch = 69 + 12 * np.log2(np.nanmedian(line.hz[span.first : span.end]) / 440)
        under_db = np.median(line.level_db[span.first : span.end]) - line.top_db
        velocity = float(np.clip(0.85 * 10 ** (under_db / 40), 0.2, 1.0))
        length_s = (span.end - span.first) * HOP_S
        note = voice.play(Strike(round(pitch) + 12 * octaves, length_s, velocity, RATE))
        mono = mixed(note)[: round(length_s * RATE)]
        first = round(span.first * HOP_S * RATE)
        made[first : first + len(mono), 0] += mono[: len(made) - first]
    return made


def _heard_below(voice: Voice) -> int:
    """Octaves under its key at which a voice is heard: an organ's lowest pipes make it one."""
    line = played(voice.play(Strike(60, 1.0, 0.8, RATE)), RATE, False)
    return round((60 - float(np.nanmedian(69 + 12 * np.log2(line.hz / 440)))) / 12)


def _attacks(audio: np.ndarray, spans: list[Span]) -> np.ndarray:
    starts = (max(0, round(span.first * HOP_S * RATE)) for span in spans)
    return np.concatenate([audio[first : first + round(_ATTACK_S * RATE)] for first in starts])


def _timbre(audio: np.ndarray) -> np.ndarray:
    """Mean dB of 40 mel bands over the moments that sound, without their mean."""
    mono = mixed(audio)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(mono, 1024), 2048)[::1024]
    power = np.abs(scipy.fft.rfft(frames * np.hanning(2048), axis=1)) ** 2
    loud = power.sum(axis=1)
    power = power[loud > loud.max() * 1e-3]
    edges_hz = 700 * (np.exp(np.linspace(np.log1p(60 / 700), np.log1p(14000 / 700), 41)) - 1)
    edges = np.round(edges_hz / (RATE / 2048)).astype(int)
    bands = np.stack(
        [power[:, a : max(b, a + 1)].sum(axis=1) for a, b in pairwise(edges)],
        axis=1,
    )
    levels = 10 * np.log10(bands / bands.sum(axis=1, keepdims=True) + 1e-6).mean(axis=0)
    return levels - levels.mean()


def main() -> None:
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("--count", type=int, default=8)
    compare(about.parse_args().count)


if __name__ == "__main__":
    main()
