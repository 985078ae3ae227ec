"""Regular expressions of the reader, compiled when first used: importing must be cheap."""

from __future__ import annotations

import re
from functools import cache


@cache
def pattern(text: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """A compiled pattern."""
    return re.compile(text, flags)
