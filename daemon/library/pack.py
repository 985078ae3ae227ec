"""A collection as a sample pack: one zip.

It holds the sounds, their notes, a manifest as CSV and JSON, and the text of the licences. Its
one-shots are instruments too: drums as `.sfz`, `.h2drumkit` and `.dspreset` on General MIDI's keys,
pitched ones as `.sfz` and `.dspreset` each.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import soundfile

from daemon.audio.files import read_audio
from daemon.crate.names import clip_name
from daemon.errors import LibraryError
from daemon.library.export import FORMATS, pack_name, target_of, whole, write_as
from daemon.library.kits import (
    drum_preset,
    drum_sfz,
    drumkit,
    kit_sounds,
    pitched_preset,
    pitched_sfz,
)
from daemon.library.notes import notes_of_version
from daemon.library.render import render_version
from daemon.record import ClipRecord, as_record
from daemon.verbs.registry import SOURCES_OWN
from daemon.verbs.tell import TellStage

_COLUMNS = (
    "file", "midi", "id", "kind", "bpm", "key", "meter", "bars", "note_name", "seconds",
    "sample_rate", "lufs", "license", "engine", "model", "seed", "prompt", "tags", "drum_key",
)  # fmt: skip
_KNOWN_LICENCES = {
    "CC0-1.0": "Dedicated to the public domain: use it for anything, without asking and without"
    " naming anybody. https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "Use it for anything, naming whoever made it."
    " https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-NC-4.0": "Not for commercial use; name whoever made it."
    " https://creativecommons.org/licenses/by-nc/4.0/",
    SOURCES_OWN: "Made of a file of the user's: the licence is that of this file.",
    "the file's own": "Brought in by the user: the licence is that of the file that it came from.",
}


def export_collection(task: dict[str, Any], tell: TellStage) -> dict[str, Any]:
    """{collection, format, target, force, versions} -> {path, said}; `said`: notes for the user.

    LibraryError where the collection is empty or the target cannot be written.
    """
    versions = task["versions"]
    if task["format"] in ("stems", "midi") or task["format"] not in FORMATS:
        sounds = ", ".join(name for name in FORMATS if name not in ("stems", "midi"))
        raise LibraryError(
            f"a pack's sounds cannot be {task['format']!r}; it takes {sounds}", "bad_request"
        )
    if not versions:
        raise LibraryError(
            f"collection {task['collection']!r} is empty;"
            " put clips into it with `sidecrate collect`",
            "empty",
        )
    name = pack_name(task["collection"])
    target = target_of(task["target"], f"{name}.zip", task["force"])
    rows: list[dict[str, Any]] = []
    packed: list[tuple[ClipRecord, str]] = []
    said: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="sidecrate-") as scratch,
        whole(target, task["force"]) as placing,
        zipfile.ZipFile(placing.part, "w", zipfile.ZIP_STORED) as archive,
    ):
        for index, version in enumerate(versions):
            tell(index / len(versions), "exporting", version["record"]["id"])
            row, record = _pack(archive, name, version, task["format"], said, Path(scratch))
            rows.append(row)
            packed.append((record, row["file"]))
        _write_instruments(archive, name, packed, rows, Path(scratch))
        archive.writestr(f"{name}/manifest.csv", _as_csv(rows))
        archive.writestr(
            f"{name}/manifest.json",
            json.dumps({"collection": task["collection"], "clips": rows}, indent=1),
        )
        archive.writestr(f"{name}/LICENSES.txt", licences(task["collection"], rows))
    return {"path": str(placing.path), "said": [*said, *placing.said]}


def _pack(
    archive: zipfile.ZipFile,
    folder: str,
    version: dict[str, Any],
    kind: str,
    said: list[str],
    scratch: Path,
) -> tuple[dict[str, Any], ClipRecord]:
    """One clip into the archive: its row of the manifest, and its version's record.

    Notes for the user go into `said`. A one-shot's file stays in `scratch` for the drum kit.
    """
    record = as_record(version["record"])
    file = notes = ""
    if record["kind"] != "midi":
        record = render_version(version, _untold)
        file = clip_name(record) + FORMATS[kind].ending
        sound = scratch / file
        said += [f"{file}: {note}" for note in write_as(record, kind, sound)]
        archive.write(sound, f"{folder}/{file}")
        if record["kind"] != "oneshot":
            sound.unlink()
    # a clip without notes, or whose notes cannot follow its edits, is packed as a sound alone
    with contextlib.suppress(LibraryError):
        data = notes_of_version(version)
        notes = f"MIDI/{clip_name(record)}.mid"
        archive.writestr(f"{folder}/{notes}", data)
    lufs = ((record.get("report") or {}).get("after") or {}).get("lufs")
    row = {
        **{name: record.get(name) for name in _COLUMNS},
        "file": file,
        "midi": notes,
        "lufs": lufs and round(lufs, 1),
    }
    return {**row, "tags": ", ".join(record.get("tags") or ()), "drum_key": None}, record


def _write_instruments(
    archive: zipfile.ZipFile,
    name: str,
    packed: list[tuple[ClipRecord, str]],
    rows: list[dict[str, Any]],
    scratch: Path,
) -> None:
    """The one-shots for samplers; each drum's key into its row of the manifest."""
    sounds = kit_sounds(packed)
    drums = [sound for sound in sounds if sound.is_drum]
    for sound in sounds:
        if not sound.is_drum:
            place = f"{name}/Instruments/{Path(sound.file).stem}"
            archive.writestr(f"{place}.sfz", pitched_sfz(sound))
            archive.writestr(f"{place}.dspreset", pitched_preset(sound))
    if not drums:
        return
    keys = {sound.file: sound.key for sound in drums}
    for row in rows:
        row["drum_key"] = keys.get(row["file"])
    archive.writestr(f"{name}/{name}.sfz", drum_sfz(drums))
    archive.writestr(f"{name}/{name}.dspreset", drum_preset(drums))
    files = [(sound, _for_hydrogen(scratch / sound.file)) for sound in drums]
    all_licences = ", ".join(sorted({row["license"] or "unknown" for row in rows}))
    archive.writestr(f"{name}/{name}.h2drumkit", drumkit(name, all_licences, files))


def _for_hydrogen(path: Path) -> Path:
    """A drum's file as Hydrogen reads it: it knows no MP3."""
    if path.suffix != ".mp3":
        return path
    audio, rate = read_audio(path)
    wav = path.with_suffix(".wav")
    soundfile.write(wav, audio, rate, subtype="PCM_16")
    return wav


def _untold(value: float, stage: str, words: str = "") -> None:
    """Discards progress within a clip: a pack reports whole clips."""


def _as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def licences(collection: str, rows: list[dict[str, Any]]) -> str:
    """The text of a pack's licence file: each licence, what it allows, and its files."""
    by_licence: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_licence[row["license"] or "unknown"].append(row["file"] or row["midi"])
    parts = [
        f"{collection}\n{'=' * len(collection)}\n\nMade with Sidecrate. Each file's licence:\n"
    ]
    for licence, files in sorted(by_licence.items()):
        about = _KNOWN_LICENCES.get(licence, "Read its terms before you pass these files on.")
        parts.append(f"{licence}\n{about}\n" + "".join(f"  {file}\n" for file in files))
    return "\n".join(parts)
