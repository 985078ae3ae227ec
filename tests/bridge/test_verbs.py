"""The table of verbs, and what the doors make of a row that they never heard of."""

import pytest

from bridge.errors import RequestError
from bridge.events import Ask, Origin
from bridge.inbox.prompt_file import read_prompt_file
from bridge.midi.mapping import MidiMap, Touch
from bridge.midi.touches import Touches
from bridge.osc.addresses import IN
from bridge.osc.arguments import is_release
from bridge.osc.orders import OscOrders
from bridge.osc.packet import Message, OscError
from bridge.osc.sender import Sender
from bridge.request import NOTHING_ASKED, Field, local_path, number
from bridge.verbs import VERBS, Verb, find_verb, register

HERE, ELSEWHERE = ("127.0.0.1", 9000), ("192.168.1.20", 9000)
AT = Field("at", number(0.1, 0.9), "a share from 0.1 to 0.9", "0.5", "Where it is cut.", "0.25")
LIKE = Field("like", local_path, "a file", "none", "Another sound.", "b.wav", is_path=True)
HALVE = Verb(
    "halve",
    "source",
    gives="two sounds",
    said="cut {} in two",
    help="cut a sound in two",
    example="drums.wav --at 0.25",
    fields=("bpm", AT, LIKE),
    by_button=True,
)


@pytest.fixture(autouse=True)
def halve():
    register(HALVE)
    yield
    del VERBS["halve"]


def sent(*messages, peer=HERE, sender=None):
    taken, sender = [], sender or Sender(peer)
    orders = OscOrders(taken.append, {}, False)
    for word, *arguments in messages:
        orders.send(sender, Message(f"/sidecrate/{word}", tuple(arguments)))
    return taken


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "make"}, "there already"),
        ({"name": "Two Words"}, "no name of a verb"),
        ({"name": "cut", "fields": ("tempo",)}, "no field tempo"),
        ({"name": "cut", "fields": (Field("bpm", number(0, 1), "", "", "", ""),)}, "bpm is there"),
        ({"name": "cut", "works_on": "clip"}, "again alone"),
    ],
)
def test_a_row_that_cannot_be_is_not_taken(changes, why):
    row = Verb(
        **{"works_on": "source", "gives": "", "said": "", "help": "", "example": "", **changes}
    )
    with pytest.raises(ValueError, match=why):
        register(row)


def test_an_unknown_verb_names_the_nearest():
    assert find_verb(" Halve ") is HALVE
    with pytest.raises(RequestError, match=r"'halv' is not .* did you mean halve\?"):
        find_verb("halv")
    with pytest.raises(RequestError, match=r"there are make, again, fit,.* halve"):
        find_verb("xylophone")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("key", "'key' is not a field of halve; it takes reference, bpm, at, like, then, tags"),
        ("bpms", "'bpms' is not a field of halve; did you mean bpm?"),
    ],
)
def test_a_field_that_a_verb_does_not_take_is_refused_with_those_that_it_takes(name, text):
    with pytest.raises(RequestError) as refused:
        HALVE.read([(name, "90")])
    assert text in refused.value.text


def test_the_address_of_a_verb_follows_from_its_row():
    row = IN["/sidecrate/halve"]
    assert row.help == HALVE.help and row.trigger and "/sidecrate/halve" in list(IN)
    assert is_release(Message("/sidecrate/halve", (0,)))
    assert "/sidecrate/halves" not in IN and "halve" not in IN
    with pytest.raises(KeyError):
        IN["/sidecrate/halves"]


def test_pairs_and_json_say_the_same_and_what_a_sender_set_holds_where_it_is_taken():
    one, other, third = sent(
        ("set", "bpm", 93),
        ("set", "energy", 0.5),
        ("halve", "/a.wav", "at", 0.25),
        ("halve", '{"source": "/a.wav", "at": 0.25}'),
        ("fit", '{"source": "/a.wav"}'),
    )
    assert one == other and one.verb == "halve"
    assert dict(one.requests[0].values) == {"bpm": 93, "reference": "/a.wav", "at": 0.25}
    assert dict(third.requests[0].values) == {"bpm": 93, "energy": 0.5, "reference": "/a.wav"}


def test_a_button_means_the_senders_own_newest_clip():
    sender = Sender(HERE)
    assert sent(("halve",), sender=sender)[0].requests[0]["reference"] == "last"
    sender.last_clip = "k3f9"
    assert sent(("halve",), sender=sender)[0].requests[0]["reference"] == "k3f9"
    with pytest.raises(OscError, match=r"fit needs an audio file .* for example: fit guitar.wav"):
        sent(("fit",))


def test_make_has_an_address_of_its_name_too():
    one, other = sent(("make", "drums", "bpm", 90), ("generate", "drums", "bpm", 90))
    assert (one.verb, one.requests) == ("make", other.requests)


