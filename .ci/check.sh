#!/usr/bin/env bash
# The checks that read the code without running it. All of them run, so that one look shows everything.
set -uo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
failed=0

check() {
    echo "== $1"
    shift
    "$@" || failed=1
}

check "ruff check" "$python" -m ruff check .
check "ruff format --check" "$python" -m ruff format --check .
check "mypy --strict" "$python" -m mypy --strict bot dialogs knowledge
check "mypy of what the suite does not run" "$python" -m mypy tests/soak tests/bench/*.py
check "import-linter" "$python" -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())'
exit $failed
