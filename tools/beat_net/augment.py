"""One song becomes many takes: rearranged, sped up, drifting, sung over, and damaged."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soundfile
from scipy import signal

from tools.beat_net.singer import voice
from tools.beat_net.song import RATE, Song

#: Beats a minute that a take may have after its speed was changed.
TEMPI = (55.0, 215.0)
#: Speed changes at most, both ways.
FASTEST = 1.25
#: Drift of the tempo at most.
DRIFT = 0.03
#: How far a played tempo wavers at most, and s between its turns.
WAVER = 0.03
WAVER_S = (0.7, 3.0)
#: Log ratio of the two tempi where one steps: soft ones, and all.
SOFT_STEP = 0.04
STEP = 0.25
#: Seconds of a take.
LENGTH_S = (12.0, 42.0)


@dataclass(frozen=True)
class Take:
    """`sound` is mono float32 at RATE; beats and downbeats are seconds from its start."""

    sound: np.ndarray
    beats_s: np.ndarray
    downbeats_s: np.ndarray


def take(song: Song, random: np.random.Generator) -> Take:
    """A take of the song, with all that may befall it; same generator state, same take."""
    moved = _warped(
        _cut(Take(_arranged(song, random), song.beats_s, song.downbeats_s), random), random
    )
    sound = moved.sound
    if len(moved.beats_s) and random.random() < 0.22:
        loud = float(np.sqrt(np.mean(sound**2))) * float(random.uniform(0.8, 5))
        beat_s = float(np.median(np.diff(moved.beats_s))) if len(moved.beats_s) > 1 else 0.5
        sound = sound + loud * voice(len(sound), beat_s, random)
    for chance, damage in DAMAGES:
        if random.random() < chance:
            sound = damage(sound, random)
    lead_s = float(random.uniform(0.05, 2.0)) if random.random() < 0.3 else 0.0
    sound = np.pad(sound, (round(lead_s * RATE), 0))
    hiss = 10 ** (-float(random.uniform(40, 90)) / 20) * float(np.abs(sound).max(initial=0))
    sound = sound + hiss * random.standard_normal(len(sound))
    if not np.isfinite(sound).all():
        raise ValueError(f"a take of {song.name} is not finite: mend the damage that made it")
    return Take(sound.astype(np.float32), moved.beats_s + lead_s, moved.downbeats_s + lead_s)


def _arranged(song: Song, random: np.random.Generator) -> np.ndarray:
    """The stems at new levels, some left out for all of it or for sections of whole bars."""
    length = max(len(stem) for stem in song.stems.values())
    names = list(song.stems)
    mix = np.zeros(length, np.float32)
    who = random.random()
    kept = names
    if "drums" in names and len(names) > 1:
        if who < 0.22:
            kept = [name for name in names if name != "drums"]
        elif who < 0.34:
            kept = ["drums"]
    if 0.34 < who < 0.5 or (who < 0.1 and len(kept) > 1):
        kept = list(random.choice(kept, int(random.integers(1, len(kept) + 1)), replace=False))
    gates = _gates(song, kept, length, random) if who > 0.6 else {}
    for name in kept:
        stem = np.pad(song.stems[name], (0, length - len(song.stems[name])))
        mix += stem * gates.get(name, 1.0) * np.float32(10 ** (random.normal(0, 4) / 20))
    return mix


def _gates(
    song: Song, names: list[str], length: int, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Gains (length,) by stem: in each two or four bars some stems rest; rarely all do a beat."""
    bars = np.append(song.downbeats_s[:: int(random.choice([2, 4]))], length / RATE)
    gates = {name: np.ones(length, np.float32) for name in names}
    if random.random() < 0.25:  # they come in one after another: what is there first may mislead
        for name in names:
            gates[name][: round(float(random.choice(bars)) * RATE)] = 0
        gates[names[int(random.integers(len(names)))]][:] = 1
    for start, end in itertools.pairwise(bars):
        first, last = round(start * RATE), round(end * RATE)
        for name in names:
            if random.random() < 0.3:
                gates[name][first:last] = 0
        if random.random() < 0.12 and len(song.beats_s) > 1:
            rest = round(float(random.choice([1, 2])) * np.diff(song.beats_s)[0] * RATE)
            for name in names:
                gates[name][max(first, last - rest) : last] = 0
    return gates


