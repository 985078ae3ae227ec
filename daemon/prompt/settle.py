"""Request, session and defaults -> Brief: complete, with the source of each value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bridge.music import Key, Meter, parse_note
from bridge.request import NOTHING_ASKED, Request
from bridge.session import Known, SessionView
from bridge.verbs import find_verb
from daemon.brief import Brief, Decision
from daemon.errors import PromptError
from daemon.prompt.defaults import PromptDefaults
from daemon.prompt.genres import GENRES, Genre, find_genre, fold
from daemon.prompt.length import (
    BARRED,
    TIMELESS,
    length_of,
    length_of_sections,
    no_ending,
    sections_of,
)
from daemon.prompt.tempo import genre_bpm, mood_bpm, settling_note
from daemon.prompt.vocabulary import moods, sounds
from daemon.prompt.words import Words, parse_words


def settle(
    request: Request, session: SessionView, defaults: PromptDefaults, *, seed: int, do: str = "make"
) -> Brief:
    """The Brief of a request. `engines` stay as requested; a given seed goes before `seed`.

    Where `do` works on an existing sound, and with use: accompany, two values stay open: a tempo
    from only the genre or the last resort, and bars that the request does not name.
    PromptError when the request asks for nothing, or for what cannot be.
    """
    words = parse_words(str(request.get("prompt", "")))
    _check(request, do)
    said = [*words.said, *session.ignored]
    kind = _kind(request, words)
    genre_name, genre = _genre(request, words)
    if genre_name and genre is None:
        said.append(
            f"genre {genre_name} is not one that is known here; "
            "an engine that plays by genres uses its usual one"
        )
    decided = {
        "kind": kind,
        "bpm": _bpm(request, words, session, defaults, genre, str(kind.value)),
        "key": _key(request, words, session, defaults),
        "meter": _meter(request, words, session, defaults, genre),
    }
    if genre_name:
        decided["genre"] = Decision(genre_name, "request" if "genre" in request else "prompt")
    if "strength" in request:
        # an engine with adapters asks whether it was said
        decided["strength"] = Decision(request.get("strength"), "request")
    said += settling_note(session, decided["bpm"], str(kind.value))
    meter = Meter.parse(decided["meter"].value)
    bpm: float | None = decided["bpm"].value
    # a file that is fitted or played along with has a tempo and a length of its own
    own = find_verb(do).works_on != "words" or (
        "reference" in request and request.get("use") == "accompany" and kind.value in BARRED
    )
    if own and decided["bpm"].source in ("genre", "default"):
        bpm, decided["bpm"] = None, Decision(None, "default")
    sections = sections_of(request, words, kind, said)
    bars, seconds = length_of(request, words, defaults, kind.value, bpm, meter, own, said)
    if sections:
        bars, seconds = length_of_sections(sections, request, meter, bpm, said)
    elif kind.value != "track" or (bars is not None and "until" in request):
        said += no_ending(request, kind.value)
    if bars is not None:
        decided["bars"] = bars
    if kind.value in TIMELESS and do == "make":
        bpm = None
        del decided["bpm"]
    note, pitch_class = _note(request, words, defaults, kind.value, decided["key"], said)
    listed, only = _instruments(request, words)
    mood = tuple(str(one).lower() for one in request.get("mood", ())) or words.mood
    return Brief(
        prompt=str(request.get("prompt", "")),
        words=words.words or genre_name or " ".join(listed) or kind.value,
        do=do,
        kind=kind.value,
        bpm=bpm,
        key_name=None if decided["key"].value in (None, "keep") else decided["key"].value,
        meter_name=str(meter),
        bars=bars.value if bars else None,
        seconds=seconds,
        tail_s=float(request.get("tail")) if "tail" in request and kind.value == "track" else None,
        until=str(request.get("until", "length")),
        sections=sections,
        count=int(request.get("count", words.count or 1)),
        seed=int(request.get("seed", seed)),
        engines=tuple(request.get("engine", ("auto",))),
        genre=genre_name,
        mood=mood,
        instruments=listed,
        only=only,
        energy=_level(request, words, "energy", mood),
        density=_level(request, words, "density", mood),
        swing=request.get(
            "swing", words.swing if words.swing is not None else genre.swing if genre else None
        ),
        note=note,
        pitch_class=pitch_class,
        lyrics="auto"
        if str(request.get("lyrics", "")).strip().lower() == "auto"
        else str(request.get("lyrics", "")),
        negative=", ".join(
            dict.fromkeys(
                [*([str(request["negative"])] if "negative" in request else []), *words.without]
            )
        ),
        reference=request.get("reference"),
        reference_start=float(request.get("reference_start", 0.0)),
        reference_end=request.get("reference_end"),
        use=str(request.get("use", "continue")),
        strength=float(request.get("strength", 0.5)),
        grid=str(request.get("grid", "feel")),
        level=request.get("level"),
        master=defaults.master,
        master_like=defaults.master_like,
        stretcher=defaults.stretcher,
        fonts=defaults.fonts,
        formants=bool(request.get("formants", False)),
        choice=int(request.get("choice", 1)),
        quality=str(request.get("quality", "full")),
        kit=request.get("kit"),
        midi=bool(request.get("midi", defaults.midi)),
        stems=bool(request.get("stems", defaults.stems)),
        compose=str(request.get("compose", "rules")),
        improve=str(request.get("improve", defaults.improve)),
        change=str(request.get("change", "")),
        then=str(request.get("then", "nothing")),
        tags=tuple(request.get("tags", ())),
        target=str(request.get("target", "")),
        id=request.label,
        project=str(session.project.value) if session.project else "",
        sample_rate=int(session.sample_rate.value) if session.sample_rate else defaults.sample_rate,
        subtype=_subtype(session, defaults, kind.value),
        strict=do == "make",
        said=tuple(dict.fromkeys(said)),
        decided=decided,
    )


def _check(request: Request, do: str) -> None:
    """PromptError for a request that asks for nothing, or for what cannot be."""
    verb = find_verb(do)
    if do == "fit" and "reference" not in request:
        raise PromptError("there is no file to fit; name one, as in: sidecrate fit drums.wav")
    if verb.works_on != "words" and verb.holds not in request:
        raise PromptError(verb.missing().text)
    if verb.works_on == "words" and not any(
        name in request
        for name in (
            "prompt",
            "kind",
            "genre",
            "mood",
            "instruments",
            "lyrics",
            "reference",
            "change",
        )
    ):
        raise PromptError(NOTHING_ASKED)
    start, end = request.get("reference_start", 0.0), request.get("reference_end")
    if end is not None and end <= start:
        raise PromptError(
            f"reference_end: {end:g} s is not after reference_start {start:g} s; "
            "give a later end, or none"
        )


# --- priority of sources ------------------------------------------------------------


def _decide(
    claims: Iterable[tuple[str, Any]], same: Callable[[Any, Any], bool] = lambda a, b: a == b
) -> Decision:
    """The first claim (source, value) with a value; claims with another are overruled."""
    spoken = [(who, value) for who, value in claims if value is not None]
    source, value = spoken[0]
    statements = [
        (who, other)
        for who, other in spoken[1:]
        if who not in ("genre", "default") and not same(other, value)
    ]
    return Decision(value, source, tuple(statements))


def _claims(
    name: str, request: Request, in_words: Any, known: Known | None, config: Any
) -> list[tuple[str, Any]]:
    """Everybody's word on one value, in the order in which it counts."""
    said = known.said if known else ()
    pins = [(who, value) for who, value in said if who == "pin"]
    live = [(who, value) for who, value in said if who != "pin"]
    return [("request", request.get(name)), *pins, ("prompt", in_words), *live, ("config", config)]


