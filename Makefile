# Every target sets up the environment it needs; `make` alone lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
empty  :=
space  := $(empty) $(empty)
comma  := ,
EXPERIMENT ?= $(subst $(space),$(comma),$(patsubst experiments/%/sweep.yaml,%,$(wildcard experiments/*/sweep.yaml)))

.DEFAULT_GOAL := help
.PHONY: help setup smoke sweep report test lint bench reference lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "make %-9s %s\n", $$1, $$2}'

setup: $(STAMP)  ## make the environment from the hash-pinned lock

# Stamps are written last: an install that failed leaves none, and the next call starts over.
$(VENV)/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: PYTHON=$(PYTHON) is older than 3.11; say make PYTHON=/path/to/python3.11"; exit 2; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(STAMP): $(VENV)/.locked pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

smoke: $(STAMP)  ## a cut of every experiment, about two minutes
	$(BIN)/mismatch -m +experiment=$(subst $(comma),/smoke$(comma),$(EXPERIMENT))/smoke

sweep: $(STAMP)  ## all experiments, or EXPERIMENT=padding for one, and the verdicts; finished runs are not trained again
	$(BIN)/mismatch -m +experiment=$(EXPERIMENT)

report: $(STAMP)  ## tables, figures and verdicts again, from the records alone
	$(BIN)/mismatch-report $(addprefix results/,$(subst $(comma), ,$(EXPERIMENT)))

test: $(STAMP)  ## the test suite
	$(BIN)/python -m pytest

lint: $(STAMP)  ## ruff (lint, format) and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP)  ## plain model.fit multirun against this engine, side by side
	$(BIN)/python experiments/throughput/bench.py

reference:  ## copy tables, figures, reports and verdicts of results/ to results/reference (no records)
	@for name in $(subst $(comma), ,$(EXPERIMENT)); do \
		rm -rf results/reference/$$name && mkdir -p results/reference/$$name/figures && \
		cp results/$$name/*.csv results/$$name/report.html results/reference/$$name/ && \
		{ cp results/$$name/*.md results/reference/$$name/ 2>/dev/null || true; } && \
		cp results/$$name/figures/*.png results/$$name/figures/*.svg results/reference/$$name/figures/ || exit 1; done
	cp results/verdicts.* results/reference/

lock:  ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:  ## remove the environment and caches; results stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
	find src tests experiments -name __pycache__ -prune -exec rm -rf {} +
