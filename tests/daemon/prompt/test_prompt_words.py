"""What producers write, and what is read from it. A row holds all that is read of tempo, key, meter, bars, seconds, note, kind
and genre: what it does not name must stay open."""

import pytest

from bridge.music import Key
from daemon.prompt.genres import GENRES, find_genre
from daemon.prompt.marked_text import MarkedText
from daemon.prompt.progressions import read_progression
from daemon.prompt.words import parse_words

HARD = ("bpm", "key", "meter", "bars", "seconds", "note", "kind", "genre")


def row(prompt, **said):
    return pytest.param(prompt, said, id=prompt)


ROWS = [
    # the owner's examples
    row("dark rolling techno loop 132 bpm F# minor 4 bars", bpm=132, key="F# minor", bars=4, kind="loop", genre="techno",
        mood=("dark", "rolling"), words="dark rolling techno loop"),
    row("90BPM lofi in Dm", bpm=90, key="Dm", kind="loop", genre="lo-fi", words="lofi"),
    row("808 kick in G", kind="oneshot", note="G", instruments=("kick",)),
    row("3/4 waltz piano", meter="3/4", genre="waltz", instruments=("piano",), only=True),
    row("2000s trap, hi-hat solo, 140 bpm, fast, aggressive", bpm=140, kind="loop", genre="trap", instruments=("hats",), only=True,
        mood=("fast", "aggressive")),
    row("techno 132", bpm=132, kind="loop", genre="techno", words="techno"),
    row("dusty boom bap drums 90 bpm", bpm=90, kind="loop", genre="boom bap", instruments=("drums",), only=True),
    row("dusty boom bap drums, vinyl crackle, lazy swing", genre="boom bap", instruments=("drums", "vinyl crackle"), swing=58),
    row("punchy drum loop", kind="loop", instruments=("drums",), only=True),
    row("deep bass loop, no drums", kind="loop", instruments=("bass",), only=True, without=("drums",)),
    row("warm chord loop, no drums", kind="loop", instruments=("chords",), only=True, without=("drums",)),
    # not fooled
    row("24-bit drum loop", kind="loop"),
    row("44.1 khz 16 bit house", genre="house"),
    row("1990s house", genre="house"),
    row("60s soul", genre="soul"),
    row("90s boom bap, dusty", genre="boom bap"),
    row("90's boom bap", genre="boom bap"),
    row("1980s synth pop, 118 bpm", bpm=118, kind="loop", genre="synth-pop"),
    row("80s synthwave 100", bpm=100, kind="loop", genre="synthwave"),
    row("30s swing jazz", genre="jazz"),
    row("909 drums", instruments=("drums",)),
    row("techno 909 drums", genre="techno"),
    row("120 voices choir"),
    row("techno 120 voices", genre="techno"),
    row("a minor change"),
    row("A minor change in the drums"),
    row("in a minor way"),
    row("add a minor third"),
    row("a major drop"),
    row("with a minor feel"),
    row("key lime"),
    row("a key change"),
    row("techno in A", key="A", genre="techno"),
    row("in A dark room, techno", genre="techno"),
    row("Am7 chords", instruments=("chords",)),
    row("A minor 7 chord"),
    row("Cmaj7 chord stab", kind="oneshot", note="C"),
    row("Am F C G pop", genre="pop", key="A minor"),
    row("4 on the floor", kind="loop"),
    row("four-on-the-floor kick", kind="loop"),
    row("C64 arp", kind="loop", instruments=("arp",)),
    row("E-piano", instruments=("electric piano",)),
    row("A trap beat", kind="loop", genre="trap"),
    row("8-bit"),
    row("16ths hats"),
    row("1/16 hats"),
    row("5 o'clock"),
    row("TB-303 line", kind="loop", instruments=("acid bass",)),
    row("techno 101 bassline", kind="loop", genre="techno"),
    row("juno 106 pads, house", genre="house"),
    row("sp-1200 drums"),
    row("mpc3000 beat 92 bpm", bpm=92, kind="loop"),
    row("s950 crunch, boom bap 90", bpm=90, kind="loop", genre="boom bap"),
    row("432 Hz ambient", genre="ambient"),
    row("techno 100 percent", genre="techno"),
    row("128 kbps lofi", genre="lo-fi"),
    row("24/7 vibes"),
    row("half-time"),
    row("3 am vibes, lofi", genre="lo-fi"),
    row("I am happy, pop", genre="pop"),
    row("10 cm"),
    row("fm bass house", genre="future house"),
    row("100 techno loops", kind="loop", genre="techno"),
    row("2 house loops", kind="loop", genre="house"),
    row("three variations of a techno loop", kind="loop", genre="techno"),
    row("every 4 bars a fill", kind="loop"),
    row("fill in the last 2 bars, 8 bars", bars=8, kind="loop"),
    row("pad with a 3 second tail", instruments=("pad",)),
    row("snare with 2s reverb", instruments=("snare",), kind="oneshot"),
    row("$100 trap", genre="trap"),
    # tempo
    row("D&B 174", bpm=174, kind="loop", genre="drum and bass"),
    row("128 to 132 bpm", bpm=130, kind="loop"),
    row("techno 128-132 bpm", bpm=130, kind="loop", genre="techno"),
    row("128 bpm then 140 bpm", bpm=128, kind="loop"),
    row("500 bpm gabber", genre="hardcore"),
    row("house at 124", bpm=124, kind="loop", genre="house"),
    row("house @ 124", bpm=124, kind="loop", genre="house"),
    row("bpm: 100, key: G# minor, funk", bpm=100, key="G# minor", kind="loop", genre="funk"),
    row("tempo 87 boombap", bpm=87, kind="loop", genre="boom bap"),
    row("tempo: 110.5", bpm=110.5, kind="loop"),
    row("boom bap drums 93,5 bpm swing 58%", bpm=93.5, kind="loop", genre="boom bap", swing=58),
    row("90 beats per minute reggae", bpm=90, kind="loop", genre="reggae"),
    row("90 boom bap", bpm=90, kind="loop", genre="boom bap"),
    row("132 techno", bpm=132, kind="loop", genre="techno"),
    row("drums 90", bpm=90, kind="loop"),
    row("loop 128", bpm=128, kind="loop"),
    row("tech house groove, no vocals, 126", bpm=126, kind="loop", genre="tech house", without=("vocals",)),
    row("house piano chords 124 C minor", bpm=124, key="C minor", kind="loop", genre="house", instruments=("piano",), only=True),
    row("lofi Dm 80", bpm=80, key="Dm", kind="loop", genre="lo-fi"),
    row("techno in A minor 128", bpm=128, key="A minor", kind="loop", genre="techno"),
    # key
    row("A minor techno", key="A minor", genre="techno"),
    row("Cmaj piano", key="C major"),
    row("in the key of Bb, lofi", key="Bb", genre="lo-fi"),
    row("key of F sharp minor", key="F# minor"),
    row("B flat major jazz", key="Bb major", genre="jazz"),
    row("Bb, soul", key="Bb", genre="soul"),
    row("a minor piano loop 90bpm", bpm=90, key="A minor", kind="loop", instruments=("piano",)),
    row("TECHNO LOOP 132 BPM A MINOR", bpm=132, key="A minor", kind="loop", genre="techno"),
    row("ambient pad in D dorian, 60 bpm, 16 bars", bpm=60, key="D dorian", bars=16, kind="loop", genre="ambient"),
    row("e phrygian drums", key="E phrygian"),
    row("G mixolydian funk 106", bpm=106, key="G mixolydian", kind="loop", genre="funk"),
    row("8A techno 130", bpm=130, key="8A", kind="loop", genre="techno"),
    row("key 4A house", key="4A", genre="house"),
    row("key of A, house", key="A", genre="house"),
    row("lofi, dm, 80 bpm", bpm=80, key="Dm", kind="loop", genre="lo-fi"),
    row("140 bpm c#m trap", bpm=140, key="C#m", kind="loop", genre="trap"),
    row("psytrance bassline 145 F#", bpm=145, key="F#", kind="loop", genre="psytrance"),
    row("FM bass in F minor", key="F minor"),
    row("E♭ minor choir", key="Eb minor"),
    row("house in Am then Dm", key="Am", genre="house"),
    # meter
    row("6/8 ballad", meter="6/8"),
    row("7/8 prog rock drums 120 bpm", bpm=120, meter="7/8", kind="loop", genre="rock"),
    row("five-four jazz drums", meter="5/4", genre="jazz"),
    row("12/8 slow blues in A minor 60 bpm", bpm=60, key="A minor", meter="12/8", kind="loop", genre="blues"),
    row("jazz waltz piano trio 140 bpm Bb major", bpm=140, key="Bb major", meter="3/4", kind="loop", genre="jazz waltz"),
    # length
    row("140bpm 8 bars", bpm=140, bars=8, kind="loop"),
    row("two bars", bars=2, kind="loop"),
    row("sixteen bars techno", bars=16, kind="loop", genre="techno"),
    row("one bar", bars=1, kind="loop"),
    row("eight-bar drum loop", bars=8, kind="loop"),
    row("12-bar blues", bars=12, kind="loop", genre="blues"),
    row("drums, 4 measures", bars=4, kind="loop"),
    row("100 bars"),
    row("10 second riser", seconds=10, kind="sfx"),
    row("30s riser", seconds=30, kind="sfx"),
    row("2.5 second impact", seconds=2.5, kind="sfx"),
    row("ten second drone", seconds=10, kind="sfx"),
    row("1 minute 30 seconds track, melodic techno, 124 bpm", bpm=124, seconds=90, kind="track", genre="melodic techno"),
    row("3 minute house track", seconds=180, kind="track", genre="house"),
    # kind
    row("clap one-shot", kind="oneshot", instruments=("clap",)),
    row("kick one shot", kind="oneshot", instruments=("kick",)),
    row("snare", kind="oneshot", instruments=("snare",)),
    row("kick", kind="oneshot"),
    row("kick drum", kind="oneshot"),
    row("closed hi-hat", kind="oneshot", instruments=("hats",)),
    row("techno kick", kind="oneshot", genre="techno"),
    row("808 in F#", kind="oneshot", note="F#", instruments=("808",)),
    row("808 bass in F", kind="oneshot", note="F"),
    row("tuned tom G2", kind="oneshot", note="G2"),
    row("pluck C3", kind="oneshot", note="C3"),
    row("synth stab in Am", kind="oneshot", key="Am"),
    row("orchestral hit", kind="oneshot"),
    row("snare roll", kind="loop"),
    row("kick pattern", kind="loop"),
    row("snare groove", kind="loop"),
    row("kick 130 bpm", bpm=130, kind="loop"),
    row("hats", instruments=("hats",)),
    row("kick and snare", instruments=("kick", "snare"), only=True),
    row("Trap 808s and hats 140bpm C#m", bpm=140, key="C#m", kind="loop", genre="trap", instruments=("808", "hats")),
    row("rain ambience", kind="sfx"),
    row("riser 8 bars 128 bpm", bpm=128, bars=8, kind="sfx"),
    row("house loop with riser", kind="loop", genre="house"),
    row("full song, indie rock, 120bpm", bpm=120, kind="track", genre="rock"),
    row("drum track", instruments=("drums",)),
    row("spoken word, whispered", kind="vocal"),
    row("acapella in Am", key="Am", kind="vocal"),
    row("midi chords in Dm 4 bars", key="Dm", bars=4, kind="midi"),
    row("deep house chords as midi", kind="midi", genre="deep house"),
    # genres as people spell them
    row("drum n bass", genre="drum and bass"),
    row("dnb", genre="drum and bass"),
    row("d'n'b", genre="drum and bass"),
    row("Drum & Bass", genre="drum and bass"),
    row("lofi", genre="lo-fi"),
    row("lo-fi hip hop", genre="lo-fi"),
    row("boombap", genre="boom bap"),
    row("R&B", genre="r&b"),
    row("hiphop", genre="hip-hop"),
    row("2-step garage", genre="two-step"),
    row("ambient techno", genre="techno"),
    row("jungle breaks 166bpm, amen, dark", bpm=166, kind="loop", genre="jungle"),
    row("tehcno loop", kind="loop", genre="techno"),
    row("dubsteb", genre="dubstep"),
    row("regaeton", genre="reggaeton"),
    row("ambiant", genre="ambient"),
    row("drums and bass, 100 bpm", bpm=100, kind="loop", instruments=("drums", "bass"), only=True),
    row("drum and bass guitar loop", kind="loop", instruments=("drums", "bass guitar")),
    row("classical guitar in D minor", key="D minor", instruments=("nylon guitar",)),
    row("rock solid drums", instruments=("drums",)),
    row("haunted house"),
    row("a house loop", kind="loop", genre="house"),
    row("metal pipe hit", kind="sfx"),
    row("techno,132", bpm=132, kind="loop", genre="techno"),
    row("132bpm,Am,4bars,drums", bpm=132, key="Am", bars=4, kind="loop", instruments=("drums",), only=True, words="drums"),
    row("I need a snare for my trap song", kind="oneshot", genre="trap", instruments=("snare",)),
    row("ambient texture, no beat, 60 seconds", seconds=60, genre="ambient", without=("drums",)),
    row("uplifting trance lead 138bpm in A minor w/ supersaw", bpm=138, key="A minor", kind="loop", genre="trance"),
    row("Make me a dark techno loop at 132 bpm in F# minor, 4 bars long, with a rolling bassline and no vocals please",
        bpm=132, key="F# minor", bars=4, kind="loop", genre="techno", only=False, without=("vocals",)),
    row("I want a chill lofi beat around 80bpm in D minor with rhodes and vinyl crackle",
        bpm=80, key="D minor", kind="loop", genre="lo-fi", instruments=("electric piano", "vinyl crackle"), only=False),
    row("8 bar house chord progression in C# minor at 122 BPM", bpm=122, key="C# minor", bars=8, kind="loop", genre="house",
        instruments=("chords",), only=True),
    # who plays, who does not
    row("only hats", instruments=("hats",), only=True),
    row("kick, snare and hats only", instruments=("kick", "snare", "hats"), only=True),
    row("solo piano in C minor", key="C minor", kind="loop", instruments=("piano",), only=True),
    row("trap beat with dark piano", kind="loop", genre="trap", instruments=("piano",), only=False),
    row("no kick, no bass, just pads and strings", instruments=("pad", "strings"), only=True, without=("kick", "bass")),
    row("without drums or bass, techno 130bpm", bpm=130, kind="loop", genre="techno", without=("drums", "bass")),
    row("chill house no kick", genre="house", without=("kick",)),
    row("boom bap without snare", genre="boom bap", without=("snare",)),
    row("no drums, dark pads", instruments=("pad",), without=("drums",)),
    row("drumless lofi 80bpm", bpm=80, kind="loop", genre="lo-fi", without=("drums",)),
    row("instrumental hip hop 90 bpm", bpm=90, kind="loop", genre="hip-hop", without=("vocals",)),
    row("dark techno no reverb", genre="techno", without=("reverb",)),
    # chords are no keys; a single hit is tuned to its root
    row("sad piano Am7", instruments=("piano",)),
    row("Bb chord stab", kind="oneshot", note="Bb"),
    row("funk guitar 104 E9", bpm=104, kind="loop", genre="funk"),
    row("bossa nova guitar 130 Dmaj7", bpm=130, kind="loop", genre="bossa nova"),
    # fills, notes, textures, who plays
    row("drum fill", kind="loop", instruments=("drums",), only=True),
    row("trap drum fill 140", bpm=140, kind="loop", genre="trap", instruments=("drums",), only=True),
    row("sub bass note C1", kind="oneshot", note="C1", instruments=("sub bass",)),
    row("vinyl crackle texture 10s", kind="sfx", seconds=10, instruments=("vinyl crackle",)),
    row("5/4 jazz drums brushes 150", bpm=150, meter="5/4", kind="loop", genre="jazz", instruments=("drums",), only=True),
    row("hip hop drums without hats", genre="hip-hop", instruments=("drums",), only=True, without=("hats",)),
    row("uk drill 808 slides 142 F#min", bpm=142, key="F# minor", kind="loop", genre="drill", instruments=("808",), only=True),
    row("dub techno stab 122 Cm long reverb", bpm=122, key="Cm", kind="loop", genre="dub techno", only=True),
    row("gospel organ chords Db 80", bpm=80, key="Db", kind="loop", genre="soul", instruments=("organ", "chords"), only=True),
    row("dancehall riddim 100", bpm=100, kind="loop", genre="dancehall"),
    row("808 F#", kind="oneshot", note="F#"),
    row("808 in F# long", kind="oneshot", note="F#"),
    row("gabber kick one shot F", kind="oneshot", note="F", genre="hardcore"),
    row("open hat 909", kind="oneshot", instruments=("hats",)),
    # a number after what plays, a key after a number
    row("7/8 balkan brass 140", bpm=140, meter="7/8", kind="loop", instruments=("brass",), only=True),
    row("phonk cowbell 130 F#m", bpm=130, key="F#m", kind="loop", genre="phonk"),
    row("amapiano log drum 112 Am", bpm=112, key="Am", kind="loop", genre="amapiano", instruments=("log drum",), only=True),
    row("salsa piano montuno 180 Am", bpm=180, key="Am", kind="loop", genre="salsa"),
    row("full drum and bass song 174 Am 3 minutes", bpm=174, key="Am", kind="track", seconds=180, genre="drum and bass"),
    row("psytrance rolling bass 145 F#", bpm=145, key="F#", kind="loop", genre="psytrance"),
    row("dark techno 8A 132", bpm=132, key="8A", kind="loop", genre="techno"),
    row("uplifting trance lead, 11B, 138bpm", bpm=138, key="11B", kind="loop", genre="trance"),
    row("deep house chords Fmin 122", bpm=122, key="F minor", kind="loop", genre="deep house"),
    row("boom bap @90 Dm", bpm=90, key="Dm", kind="loop", genre="boom bap"),
    row("afro drums in 6/8 110", bpm=110, meter="6/8", kind="loop"),
    row("half time at 140 dubstep drums", bpm=140, kind="loop", genre="dubstep", instruments=("drums",), only=True),
    row("baile funk 130 beat", bpm=130, kind="loop", genre="baile funk"),
    row("closed hat loop 140 triplets", bpm=140, kind="loop", instruments=("hats",), only=True),
    row("riser 8 bars 128", bpm=128, bars=8, kind="sfx"),
    row("bass music 140", bpm=140, kind="loop"),
    row("ambient pad 60s long in C", key="C", seconds=60, genre="ambient"),
    row("3 am house", genre="house"),
    # weather is an effect where nobody plays; a beat with another style's chords stays that beat
    row("lonely harp in the rain", instruments=("harp", "rain")),
    row("rain on leaves", kind="sfx"),
    row("boom bap soul 91 bpm", bpm=91, kind="loop", genre="boom bap"),
    row("explosion, cinematic, huge", kind="sfx", genre="cinematic"),
    row("thunder with wind and a church bell", kind="sfx"),
    row("boss fight cinematic with explosions 150 bpm", bpm=150, kind="loop", genre="cinematic"),
    row("[Intro] soft piano [Chorus] the whole band joins, rock, 96 bpm", bpm=96, kind="loop", genre="rock"),
    row("disco with a vocal hook and a rap verse, 118 bpm", bpm=118, kind="loop", genre="disco"),
    row("a gospel acapella", kind="vocal", genre="soul"),
    row("microwave ding", kind="sfx"),
    row("retro game over jingle", kind="sfx"),
    # bands by name have their members
    row("organ trio, soul jazz", genre="jazz", instruments=("organ", "guitar", "drums"), only=True),
    row("jazz trio, no drums", genre="jazz", instruments=("piano", "upright bass"), only=True),
    row("a rhythm section, soul", kind="loop", genre="soul", instruments=("drums", "bass"), only=True),
    row("harp duet", instruments=("harp", "melody"), only=True),
    # other scripts and languages
    row("спокойный джаз с виолончелью", genre="jazz", instruments=("cello",)),
    row("暗いテクノ 130 bpm", bpm=130, kind="loop", genre="techno"),
    row("langsamer Walzer", genre="waltz", meter="3/4"),
    row("dubstep with growls", genre="dubstep", singer=""),
    row("Take 03 - 120bpm - Am", bpm=120, key="Am", kind="loop"),
    row("AB_LofiJazz_078BPM", bpm=78, kind="loop", genre="lo-fi"),
    row("pop for when I am driving at night", genre="pop", mood=()),
    row("driving pop at night", genre="pop", mood=("driving",)),
    # counts, where they are clearly meant
    row("three snare hits", count=3, kind="oneshot", instruments=("snare",)),
    row("a couple of kicks", count=2, kind="oneshot"),
    row("give me 4 house loops at 124", count=4, bpm=124, kind="loop", genre="house"),
    row("two bar drum loop 92", count=None, bpm=92, bars=2, kind="loop"),
    row("three chord progression", count=None, kind="loop"),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "said"), ROWS)
