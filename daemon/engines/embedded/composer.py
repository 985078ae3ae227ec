"""From a Brief to a Plan: a style and the words' wishes. Each part has its own seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from bridge.music import Key, Meter
from daemon.brief import Brief
from daemon.engines.embedded import forms, meters
from daemon.engines.embedded.answers import answered, arc_of, layered, varied_bass, varied_chords
from daemon.engines.embedded.arpeggio import arpeggio_bars
from daemon.engines.embedded.ending import bars_for
from daemon.engines.embedded.figures import FIGURES
from daemon.engines.embedded.harmony import degree_note
from daemon.engines.embedded.instruments import DRUM_ROWS
from daemon.engines.embedded.kits import kit_of, on_kit
from daemon.engines.embedded.likeness import find_style
from daemon.engines.embedded.melody import PHRASE_BARS, arpeggio, melody
from daemon.engines.embedded.moves import move_of
from daemon.engines.embedded.phrase import crowded, phrased, rolling, turn_of
from daemon.engines.embedded.plan import (
    PARTS,
    Bass,
    Chords,
    Drums,
    Feel,
    Lead,
    Mix,
    Plan,
    Section,
    Sound,
)
from daemon.engines.embedded.rows import (
    FAST_HATS,
    calmed,
    double_timed,
    every,
    fit_row,
    half_timed,
    held,
    thinned_or_filled,
    with_fill,
)
from daemon.engines.embedded.styles.cast import cast
from daemon.engines.embedded.styles.idiom import idiom_of
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.tones import toned
from daemon.engines.embedded.voices.table import VOICES
from daemon.engines.embedded.wishes import Wishes, read_wishes
from daemon.engines.embedded.written import chords_under, for_tune, lead_of
from daemon.prompt.drum_tabs import DrumTab, read_drum_tab
from daemon.prompt.genres import find_genre
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import Progression, read_progression
from daemon.prompt.tunes import Tune, read_tune

T = TypeVar("T")

_DEFAULT_ROWS = {
    "hat": "x.o.x.o.x.o.x.o.", "open hat": "..x...x...x...x.", "kick": "X...X...X...X...",
    "snare": "....X.......X...", "clap": "....X.......X...", "snap": "....x.......x...",
    "rim": "...x..x....x..x.", "ride": "x.x.x.x.x.x.x.x.",
    "crash": "X.............../................", "high tom": "x..x............",
    "mid tom": "......x..x......", "low tom": "...........x..x.", "shaker": "xgogxgogxgogxgog",
    "tambourine": "..o...o...o...o.", "cowbell": "x..x..x...x.x...", "clave": "x..x..x...x.x...",
    "tabla": "X.ogx.o.x..gX.xo", "bayan": "X.x....g....X.g.", "high conga": "..x...o...x.o...",
    "low conga": "......x.....x.x.", "hard kick": "X...X...X...X...",
} | DRUM_ROWS  # fmt: skip


#: Delay in ms of each part (below 0: early) in a drunk feel. The kick keeps the grid.
_DRUNK_MS = {
    "snare": -13.0,
    "clap": -13.0,
    "rim": -13.0,
    "hat": 17.0,
    "open hat": 17.0,
    "bass": 18.0,
    "chords": 10.0,
}
#: A rumble fills what the kicks leave.
_RUMBLE = ".xxx.xxx.xxx.xxx"
#: Toms do not roll together: the lowest does.
_OTHER_TOMS = ("high tom", "mid tom")
#: What brushes play where they are asked for.
_BRUSHED = ("snare", "rim", "clap", "snap")
#: The fill of a style that has none.
_DEFAULT_FILL = {
    "snare": "x.xxxxxX",
    "high tom": "x.......",
    "low tom": "....x.x.",
    "*": "........",
}


#: Spread of hits in ms up to which a genre is played by machines.
_OF_A_MACHINE_MS = 4.0
#: Spread of people's notes as a multiple of the tables', which are tight players': with it most
#: notes lie within 10 ms of the grid, as those of bands do.
_PLAYERS = 1.35
#: How much of a player's deviation goes on to the next note (Hennig and others 2011 measured it).
_DRIFT = 0.6
#: Share of a chord's time from which on it is meant to last until the next.
_HELD_ON = 0.75
#: Spread of kicks and first beats that people play, as a share of that of the rest.
_OF_FIRSTS = 0.9
#: Styles whose keyboards leave the root to the bass.
_SHELLS = (
    "jazz",
    "bossa nova",
    "lo-fi",
    "boom bap",
    "hip-hop",
    "soul",
    "r&b",
    "funk",
    "deep house",
    "trip-hop",
    "latin",
    "blues",
)
#: How the notes of a chord lie: of keyboards over a bass, of what is held, of all others.
_VOICINGS_OF_KEYS = ("shell", "drop2", "open", "shell")
_VOICINGS_OF_LONG = ("wide", "open", "drop2")
_VOICINGS = ("close", "open", "drop2")
#: Semitones by which a voicing's middle lies over its close one's.
_VOICING_SHIFT = {"open": 3.0, "drop2": -3.0, "wide": -3.0}
#: Voices by how they strike a chord.
_DRIVEN = ("distorted guitar", "crunch guitar", "power guitar")
_SIX_STRINGS = (
    "steel guitar",
    "nylon guitar",
    "twelve string guitar",
    "clean guitar",
    "jazz guitar",
    "muted guitar",
    "guitar",
)
#: Voices that break a chord whatever the style, and how; and those that do where a style does.
_FIGURED = {
    "harp": "harped", "celtic harp": "harped", "kora": "harped", "harpsichord": "broken",
    "spinet": "broken", "kantele": "harped", "lyre": "harped", "tanpura": "broken",
}  # fmt: skip
_PIANOS = ("grand piano", "upright piano", "felt piano", "honky tonk piano")
_STRUMMED = (
    *_PIANOS,
    "electric piano",
    "banjo",
    "mandolin",
    "ukulele",
    "lute",
    "oud",
    "bouzouki",
    "balalaika",
    "shamisen",
    "pipa",
    "kora",
    "harp",
    "koto",
    "guzheng",
    "zither",
    "sitar",
    "sarod",
    "harpsichord",
    "domra",
    "cuatro",
    "ruan",
    "biwa",
    "ngoni",
    "lyre",
    "psaltery",
    "autoharp",
    "veena",
    "tanpura",
)
_LONG_CHORDS = (
    "pad",
    "warm pad",
    "strings",
    "choir",
    "choir ah",
    "choir oo",
    "boys choir",
    "string section",
    "violin section",
    "cello section",
    "string quartet",
    "four strings",
    "pipe organ",
    "harmonium",
    "sheng",
    "shruti box",
    "mellotron",
    "monks",
)


#: Voices whose pitch a bar of glass or steel moves.
_SLIDING = ("bottleneck guitar", "lap steel", "pedal steel", "dobro")
#: Styles in which a roll of the snare builds up to where the loop begins again.
_BUILDING = ("edm", "trance", "progressive house", "electro house", "hardstyle", "future bass")
#: Choirs and quartets: the lowest part has the root.
_IN_FOUR_PARTS = ("choir ah", "choir oo", "boys choir", "monks", "four strings")


def in_turn(options: Sequence[T], seed: int, what: str, drifts: bool = True) -> T:
    """The option of a seed: seeds in a row, as a job's clips have, get different ones.

    Options that drift get another order each round. Otherwise two choices with equal counts of
    options would always go together.
    """
    stream = random.Random(what)
    count = len(options)
    order = stream.sample(options, count)
    drift = stream.randrange(count - 1) if drifts and count > 2 else 0
    return order[(seed + seed // count * drift) % count]


def compose(brief: Brief, seed: int) -> Plan:
    """A plan: the brief's tempo, meter, length and key where it has them, the style's where not."""
    style, wishes = find_style(brief), read_wishes(brief)
    text = MarkedText(brief.prompt)
    tab, tune = read_drum_tab(text), read_tune(text)
    wishes = for_tune(wishes) if tune else wishes
    named = None if tune else read_progression(text)
    bpm = float(brief.bpm or style.bpm)
    plan = Plan(
        genre=style.name,
        bpm=bpm,
        key=brief.key_name or _choose_key(style, wishes, named, seed),
        meter=brief.meter_name,
        bars=brief.bars or 4,
        swing=_swing(brief, style, wishes),
        swing_steps=style.swing_steps,
        feel=_feel(style, wishes),
        mix=_mix(style, wishes),
        seeds={part: seed for part in PARTS},
    )
    plan = plan.with_(bars=_bars(brief, plan))
    plan = plan.with_(chords_of=_progression(named, tune, style, plan, seed))
    written = {
        "drums": write_tab(tab, style, wishes, plan) or write_drums(style, wishes, plan, seed),
        "bass": write_bass(style, wishes, plan, seed),
        "chords": write_chords(style, wishes, plan, seed),
        "lead": write_tune(tune, style, wishes, plan, seed)
        or write_lead(style, wishes, plan, seed),
        "pad": _pad(brief, style, wishes, plan, seed),
        "texture": write_texture(style, wishes),
    }
    playing = {
        part for part, what in written.items() if what is not None and _may_play(part, wishes)
    }
    plan = plan.with_(**{part: what for part, what in written.items() if part in playing})
    if (
        plan.chords is not None
        and plan.bass is None
        and plan.chords.sound.voice in _PIANOS
        and plan.chords.style not in FIGURES
    ):
        # a piano without a bass has a left hand
        plan = plan.with_(chords=replace(plan.chords, style="hands"))
    if brief.kind != "track" and "drums" not in playing:
        plan = _one_marked(plan, playing)
    return plan.with_(sections=_sections(brief, style, wishes, plan, playing))


def _progression(
    named: Progression | None, tune: Tune | None, style: Style, plan: Plan, seed: int
) -> list[str]:
    """The chords that the words name, else those under a written tune, else a style's."""
    if named:
        return named.over(plan.bars)
    if tune:
        return chords_under(tune, plan.key_, plan.meter_.sixteenths_per_bar)
    return write_progression(style, plan, seed)


