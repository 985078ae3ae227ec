"""Bass voices: mono below 120 Hz, tuned, each with its own attack and modulation."""

from __future__ import annotations

import numpy as np

from daemon.audio.drive import saturate, saturate_clean
from daemon.audio.envelopes import faded, fall, gate, rise, seconds
from daemon.audio.filters import bandpass, filtered, highpass, lowpass
from daemon.audio.noise import noise
from daemon.audio.stereo import both, stereo, wide
from daemon.audio.waves import partials, sine, wave
from daemon.engines.embedded.voices.voice import Strike

#: Duration of a glide in seconds.
_GLIDE_S = 0.11


#: Variations from this on have oscillators that run on between notes, as analogue ones do: each
#: begins at a phase of its own. Those under it begin every note at none, as older plans have them.
_RUNNING = 4
#: Turns between the phases of two variations.
_TURN = 0.381966


def _phase(s: Strike) -> float:
    """Where in their turn a note's oscillators are when it begins."""
    return 0.0 if s.variation < _RUNNING else s.variation * _TURN % 1.0


def _bend(s: Strike, t: np.ndarray) -> np.ndarray | None:
    """Frequency factors (frames,) of a glide from the previous pitch, or None."""
    if s.glide_from is None:
        return None
    along = np.minimum(t / _GLIDE_S, 1)
    return (2 ** ((s.glide_from - s.pitch) / 12 * (1 - along))).astype(np.float32)


def _hz(s: Strike, bend: np.ndarray | None) -> np.ndarray | float:
    return s.hz if bend is None else s.hz * bend


def sub(s: Strike) -> np.ndarray:
    """A sine with weak second and third harmonics."""
    t = seconds(s.held_s + 0.09 * s.tone.length, s.rate)
    x = (
        sine(_hz(s, _bend(s, t)), len(t), s.rate)
        * rise(t, 0.006)
        * gate(t, s.held_s, 0.1 * s.tone.length)
    )
    x = saturate(x * (0.85 + 0.3 * s.tone.bright), 0.9 + 2.2 * s.tone.drive)
    return both(faded(x * 0.9, s.rate))


def eight_oh_eight(s: Strike) -> np.ndarray:
    """The TR-808's long kick as a bass: a sine with a falling attack, 0.5-1.5 s.

    Drive brings out the second and third harmonic.
    """
    t = seconds(min(s.held_s, 2.2 * s.tone.length) + 0.06, s.rate)
    bend = _bend(s, t)
    punch = 1 + (0.9 + 1.4 * s.tone.attack) * np.exp(-t / 0.011) if bend is None else 1.0
    x = sine(_hz(s, bend) * punch, len(t), s.rate)
    # the squared term adds the second harmonic, the saturation the third
    x = x + 0.18 * x * x * (1 + s.tone.bright)
    x = (
        saturate(x * rise(t, 0.0008), 1.5 + 3.5 * s.tone.drive)
        * fall(t, 2.4 * s.tone.length)
        * gate(t, s.held_s, 0.08)
    )
    x = filtered(x.astype(np.float32), s.rate, highpass(20), lowpass(2600 * s.scale))
    return both(faded(x * np.float32(0.85), s.rate, 0.01))


def _filter_bass(
    s: Strike, low_hz: float, high_hz: float, fall_s: float, resonance: float, square: float
) -> np.ndarray:
    t = seconds(s.held_s + 0.1 * s.tone.length, s.rate)
    bend = _bend(s, t)
    cutoff = (
        low_hz + (high_hz - low_hz) * s.velocity * np.exp(-t / (fall_s * s.tone.length))
    ) * s.scale
    x = wave("saw", s.hz, len(t), s.rate, cutoff, resonance, _phase(s), bend)
    under = wave(
        "square",
        s.hz / 2 if s.pitch >= 40 else s.hz,
        len(t),
        s.rate,
        np.minimum(cutoff, 500),
        0.8,
        0.25 + _phase(s) / 2,
        bend,
    )
    level = rise(t, 0.003) * gate(t, s.held_s, 0.11 * s.tone.length) * (0.78 + 0.22 * fall(t, 0.5))
    x = saturate_clean((x + square * under) * level, 1.3 + 3 * s.tone.drive, 2)
    return both(faded(filtered(x, s.rate, highpass(24)) * 0.62, s.rate))


