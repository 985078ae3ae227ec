"""How many threads the libraries of linear algebra may use; they read it when they are loaded."""

from __future__ import annotations

from collections.abc import MutableMapping

_LIBRARIES = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM", "NUMEXPR_NUM")


def one_thread(environment: MutableMapping[str, str]) -> None:
    """One for each of them: more fight the DAW for cores and gain nothing on clips of seconds."""
    for library in _LIBRARIES:
        environment[f"{library}_THREADS"] = "1"
