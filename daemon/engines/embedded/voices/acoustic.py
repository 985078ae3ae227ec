"""The rows of the table for instruments that are themselves: strings, winds, bars, drums."""

from __future__ import annotations

from daemon.engines.embedded.voices import (
    amplifiers,
    bars,
    bowed,
    chips,
    electric,
    harpsichords,
    organs,
    pianos,
    sections,
    slides,
    strings,
    winds,
    world,
)
from daemon.engines.embedded.voices.voice import Voice

#: Name -> family, General MIDI program, lowest, highest and home note, seconds of a one-shot.
_STRINGS = {
    "steel guitar": ("keys", 25, 40, 84, 52, 2.0), "nylon guitar": ("keys", 24, 40, 84, 52, 2.0),
    "twelve string guitar": ("keys", 25, 40, 84, 52, 2.2),
    "clean guitar": ("keys", 27, 40, 86, 57, 2.0), "jazz guitar": ("keys", 26, 40, 84, 57, 1.6),
    "muted guitar": ("keys", 28, 40, 84, 52, 0.3), "slide guitar": ("keys", 25, 40, 88, 60, 2.0),
    "banjo": ("keys", 105, 48, 88, 62, 0.8), "mandolin": ("keys", 25, 55, 93, 67, 1.0),
    "ukulele": ("keys", 24, 60, 88, 67, 0.8), "lute": ("keys", 24, 41, 81, 57, 1.2),
    "oud": ("keys", 24, 40, 79, 52, 1.0), "bouzouki": ("keys", 25, 43, 86, 62, 1.2),
    "balalaika": ("keys", 25, 52, 88, 64, 0.7), "shamisen": ("keys", 106, 48, 84, 60, 0.6),
    "pipa": ("keys", 106, 45, 86, 62, 0.8), "kora": ("keys", 46, 41, 84, 62, 1.2),
    "harp": ("keys", 46, 31, 96, 60, 1.8), "koto": ("keys", 107, 43, 88, 62, 1.4),
    "guzheng": ("keys", 107, 38, 88, 62, 1.8), "zither": ("keys", 15, 43, 88, 62, 1.5),
    "sitar": ("keys", 104, 43, 84, 60, 1.8), "sarod": ("keys", 104, 41, 81, 57, 1.2),
    "santoor": ("keys", 15, 52, 91, 67, 1.2), "cimbalom": ("keys", 15, 40, 88, 62, 1.2),
    "harpsichord": ("keys", 6, 36, 88, 60, 1.2),
    "first harpsichord": ("keys", 6, 36, 88, 60, 1.2),
    "second harpsichord": ("keys", 6, 36, 88, 60, 1.2),
    "third harpsichord": ("keys", 6, 36, 88, 60, 1.2),
    "second spinet": ("keys", 6, 36, 88, 60, 1.0),
    "first spinet": ("keys", 6, 36, 88, 60, 1.0), "clavinet": ("keys", 7, 36, 86, 60, 0.5),
    "pizzicato": ("keys", 45, 36, 96, 62, 0.5), "clavichord": ("keys", 7, 36, 86, 60, 0.9),
    "spinet": ("keys", 6, 36, 88, 60, 1.0), "celtic harp": ("keys", 46, 41, 91, 64, 1.5),
    "charango": ("keys", 24, 60, 88, 69, 0.8), "saz": ("keys", 25, 43, 84, 60, 1.0),
    "kantele": ("keys", 15, 50, 86, 64, 2.0), "dulcimer": ("keys", 15, 50, 86, 62, 1.0),
    "hammered dulcimer": ("keys", 15, 50, 88, 67, 1.2),
    "guitar harmonics": ("keys", 31, 52, 88, 71, 2.0),
    "domra": ("keys", 25, 55, 93, 67, 0.9), "cuatro": ("keys", 24, 57, 86, 66, 0.8),
    "ruan": ("keys", 105, 41, 81, 57, 1.2), "ngoni": ("keys", 105, 48, 84, 60, 0.6),
    "biwa": ("keys", 106, 40, 79, 52, 0.9), "lyre": ("keys", 46, 43, 86, 62, 1.0),
    "psaltery": ("keys", 15, 50, 93, 67, 1.8), "autoharp": ("keys", 15, 41, 86, 60, 1.5),
    "veena": ("keys", 104, 40, 81, 55, 1.8), "tanpura": ("keys", 104, 43, 74, 53, 2.5),
    "yangqin": ("keys", 15, 48, 93, 69, 1.2),
    "fingered bass": ("bass", 33, 28, 55, 33, 0.9), "picked bass": ("bass", 34, 28, 55, 33, 0.9),
    "slapped bass": ("bass", 36, 28, 55, 33, 0.7), "fretless bass": ("bass", 35, 28, 55, 33, 1.0),
    "double bass": ("bass", 32, 28, 55, 33, 0.9),
}  # fmt: skip
_BARS = {
    "marimba": (12, 48, 96, 65), "xylophone": (13, 60, 103, 77), "balafon": (12, 52, 86, 65),
    "vibraphone": (11, 53, 89, 65), "glockenspiel": (9, 72, 108, 84), "celesta": (8, 60, 103, 76),
    "music box": (10, 60, 100, 76), "kalimba": (108, 53, 88, 67), "tubular bells": (14, 60, 79, 67),
    "church bells": (14, 48, 79, 60), "crotales": (9, 84, 108, 91), "gamelan": (12, 48, 88, 64),
    "steel pan": (114, 55, 88, 67), "handpan": (114, 48, 79, 62), "singing bowl": (14, 48, 84, 60),
    "glass harmonica": (92, 60, 96, 72), "hand bells": (14, 67, 103, 79),
    "soft mallets": (12, 45, 84, 60),
}  # fmt: skip
_WINDS = {
    "flute": (73, 60, 96, 72), "piccolo": (72, 74, 106, 86), "recorder": (74, 60, 91, 74),
    "pan flute": (75, 60, 91, 72), "shakuhachi": (77, 55, 86, 69), "whistle": (78, 67, 98, 79),
    "ocarina": (79, 64, 89, 74), "clarinet": (71, 50, 91, 62), "bass clarinet": (71, 38, 77, 50),
    "oboe": (68, 58, 91, 70), "english horn": (69, 52, 81, 64), "bassoon": (70, 34, 74, 50),
    "duduk": (111, 50, 79, 62), "soprano saxophone": (64, 56, 88, 70),
    "saxophone": (65, 49, 81, 63), "tenor saxophone": (66, 44, 76, 57),
    "baritone saxophone": (67, 36, 69, 50), "trumpet": (56, 55, 86, 67),
    "muted trumpet": (59, 55, 84, 67), "cornet": (56, 55, 84, 65), "flugelhorn": (56, 52, 79, 62),
    "trombone": (57, 40, 74, 55), "french horn": (60, 41, 77, 58), "tuba": (58, 28, 62, 41),
    "didgeridoo": (111, 29, 48, 38), "bagpipes": (109, 55, 84,
    69),
    "harmonica": (22, 55, 93, 69), "melodica": (22, 53, 89, 67), "accordion": (21, 43, 93, 64),
    "bandoneon": (23, 40, 89, 62), "harmonium": (20, 43, 86, 60), "fife": (72, 70, 100, 82),
    "bansuri": (73, 57, 88, 69), "dizi": (73, 62, 93, 74), "ney": (77, 55, 84, 67),
    "quena": (75, 67, 93, 74), "whistling": (78, 67, 98, 79), "contrabassoon": (70, 24, 58, 38),
    "zurna": (111, 58, 86, 70), "shawm": (68, 58, 86, 67), "crumhorn": (109, 53, 77, 65),
    "uilleann pipes": (109, 57, 84, 69), "bugle": (56, 55, 82, 67),
    "bass trombone": (57, 34, 70, 46), "alphorn": (60, 41, 74, 55), "shofar": (60, 48, 74, 60),
    "conch": (60, 41, 67, 53), "euphonium": (58, 40, 72, 53), "sousaphone": (58, 28, 62, 39),
    "kazoo": (22, 53, 81, 65), "sheng": (20, 55, 93, 67), "shruti box": (20, 43, 74, 55),
    "ondes martenot": (79, 48, 96, 69), "four horns": (60, 41, 77, 58),
    "first horn section": (61, 43, 84, 60), "first accordion": (21, 43, 93, 64),
    "first bandoneon": (23, 40, 89, 62),
}  # fmt: skip
_WINDS |= {f"first {name}": _WINDS[name] for name in winds.BREATHS}
_BOWED = {
    "violin": ("leads", 40, 55, 100, 69), "fiddle": ("leads", 110, 55, 96, 69),
    "viola": ("leads", 41, 48, 88, 62), "cello": ("leads", 42, 36, 77, 50),
    "bowed bass": ("bass", 43, 28, 60, 36), "first bowed bass": ("bass", 43, 28, 60, 36),
    "erhu": ("leads", 110, 62, 93, 72),
    "hurdy gurdy": ("leads", 110, 48, 84, 62), "violin section": ("pads", 48, 55, 96, 69),
    "cello section": ("pads", 48, 36, 72, 50), "string section": ("pads", 48, 40, 96, 62),
    "string quartet": ("pads", 48, 40, 91, 62), "choir ah": ("pads", 52, 45, 84, 62),
    "viola da gamba": ("leads", 42, 38, 79, 53), "sarangi": ("leads", 110, 48, 84, 62),
    "kemenche": ("leads", 110, 58, 93, 70), "rebab": ("leads", 110, 50, 81, 63),
    "nyckelharpa": ("leads", 110, 55, 93, 67), "monks": ("pads", 52, 40, 69, 50),
    "choir oo": ("pads", 53, 45, 84, 62), "boys choir": ("pads", 52, 57, 84, 69),
    "first violin section": ("pads", 48, 55, 96, 69),
    "first cello section": ("pads", 48, 36, 72, 50),
    "first string section": ("pads", 48, 40, 96, 62),
}  # fmt: skip
_SLIDES = {
    "bottleneck guitar": ("leads", 25, 40, 88, 62), "lap steel": ("leads", 25, 45, 88, 62),
    "pedal steel": ("leads", 25, 45, 90, 66), "dobro": ("leads", 25, 43, 86, 60),
    "sliding bass": ("bass", 35, 28, 55, 33),
}  # fmt: skip
#: Voices of older plans -> what plays them now.
_NOW = {
    "slide guitar": "bottleneck guitar", "fretless bass": "sliding bass",
    "string quartet": "four strings", "first harpsichord": "harpsichord",
    "second harpsichord": "harpsichord", "third harpsichord": "harpsichord",
    "first spinet": "spinet", "second spinet": "spinet",
    "first string section": "string section", "first horn section": "horn section",
    "first accordion": "accordion", "first bandoneon": "bandoneon",
    "first bowed bass": "bowed bass",
    "first violin section": "violin section", "first cello section": "cello section",
    **{f"first {name}": name for name in winds.BREATHS},
}  # fmt: skip
#: Name -> General MIDI drum, home note, range below and above it.
_DRUMS = {
    "timpani": (41, 45), "taiko": (41, 40), "djembe": (64, 50), "high bongo": (60, 68),
    "low bongo": (61, 63), "cajon": (64, 47), "darbuka": (60, 60), "frame drum": (64, 46),
    "bodhran": (64, 45), "surdo": (41, 38), "udu": (64, 48), "high timbale": (65, 66),
    "low timbale": (66, 60), "talking drum": (64, 55), "dhol": (41, 43),
    "concert bass drum": (36, 33), "woodblock": (76, 88), "temple block": (77, 74),
    "high agogo": (67, 89), "low agogo": (68, 84), "triangle": (81, 98), "castanets": (85, 92),
    "pandeiro": (54, 55), "high mridangam": (60, 62), "low mridangam": (61, 46),
    "repinique": (65, 70), "caxixi": (70, 98), "ratchet": (73, 86),
    "guiro": (73, 93), "vibraslap": (58, 91), "gong": (52, 40), "sleigh bells": (83, 103),
}  # fmt: skip


