#!/usr/bin/env bash
# Makes a backup of the database and the embedded stream while everything runs, and prints where it is. docs/backup.md
#
#   deploy/backup.sh [--to DIR] [--keep N] [--upload s3://BUCKET/backups/]
#
# --to: the folder, /var/lib/millrace/backups if not given. --keep: so many stay there, the newest; 7 if not given.
# Keys are not in it: keep /etc/millrace/credentials apart. Without systemd: MANAGE='.venv/bin/python manage.py' deploy/backup.sh
set -euo pipefail
umask 077
to=${VAR_DIR:-/var/lib/millrace}/backups keep=7 upload=''
die() { echo "backup.sh: $1" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --to) to=$(realpath -m "${2:?--to needs a folder}"); shift 2 ;;
        --keep) keep=${2:-}; shift 2 || die "--keep needs a number" ;;
        --upload) upload=${2:-}; shift 2 || die "--upload needs an address" ;;
        --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        *) die "there is no option $1; see --help" ;;
    esac
done
[[ $keep =~ ^[1-9][0-9]*$ ]] || die "--keep is a number from 1"
[[ -z $upload || $upload =~ ^s3://[a-z0-9.-]+/.*$ ]] || die "--upload is an address such as s3://BUCKET/backups/"
cd "$(dirname "$0")/.."
read -ra manage <<< "${MANAGE:-deploy/manage}"

archive=$("${manage[@]}" backup "$to")
[ -z "$upload" ] || .venv/bin/python deploy/upload.py "$archive" "$upload"
# Names hold the time, so that their order is that of age.
find "$to" -maxdepth 1 -name 'millrace-*.tar.gz' | sort -r | tail -n +$((keep + 1)) | xargs -r rm --
echo "$archive"
