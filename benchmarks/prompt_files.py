"""A thousand odd prompt files from a grammar: through the parser, and through a real inbox.

`python -m benchmarks.prompt_files [--seed N]`. Each must end as a request, or as a refusal whose
every line is one fault. None may crash, hang or be left without an answer.
"""

from __future__ import annotations

import argparse
import queue
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.errors import RequestError
from bridge.events import Ask, Finished, Order
from bridge.inbox.door import Inbox
from bridge.inbox.prompt_file import read_prompt_file
from bridge.request import FIELDS

FILES = 1000
#: Files that go through the folder as well: each of these is written, claimed and answered.
THROUGH_INBOX = 1000
#: Seconds within which the inbox must have answered all.
MOST_INBOX_S = 300.0
#: Characters of one line of a refusal.
MOST_LINE = 2000

_NAMES = [
    *FIELDS, "tempo", "scale", "length", "time signature", "Tonart", "Länge", "duration", "bmp",
    "keys", "title", "aliases", "user", "x" * 40, "ｂｐｍ", "do", "source", "", "1st", "my.key",
    "KEY ", "**bpm**", "`key`",
]  # fmt: skip
_VALUES = [
    "93", "93,5", "93.98765", "９３", "93 bpm", "8 bars", "2 Takte", "-1", "1e400", "nan",
    "9" * 5000, "0x10", "1_000", "1:30", "99:99", "h-Moll", "Fis", "la mineur",
    "si bemol mayor", "Am", "H#", "H" * 300, "3/4", "6:8", "٣/٤", "½", "0/0", "on", "perhaps",
    "keep", '"93"', "'93", "[a, b", "[a, 'b', \"c\"]", "[]", "~", "null", "|", ">", "{a: b}",
    "*x", "&y", "!!python/object:os.system", "a\tb", "\u202e93", "🥁", "重い鼓", "𝟗𝟑", "^" * 500,
    "C:\\x\\y.wav", "https://x/y.wav", "/dev/zero", "../../etc/passwd", "last", "all", "make",
    "again", "fit", "# no", "93 # yes", "", " ", "\u3000", "a,b,,c," * 40,
]  # fmt: skip
_SIGNS = [
    ":", "=", "：", "＝", " : ", ":=", "::", " ", "\t:\t", ": :",
]  # fmt: skip
_LEADS = [
    "", "", "", "- ", "* ", "> ", "# ", "   ", "\t", "**", "__", "`", "• ", "1. ", "\u200b",
    "//",
]  # fmt: skip
_BODIES = [
    "dusty drums loop", "kick", "", "a warm pad\nwith a slow attack\n\nand strings", "no",
    "no drums, no bass, no", "🥁🥁🥁", "тяжёлый бас", "1/1/1 120 90 180 bpm bpm", "(" * 200,
    "key: Am", "x " * 2500, "=" * 50, "do: do: do", "\u2028two\u2029lines",
    "im Stil von, von, von",
]  # fmt: skip
_RULES = [
    "---", "----", "...", "===", "--- ", "- - -", "——", "+++", "```yaml", "```",
]  # fmt: skip
_ENDS = ["\n", "\r\n", "\r", "\u2028", "\u0085"]
_CODES = [
    "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "cp1252", "latin-1",
    "shift_jis", "utf-7",
]  # fmt: skip


def odd_file(chance: random.Random) -> bytes:
    """One prompt file: lines of fields, rules, lists and prompts in any order."""
    lines: list[str] = []
    for _ in range(chance.randint(1, 4)):
        lines += _section(chance)
        if chance.random() < 0.3:
            lines.append(chance.choice(_RULES))
    data = chance.choice(_ENDS).join(lines).encode(chance.choice(_CODES), "replace")
    return _damaged(data, chance) if chance.random() < 0.15 else data