def write_tab(tab: DrumTab | None, style: Style, wishes: Wishes, plan: Plan) -> Drums | None:
    """The drums as a tab has them, without fills; None where none of its rows fits the bar."""
    rows = tab.fitted(plan.meter_.sixteenths_per_bar) if tab else {}
    return Drums(rows, drum_sounds(style, wishes, set(rows))) if rows else None


def _feel(style: Style, wishes: Wishes) -> Feel:
    if wishes.drunk:
        return Feel(
            {**style.late_ms, **_DRUNK_MS}, max(8.0, style.spread_ms), max(0.1, style.loose)
        )
    # machines strike all notes of a chord at once, and every first beat
    if style.spread_ms <= _OF_A_MACHINE_MS:
        return Feel(dict(style.late_ms), style.spread_ms, style.loose)
    spread_ms = round(_PLAYERS * style.spread_ms, 1)
    apart_ms, firsts_ms = min(22.0, 2 * style.spread_ms), round(_OF_FIRSTS * spread_ms, 1)
    return Feel(dict(style.late_ms), spread_ms, style.loose, apart_ms, firsts_ms, _DRIFT)


def _one_marked(plan: Plan, playing: set[str]) -> Plan:
    """A plan in which somebody plays the downbeat of every bar.

    Without drums, players that all play off the beat would hide where the bar begins.
    """
    players = {
        part: getattr(plan, part)
        for part in ("bass", "chords")
        if part in playing and getattr(plan, part).rows
    }
    if not players or any(
        all(row[0] not in ".-" for row in player.rows) for player in players.values()
    ):
        return plan
    part, player = next(iter(players.items()))
    rows = [row if row[0] not in ".-" else "x" + row[1:] for row in player.rows]
    return plan.with_(**{part: replace(player, rows=rows)})


