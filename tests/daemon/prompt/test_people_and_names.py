"""Singers, artists and denials in a prompt's words, in several languages."""

import pytest

from daemon.prompt.words import parse_words


@pytest.mark.parametrize(
    ("prompt", "artists"),
    [
        ("a slow piece in the style of Radiohead", ("Radiohead",)),
        ("fast drums, like Led Zeppelin", ("Led Zeppelin",)),
        ("yung lean type beat", ("yung lean",)),
        ("Make a Hans Zimmer style pad", ("Hans Zimmer",)),
        ("kraftwerk but slower", ("kraftwerk",)),
        ("Lied im Stil von Rammstein", ("Rammstein",)),
        ("canción al estilo de Bad Bunny", ("Bad Bunny",)),
        ("a Floydesque guitar line", ("Floyd",)),
        ("A$AP Rocky", ("A$AP Rocky",)),
        ("A$AP Rocky type beat", ("A$AP Rocky",)),
        ("guitar by A$AP Rocky", ("A$AP Rocky",)),
        ("ke$ha but slower", ("ke$ha",)),
        ("Mr. Oizo", ("Mr. Oizo",)),
        ("pink noise! A loop for $5", ()),
        ("ein Beat wie Dr. Dre, 92 bpm", ("Dr. Dre",)),
        ("house comme Justice", ("Justice",)),
        ("soul. Muse on drums", ("Muse",)),
        ("house in the style of the 90s", ()),
        ("in the style of deep house", ()),
        ("boom bap type beat", ()),
        ("sounds like rain", ()),
        ("in the style of 1990s rave", ()),
        ("techno, like Monday morning", ()),
        ("a bass like a heartbeat", ()),
        ("boring drake-free, a duck and a drake", ()),
    ],
)
def test_names_of_artists_are_told_from_names_of_styles(prompt, artists):
    assert parse_words(prompt).artists == artists


def test_a_genre_inside_an_artists_name_is_no_genre():
    assert parse_words("a bassline in the style of Daft Punk").genre == ""
    assert parse_words("a house bassline in the style of Daft Punk").genre == "house"


def test_a_model_is_still_told_the_artists_name():
    assert "Daft Punk" in parse_words("a bassline in the style of Daft Punk").words


@pytest.mark.parametrize(
    ("prompt", "singer"),
    [
        ("soul ballad, female vocalist", "vocalist"),
        ("trap beat with a rapper on it", "rapper"),
        ("folk, sung by a man", "sung"),
        ("chanson avec une voix douce", "voix"),
        ("Popsong mit Gesang", "Gesang"),
        ("cumbia con cantante", "cantante"),
        ("rap over a dusty beat", "rap"),
        ("house, no vocals", ""),
        ("house without any vocals", ""),
        ("non-vocal techno", ""),
        ("instrumental rock", ""),
        ("uplifting vocal trance", ""),
        ("tenor sax loop", ""),
        ("a voice-like synth", ""),
        ("string voicing in thirds", ""),
    ],
)
def test_a_singer_is_found_where_one_is_asked_for(prompt, singer):
    assert parse_words(prompt).singer == singer


@pytest.mark.parametrize(
    ("prompt", "without"),
    [
        ("ruhige Musik ohne Schlagzeug", ("drums",)),
        ("jazz sans batterie", ("drums",)),
        ("bossa sin batería y bajo", ("drums", "bass")),
        ("samba sem bateria", ("drums",)),
        ("techno minus the hats", ("hats",)),
        ("drumless ambient", ("drums",)),
        ("rock without lead guitar and vocals", ("lead guitar", "vocals")),
        ("sin city soundtrack", ()),
    ],
)
def test_denials_name_what_must_not_be_heard(prompt, without):
    assert parse_words(prompt).without == without


@pytest.mark.parametrize(
    ("prompt", "names", "only"),
    [
        ("smoky jazz (drums, piano and trumpet) with a trumpet solo",
         ("drums", "piano", "trumpet"), False),
        ("trumpet solo", ("trumpet",), True),
        ("a solo cello piece", ("cello",), True),
        ("bass and nothing else, techno", ("bass",), True),
        ("just a marimba, slow", ("marimba",), True),
        ("128 bpm, electric, bass, loops", ("bass",), True),
        ("Format: Solo | Instruments: marimba | slow", ("marimba",), True),
        ("samba con guitarra y flauta", ("guitar", "flute"), False),
        ("drum kit rock", ("drums",), True),
        ("punchy drums techno", ("drums",), False),
    ],
)  # fmt: skip
def test_who_plays_and_whether_anybody_else_does(prompt, names, only):
    words = parse_words(prompt)
    assert (words.instruments, words.only) == (names, only)
