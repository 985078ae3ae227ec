"""Quiet and slow."""

from daemon.engines.embedded.styles.style import Style

CALM = (
    Style(
        name="ambient",
        bpm=72,
        bass=("X---------------", "X---------------/X-------5-------"),
        bass_sounds=("sub", "round bass"),
        bass_hold=1.0,
        chords=("x---------------",),
        chord_sounds=("warm pad", "pad", "strings"),
        chord_hold=1.0,
        lead_sounds=("bell", "mallet", "soft lead", "electric piano"),
        lead_busy=0.2,
        texture="air",
        minor=("i9 VIM7 iv9 VIM7", "iadd9 VIIsus2", "i VI III VII"),
        major=("IM7 iii7 vi9 IVM7", "Iadd9 IVM7", "IM9 vi9"),
        mode="major",
        tonics=("C", "D", "F", "G", "Eb"),
        reverb_s=6.0,
        sends={"chords": 0.6, "lead": 0.9, "pad": 0.6, "bass": 0.0},
        delay={"lead": 0.5},
        levels_db={"bass": -2, "lead": -2},
        lufs=-16,
        slope_db=-4.9,
        spread_ms=12,
        loose=0.1,
        form="calm",
    ),
)
