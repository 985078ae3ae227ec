"""Edits said in German, Spanish, French, Portuguese and Italian, by the English words for them.

Data, and one reader. A longer phrase stands before a shorter one that is inside it.
"""

from __future__ import annotations

import re

#: What takes something away or makes less of it. These words are read before all others: an effect
#: is often called as in English, and `ohne Reverb` must not add one.
_AWAY = (
    (
        r"ohne|kein(?:e[nrsm]?)?|entfern(?:e|en|t)?|sin|quitar?|elimina|sans|pas de|enl[eè]ve[rz]?|"
        r"supprime[rz]?|sem|tirar?|senza|togli(?:ere)?",
        "without",
    ),
    (r"weniger|menos|moins(?: de| d')?|meno", "less"),
)
_PHRASES = (
    # how much
    (r"ein (?:bisschen|wenig|klein wenig)|etwas|un poco|un poquito|un peu|l[ée]g[eè]rement|"
     r"um pouco|um pouquinho|un po'?", "a bit"),
    (r"viel|deutlich|sehr|mucho|muy|beaucoup|tr[eè]s|muito|molto", "much"),
    # tempo
    (r"doppelt so schnell|doppeltes tempo|el doble de r[aá]pido|deux fois plus (?:vite|rapide)|"
     r"duas vezes mais r[aá]pido|due volte pi[uù] veloce", "twice as fast"),
    (r"halb so schnell|halbes tempo|la mitad de r[aá]pido|deux fois plus lent|"
     r"metade da velocidade|met[aà] velocit[aà]", "half as fast"),
    (r"schneller|m[aá]s r[aá]pid[oa]s?|acelera(?:r|lo)?|plus (?:vite|rapide)s?|"
     r"mais r[aá]pid[oa]s?|pi[uù] (?:veloc[ei]|rapid[oa])", "faster"),
    (r"langsamer|m[aá]s (?:lent[oa]s?|despacio)|plus lente?s?|plus lentement|"
     r"mais (?:lent[oa]s?|devagar)|pi[uù] lent[oa]", "slower"),
    # colour
    (r"dunkler|dumpfer|m[aá]s oscur[oa]s?|plus sombres?|mais escur[oa]s?|"
     r"pi[uù] scur[oa]", "darker"),
    (r"heller|brillanter|m[aá]s (?:brillante|clar[oa])s?|plus (?:claire?|brillante?)s?|"
     r"mais (?:brilhante|clar[oa])s?|pi[uù] (?:brillante|chiar[oa])", "brighter"),
    (r"w[aä]rmer|m[aá]s c[aá]lid[oa]s?|plus chaude?s?|mais quentes?|pi[uù] cald[oa]", "warmer"),
    (r"breiter|m[aá]s anch[oa]s?|plus large|mais larg[oa]s?|pi[uù] (?:ampi[oa]|larg[oa])", "wider"),
    (r"fetter|voller|m[aá]s gord[oa]|plus (?:gros|grosse)|mais gord[oa]|"
     r"pi[uù] grass[oa]", "fatter"),
    (r"d[uü]nner|m[aá]s delgad[oa]|plus (?:fine?|maigre)|mais fin[oa]|pi[uù] sottile", "thinner"),
    # pitch and level
    (r"h[oö]her|m[aá]s agud[oa]s?|plus aigu[eë]?s?|mais agud[oa]s?|pi[uù] acut[oa]", "higher"),
    (r"tiefer|m[aá]s graves?|plus graves?|mais graves?|pi[uù] grave", "lower"),
    (r"lauter|m[aá]s (?:alt[oa]|fuerte)s?|sube el volumen|plus forte?s?|mais alt[oa]s?|"
     r"aumenta o volume|pi[uù] forte", "louder"),
    (r"leiser|m[aá]s suaves?|baja el volumen|less forte?s?|plus douce?s?|plus doux|"
     r"mais baix[oa]s?|pi[uù] piano", "quieter"),
    # effects
    (r"r[uü]ckw[aä]rts|umgekehrt|al rev[eé]s|[aà] l'envers|ao contr[aá]rio|"
     r"al contrario", "reverse"),
    (r"zerhack(?:t|en)|troceado|d[eé]coup[eé]", "chopped"),
    (r"verzerr(?:t|en|ung)|distorsi[oó]n|distors[aã]o|distorsione", "distorted"),
    (r"nachhall|reverberaci[oó]n|r[eé]verb(?:[eé]ration)?|reverbera[cç][aã]o|riverbero", "reverb"),
    (r"[eé]co", "echo"),
    (r"einblenden", "fade in"), (r"ausblenden", "fade out"),
    # parts
    (r"nur|s[oó]lo|solamente|seulement|uniquement|juste|s[oó]|apenas|somente|soltanto", "only"),
    (r"stumm(?:schalten)?|silencia(?:r)?|muta(?:r)?|coupe[rz]?", "mute"),
    (r"schlagzeug|bater[ií]a|batterie|batteria", "drums"),
    (r"bajo|basse|baixo|basso", "bass"),
    (r"akkorde?|klavier|acordes|accords|accordi", "chords"),
    (r"melodie|melod[ií]a|m[eé]lodie", "melody"),
    (r"fl[aä]chen?|nappes?", "pad"),
    (r"h[oö]hen|agudos|aigus|acuti", "highs"), (r"tiefen|b[aä]sse|graves|gravi", "lows"),
    # figures
    (r"halbt[oö]ne?n?|halbton|semitonos?|demi-?tons?|semitons?|semiton[oi]", "semitones"),
    (r"oktaven?|octavas?|oitavas?|ottav[ae]", "octave"),
    (r"takten?|takte|comp[aá]s(?:es)?|mesures?|compassos?|battut[ae]", "bars"),
    (r"erste[nr]?|primer(?:[oa]s?)?|premi[eè]re?s?|primeir[oa]s?|prim[oaei]", "first"),
    (r"letzte[nr]?|[uú]ltim[oaei]s?|derni[eè]re?s?", "last"),
    (r"zwei|dos|deux|dois|duas|due", "two"), (r"vier|cuatro|quatre|quatro|quattro", "four"),
    (r"prozent|por ciento|pour ?cent|por cento|per cento", "percent"),
    (r"mehr|m[aá]s|plus|mais|pi[uù]", "more"), (r"bis|hasta|jusqu'[aà]|at[eé]|fino a", "to"),
)  # fmt: skip

#: Words between two edits.
AND = (
    r"\b(?:und|dann|aber|pero|luego|et|puis|depois|poi)\b|\sy\s|"
    r"(?<=[\w%])\se\s(?=pi[uù]\b|mais\b|senza\b|sem\b)"
)


def with_english_denials(clause: str) -> str:
    """A clause in small letters, with what takes away in English."""
    return _replaced(clause, _AWAY)


def in_english(clause: str) -> str:
    """A clause in small letters, with each phrase that is known in English."""
    return _replaced(clause, _PHRASES)


def _replaced(clause: str, table: tuple[tuple[str, str], ...]) -> str:
    for phrase, english in table:
        clause = re.sub(rf"(?<!\w)(?:{phrase})(?!\w)", english, clause)
    return clause
