"""A pack's one-shots as instruments: drums on General MIDI's keys, pitched ones over all keys.

`.sfz` after the SFZ format 1.0 (rgc:audio), `.h2drumkit` as Hydrogen 1.2 writes it, `.dspreset`
after Decent Sampler's guide to its format.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from daemon.record import ClipRecord

#: Words for drums, and their keys in General MIDI's map: the first that fits and is free is taken.
#: The longer name stands before the shorter one in it.
_DRUM_KEYS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"open (?:hi-?)?hats?", (46,)),
    (r"pedal (?:hi-?)?hats?", (44,)),
    (r"(?:hi-?)?hats?", (42, 44, 46)),
    (r"bass drums?|kicks?", (36, 35)),
    (r"rim(?:shot|click)?s?|side ?sticks?", (37,)),
    (r"claps?|snaps?", (39,)),
    (r"snares?|brush(?:es)?", (38, 40)),
    (r"low toms?|floor toms?", (43, 41)),
    (r"mid toms?", (47, 45)),
    (r"high toms?|toms?", (50, 48)),
    (r"rides?", (51, 59)),
    (r"crash(?:es)?|cymbals?", (49, 57)),
    (r"tambourines?", (54,)),
    (r"cowbells?", (56,)),
    (r"congas?|bongos?", (63, 64, 62, 60, 61)),
    (r"shakers?|maracas?", (70, 69)),
    (r"claves?", (75,)),
    (r"tablas?", (60, 61)),
    (r"percs?|percussion|drums?", (76, 77)),
)
#: Keys for a drum whose own are taken: those over General MIDI's map, then those under it.
_SPARE_KEYS = (*range(82, 128), *range(34, -1, -1))
#: Hydrogen plays its first instrument by this key, the next ones by the keys above.
_HYDROGEN_FIRST = 36
#: Drums that end each other: a closed or pedal hat ends an open one.
_HATS = frozenset({42, 44, 46})


@dataclass(frozen=True)
class KitSound:
    """A one-shot in a pack: its name, its file in the pack, its key, and whether it is a drum."""

    name: str
    file: str
    key: int
    is_drum: bool


def kit_sounds(clips: Iterable[tuple[ClipRecord, str]]) -> list[KitSound]:
    """The one-shots of (record, file) pairs with their keys, each drum on a key of its own."""
    taken: set[int] = set()
    sounds = []
    for record, file in clips:
        if record["kind"] != "oneshot" or not file:
            continue
        name = str(record.get("words") or record["id"])
        keys = _drum_keys(record)
        if keys:
            key = next((one for one in (*keys, *_SPARE_KEYS) if one not in taken), None)
            if key is None:
                continue
            taken.add(key)
            sounds.append(KitSound(name, file, key, True))
        else:
            note = record.get("note")
            sounds.append(KitSound(name, file, 60 if note is None else int(note), False))
    return sounds


def _drum_keys(record: ClipRecord) -> tuple[int, ...]:
    """The keys of a drum by its role, its voice or its words; none for other sounds."""
    said = (record.get("role"), *(record.get("parts") or ()), record.get("words"))
    for text in filter(None, said):
        for words, keys in _DRUM_KEYS:
            if re.search(rf"\b(?:{words})\b", str(text).lower()):
                return keys
    return ()


def drum_sfz(sounds: Sequence[KitSound]) -> str:
    """All drums as one instrument: each on its key, at its own pitch, played to its end."""
    lines = [
        "// Made with Sidecrate: drums on the keys of General MIDI",
        "<global>",
        "loop_mode=one_shot",
    ]
    for sound in sorted(sounds, key=lambda one: one.key):
        lines += [
            "", f"// {sound.name}", "<region>", f"key={sound.key}",
            f"pitch_keycenter={sound.key}", f"sample={sound.file}",
        ]  # fmt: skip
        if sound.key in _HATS:
            lines += ["group=1", "off_by=1"]
    return "\r\n".join(lines) + "\r\n"


#: The way from a pitched sound's own file to the pack's folder.
_UP = "../"


def pitched_sfz(sound: KitSound) -> str:
    """One pitched sound over all keys; the file lies in a folder of the pack's."""
    lines = (
        f"// Made with Sidecrate: {sound.name}", "<region>", "lokey=0", "hikey=127",
        f"pitch_keycenter={sound.key}", f"sample={_UP}{sound.file}",
    )  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def drum_preset(sounds: Sequence[KitSound]) -> str:
    """All drums as a Decent Sampler preset: each on its key, played to its end."""
    rows = []
    for sound in sorted(sounds, key=lambda one: one.key):
        ends = ' tags="hats" silencedByTags="hats" silencingMode="fast"'
        rows.append(_region(sound, sound.key, sound.key, ends if sound.key in _HATS else ""))
    return _preset(rows, 'trigger="attack" release="10.0"')


