import pytest

from bridge.errors import RequestError
from bridge.inbox.prompt_file import MAX_REQUESTS, decode, read_prompt_file
from bridge.request import FIELDS, read_request

EXAMPLE = "bpm: 90\nkey: A minor\ncount: 2\n\ndusty boom bap drums, vinyl crackle, lazy swing\n"


def values(data):
    return [
        dict(request.values)
        for request in read_prompt_file(data if isinstance(data, bytes) else data.encode()).requests
    ]


def faults(data):
    with pytest.raises(RequestError) as caught:
        read_prompt_file(data if isinstance(data, bytes) else data.encode())
    return caught.value.text


def test_the_example():
    said = [
        {
            "bpm": 90.0,
            "key": "A minor",
            "count": 2,
            "prompt": "dusty boom bap drums, vinyl crackle, lazy swing",
        }
    ]
    assert values(EXAMPLE) == said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028"])
def test_encodings_and_line_ends(encoding, line_end):
    text = "bpm: 90\n\npiano à la française ♯".replace("\n", line_end)
    assert values(text.encode(encoding)) == [{"bpm": 90.0, "prompt": "piano à la française ♯"}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_both_orders(encoding):
    assert values("\ufefftechno ☺".encode(encoding)) == [{"prompt": "techno ☺"}]


def test_latin_1_as_windows_writes_it():
    assert values("café – piano".encode("cp1252")) == [{"prompt": "café – piano"}]
    assert values(b"caf\xe9 piano") == [{"prompt": "café piano"}]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x00\x01\x02\xff", "not text"), (bytes(range(256)), "not text"), (b"RIFF\x24\x08\x00\x00WAVEfmt ", "not text"),
        (b"{\\rtf1\\ansi hello}", "rich text"), (b"PK\x03\x04\x14", "word processor"), (b"%PDF-1.7", "a PDF"),
        ("techno".encode("utf-16-le"), "not text"), (b"\xff\xfet", "utf-16-le and is not"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_with_what_to_do(data, what):
    text = faults(data)
    assert what in text and "save it as plain text" in text and "\n" not in text


@pytest.mark.parametrize("data", ["", "\n \n\t\n", "===\n===\n", "\ufeff"])
def test_a_blank_file_is_refused(data):
    assert "write a prompt in it" in faults(data)


def test_leading_fields_end_at_the_first_other_line():
    assert values("bpm: 90\ndark techno\nkey: Am") == [
        {"bpm": 90.0, "prompt": "dark techno\nkey: Am"}
    ]
    assert values("\n\nbpm: 90\ndark") == [{"bpm": 90.0, "prompt": "dark"}]
    assert values("dark techno: the return") == [{"prompt": "dark techno: the return"}]
    assert values("Tempo: slow\nhouse") == [{"prompt": "Tempo: slow\nhouse"}]
    assert values("BPM : 90\nReference-Start: 2\nstems:on\n\nx") == [
        {"bpm": 90.0, "reference_start": 2.0, "stems": True, "prompt": "x"}
    ]


def test_a_rule_makes_every_line_above_it_a_field():
    assert values("bpm: 90\n\nkey: Am\n---\nmood: is a word here\n---\nmore") == [
        {"bpm": 90.0, "key": "Am", "prompt": "mood: is a word here\n---\nmore"}
    ]
    assert "line 2: 'dark techno' is not `name: value`" in faults("bpm: 90\ndark techno\n---\nx")
    assert "line 1: 'style' is not a field; did you mean genre?" in faults("style: 90\n---\nx")
    assert "line 1: 'qqq' is not a field; the fields are prompt, kind" in faults("qqq: 90\n---\nx")
    assert values("---\nbpm: 90\n---\nfront matter") == [{"bpm": 90.0, "prompt": "front matter"}]
    assert values("---\nbpm: 90") == [{"prompt": "bpm: 90"}]


@pytest.mark.parametrize(
    ("line", "meant"),
    [("bpn: 90", "bpm"), ("bmp: 90", "bpm"), ("keys: Am", "key"), ("metre: 3/4", "meter"), ("instrument: bass", "instruments"),
     ("secnods: 3", "seconds"), ("Gerne: techno", "genre"), ("swign: 58", "swing")],
)  # fmt: skip
def test_a_field_that_is_a_letter_or_two_off_is_refused(line, meant):
    assert f"did you mean {meant}?" in faults(f"{line}\n\ndark techno")


@pytest.mark.parametrize(
    "line",
    [
        "drums: hard and dry",
        "in: the deep",
        "style: techno",
        "intro: pads",
        "Note to self - go: fast",
    ],
)
def test_other_words_with_a_colon_are_prompt(line):
    assert values(line) == [{"prompt": line}]


def test_every_fault_is_told_with_its_line():
    text = faults("bpm: fast\nkey: H#\n\nx\n===\n\nbars: 0\nengnie: x\n\ny").splitlines()
    assert [line.split(":")[0] for line in text] == ["line 1", "line 2", "line 7", "line 8"]
    assert "40 to 300" in text[0] and "did you mean engine?" in text[3]


def test_several_requests_in_one_file():
    assert values("one\n===\n\n  ====  \nbpm: 90\ntwo\n===\n") == [
        {"prompt": "one"},
        {"bpm": 90.0, "prompt": "two"},
    ]


def test_an_empty_line_of_a_template_says_nothing():
    assert values("bpm:\nkey: \ngenre: house\n\nx") == [{"genre": "house", "prompt": "x"}]
    assert "nothing is asked here" in faults("bpm:\nkey:\n")


def test_a_prompt_that_is_too_long_is_refused_in_one_line():
    text = faults("bpm: 90\n\n" + "x" * 4001)
    assert "4,001 characters" in text and "1 to 4,000" in text and len(text) < 200


def test_fields_alone_are_a_request():
    assert values("kind: loop\ngenre: techno") == [{"kind": "loop", "genre": "techno"}]


def test_every_field_is_read_as_its_example():
    written = "".join(
        f"{name}: {', '.join(row.example) if isinstance(row.example, list) else row.example}\n"
        for name, row in FIELDS.items()
        if name != "prompt"
    )
    assert values(written + "---\nkey: lime soda") == [
        {
            **read_request((name, row.example) for name, row in FIELDS.items()).values,
            "prompt": "key: lime soda",
        }
    ]


def test_marks_inside_the_text_are_dropped():
    assert decode("\ufeffa\ufeffb".encode()) == "ab"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x\n" + "===\nx\n" * MAX_REQUESTS, "holds 101 requests; it takes at most 100"),
        ("x: y\n" * 100_000 + "---\nclicks", "100,000 lines of fields"),
        ("bpm: 90\n" * 100_000, "100,000 lines of fields"),
    ],
)
def test_a_file_that_asks_for_too_much_at_once_is_refused_in_one_line(text, why):
    with pytest.raises(RequestError, match=why) as refused:
        read_prompt_file(text.encode())
    assert len(refused.value.faults) == 1
    assert (
        len(read_prompt_file(("x\n" + "===\nx\n" * (MAX_REQUESTS - 1)).encode()).requests)
        == MAX_REQUESTS
    )