def _bpm(
    request: Request,
    words: Words,
    session: SessionView,
    defaults: PromptDefaults,
    genre: Genre | None,
    kind: str,
) -> Decision:
    usual = None if genre is None else genre_bpm(genre, request, words)
    claims = _claims("bpm", request, words.bpm, session.bpm, defaults.bpm)
    return _decide([*claims, ("genre", usual), ("default", mood_bpm(words, kind))])


def _key(
    request: Request, words: Words, session: SessionView, defaults: PromptDefaults
) -> Decision:
    claims = _claims(
        "key", request, _key_in_words(words, session, defaults), session.key, defaults.key
    )
    if all(value is None for _, value in claims):
        return Decision(None, "default")
    return _decide(claims, _same_key)


def _key_in_words(words: Words, session: SessionView, defaults: PromptDefaults) -> str | None:
    """The prompt's key; where it names a tonic alone, in the mode in which the song is on it."""
    if words.key is None or not words.mode_open:
        return words.key
    known = [value for _, value in session.key.said] if session.key else []
    songs = [Key.parse(one) for one in (*known, defaults.key) if one not in (None, "keep")]
    tonic = Key.parse(words.key).tonic
    return next((f"{words.key} {one.mode}" for one in songs if one.tonic == tonic), words.key)


def _same_key(one: str, other: str) -> bool:
    if "keep" in (one, other):
        return one == other
    a, b = Key.parse(one), Key.parse(other)
    return (a.tonic, a.mode) == (b.tonic, b.mode)


