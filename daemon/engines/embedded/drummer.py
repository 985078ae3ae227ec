"""The drum part of a plan: a groove of the style, what the words change of it, and its fills."""

from __future__ import annotations

import random

from bridge.music import Meter
from daemon.engines.embedded import meters
from daemon.engines.embedded.answers import layered
from daemon.engines.embedded.instruments import DRUM_ROWS
from daemon.engines.embedded.kits import kit_of, on_kit
from daemon.engines.embedded.melody import PHRASE_BARS
from daemon.engines.embedded.phrase import crowded, phrased, rolling, turn_of
from daemon.engines.embedded.plan import Drums, Plan, Sound
from daemon.engines.embedded.rests import rested, rests, shape_of
from daemon.engines.embedded.rows import (
    FAST_HATS,
    calmed,
    double_timed,
    every,
    fit_row,
    half_timed,
    thinned_or_filled,
    with_fill,
)
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.tones import toned
from daemon.engines.embedded.turns import in_turn, stream_for
from daemon.engines.embedded.wishes import Wishes
from daemon.prompt.drum_tabs import DrumTab

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


def write_tab(tab: DrumTab | None, style: Style, wishes: Wishes, plan: Plan) -> Drums | None:
    """The drums as a tab has them, without fills; None where none of its rows fits the bar."""
    rows = tab.fitted(plan.meter_.sixteenths_per_bar) if tab else {}
    return Drums(rows, drum_sounds(style, wishes, set(rows))) if rows else None


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
    if rests(style, wishes, plan):
        rows = rested(rows, shape_of(style.name, seed), _named_drums(wishes))
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