def test_what_is_read(prompt, said):
    words = parse_words(prompt)
    for name in HARD:
        expected = said.get(name, "" if name == "genre" else None)
        assert getattr(words, name) == expected, f"{name}: {words}"
    for name, expected in said.items():
        assert getattr(words, name) == expected, f"{name}: {words}"


@pytest.mark.parametrize(("prompt", "said"), ROWS)
def test_a_model_is_told_no_tempo_and_no_key(prompt, said):
    words = parse_words(prompt)
    again = parse_words(words.words)
    assert (again.bpm, again.bars, again.seconds) == (None, None, None), words.words
    # chords that were written stay in the words, and tell the same key again
    assert again.key is None or read_progression(MarkedText(words.words)), words.words


@pytest.mark.parametrize(("prompt", "said"), ROWS)
def test_every_key_is_one(prompt, said):
    key = parse_words(prompt).key
    assert key is None or Key.parse(key)


@pytest.mark.parametrize(
    ("prompt", "what"),
    [
        ("128 bpm then 140 bpm", "two tempos; 128 is used, 140 is not"),
        ("techno 132, 140 bpm", "two tempos; 140 is used, 132 is not"),
        ("500 bpm gabber", "500 bpm in the prompt is not used: a tempo goes from 40 to 300"),
        ("house in Am then Dm", "two keys; Am is used, Dm is not"),
        ("100 bars", "100 bars in the prompt is not used"),
        (
            "sad piano Am7",
            "Am7 is a chord and not read as a key; if it should be the key, write key: Am",
        ),
        ("Am F C G chords, pop", "Am, F, C, G are taken to be chords in A minor"),
        ("gqom drums 126", "gqom has no groove of its own here; it is played like amapiano"),
        ("bebop 350", "350 bpm in the prompt is not used: a tempo goes from 40 to 300"),
        ("4 bars or 8 bars", "two lengths; 4 bars is used, 8 is not"),
    ],
)
def test_what_is_not_used_is_said(prompt, what):
    assert any(what in line for line in parse_words(prompt).said), parse_words(prompt).said


