# Two commands: `make demo` and `make test`. Both set up .venv when it is missing or outdated.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint format settings lock

demo: .venv/.demo
	$(BIN)/snakemake --cores all
	@echo "Report of the demo: $(CURDIR)/results/pbmc68k/report.html"

# In as many processes as there are cores, at most four; what the tests train is tiny.
test: .venv/.test lint
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --maxprocesses 4 --dist loadgroup

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: .venv/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

# Write the files that are generated from vaebio/settings/.
settings: .venv/.demo
	$(BIN)/python -m vaebio.settings

# Write the exact versions of the newest releases that fit, from an environment of their own. The
# build tag of torch is cut, so that the same line finds the build for every machine; torch itself
# keeps its version, since an open range may fetch gigabytes for devices that are not there.
lock:
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/pip install --quiet "$$(grep ^torch== constraints.txt)" -e '.[test]'
	.venv/lock/bin/pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt
	rm -rf .venv/lock

.venv/.demo: constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vaebio needs Python 3.11 or newer: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/.test: .venv/.demo
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@
