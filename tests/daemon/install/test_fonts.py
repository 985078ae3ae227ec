"""`sidecrate sounds get`: what comes is whole and what was expected, or nothing is kept."""

import hashlib
import io
import tarfile
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from daemon.errors import ServiceError
from daemon.install.fonts import FREE, FreeFont, get


def package():
    """A Debian package with a font and its licence."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as archive:
        for name, data in (("./usr/f.sf2", b"font"), ("./usr/copyright", b"free")):
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    data = b"!<arch>\n"
    for name, body in ((b"debian-binary", b"2.0\n"), (b"data.tar.xz", out.getvalue())):
        head = name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"100644".ljust(8)
        data += head + str(len(body)).encode().ljust(10) + b"`\n" + body + b"\n" * (len(body) % 2)
    return data


@pytest.fixture
def served():
    data = package()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/f.deb" else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.path == "/f.deb":
                self.wfile.write(data)

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/f.deb"
    yield FreeFont(
        "f",
        "F",
        "MIT",
        url,
        hashlib.sha256(data).hexdigest(),
        len(data),
        "usr/f.sf2",
        "usr/copyright",
    )
    server.shutdown()
    server.server_close()


def test_a_font_comes_with_its_licence(served, tmp_path):
    told = []
    path = get(served, tmp_path / "sounds", told.append)
    assert path.read_bytes() == b"font" and told[-1] == 1.0
    assert path.with_suffix(".txt").read_bytes() == b"free"
    assert '"MIT"' in path.with_suffix(".json").read_text()


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"bytes": 10}, {"member": "usr/g.sf2"}])
def test_another_file_than_expected_is_not_kept(served, tmp_path, change):
    with pytest.raises(ServiceError, match="nothing was kept"):
        get(replace(served, **change), tmp_path / "sounds", lambda share: None)
    assert not (tmp_path / "sounds").exists()


def test_no_connection_is_said_with_what_to_do(served, tmp_path):
    with pytest.raises(ServiceError, match="config"):
        get(
            replace(served, url=served.url.replace("f.deb", "away.deb")),
            tmp_path,
            lambda share: None,
        )


def test_the_fonts_that_can_be_got_are_pinned_and_free():
    for font in FREE.values():
        assert len(font.sha256) == 64 and font.url.startswith("https://")
        assert font.licence in ("MIT", "GPL-2.0") and font.file.endswith((".sf2", ".sf3"))