@pytest.mark.parametrize(
    "line",
    [
        "bpm: 93", "bpm = 93", "bpm=93", "bpm：93", "ｂｐｍ：９３", "BPM＝９３", "**bpm:** 93", "**BPM**: 93", "**bpm: 93**", "__bpm__ = 93",
        "`bpm: 93`", "- bpm: 93", "* **Tempo:** 93 bpm", "• bpm: 93", 'bpm: "93"', "bpm: '93'", "bpm: “93”", "tempo: 93", "Tempo = 93 BPM",
        "bpm: 93,0", "bpm: 93 beats per minute", "\tbpm\t:\t93",
    ],
)  # fmt: skip
def test_a_field_is_written_in_many_ways(line):
    assert values(f"{line}\n\ndusty drums loop") == [{"bpm": 93.0, "prompt": "dusty drums loop"}]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("bpm: 93,5", "bpm", 93.5), ("bars: 8 bars", "bars", 8), ("Takte: 2 Takte", "bars", 2), ("length: 8 bars", "bars", 8),
        ("length: 30 s", "seconds", 30.0), ("scale: A minor", "key", "A minor"), ("Tonart: h-Moll", "key", "B minor"), ("key: la mineur", "key", "A minor"),
        ("key: Fis", "key", "F# major"), ("time signature: 3/4", "meter", "3/4"), ("Time Signature = 6/8", "meter", "6/8"),
        ("tags: [intro, idea]", "tags", ["intro", "idea"]), ("mood: ['dark', \"warm\"]", "mood", ["dark", "warm"]), ("key: F#", "key", "F#"),
        ('reference: "C:\\\\My Sounds\\\\a [1].wav"', "reference", "C:\\\\My Sounds\\\\a [1].wav"), ("lyrics: [verse] we ride [hook]", "lyrics", "[verse] we ride [hook]"),
    ],
)  # fmt: skip
def test_units_other_words_and_lists(line, field, value):
    assert values(f"{line}\n\npiano loop") == [{field: value, "prompt": "piano loop"}]


