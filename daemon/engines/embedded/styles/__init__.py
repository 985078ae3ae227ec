"""The styles: one table, gathered from the families."""

from daemon.engines.embedded.styles.broken import BROKEN
from daemon.engines.embedded.styles.calm import CALM
from daemon.engines.embedded.styles.club import CLUB
from daemon.engines.embedded.styles.rap import RAP
from daemon.engines.embedded.styles.style import Style

STYLES: dict[str, Style] = {style.name: style for family in (CLUB, BROKEN, RAP, CALM) for style in family}
