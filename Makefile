# One command sets everything up and does what it says; `make help` lists them.
# Needs only make, a POSIX shell and Python 3.11 or newer. Everything lives in .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV   ?= .venv
PY     := $(VENV)/bin/python
READY  := $(VENV)/.ready
ARGS   ?=
# Two workers; the tests of one file stay together so that they can share a kernel.
PYTEST ?= -n 2 --dist loadfile

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
test: lint types arrows tests  ## set up, and check everything: style, types, architecture, tests

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
tests: $(READY)  ## run the tests alone; make tests ARGS="-k journal" picks some
	$(PY) -m pytest $(PYTEST) -m "not torture" $(ARGS)

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
	rm -rf $(VENV) .venv-lowest build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis \
	    .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@$(if $(ANEW),python=$$(sh tools/find-python) && \
	    echo "Setting up $(VENV) with $$python; this takes a minute or two." && \
	    "$$python" -m venv --clear $(VENV),rm -f $@)
	$(PY) -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	$(PY) -m babyagi_nb enable --prefix
	@echo "$(CURDIR)" > $@
