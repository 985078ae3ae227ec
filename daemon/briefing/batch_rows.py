"""A batch's file: rows of CSV or JSON lines, each a request; every fault at once, with its line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bridge.errors import Fault, RequestError, SidecrateError
from bridge.request import MOST_CLIPS, Request, field_meant
from bridge.text import shorten
from bridge.verbs import SOURCE, Verb, find_verb
from daemon.brief import Brief
from daemon.engines.registry import engine_info, engines_held
from daemon.verbs.tell import Tell

_MOST_BYTES = 64 << 20
#: Faults that are told; of the others the number.
_MOST_FAULTS = 40
#: Rows between two signs of progress.
_TOLD_EVERY = 50
_ENDINGS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
#: A row that was read: its line in the file, from 1, and its fields.
Pairs = list[tuple[str, object]]
Raw = tuple[int, Pairs]


@dataclass
class BatchRows:
    """What a file's rows ask for, and the faults of the others."""

    requests: list[tuple[int, Request]] = field(default_factory=list)
    """Each with its line."""
    faults: list[Fault] = field(default_factory=list)


def read_batch_rows(path: Path) -> BatchRows:
    """The requests of a file's rows. RequestError where it is none of rows at all."""
    read = BatchRows()
    verb = find_verb("make")
    for line, pairs in _raw_rows(path, read.faults):
        try:
            what, request = verb.read(pairs)
            request = request.with_paths(verb.paths, lambda name: _beside(path.parent, name))
            if what or not request.values:
                raise RequestError(Fault("", "", "the row asks for nothing"))
            read.requests.append((line, request))
        except RequestError as error:
            read.faults += [_at(line, fault) for fault in error.faults]
    if not read.requests and not read.faults:
        text = f"{path} has no rows; a row is a request, as in prompt,bpm"
        raise RequestError(Fault("", "", text))
    return read


def _raise(faults: list[Fault]) -> None:
    """RequestError with the first faults, in the order of their lines, and the number of others."""
    if not faults:
        return
    faults.sort(key=lambda fault: int(fault.text[5:].partition(":")[0]))
    told = faults[:_MOST_FAULTS]
    if len(faults) > len(told):
        told.append(Fault("", "", f"and {len(faults) - len(told):,} more; nothing was queued"))
    else:
        told.append(Fault("", "", "nothing was queued"))
    raise RequestError(*told)


def settle_rows(
    read: BatchRows,
    brief_of: Callable[[Request], Brief],
    progress: Tell,
) -> list[tuple[Request, Brief]]:
    """A Brief for each clip: of a row's count and engines too. RequestError with all faults."""
    rows, faults = read.requests, list(read.faults)
    # rows of one prompt follow each other, so that its words are read once
    order = sorted(range(len(rows)), key=lambda n: str(rows[n][1].get("prompt", "")))
    briefs: dict[int, Brief] = {}
    with engines_held():
        for done, n in enumerate(order):
            if done % _TOLD_EVERY == 0:
                progress(done / len(rows), f"reading row {done + 1} of {len(rows)}")
            line, request = rows[n]
            try:
                briefs[n] = _for_batch(brief_of(request), request)
            except RequestError as error:
                faults += [_at(line, fault) for fault in error.faults]
            except SidecrateError as error:
                faults.append(_at(line, Fault("", "", error.text)))
    made: list[tuple[Request, Brief]] = []
    for n, brief in sorted(briefs.items()):
        line, request = rows[n]
        if len(made) + brief.clip_count > MOST_CLIPS:
            text = f"with this row it is more than {MOST_CLIPS:,} clips; make two files of it"
            faults.append(_at(line, Fault("count", str(brief.clip_count), text)))
            break
        made += [(request, _one(brief, k)) for k in range(brief.clip_count)]
    _raise(faults)
    return made


def _for_batch(brief: Brief, request: Request) -> Brief:
    """The Brief as a batch may hold it. RequestError where it asks somebody who may cost money."""
    improve = brief.improve if "improve" in request else "off"
    brief = brief.amended(improve=improve, then="nothing")
    if steps := brief.steps_wanted():
        text = f"{', '.join(steps)} by a language model is not for batches; write it into the row"
        raise RequestError(Fault(steps[0], "", text))
    for name in brief.engines:
        if engine_info(name).costs_money:
            text = f"engine {name} costs money, and a batch is free; ask for it with `make`"
            raise RequestError(Fault("engine", name, text))
    return brief


def _one(brief: Brief, k: int) -> Brief:
    """Clip k of a Brief as a Brief of its own."""
    engine, seed = brief.clip_engine(k), brief.clip_seed(k)
    return brief.for_clip(k).amended(count=1, engines=(engine,), seed=seed)


def _raw_rows(path: Path, faults: list[Fault]) -> Iterator[Raw]:
    form = _ENDINGS.get(path.suffix.lower())
    if form is None:
        text = f"{path.name} is no batch: its name ends in .csv, .tsv, .jsonl or .ndjson"
        raise RequestError(Fault("", path.name, text))
    try:
        if path.stat().st_size > _MOST_BYTES:
            text = f"{path} is larger than {_MOST_BYTES >> 20} MB; make several files of it"
            raise RequestError(Fault("", "", text))
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise RequestError(Fault("", "", f"{path} cannot be read ({why})")) from None
    yield from _csv_rows(text, faults) if form == "csv" else _json_rows(text, faults)


def _csv_rows(text: str, faults: list[Fault]) -> Iterator[Raw]:
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    names = [name.strip() for name in next(rows, [])]
    verb = find_verb("make")
    for name in names:
        # a column that is unknown is one fault, not one for each row
        if not _knows(verb, name):
            faults.append(_at(1, verb.unknown(name)))
    before = rows.line_num
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(_at(rows.line_num, Fault("", "", f"is no CSV: {error}")))
            return
        line, before = before + 1, rows.line_num
        if len(cells) > len(names):
            fault = f"has {len(cells)} cells, and the first line names {len(names)}"
            faults.append(_at(line, Fault("", "", fault)))
        elif any(cell.strip() for cell in cells):
            pairs = zip(names, cells, strict=False)
            yield line, [(name, raw) for name, raw in pairs if raw.strip() and _knows(verb, name)]


def _knows(verb: Verb, name: str) -> bool:
    return name.lower() == SOURCE or field_meant(name) in verb.takes


def _json_rows(text: str, faults: list[Fault]) -> Iterator[Raw]:
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            said = json.loads(row)
        except (ValueError, RecursionError) as error:
            faults.append(_at(line, Fault("", shorten(row), f"is no JSON: {error}")))
            continue
        if not isinstance(said, dict):
            fault = 'is no JSON object, as in {"prompt": "dusty drums"}'
            faults.append(_at(line, Fault("", shorten(row), fault)))
            continue
        yield line, [(name, raw) for name, raw in said.items() if raw is not None]


def _at(line: int, fault: Fault) -> Fault:
    return Fault(fault.field, fault.value, f"line {line}: {fault.text}")


def _beside(folder: Path, name: str) -> str:
    """A path as it is seen from the file's own folder; a clip's name as it is."""
    path = folder / Path(name).expanduser()
    return str(path.absolute()) if path.exists() else name