def _section(chance: random.Random) -> list[str]:
    lines = []
    if chance.random() < 0.3:
        lines.append(chance.choice(_RULES))
    for _ in range(chance.choice((0, 1, 2, 3, 5, 60))):
        sign, lead = chance.choice(_SIGNS), chance.choice(_LEADS)
        lines.append(f"{lead}{chance.choice(_NAMES)}{sign}{chance.choice(_VALUES)}")
        if chance.random() < 0.15:
            lines += [f"  - {chance.choice(_VALUES)}" for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.4:
        lines.append(chance.choice([*_RULES, ""]))
    return [*lines, chance.choice(_BODIES)]


def _damaged(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    cuts: Sequence[Callable[[], bytes]] = (
        lambda: data[:at],
        lambda: data[:at] + bytes(chance.randrange(256) for _ in range(9)) + data[at:],
        lambda: data[at:] + data[:at],
        lambda: data * chance.randint(2, 20),
    )
    return chance.choice(cuts)()


def read(data: bytes) -> tuple[str, float]:
    """("taken" or "refused", seconds) of the parser. AssertionError where a line is no line."""
    began_s = time.perf_counter()
    try:
        read_prompt_file(data)
        end = "taken"
    except RequestError as error:
        end = "refused"
        for fault in error.faults:
            line = fault.text
            assert line and len(line) <= MOST_LINE and len(line.splitlines()) == 1, line[:200]
    return end, time.perf_counter() - began_s


def through_inbox(files: Sequence[bytes], wait_s: float) -> dict[str, int]:
    """How many answers of each kind a real inbox gave. AssertionError where one is missing."""
    orders: queue.Queue[Order] = queue.Queue()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        box = Inbox(folder, orders.put)
        box.start()
        try:
            for number, data in enumerate(files):
                part = folder / f".{number}.tmp"
                part.write_bytes(data)
                part.rename(folder / f"{number}.txt")
            answered = serve(
                box, folder, orders, lambda ends: sum(ends.values()) >= len(files), wait_s
            )
        finally:
            box.stop()
        for path in folder.glob("failed/*.error.txt"):
            lines = path.read_text(encoding="utf-8").splitlines()
            assert lines and all(line and len(line) <= MOST_LINE for line in lines), path.name
        left = sorted(path.name for path in folder.glob("*.txt"))
        left += [path.name for path in (folder / "working").iterdir()]
        assert not left, f"without an answer: {left[:5]}"
    return answered


def serve(
    box: Inbox,
    folder: Path,
    orders: queue.Queue[Order],
    is_over: Callable[[dict[str, int]], bool],
    wait_s: float,
) -> dict[str, int]:
    """Answer an inbox's orders, without making anything, until its answers are over.

    Returns how many of each kind there are. AssertionError after `wait_s`.
    """
    until_s = time.monotonic() + wait_s
    while True:
        while not orders.empty():
            order = orders.get()
            if isinstance(order, Ask):
                for index, _ in enumerate(order.requests):
                    address = {**order.origin.address, "index": index}
                    origin = type(order.origin)(order.origin.door, address)
                    box.tell(Finished(origin, "job", 0, 0))
            else:
                box.tell(Finished(order.origin, "job", 0, 0))
        ends = {
            "taken": len(list(folder.glob("done/*.result.json"))),
            "refused": len(list(folder.glob("failed/*.error.txt"))),
        }
        if is_over(ends):
            return ends
        assert time.monotonic() < until_s, f"{ends}; {box.health()}"
        # listing thousands of answers takes its time
        time.sleep(0.05 if sum(ends.values()) < THROUGH_INBOX else 0.5)


def bench() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=1)
    seed = asked.parse_known_args()[0].seed
    chance = random.Random(seed)
    files = [odd_file(chance) for _ in range(FILES)]
    ends = [read(data) for data in files]
    slowest_s = max(took_s for _, took_s in ends)
    taken = sum(end == "taken" for end, _ in ends)
    print(f"{FILES} odd prompt files: {taken} taken, {FILES - taken} refused, each in single lines")
    print(f"slowest to read              {slowest_s * 1000:6.0f} ms     (aim < 1000)")
    began_s = time.monotonic()
    answered = through_inbox(files[:THROUGH_INBOX], MOST_INBOX_S)
    took_s = time.monotonic() - began_s
    print(f"through a real inbox         {took_s:6.1f} s      {answered}, none without an answer")


if __name__ == "__main__":
    bench()
