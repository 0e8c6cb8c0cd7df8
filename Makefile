# Two commands do everything: make compare, make test. Both set up .venv here and reuse it.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: compare test lint setup clean

compare: $(READY)
	$(BIN)/python cli.py compare

# One thread each: the tests' networks are too small to share among threads.
test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

# mypy and import-linter look at the built wheel: it is what ships, and they can follow it.
lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist . > /dev/null
	$(BIN)/python tests/check_wheel.py dist/*.whl
	$(BIN)/python -m pip install --quiet --no-deps --target build/check dist/*.whl
	cp pyproject.toml build/check/
	cd build/check && MYPYPATH=. ../../$(BIN)/mypy -p worthit
	cd build/check && PYTHONPATH=. ../../$(BIN)/lint-imports --config pyproject.toml

setup: $(READY)

# The mark is set last, so that a set-up that was interrupted is taken up again.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
	  { echo "error: $(PYTHON) is older than Python 3.11; run make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[all]"
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps hazm==0.10.0
	touch $(READY)

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
