"""Broken beats at speed."""

from daemon.engines.embedded.styles.style import Style

BROKEN = (
    Style(
        name="drum and bass",
        bpm=174,
        beats=(
            {"kick": "X.........x.....", "snare": "....X..g.g..X..g", "hat": "x.x.x.x.x.x.x.x."},
            {"kick": "X..x......x.....", "snare": "....X..g....X.g.", "hat": "x.o.x.o.x.o.x.oo", "ride": "x.x.x.x.x.x.x.x."},
            {
                "kick": "X.........x...../X.....x...x.....",
                "snare": "....X.......X..g/....X..g.g..X...",
                "hat": "xgogxgogxgogxgog",
            },
        ),
        extras={"shaker": ".g.g.g.g.g.g.g.g", "open hat": "..............x.", "rim": ".....o....o....."},
        fills=({"snare": "..x.xxXX", "kick": "X...x...", "*": "        "}, {"snare": "xxXX", "*": "    "}),
        bass=("X.....x...x.....", "X-----..x--...x.", "x---..x-..x---a.", "X-------....x--.8/x---..8---..x---"),
        bass_sounds=("reese", "sub", "saw bass"),
        chords=("x...............", "x.......x.......", "..x...x...x....."),
        chord_sounds=("pad", "electric piano", "strings"),
        lead_sounds=("pluck", "bell", "lead"),
        lead_busy=0.3,
        pad=("warm pad",),
        minor=("i VI III VII", "i v VI iv", "i i VI VII", "i7 iv7"),
        major=("I V vi IV", "IM7 vi7 IVM7 V"),
        tonics=("F", "G", "A", "E", "D"),
        tones={"snare": {"attack": 0.9, "tune": 1}, "kick": {"attack": 0.8, "length": 0.7}, "hat": {"length": 0.8}},
        duck=0.35,
        reverb_s=2.0,
        sends={"chords": 0.3, "lead": 0.35, "drums": 0.05, "pad": 0.35},
        delay={"lead": 0.3},
        drive=0.3,
        lufs=-9,
        spread_ms=2.0,
    ),
)
