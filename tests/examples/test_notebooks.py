"""The notebooks, run from the first cell to the last in a home of their own, with what is built in."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.helpers.example_packages import EXAMPLES

NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))


def test_no_notebook_holds_an_output():
    assert len(NOTEBOOKS) == 4
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), path


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_runs_and_shows_players_and_pictures(path, tmp_path, monkeypatch):
    monkeypatch.delenv("REPLICATE_API_TOKEN", raising=False)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.yaml").write_text("engines: {order: [embedded]}\n")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=110, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [
        output.data
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "data" in output
    ]
    assert any("<audio controls" in data.get("text/html", "") for data in shown)
    assert any("image/png" in data for data in shown)
    clips = list((tmp_path / "home" / "crate").rglob("*.wav"))
    assert clips, "the clips are in the crate of that home"
