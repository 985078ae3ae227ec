"""Forms of whole tracks: order of sections, parts, energy, and the transition out of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from daemon.engines.embedded.plan import Section

#: The parts of a section, in the order in which a plan lists them.
_ALL = ("drums", "bass", "chords", "lead", "pad", "texture")
#: Drum voices; the calm form mutes the last three.
_LIGHT = ("kick", "hard kick", "snare", "clap", "crash", "snap")
#: Bars after which a section may change its parts.
_BLOCK = 8


@dataclass(frozen=True)
class _Stretch:
    """A section of a form.

    `bars` is its share of the whole, `first` and `later` the parts of its first and later blocks,
    `energy` 0-1, `mute` silent drum voices, `exit` the transition (`fill`, `rise` or nothing).
    """

    name: str
    bars: int
    first: tuple[str, ...]
    later: tuple[str, ...]
    energy: float
    mute: tuple[str, ...] = ()
    exit: str = ""


def _s(
    name: str,
    bars: int,
    first: str,
    later: str,
    energy: float,
    mute: tuple[str, ...] = (),
    exit_: str = "",
) -> _Stretch:
    return _Stretch(
        name, bars, tuple(first.split()), tuple((later or first).split()), energy, mute, exit_
    )


#: Sections by the name of a form.
FORMS: dict[str, tuple[_Stretch, ...]] = {
    "dance": (
        _s(
            "intro",
            16,
            "drums texture",
            "drums bass texture",
            0.5,
            ("clap", "snare", "open hat"),
            "fill",
        ),
        _s("break", 16, "chords pad texture", "chords lead pad texture", 0.35),
        _s("build", 8, "drums chords lead pad", "", 0.6, ("kick", "hard kick"), "rise"),
        _s("drop", 16, "drums bass chords", "drums bass chords lead", 1.0, (), "fill"),
        _s("break", 16, "chords pad texture lead", "bass chords lead pad texture", 0.4),
        _s("build", 8, "drums chords lead pad", "", 0.65, ("kick", "hard kick"), "rise"),
        _s("drop", 16, "drums bass chords lead", "drums bass chords lead pad", 1.0, (), "fill"),
        _s("outro", 16, "drums bass chords", "drums texture", 0.5, ("clap", "snare")),
    ),
    "song": (
        _s("intro", 4, "chords texture pad", "", 0.4, (), "fill"),
        _s(
            "verse",
            8,
            "drums bass chords",
            "drums bass chords texture",
            0.6,
            ("crash", "ride"),
            "fill",
        ),
        _s("hook", 8, "drums bass chords lead pad", "", 0.9, (), "fill"),
        _s(
            "verse",
            8,
            "drums bass chords texture",
            "drums bass chords pad",
            0.65,
            ("crash",),
            "fill",
        ),
        _s("hook", 8, "drums bass chords lead pad", "", 0.95, (), "fill"),
        _s(
            "bridge",
            8,
            "bass chords pad",
            "drums chords pad lead",
            0.45,
            ("kick", "snare", "clap"),
            "rise",
        ),
        _s("hook", 8, "drums bass chords lead pad texture", "", 1.0, (), "fill"),
        _s("outro", 4, "chords texture lead", "", 0.4),
    ),
    "rap": (
        _s("intro", 4, "chords lead texture", "", 0.4, (), "fill"),
        _s("hook", 8, "drums bass chords lead", "", 0.9, (), "fill"),
        _s(
            "verse",
            16,
            "drums bass chords texture",
            "drums bass chords pad texture",
            0.65,
            ("crash", "open hat"),
            "fill",
        ),
        _s("hook", 8, "drums bass chords lead pad", "", 0.95, (), "fill"),
        _s(
            "verse", 16, "drums bass texture", "drums bass chords texture", 0.65, ("crash",), "fill"
        ),
        _s("hook", 8, "drums bass chords lead pad", "", 1.0, (), "fill"),
        _s("outro", 4, "chords lead texture", "", 0.4),
    ),
    "calm": (
        _s("intro", 8, "chords texture", "", 0.35),
        _s(
            "theme",
            16,
            "drums bass chords texture",
            "drums bass chords lead texture",
            0.6,
            _LIGHT[-3:],
        ),
        _s("break", 8, "chords lead pad texture", "", 0.4, (), "fill"),
        _s(
            "theme",
            16,
            "drums bass chords lead texture",
            "drums bass chords lead pad texture",
            0.75,
            (),
            "fill",
        ),
        _s("outro", 8, "chords texture lead", "", 0.35),
    ),
}


#: Stretches of names that no form of ours has, after one that it has.
_LIKE = {"solo": "hook", "theme": "verse"}


def sections(form: str, bars: int, has: set[str]) -> list[Section]:
    """The sections of a piece of `bars` bars, split into blocks of at most 8 bars.

    `has` names the parts that the piece has; parts and mutes change only between blocks.
    """
    stretches = FORMS[form]
    lengths = share_bars([stretch.bars for stretch in stretches], bars)
    return _blocks(zip(stretches, lengths, strict=True), has)


def asked(names: Iterable[tuple[str, int]], form: str, has: set[str]) -> list[Section]:
    """The sections that were asked for by name and bars, as `form` has them, or another form.

    A name that comes again is the next one of its name in the form: a later verse is fuller.
    """
    taken: dict[str, int] = {}
    found = []
    for name, bars in names:
        like = _stretches_of(name, form) or _stretches_of(_LIKE.get(name, "verse"), form)
        count = taken.get(name, 0)
        found.append((replace(like[min(count, len(like) - 1)], name=name), bars))
        taken[name] = count + 1
    stretch, bars = found[-1]
    # nothing follows that a fill or a rise could lead to
    return _blocks([*found[:-1], (replace(stretch, exit=""), bars)], has)


def _stretches_of(name: str, form: str) -> list[_Stretch]:
    for stretches in (FORMS[form], *FORMS.values()):
        if own := [one for one in stretches if one.name == name]:
            return own
    return []


def _blocks(stretches: Iterable[tuple[_Stretch, int]], has: set[str]) -> list[Section]:
    found: list[Section] = []
    for stretch, length in stretches:
        blocks = [_BLOCK] * (length // _BLOCK) + ([length % _BLOCK] if length % _BLOCK else [])
        for k, block in enumerate(blocks):
            wanted = stretch.first if k == 0 else stretch.later
            parts = [part for part in _ALL if part in wanted and part in has] or [
                part for part in _ALL if part in has
            ][:1]
            leads_out = stretch.exit
            if stretch.exit and k < len(blocks) - 1:
                leads_out = "fill"
            mute = [
                voice for voice in stretch.mute if k == 0 or stretch.name not in ("intro", "bridge")
            ]
            found.append(Section(stretch.name, block, parts, stretch.energy, leads_out, mute))
    return found


def share_bars(weights: list[int], bars: int) -> list[int]:
    """Bars of each section, by weight, adding up to `bars`.

    Lengths are multiples of 4 bars, in short pieces of 2 or 1. A section may get none.
    """
    unit = next((size for size in (4, 2) if bars >= size * len(weights)), 1)
    scale = bars / sum(weights)
    lengths = [max(unit, round(weight * scale / unit) * unit) for weight in weights]
    while sum(lengths) > bars:
        longest = max(range(len(lengths)), key=lambda k: (lengths[k], k))
        lengths[longest] -= min(unit, sum(lengths) - bars) if lengths[longest] > 1 else 1
        if lengths[longest] == 0 and sum(lengths) <= bars:
            break
    spare = bars - sum(lengths)
    while spare >= unit and unit > 1:
        lengths[min(range(len(lengths)), key=lambda k: lengths[k] / weights[k])] += unit
        spare -= unit
    lengths[-1] += spare
    return lengths
