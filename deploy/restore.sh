#!/usr/bin/env bash
# Restores a backup into an empty place, and starts everything on it. docs/backup.md
#
#   deploy/restore.sh ARCHIVE [--only database|stream] [--unauthenticated]
#
# An archive that nothing proves to be ours (HMAC under FIELD_KEYS), as those of before there were such proofs, is taken only with
# --unauthenticated.
# What is there already is never overwritten: move it away first (a stopped SQLite database: the file and its -wal and -shm),
# or name an empty one. Without systemd, stop everything, then: MANAGE='.venv/bin/python manage.py' deploy/restore.sh ARCHIVE
set -euo pipefail
die() { echo "restore.sh: $1" >&2; exit 2; }
case ${1:-} in
    --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    '' | -*) die "name the archive; see --help" ;;
esac
archive=$(realpath "$1"); shift
[ -r "$archive" ] || die "there is no $archive that can be read"
cd "$(dirname "$0")/.."
read -ra manage <<< "${MANAGE:-deploy/manage}"

[ -n "${MANAGE:-}" ] || systemctl stop 'millrace-*'
"${manage[@]}" restore "$archive" "$@"
[ -n "${MANAGE:-}" ] || systemctl start millrace.target
