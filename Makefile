# Every target sets up .venv from the pinned constraints by itself and then does its job.
# Words for the program or for pytest go into ARGS: make test ARGS="tests/flow -n 0"

PYTHON := .venv/bin/python
ARGS ?=

.PHONY: help run chat test bench soak check clean

help:
	@echo "make run     the web chat on this machine, with the sample city (and Telegram, given a token)"
	@echo "make chat    talk to it in the terminal"
	@echo "make test    the whole suite; brings PostgreSQL and Chromium itself"
	@echo "make check   ruff, mypy, import rules"
	@echo "make bench   the tables        make soak    the long figures"
	@echo "make clean   remove .venv and the caches"

.venv/.runtime: pyproject.toml constraints.txt .ci/venv.sh
	@bash .ci/venv.sh runtime

.venv/.dev: pyproject.toml constraints.txt .ci/venv.sh
	@bash .ci/venv.sh dev

run: .venv/.runtime
	$(PYTHON) -m bot run $(ARGS)

chat: .venv/.runtime
	@$(PYTHON) -m bot chat $(ARGS)

test: .venv/.dev
	@bash .ci/needs.sh
	$(PYTHON) -m pytest $(ARGS)

bench: .venv/.dev
	@bash .ci/needs.sh
	$(PYTHON) -m tests.bench $(ARGS)

soak: .venv/.dev
	@bash .ci/needs.sh
	$(PYTHON) -m tests.soak $(ARGS)

check: .venv/.dev
	@bash .ci/check.sh

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build doorstep.egg-info
