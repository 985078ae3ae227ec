"""The number of threads of BLAS and OpenMP libraries, which read it when they are loaded."""

from __future__ import annotations

from collections.abc import MutableMapping

#: Their prefixes of `..._THREADS`: one for each library that NumPy may be built on.
_LIBRARIES = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM", "NUMEXPR_NUM")


def one_thread(environment: MutableMapping[str, str]) -> None:
    """One thread each: more compete with the DAW for cores and gain nothing on short clips."""
    for library in _LIBRARIES:
        environment[f"{library}_THREADS"] = "1"