def test_other_machines_name_no_paths_but_the_newest_clip():
    assert sent(("halve", "last"), peer=ELSEWHERE)[0].requests[0]["reference"] == "last"
    for refused in (("halve", "/a.wav"), ("halve", "last", "like", "/b.wav")):
        with pytest.raises(RequestError, match="trust_lan"):
            sent(refused, peer=ELSEWHERE)


def test_a_pad_splits_the_newest_clip_with_the_knobs_that_the_verb_knows():
    touches = Touches(
        MidiMap.read(
            [
                {"note": 36, "do": "halve last", "with": {"at": 0.25}},
                {"note": 37, "do": "halve", "velocity": "bpm", "from": 60, "to": 187},
                {"note": 38, "do": "fit k3f9"},
                {"cc": 1, "do": "set bpm"},
                {"cc": 2, "do": "set energy"},
            ]
        )
    )
    origin = Origin("midi")
    for touch in (Touch("cc", 1, 0, 127), Touch("cc", 2, 0, 127)):
        assert touches.orders(touch, "pads", origin) == []
    orders = [touches.orders(Touch("note", n, 0, 40), "pads", origin)[0] for n in (36, 37, 38)]
    assert all(isinstance(order, Ask) and order.what == "" for order in orders)
    assert [order.verb for order in orders] == ["halve", "halve", "fit"]
    first, second, third = (dict(order.requests[0].values) for order in orders)
    assert first == {"reference": "last", "at": 0.25, "bpm": 180}
    assert second == {"reference": "last", "bpm": 100}
    assert third == {"reference": "k3f9", "bpm": 180, "energy": 1}


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ({"note": 36, "do": "halv last"}, "did you mean halve?"),
        ({"note": 36, "do": "halve", "with": {"key": "Am"}}, "'key' is not a field of halve"),
        ({"note": 36, "do": "halve", "velocity": "energy"}, "'energy' is not a field of halve"),
    ],
)
def test_a_wrong_entry_of_a_map_says_how_to_mend_it(entry, text):
    with pytest.raises(RequestError) as refused:
        MidiMap.read([entry])
    assert text in refused.value.text


@pytest.mark.parametrize(
    ("text", "verb", "what", "values"),
    [
        ("dusty drums", "", "", [{"prompt": "dusty drums"}]),
        ("do: halve\nsource: a.wav\nat: 0.25", "halve", "", [{"reference": "a.wav", "at": 0.25}]),
        ("at: 0.25\nDo: Halve\n", "halve", "", [{"at": 0.25}]),
        ("---\ndo: halve\nat: 0.25\n---\n", "halve", "", [{"at": 0.25}]),
        ("do: again\nsource: k3f9\nchange: drums", "again", "k3f9", [{"change": "drums"}]),
        ("do: make\n\ndo: something", "make", "", [{"prompt": "do: something"}]),
        ("bpm: 90\n\ndo: halve\nat: 1", "", "", [{"bpm": 90, "prompt": "do: halve\nat: 1"}]),
        ("at: night, drums", "", "", [{"prompt": "at: night, drums"}]),
        ("do: halve\nsource: a.wav\n===\ndo: halve\nsource: b.wav", "halve", "",
         [{"reference": "a.wav"}, {"reference": "b.wav"}]),
    ],
)  # fmt: skip
def test_a_file_may_name_its_verb(text, verb, what, values):
    asked = read_prompt_file(text.encode())
    assert (asked.verb, asked.what) == (verb, what)
    assert [dict(request.values) for request in asked.requests] == values


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("do: halv\nsource: a.wav", "line 1: do: 'halv' is not something"),
        ("do: halve\nkey: Am", "line 2: 'key' is not a field of halve"),
        ("do: halve\nat: 5", "line 2: at: '5' is not allowed here; it takes a share"),
        ("do: halve\n\nsome words", "line 1: 'prompt' is not a field of halve"),
        ("do: halve\nsource: a.wav\n===\ndrums", "are of one verb, and these are halve and make"),
        ("do: again\n===\ndo: again", "again takes one request a file"),
    ],
)
def test_a_file_that_asks_what_cannot_be_says_why(text, why):
    with pytest.raises(RequestError) as refused:
        read_prompt_file(text.encode())
    assert why in refused.value.text


@pytest.mark.parametrize("prompt", ["", "  \n"])
def test_every_door_says_the_same_of_an_empty_prompt(prompt):
    with pytest.raises(RequestError) as refused:
        VERBS["make"].read([("prompt", prompt)])
    assert refused.value.text == f"prompt: {prompt!r}: {NOTHING_ASKED}"
    assert VERBS["make"].missing().text == NOTHING_ASKED