@pytest.mark.parametrize(
    ("prompt", "key", "mode_open"),
    [
        ("bass in E", "E", True),
        ("techno in G", "G", True),
        ("piano in G jazz", "G", True),
        ("piano, in A, 90 bpm", "A", True),
        ("pad in F#", "F#", True),
        ("808 kick loop in F sharp", "F#", True),
        ("psytrance bassline 145 F#", "F#", True),
        ("bass in E minor", "E minor", False),
        ("pad in the key of E", "E", False),
        ("a piano in a room", None, False),
        ("strings in A room", None, False),
        ("guitar in D.C. style", None, False),
        ("beat in D&B style", None, False),
        ("drums in B section", None, False),
        ("loop in a", None, False),
        ("bass in e", "E", True),
        ("bass in e, 90 bpm", "E", True),
        ("chords in eb", "Eb", True),
        ("melody in f sharp", "F#", True),
        ("arp in g with drums", "G", True),
        ("pad in a", "A", True),
        ("lead b", "B", True),
        ("bass e", "E", True),
        ("sub bass f 140", "F", True),
        ("key a", "A", False),
        ("plan b drums", None, False),
        ("vitamin c", None, False),
        ("drums in a 4/4", None, False),
        ("beat in d&b style", None, False),
        ("strings in a flat tone", None, False),
        ("808 in E", None, False),
    ],
)
def test_a_tonic_without_a_mode_is_a_key_whose_mode_is_open(prompt, key, mode_open):
    words = parse_words(prompt)
    assert (words.key, words.mode_open) == (key, mode_open)


