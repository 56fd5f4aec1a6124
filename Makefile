# Every target sets up the environment it needs; `make` alone lists them.
#
#   make setup PYTHON=/path/to/python3.12   another interpreter, 3.11 to 3.13
#   make setup UV=uv                        uv instead of venv and pip; its own variables act (UV_DEFAULT_INDEX, ...)
#   PIP_INDEX_URL=... make setup            another index for pip; its own variables act (PIP_CERT, PIP_NO_INDEX, ...)
PYTHON  ?= python3
UV      ?=
WORKERS ?= 2
VENV    := .venv
BIN     := $(VENV)/bin
LOCKED  := $(VENV)/.locked
STAMP   := $(VENV)/.installed
TOOLS   := $(VENV)/.tools
empty   :=
space   := $(empty) $(empty)
comma   := ,
ALL     := $(patsubst experiments/%/sweep.yaml,%,$(wildcard experiments/*/sweep.yaml))
# An experiment that takes long has a first cut, which `make sweep` runs before the others, whose pages show it.
CUTS    := $(patsubst experiments/%/first.yaml,%,$(wildcard experiments/*/first.yaml))
EXPERIMENT ?= $(subst $(space),$(comma),$(strip $(addsuffix /first,$(CUTS)) $(filter-out $(CUTS),$(ALL))))
NAMES   := $(patsubst %/first,%,$(subst $(comma), ,$(EXPERIMENT)))

ifeq ($(UV),)
CREATE  := $(PYTHON) -m venv
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
else
CREATE  := $(UV) venv --quiet --python $(PYTHON)
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
endif
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --group build \
	--generate-hashes --no-strip-extras --no-emit-index-url --no-annotate --no-header --quiet
PYTEST  := $(BIN)/python -m pytest -n $(WORKERS)

.DEFAULT_GOAL := help
.PHONY: help setup smoke sweep report test test-fast coverage lint bench bench-store bench-advice reproduce replicate reference documents docs lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "make %-11s %s\n", $$1, $$2}'
	@echo
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)

setup: $(STAMP)  ## what a sweep needs, from the hash-pinned requirements.lock

# Stamps are written last: an install that failed leaves none, and the next call starts over.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo "error: PYTHON=$(PYTHON): must be Python 3.11, 3.12 or 3.13; say make PYTHON=/path/to/python3.11"; exit 2; }
	rm -rf $(VENV)
	$(CREATE) $(VENV)
	$(INSTALL) --require-hashes -r requirements.lock
	@touch $@

$(STAMP): $(LOCKED) pyproject.toml
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLS): requirements-dev.lock $(STAMP)
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

smoke: $(STAMP)  ## a cut of every experiment, about three minutes
	$(BIN)/mismatch -m +experiment=$(subst $(space),/smoke$(comma),$(NAMES))/smoke

sweep: $(STAMP)  ## all experiments, or EXPERIMENT=robustness for one, and the verdicts; finished runs are not trained again
	$(BIN)/mismatch -m +experiment=$(EXPERIMENT)

report: $(STAMP)  ## tables, figures and verdicts again, from the records alone
	$(BIN)/mismatch report $(addprefix results/,$(NAMES))

reproduce: $(STAMP)  ## compare results/ with results/reference: accuracies, their differences, verdicts
	$(BIN)/python -m mismatch.report.reproduce results results/reference

# The development lock installs JAX, which no sweep needs.
replicate: $(TOOLS)  ## the arms of the primary contrasts again, by Keras on JAX, and how far that is from TensorFlow
	$(BIN)/python -m mismatch.replicate $(if $(filter command line environment,$(origin EXPERIMENT)),$(NAMES))

test: $(TOOLS)  ## the whole test suite on WORKERS=2 processes, in random order
	$(PYTEST)

test-fast: $(TOOLS)  ## the tests that take seconds
	$(PYTEST) -m "not slow"

# An absolute file: processes that tests start elsewhere write beside it, not where they are.
coverage: $(TOOLS)  ## the whole suite, with the lines and branches it reaches, subprocesses included
	COVERAGE_FILE=$(CURDIR)/.coverage $(PYTEST) --cov --cov-report=term:skip-covered --cov-report=html

lint: $(TOOLS)  ## ruff (lint, format) and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# JAX, which the development lock brings, is timed beside the others where it is installed.
bench: $(STAMP)  ## plain model.fit multirun against this engine, side by side, and ms of one update by size
	$(BIN)/python experiments/throughput/bench.py
	$(BIN)/python experiments/throughput/updates.py

SIZES ?= 1000 10000 100000 1000000

bench-store: $(STAMP)  ## time and memory of plan, resume and tables by number of runs; SIZES="1000 10000" for some
	$(BIN)/python experiments/throughput/store.py --sizes $(SIZES)
	$(BIN)/python experiments/throughput/parquet.py

REPEATS ?= 2 3

# Five minutes a file on two cores; what is there is not done again. Files 0 and 1 led to changes of the advice.
bench-advice: $(STAMP)  ## how good advice is against fixed rules, on many datasets; REPEATS=2 for one file of each
	$(BIN)/python experiments/advice/regret.py --repeats $(REPEATS)
	$(BIN)/python experiments/advice/table.py

# Tables, what own measurements were made for, verdicts, the page over all and PNG figures: what the documents show and `make reproduce` compares. All or nothing per name.
reference: $(STAMP)  ## copy tables (runs as Parquet), verdicts and page of results/ to results/reference, and the figures shown
	@for name in $(NAMES); do \
		test -f results/$$name/claims.csv || { echo "error: results/$$name: no claims.csv; run make sweep EXPERIMENT=$$name"; exit 2; }; \
		rm -rf results/reference/$$name && mkdir -p results/reference/$$name && \
		cp results/$$name/*.csv results/reference/$$name/ && \
		for file in runs.parquet measured.json; do \
			test ! -f results/$$name/$$file || cp results/$$name/$$file results/reference/$$name/ || exit 1; done && \
		rm -f results/reference/$$name/runs.csv || exit 1; done
	cp results/verdicts.csv results/verdicts.md results/reference/
	@test ! -f results/replicate/replicate.csv || \
		{ mkdir -p results/reference/replicate && cp results/replicate/replicate.csv results/reference/replicate/; }
	@test ! -f results/advice/regret.csv || { mkdir -p results/reference/advice && cp results/advice/*.csv results/reference/advice/; }
	$(BIN)/python -c "from pathlib import Path; from mismatch.report.overview import write; write(Path('results'), Path('results/reference'))"
	@for figure in $$(grep -oh 'results/reference/[a-z_]*/figures/[a-z_]*\.png' README.md docs/*.md | sort -u); do \
		made=$$(echo $$figure | sed s,reference/,,); \
		if test ! -f $$made && test -f $$figure; then continue; fi; \
		mkdir -p $$(dirname $$figure) && cp $$made $$figure || exit 1; done
	$(BIN)/python -m mismatch.report.documents
	@du -sh results/reference

documents: $(STAMP)  ## README, findings and others again, with the numbers of results/reference
	$(BIN)/python -m mismatch.report.documents

docs: $(TOOLS) documents  ## the documents as a site in site/; a broken link is an error
	$(BIN)/python -m sphinx -q -W --keep-going -b html -c docs . site
	@cp site/README.html site/index.html

lock:  ## renew both locks from pyproject.toml (needs uv)
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev --all-extras -c requirements.lock -o requirements-dev.lock

clean:  ## remove the environment and caches; results stay
	rm -rf $(VENV) site .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov
	find src tests experiments -name __pycache__ -prune -exec rm -rf {} +
