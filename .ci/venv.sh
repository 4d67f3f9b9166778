#!/usr/bin/env bash
# Sets up .venv with the pinned versions. Argument: runtime (what running needs) or dev (tests and checks too).
# Made again from nothing when its Python is gone, filled again when pyproject.toml or constraints.txt changed.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?runtime or dev}

find_python() {
    local name
    for name in python3 python3.11 python3.12 python3.13 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    if ! python=$(find_python); then
        echo "doorstep needs Python 3.11 or newer, and found none. On Debian 12 or newer:" >&2
        echo "    sudo apt-get install python3 python3-venv" >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$python cannot make virtual environments: its venv module is missing. On Debian:" >&2
        echo "    sudo apt-get install python3-venv" >&2
        exit 1
    fi
    echo "setting up .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
fi

case $what in
    runtime) target=. ;;
    dev) target='.[dev]' ;;
    *) echo "unknown: $what (runtime or dev)" >&2; exit 2 ;;
esac
echo "installing the $what packages, pinned by constraints.txt ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt -e "$target"

touch .venv/.runtime
if [ "$what" = dev ]; then touch .venv/.dev; fi