def _swing(brief: Brief, style: Style, wishes: Wishes) -> float:
    """The swing of the brief; a decade in the words changes a genre's swing."""
    usual = find_genre(brief.genre)
    own = brief.swing is None or (usual is not None and brief.swing == usual.swing)
    swing = float(brief.swing if brief.swing is not None else style.swing)
    return min(66.0, max(50.0, swing + wishes.swing_change)) if own else swing


def _bars(brief: Brief, plan: Plan) -> int:
    if brief.bars:
        return brief.bars
    if brief.kind == "track" and brief.seconds:
        return bars_for(brief, plan)
    return 64 if brief.kind == "track" else 4


def _choose_key(style: Style, wishes: Wishes, named: Progression | None, seed: int) -> str:
    tonic = random.Random(f"{seed}:key:{style.name}").choice(style.tonics)
    if named is not None and named.numerals:
        # i-VI-III-VII counts the degrees of plain minor, whatever mode the style likes
        return f"{tonic} {'minor' if named.is_minor else 'major'}"
    mode = style.mode
    if wishes.minor is not None and Key.parse(f"C {mode}").is_minor != wishes.minor:
        mode = "minor" if wishes.minor else "major"
    return f"{tonic} {mode}"


def _may_play(part: str, wishes: Wishes) -> bool:
    if part in wishes.without:
        return False
    if wishes.parts is None:
        return True
    return part in wishes.parts or (part == "texture" and wishes.texture != "")


def _mix(style: Style, wishes: Wishes) -> Mix:
    drive = min(
        1.0,
        max(0.0, style.drive + 0.25 * (wishes.energy - 0.7) + 0.3 * wishes.tone.get("drive", 0.0)),
    )
    sends = {part: round(min(1.0, send * wishes.room), 3) for part, send in style.sends.items()}
    slope = style.slope_db + wishes.slope_change_db
    return Mix(
        dict(style.levels_db),
        style.duck,
        style.reverb_s,
        sends,
        dict(style.delay),
        3,
        round(drive, 3),
        style.lufs,
        round(slope, 2),
        style.room,
    )


