# One word a task. A virtual environment is made in .venv; PYTHON chooses the interpreter.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test slow check format conform schedules bench bench-complete bench-explore clean

# Install, explore the race of the patch that introduced the ITS device, and show it.
demo: $(VENV)/.installed
	@$(BIN)/aiovgic explore addr-vs-init --revision its-v7 || test $$? -eq 1

# Install what tests need, and run them.
test: $(VENV)/.installed-test
	$(BIN)/pytest -n auto $(PYTEST_OPTIONS)

# The tests that take minutes.
slow: $(VENV)/.installed-test
	$(BIN)/pytest -m slow -n auto

# Format, lint, types, floors.
check: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Put the code into its format.
format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Play the shipped recordings of both kernels, on both engines.
conform: $(VENV)/.installed
	$(BIN)/aiovgic conform
	$(BIN)/aiovgic conform --revision v6.1
	$(BIN)/aiovgic conform --live
	$(BIN)/aiovgic conform --revision v6.1 --live

# Compare what every scenario and bug does, step by step, with the digests in tests/data/schedules.txt.
schedules: $(VENV)/.installed-test
	$(BIN)/python -m devtools.schedules

# How fast recordings are played, against the model without an engine; then how long the command line takes to start.
bench: $(VENV)/.installed
	$(BIN)/python benchmarks/conform.py
	$(BIN)/python benchmarks/start_up.py

# What a complete search of each shipped scenario costs, beside an earlier commit; minutes.
bench-complete: $(VENV)/.installed
	$(BIN)/python benchmarks/complete.py

# How fast the explorer is and how soon it finds bugs, against frontrun and detangle in an environment of their own; then
# how soon each strategy finds the bugs of the literature, which takes hours on few processors (PUBLISHED="--seeds 3" is shorter).
bench-explore: $(VENV)/.installed $(VENV)-bench/.installed
	$(BIN)/python benchmarks/explore.py --peers $(VENV)-bench/bin/python
	$(BIN)/python benchmarks/published.py $(PUBLISHED)

clean:
	rm -rf $(VENV) $(VENV)-bench .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "aiovgic needs Python 3.11 or newer; $$($(PYTHON) --version) is too old. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)-bench/.installed: $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/pip install --quiet --disable-pip-version-check frontrun detangle
	@touch $@