@pytest.mark.parametrize(
    ("prompt", "bpm", "is_rounded"),
    [
        ("techno 131.98765 bpm", 131.988, True),
        ("funk bpm: 91,1234567", 91.123, True),
        ("house at 124.00049", 124.0, True),
        ("dub techno 118,375 BPM", 118.375, False),
        ("house 124.00000 bpm", 124, False),
    ],
)
def test_a_tempo_of_any_decimals_is_read_and_rounding_is_said(prompt, bpm, is_rounded):
    read = parse_words(prompt)
    assert read.bpm == bpm
    assert any("3 decimals are kept" in line for line in read.said) is is_rounded
    assert not any("two tempos" in line for line in read.said)


@pytest.mark.parametrize(
    ("prompt", "bpm"),
    [
        ("bebop 220", 220),
        ("gabber at 240", 240),
        ("300 bebop", 300),
        ("bebop 301", None),
        ("jazz 1950", None),
        ("techno 202", None),
        ("house 256 samples", None),
        ("sine at 220", None),
        ("piano 220", None),
    ],
)
def test_a_number_over_200_is_a_tempo_beside_a_genre_alone(prompt, bpm):
    assert parse_words(prompt).bpm == bpm


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("3 over 4", ["3 over 4"]),
        ("guitar, capo 2", ["capo 2"]),
        ("house, sax over drums", []),
        ("techno squelchy 132 bpm", ["squelchy"]),
        ("shaker, 120", ["120"]),
        ("a hundred robots, 140 wide", ["hundred", "robots", "140", "wide"]),
        ("808 kick at 70 hz, TR-909, 320 kbps", []),
        ("techno, kein Bass", []),
        ("jazz zum 70. Geburtstag", ["Geburtstag"]),
        ("Klavier allein", []),
    ],
)
def test_figures_that_set_nothing_are_among_the_words_that_set_nothing(prompt, left):
    words = parse_words(prompt)
    assert [words.text[start:end] for start, end in words.unread] == left