def _rows() -> tuple[Voice, ...]:
    rows = [
        Voice(
            name,
            family,
            (harpsichords if name in harpsichords.KINDS else strings).player(name),
            gm,
            low,
            high,
            home,
            one_shot_s=shot_s,
            now=_NOW.get(name, ""),
        )
        for name, (family, gm, low, high, home, shot_s) in _STRINGS.items()
    ]
    rows += [
        Voice(name, "keys", bars.player(name), gm, low, high, home)
        for name, (gm, low, high, home) in _BARS.items()
    ]
    rows += [
        Voice(name, "leads", winds.player(name), gm, low, high, home, now=_NOW.get(name, ""))
        for name, (gm, low, high, home) in _WINDS.items()
    ]
    rows += [
        Voice(name, family, slides.player(name), gm, low, high, home, one_shot_s=1.6)
        for name, (family, gm, low, high, home) in _SLIDES.items()
    ]
    for name, (family, gm, low, high, home) in _BOWED.items():
        if name in bowed.SECTIONS:
            renderer = bowed.section_of(name)
        elif (kind := name.removeprefix("first ")) in sections.KINDS:
            renderer = sections.player(kind)
        else:
            renderer = bowed.player(name)
        now = _NOW.get(name, "")
        rows.append(Voice(name, family, renderer, gm, low, high, home, one_shot_s=1.5, now=now))
    rows += [
        Voice(name, "drums", world.player(name), gm, home - 7, home + 7, home, tuned=False)
        for name, (gm, home) in _DRUMS.items()
    ]
    return tuple(rows)