def saw_bass(s: Strike) -> np.ndarray:
    """Saw and sub square through a low-pass that falls from 2.5 kHz to 0.2 kHz in 90 ms."""
    return _filter_bass(s, 220, 2300, 0.085, 1.5, 0.45)


def pluck_bass(s: Strike) -> np.ndarray:
    """Like the saw bass, shorter and darker."""
    return _filter_bass(s, 140, 1500, 0.05, 0.9, 0.7)


def round_bass(s: Strike) -> np.ndarray:
    """A soft triangle for old house, lo-fi and dub."""
    t = seconds(s.held_s + 0.1 * s.tone.length, s.rate)
    bend = _bend(s, t)
    cutoff = (330 + 500 * s.velocity * np.exp(-t / 0.07)) * s.scale
    x = (
        wave("triangle", s.hz, len(t), s.rate, cutoff, 0.8, _phase(s), bend) * 1.5
        + wave("saw", s.hz, len(t), s.rate, cutoff, 0.7, _phase(s), bend) * 0.25
    )
    x = saturate(
        x * rise(t, 0.005) * gate(t, s.held_s, 0.12 * s.tone.length), 1.1 + 2.5 * s.tone.drive
    )
    return both(faded(x * 0.7, s.rate))


def acid(s: Strike) -> np.ndarray:
    """A saw through a resonant filter with a short envelope, after the TB-303.

    Accents open the filter further; slides glide.
    """
    t = seconds(s.held_s + 0.04, s.rate)
    accent = max(0.0, s.velocity - 0.6) / 0.4
    peak_hz = (700 + 2300 * accent) * s.scale
    cutoff = 190 * s.scale + peak_hz * np.exp(-t / ((0.10 - 0.03 * accent) * s.tone.length))
    x = wave("saw", s.hz, len(t), s.rate, cutoff, 5.5 + 2 * accent, _phase(s), _bend(s, t))
    x = saturate_clean(x * rise(t, 0.003) * gate(t, s.held_s, 0.03), 1.6 + 5 * s.tone.drive, 4)
    return both(faded(filtered(x, s.rate, highpass(24)) * 0.55, s.rate))


def reese(s: Strike) -> np.ndarray:
    """Three detuned saws that beat slowly, stereo above 240 Hz, over a mono sine."""
    t = seconds(s.held_s + 0.12 * s.tone.length, s.rate)
    bend = _bend(s, t)
    n = len(t)
    cutoff = (420 + 380 * np.sin(2 * np.pi * 0.45 * t + s.variation)) * s.scale
    centre = wave("saw", s.hz, n, s.rate, cutoff, 1.1, 0.3 + _phase(s), bend)
    left = wave("saw", s.hz * 2 ** (11 / 1200), n, s.rate, cutoff, 1.1, 0.1 + 3 * _phase(s), bend)
    right = wave("saw", s.hz * 2 ** (-11 / 1200), n, s.rate, cutoff, 1.1, 0.6 + 2 * _phase(s), bend)
    apart = np.float32(0.45 * s.tone.width)
    side = filtered((left - right) * apart, s.rate, highpass(240), highpass(240))
    middle = saturate((centre + left + right) * 0.55, 1.4 + 4 * s.tone.drive) * 0.6
    under = sine(_hz(s, bend), n, s.rate, _phase(s))
    middle = filtered(middle, s.rate, highpass(90)) + 0.62 * under
    level = wide(rise(t, 0.008) * gate(t, s.held_s, 0.13 * s.tone.length))
    return faded(stereo(middle + side, middle - side) * level * np.float32(0.62), s.rate)


def wobble(s: Strike) -> np.ndarray:
    """Saw and square through an LFO-swept filter, over a sine.

    `variation` 0-3 gives 2, 4, 6 or 8 LFO cycles over the held note.
    """
    t = seconds(s.held_s + 0.06, s.rate)
    turns = (2, 4, 6, 8)[s.variation % 4]
    lfo = 0.5 - 0.5 * np.cos(2 * np.pi * turns * t / max(s.held_s, 0.05))
    cutoff = 160 + 2600 * s.scale * lfo ** (1 + 2 * s.tone.attack)
    x = wave("saw", s.hz * 2, len(t), s.rate, cutoff, 2.2) + wave(
        "square", s.hz * 1.004, len(t), s.rate, cutoff, 2.2, 0.3
    )
    x = filtered(saturate_clean(x, 2.0 + 5 * s.tone.drive, 2) * 0.5, s.rate, highpass(110))
    x = (x + 0.7 * sine(s.hz, len(t), s.rate)) * rise(t, 0.005) * gate(t, s.held_s, 0.06)
    return both(faded(x * 0.75, s.rate))