def _sections(
    brief: Brief, style: Style, wishes: Wishes, plan: Plan, playing: set[str]
) -> list[Section]:
    if brief.kind == "track":
        found = (
            forms.asked(brief.sections, style.form, playing)
            if brief.sections
            else forms.sections(style.form, plan.bars, playing)
        )
        return [
            replace(section, parts=[*section.parts, "fx"]) if len(found) > 1 else section
            for section in found
        ]
    parts = [part for part in PARTS if part in playing]
    arc_db = arc_of(
        plan.bars,
        style.spread_ms > _OF_A_MACHINE_MS,
        lambda arcs: in_turn(arcs, plan.seeds["drums"], f"arc:{style.name}"),
    )
    closed = {}
    if style.spread_ms <= _OF_A_MACHINE_MS and len(parts) > 2 and not wishes.calm:
        closed = move_of(
            plan.bars,
            parts,
            lambda moves: in_turn(moves, plan.seeds["chords"], f"moves:{style.name}"),
        )
    leads_out = "rise" if _builds(style, wishes, plan) else ""
    return [Section("loop", plan.bars, parts, wishes.energy, leads_out, [], arc_db, closed)]


def _builds(style: Style, wishes: Wishes, plan: Plan) -> bool:
    """Whether a loop of eight bars ends in a roll that leads back to its beginning."""
    free = wishes.parts is None and wishes.drums is None and not wishes.calm
    if style.name not in _BUILDING or plan.drums is None or plan.bars < PHRASE_BARS or not free:
        return False
    return in_turn((True, False, False, False), plan.seeds["drums"], f"build:{style.name}", False)


def write_progression(style: Style, plan: Plan, seed: int) -> list[str]:
    """Chord names, one a bar; short progressions may take two bars a chord where there is room."""
    stream = random.Random(f"{seed}:progression")
    names = in_turn(
        style.minor if plan.key_.is_minor else style.major, seed, f"progression:{style.name}"
    ).split()
    if (
        1 < len(names) <= 4
        and plan.bars >= 2 * len(names)
        and plan.bars % (2 * len(names)) == 0
        and stream.random() < 0.3
    ):
        names = [name for name in names for _ in range(2)]
    return names


