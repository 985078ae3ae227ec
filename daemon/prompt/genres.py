"""Genres: their spellings, and their usual tempo, meter and swing. Data only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from daemon.prompt.foreign_words import GENRES as OTHER_NAMES


@dataclass(frozen=True)
class Genre:
    """One genre. Tempo in quarter notes a minute, swing in percent of an eighth (50: straight)."""

    name: str
    low_bpm: float
    high_bpm: float
    bpm: float
    swing: float = 50.0
    meter: str = "4/4"
    like: str = ""
    """The broader genre that it is played like; empty where it is one of its own."""
    aliases: tuple[str, ...] = ()


def _genre(
    name: str,
    tempo: tuple[float, float, float],
    swing: float = 50,
    like: str = "",
    aliases: str = "",
    meter: str = "4/4",
) -> Genre:
    return Genre(
        name,
        *tempo,
        float(swing),
        meter,
        like,
        tuple(alias.strip() for alias in aliases.split(",") if alias.strip()),
    )


#: Genres that are calm as they are: `chill lo-fi` is no slower than lo-fi.
CALM_GENRES = frozenset((
    "lo-fi", "ambient", "chillout", "trip-hop", "dub", "classical", "cinematic", "waltz",
    "bossa nova", "dub techno", "cloud rap", "chillwave", "downtempo", "new age", "lo-fi house",
))  # fmt: skip

#: Tempo: (slowest, fastest, usual). Aliases list only spellings that differ from the name by more
#: than spaces, hyphens and apostrophes.
_TABLE = (
    # house and disco
    _genre("house", (118, 130, 124), 54, aliases="four on the floor house, club house"),
    _genre("deep house", (118, 125, 122), 55, "house"),
    _genre("tech house", (124, 130, 126), 54, "house", "techhouse"),
    _genre("progressive house", (122, 130, 126), 51, "house", "prog house"),
    _genre("electro house", (125, 130, 128), 50, "house", "big room, big room house, bigroom"),
    _genre("future house", (124, 128, 126), 52, "house", "slap house, bass house, uk bass house"),
    _genre("acid house", (118, 128, 124), 52, "house"),
    _genre("afro house", (118, 124, 121), 54, "house", "afrohouse"),
    _genre("french house", (118, 128, 123), 53, "house",
           "filter house, funky house, nu disco house"),
    _genre("lo-fi house", (115, 126, 120), 55, "house"),
    _genre("disco", (112, 124, 118), 50, aliases="disco funk, italo disco, italodisco, boogie"),
    _genre("nu disco", (112, 122, 117), 52, "disco", "new disco, indie dance"),
    _genre("amapiano", (108, 115, 112), 56, aliases="ama piano, gqom"),
    # techno and trance
    _genre("techno", (126, 140, 132), 52, aliases="tekno"),
    _genre("minimal techno", (122, 130, 126), 53, "techno"),
    _genre("dub techno", (118, 128, 123), 54, "techno"),
    _genre("melodic techno", (120, 128, 124), 50, "techno",
           "melodic house, melodic house and techno"),
    _genre("hard techno", (140, 160, 148), 50, "techno",
           "schranz, industrial techno, peak time techno, rave techno"),
    _genre("acid techno", (128, 142, 136), 51, "techno", "acid"),
    _genre("detroit techno", (122, 132, 127), 53, "techno"),
    _genre("electro", (120, 135, 128), 50, aliases="electro funk, electrofunk"),
    _genre("trance", (132, 142, 138), 50,
           aliases="uplifting trance, vocal trance, progressive trance, goa"),
    _genre("psytrance", (138, 148, 143), 50, "trance",
           "psy trance, psychedelic trance, psy, full on psy, goa trance"),
    _genre("hardstyle", (148, 155, 150), 50, "techno", "hard style, rawstyle, raw style"),
    _genre("hardcore", (160, 190, 172), 50, "techno",
           "happy hardcore, gabber, gabba, speedcore, uk hardcore"),
    _genre("eurodance", (128, 145, 136), 50, "trance", "euro dance, hands up"),
    _genre("edm", (124, 130, 128), 50, "house", "festival edm, dance music, mainstage"),
    # bass music
    _genre("drum and bass", (170, 178, 174), 50, aliases="dnb, drum n bass, drum'n'bass, d and b"),
    _genre("liquid drum and bass", (170, 176, 174), 50, "drum and bass",
           "liquid dnb, liquid drum n bass, liquid d and b, liquid funk"),
    _genre("neurofunk", (170, 178, 174), 50, "drum and bass", "neuro funk, neuro, techstep"),
    _genre("jungle", (160, 172, 166), 52, aliases="ragga jungle"),
    _genre("breakcore", (165, 200, 180), 50, "jungle"),
    _genre("dubstep", (138, 142, 140), 50, aliases="dub step, brostep, riddim, deep dubstep"),
    _genre("uk garage", (130, 136, 132), 62, "two-step",
           "ukg, garage, speed garage, bassline garage"),
    _genre("two-step", (128, 136, 132), 62,
           aliases="2 step, two step garage, 2 step garage, twostep"),
    _genre("future garage", (128, 140, 132), 60, "two-step"),
    _genre("breakbeat", (120, 140, 130), 54,
           aliases="breaks, big beat, nu skool breaks, broken beat, florida breaks"),
    _genre("grime", (138, 142, 140), 50, "drill", "uk grime"),
    _genre("future bass", (140, 160, 150), 50, "trap", "kawaii future bass"),
    _genre("footwork", (155, 162, 160), 50, "jungle", "juke"),
    _genre("jersey club", (130, 145, 138), 50, "house", "baltimore club, jersey club beat"),
    _genre("moombahton", (100, 112, 108), 50, "reggaeton", "moombah"),
    # hip-hop
    _genre("trap", (130, 150, 140), 50, aliases="trap music, trap rap, atlanta trap"),
    _genre("drill", (138, 146, 142), 50,
           aliases="uk drill, ny drill, new york drill, chicago drill, brooklyn drill"),
    _genre("phonk", (125, 150, 136), 50, "trap", "drift phonk, memphis phonk, brazilian phonk"),
    _genre("rage", (145, 165, 155), 50, "trap", "rage beat, plugg, pluggnb, hyperpop trap"),
    _genre("cloud rap", (120, 150, 136), 50, "trap"),
    _genre("hip-hop", (80, 100, 92), 56, "boom bap",
           "hiphop, rap, old school hip hop, east coast hip hop"),
    _genre("boom bap", (84, 96, 90), 58,
           aliases="boombap, boom bap hip hop, bap, boom bop, dilla, j dilla"),
    _genre("lo-fi", (70, 88, 80), 60,
           aliases="lofi, lo fi hip hop, lofi hip hop, chillhop, chill hop, study beats, low fi"),
    _genre("g-funk", (90, 100, 94), 54, "boom bap",
           "g funk, west coast hip hop, westcoast hip hop, gangsta funk"),
    _genre("crunk", (70, 80, 75), 50, "trap", "dirty south"),
    _genre("trip-hop", (75, 100, 86), 55, "boom bap", "trip hop, downtempo, down tempo"),
    _genre("r&b", (65, 100, 80), 56, "lo-fi",
           "rnb, r and b, r n b, neo soul, neosoul, contemporary rnb, "
           "trap soul, trapsoul, alternative rnb"),
    # Caribbean, African, Latin
    _genre("reggaeton", (86, 100, 94), 50,
           aliases="regaeton, reggaetón, dembow, perreo, latin trap"),
    _genre("dancehall", (90, 110, 100), 50, "reggaeton", "dance hall"),
    _genre("reggae", (70, 90, 76), 58, aliases="roots reggae, rocksteady, one drop"),
    _genre("dub", (65, 90, 72), 57, "reggae", "dub reggae"),
    _genre("ska", (120, 160, 140), 52, "reggae"),
    _genre("afrobeats", (92, 112, 103), 54,
           aliases="afrobeat, afro beat, afro beats, afropop, afro pop, "
           "afroswing, afro swing, naija"),
    _genre("baile funk", (126, 136, 130), 50, "reggaeton",
           "funk carioca, brazilian funk, brazilian baile funk"),
    _genre("bhangra", (88, 112, 98), 58, aliases="bollywood, desi, punjabi, hindi pop, indian"),
    _genre("salsa", (160, 210, 180), 50, "latin", "mambo, son cubano, afro cuban"),
    _genre("latin", (90, 120, 104), 50,
           aliases="latin pop, cumbia, bachata, merengue, mariachi, ranchera, norteño, bolero, "
           "rumba, flamenco, tango"),
    _genre("bossa nova", (110, 140, 126), 52, "latin", "bossa, bossanova"),
    _genre("samba", (96, 120, 104), 54, "latin", "batucada"),
    # songs and bands
    _genre("pop", (96, 126, 112), 51,
           aliases="dance pop, electropop, electro pop, k pop, j pop, indie pop, bedroom pop"),
    _genre("hyperpop", (140, 170, 150), 50, "pop", "digicore, glitchcore"),
    _genre("rock", (100, 145, 122), 50,
           aliases="indie rock, hard rock, alternative rock, alt rock, classic rock, indie, "
           "soft rock, prog rock, progressive rock, psychedelic rock, garage rock, glam rock, "
           "southern rock, stoner rock, surf rock, post rock, math rock, krautrock, grunge, "
           "rockabilly, rock and roll, rock n roll"),
    _genre("punk", (150, 200, 176), 50, "rock",
           "punk rock, pop punk, post punk, hardcore punk, emo"),
    _genre("metal", (100, 180, 140), 50, "rock",
           "heavy metal, thrash metal, metalcore, djent, death metal, nu metal, black metal, "
           "doom metal, power metal, progressive metal, folk metal, symphonic metal"),
    _genre("shoegaze", (90, 130, 110), 50, "rock", "dream pop"),
    _genre("funk", (96, 114, 106), 53, aliases="funk rock, p funk"),
    _genre("soul", (70, 110, 92), 55, "funk", "motown, northern soul, gospel"),
    _genre("jazz", (90, 180, 120), 64,
           aliases="bebop, be bop, swing jazz, nu jazz, big band, jazz fusion, "
           "acid jazz, smooth jazz, ragtime, dixieland"),
    _genre("waltz", (84, 180, 120), 50, aliases="viennese waltz, valse", meter="3/4"),
    _genre("jazz waltz", (110, 180, 140), 62, "jazz", meter="3/4"),
    _genre("blues", (60, 120, 92), 64, "rock", "delta blues, 12 bar blues, chicago blues"),
    _genre("country", (84, 130, 108), 52, "rock", "bluegrass, americana"),
    _genre("folk", (76, 120, 96), 50, "pop",
           "indie folk, acoustic folk, singer songwriter, celtic, irish folk, sea shanty, polka, "
           "klezmer, schlager, chanson, fado, medieval"),
    _genre("classical", (60, 130, 90), 50, "cinematic",
           "orchestral, baroque, chamber music, neoclassical, neo classical"),
    _genre("cinematic", (60, 130, 90), 50,
           aliases="film score, soundtrack, trailer, trailer music, epic orchestral, film music"),
    # electronic, slower
    _genre("ambient", (60, 90, 75), 50,
           aliases="dark ambient, space ambient, ambient music, new age, drone music"),
    _genre("chillout", (80, 110, 95), 52, "lo-fi",
           "chill out, chillwave, chill wave, lounge, balearic"),
    _genre("synthwave", (84, 118, 100), 50,
           aliases="synth wave, retrowave, retro wave, outrun, darksynth, "
           "vaporwave, vapor wave, vapourwave"),
    _genre("synth-pop", (100, 130, 118), 50, "synthwave", "synthpop, new wave"),
    _genre("idm", (90, 150, 120), 52, "breakbeat", "braindance, glitch hop, glitch"),
    _genre("industrial", (90, 140, 118), 50, "techno", "ebm, dark wave, darkwave, witch house"),
    _genre("chiptune", (110, 160, 140), 50, "synthwave",
           "chip tune, 8 bit music, video game music, game boy music"),
)  # fmt: skip

GENRES: dict[str, Genre] = {genre.name: genre for genre in _TABLE}


def fold(text: str) -> str:
    """The normal form of a spelling: `D'n'B`, `d&b` -> `dnb`, `dandb`; `Lo-Fi` -> `lofi`."""
    return re.sub(r"[^0-9a-z]", "", text.lower().replace("&", "and").replace("ó", "o"))


#: Aliases that are genres in their own right, only played like the genre they stand with.
_BORROWED = (
    "gqom, goa, goa trance, ebm, dark wave, darkwave, witch house, bluegrass, americana, gospel, "
    "motown, northern soul, speedcore, gabber, gabba, schranz, plugg, pluggnb, cumbia, bachata, "
    "merengue, mariachi, ranchera, norteño, bolero, rumba, flamenco, tango, afro cuban, celtic, "
    "irish folk, sea shanty, polka, klezmer, schlager, chanson, fado, medieval, ragtime, "
    "dixieland, grunge, rockabilly, post rock, math rock, krautrock, black metal, doom metal, emo, "
    "mambo, son cubano, latin trap, djent, metalcore, death metal, nu metal, vaporwave, vapor "
    "wave, vapourwave, darksynth, chillwave, baroque, chamber music, k pop, j pop, dream pop, "
    "baltimore club, ragga jungle, rocksteady, techstep, bebop, big band, big beat, broken beat, "
    "drone music, glitch hop, new wave, downtempo, lounge"
)
BORROWED = frozenset(fold(name) for name in _BORROWED.split(","))


@cache
def spellings() -> dict[str, Genre]:
    """Folded name or alias -> genre. A name goes before another genre's alias."""
    found: dict[str, Genre] = {}
    for genre in _TABLE:
        for alias in genre.aliases:
            found.setdefault(fold(alias), genre)
    for name, aliases in OTHER_NAMES.items():
        for alias in aliases.split(","):
            found.setdefault(fold(alias), GENRES[name])
    found.update({fold(genre.name): genre for genre in _TABLE})
    return found


def find_genre(text: str) -> Genre | None:
    """The genre of a name as somebody spells it, or None."""
    return spellings().get(fold(text))