ROWS: tuple[Voice, ...] = (
    *_rows(),
    Voice("grand piano", "keys", pianos.grand_piano, 0, 24, 105, 60, one_shot_s=2.0),
    Voice("upright piano", "keys", pianos.upright_piano, 0, 24, 100, 60, one_shot_s=1.5),
    Voice("felt piano", "keys", pianos.felt_piano, 0, 24, 96, 60, one_shot_s=1.5),
    Voice("prepared piano", "keys", pianos.prepared_piano, 0, 24, 96, 60, one_shot_s=1.2),
    Voice("mellotron", "pads", organs.tape_strings, 48, 43, 89, 62, one_shot_s=1.5),
    Voice("horn section", "leads", winds.horn_section, 61, 43, 84, 60),
    Voice("woodwinds", "leads", winds.woodwinds, 71, 60, 91, 69, one_shot_s=1.2),
    Voice("musical saw", "leads", bowed.musical_saw, 79, 57, 93, 72, one_shot_s=1.5),
    Voice("stylophone", "leads", chips.stylophone, 80, 45, 88, 64, one_shot_s=0.5),
    Voice("honky tonk piano", "keys", pianos.honky_tonk, 3, 24, 96, 60, one_shot_s=1.2),
    Voice("four strings", "pads", bowed.four_strings, 48, 40, 91, 62, one_shot_s=1.5),
    Voice("toy piano", "keys", bars.player("toy piano"), 8, 60, 103, 76),
    Voice("tine piano", "keys", electric.tine_piano, 4, 36, 96, 60, one_shot_s=1.5),
    Voice("wurlitzer", "keys", electric.reed_piano, 4, 36, 96, 60, one_shot_s=1.5),
    Voice("farfisa", "keys", organs.transistor_organ, 18, 36, 96, 60),
    Voice("concertina", "leads", winds.player("concertina"), 23, 40, 89, 67),
    Voice("pipe organ", "keys", organs.pipe_organ, 19, 36, 96, 60, one_shot_s=1.5),
    Voice("drawbar organ", "keys", organs.drawbar_organ, 16, 36, 96, 60),
    Voice("distorted guitar", "keys", electric.driven_guitar, 30, 36, 79, 45, amp=amplifiers.FULL),
    Voice("crunch guitar", "keys", electric.driven_guitar, 29, 36, 79, 52, amp=amplifiers.CRUNCH),
    Voice("solo guitar", "leads", electric.solo_guitar, 30, 48, 91, 69, amp=amplifiers.SOLO),
    Voice(
        "second solo guitar",
        "leads",
        electric.solo_guitar,
        30,
        48,
        91,
        69,
        amp=amplifiers.LEAD,
        now="solo guitar",
    ),
    Voice(
        "first distorted guitar",
        "keys",
        electric.first_driven_guitar,
        30,
        36,
        79,
        45,
        amp=amplifiers.FULL,
        now="distorted guitar",
    ),
    Voice(
        "first crunch guitar",
        "keys",
        electric.first_driven_guitar,
        29,
        36,
        79,
        52,
        amp=amplifiers.CRUNCH,
        now="crunch guitar",
    ),
    Voice(
        "first solo guitar",
        "leads",
        electric.first_solo_guitar,
        30,
        48,
        91,
        69,
        amp=amplifiers.LEAD,
        now="solo guitar",
    ),
    Voice("theremin", "leads", bowed.theremin, 79, 52, 93, 69, one_shot_s=1.5),
    Voice("tuned timpani", "bass", world.tuned_timpani, 47, 38, 57, 45),
    Voice("samba whistle", "drums", world.bird_whistle, 72, 85, 103, 96, tuned=False),
    Voice("chip square", "leads", chips.chip_square, 80, 40, 100, 69, one_shot_s=0.4),
    Voice("chip thin", "leads", chips.chip_thin, 80, 40, 100, 69, one_shot_s=0.4),
    Voice("chip triangle", "bass", chips.chip_triangle, 80, 24, 72, 36, one_shot_s=0.4),
    Voice("chip noise", "drums", chips.chip_noise, 42, tuned=False),
)