def finger(s: Strike) -> np.ndarray:
    """A plucked electric bass: partials that decay faster the higher they are, and a thud."""
    t = seconds(min(s.held_s, 2.5) + 0.12, s.rate)
    k = np.arange(1, max(2, min(17, int(5000 * s.scale / s.hz) + 1)))
    levels = np.sin(np.pi * k * 0.17) / k**1.15 * (1 + 0.35 * s.tone.attack * (k > 4))
    hz = s.hz * k * np.sqrt(1 + 6e-5 * k * k)
    x = partials(hz, levels, 2.6 / (1 + 0.22 * k), np.zeros(len(k)), len(t), s.rate)
    bend = _bend(s, t)
    if bend is not None:  # a slide resamples the string at a varying speed
        x = np.interp(np.cumsum(bend, dtype=np.float64), np.arange(len(x)), x, right=0.0).astype(
            np.float32
        )
    thud = (
        filtered(
            noise(len(t), "finger", s.variation), s.rate, lowpass(900 * s.scale), highpass(120)
        )
        * fall(t, 0.03)
        * 0.25
    )
    x = saturate(
        (x * 1.1 + thud) * rise(t, 0.002) * gate(t, s.held_s, 0.09 * s.tone.length),
        0.9 + 3 * s.tone.drive,
    )
    return both(faded(x.astype(np.float32) * 0.75, s.rate))


def log_drum(s: Strike) -> np.ndarray:
    """The amapiano log drum: a driven sine that falls 1.5 octaves in 25 ms and lasts 0.25-0.5 s."""
    t = seconds(min(max(s.held_s, 0.2), 0.5 * s.tone.length) + 0.12, s.rate)
    bend = _bend(s, t)
    semitones = 18.0 * np.exp(-t / 0.008) * (0.6 + 0.8 * s.tone.attack) if bend is None else 0.0
    x = sine(_hz(s, bend) * 2 ** (semitones / 12), len(t), s.rate)
    second = sine(_hz(s, bend) * 2, len(t), s.rate) * fall(t, 0.18) * 0.3 * s.scale
    x = saturate(
        (x + second) * rise(t, 0.0012) * fall(t, 0.75 * s.tone.length), 2.0 + 3 * s.tone.drive
    )
    return both(faded(x.astype(np.float32) * 0.8, s.rate, 0.02))


def rumble(s: Strike) -> np.ndarray:
    """Techno rumble: a kick's reverb low-passed near 140 Hz, mono, with a soft attack."""
    t = seconds(s.held_s + 0.18 * s.tone.length, s.rate)
    # a reverb tail is dense noise; a kick's tail is centred on its pitch
    room = filtered(
        noise(len(t), "rumble", s.variation),
        s.rate,
        bandpass(s.hz * 1.1, 1.4),
        lowpass(140 * s.scale**0.3),
    )
    room *= np.float32(0.5 / max(float(np.sqrt((room**2).mean())), 1e-9))
    body = sine(s.hz * (1 + 0.6 * np.exp(-t / 0.03)), len(t), s.rate)
    x = (
        (0.75 * room + 0.5 * body)
        * rise(t, 0.045 - 0.03 * s.tone.attack)
        * gate(t, s.held_s, 0.25 * s.tone.length)
    )
    x = filtered(
        saturate(x, 1.4 + 4 * s.tone.drive),
        s.rate,
        lowpass(150 * s.scale**0.3),
        lowpass(190 * s.scale**0.3),
        highpass(26),
    )
    return both(faded(x * np.float32(0.8), s.rate, 0.02))


def chip_bass(s: Strike) -> np.ndarray:
    """A game console's triangle channel."""
    t = seconds(s.held_s + 0.03, s.rate)
    x = (
        wave("triangle", s.hz, len(t), s.rate, 5000 * s.scale) * 1.3
        + wave("square", s.hz, len(t), s.rate, 1800 * s.scale) * 0.2
    )
    level = rise(t, 0.002) * gate(t, s.held_s, 0.02 * s.tone.length)
    return both(
        faded((saturate(x * level, 0.5 + 3 * s.tone.drive) * 0.75).astype(np.float32), s.rate)
    )
