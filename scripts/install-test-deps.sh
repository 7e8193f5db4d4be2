#!/usr/bin/env bash
# Installs what the tests need from Debian, and nothing that is already there.
# Rust itself is not installed: bring cargo with clippy and rustfmt.
set -euo pipefail

# A program that must be found, and the packages that bring it.
NEEDS=(
    "cc gcc libc6-dev"        # SQLite and ring are compiled from C
    "systemd-analyze systemd" # checks the unit file
    "python3 python3"         # reads letters back over IMAP; an example collector is written in it
    "postfix postfix"         # a real mail server, and
    "dovecot dovecot-imapd"   # a real mailbox
    "/usr/lib/dovecot/lmtp dovecot-lmtpd" # its door, which keeps quotas
    "chromium chromium fonts-noto-cjk"     # a real browser for the pages, with letters to show,
    "chromedriver chromium-driver"         # and what drives it
    "npm npm"                              # brings the accessibility checker
)

missing=()
PATH="$PATH:/usr/sbin:/sbin"
for need in "${NEEDS[@]}"; do
    read -r -a words <<<"$need"
    if ! command -v "${words[0]}" >/dev/null; then
        missing+=("${words[@]:1}")
    fi
done
# The accessibility checker that the browser test runs in each page.
checker() {
    cd "$(dirname "${BASH_SOURCE[0]}")/../tests/browser"
    [ -f node_modules/axe-core/axe.min.js ] || npm install --no-package-lock --no-audit --no-fund --silent
}

if [ "${#missing[@]}" -eq 0 ]; then
    checker
    echo "nothing more to install"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "as root, run: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
checker
