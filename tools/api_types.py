"""`python -m tools.api_types`: the types of the page's client, from the API's document.

Writes `daemon/web/page/src/api/schema.ts`; needs the page's npm packages (`make page-tools`).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, cast

from daemon.settings.schema import Config
from daemon.web.app import make_api
from daemon.web.document import describe
from daemon.web.site import Site

PAGE = Path(__file__).resolve().parents[1] / "daemon" / "web" / "page"
TYPES = PAGE / "src" / "api" / "schema.ts"


def document() -> dict[str, Any]:
    """The document without a daemon; shapes are closed, so that a misspelt name is an error."""
    port = Config().web.port
    # routes use the site only when they are called
    said = describe(make_api(cast(Site, None), ""), port)
    # the page calls routes by their paths; the shapes are what it needs to know
    said["paths"] = {}
    for shape in said["components"]["schemas"].values():
        shape.pop("additionalProperties", None)
    return said


def types() -> str:
    """The TypeScript of the document. CalledProcessError where npm's packages are missing."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "openapi.json"
        source.write_text(json.dumps(document()), encoding="utf-8")
        ran = subprocess.run(
            ["npx", "--no-install", "openapi-typescript", str(source)],
            cwd=PAGE, check=True, capture_output=True, text=True,
        )  # fmt: skip
    return ran.stdout


if __name__ == "__main__":
    TYPES.write_text(types(), encoding="utf-8")
    print(TYPES)
