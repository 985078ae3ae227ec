"""The chords and pads of a plan: a rhythm, a voicing, and how a voice strikes."""

from __future__ import annotations

import random
from dataclasses import replace

from daemon.brief import Brief
from daemon.engines.embedded import meters
from daemon.engines.embedded.answers import answered, varied_chords
from daemon.engines.embedded.casting import DRIVEN, PIANOS, fits, of_bars, pick
from daemon.engines.embedded.figures import FIGURES
from daemon.engines.embedded.melody import PHRASE_BARS
from daemon.engines.embedded.named_players import CLEAN_GUITARS
from daemon.engines.embedded.plan import Chords, Plan
from daemon.engines.embedded.rows import every, held
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.turns import in_turn
from daemon.engines.embedded.wishes import Wishes

#: Share of a chord's time from which on it is meant to last until the next.
_HELD_ON = 0.75


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


#: Voices that break a chord whatever the style, and how; and those that do where a style does.
_FIGURED = {
    "harp": "harped", "celtic harp": "harped", "kora": "harped", "harpsichord": "broken",
    "spinet": "broken", "kantele": "harped", "lyre": "harped", "tanpura": "broken",
}  # fmt: skip


_STRUMMED = (
    *PIANOS,
    "electric piano",
    "tine piano",
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


#: Bellows and lips, by how they comp where a style's rows are a machine's: they hold, and breathe.
_HOLDING = {
    **dict.fromkeys(
        ("accordion", "bandoneon", "concertina"),
        ("x-----x---x-----", "x-------x---x---", "x---x-----x---x-"),
    ),
    "horn section": ("x-------x---x-x-", "x-----x-x-------", "x-----------x---"),
}
#: Who sings or has pipes holds where others repeat a chord more often than this in a bar.
_MOST_SUNG = 4
_SUNG = ("choir ah", "choir oo", "boys choir", "monks", "pipe organ", "harmonium", "shruti box")


#: Choirs and quartets: the lowest part has the root.
_IN_FOUR_PARTS = ("choir ah", "choir oo", "boys choir", "monks", "four strings")


def write_chords(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Chords | None:
    """The chord part: a rhythm, a sound and how the chord is struck."""
    stream = random.Random(f"{seed}:chords:write")
    rows = (
        style.chords
        if fits(style.chords, plan.meter_)
        else meters.chord_rows(plan.meter_, style.feel)
    )
    if not rows:
        return None
    sound = pick(style.chord_sounds, "chords", style, wishes, seed)
    lines = in_turn(rows, seed, f"chords:{style.name}").split("/")
    struck = _how_struck(style.chord_style, sound.voice)
    hold = style.chord_hold
    if struck in FIGURES:
        # a figure is a rhythm of its own
        lines, hold = [_figured(struck, plan)], 1.0
    if sound.voice in DRIVEN and hold >= _HELD_ON:
        # driven strings ring on until the pick meets them again
        hold = 1.0
    own = _HOLDING.get(sound.voice, ())
    if own and "chords" in wishes.voices and plan.meter_.sixteenths_per_bar == len(own[0]):
        lines, hold = [in_turn(own, seed, f"holding:{sound.voice}")], 0.92
    if sound.voice in _SUNG and any(len(line.replace(".", "")) > _MOST_SUNG for line in lines):
        lines, hold = [held(line) for line in lines], 0.95
    if wishes.calm or (style.chord_style == "arp" and sound.voice in _LONG_CHORDS):
        lines, hold = [held(line) for line in lines], 0.95
    if "chords" in wishes.steps:
        lines, hold = [every(wishes.steps["chords"], plan.meter_.sixteenths_per_bar)], 0.95
    if sound.voice in _LONG_CHORDS and hold < 0.8 and len(lines[0].replace(".", "")) <= 2:
        hold = 0.95
    if not wishes.calm and "chords" not in wishes.steps and struck not in FIGURES:
        lines = answered(of_bars(lines, plan), plan.bars, varied_chords, stream)
    voicing, centre, lift = _laid_out(sound.voice, style, plan, seed)
    return Chords(lines, sound, struck, hold, centre, voicing, lift)


def _figured(struck: str, plan: Plan) -> str:
    """The row of a figure: it begins anew in each half of a bar, a harp's wave with each chord."""
    steps = plan.meter_.sixteenths_per_bar
    halves = steps % 8 == 0 and (struck != "harped" or any("/" in name for name in plan.chords_of))
    return every(steps // 2 if halves else steps, steps)


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
    if usual == "arp" and voice in (*PIANOS, *CLEAN_GUITARS):
        return "broken" if voice in PIANOS else "picked"
    if voice in DRIVEN:
        return "power"
    if voice in CLEAN_GUITARS and usual in ("block", "strum", "power"):
        return "fingered"
    if voice in _LONG_CHORDS:
        return "block"
    if usual == "arp" or voice in _STRUMMED:
        return usual if usual != "power" else "strum"
    return "block" if usual in ("power", "strum") else usual


def write_pad(style: Style, wishes: Wishes, plan: Plan, seed: int) -> Chords | None:
    """A held pad under a track's fuller sections, or the second of two that hold chords."""
    named = wishes.voices.get("pad")
    if not style.pad and not named:
        return None
    row = "x" + "-" * (plan.meter_.sixteenths_per_bar - 1)
    sound = pick(style.pad or (str(named),), "pad", style, wishes, seed)
    return Chords([row], sound, "block", 0.98, 66.0, "open")


def joining_pad(brief: Brief, style: Style, wishes: Wishes, plan: Plan, seed: int) -> Chords | None:
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
