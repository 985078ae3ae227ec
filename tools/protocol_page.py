"""docs/protocol.md, generated from the tables in the code.

`python -m tools.protocol_page > docs/protocol.md`
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Sequence

from bridge.inbox import prompt_file
from bridge.midi import mapping as midi_map
from bridge.osc.addresses import IN, OUT, Address
from bridge.request import FIELDS
from bridge.session import PHASE_ENDS_S, READERS, SILENCE_ENDS_S
from bridge.verbs import NAMED, VERBS, Verb
from daemon.prompt.genres import GENRES
from daemon.prompt.length import DEFAULT_BPM
from daemon.verbs.registry import draw_in_verbs

HEADING = """# How to talk to Sidecrate

This page is made from the tables in the code (`python -m tools.protocol_page`); a test compares
them.

A request comes in through any door: an OSC message, a MIDI note, a text file, a command. The fields
are the same in each.
"""

FIELDS_TEXT = """## Fields of a request

The command line has each as an option (`--bpm 90`), a prompt file as a line (`bpm: 90`), OSC as a
pair (`"bpm" 90`), a preset in `config.yaml` as a key. A missing field comes from the prompt's own
words, the session or the config. Lists are written with commas, switches as on and off.
"""

VERBS_TEXT = """## Verbs

A verb is one thing that Sidecrate does. Each is at every door:

| door | for example |
| --- | --- |
| command | `sidecrate fit guitar.wav --bpm 93` |
| OSC address | `/sidecrate/fit` |
| HTTP route | `POST /api/fit`, with `source` for the sound or clip |
| prompt file | `do: fit` |
| MIDI map | `do: fit last` |

A field that a verb does not take is refused, with those that it takes. Packages may bring more verbs
(entry point `sidecrate.verbs`).
"""

WINS = f"""## Tempo, key and meter: who wins

1. the request's own field, or what its sender `set`
2. a pinned value (`sidecrate tempo 128`, `/sidecrate/tempo`; 0 follows again)
3. what the prompt's words say: `dark techno 132 bpm in F# minor, 4 bars`
4. the live session: the Max device or FL Studio, then AbletonOSC, then Link with at least one peer,
   then MIDI clock
5. `defaults` in `config.yaml`, where set
6. the genre's usual tempo and meter, from the table below
7. {DEFAULT_BPM:g} bpm, 4/4 and no key

The clip's report has the winner and the values that it overruled. A tempo outside 40-300 is not used,
and the report says so. Of two tempos in one prompt the first counts; of `128 to 132 bpm` the middle. A
number from 60 to 300 behind a genre is a tempo (`techno 132`).
"""

SESSION_TEXT = f"""## The session

The session is the project's state, as a DAW's device sends it in `/sidecrate/context`:
{", ".join(f"`{name}`" for name in READERS)}. Each value is followed by itself.
A source expires with its `bye` or after {SILENCE_ENDS_S / 60:g} minutes of silence. Its tempo holds while the
transport stands still, its position for {PHASE_ENDS_S:g} s. `null` or an empty text clears a value.
"""

OSC_TEXT = """## OSC

UDP, on port 9140 of this machine (`osc.port`). Numbers are `i`, `f`, `d` or a numeric text; `T` and
`F` are on and off. Answers go to the sender's port, or to the port that it named in `hello`. A button
may send the addresses marked *: a lone 0 is its release and is ignored, and repeats within 150 ms
count once (debounce).

Other machines get no answer unless `osc.allow` names them (`sidecrate pair` does that). Files, engines
that cost money and the session's context need `osc.trust_lan` too. Control surfaces that read no JSON
send `/sidecrate/surface` and get single values: see [touchosc.md](touchosc.md).
"""

OUT_TEXT = """Answers of Sidecrate:
"""

FILE_TEXT = """## Prompt files

Text in UTF-8, UTF-16 with its mark, or Latin-1, with any line ends. It is dropped in the inbox as
`.txt`, `.md` or `.prompt`:
"""

MIDI_TEXT = """## MIDI

`config.yaml` says what notes, controllers and program changes do.
"""

GENRES_TEXT = """## Genres

These are known by name, by other spellings (`dnb`, `D&B`, `drum'n'bass`), and with a letter wrong.
Tempo in quarter notes a minute: slowest, fastest and usual; swing in percent. Any other genre goes to
the engine as it is written.
"""


def protocol_page() -> str:
    """The whole page, as Markdown."""
    draw_in_verbs()
    parts = [
        HEADING,
        FIELDS_TEXT,
        _table(
            ("field", "takes", "where it is missing", "what it is"),
            (
                (f"`{row.name}`", row.allowed, row.default, f"{row.help} `{row.example}`")
                for row in FIELDS.values()
            ),
        ),
        VERBS_TEXT,
        _table(
            ("verb", "works on", "gives", "what it does", "for example"),
            (
                (f"`{row.name}`", NAMED[row.works_on], row.gives, row.help, f"`sidecrate {row.name} {row.example}`")
                for row in VERBS.values()
            ),
        ),
        *(_own_fields(row) for row in VERBS.values() if row.own_fields),
        WINS,
        SESSION_TEXT,
        OSC_TEXT,
        _table(("in", "arguments", "what it does"), map(_address, IN.values())),
        OUT_TEXT,
        _table(("out", "arguments", "when"), map(_address, OUT.values())),
        FILE_TEXT,
        _description(prompt_file.__doc__),
        MIDI_TEXT,
        _description(midi_map.__doc__),
        GENRES_TEXT,
        _table(
            ("genre", "tempo", "usual", "meter", "swing", "also written"),
            (
                (
                    genre.name, f"{genre.low_bpm:g}-{genre.high_bpm:g}", f"{genre.bpm:g}",
                    genre.meter, f"{genre.swing:g}", ", ".join(genre.aliases),
                )
                for genre in GENRES.values()
            ),
        ),
    ]  # fmt: skip
    return "\n".join(parts)


def _own_fields(verb: Verb) -> str:
    """The fields that one verb alone has."""
    rows = (
        (f"`{row.name}`", row.allowed, row.default, f"{row.help} `{row.example}`")
        for row in verb.own_fields
    )
    heads = (f"field of {verb.name}", "takes", "where it is missing", "what it is")
    return _table(heads, rows)


def _address(row: Address) -> tuple[str, str, str]:
    return f"`{row.path}`{' *' if row.trigger else ''}", row.arguments, row.help


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def _description(doc: str | None) -> str:
    """A module's docstring without its summary; indented paragraphs become code blocks."""
    paragraphs = inspect.cleandoc(doc or "").split("\n\n")[1:]
    blocks: list[str] = []
    for paragraph in paragraphs:
        code = paragraph.startswith("    ")
        text = inspect.cleandoc(paragraph) if code else paragraph
        if code and blocks and blocks[-1].endswith("```\n"):
            blocks[-1] = f"{blocks[-1].removesuffix('```' + chr(10))}\n{text}\n```\n"
        else:
            blocks.append(f"```\n{text}\n```\n" if code else f"{text}\n")
    return "\n".join(blocks)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(protocol_page())
