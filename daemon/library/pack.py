"""A collection as a sample pack: one zip.

It holds the sounds, their notes, a manifest as CSV and JSON, and the text of the licences.
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

from daemon.crate.names import clip_name
from daemon.errors import LibraryError
from daemon.library.export import FORMATS, pack_name, target_of, whole, write_as
from daemon.library.notes import notes_of_version
from daemon.library.render import Tell, render_version
from daemon.record import as_record

_COLUMNS = (
    "file", "midi", "id", "kind", "bpm", "key", "meter", "bars", "note_name", "seconds",
    "sample_rate", "lufs", "license", "engine", "model", "seed", "prompt", "tags",
)  # fmt: skip
_KNOWN_LICENCES = {
    "CC0-1.0": "Dedicated to the public domain: use it for anything, without asking and without"
    " naming anybody. https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "Use it for anything, naming whoever made it."
    " https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-NC-4.0": "Not for commercial use; name whoever made it."
    " https://creativecommons.org/licenses/by-nc/4.0/",
    "the file's own": "Brought in by the user: the licence is that of the file that it came from.",
}


def export_collection(task: dict[str, Any], tell: Tell) -> dict[str, Any]:
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
    said: list[str] = []
    with (
        whole(target, task["force"]) as placing,
        zipfile.ZipFile(placing.part, "w", zipfile.ZIP_STORED) as archive,
    ):
        for index, version in enumerate(versions):
            tell(index / len(versions), "exporting", version["record"]["id"])
            rows.append(_pack(archive, name, version, task["format"], said))
        archive.writestr(f"{name}/manifest.csv", _as_csv(rows))
        archive.writestr(
            f"{name}/manifest.json",
            json.dumps({"collection": task["collection"], "clips": rows}, indent=1),
        )
        archive.writestr(f"{name}/LICENSES.txt", licences(task["collection"], rows))
    return {"path": str(placing.path), "said": [*said, *placing.said]}


def _pack(
    archive: zipfile.ZipFile, folder: str, version: dict[str, Any], kind: str, said: list[str]
) -> dict[str, Any]:
    """One clip into the archive; its row of the manifest. Notes for the user go into `said`."""
    record = as_record(version["record"])
    file = notes = ""
    if record["kind"] != "midi":
        record = render_version(version, _untold)
        file = clip_name(record) + FORMATS[kind].ending
        with tempfile.TemporaryDirectory(prefix="sidecrate-") as scratch:
            sound = Path(scratch) / file
            said += [f"{file}: {note}" for note in write_as(record, kind, sound)]
            archive.write(sound, f"{folder}/{file}")
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
    return {**row, "tags": ", ".join(record.get("tags") or ())}


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
