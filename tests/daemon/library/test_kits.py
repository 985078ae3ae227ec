"""One-shots of a pack as instruments that samplers and Hydrogen load."""

from __future__ import annotations

import io
import re
import tarfile
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from daemon.library.kits import KitSound, drum_preset, drum_sfz, drumkit_xml, kit_sounds
from daemon.library.pack import export_collection
from tests.helpers.progress import untold

HYDROGEN = "{http://www.hydrogen-music.org/drumkit}"


def shot(words: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "oneshot", "id": "k3f9", "words": words, **fields}


@pytest.mark.parametrize(("words", "key"), [
    ("dusty kick", 36), ("deep bass drum", 36), ("snare", 38), ("closed hi-hat", 42), ("open hat", 46),
    ("open hihat", 46), ("clap", 39), ("rimshot", 37), ("crash cymbal", 49), ("ride", 51),
    ("floor tom", 43), ("cowbell", 56), ("shaker", 70), ("Kicks", 36),
])  # fmt: skip
def test_a_drum_lies_on_its_key_of_general_midi(words, key):
    (sound,) = kit_sounds([(shot(words), "a.wav")])
    assert (sound.key, sound.is_drum) == (key, True)
    (sound,) = kit_sounds([(shot("x", role=words), "a.wav")])
    assert sound.key == key, "its role goes before its words"


def test_no_two_drums_share_a_key_and_pitched_sounds_keep_their_note():
    kicks = [(shot("kick", id=f"k{n}"), f"{n}.wav") for n in range(60)]
    keys = [sound.key for sound in kit_sounds(kicks)]
    assert keys[:3] == [36, 35, 82] and len(set(keys)) == len(keys) == 60
    (bass,) = kit_sounds([(shot("warm bass pluck", note=43), "a.wav")])
    assert (bass.key, bass.is_drum) == (43, False)
    assert not kit_sounds([({**shot("kick"), "kind": "loop"}, "a.wav"), (shot("kick"), "")])


def test_hydrogen_s_order_of_instruments_gives_the_keys():
    sounds = [(KitSound("Snare & Co", "s.wav", 38, True), "s.wav"), (KitSound("Kick", "k.wav", 36, True), "k.wav"),
              (KitSound("Low", "l.wav", 35, True), "l.wav")]  # fmt: skip
    kit = ElementTree.fromstring(drumkit_xml("My Kit", "CC0-1.0", sounds))
    found = kit.findall(f"{HYDROGEN}instrumentList/{HYDROGEN}instrument")
    named = [
        (
            one.findtext(f"{HYDROGEN}id"),
            one.findtext(f"{HYDROGEN}name"),
            one.findtext(f"{HYDROGEN}midiOutNote"),
        )
        for one in found
    ]
    assert named == [
        ("0", "Kick", "36"),
        ("1", "-", "37"),
        ("2", "Snare & Co", "38"),
        ("3", "Low", "35"),
    ]
    files = [one.findtext(f".//{HYDROGEN}filename") for one in found]
    assert files == ["k.wav", None, "s.wav", "l.wav"]
    assert kit.findtext(f"{HYDROGEN}license") == "CC0-1.0"


def test_an_open_hat_ends_at_the_closed_one():
    text = drum_sfz(
        [
            KitSound("hat", "h.wav", 42, True),
            KitSound("open", "o.wav", 46, True),
            KitSound("kick", "k.wav", 36, True),
        ]
    )
    regions = text.split("<region>")[1:]
    assert ["off_by=1" in region for region in regions] == [False, True, True]


def test_a_preset_of_decent_sampler_has_odd_names_and_hats_that_end_each_other():
    sounds = [KitSound("Hat", 'a "b" & c.wav', 42, True), KitSound("Open", "o.wav", 46, True)]
    preset = ElementTree.fromstring(drum_preset(sounds))
    first, second = preset.findall("groups/group/sample")
    assert first.get("path") == 'a "b" & c.wav'
    assert first.get("tags") == second.get("silencedByTags") == "hats"


@pytest.mark.parametrize("kind", ["wav24", "mp3"])
def test_a_pack_carries_both_with_the_very_sounds(tmp_path, kind):
    versions = []
    for number, (words, note) in enumerate(
        (("dusty kick", None), ("snare", None), ("sub bass", 36))
    ):
        path = tmp_path / f"{number}.wav"
        soundfile.write(
            path, 0.3 * np.random.default_rng(number).standard_normal((4000, 1)).clip(-3, 3), 44100
        )
        record = shot(
            words, id=f"k{number}", note=note, path=str(path), license="CC0-1.0", bpm=None, key=None
        )
        versions.append(
            {
                "record": record,
                "steps": [],
                "stems": False,
                "folder": str(tmp_path / "v"),
                "others": {},
            }
        )
    task = {
        "collection": "My Kit",
        "format": kind,
        "target": f"{tmp_path}/out/",
        "force": False,
        "versions": versions,
    }
    made = Path(export_collection(task, untold)["path"])
    assert made == tmp_path / "out" / "my-kit.zip"
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        sfz = archive.read("my-kit/my-kit.sfz").decode()
        inside = [name for name in names if name.startswith("my-kit/Instruments/")]
        bass, bass_preset = sorted(inside, key=lambda name: name.endswith(".dspreset"))
        pitched = archive.read(bass).decode()
        preset = ElementTree.fromstring(archive.read("my-kit/my-kit.dspreset"))
        pitched_preset = ElementTree.fromstring(archive.read(bass_preset))
        kit = archive.read("my-kit/my-kit.h2drumkit")
        manifest = archive.read("my-kit/manifest.csv").decode()
    samples = re.findall(r"sample=(.+?)\r?\n", sfz)
    assert len(samples) == 2 and all(f"my-kit/{sample}" in names for sample in samples)
    assert "key=36" in sfz and "key=38" in sfz and "loop_mode=one_shot" in sfz
    assert "pitch_keycenter=36" in pitched and re.search(r"sample=\.\./sub-bass", pitched)
    drums = preset.findall("groups/group/sample")
    assert [(one.get("rootNote"), one.get("loNote"), one.get("hiNote")) for one in drums] == [
        ("36", "36", "36"), ("38", "38", "38"),
    ]  # fmt: skip
    assert all(f"my-kit/{one.get('path')}" in names for one in drums)
    (bass_sound,) = pitched_preset.findall("groups/group/sample")
    assert (bass_sound.get("rootNote"), bass_sound.get("hiNote")) == ("36", "127")
    assert bass_sound.get("path").startswith("../sub-bass")
    with tarfile.open(fileobj=io.BytesIO(kit), mode="r:gz") as inside:
        members = {Path(one.name).name: one for one in inside.getmembers()}
        files = re.findall(
            r"<filename>(.+?)</filename>",
            inside.extractfile(members["drumkit.xml"]).read().decode(),
        )
        assert len(files) == 2
        for file in files:
            data = inside.extractfile(members[file]).read()
            assert soundfile.info(io.BytesIO(data)).frames >= 4000
    assert manifest.splitlines()[0].endswith(",drum_key") and manifest.splitlines()[1].endswith(
        ",36"
    )
