"""Words of sound in German, Spanish, French, Portuguese and Italian, by our English names.

Data only. Accents need no second spelling: the table's keys are folded as the prompt is.
"""

from __future__ import annotations

#: Our instrument -> its names. `!` marks a plural, which never is a single hit.
SOUNDS: dict[str, str] = {
    "drums": "schlagzeug, trommeln, trommel, batería, bateria, batterie, batteria, tambours, "
    "tambores, percusiones electrónicas, caja de ritmos",
    "kick": "!bombo, !bumbo, !grosse caisse, !bassdrum, !cassa",
    "tambourine": "!pandereta, !tamburin, !tambourin, !tamburello, !schellenkranz",
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
    "bells": "campanas, cloches, glocken, campane, sinos, glöckchen, campanitas, "
    "clochettes, sininhos",
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
    "саксофон": "saxophone", "труб": "trumpet", "виолончел": "cello", "аккордеон": "accordion",
    "ударн": "drums", "пианин": "piano", "рояль": "piano", "рояля": "piano", "арф": "harp",
    "チェロ": "cello", "ハープ": "harp", "三味線": "shamisen", "尺八": "shakuhachi", "琴": "koto",
    "바이올린": "violin", "베이스": "bass", "색소폰": "saxophone", "트럼펫": "trumpet",
    "신스": "synth", "플루트": "flute", "贝斯": "bass", "笛": "flute",
    "контрабас": "upright bass", "бас": "bass", "мелоди": "melody", "аккорд": "chords",
    "скрипк": "violin", "струнн": "strings", "синтезатор": "synth", "флейт": "flute",
}  # fmt: skip
#: What denies the instruments before it, and those behind it, in such scripts.
OTHER_DENIALS_AFTER = (
    r"[はがをも의은는이가를을]?\s*(?:なし|無し|ナシ|抜き|ぬき|を?使わ(?:ない|ず)|を?除(?:く|いて)|"
    r"없이|없는|없음|빼고|제외)"
)
OTHER_DENIALS_BEFORE = r"(?:没有|沒有|不要|不用|去掉|无|無)\s*"
#: What leaves the instruments before it alone.
OTHER_ONLY_AFTER = r"\s*(?:だけ|のみ|만(?![들든드]))"
#: What joins two instruments there.
OTHER_AND = r"\s*(?:と|や|、|・|和|与|與|跟|와|과|하고|랑|이랑|및)\s*"
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
    "happy": "fröhlich, fröhliche, fröhlicher, alegre, allegra, joyeux, joyeuse, feliz",
    "aggressive": "agresivo, agresiva, agressif, agressive, aggressiv, aggressiver",
    "energetic": "animado, animada, animé, enérgico, enérgica, "
    " énergique, energisch, energico, energica",
    "meditation": "dormir, schlafen, einschlafen, dormire, meditación, méditation, meditação, "
    "meditazione, entspannung, relajación, relaxamento, rilassamento, schlafmusik",
    "study": "estudiar, lernen, étudier, estudar, studiare",
    "warm": "cálido, cálida, chaud, chaude, warmer, warme, caldo",
    "deep": "profundo, profunda, profond, tief, tiefe, tiefer",
}

#: Words that deny what follows, where that is an instrument.
DENIALS = r"ohne|kein(?:e|en|er)?|sin|sans(?:\s+(?:la|le|les))?|sem|senza|без|pas\s+de|nada\s+de"
#: Words that leave the player behind them alone, and those that leave the one before them alone.
ONLY_BEFORE = (
    r"nur|ausschlie(?:ß|ss)lich|lediglich|seulement|uniquement|rien\s+que|sólo|solamente|"
    r"únicamente|solo\s+el|solo\s+la|só|somente|apenas|soltanto|только"
)
ONLY_AFTER = r"allein|seule?s?|solos|solas|sozinh[oa]s?|da\s+sol[oaie]"
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

