"""The words of sound: instruments with their parts, moods with their energy. Data only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from daemon.prompt import foreign_words
from daemon.prompt.effects_named import plain
from daemon.prompt.genres import fold
from daemon.prompt.instrument_names import INSTRUMENTS

#: From here on scripts are written without blanks.
_FIRST_UNSPACED = "\u3000"
PARTS = ("drums", "bass", "chords", "lead", "vocals", "texture")


@dataclass(frozen=True)
class Sound:
    """An instrument. `hit`: one stroke of it is what people mean by its bare name."""

    name: str
    part: str
    hit: bool = False


@dataclass(frozen=True)
class Mood:
    """A mood; energy and density from 0 to 1, None if open; pace +1 for fast, -1 for slow.

    lift: -1 where it calms whatever genre it is said of, +1 where it drives it.
    """

    name: str
    energy: float | None = None
    density: float | None = None
    pace: int = 0
    lift: int = 0


#: part -> name -> other spellings. A name in capitals is a single hit when it stands alone.
#: `!` marks a plural, which never is.
_SOUNDS: dict[str, dict[str, str]] = {
    "drums": {
        "drums": "drum, brushes, brushed drums, brush drums, drum kit, drum machine, drum set, "
        "amen, amen break, rhythm section",
        "KICK": "kick drum, bass drum, bd, kik, 808 kick, 909 kick, !kicks, !kick drums",
        "SNARE": "snare drum, sd, 808 snare, 909 snare, !snares, !snare drums",
        "CLAP": "hand clap, handclap, 808 clap, 909 clap, !claps, !hand claps",
        "HATS": "hat, hi hat, high hat, hh, closed hat, open hat, closed hi hat, open hi hat, "
        "909 hat, 808 hat, !hats, !hi hats, !high hats, !closed hats, !open hats, !hihats",
        "TOM": "floor tom, 808 tom, !toms, !tom toms, !timpani, !timpanis, "
        "!kettledrums, !orchestral drums",
        "RIM": "rimshot, rim shot, sidestick, side stick, cross stick, !rims, !rimshots",
        "PERCUSSION": "perc, perc hit, percussion hit, !percs, !percussion, "
        "!hand percussion, !hand drums",
        "SHAKER": "maraca, cabasa, !shakers, !maracas",
        "TAMBOURINE": "tamb, !tambourines",
        "COWBELL": "808 cowbell, !cowbells",
        "CONGA": "!congas",
        "BONGO": "!bongos",
        "CLAVE": "!claves",
        "CYMBAL": "crash, crash cymbal, ride, ride cymbal, splash cymbal, reverse cymbal, "
        "!cymbals, !crashes, !rides",
        "SNAP": "finger snap, !snaps, !finger snaps",
        "TABLA": "djembe, taiko, timbale, cajon, !tablas, !taikos, !timbales, !taiko drums, "
        "!dhol, !darbuka, !doumbek, !frame drum, !bodhran, !surdo, !udu, !taiko, !djembes",
        "WOODBLOCK": "wood block, triangle, agogo, !wood blocks, !castanets, !guiro, "
        "!vibraslap, !temple blocks",
    },
    "bass": {
        "808": "808 sub, 808 bass, !808s",
        "bass": "bassline, bass line, basslines, bass lines, b line, bassy, "
        "low end, wobble bass, wobble",
        "sub bass": "sub, subs, subbass, deep sub",
        "reese": "reese bass, neuro bass",
        "808 bassline": "808 bass line, 808 basslines",
        "acid bass": "303, tb 303, 303 bass, acid line, acid bassline, acid bass line",
        "bass guitar": "electric bass, slap bass, fretless bass, picked bass, "
        "fingered bass, moog bass, synth bass",
        "upright bass": "double bass, contrabass, contra bass, acoustic bass, acustic bass, "
        "standup bass, stand up bass",
        "log drum": "log drums",
    },
    "chords": {
        "chords": "chord, chord progression, progression, harmony, harmonies, comping",
        "piano": "grand piano, upright piano, felt piano, piano chords, pianos",
        "electric piano": "e piano, epiano, rhodes, wurlitzer, wurli, ep, fender rhodes, keys, "
        "keyboard, keyboards, e pianos",
        "organ": "hammond, b3 organ, hammond organ, organs, church organ, pipe organ, farfisa",
        "pad": "pads, synth pad, synth pads, string machine",
        "STAB": "chord stab, synth stab, rave stab, brass stab, organ stab, orchestra hit, "
        "orchestral hit, chord hit, synth hit, brass hit, !stabs, !chord stabs, !rave stabs",
        "strings": "string section, string ensemble, cello, cellos, viola, "
        "string quartet, orchestra, pizzicato",
        "guitar": "acoustic guitar, electric guitar, nylon guitar, classical guitar, "
        "spanish guitar, guitars, guitar chords, ukulele, banjo, mandolin, sitar, steel guitar, "
        "rhythm guitar, rythm guitar, guitarr, guitars, bass ukulele, ukelele, uke, banjos, "
        "mandolins, oud, bouzouki, lute, dulcimer, zither, psaltery, balalaika, charango, "
        "shamisen, pipa, kora, dobro, pedal steel, lap steel, slide guitar, twelve string guitar, "
        "cuatro, saz, sarod, veena",
        "choir": "choirs, vocal choir, choir pad",
        "brass": "horns, horn section, brass section, trombone, tuba, french horn, trombones, "
        "tubas, french horns, bugle, cornet, flugelhorn, fanfare, fanfares, "
        "shofar, didgeridoo, alphorn",
        "clavinet": "clav, harpsichord",
        "harp": "harps",
        "accordion": "harmonica, bandoneon, accordian, accordeon, harmonicas, concertina, "
        "harmonium, bagpipe, bagpipes, hurdy gurdy, shruti box, sheng, uilleann pipes",
    },
    "lead": {
        "lead guitar": "lead guitars, lead electric guitar, guitar lead, guitar leads, guitar solo",
        "lead": "leads, synth lead, lead synth, supersaw, saw lead, lead line",
        "melody": "melodies, topline, top line, riff, riffs, hook, motif, counter melody",
        "arp": "arps, arpeggio, arpeggios, arpeggiator, arpeggiated, synth arp, arpeggiated synth, "
        "sequence, sequenced synth",
        "synth": "synths, synthesizer, synthesiser, analog synth, analogue synth, "
        "modular synth, modular, moog",
        "PLUCK": "synth pluck, !plucks, !synth plucks",
        "bells": "bell, glockenspiel, music box, celesta, celeste, chimes, tubular bells, "
        "steel drum, steel drums, steel pan, steelpan, hand pan, handpan, hang drum, crotales, "
        "gamelan, cimbalom, carillon, singing bowl, singing bowls, santoor, "
        "hammered dulcimer, glass harmonica",
        "marimba": "xylophone, kalimba, mbira, thumb piano, balafon",
        "vibraphone": "vibes solo, vibraphones, vibraphon, vibraphone solo",
        "flute": "flutes, pan flute, recorder, shakuhachi, whistle, clarinet, oboe, piccolo, "
        "ocarina, bansuri, ney, duduk, bassoon, english horn, woodwind, woodwinds, tin whistle, "
        "algoza, panpipes, pan pipes, panflute, clarinets, oboes, whistling, whistles, theremin",
        "saxophone": "sax, saxes, saxophones, alto sax, tenor sax, soprano sax, baritone sax, "
        "saxaphone, saxofone, alto saxophone, tenor saxophone, "
        "soprano saxophone, baritone saxophone",
        "trumpet": "trumpets, muted trumpet",
        "violin": "violins, fiddle, koto, erhu, guzheng, fiddles, sarangi, solo violin, violine",
    },
    "vocals": {
        "vocals": "vocal, vox, voice, voices, singer, singing, vocal chop, vocal chops, "
        "chopped vocals, vocal hook, female vocal, female vocals, male vocal, male vocals, "
        "vocal sample, vocal samples, adlib, adlibs, ad libs",
    },
    "texture": {
        "vinyl crackle": "vinyl noise, crackle, vinyl, record noise, tape hiss, tape noise",
        "noise": "white noise, noise sweep, hiss",
        "rain": "rain sounds, thunder, storm, waves, wind, ocean waves, "
        "birds, birdsong, bird sounds",
        "scratches": "scratch, scratching, turntable, turntables, "
        "turntable scratching, dj scratches",
        "foley": "field recording, field recordings, found sounds",
        "fx": "effects, sound effects, sfx, risers, impacts, sweeps",
    },
}

_MOODS: dict[str, tuple[float | None, float | None, int, str]] = {
    "dark": (
        None,
        None,
        0,
        "darker, sinister, evil, ominous, brooding, moody, menacing, gloomy, "
        "gothic, spooky, haunting, creepy, grim, nightmarish, scary, terrifying, apocalyptic, "
        "dystopian, hellish, occult, macabre",
    ),
    "aggressive": (
        0.9,
        None,
        0,
        "angry, brutal, vicious, fierce, savage, furious, violent, thrashing, ferocious",
    ),
    "hard": (
        0.85,
        None,
        0,
        "harder, heavy, hard hitting, hardhitting, banging, pounding, slamming, massive, huge, raw",
    ),
    "driving": (0.75, 0.65, 0, "propulsive, relentless, pumping, pulsing, thumping, stomping"),
    "rolling": (0.65, 0.7, 0, "rollin"),
    "energetic": (
        0.85,
        None,
        0,
        "high energy, energy, hyped, hype, lively, upbeat, peak time, intense, powerful, "
        "frantic, vibrant, vigorous, "
        "exciting, explosive, high octane, adrenaline, banger, rowdy, fiery, frenzied, party, "
        "festive, "
        "celebratory",
    ),
    "fast": (
        0.75,
        None,
        1,
        "faster, quick, rapid, uptempo, up tempo, speedy, allegro, presto, vivace, prestissimo, "
        "fast paced, high tempo",
    ),
    "ballad": (0.35, None, -1, "ballads, balada, ballade, power ballad"),
    "lullaby": (0.15, 0.25, -1, "lullabies, cradle song, wiegenlied, berceuse"),
    "meditation": (
        0.1,
        0.2,
        -1,
        "meditate, spa, yoga, sleep, sleeping, asmr, healing, mindfulness, bedtime, massage",
    ),
    "study": (0.3, None, 0, "studying, concentration, coffee shop, background music, reading"),
    "chase": (0.85, 0.65, 1, "car chase, chase scene, pursuit, racing, race, escape"),
    "workout": (0.85, 0.6, 0, "gym, running, fitness, training montage, cardio"),
    "battle": (0.85, 0.6, 0, "boss fight, boss battle, fight scene, war"),
    "slow": (
        0.35,
        None,
        -1,
        "slower, slow tempo, down tempo, downbeat, sluggish, adagio, largo, lento, andante, "
        "chopped and screwed, slowed, slowed and reverb, slow paced, slow moving, dragging, "
        "plodding",
    ),
    "moderate": (0.5, None, 0, "medium tempo, mid tempo, midtempo, moderate tempo, medium paced"),
    "punchy": (0.7, None, 0, "tight, snappy, crisp, hard knocking, knocking"),
    "bouncy": (
        0.65,
        None,
        0,
        "bounce, groovy, funky, jackin, jacking, swinging, danceable, infectious",
    ),
    "uplifting": (0.7, None, 0, "euphoric, anthemic, soaring, triumphant, inspiring, hopeful"),
    "happy": (
        0.65,
        None,
        0,
        "joyful, cheerful, bright, sunny, fun, playful, feel good, feelgood, "
        "summer, summery, positive, blissful, joyous, jolly, merry, lighthearted, light hearted, "
        "cheery, whimsical, "
        "cute, silly, wholesome, carefree, delightful",
    ),
    "epic": (
        0.75,
        None,
        0,
        "heroic, grand, dramatic, majestic, thunderous, monumental, glorious, sweeping",
    ),
    "tense": (0.65, None, 0, "tension, suspense, suspenseful, anxious, nervous, uneasy"),
    "chill": (
        0.3,
        None,
        0,
        "chilled, chilling, laid back, laidback, relaxed, relaxing, easy, "
        "mellow, smooth, cozy, cosy",
    ),
    "calm": (
        0.2,
        None,
        0,
        "peaceful, quiet, serene, tranquil, meditative, sleepy, gentle, soft, "
        "soothing, delicate, tender, unhurried, restful, hushed, lulling, unobtrusive",
    ),
    "lazy": (0.3, None, 0, "loose, drunken, drunk, behind the beat"),
    "sad": (
        0.3,
        None,
        0,
        "melancholic, melancholy, emotional, sorrowful, lonely, heartbroken, wistful, bittersweet, "
        "somber, sombre, mournful, tragic, depressive, depressing, heartbreaking, introspective, "
        "reflective, contemplative, pensive, longing, yearning, poignant",
    ),
    "dreamy": (
        0.3,
        None,
        0,
        "ethereal, floating, hazy, airy, atmospheric, lush, spacey, spacious, "
        "hypnotic, trippy, psychedelic, celestial, cosmic, heavenly, surreal",
    ),
    "nostalgic": (0.4, None, 0, "retro, vintage, old school, oldschool, throwback"),
    "warm": (None, None, 0, "cosy warm, analog, analogue, organic"),
    "cold": (None, None, 0, "icy, frozen, bleak, robotic, mechanical, metallic"),
    "dusty": (
        None,
        None,
        0,
        "gritty, dirty, grimy, crunchy, lofi sounding, tape, saturated, distorted, grungy, rough",
    ),
    "clean": (None, None, 0, "polished, pristine, glossy"),
    "deep": (None, None, 0, "subby, underground"),
    "jazzy": (None, None, 0, "soulful, bluesy"),
    "sexy": (0.4, None, 0, "sensual, romantic, intimate, seductive"),
    "weird": (None, None, 0, "strange, experimental, quirky, glitchy, odd, alien, otherworldly"),
    "mysterious": (None, None, 0, "mystic, mystical, enigmatic, eerie"),
    "minimal": (
        0.4,
        0.25,
        0,
        "minimalist, minimalistic, stripped, stripped back, stripped down, simple, basic, bare",
    ),
    "sparse": (None, 0.2, 0, "empty, open, airy space"),
    "busy": (None, 0.85, 0, "dense, complex, intricate, frenetic, layered"),
}

#: Moods that change how a genre is played: a calm house is slower and sparser than house.
#: A sad or hypnotic one is not.
_CALMING = ("calm", "chill", "lazy", "lullaby", "meditation", "study")
_DRIVING = ("energetic", "aggressive", "workout", "battle", "chase")

#: A name of so many letters, or fewer, has no plural here.
_SHORT = 3

_LOOP_WORDS = (
    "loop, loops, beat, groove, grooves, pattern, patterns, bar, bars, break, breaks, breakbeat, "
    "fill, fills, roll, rolls, solo, riff, line, melody, progression, arp, arpeggio, sequence, "
    "batida, ritmo, rhythmus, rythme, schleife, bucle, "
    "bassline, bass line, ostinato, rhythm, jam, looped, looping, instrumental, topper, top loop"
)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@cache
def sounds() -> dict[str, Sound]:
    """Folded spelling -> instrument."""
    found: dict[str, Sound] = {}
    for part, names in _SOUNDS.items():
        for name, aliases in names.items():
            plain = name.lower()
            hit = name.isupper() or name == "808"
            for alias in _split(aliases):
                plural = alias.startswith("!")
                found[fold(alias)] = Sound(plain, part, hit and not plural)
            found.setdefault(fold(plain), Sound(plain, part, hit))
    by_name = {sound.name: sound for sound in found.values()}
    for name, aliases in foreign_words.SOUNDS.items():
        for alias in _split(aliases):
            found.setdefault(fold(alias), Sound(name, by_name[name].part))
    found.update(_instruments())
    for spelling, sound in list(found.items()):
        # a plural of which nobody thought: never a single hit
        if len(spelling) > _SHORT and not spelling.endswith("s"):
            found.setdefault(f"{spelling}s", Sound(sound.name, sound.part))
    # `12弦ギター` leaves its figure alone when it is folded
    return {spelling: sound for spelling, sound in found.items() if spelling not in ("", "12")}


def _instruments() -> dict[str, Sound]:
    """Folded spelling, with and without accents -> what the table of instruments names."""
    found: dict[str, Sound] = {}
    for part, names in INSTRUMENTS.items():
        for name, aliases in names.items():
            for alias in (name, *_split(aliases)):
                sound = Sound(name.lower(), part, name.isupper() and not alias.startswith("!"))
                found.setdefault(fold(alias), sound)
                found.setdefault(fold(plain(alias)), sound)
    return found


@cache
def unspaced_sounds() -> tuple[tuple[str, str], ...]:
    """(name, our instrument) in scripts that are read as parts of words, the longest first."""
    found = dict(foreign_words.OTHER_SCRIPTS)
    for names in INSTRUMENTS.values():
        for name, aliases in names.items():
            found |= {one: name.lower() for one in _split(aliases) if max(one) >= _FIRST_UNSPACED}
    return tuple(sorted(found.items(), key=lambda row: -len(row[0])))


def _inflected(adjective: str) -> list[str]:
    """Other forms of a German or Romance adjective: `sanfte`, `tranquilas`."""
    if adjective.endswith("o"):
        return [adjective[:-1] + ending for ending in ("a", "os", "as", "i", "e")]
    return [adjective + ending for ending in ("e", "er", "es", "en", "em", "s")]


@cache
def moods() -> dict[str, Mood]:
    """Folded spelling -> mood."""
    found: dict[str, Mood] = {}
    for name, (energy, density, pace, aliases) in _MOODS.items():
        lift = (name in _DRIVING) - (name in _CALMING)
        for alias in (name, *_split(aliases)):
            found[fold(alias)] = Mood(alias, energy, density, pace, lift)
        for alias in _split(foreign_words.MOODS.get(name, "")):
            for form in (alias, *_inflected(alias)):
                found.setdefault(fold(form), Mood(name, energy, density, pace, lift))
    return found


def lift_of(names: Iterable[str]) -> int:
    """-1 where the moods together calm what is played, +1 where they drive it, else 0."""
    lifts = [moods()[fold(name)].lift for name in names if fold(name) in moods()]
    total = sum(lifts)
    return (total > 0) - (total < 0)


@cache
def loop_words() -> frozenset[str]:
    """Folded words by which people say that they want something that goes on."""
    return frozenset(fold(word) for word in _split(_LOOP_WORDS))


def part_of(instrument: str) -> str | None:
    """The part (drums, bass, chords, lead, vocals, texture) of an instrument, or None."""
    sound = sounds().get(fold(instrument))
    return sound.part if sound else None
