# `make run` sets up and opens the assistant; `make test` sets up and runs what CI runs.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check lint unit soak bench eval docs site setup wheel embedder package deb smoke \
	release clean

# What the program loads of each language is made of its catalog.
CATALOGS := $(patsubst %.po,%.mo,$(wildcard assistant/language/locales/*/LC_MESSAGES/*.po))

%.mo: %.po $(READY)
	@$(BIN)/python packaging/language/catalogs.py compile && touch $@

run: $(READY) $(CATALOGS)
	@$(BIN)/assistant

test: $(READY) $(CATALOGS) check

# Everything that has to hold before a change lands.
check: lint unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# In two runs: the first loads llama.cpp, ONNX, PDFium and Chroma, the second none of them. Three
# processes: tests wait for others as often as they compute.
PYTEST := $(BIN)/pytest -m "not slow" -n 3 --max-worker-restart 0
NATIVE := tests/engine tests/library tests/contracts tests/test_regular_expressions.py

unit: $(READY)
	$(PYTEST) --dist loadfile $(NATIVE)
	$(PYTEST) --dist worksteal $(NATIVE:%=--ignore %)

# The slowest tests: kill -9 in long rows, big databases, and a soak whose figures are printed;
# ASSISTANT_SOAK_MINUTES=120 has it take two hours.
soak: $(READY)
	$(BIN)/pytest -m slow --timeout 3600 -s

# Retrieval and citations on questions with known answers, where they are there (see
# benchmarks/eval.py and benchmarks/citations.py: the first run has the starter model write).
eval: $(READY)
	@status=0; for part in eval citations; do \
		$(BIN)/python -m benchmarks.$$part || status=1; \
	done; exit $$status

bench: $(READY)
	$(BIN)/python -m benchmarks

# The parts of the documents that are made from the code.
docs: $(READY)
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.picture

# The documents as a site, in dist/site; MkDocs is fetched the first time, into a folder of its own.
SITE := build/site

site: $(SITE)/bin/mkdocs
	$(SITE)/bin/mkdocs build --quiet --strict --clean
	@echo "dist/site/index.html"

$(SITE)/bin/mkdocs:
	python3 -m venv $(SITE)
	$(SITE)/bin/python -m pip install --quiet 'mkdocs>=1.6,<2'

wheel: $(READY)
	sh packaging/wheel/build.sh

# The embedder for ONNX Runtime; packaging/embedder/build.sh makes others, too.
embedder: $(READY)
	sh packaging/embedder/build.sh

# One file to run, in dist/: a folder, its archive and a file that unpacks itself. The first time
# llama.cpp is compiled for all processors: an hour.
package: $(READY)
	sh packaging/pyinstaller/build.sh

deb: package
	sh packaging/deb/build.sh

# Tries what is in dist/ in a bare Debian; needs root.
smoke: $(READY)
	for artefact in dist/assistant dist/assistant-*.run dist/assistant_*.deb; do \
		$(BIN)/python packaging/smoke.py $$artefact || exit 1; done

# Everything a release consists of, tried, with checksums.
release: $(READY)
	sh packaging/release/build.sh

setup: $(READY)

$(READY): pyproject.toml constraints.txt packaging/source/setup.sh $(wildcard packaging/embedder/*)
	@sh packaging/source/setup.sh $(VENV)

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
