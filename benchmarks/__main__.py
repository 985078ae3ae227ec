"""`python -m benchmarks [NAME...]`: run the benchmarks one by one; each prints its table."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """Benchmarks that need no arguments."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    return [
        name for name in found if hasattr(importlib.import_module(f"benchmarks.{name}"), "bench")
    ]


def main() -> int:
    wanted = sys.argv[1:] or names()
    for name in wanted:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").bench()
    return 0


if __name__ == "__main__":
    sys.exit(main())
