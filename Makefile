# Two commands: `make demo` and `make test`. Both set up .venv when it is missing or outdated.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint format settings lock clean

demo: .venv/.demo
	$(BIN)/snakemake --cores all
	@echo "Report of the demo: $(CURDIR)/results/pbmc68k/report.html"

test: .venv/.test lint
	$(BIN)/pytest

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

# Write the files that are generated from vaebio/settings.py.
settings: .venv/.demo
	$(BIN)/python -m vaebio.settings

# Write the exact versions of a fresh environment; the local build tag of torch is cut, so that the
# same line finds the build for every machine.
lock: .venv/.test
	$(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf results logs .snakemake report.zip

.venv/.demo: constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vaebio needs Python 3.11 or newer: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/.test: .venv/.demo
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@
