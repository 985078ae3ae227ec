"""Words of sound in German, Spanish, French, Portuguese and Italian, by our English names.

Data only. Accents need no second spelling: the table's keys are folded as the prompt is.
"""

from __future__ import annotations

#: Our instrument -> its names. `!` marks a plural, which never is a single hit.
SOUNDS: dict[str, str] = {
    "drums": "schlagzeug, trommeln, trommel, batería, bateria, batterie, tambours, tambores, "
    "percusiones electrónicas, caja de ritmos",
    "kick": "!bombo, !bumbo, !grosse caisse, !bassdrum, !cassa",
    "snare": "!caja, !caisse claire, !rullante",
    "clap": "!palmas, !klatschen",
    "hats": "!charles, !platillos",
    "percussion": "!percusión, !percussões, !percussioni, !perkussion, !percussions, !perkussionen",
    "tabla": "!pandero, !tambora",
    "bass": "bajo, baixo, basse, basso, bassline profunda, basslinie",
    "sub bass": "subbajo, sous-basse",
    "upright bass": "contrabajo, kontrabass, contrebasse, contrabbasso, contrabaixo",
    "chords": "acordes, accords, akkorde, accordi",
    "piano": "klavier, pianoforte, flügel",
    "electric piano": "teclado, teclados, clavier, claviers, tastiera, tastiere, e-klavier",
    "organ": "órgano, orgue, orgel, organo, órgão",
    "pad": "nappe, nappes, flächen, colchón, colchones",
    "strings": "cuerdas, cordes, streicher, archi, cordas, orquesta, orchestre, orchester, "
    "orquestra",
    "guitar": "guitarra, guitarras, guitare, guitares, gitarre, gitarren, chitarra, chitarre, "
    "violão, violao, guitarra clásica, guitare acoustique, akustikgitarre",
    "choir": "coro, choeur, chœur, chor, coros",
    "brass": "metales, cuivres, bläser, ottoni, metais",
    "harp": "arpa, harpe, harfe",
    "accordion": "acordeón, accordéon, akkordeon, fisarmonica, acordeão",
    "melody": "melodía, mélodie, melodie, melodia",
    "synth": "sintetizador, sintetizadores, synthé, synthés, synthétiseur, synthesizern, "
    "sintetizzatore, sintetizzatori, sintes",
    "bells": "campanas, cloches, glocken, campane, sinos",
    "flute": "flauta, flûte, flöte, flauto",
    "saxophone": "saxofón, saxofon, sassofono, saxofone",
    "trumpet": "trompeta, trompette, trompete, tromba",
    "violin": "violín, violon, geige, violino",
    "vocals": "vocais, vozes, voces, voz, gesang, voix, voci, voce, stimme, stimmen, vocales",
    "rain": "regen, lluvia, pluie, pioggia, chuva",
}

#: Names in scripts without blanks or with many endings: a part of a word is enough.
OTHER_SCRIPTS: dict[str, str] = {
    "ピアノ": "piano", "ギター": "guitar", "ドラム": "drums", "ベース": "bass",
    "オーケストラ": "strings",
    "ストリングス": "strings", "バイオリン": "violin", "フルート": "flute", "シンセ": "synth",
    "サックス": "saxophone", "トランペット": "trumpet", "オルガン": "organ", "鋼琴": "piano",
    "钢琴": "piano",
    "吉他": "guitar", "小提琴": "violin", "鼓": "drums", "피아노": "piano", "기타": "guitar",
    "드럼": "drums",
    "фортепиано": "piano", "пианино": "piano", "гитар": "guitar", "барабан": "drums",
    "скрипк": "violin", "струнн": "strings", "синтезатор": "synth", "флейт": "flute",
}  # fmt: skip
#: An instrumental, in such scripts.
OTHER_INSTRUMENTAL = r"インストゥルメンタル|インスト(?!ゥ)|инструментал\w*|без\s+вокала"

#: Our mood -> its names.
MOODS: dict[str, str] = {
    "dark": "dunkel, dunkle, dunkler, düster, düstere, oscuro, oscura, sombre, escuro, oscuri",
    "slow": "langsam, langsame, langsamer, lento, lenta, lente, lenti",
    "fast": "schnell, schnelle, schneller, rápido, rápida, rapide, veloce",
    "calm": "ruhig, ruhige, ruhiger, ruhiges, tranquilo, tranquila, calme, calma, calmo, sanft, "
    "suave, doux, douce, tranquillo, entspannt",
    "chill": "relajante, relaxante, rilassante, relajado, entspannend, entspannende, détendu",
    "sad": "traurig, traurige, trauriger, melancholisch, melancholische, melancholischer, triste, "
    "tristes, melancólico, melancólica, mélancolique, malinconico, malinconica",
    "happy": "fröhlich, fröhliche, fröhlicher, alegre, joyeux, joyeuse, feliz",
    "aggressive": "agresivo, agresiva, agressif, agressive, aggressiv, aggressiver",
    "energetic": "enérgico, enérgica, énergique, energisch, energico, energica",
    "warm": "cálido, cálida, chaud, chaude, warmer, warme, caldo",
    "deep": "profundo, profunda, profond, tief, tiefe, tiefer",
}

#: Words that deny what follows, where that is an instrument.
DENIALS = r"ohne|kein(?:e|en|er)?|sin|sans(?:\s+(?:la|le|les))?|sem|senza|без|pas\s+de|nada\s+de"
#: Words between what is asked for and what goes with it.
WITH = r"\b(?:mit|con|avec|com)\b"
#: Words that join two instruments.
AND = r"und|y|e|et|oder|ou|o"

#: Numbers before bars, seconds and minutes, where they differ from the English ones.
COUNTS: dict[str, int] = {
    "ein": 1, "eine": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "sechs": 6, "acht": 8,
    "zehn": 10, "zwölf": 12, "sechzehn": 16, "zwanzig": 20, "dreißig": 30, "dreissig": 30,
    "zweiunddreißig": 32, "dos": 2, "tres": 3, "cuatro": 4, "seis": 6, "ocho": 8, "diez": 10,
    "doce": 12, "dieciséis": 16, "veinte": 20, "treinta": 30, "deux": 2, "trois": 3, "quatre": 4,
    "huit": 8, "dix": 10, "douze": 12, "seize": 16, "vingt": 20, "trente": 30, "dois": 2,
    "duas": 2, "três": 3, "quatro": 4, "oito": 8, "dez": 10, "doze": 12, "dezesseis": 16,
    "vinte": 20, "trinta": 30, "due": 2, "tre": 3, "quattro": 4, "sei": 6, "otto": 8, "dieci": 10,
    "dodici": 12, "sedici": 16, "venti": 20, "trenta": 30,
}  # fmt: skip