def _cut(whole: Take, random: np.random.Generator) -> Take:
    """A piece that begins on a downbeat, just before one, or anywhere."""
    wanted = float(random.uniform(*LENGTH_S))
    total = len(whole.sound) / RATE
    start = float(random.uniform(0, max(0.0, total - wanted))) if total > wanted else 0.0
    if len(whole.downbeats_s) and random.random() < 0.4:
        start = float(whole.downbeats_s[np.argmin(np.abs(whole.downbeats_s - start))])
        start = max(0.0, start - float(random.choice([0, 0, random.uniform(0, 0.05)])))
    elif total <= wanted:
        start = float(random.uniform(0, 3))
    end = min(total, start + wanted)
    sound = whole.sound[round(start * RATE) : round(end * RATE)]

    def inside(at: np.ndarray) -> np.ndarray:
        at = at - start
        return at[(at >= -1e-6) & (at < end - start)]

    return Take(sound, inside(whole.beats_s), inside(whole.downbeats_s))


def _warped(plain: Take, random: np.random.Generator) -> Take:
    """Another speed, pitch with it, and now and then a tempo that drifts."""
    speed = 1.0
    if random.random() < 0.75:
        bpm = 60 / np.median(np.diff(plain.beats_s)) if len(plain.beats_s) > 1 else 120.0
        low, high = max(1 / FASTEST, TEMPI[0] / bpm), min(FASTEST, TEMPI[1] / bpm)
        speed = float(np.exp(random.uniform(np.log(min(low, 1.0)), np.log(max(high, 1.0)))))
    seconds = len(plain.sound) / RATE
    knots = np.linspace(0, seconds / speed * 1.5, 1024)
    pace = speed * _moving(plain, knots, speed, random)
    if np.ptp(pace) == 0 and speed == 1.0:
        return plain
    source = np.concatenate([[0], np.cumsum((pace[1:] + pace[:-1]) / 2 * np.diff(knots))])
    count = int(np.interp(seconds, source, knots) * RATE)
    at = np.interp(np.arange(count) / RATE, knots, source)
    sound = np.interp(at * RATE, np.arange(len(plain.sound)), plain.sound).astype(np.float32)
    return Take(
        sound,
        np.interp(plain.beats_s, source, knots),
        np.interp(plain.downbeats_s, source, knots),
    )


def _moving(
    plain: Take, knots: np.ndarray, speed: float, random: np.random.Generator
) -> np.ndarray:
    """The pace at `knots` (knots,) of a tempo that drifts, wavers as hands do, or steps; else 1."""
    kind = random.random()
    seconds = len(plain.sound) / RATE
    pace = np.ones(len(knots))
    if kind < 0.2:
        period = float(random.uniform(0.5, 2.5)) * seconds
        drift = float(random.uniform(0, DRIFT))
        pace += drift * np.sin(2 * np.pi * knots / period + random.uniform(0, 6.28))
    elif kind < 0.35:
        turns = np.arange(0, knots[-1] + 6, float(random.uniform(*WAVER_S)))
        away = random.normal(0, float(random.uniform(0, WAVER)) / 2, len(turns))
        pace += np.interp(knots, turns, np.clip(away, -WAVER, WAVER))
    elif kind < 0.5 and len(plain.beats_s) > 12:
        widest = SOFT_STEP if random.random() < 0.5 else STEP
        at_s = float(random.choice(plain.beats_s[4:-4])) / speed
        pace[knots >= at_s] *= float(np.exp(random.uniform(-widest, widest)))
    return pace


def _peak(sound: np.ndarray) -> float:
    return max(float(np.abs(sound).max(initial=0)), 1e-9)