@pytest.mark.parametrize(
    "prompt",
    [
        "polyrhythm percussion",
        "percussion polyrhythm",
        "polyrhythm, percussion",
        "syncopated, percussion",
        "3 over 4 polyrhythm percussion",
        "4 over 3 percussion polyrhythms",
    ],
)
def test_a_polyrhythm_of_percussion_asks_for_nobody_else(prompt):
    words = parse_words(prompt)
    assert (words.instruments, words.only) == (("percussion",), True)


def test_thousands_are_no_tempo():
    assert parse_words("funk 1,000 bpm").bpm is None


def test_one_thing_said_twice_is_no_conflict():
    words = parse_words("techno 132, at 132 bpm in Am, A minor")
    assert (words.bpm, words.key, words.said) == (132, "Am", ())


def test_moods_say_energy_density_and_pace():
    fast, calm = parse_words("fast busy techno"), parse_words("calm sparse ambient")
    assert fast.energy > 0.6 > 0.4 > calm.energy and fast.density > 0.6 > 0.4 > calm.density
    assert (fast.pace, parse_words("slow trap").pace, calm.pace) == (1, -1, 0)
    assert parse_words("not too aggressive, techno").mood == ()


def test_any_text_is_read_without_a_fault():
    for text in (
        "",
        " ",
        "\0\n\t",
        "🎹🎹 techno 🥁",
        "((((((",
        "no",
        "without",
        "bpm",
        "key of",
        "1" * 4000,
        "a " * 2000,
        "128 bpm " * 500,
    ):
        assert isinstance(parse_words(text).words, str)


