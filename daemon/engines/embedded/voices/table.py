"""The table of voices by name, with General MIDI numbers and note ranges."""

from __future__ import annotations

from daemon.engines.embedded.voices import bass, bronze, drums, keys, pads, wood
from daemon.engines.embedded.voices.acoustic import ROWS
from daemon.engines.embedded.voices.voice import Voice

#: Columns as in `Voice`: name, family, renderer, MIDI number, lowest, highest and home note.
VOICES: dict[str, Voice] = {
    voice.name: voice
    for voice in (
        Voice("kick", "drums", drums.kick, 36, 24, 48, 31, one_shot_s=0.5),
        Voice("hard kick", "drums", drums.hard_kick, 36, 24, 48, 31, one_shot_s=0.5),
        Voice("snare", "drums", drums.snare, 38, 48, 62, 54, tuned=False),
        Voice("brush", "drums", drums.brush, 38, 48, 62, 54, tuned=False),
        Voice("brush sweep", "drums", drums.brush_sweep, 40, tuned=False),
        Voice("clap", "drums", drums.clap, 39, tuned=False),
        Voice("snap", "drums", drums.snap, 39, tuned=False),
        Voice("rim", "drums", drums.rim, 37, 60, 84, 71, tuned=False),
        Voice("hat", "drums", drums.hat, 42, tuned=False),
        Voice("open hat", "drums", drums.open_hat, 46, tuned=False),
        Voice("ride", "drums", drums.ride, 51, tuned=False),
        Voice("crash", "drums", drums.crash, 49, tuned=False),
        Voice("high tom", "drums", drums.tom, 50, 36, 70, 55),
        Voice("mid tom", "drums", drums.tom, 47, 36, 70, 50),
        Voice("low tom", "drums", drums.tom, 43, 36, 70, 43),
        Voice("high conga", "drums", drums.conga, 63, 48, 76, 62),
        Voice("low conga", "drums", drums.conga, 64, 48, 76, 56),
        Voice("tabla", "drums", drums.tabla, 60, 54, 74, 62),
        Voice("bayan", "drums", drums.bayan, 61, 34, 52, 41),
        Voice("shaker", "drums", drums.shaker, 70, tuned=False),
        Voice("tambourine", "drums", drums.tambourine, 54, tuned=False),
        Voice("cowbell", "drums", drums.cowbell, 56, 60, 84, 73, tuned=False),
        Voice("clave", "drums", drums.clave, 75, 84, 108, 99, tuned=False),
        Voice("acoustic kick", "drums", wood.kick, 36, 26, 46, 34, one_shot_s=0.5),
        Voice("acoustic snare", "drums", wood.snare, 38, 48, 64, 55, tuned=False),
        Voice("cross-stick", "drums", wood.cross_stick, 37, 72, 94, 83, tuned=False),
        Voice("acoustic hat", "drums", bronze.player("acoustic hat"), 42, tuned=False),
        Voice("acoustic open hat", "drums", bronze.player("acoustic open hat"), 46, tuned=False),
        Voice("acoustic ride", "drums", bronze.player("acoustic ride"), 51, tuned=False),
        Voice("acoustic crash", "drums", bronze.player("acoustic crash"), 49, tuned=False),
        Voice("acoustic high tom", "drums", wood.tom, 50, 40, 66, 53),
        Voice("acoustic mid tom", "drums", wood.tom, 47, 36, 62, 48),
        Voice("acoustic low tom", "drums", wood.tom, 43, 32, 56, 41),
        Voice("riser", "effects", drums.riser, 119, tuned=False, one_shot_s=4.0),
        Voice("sweep down", "effects", drums.sweep_down, 119, tuned=False, one_shot_s=3.0),
        Voice("impact", "effects", drums.impact, 57, 20, 40, 28, one_shot_s=2.0),
        Voice("sub", "bass", bass.sub, 38, 24, 52, 33),
        Voice("808", "bass", bass.eight_oh_eight, 38, 24, 48, 31, one_shot_s=1.8),
        Voice("saw bass", "bass", bass.saw_bass, 38, 24, 55, 33, one_shot_s=0.6),
        Voice("pluck bass", "bass", bass.pluck_bass, 38, 24, 55, 33, one_shot_s=0.4),
        Voice("round bass", "bass", bass.round_bass, 38, 24, 55, 33, one_shot_s=0.6),
        Voice("acid", "bass", bass.acid, 38, 24, 64, 36, one_shot_s=0.4),
        Voice("reese", "bass", bass.reese, 38, 24, 52, 33, one_shot_s=1.5),
        Voice("wobble", "bass", bass.wobble, 38, 24, 48, 29, one_shot_s=1.5),
        Voice(
            "finger bass", "bass", bass.finger, 33, 28, 55, 33, one_shot_s=0.8, now="fingered bass"
        ),
        Voice("chip bass", "bass", bass.chip_bass, 80, 24, 60, 33, one_shot_s=0.5),
        Voice("rumble", "bass", bass.rumble, 38, 24, 48, 33, one_shot_s=0.5),
        Voice("log drum", "bass", bass.log_drum, 38, 28, 55, 36, one_shot_s=0.5),
        Voice(
            "electric piano",
            "keys",
            keys.electric_piano,
            4,
            36,
            96,
            60,
            one_shot_s=1.5,
            now="tine piano",
        ),
        Voice("piano", "keys", keys.piano, 0, 24, 100, 60, one_shot_s=1.5, now="grand piano"),
        Voice("organ", "keys", keys.organ, 16, 36, 96, 60),
        Voice("bell", "keys", keys.bell, 14, 48, 100, 72),
        Voice("mallet", "keys", keys.mallet, 12, 48, 96, 72, now="marimba"),
        Voice("pluck", "keys", keys.pluck, 84, 40, 96, 69, one_shot_s=0.4),
        Voice("guitar", "keys", keys.guitar, 25, 40, 88, 64, now="steel guitar"),
        Voice("power guitar", "keys", keys.power_guitar, 30, 36, 76, 45, now="distorted guitar"),
        Voice("pad", "pads", pads.pad, 89, 40, 88, 60, one_shot_s=3.0),
        Voice("warm pad", "pads", pads.warm_pad, 89, 40, 88, 60, one_shot_s=4.0),
        Voice("strings", "pads", pads.strings, 48, 40, 96, 64, one_shot_s=2.0),
        Voice("choir", "pads", pads.choir, 52, 45, 84, 64, one_shot_s=2.5, now="choir ah"),
        Voice("brass", "pads", pads.brass, 61, 40, 84, 60, one_shot_s=0.5),
        Voice("supersaw", "leads", pads.supersaw, 90, 40, 96, 64),
        Voice("lead", "leads", pads.lead, 81, 48, 100, 72),
        Voice("tuned cowbell", "leads", drums.tuned_cowbell, 113, 54, 90, 72, one_shot_s=0.4),
        Voice("chip", "leads", pads.chip, 80, 40, 100, 69, one_shot_s=0.4),
        Voice("soft lead", "leads", pads.soft_lead, 73, 48, 100, 72, now="flute"),
        *ROWS,
    )
}


def newest(name: str) -> str:
    """The voice that plays a name in new plans. Older plans name the voices that they had."""
    voice = VOICES.get(name)
    return voice.now if voice is not None and voice.now else name