def _equalised(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Up to three broad hills or dips, as by a desk or a phone."""
    for _ in range(int(random.integers(1, 4))):
        hz = float(np.exp(random.uniform(np.log(60), np.log(8000))))
        # the filter blows up where its band is wider than half the rate
        sharpness = max(float(random.uniform(0.4, 1.5)), hz / (0.4 * RATE))
        b, a = signal.iirpeak(hz, sharpness, fs=RATE)
        gain = 10 ** (float(random.uniform(-12, 12)) / 20)
        sound = sound + (gain - 1) * signal.lfilter(b, a, sound)
    return sound


def _squeezed(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A compressor with a slow release, so that loud drums push the rest down."""
    release = np.exp(-1 / (float(random.uniform(0.03, 0.3)) * RATE))
    level = np.sqrt(signal.lfilter([1 - release], [1, -release], sound**2)) + 0.02 * _peak(sound)
    return sound / level ** float(random.uniform(0.3, 0.8))


def _driven(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.tanh(sound / _peak(sound) * float(random.uniform(1, 8)))


def _in_a_room(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    lasts = float(random.uniform(0.15, 2.5))
    n = round(lasts * RATE)
    tail = random.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
    tail *= float(random.uniform(0.1, 0.9)) / np.sqrt(np.sum(tail**2))
    return sound + signal.oaconvolve(sound, tail)[: len(sound)]


def _narrowed(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A low-pass as of low bit rates, or a high-pass as of small speakers."""
    if random.random() < 0.6:
        sos = signal.butter(4, float(random.uniform(1800, 9000)), fs=RATE, output="sos")
    else:
        sos = signal.butter(2, float(random.uniform(60, 350)), "high", fs=RATE, output="sos")
    return signal.sosfilt(sos, sound)


def _noisy(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    noise = random.standard_normal(len(sound))
    if random.random() < 0.5:
        noise = signal.lfilter([1], [1, -0.97], noise) * 0.24
    loud = float(np.sqrt(np.mean(sound**2)))
    return sound + noise * loud * 10 ** (-float(random.uniform(5, 35)) / 20)


def _smeared(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Attacks blurred both ways, as neural codecs and vocoders do: phases are not quite kept."""
    _, _, bins = signal.stft(sound, RATE, nperseg=1024)
    blur = float(random.uniform(0.3, 1.4))
    bins = bins * np.exp(1j * random.normal(0, blur, bins.shape))
    if random.random() < 0.5:
        floor = np.abs(bins).max(axis=0, keepdims=True) * 10 ** (
            -float(random.uniform(20, 40)) / 20
        )
        bins = np.where(np.abs(bins) < floor, 0, bins)
    return signal.istft(bins, RATE, nperseg=1024)[1][: len(sound)]


def _softened(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Attacks that rise late and last, with other phases: models that draw spectra do that."""
    _, _, bins = signal.stft(sound, RATE, nperseg=1024, noverlap=768)
    frame_s = 256 / RATE
    width = float(random.uniform(0.01, 0.035)) / frame_s
    reach = np.arange(-6, 7)
    bell = np.exp(-0.5 * (reach / width) ** 2)
    level = signal.oaconvolve(np.abs(bins), (bell / bell.sum())[None, :], mode="same", axes=1)
    turned = np.exp(1j * (np.angle(bins) + random.normal(0, 0.5, bins.shape)))
    blurred = signal.istft(np.maximum(level, 0) * turned, RATE, nperseg=1024, noverlap=768)[1]
    return blurred[: len(sound)]


def _coded(sound: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Through Vorbis at a low rate, which keeps the sample count."""
    held = io.BytesIO()
    quality = float(random.uniform(0.7, 1.0))
    scaled = (sound / _peak(sound) * 0.9).astype(np.float32)
    soundfile.write(held, scaled, RATE, format="OGG", subtype="VORBIS", compression_level=quality)
    held.seek(0)
    return soundfile.read(held, dtype="float32")[0][: len(sound)]


#: How likely each damage is, in the order of a studio, a room and a file.
DAMAGES: tuple[tuple[float, Callable[[np.ndarray, np.random.Generator], np.ndarray]], ...] = (
    (0.5, _equalised),
    (0.25, _squeezed),
    (0.12, _driven),
    (0.25, _in_a_room),
    (0.25, _narrowed),
    (0.2, _noisy),
    (0.2, _smeared),
    (0.15, _softened),
    (0.08, _coded),
)
