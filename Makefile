# `make run` and `make test` do everything needed on a fresh clone; the other targets are steps of theirs.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2

.PHONY: run setup test lint format unit features whole coverage bench catalogues chromium pango lock clean

run: setup
	$(BIN)/portal demo

setup: .venv/ready-run catalogues

test: setup .venv/ready-test chromium
	$(MAKE) --no-print-directory --jobs --output-sync=target lint features whole
	$(MAKE) --no-print-directory coverage

lint: .venv/ready-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates

format: .venv/ready-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Browsers, processes and the house run apart: following every line of theirs for `coverage` would only slow them. They
# wait as long as they compute: `make test` runs them beside the features and the linters, which take what they leave.
WHOLE := tests/browser tests/demo tests/house tests/operations
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist worksteal
unit: features whole

features: .venv/ready-test catalogues
	$(PYTEST) --cov --cov-report= --ignore=tests/bench $(WHOLE:%=--ignore=%)

whole: .venv/ready-test catalogues
	$(PYTEST) $(WHOLE)

# The rules and the services of every feature, each branch of them; pyproject.toml lists their files.
coverage:
	$(BIN)/coverage report --show-missing --skip-covered --fail-under=100

bench: setup .venv/ready-bench pango chromium
	$(BIN)/python tests/bench/run.py

catalogues: .venv/ready-run
	@if [ -d translations ]; then $(BIN)/pybabel --quiet compile --directory translations; fi

# A browser for the tests: Debian's Chromium without windows, the cheapest to run, installed when we may; or one that is there.
chromium:
	@{ command -v chromium-headless-shell \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get && apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends chromium-headless-shell; } \
	|| command -v chromium || command -v chromium-browser || command -v google-chrome \
	|| { echo "The tests need Chromium: install your system's package, then run this again." >&2; exit 1; }; } >/dev/null

# WeasyPrint, the reference that our letters are measured against, draws with Pango.
pango:
	@if $(BIN)/python -c 'import weasyprint' 2>/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
			libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 >/dev/null; \
	else echo "The benches need Pango: install your system's package, then run this again." >&2; exit 1; fi

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.13, for instance." >&2; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo "Python's venv is needed: on Debian, apt install python3-venv." >&2; exit 1; }

.venv/ready-run: .venv/bin/python requirements.txt pyproject.toml
	$(PIP) install --require-hashes --requirement requirements.txt
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/ready-test: .venv/ready-run requirements-test.txt
	$(PIP) install --require-hashes --requirement requirements-test.txt
	@touch $@

.venv/ready-bench: .venv/ready-test requirements-bench.txt
	$(PIP) install --require-hashes --requirement requirements-bench.txt
	@touch $@

# The locked versions, from the public index alone: what this machine's pip is told to use elsewhere leaves no trace.
COMPILE := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null $(BIN)/pip-compile --quiet \
	--generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe --no-header --no-annotate
lock: .venv/ready-test
	$(COMPILE) --build-deps-for=editable -o requirements.txt pyproject.toml
	$(COMPILE) --extra test -c requirements.txt -o requirements-test.txt pyproject.toml
	$(COMPILE) --extra test --extra bench -c requirements-test.txt -o requirements-bench.txt pyproject.toml
	@for file in requirements.txt requirements-test.txt requirements-bench.txt; do \
		{ echo "# Compiled from pyproject.toml by \`make lock\`."; cat $$file; } > $$file.new && mv $$file.new $$file; done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