#: Our genre -> its names, where they are not the English ones.
GENRES: dict[str, str] = {
    "waltz": "walzer, vals, valsa, valzer",
    "classical": "klassik, klassische musik, música clásica, musique classique, "
    "música clássica, musica classica",
    "cinematic": "filmmusik, filmmusikalisch, música de cine, banda sonora, musique de film, "
    "música de cinema, trilha sonora, colonna sonora, cinematográfico, cinematográfica, "
    "cinématographique",
    "folk": "volksmusik, música folclórica, musique folklorique, musica popolare",
    "drum and bass": "drum und bass",
    "rock": "rockmusik, musique rock, música rock",
    "pop": "popmusik, musique pop, música pop, musica pop",
}

#: Genres in scripts that are read as parts of words: name -> our genre.
OTHER_GENRES: dict[str, str] = {
    "ローファイヒップホップ": "lo-fi", "ローファイ・ヒップホップ": "lo-fi",
    "ローファイ ヒップホップ": "lo-fi", "ローファイ": "lo-fi", "ヒップホップ": "hip-hop",
    "ジャズ": "jazz", "ロック": "rock", "テクノ": "techno", "ハウス": "house",
    "トランス": "trance", "アンビエント": "ambient", "クラシック": "classical", "ポップ": "pop",
    "レゲエ": "reggae", "ファンク": "funk", "ボサノバ": "bossa nova", "ボサノヴァ": "bossa nova",
    "ワルツ": "waltz", "メタル": "metal", "ブルース": "blues", "ソウル": "soul",
    "ディスコ": "disco", "トラップ": "trap", "映画音楽": "cinematic", "シンセウェーブ": "synthwave",
    "チップチューン": "chiptune", "ドラムンベース": "drum and bass", "로파이": "lo-fi",
    "힙합": "hip-hop", "재즈": "jazz", "록": "rock", "테크노": "techno", "하우스": "house",
    "메탈": "metal", "클래식": "classical", "트랩": "trap", "펑크": "funk", "앰비언트": "ambient",
    "爵士": "jazz", "摇滚": "rock", "搖滾": "rock", "嘻哈": "hip-hop", "古典": "classical",
    "流行": "pop", "金属": "metal", "джаз": "jazz", "рок": "rock", "техно": "techno",
    "хаус": "house", "хип-хоп": "hip-hop", "хип хоп": "hip-hop", "эмбиент": "ambient",
    "лоу-фай": "lo-fi", "лоуфай": "lo-fi", "трэп": "trap", "вальс": "waltz", "блюз": "blues",
    "метал": "metal", "фанк": "funk", "диско": "disco", "синтвейв": "synthwave",
}  # fmt: skip

#: Moods in scripts that are read as parts of words: name -> our mood.
OTHER_MOODS: dict[str, str] = {
    "тяжёл": "heavy", "тяжел": "heavy", "мощн": "heavy",
    "грустн": "sad", "печальн": "sad", "спокойн": "calm", "тихая": "calm", "медленн": "slow",
    "быстр": "fast", "весёл": "happy", "весел": "happy", "тёмн": "dark", "темн": "dark",
    "энергичн": "energetic", "мрачн": "dark", "эпическ": "epic", "悲し": "sad", "切な": "sad",
    "静か": "calm", "穏やか": "calm", "ゆっくり": "slow", "スロー": "slow", "速い": "fast",
    "明るい": "happy", "楽し": "happy", "激し": "energetic", "暗い": "dark", "壮大": "epic",
    "感動": "uplifting", "リラックス": "chill", "アップテンポ": "fast", "슬픈": "sad",
    "잔잔한": "calm", "조용한": "calm", "신나는": "energetic", "빠른": "fast", "느린": "slow",
    "어두운": "dark", "밝은": "happy", "悲伤": "sad", "安静": "calm", "欢快": "happy",
    "黑暗": "dark", "快速": "fast", "慢速": "slow", "放松": "chill", "史诗": "epic",
}  # fmt: skip
