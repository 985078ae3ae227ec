"""Who plays each instrument: its family, how it is played, its part and its voice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Player:
    """An instrument here. `voices` are several for drums; not `own` if another stands in."""

    name: str
    family: str
    idiom: str
    part: str
    voices: tuple[str, ...]
    own: bool = True


#: Family, idiom, part -> instruments. `name=voice` where the voice has another name, `name~voice`
#: where another instrument stands in, `+` between the voices of one drum.
_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("keyboards", "chords, struck", "chords",
     "piano=grand piano, upright piano, felt piano, honky tonk piano, prepared piano~felt piano, "
     "toy piano, electric piano, wurlitzer, clavichord"),
    ("keyboards", "chords, plucked", "chords",
     "harpsichord, spinet, clavinet"),
    ("keyboards", "chords, struck bars", "chords", "celesta"),
    ("organs", "chords, held", "chords",
     "organ=drawbar organ, pipe organ, farfisa, harmonium, mellotron~string section"),
    ("free reeds", "chords, held", "chords",
     "accordion, bandoneon, concertina, sheng~harmonium, shruti box~harmonium"),
    ("free reeds", "one line, blown", "lead", "harmonica, melodica, kazoo~harmonica"),
    ("guitars", "chords, strummed or picked", "chords",
     "guitar, acoustic guitar=steel guitar, nylon guitar, twelve string guitar, "
     "electric guitar=clean guitar, jazz guitar, muted guitar, guitar harmonics, "
     "distorted guitar, crunch guitar"),
    ("guitars", "one line, picked", "lead",
     "lead guitar=solo guitar, slide guitar, pedal steel, lap steel, "
     "dobro"),
    ("plucked strings", "chords, plucked", "chords",
     "banjo, mandolin, domra~mandolin, ukulele, charango, cuatro~ukulele, lute, oud, "
     "bouzouki, saz, balalaika, shamisen, pipa, biwa~pipa, ruan~lute, ngoni~banjo, kora, "
     "harp, celtic harp, lyre~harp, koto, guzheng, zither, psaltery~zither, autoharp~zither, "
     "kantele, dulcimer, sitar, veena~sitar, tanpura~sitar, sarod"),
    ("struck strings", "chords, struck", "chords",
     "santoor, cimbalom, yangqin~santoor, hammered dulcimer"),
    ("basses", "one line, plucked", "bass",
     "bass guitar=fingered bass, picked bass, slap bass=slapped bass, fretless bass, "
     "upright bass=double bass"),
    ("basses", "one line, bowed", "bass", "bowed bass"),
    ("basses", "one line, electronic", "bass",
     "synth bass=saw bass, 808, 808 bass=808, sub bass=sub, reese, acid bass=acid, log drum, "
     "chip bass=chip triangle"),
    ("bowed strings", "one line, bowed", "lead",
     "violin, fiddle, viola, cello, viola da gamba~cello, erhu, sarangi~erhu, kemenche~erhu, "
     "rebab~erhu, nyckelharpa~fiddle, hurdy gurdy"),
    ("bowed strings", "chords, bowed", "chords",
     "strings=string section, string quartet, violins=violin section, cellos=cello section"),
    ("bowed strings", "chords, plucked", "chords", "pizzicato"),
    ("woodwinds", "one line, blown", "lead",
     "flute, piccolo, fife~piccolo, recorder, pan flute, shakuhachi, bansuri~flute, "
     "ney~shakuhachi, quena~pan flute, dizi~flute, tin whistle=whistle, whistling~whistle, "
     "ocarina, "
     "clarinet, bass clarinet, oboe, english horn, bassoon, contrabassoon~bassoon, duduk, "
     "zurna~oboe, shawm~oboe, crumhorn~bagpipes, woodwinds~clarinet, bagpipes, "
     "uilleann pipes~bagpipes"),
    ("saxophones", "one line, blown", "lead",
     "saxophone, soprano saxophone, tenor saxophone, baritone saxophone"),
    ("brass", "one line, blown", "lead",
     "trumpet, muted trumpet, cornet, flugelhorn, bugle~trumpet, trombone, bass trombone~trombone, "
     "french horn, alphorn~french horn, shofar~french horn, conch~french horn, tuba, "
     "euphonium~tuba, sousaphone~tuba, didgeridoo"),
    ("brass", "chords, blown", "chords", "brass=horn section"),
    ("mallets and bells", "one line, struck", "lead",
     "marimba, xylophone, balafon, vibraphone, glockenspiel, music box, kalimba, tubular bells, "
     "church bells, hand bells~glockenspiel, crotales, gamelan, steel pan, handpan, singing bowl, "
     "bells=bell, mallets=marimba"),
    ("mallets and bells", "one line, rubbed", "lead", "glass harmonica"),
    ("voices", "chords, sung", "chords",
     "choir=choir ah, choir ooh=choir oo, boys choir, monks~choir oo"),
    ("electronic", "one line, electronic", "lead",
     "theremin, ondes martenot~theremin, musical saw~theremin, stylophone~chip thin, "
     "chip lead=chip square"),
    ("electronic", "chords, electronic", "chords", "synth brass=brass, synth strings=strings"),
    ("drums", "struck with mallets", "drums", "timpani, taiko, concert bass drum, gong"),
    ("drums", "played with hands", "drums",
     "djembe, bongo=high bongo+low bongo, cajon, darbuka, frame drum, udu, talking drum, "
     "pandeiro~frame drum, mridangam~tabla+bayan"),
    ("drums", "played with sticks", "drums",
     "bodhran, surdo, timbale=high timbale+low timbale, repinique~high timbale, dhol"),
    ("small percussion", "struck, scraped or shaken", "drums",
     "woodblock, temple block, agogo=high agogo+low agogo, triangle, castanets, guiro, vibraslap, "
     "sleigh bells, samba whistle, caxixi~shaker, ratchet~guiro, chip noise"),
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
    "samba whistle": "x.x...x.x.x.x...", "chip noise": "x.o.X.o.x.o.X.oo",
}  # fmt: skip


@cache
def players() -> dict[str, Player]:
    """Instrument -> who plays it."""
    found: dict[str, Player] = {}
    for family, idiom, part, names in _ROWS:
        for row in (one.strip() for one in names.split(",")):
            own = "~" not in row
            name, _, voice = row.replace("~", "=").partition("=")
            voices = tuple((voice or name).split("+"))
            found[name] = Player(name, family, idiom, part, voices, own)
    return found
