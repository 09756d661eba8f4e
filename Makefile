# run the demo, test, check: each works on a fresh clone with Python >= 3.11 and make
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test test-long fuzz check words lock clean

run: .venv/run.stamp
	$(BIN)/redress serve --demo

test: .venv/dev.stamp .venv/chromium.stamp
	$(BIN)/python -m pytest -n auto $(PYTEST)

test-long: .venv/dev.stamp .venv/chromium.stamp
	$(BIN)/python -m pytest -n auto -m long $(PYTEST)

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/structure.py
	$(BIN)/djlint --quiet --lint service/web/templates
	$(BIN)/python -m tests.identity.permission_scan
	$(BIN)/python -m service.i18n.check

# new words for the translators: extracts them, and leaves the translations of the others
words: .venv/dev.stamp
	$(BIN)/python -m service.i18n.check --update

# a million random FEEL expressions, then an hour each of broken files and of mutations by coverage: FUZZ="--count 5000 --seed 7", FUZZ_SECONDS=60
FUZZ_SECONDS ?= 3600
fuzz: .venv/dev.stamp
	$(BIN)/python -m tests.fuzz.random_feel $(FUZZ)
	$(BIN)/python -m tests.fuzz.mutated_files --seconds $(FUZZ_SECONDS)
	$(INSTALL) -e ".[fuzz]"
	$(BIN)/python -m tests.fuzz.fuzz_feel -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=1500

lock: .venv/dev.stamp
	$(INSTALL) "uv>=0.9"
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --extra test --extra check -o requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "expected Python 3.11 or newer, found $$($(PYTHON) -V 2>&1); say PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv

EDITORS := hatch_build.py service/web/islands/build.mjs service/web/islands/package-lock.json $(shell find service/web/islands/src -type f)

.venv/run.stamp: .venv/bin/python pyproject.toml requirements.lock $(EDITORS)
	$(INSTALL) -r requirements.lock
	$(INSTALL) --no-deps -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(INSTALL) -r requirements-dev.lock
	@touch $@

# the browser tests want Chromium and a font with Chinese; without them they say so and are skipped
.venv/chromium.stamp: .venv/bin/python
	@if ! command -v chromium >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  echo "installing chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null \
	  || echo "chromium could not be installed: the browser tests will be skipped"; \
	fi
	@touch $@