def test_the_table_of_genres():
    assert len(GENRES) >= 40
    for name, genre in GENRES.items():
        assert 40 <= genre.low_bpm <= genre.bpm <= genre.high_bpm <= 300, name
        assert 50 <= genre.swing <= 75 and (not genre.like or genre.like in GENRES), name
        assert find_genre(name) is genre and parse_words(f"{name} loop").genre == name
        for alias in genre.aliases:
            assert find_genre(alias), alias


@pytest.mark.parametrize(
    "lead",
    [
        "93 bpm\n", "My idea:\n", "93 bpm, Am\n\n", "# My idea\n\n", "Tempo: 93\n", "93 bpm\nA minor\n",
        "Idee für Freitag:\n\n", "\n\n", "4 bars;\n",
    ],
)  # fmt: skip
def test_a_line_of_figures_or_a_title_before_the_prompt_asks_for_no_band(lead):
    read = parse_words(f"{lead}dusty drums loop")
    assert (read.instruments, read.only) == (("drums",), True)


def test_a_first_line_that_asks_for_music_is_no_title():
    assert not parse_words("a warm house groove\nwith drums and bass").only


@pytest.mark.parametrize(
    ("prompt", "playing"),
    [
        ("oboe melody in D", ("oboe", "melody")),
        ("arpeggio down in sixteenths", ("arp",)),
        ("cello tune in G", ("cello",)),
        ("organ chords in whole notes", ("organ", "chords")),
        ("глубокий бас", ("bass",)),
        ("басовая партия в ми миноре", ("bass",)),
        ("ピアノループ", ("piano",)),
    ],
)
def test_words_after_a_part_of_its_notes_add_nobody(prompt, playing):
    words = parse_words(prompt)
    assert (words.instruments, words.only) == (playing, True)


