"""Exported files are there for a day, however long the page is served."""

import os
import time

import pytest

from daemon.errors import LibraryError
from daemon.web.exports import Exports


def test_expired_exports_go_with_the_next_one(tmp_path):
    exports = Exports(tmp_path / "exports")
    old, fresh = exports.new_folder(), exports.new_folder()
    for folder in (old, fresh):
        (folder / "loop.wav").write_bytes(b"RIFF")
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    exports.new_folder()
    assert exports.file(fresh.name).name == "loop.wav"
    with pytest.raises(LibraryError, match="not there any more"):
        exports.file(old.name)
    assert not old.exists()