def _meter(
    request: Request,
    words: Words,
    session: SessionView,
    defaults: PromptDefaults,
    genre: Genre | None,
) -> Decision:
    claims = _claims("meter", request, words.meter, session.meter, defaults.meter)
    return _decide([*claims, ("genre", _odd_meter(genre)), ("default", "4/4")])


def _odd_meter(genre: Genre | None) -> str | None:
    return genre.meter if genre and genre.meter != "4/4" else None


def _kind(request: Request, words: Words) -> Decision:
    by_fields = "vocal" if "lyrics" in request and words.kind is None else None
    in_words = words.kind
    if in_words == "oneshot" and "bars" in request and not words.oneshot_said:
        # who says how many bars does not mean a single stroke by "hats"
        in_words = "loop"
    if words.thing and ("bars" in request or "bpm" in request):
        # music of clicks or doors: an effect has neither bars nor a tempo
        in_words = "loop"
    if (words.sections or "sections" in request) and in_words in (None, "loop"):
        in_words = "track"
    return _decide(
        [("request", request.get("kind") or by_fields), ("prompt", in_words), ("default", "loop")]
    )


def _genre(request: Request, words: Words) -> tuple[str, Genre | None]:
    """(name, what is known of it): our name where we know the genre, else as it was written."""
    if "genre" not in request:
        return words.genre, GENRES.get(words.genre)
    found = find_genre(str(request["genre"]))
    if found is None:
        in_it = parse_words(str(request["genre"])).genre
        found = GENRES.get(in_it)
    return (found.name if found else str(request["genre"])), found


# --- sound ------------------------------------------------------------


def _note(
    request: Request,
    words: Words,
    defaults: PromptDefaults,
    kind: str,
    key: Decision,
    said: list[str],
) -> tuple[int | None, int | None]:
    """(MIDI number if an octave is given, pitch class) of a one-shot: its note, else a tonic."""
    asked = request.get("note")
    if kind != "oneshot":
        if asked is not None:
            said.append(
                f"note {asked} is not used: it is for one-shots; give kind: one-shot, or a key"
            )
        return None, None
    if asked is None:
        asked = words.note
    if asked is None:
        stated = key.source in ("request", "prompt") and key.value != "keep"
        return None, Key.parse(key.value).tonic if stated else None
    try:
        pitch_class, number = parse_note(str(asked), defaults.note_names)
    except ValueError:
        raise PromptError(
            f"note: {asked} lies outside MIDI notes 0-127; for example: note: G1"
        ) from None
    return number, pitch_class


def _instruments(request: Request, words: Words) -> tuple[tuple[str, ...], bool]:
    """(instruments by our names, whether nothing else plays). A list field is the band."""
    asked: Any = request.get("instruments")
    if asked is None:
        return words.instruments, words.only
    table = sounds()
    names = [
        table[fold(str(one))].name if fold(str(one)) in table else str(one).lower() for one in asked
    ]
    return tuple(dict.fromkeys(names)), True


def _level(request: Request, words: Words, name: str, mood: tuple[str, ...]) -> float | None:
    """Energy or density: of the field, else of the prompt, else of the mood field."""
    if name in request:
        return float(request.get(name))
    in_words = getattr(words, name)
    if in_words is not None or "mood" not in request:
        return in_words if in_words is None else float(in_words)
    spoken = [getattr(moods()[fold(one)], name) for one in mood if fold(one) in moods()]
    values = [value for value in spoken if value is not None]
    return round(sum(values) / len(values), 2) if values else None


def _subtype(session: SessionView, defaults: PromptDefaults, kind: str) -> str:
    """FL keeps 16 and 32 bit on disk, not 24: its tracks come in 32-bit float."""
    in_fl = bool(session.sources) and session.sources[0].partition(":")[0] == "fl"
    return (
        "FLOAT" if in_fl and kind == "track" and defaults.subtype == "PCM_24" else defaults.subtype
    )