@pytest.mark.parametrize("line", ["Tempo: slow and heavy", "Scale: huge", "Length: as long as you like", "x = y", "a == b"])  # fmt: skip
def test_a_line_that_names_no_value_of_a_field_is_the_prompts_own(line):
    assert values(f"{line}\nhouse") == [{"prompt": f"{line}\nhouse"}]


def test_front_matter_of_note_programs_is_read_and_its_other_keys_are_left_alone():
    text = (
        '---\n# my template\ntitle: Friday\'s idea\ntags:\n  - intro\n  - idea\nbpm: "93"  # by ear\nkey: F#\n'
        "aliases: [one, two]\ncreated: 2026-11-28T10:00\ncssclasses:\nmood: [dark, 'warm']\nuser: me\n"
        "my.plugin:\n  deep: 1\n  deeper:\n    - x\ngenre: ~\n---\n\ndusty drums loop\n"
    )
    (request,) = read_prompt_file(text.encode()).requests
    assert dict(request.values) == {
        "tags": ["intro", "idea"], "bpm": 93.0, "key": "F#", "mood": ["dark", "warm"], "prompt": "dusty drums loop",
    }  # fmt: skip
    (said,) = request.said
    assert all(name in said for name in ("title", "aliases", "created", "user", "my.plugin"))
    assert "genre" not in said and "cssclasses" not in said and "\n" not in said


def test_front_matter_ends_with_dots_too_and_holds_prompts_of_several_lines():
    assert values("---\nbpm: 93\nprompt: |\n  dusty drums\n  and bass\n...\nplease") == [
        {"bpm": 93.0, "prompt": "dusty drums\nand bass\nplease"}
    ]


def test_a_misspelled_field_of_front_matter_is_refused_where_its_value_shows_what_was_meant():
    assert "did you mean bpm?" in faults("---\nbmp: 93\n---\ndrums")


def test_the_same_field_twice_is_said_and_the_last_counts():
    (request,) = read_prompt_file(b"bpm: 90\nkey: Am\ntempo: 93\n\ndrums").requests
    assert request["bpm"] == 93.0 and request.said == (
        "bpm is given twice; the last, 93.0, is used",
    )
    (request,) = read_prompt_file(b"bpm: 90\nBPM: 90 bpm\n\ndrums").requests
    assert request.said == ()


def test_a_tempo_with_more_decimals_is_rounded_and_said():
    (request,) = read_prompt_file(b"bpm: 127.98765\n\ndrums").requests
    assert request["bpm"] == 127.988 and "127.98765" in request.said[0]


@pytest.mark.parametrize(
    "title", ["# My idea", "My idea:", "## Freitag, spät", "Idee für später："]
)
def test_a_title_before_the_fields_stays_in_the_prompt(title):
    assert values(f"{title}\n\nbpm: 93\nkey: Am\n\ndusty drums") == [
        {"bpm": 93.0, "key": "Am", "prompt": f"{title}\n\n\ndusty drums"}
    ]
    assert values(f"{title}\ndusty drums") == [{"prompt": f"{title}\ndusty drums"}]
