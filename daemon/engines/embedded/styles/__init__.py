"""The table of styles, collected from the families."""

from daemon.engines.embedded.styles.band import BAND
from daemon.engines.embedded.styles.broken import BROKEN
from daemon.engines.embedded.styles.calm import CALM
from daemon.engines.embedded.styles.club import CLUB
from daemon.engines.embedded.styles.rap import RAP
from daemon.engines.embedded.styles.stage import staged
from daemon.engines.embedded.styles.style import Style
from daemon.engines.embedded.styles.world import WORLD

STYLES: dict[str, Style] = {
    style.name: staged(style)
    for family in (CLUB, BROKEN, RAP, WORLD, BAND, CALM)
    for style in family
}
