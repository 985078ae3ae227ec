"""One finding of `sidecrate doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A finding: `ok`, `note` (works, but you may want to know) or `fault`, with the remedy."""

    name: str
    verdict: str
    text: str

    def line(self) -> str:
        sign = {"ok": "ok   ", "note": "note ", "fault": "FAULT"}[self.verdict]
        return f"{sign} {self.name}: {self.text}"

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "verdict": self.verdict, "text": self.text}
