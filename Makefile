# `make run` sets up and opens the assistant; `make test` sets up and runs what CI runs.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check lint unit soak bench eval docs setup wheel clean

run: $(READY)
	@$(BIN)/assistant

test: $(READY) check

# Everything that has to hold before a change lands.
check: lint unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

unit: $(READY)
	$(BIN)/pytest -m "not slow"

# The slowest tests: kill -9 in long rows, big databases.
soak: $(READY)
	$(BIN)/pytest -m slow --timeout 3600

# Retrieval on questions with known answers, where they are there (see benchmarks/eval.py).
eval: $(READY)
	$(BIN)/python -m benchmarks.eval

bench: $(READY)
	$(BIN)/python -m benchmarks

# The parts of the documents that are made from the code.
docs: $(READY)
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.picture

wheel: $(READY)
	$(BIN)/python -m build

setup: $(READY)

$(READY): pyproject.toml constraints.txt packaging/source/setup.sh
	@sh packaging/source/setup.sh $(VENV)

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