def _named_rows(style: Style, wishes: Wishes, rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """A row for each drum that is named and plays in no row yet."""
    found: dict[str, list[str]] = {}
    for voices in wishes.named_drums:
        if not set(voices) & (set(rows) | set(found)):
            voice = next((one for one in voices if one in style.extras), voices[0])
            found[voice] = style.extras.get(voice, _DEFAULT_ROWS[voice]).split("/")
    return found


def write_drums(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Drums | None:
    """The drum part: a groove of the style, with the words' drums and density, by seed."""
    # with the style's name: styles of one family would play the same bars for the same seed
    stream = random.Random(f"{seed}:drums:write:{style.name}")
    wanted = wishes.wants_drums or (wishes.parts is not None and "drums" in wishes.parts)
    rows = _groove(style, wishes, plan.meter_, seed, stream)
    if not rows and not wanted:
        return None
    if not rows:
        rows = {
            voice: text.split("/") for voice, text in meters.drum_rows(plan.meter_, "back").items()
        }
    for voice in sorted(wishes.more_drums):
        if {"kick", "hard kick"} >= {voice} and {"kick", "hard kick"} & set(rows):
            continue  # one of them is there: the two together would fight
        if voice not in rows and (
            voice in style.extras or len(wishes.more_drums) <= 2 or wishes.drums
        ):
            rows[voice] = style.extras.get(voice, _DEFAULT_ROWS[voice]).split("/")
    rows = {**rows, **_named_rows(style, wishes, rows)}
    rows = {voice: lines for voice, lines in rows.items() if voice not in wishes.no_drums}
    if wishes.drums is not None:
        rows = {voice: lines for voice, lines in rows.items() if voice in wishes.drums} or rows
    rows = _as_wished(rows, wishes, plan.meter_)
    if wishes.roll:
        rolls = {
            voice: rolling(plan.bars, plan.meter_.sixteenths_per_bar)
            for voice in rows
            if voice not in _OTHER_TOMS
        }
        return Drums(rolls, drum_sounds(style, wishes, set(rolls)))
    # a value that is named holds as it is
    named = {"hat"} if "hats" in wishes.steps else set()
    rows = {
        voice: lines if voice in named else thinned_or_filled(voice, lines, wishes.density, stream)
        for voice, lines in rows.items()
    }
    rows = {
        voice: lines
        if voice in named or (wishes.on_the_floor and voice == "kick")
        else phrased(voice, lines, plan.bars, stream)
        for voice, lines in rows.items()
    }
    if wishes.calm:
        named_drums = {voice for voices in wishes.named_drums for voice in voices}
        rows = calmed(rows, wishes.more_drums | named_drums)
    if plan.bars >= PHRASE_BARS and wishes.drums is None:
        beaten = {voice for beat in style.beats for voice in beat}
        rows = layered(rows, _named_drums(wishes), frozenset(rows) - beaten, stream)
    fill, turn = _fills(style, wishes, plan, rows, seed, stream)
    if wishes.calm:
        turn = {}
    if wishes.fill_only:
        rows, fill, turn = _all_fill(rows, fill or dict(_DEFAULT_FILL), plan), {}, {}
    sounds = drum_sounds(style, wishes, {*rows, *fill, *turn, "snare"} - {"*"})
    return Drums(rows, sounds, fill, 4 if plan.bars <= 4 else 8, turn)


def _named_drums(wishes: Wishes) -> frozenset[str]:
    """Drum voices of which the words say something."""
    named = {voice for voices in wishes.named_drums for voice in voices}
    floor = {"kick", "hard kick"} if wishes.on_the_floor else set()
    hats = {"hat", "open hat"} if "hats" in wishes.steps else set()
    return frozenset({*wishes.more_drums, *named, *floor, *hats})


def _as_wished(rows: dict[str, list[str]], wishes: Wishes, meter: Meter) -> dict[str, list[str]]:
    """The rows with what the words change of them: kick on each beat, brushes, half-time."""
    if wishes.on_the_floor and "kick" in rows:
        rows["kick"] = [
            "".join("X" if step % 4 == 0 else "." for step in range(meter.sixteenths_per_bar))
        ]
    if "hats" in wishes.steps and "hat" in rows:
        rows["hat"] = [every(wishes.steps["hats"], meter.sixteenths_per_bar).replace("-", ".")]
    if wishes.brushes:
        rows = with_brushes(rows, meter)
    if wishes.half_time:
        rows = half_timed(rows)
    if wishes.double_time:
        rows = double_timed(rows, FAST_HATS if wishes.fast_hats else None)
    return rows


def _fills(
    style: Style,
    wishes: Wishes,
    plan: Plan,
    rows: dict[str, list[str]],
    seed: int,
    stream: random.Random,
) -> tuple[dict[str, str], dict[str, str]]:
    """The fill at a phrase's end and the little one half-way, of the voices that may play."""
    if plan.bars < 2:
        return {}, {}
    fills = [fill for fill in style.fills if wishes.drums is None or set(fill) & set(rows)]
    fill = dict(in_turn(fills, seed, f"fill:{style.name}")) if fills else {}
    # in two bars a turn comes every other bar: a small one
    turn = turn_of(rows, style.feel, stream, 1 if plan.bars == 2 else 2) if style.fills else {}
    if wishes.brushes:
        fill, turn = (
            {"brush" if voice in _BRUSHED else voice: row for voice, row in one.items()}
            for one in (fill, turn)
        )
    barred = (
        wishes.no_drums
        if wishes.drums is None
        else wishes.no_drums | ({*fill, *turn} - {*rows, "*"})
    )
    return tuple(
        {voice: row for voice, row in one.items() if voice not in barred} for one in (fill, turn)
    )  # type: ignore[return-value]


def _all_fill(rows: dict[str, list[str]], fill: dict[str, str], plan: Plan) -> dict[str, list[str]]:
    """A loop of a fill: one bar in every two, led in by a plain bar; alone in one bar."""
    steps = plan.meter_.sixteenths_per_bar
    whole = {
        voice: (row if voice == "*" else row.rjust(steps // 2, ".")) for voice, row in fill.items()
    }
    filled = with_fill({voice: "." * steps for voice in rows}, whole, steps)
    busy = {voice: row for voice, row in filled.items() if row.strip(".- ")}
    if plan.bars < 2:
        return {voice: [row] for voice, row in busy.items()}
    lead = {voice: fit_row(lines[0], steps) for voice, lines in rows.items()}
    led = with_fill(lead, fill, steps)
    return {
        voice: [led.get(voice, "." * steps), busy.get(voice, "." * steps)]
        for voice in {**lead, **busy}
    }


def with_brushes(rows: dict[str, list[str]], meter: Meter) -> dict[str, list[str]]:
    """The snare's part with brushes, over a brush drawn round its skin once a beat."""
    struck = next((voice for voice in _BRUSHED if voice in rows), None)
    swept = "".join("o" if step % 4 == 0 else "." for step in range(meter.sixteenths_per_bar))
    done = {voice: lines for voice, lines in rows.items() if voice not in _BRUSHED}
    return {**done, "brush": rows[struck] if struck else [swept], "brush sweep": [swept]}


def _groove(
    style: Style, wishes: Wishes, meter: Meter, seed: int, stream: random.Random
) -> dict[str, list[str]]:
    fits = [beat for beat in style.beats if meters.is_square(meter)]
    extras = dict(style.extras)
    if fits:
        rows = {
            voice: text.split("/")
            for voice, text in in_turn(fits, seed, f"beat:{style.name}", drifts=False).items()
        }
    elif not style.beats:
        return {}
    else:
        snare = next((v for v in ("snare", "clap", "rim", "snap") if v in style.beats[0]), "snare")
        kick = "hard kick" if "hard kick" in style.beats[0] else "kick"
        rows = {
            voice: text.split("/")
            for voice, text in meters.drum_rows(meter, style.feel, "hat", snare, kick).items()
        }
        extras = {
            voice: text for voice, text in extras.items() if voice in ("shaker", "tambourine")
        }
    for voice, text in extras.items():
        joins = stream.random() < wishes.density * 0.7
        if (
            voice not in rows
            and joins
            and not (wishes.density <= 0.6 and crowded(rows, voice, text.split("/")[0]))
        ):
            rows[voice] = text.split("/")
    return rows


def stream_for(seed: int, what: str) -> random.Random:
    """The random stream of one decision."""
    return random.Random(f"{seed}:{what}")


def drum_shades(seed: int) -> dict[str, float]:
    """A change of the whole kit's timbre."""
    stream = stream_for(seed, "kit")
    return {
        "bright": stream.choice((-0.35, -0.2, 0.2, 0.35)),
        "length": stream.choice((0.75, 1.25)),
        "attack": stream.choice((-0.2, 0.2)),
    }


def drum_sounds(style: Style, wishes: Wishes, voices: set[str]) -> dict[str, Sound]:
    sounds = {}
    kit = kit_of(style.kit, wishes.words)
    for voice in sorted(voices):
        name, tone = on_kit(kit, voice) or (voice, dict(style.tones.get(voice, {})))
        tune = int(tone.pop("tune", 0))
        sounds[voice] = Sound(name, toned(tone, wishes.tone), tune)
    return sounds


#: What plays a part where each of the style's own voices is denied.
_OTHER_VOICES = {
    "bass": ("round bass", "finger bass", "sub"),
    "chords": ("electric piano", "piano", "strings", "guitar", "organ"),
    "lead": ("soft lead", "bell", "piano", "strings"),
    "pad": ("strings", "choir", "organ"),
}


def _pick(voices: tuple[str, ...], part: str, style: Style, wishes: Wishes, seed: int) -> Sound:
    of_era = [voice for voice in wishes.era.get(part, ()) if voice in VOICES]
    own = in_turn(voices, seed, f"{part} sound:{style.name}")
    if of_era and own not in of_era:
        # the voice of both style and decade, else the decade's; a bass keeps its style
        own = next(
            (voice for voice in of_era if voice in voices), own if part == "bass" else of_era[0]
        )
    name = wishes.voices.get(part, own)
    voice = cast(name, style.name)
    if voice in wishes.no_voices:
        others = (*voices, *_OTHER_VOICES.get(part, ()))
        name = next((one for one in others if cast(one, style.name) not in wishes.no_voices), name)
        voice = cast(name, style.name)
    if part == "lead" and voice in ("distorted guitar", "crunch guitar") and not wishes.riff:
        voice = "solo guitar"
    tone = style.tones.get(voice) or style.tones.get(name, {})
    return Sound(voice, toned(tone, wishes.tone))


def write_bass(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Bass | None:
    """The bass part: a row of the style (of the meter, where it is not 4/4) and a sound."""
    stream = random.Random(f"{seed}:bass:write")
    rows = (
        style.bass if _fits(style.bass, plan.meter_) else meters.bass_rows(plan.meter_, style.feel)
    )
    if not rows:
        return None
    lines = thinned_or_filled(
        "bass", in_turn(rows, seed, f"bass:{style.name}").split("/"), wishes.density, stream
    )
    sound = _pick(style.bass_sounds, "bass", style, wishes, seed)
    if "bass" in wishes.steps:
        lines = [every(wishes.steps["bass"], plan.meter_.sixteenths_per_bar)]
    if wishes.calm:
        lines = calmed({"bass": lines}, frozenset(("bass",)))["bass"]
    if wishes.half_time:
        lines = half_timed({"bass": lines}, ("bass",))["bass"]
    if sound.voice == "rumble" and meters.is_square(plan.meter_):
        lines = [_RUMBLE]
        return Bass(lines, sound, 0.98)
    if sound.voice == "acid":
        sound = replace(
            sound, octave=1
        )  # the machine's own range: an octave lower its filter has nothing to open
    if not wishes.calm and "bass" not in wishes.steps:
        lines = answered(_of_bars(lines, plan), plan.bars, varied_bass, stream)
    return Bass(lines, sound, style.bass_hold)


def _fits(rows: tuple[str, ...], meter: Meter) -> bool:
    if not rows:
        return True
    steps = len(rows[0].split("/")[0])
    return steps == meter.sixteenths_per_bar or (steps == 16 and meters.is_square(meter))


def write_chords(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Chords | None:
    """The chord part: a rhythm, a sound and how the chord is struck."""
    stream = random.Random(f"{seed}:chords:write")
    rows = (
        style.chords
        if _fits(style.chords, plan.meter_)
        else meters.chord_rows(plan.meter_, style.feel)
    )
    if not rows:
        return None
    sound = _pick(style.chord_sounds, "chords", style, wishes, seed)
    lines = in_turn(rows, seed, f"chords:{style.name}").split("/")
    struck = _how_struck(style.chord_style, sound.voice)
    hold = style.chord_hold
    if struck in FIGURES:
        # a figure is a rhythm of its own
        lines, hold = [_figured(struck, plan)], 1.0
    if sound.voice in _DRIVEN and hold >= _HELD_ON:
        # driven strings ring on until the pick meets them again
        hold = 1.0
    if wishes.calm or (style.chord_style == "arp" and sound.voice in _LONG_CHORDS):
        lines, hold = [held(line) for line in lines], 0.95
    if "chords" in wishes.steps:
        lines, hold = [every(wishes.steps["chords"], plan.meter_.sixteenths_per_bar)], 0.95
    if sound.voice in _LONG_CHORDS and hold < 0.8 and len(lines[0].replace(".", "")) <= 2:
        hold = 0.95
    if not wishes.calm and "chords" not in wishes.steps and struck not in FIGURES:
        lines = answered(_of_bars(lines, plan), plan.bars, varied_chords, stream)
    voicing, centre, lift = _laid_out(sound.voice, style, plan, seed)
    return Chords(lines, sound, struck, hold, centre, voicing, lift)


def _figured(struck: str, plan: Plan) -> str:
    """The row of a figure: it begins anew in each half of a bar, a harp's wave with each chord."""
    steps = plan.meter_.sixteenths_per_bar
    halves = steps % 8 == 0 and (struck != "harped" or any("/" in name for name in plan.chords_of))
    return every(steps // 2 if halves else steps, steps)


def _of_bars(lines: list[str], plan: Plan) -> list[str]:
    """Rows of one bar each: in 2/4 half of a row is heard."""
    return [fit_row(line, plan.meter_.sixteenths_per_bar) for line in lines]


def _laid_out(voice: str, style: Style, plan: Plan, seed: int) -> tuple[str, float, float]:
    """(voicing, centre, lift) of a voice's chords."""
    stream = random.Random(f"{seed}:voicing:{style.name}")
    options: tuple[str, ...] = _VOICINGS
    if voice in _IN_FOUR_PARTS:
        options = ("wide",)
    elif voice in _LONG_CHORDS:
        options = _VOICINGS_OF_LONG
    elif style.name in _SHELLS:
        options = _VOICINGS_OF_KEYS
    voicing = in_turn(options, seed, f"voicing:{style.name}")
    centre = 62.0 + stream.choice((-2.0, 0.0, 0.0, 2.0)) - _VOICING_SHIFT.get(voicing, 0.0)
    lift = stream.choice((-4.0, 3.0, 4.0, 5.0)) if plan.bars >= PHRASE_BARS else 0.0
    return voicing, centre, lift


def _how_struck(usual: str, voice: str) -> str:
    """How a voice strikes its chords, in a style that strikes them so."""
    if voice in _FIGURED:
        return _FIGURED[voice]
    if usual == "arp" and voice in (*_PIANOS, *_SIX_STRINGS):
        return "broken" if voice in _PIANOS else "picked"
    if voice in _DRIVEN:
        return "power"
    if voice in _SIX_STRINGS and usual in ("block", "strum", "power"):
        return "fingered"
    if voice in _LONG_CHORDS:
        return "block"
    if usual == "arp" or voice in _STRUMMED:
        return usual if usual != "power" else "strum"
    return "block" if usual in ("power", "strum") else usual


def write_tune(
    tune: Tune | None, style: Style, wishes: Wishes, plan: Plan, seed: int
) -> Lead | None:
    """The lead as a tune has it; None where none is written out."""
    if tune is None:
        return None
    return lead_of(tune, plan, _pick(style.lead_sounds or ("piano",), "lead", style, wishes, seed))


def write_lead(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Lead | None:
    """The lead part: a phrase in the genre's idiom, or an arpeggio."""
    if not style.lead_sounds:
        return None
    if wishes.arp_way is not None:
        bars, form = arpeggio_bars(plan, wishes.arp_way)
        sound = _pick(style.lead_sounds, "lead", style, wishes, seed)
        return Lead(bars, form, in_reach(sound, [e[1] for bar in bars.values() for e in bar]), True)
    stream = random.Random(f"{seed}:lead:write:{style.name}")
    busy = min(1.0, max(0.1, style.lead_busy + 0.5 * (wishes.density - 0.5)))
    sound = _pick(style.lead_sounds, "lead", style, wishes, seed)
    guitar = wishes.riff and sound.voice in (*_DRIVEN, *_SIX_STRINGS)
    if guitar:
        sound = replace(sound, octave=-2)
    if wishes.arp:
        bars, form = arpeggio(stream, plan.meter_.sixteenths_per_bar, plan.bars)
        return Lead(bars, form, sound)
    idiom = idiom_of(style.name, wishes.riff)
    bars, form = melody(
        stream,
        meters.groups(plan.meter_),
        plan.bars,
        idiom,
        0.3 * busy if wishes.calm else busy,
        plan.key_.is_minor,
    )
    if "lead" in wishes.voices:
        # a style's own lead is as high as the style wants it; an instrument by name is itself
        low = 64 + 12 * sound.octave
        degrees = [int(event[1]) for bar in bars.values() for event in bar]
        sound = in_reach(sound, [degree_note(degree, plan.key_, low) for degree in degrees])
    manner = "sliding" if sound.voice in _SLIDING else idiom.manner
    return Lead(bars, form, sound, manner=manner)


#: Semitones by which a chord may draw a melody's note to itself.
_TO_CHORD = 3


def in_reach(sound: Sound, pitches: Sequence[float]) -> Sound:
    """A sound whose part, of these pitches, lies in its voice's range, octaves away where not.

    A cello's melody is a cello's, and not a violin's.
    """
    voice = VOICES.get(sound.voice)
    if voice is None or not pitches:
        return sound
    octaves = 0
    # on strong beats a note goes to the nearest tone of its chord
    low, high = min(pitches) - _TO_CHORD, max(pitches) + _TO_CHORD
    while high + 12 * octaves > voice.high and low + 12 * octaves >= voice.low:
        octaves -= 1
    while low + 12 * octaves < voice.low and high + 12 * octaves + 12 <= voice.high:
        octaves += 1
    return replace(sound, octave=sound.octave + octaves)


def write_pad(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Chords | None:
    """A held pad under a track's fuller sections, or the second of two that hold chords."""
    named = wishes.voices.get("pad")
    if not style.pad and not named:
        return None
    row = "x" + "-" * (plan.meter_.sixteenths_per_bar - 1)
    sound = _pick(style.pad or (str(named),), "pad", style, wishes, seed)
    return Chords([row], sound, "block", 0.98, 66.0, "open")


def _pad(brief: Brief, style: Style, wishes: Wishes, plan: Plan, seed: int) -> Chords | None:
    """The pad of a track, or of words that name one; it joins the second half of some loops.

    Those have eight bars, and words that leave open who plays.
    """
    if brief.kind == "track" or "pad" in wishes.voices:
        return write_pad(style, wishes, plan, seed)
    told = wishes.parts is not None or wishes.voices or wishes.without or wishes.calm
    turns = (True, False, False, True, False)
    if told or plan.bars != PHRASE_BARS or not in_turn(turns, seed, f"joins:{style.name}", False):
        return None
    pad = write_pad(style, wishes, plan, seed)
    rest = "." * plan.meter_.sixteenths_per_bar
    return pad and replace(pad, rows=[rest] * 4 + pad.rows * 4)


def write_texture(style: Style, wishes: Wishes) -> Sound | None:
    """Noise under everything: vinyl, tape, air, rain."""
    voice = wishes.texture or style.texture
    return (
        Sound(voice, toned({}, {n: v for n, v in wishes.tone.items() if n == "bright"}))
        if voice
        else None
    )
