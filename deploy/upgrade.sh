#!/usr/bin/env bash
# Brings the running Millrace to another revision without dropping a request.
#
#   deploy/upgrade.sh             to what the checkout holds now, after a git pull
#   deploy/upgrade.sh REVISION    to that tag, branch or commit
#   deploy/upgrade.sh --back      to the revision before the last upgrade
#
# The way back needs no other database: the code of one release runs on the tables of the next (docs/deploy.md has the rule).
# Where there is no systemd (deploy/onebox.ini), give what runs manage.py there: MANAGE='.venv/bin/python manage.py' deploy/upgrade.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export RUNTIME_DIRECTORY=${RUNTIME_DIRECTORY:-/run/millrace}
notes=${VAR_DIR:-/etc/millrace}  # not where the user millrace writes: by a link it could have root write elsewhere
read -ra manage <<< "${MANAGE:-deploy/manage}"
# Nor does root write in that user's folders.
as_millrace=(setpriv --reuid=millrace --regid=millrace --init-groups)
[ -z "${MANAGE:-}" ] || as_millrace=()

die() { echo "upgrade.sh: $1" >&2; exit 2; }
case ${1:-} in
    --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    --back) to=$(cat "$notes/revision.before" 2> /dev/null) || die "there was no upgrade before; nothing was changed" ;;
    -*) die "there is no option $1; see --help" ;;
    *) to=${1:-HEAD} ;;
esac
to=$(git rev-parse --verify --quiet "$to^{commit}") || die "git knows no revision $1; nothing was changed"
[ -z "$(git status --porcelain --untracked-files=no)" ] || die "the checkout has changes of its own: git status; nothing was changed"

before=$(cat "$notes/revision" 2> /dev/null || git rev-parse HEAD)
echo "From $(git rev-parse --short "$before") to $(git rev-parse --short "$to")"
[ "$(git rev-parse HEAD)" = "$to" ] || git checkout --quiet "$to"
make --silent .venv/bin/.installed assets
"${manage[@]}" migrate --verbosity 0
"${manage[@]}" collectstatic --no-input --verbosity 0
"${manage[@]}" check --fail-level ERROR

# The pools load the new code one worker at a time. All else starts anew: browsers reconnect, leases are handed over.
"${as_millrace[@]}" .venv/bin/python deploy/chain_reload.py web login ingest
if [ -n "${MANAGE:-}" ]; then
    pkill --parent "$(cat "$RUNTIME_DIRECTORY/onebox.pid")" --full 'uvicorn|manage.py (consume|endpoint|notify)'
else
    systemctl daemon-reload
    for unit in $(systemctl list-units --plain --no-legend 'millrace-consume@*' millrace-endpoint.service millrace-metrics.service millrace-notify.service millrace-sockets.service | cut -d ' ' -f 1); do
        systemctl restart "$unit"
    done
fi
[ "$before" = "$to" ] || echo "$before" > "$notes/revision.before"
echo "$to" > "$notes/revision"
if [ -z "${MANAGE:-}" ]; then
    host=$(.venv/bin/python -m login.environment /etc/millrace/millrace.env | sed -n "s/^export ALLOWED_HOSTS='\?\([^,']*\).*/\1/p") || host=''
    differ=$(deploy/install.sh --host "$host" --dry-run 2> /dev/null | sed -n 's/^+ write /  /p') || differ=''
    [ -z "$differ" ] || printf '%s\n' "These files are not as this revision has them; deploy/install.sh --host $host writes them:" "$differ"
fi
echo "Done."