@pytest.mark.parametrize("prompt", ["trumpet over techno", "a guitar over 90 bpm boom bap"])
def test_a_genre_that_somebody_plays_over_is_a_band(prompt):
    assert not parse_words(prompt).only


@pytest.mark.parametrize("prompt", ["techno top loop 4 130", "house tops 124"])
def test_a_top_loop_of_a_genre_is_its_drums_without_the_kick(prompt):
    words = parse_words(prompt)
    assert (words.instruments, words.only, words.without) == (("drums",), True, ("kick",))


def test_two_of_one_instrument_are_two_players_or_that_is_told():
    assert parse_words("two guitars").instruments == ("guitar", "lead guitar")
    assert parse_words("two pianos").instruments == ("piano", "melody")
    assert any("they play as one" in line for line in parse_words("two flutes").said)


def test_the_soloist_of_a_band_goes_before_its_members():
    assert parse_words("big band with a clarinet solo").instruments[0] == "clarinet"


@pytest.mark.parametrize(
    "prompt", ["half a bar of drums", "2 1/2 bars of funk", "a bar and a half"]
)
def test_parts_of_bars_are_told(prompt):
    words = parse_words(prompt)
    assert words.bars is None and any("whole bars" in line for line in words.said)


@pytest.mark.parametrize(
    "prompt",
    ["Techno, 131 Schläge pro Minute", "techno 131 batidas por minuto", "техно 131 удар в минуту"],
)
def test_beats_a_minute_are_read_in_other_languages(prompt):
    assert parse_words(prompt).bpm == 131


def test_sections_of_a_song_are_heard_and_leave_the_band():
    words = parse_words("[Intro] felt piano [Chorus] strings and drums join")
    marks = [words.text[one.start : one.end] for one in words.heard if one.facet == "sections"]
    assert not words.only and marks == ["[Intro]", "[Chorus]"]


@pytest.mark.parametrize("prompt", ["a cover of Purple Rain", "theme from Twin Peaks, synths"])
def test_a_work_by_its_name_is_no_wish_that_is_followed(prompt):
    assert parse_words(prompt).artists


@pytest.mark.parametrize(
    "prompt",
    ["the sound of a dishwasher", "bruit de vaisselle", "Geräusch eines Mixers", "cash register",
     "sonido de una licuadora", "typing on a mechanical keyboard", "lightsaber"],
)  # fmt: skip
def test_the_sound_of_a_thing_is_an_effect_and_never_a_groove(prompt):
    assert parse_words(prompt).kind == "sfx"


@pytest.mark.parametrize("prompt", ["the sound of a violin", "sound of the 80s, synths"])
def test_the_sound_of_who_plays_is_music(prompt):
    assert parse_words(prompt).kind != "sfx"


def test_a_bowl_sings_without_a_singer():
    assert not parse_words("drone loop with singing bowls").singer
    assert parse_words("hum and guitar").singer == "hum"


def test_a_field_of_what_is_not_wanted_is_read_with_its_name():
    words = parse_words("Tags: house, piano\nExclude: vocals")
    assert [words.text[start:end] for start, end in words.unread] == []


def test_who_plays_alone_keeps_crackle_and_rain_and_the_others_are_told():
    words = parse_words("lo-fi beat with piano and vinyl crackle, only snare and hats")
    assert (words.instruments, words.only) == (("snare", "hats", "vinyl crackle"), True)
    assert words.said == ("piano is left out: others are to play alone",)
    assert parse_words("solo flute over rain").instruments == ("flute", "rain")


@pytest.mark.parametrize(
    "prompt",
    ["batería de samba, 100 bpm", "batterie de reggae", "batteria di bossa nova", "samba drums"],
)
def test_a_part_of_a_genre_is_wanted_alone_where_the_instrument_comes_first_too(prompt):
    words = parse_words(prompt)
    assert (words.instruments, words.only) == (("drums",), True)
    assert not parse_words("samba con batería").only


def test_a_part_in_a_small_letter_key_is_wanted_alone():
    words = parse_words("bass in e, 90 bpm")
    assert (words.instruments, words.only) == (("bass",), True)


@pytest.mark.parametrize(
    "prompt", ["drums + bass only", "drums bass", "gimme drums + bass only pls"]
)
def test_drums_and_bass_side_by_side_are_players_and_no_genre(prompt):
    words = parse_words(prompt)
    assert (words.genre, words.instruments, words.only) == ("", ("drums", "bass"), True)


