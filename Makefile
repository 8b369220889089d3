# The commands of this repository. `make demo` is the one to start with.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PORT ?= 8080
ROWS ?=
ROUNDS ?= 7
OUT ?=
VENV := .venv
BIN := $(VENV)/bin
export UV_PYTHON_DOWNLOADS := never
# Tests start hundreds of processes: none of them need compile the product anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help env demo test check faults bench screenshots format clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: $(BIN)/caiboshi ## make .venv from the lock file

$(BIN)/caiboshi: pyproject.toml uv.lock
	@tools/environment $(VENV)
	@touch $@

demo: env ## try everything in a browser, without Telegram
	@$(BIN)/caiboshi demo --port $(PORT)

check: env ## lint, types, walls, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -p no:cacheprovider tests/architecture tests/texts

test: env ## run every test
	@tools/test_services
	$(BIN)/pytest -q -rs -n 2 --dist loadgroup

faults: env ## the long fault and load runs, in full
	@tools/test_services
	CAIBOSHI_TEST_FAULTS=full $(BIN)/pytest -q -m faults --timeout 1800 -s

bench: env ## race against other libraries; ROWS=1,2 ROUNDS=5 OUT=docs/benchmarks.md
	@tools/test_services
	$(BIN)/python -m bench --rows "$(ROWS)" --rounds $(ROUNDS) --out "$(OUT)" --date "$$(date +%F)"

screenshots: env ## pictures of the demo for the README, from the real page
	@tools/test_services
	$(BIN)/python tools/screenshots.py --out docs/img

format: env ## let ruff put things right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
