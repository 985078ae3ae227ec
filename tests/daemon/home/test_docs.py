"""Error texts and the config lead to pages that are there."""

import re
from pathlib import Path

import pytest

from daemon.errors import ConfigError
from daemon.home.docs import DOCS, docs_folder, docs_path, see_docs
from daemon.settings.page import config_page

DAEMON = Path(__file__).parents[3] / "daemon"


def test_every_page_that_the_program_names_is_there() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DAEMON.rglob("*.py")]
    named = set(re.findall(r"docs/([\w/-]+\.md)", "\n".join([*texts, config_page()])))
    named |= set(re.findall(r"see_docs\(['\"]([\w-]+\.md)", "\n".join(texts)))
    assert {"hosted.md", "local.md", "fl_studio.md", "midi.md"} <= named
    assert [name for name in named if not (docs_folder() / name).is_file()] == []


def test_a_page_is_found_by_the_name_that_an_error_gives_it() -> None:
    command = re.findall(r"`sidecrate open (\S+)`", see_docs("local.md"))
    assert docs_path(command[0]).read_text(encoding="utf-8").startswith("# Local models")
    assert docs_path(DOCS) == docs_folder()


@pytest.mark.parametrize("name", ["docs/nothing.md", "docs/../README.md", "docs/decisions"])
def test_what_is_no_page_is_refused_with_the_pages_that_there_are(name: str) -> None:
    with pytest.raises(ConfigError, match=r"is no page; there are .*local\.md"):
        docs_path(name)
