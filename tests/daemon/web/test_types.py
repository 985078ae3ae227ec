"""The types of the page's client are those of the API's document now."""

import shutil
import subprocess

import pytest

from tests.conftest import skip_or_fail
from tools.api_types import PAGE, TYPES, types


@pytest.mark.slow
def test_the_clients_types_are_those_of_the_api() -> None:
    if shutil.which("npx") is None or not (PAGE / "node_modules" / "openapi-typescript").exists():
        skip_or_fail("openapi-typescript is not installed; `make page-tools` brings it")
    try:
        now = types()
    except subprocess.CalledProcessError as error:
        raise AssertionError(error.stderr) from None
    assert now == TYPES.read_text(encoding="utf-8"), "run `make page-types`"
