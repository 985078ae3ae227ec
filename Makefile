# Everything sets itself up: the virtual environment, the dependencies, and the system's packages where it may.
PYTHON ?= python3
BIN := .venv/bin

# A test of a daemon waits for more than half of its time. Three processes a core, and six at most,
# give the cores work meanwhile.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(6, 3 * (os.cpu_count() or 1)))')
# The quick tests wait for nothing, and each further process imports and collects them all again.
QUICK_WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(6, os.cpu_count() or 1))')

.PHONY: page extension page-tools page-lint page-types demo test check run setup setup-local system lint style types bench listen image clean

demo: setup
	$(BIN)/sidecrate demo

# The tests start some hundred programs of ours. Where their bytecode may be kept, each starts in half the time.
test check: export PYTHONDONTWRITEBYTECODE =

# The tests share WORKERS processes. Those that keep time on a sound server come after, one by one.
# They too run in a process of their own: where one takes it down, in C code, that test has failed
# and the others still run. The shared ones have the lowest priority: our children lower theirs, and beside
# processes at the usual one a test that waits for a child would get a thirtieth of a core.
test: setup page-tools .venv-client/.ready
	nice -n 19 $(BIN)/python -m pytest -m "not alone" --numprocesses $(WORKERS) --dist worksteal; shared=$$?; \
	$(BIN)/python -m pytest -m alone --numprocesses 1 $$(grep -rl --include=test_*.py pytest.mark.alone tests) && exit $$shared

# What to run before every commit: lint, types and the quick tests.
check: style types
	$(BIN)/python -m pytest -m "not slow and not alone" --numprocesses $(QUICK_WORKERS) --dist worksteal

run: setup
	$(BIN)/sidecrate run

setup: system .venv/.ready

.venv/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 15) else "Sidecrate needs Python 3.11 to 3.14; name one: make PYTHON=python3.13 setup")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# What local models run on. On Linux the registry's usual torch brings gigabytes for CUDA cards; without such a card take the small one:
# make setup-local TORCH_INDEX=https://download.pytorch.org/whl/cpu
setup-local: setup .venv/.ready-local

.venv/.ready-local: .venv/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable '.[local,demucs]'
	@touch $@

system:
	@sh tools/system-packages.sh

# The page's built files stand in the repository, so that installing needs no Node; this makes them anew from daemon/web/page.
page:
	@command -v npm >/dev/null 2>&1 || { echo "make page needs npm (Node 20 or newer): https://nodejs.org" >&2; exit 1; }
	cd daemon/web/page && npm ci --silent && npm run build

# The same for Live's extension, from live_extension/src.
extension:
	cd live_extension && npm ci --silent && npm run build

# The types of the page's client, from the API's own document.
page-types: setup page-tools
	$(BIN)/python -m tools.api_types

# What builds and checks the page, where npm is; without it the tests that need it are skipped.
page-tools:
	@! command -v npm >/dev/null 2>&1 || test -e daemon/web/page/node_modules/.package-lock.json || (cd daemon/web/page && npm ci --silent)

style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

lint: style types page-lint
	$(BIN)/python tools/audit.py
	$(BIN)/python tools/licences.py --check

# the page's own sources, where npm is
page-lint: page-tools
	@! command -v npm >/dev/null 2>&1 || (cd daemon/web/page && npm run --silent lint)

# The image of docs/image.md, by whatever builds images here.
image:
	@for tool in docker podman buildah; do \
		command -v $$tool >/dev/null 2>&1 && exec $$tool build -t sidecrate:latest .; \
	done; echo "make image needs docker, podman or buildah (Debian: apt-get install buildah)" >&2; exit 1

bench: setup
	$(BIN)/python -m benchmarks

listen: setup
	$(BIN)/python -m benchmarks.listen listen

# What generates a client of the HTTP API, for the test that uses one.
.venv-client/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-client
	.venv-client/bin/python -m pip install --quiet --disable-pip-version-check $$(.venv-client/bin/python -c \
		"import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['client'])")
	@touch $@

.PHONY: docs pictures

# The site, from docs/ into site/. Its tools have an environment of their own: nothing else needs them.
docs: .venv-docs/.ready
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build

.venv-docs/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet --disable-pip-version-check $$(.venv-docs/bin/python -c \
		"import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['docs'])")
	@touch $@

# The README's pictures, drawn anew from a real run; the page needs Chromium.
pictures: setup
	$(BIN)/python -m tools.pictures

clean:
	rm -rf .venv .venv-client .venv-docs site
