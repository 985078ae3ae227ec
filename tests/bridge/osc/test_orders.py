"""What other machines may ask for."""

import pytest

from bridge.errors import RequestError
from bridge.events import Context
from bridge.osc.orders import OscOrders
from bridge.osc.packet import Message, OscError
from bridge.osc.sender import Sender

HERE, ELSEWHERE = ("127.0.0.1", 9000), ("192.168.1.20", 9000)


def ordered(peer, address, *arguments, trust_lan=False):
    taken = []
    presets = {"paid": {"prompt": "a loop", "engine": "musicgen-looper"}}
    OscOrders(taken.append, presets, trust_lan).send(
        Sender(peer), Message(f"/sidecrate/{address}", arguments)
    )
    (order,) = taken
    return order


@pytest.mark.parametrize(
    "sent",
    [("generate", "a loop", "engine", "musicgen-looper"), ("preset", "paid"), ("again", "last")],
)
def test_other_machines_may_not_spend_unless_trusted(sent):
    assert ordered(HERE, *sent).may_spend
    assert not ordered(ELSEWHERE, *sent).may_spend
    assert ordered(ELSEWHERE, *sent, trust_lan=True).may_spend


@pytest.mark.parametrize(
    "sent",
    [
        ("fit", "/music/a.wav"),
        ("generate", "x", "kit", "/music/kit"),
        ("again", "last", "reference", "/a.wav"),
    ],
)
def test_other_machines_name_no_paths(sent):
    with pytest.raises(RequestError, match="trust_lan"):
        ordered(ELSEWHERE, *sent)


def test_a_batch_is_named_by_this_machine_alone():
    order = ordered(HERE, "batch", "0123456789abcdef", "mine")
    assert (order.batch, order.origin.label) == ("0123456789abcdef", "mine")
    with pytest.raises(OscError, match="other machines"):
        ordered(ELSEWHERE, "batch", "0123456789abcdef", "mine", trust_lan=True)
    with pytest.raises(OscError, match="its id and your word"):
        ordered(HERE, "batch", "0123456789abcdef")


def test_other_machines_say_nothing_of_the_session():
    with pytest.raises(OscError, match="trust_lan"):
        ordered(ELSEWHERE, "context", '{"source": "x", "bpm": 120}')


def test_what_a_sender_set_says_more_than_a_preset_and_less_than_the_request():
    taken, sender = [], Sender(HERE)
    orders = OscOrders(taken.append, {"dusty": {"prompt": "dusty", "bars": 2}}, False)
    orders.send(sender, Message("/sidecrate/set", ("bars", 8)))
    orders.send(sender, Message("/sidecrate/preset", ("dusty",)))
    orders.send(sender, Message("/sidecrate/preset", ("1", "bars", 4)))
    orders.send(sender, Message("/sidecrate/set", ("bars", "")))
    orders.send(sender, Message("/sidecrate/preset", ("dusty",)))
    assert [order.requests[0].get("bars") for order in taken] == [8, 4, 2]
    assert {order.origin.address["preset"] for order in taken} == {"dusty"}


def test_again_shows_on_the_key_of_the_preset_that_it_repeats():
    taken, sender = [], Sender(HERE)
    orders = OscOrders(taken.append, {"dusty": {"prompt": "dusty"}}, False)
    for address, *arguments in (
        ("preset", "dusty"),
        ("again", "last"),
        ("again", "k3f9"),
        ("generate", "x"),
        ("again",),
    ):
        orders.send(sender, Message(f"/sidecrate/{address}", tuple(arguments)))
    assert [order.origin.address.get("preset", "") for order in taken] == [
        "dusty",
        "dusty",
        "",
        "",
        "",
    ]


def test_a_tempo_without_json_is_followed_and_taken_back():
    assert ordered(HERE, "bpm", 93.5).values == {"bpm": 93.5} and ordered(
        HERE, "bpm", 0.0
    ).values == {"bpm": None}
    assert isinstance(ordered(HERE, "bpm", 93.5), Context)
    with pytest.raises(OscError, match="trust_lan"):
        ordered(ELSEWHERE, "bpm", 93.5)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("answer", "k3f9", "maybe"), "/sidecrate/answer: 'maybe' is not allowed here; it takes yes or no. "
         "For example: /sidecrate/answer last yes"),
        (("fit", "https://there/a.wav"), "/sidecrate/fit: 'https://there/a.wav' is not allowed here; it takes the path of an "
         "audio file on this machine, or a clip. For example: /sidecrate/fit guitar.wav"),
        (("tempo", 999.0), "/sidecrate/tempo: 999.0 is not allowed here; it takes a tempo from 40 to 300 (3 decimals are kept). "
         "For example: /sidecrate/tempo 128"),
        (("key", "X"), "/sidecrate/key: 'X' is not allowed here; it takes a tonic and a mode (Am, F# minor, Gb, D dorian, "
         "h-Moll, la mineur, Camelot 8A) or keep. For example: /sidecrate/key Am"),
        (("meter", 1, 4), "/sidecrate/meter: '1/4' is not allowed here; it takes a time signature from 2/4 to 15/8. "
         "For example: /sidecrate/meter 3/4"),
    ],
)  # fmt: skip
def test_what_an_address_does_not_take_is_refused_in_its_own_name(sent, said):
    with pytest.raises(RequestError) as refused:
        ordered(HERE, *sent)
    assert refused.value.text == said


@pytest.mark.parametrize(
    ("word", "yes"),
    [("yes", True), ("no", False), (1, True), (0.0, False), (True, True), ("off", False)],
)
def test_an_answer_is_a_yes_or_a_no(word, yes):
    assert ordered(HERE, "answer", "k3f9", word).yes is yes


def test_those_who_said_who_they_are_take_turns_and_all_others_are_one():
    device, page = (Sender(("127.0.0.1", port), nonce="n") for port in (5000, 5001))
    tablet = Sender(("192.168.1.20", 5000), is_surface=True)
    script = [Sender(("127.0.0.1", port)) for port in (6000, 6001)]
    lanes = [sender.origin().lane for sender in (device, page, tablet, *script)]
    assert len(set(lanes[:3])) == 3 and all(lanes[:3])
    assert lanes[3:] == ["", ""]


def test_a_rounded_value_that_was_set_is_said_with_each_request_that_takes_it():
    handed = []
    desk = OscOrders(handed.append, {"dusty": {"prompt": "drums", "bars": 2}}, trust_lan=False)
    sender = Sender(HERE)
    desk.send(sender, Message("/sidecrate/set", ("bpm", 127.98765)))
    desk.send(sender, Message("/sidecrate/generate", ("kick",)))
    desk.send(sender, Message("/sidecrate/preset", ("dusty",)))
    desk.send(sender, Message("/sidecrate/generate", ("kick", "bpm", 90)))
    orders = [order.requests[0] for order in handed]
    assert [one["bpm"] for one in orders] == [127.988, 127.988, 90.0]
    assert [bool(one.said) for one in orders] == [True, True, False]
    assert orders[1]["bars"] == 2 and orders[1].given == {"bpm": 127.98765}