def test_a_verb_before_a_number_makes_it_the_tempo():
    assert parse_words("can you make a beat that goes 140 in d sharp minor").bpm == 140
    assert parse_words("sub bass f 140").bpm == 140


@pytest.mark.parametrize(
    "prompt",
    ["rock a 120 bpm, só bateria", "rock, apenas bateria", "rock, uniquement batterie",
     "rock, tambores solos", "rock, ドラムだけ", "rock 드럼만"],
)  # fmt: skip
def test_who_plays_alone_is_read_in_other_languages(prompt):
    words = parse_words(prompt)
    assert (words.instruments, words.only) == (("drums",), True)


@pytest.mark.parametrize(
    ("prompt", "without"),
    [
        ("ドラムなし、ギター", ("drums",)),
        ("テクノ ドラムとベース抜き", ("drums", "bass")),
        ("피아노, 드럼 없이", ("drums",)),
        ("没有鼓,钢琴", ("drums",)),
        ("ドラム、ギター", ()),
    ],
)
def test_what_must_not_be_heard_is_read_in_other_scripts(prompt, without):
    assert parse_words(prompt).without == without


def test_a_figure_alone_names_no_instrument():
    assert parse_words("house, 12 notes").instruments == ()
    assert parse_words("12弦ギター").instruments == ("twelve string guitar",)


def test_what_is_asked_for_and_denied_does_not_play_and_is_told():
    words = parse_words("piano and bass, no piano")
    assert words.instruments == ("bass",) and "piano" in words.without
    assert words.said == ("the prompt asks for piano and denies it; it does not play",)
    assert not parse_words("no drums, drums only").only
    assert parse_words("drums without hats").said == ()


def test_two_paces_are_told():
    assert parse_words("slow fast techno").said == (
        "the prompt says slow and fast; slow sets the tempo",
    )
    assert parse_words("slow, calm piano").said == ()


@pytest.mark.parametrize(
    ("prompt", "bpm", "key"),
    [
        ("piano in D 100", 100, "D"),
        ("bass in F# 140", 140, "F#"),
        ("techno in F 140", 140, "F"),
        ("synth in D 808", None, "D"),
    ],
)
def test_a_number_behind_a_key_whose_mode_is_open_is_the_tempo(prompt, bpm, key):
    words = parse_words(prompt)
    assert (words.bpm, words.key) == (bpm, key)


@pytest.mark.parametrize(
    "prompt",
    [
        "soft piano without drums",
        "piano doux sans batterie",
        "piano suave sin batería",
        "piano suave sem bateria",
        "piano tranquillo senza batteria",
        "sanftes Klavier ohne Schlagzeug",
        "ohne Schlagzeug, sanftes Klavier",
    ],
)
def test_who_is_asked_for_without_somebody_plays_alone_in_every_language(prompt):
    words = parse_words(prompt)
    assert words.only and words.without == ("drums",)
    assert [name for name in words.instruments if "piano" not in name] == []


def test_a_whole_without_a_part_stays_a_whole():
    assert not parse_words("rock ballad avec piano sans batterie").only
    assert parse_words("sin wave sub bass loop").only


@pytest.mark.parametrize(
    ("prompt", "is_told"),
    [
        ("ピアノだけ", False),
        ("静かなピアノ", False),
        ("тяжёлый бас", False),
        ("очень странные слова и пианино", True),
        ("何か変わった曲 piano", True),
    ],
)
def test_a_script_is_told_as_not_read_where_its_words_set_nothing(prompt, is_told):
    assert any("not read here" in line for line in parse_words(prompt).said) == is_told


def test_of_two_readers_of_one_stretch_the_later_has_what_is_left():
    words = parse_words("guitarra flamenca")
    assert [(words.text[one.start : one.end].strip(), one.facet) for one in words.heard] == [
        ("guitarra", "instruments"),
        ("flamenca", "genre"),
    ]
    assert words.unread == ()


@pytest.mark.parametrize(
    ("prompt", "instruments"),
    [
        ("Gitarrenakkorde", ("guitar",)),
        ("Klavierakkorde in Am", ("piano",)),
        ("Harfenklänge, ruhig", ("harp",)),
        ("Schlagzeugloop", ("drums",)),
        ("Glöckchen", ("bells",)),
    ],
)
def test_german_compounds_name_who_plays_alone(prompt, instruments):
    words = parse_words(prompt)
    assert (words.instruments, words.only, words.unread) == (instruments, True, ())


@pytest.mark.parametrize(
    "prompt",
    [
        "Groove im 7/8 Takt",
        "Techno im Stil von Kraftwerk",
        "batería en compás de 7/8",
        "Tonart: Am",
    ],
)
def test_words_that_every_prompt_may_have_are_not_told_in_other_languages_either(prompt):
    assert parse_words(prompt).unread == ()
