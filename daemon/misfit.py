"""What is told of a value that does not fit: its name, what it takes, and what it got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What a value has to be, by pydantic's name for the fault and what it says of the limit.
_TAKES = {
    "greater_than_equal": "takes {ge} or more",
    "greater_than": "takes more than {gt}",
    "less_than_equal": "takes at most {le}",
    "less_than": "takes less than {lt}",
    "string_too_long": "takes at most {max_length} characters",
    "string_too_short": "takes at least {min_length} characters",
    "too_long": "takes at most {max_length}",
    "too_short": "takes at least {min_length}",
    "literal_error": "takes {expected}",
    "string_pattern_mismatch": "takes what fits {pattern}",
    "bool_parsing": "takes true or false",
    "int_parsing": "takes a whole number",
    "int_from_float": "takes a whole number",
    "float_parsing": "takes a number",
}
_SHOWN = 60


def misfit_text(name: str, fault: Mapping[str, Any]) -> str:
    """One fault that pydantic found in a value of this name, as a line."""
    said = _TAKES.get(fault["type"])
    message = str(fault["msg"])
    takes = said.format(**fault.get("ctx") or {}) if said else message[0].lower() + message[1:]
    got = str(fault.get("input", ""))
    return f"{name} {takes}; got {got[:_SHOWN]}{'…' if len(got) > _SHOWN else ''}"