def pitched_preset(sound: KitSound) -> str:
    """One pitched sound over all keys as a Decent Sampler preset, with a soft release."""
    return _preset([_region(sound, 0, 127, "", _UP)], 'release="0.3"')


def _region(sound: KitSound, low: int, high: int, more: str, up: str = "") -> str:
    return (
        f'      <sample path={quoteattr(up + sound.file)} rootNote="{sound.key}"'
        f' loNote="{low}" hiNote="{high}"{more}/>'
    )


def _preset(regions: Sequence[str], group: str) -> str:
    lines = "\n".join(regions)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<DecentSampler minVersion="1.0.0">\n'
        f"  <groups>\n    <group {group}>\n{lines}\n    </group>\n  </groups>\n</DecentSampler>\n"
    )


def drumkit(name: str, licence: str, sounds: Sequence[tuple[KitSound, Path]]) -> bytes:
    """Hydrogen's drum kit of (drum, its file): a packed folder with `drumkit.xml`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        text = drumkit_xml(name, licence, [(sound, path.name) for sound, path in sounds])
        about = tarfile.TarInfo(f"{name}/drumkit.xml")
        about.size = len(text.encode("utf-8"))
        archive.addfile(about, io.BytesIO(text.encode("utf-8")))
        for _, path in sounds:
            archive.add(path, f"{name}/{path.name}", recursive=False)
    return packed.getvalue()


def drumkit_xml(name: str, licence: str, sounds: Sequence[tuple[KitSound, str]]) -> str:
    """Hydrogen's description of a kit.

    Hydrogen gives keys by the order of instruments, so a key without a drum gets an empty one.
    """
    by_key = {sound.key: (sound, file) for sound, file in sounds}
    keys = [key for key in by_key if key >= _HYDROGEN_FIRST]
    order: list[int] = list(range(_HYDROGEN_FIRST, max(keys, default=_HYDROGEN_FIRST) + 1))
    order += sorted(key for key in by_key if key < _HYDROGEN_FIRST)
    instruments = "".join(
        _instrument(number, key, *by_key.get(key, (None, ""))) for number, key in enumerate(order)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<drumkit_info xmlns="http://www.hydrogen-music.org/drumkit"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f" <name>{escape(name)}</name>\n <author>Sidecrate</author>\n <info></info>\n"
        f" <license>{escape(licence)}</license>\n <image></image>\n"
        " <imageLicense>undefined license</imageLicense>\n"
        " <componentList>\n  <drumkitComponent>\n   <id>0</id>\n   <name>Main</name>\n"
        "   <volume>1</volume>\n  </drumkitComponent>\n </componentList>\n"
        f" <instrumentList>\n{instruments} </instrumentList>\n</drumkit_info>\n"
    )


def _instrument(number: int, key: int, sound: KitSound | None, file: str) -> str:
    group = 0 if key in _HATS else -1
    values = {
        "id": number, "name": escape(sound.name if sound else "-"), "volume": 1, "isMuted": "false",
        "isSoloed": "false", "pan": 0, "pitchOffset": 0, "randomPitchFactor": 0, "gain": 1,
        "applyVelocity": "true", "filterActive": "false", "filterCutoff": 1, "filterResonance": 0,
        "Attack": 0, "Decay": 0, "Sustain": 1, "Release": 1000, "muteGroup": group,
        "midiOutChannel": -1, "midiOutNote": key, "isStopNote": "false",
        "sampleSelectionAlgo": "VELOCITY", "isHihat": -1, "lower_cc": 0, "higher_cc": 127,
        "FX1Level": 0, "FX2Level": 0, "FX3Level": 0, "FX4Level": 0,
    }  # fmt: skip
    lines = "".join(f"   <{name}>{value}</{name}>\n" for name, value in values.items())
    layer = (
        f"    <layer>\n     <filename>{escape(file)}</filename>\n     <min>0</min>\n"
        "     <max>1</max>\n     <gain>1</gain>\n     <pitch>0</pitch>\n    </layer>\n"
        if sound
        else ""
    )
    component = (
        "   <instrumentComponent>\n    <component_id>0</component_id>\n    <gain>1</gain>\n"
        f"{layer}   </instrumentComponent>\n"
    )
    return f"  <instrument>\n{lines}{component}  </instrument>\n"
