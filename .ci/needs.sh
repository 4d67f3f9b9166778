#!/usr/bin/env bash
# Brings what the tests need besides Python packages: a PostgreSQL server, Chromium with its driver, a Chinese font.
# Takes what the machine has, else asks apt (as root, or through sudo without a password); what cannot be had ends
# here with the remedy, because a test that is skipped proves nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

have_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable
}

have_cjk_font() {
    if command -v fc-list >/dev/null; then
        [ -n "$(fc-list :lang=zh-cn family)" ]
    else
        [ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname '*cjk*' -print -quit 2>/dev/null)" ]
    fi
}

have_driver() {    # Playwright's own Node; a bare Debian lacks one library of it
    .venv/bin/python -m playwright --version
}

have_postgres() {
    .venv/bin/python -m tests.servers
}

missing=()
have_chromium >/dev/null || missing+=(chromium)
have_cjk_font || missing+=(fonts-noto-cjk)
have_driver >/dev/null 2>&1 || missing+=(libatomic1)
have_postgres >/dev/null 2>&1 || missing+=(postgresql)
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
    echo "the tests need ${missing[*]}: installing ..."
    "${as_root[@]}" apt-get update -qq </dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" </dev/null >/dev/null
else
    echo "The tests need ${missing[*]}, and this account may not install them. Please run:" >&2
    echo "    sudo apt-get update && sudo apt-get install ${missing[*]}" >&2
    exit 1
fi

if ! { have_chromium && have_cjk_font && have_driver && have_postgres; } >/dev/null; then
    echo "apt installed ${missing[*]}, yet Chromium, its driver, a Chinese font or PostgreSQL is still not there." >&2
    exit 1
fi
