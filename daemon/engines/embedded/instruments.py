"""Who plays each instrument: its family, how it is played, its part and its voice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Player:
    """An instrument here, with a voice of its own. `voices` are several for some drums."""

    name: str
    family: str
    idiom: str
    part: str
    voices: tuple[str, ...]


#: Family, idiom, part -> instruments. `name=voice` where the voice has another name, `+` between
#: the voices of one drum.
_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("keyboards", "chords, struck", "chords",
     "piano=grand piano, upright piano, felt piano, honky tonk piano, prepared piano, "
     "toy piano, electric piano, wurlitzer, clavichord"),
    ("keyboards", "chords, plucked", "chords",
     "harpsichord, spinet, clavinet"),
    ("keyboards", "chords, struck bars", "chords", "celesta"),
    ("organs", "chords, held", "chords",
     "organ=drawbar organ, pipe organ, farfisa, harmonium, mellotron"),
    ("free reeds", "chords, held", "chords",
     "accordion, bandoneon, concertina, sheng, shruti box"),
    ("free reeds", "one line, blown", "lead", "harmonica, melodica, kazoo"),
    ("guitars", "chords, strummed or picked", "chords",
     "guitar, acoustic guitar=steel guitar, nylon guitar, twelve string guitar, "
     "electric guitar=clean guitar, jazz guitar, muted guitar, guitar harmonics, "
     "distorted guitar, crunch guitar"),
    ("guitars", "one line, picked", "lead",
     "lead guitar=solo guitar, slide guitar, pedal steel, lap steel, "
     "dobro"),
    ("plucked strings", "chords, plucked", "chords",
     "banjo, mandolin, domra, ukulele, charango, cuatro, lute, oud, "
     "bouzouki, saz, balalaika, shamisen, pipa, biwa, ruan, ngoni, kora, "
     "harp, celtic harp, lyre, koto, guzheng, zither, psaltery, autoharp, "
     "kantele, dulcimer, tanpura"),
    ("plucked strings", "one line, plucked", "lead", "sitar, veena, sarod"),
    ("struck strings", "chords, struck", "chords",
     "santoor, cimbalom, yangqin, hammered dulcimer"),
    ("basses", "one line, plucked", "bass",
     "bass guitar=fingered bass, picked bass, slap bass=slapped bass, fretless bass, "
     "upright bass=double bass"),
    ("basses", "one line, bowed", "bass", "bowed bass"),
    ("basses", "one line, electronic", "bass",
     "synth bass=saw bass, 808, 808 bass=808, sub bass=sub, reese, acid bass=acid, log drum, "
     "chip bass=chip triangle"),
    ("bowed strings", "one line, bowed", "lead",
     "violin, fiddle, viola, cello, viola da gamba, erhu, sarangi, kemenche, "
     "rebab, nyckelharpa, hurdy gurdy"),
    ("bowed strings", "chords, bowed", "chords",
     "strings=string section, string quartet, violins=violin section, cellos=cello section"),
    ("bowed strings", "chords, plucked", "chords", "pizzicato"),
    ("woodwinds", "one line, blown", "lead",
     "flute, piccolo, fife, recorder, pan flute, shakuhachi, bansuri, "
     "ney, quena, dizi, tin whistle=whistle, whistling, "
     "ocarina, "
     "clarinet, bass clarinet, oboe, english horn, bassoon, contrabassoon, duduk, "
     "zurna, shawm, crumhorn, woodwinds, bagpipes, "
     "uilleann pipes"),
    ("saxophones", "one line, blown", "lead",
     "saxophone, soprano saxophone, tenor saxophone, baritone saxophone"),
    ("brass", "one line, blown", "lead",
     "trumpet, muted trumpet, cornet, flugelhorn, bugle, trombone, bass trombone, "
     "french horn, alphorn, shofar, conch, tuba, "
     "euphonium, sousaphone, didgeridoo"),
    ("brass", "chords, blown", "chords", "brass=horn section"),
    ("mallets and bells", "one line, struck", "lead",
     "marimba, xylophone, balafon, vibraphone, glockenspiel, music box, kalimba, tubular bells, "
     "church bells, hand bells, crotales, gamelan, steel pan, handpan, singing bowl, "
     "bells=bell, mallets=soft mallets"),
    ("mallets and bells", "one line, rubbed", "lead", "glass harmonica"),
    ("voices", "chords, sung", "chords",
     "choir=choir ah, choir ooh=choir oo, boys choir, monks"),
    ("electronic", "one line, electronic", "lead",
     "theremin, ondes martenot, musical saw, stylophone, "
     "chip lead=chip square"),
    ("electronic", "chords, electronic", "chords", "synth brass=brass, synth strings=strings"),
    ("drums", "struck with mallets", "drums", "timpani, taiko, concert bass drum, gong"),
    ("drums", "played with hands", "drums",
     "djembe, bongo=high bongo+low bongo, cajon, darbuka, frame drum, udu, talking drum, "
     "pandeiro, mridangam=high mridangam+low mridangam"),
    ("drums", "played with sticks", "drums",
     "bodhran, surdo, timbale=high timbale+low timbale, repinique, dhol"),
    ("small percussion", "struck, scraped or shaken", "drums",
     "woodblock, temple block, agogo=high agogo+low agogo, triangle, castanets, guiro, vibraslap, "
     "sleigh bells, samba whistle, caxixi, ratchet, chip noise"),
)  # fmt: skip

#: Rows of drums of the world where they are named: one character a sixteenth, as in `plan.py`.
DRUM_ROWS: dict[str, str] = {
    "timpani": "X.......x.....xx", "taiko": "X..x..x.X..x..xx",
    "concert bass drum": "X...............",
    "gong": "X.............../................", "djembe": "X.gox.goX.gox.ox",
    "high bongo": "xogoxogoxogoxogo",
    "low bongo": "......x.......x.", "cajon": "X..gx.g.X..gx.gg", "darbuka": "X.gx..x.X.gx.gx.",
    "frame drum": "X..x..x.X..x..o.", "udu": "x..o..x...x.o...", "talking drum": "..x..x.x..x..x..",
    "bodhran": "xogxogxogxogxogo", "surdo": "o.......X.......", "high timbale": "x..x..x.x.x...x.",
    "low timbale": "......x.......xx", "dhol": "X.xo.xX.o.xo.xx.", "woodblock": "x..x..x...x.x...",
    "temple block": "x.o.x.o.x.oox.o.", "high agogo": "x..x..x...x...x.",
    "low agogo": "..x..x....x..x..",
    "triangle": "o.x.o.x.o.x.o.x.", "castanets": "x..xx.x.x..xx.xx", "guiro": "x.gox.gox.gox.go",
    "vibraslap": "........x......./................", "sleigh bells": "xoxoxoxoxoxoxoxo",
    "pandeiro": "xgoXxgoXxgoXxgoX", "high mridangam": "x.xox.oxx.xoxoxo",
    "low mridangam": "X.....x.X..x....", "repinique": "xoxxxoxxxoxxxooo",
    "caxixi": "xgogxgogxgogxgog", "ratchet": "x.......x.......",
    "samba whistle": "x.x...x.x.x.x...", "chip noise": "x.o.X.o.x.o.X.oo",
}  # fmt: skip


@cache
def players() -> dict[str, Player]:
    """Instrument -> who plays it."""
    found: dict[str, Player] = {}
    for family, idiom, part, names in _ROWS:
        for row in (one.strip() for one in names.split(",")):
            name, _, voice = row.partition("=")
            voices = tuple((voice or name).split("+"))
            found[name] = Player(name, family, idiom, part, voices)
    return found
