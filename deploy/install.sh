#!/usr/bin/env bash
# Installs Millrace on a Debian or Ubuntu machine that serves nothing else, or brings such an installation up to date with
# the files of this checkout. Run it as often as you like: it changes only what differs, and says each thing it does.
#
#   deploy/install.sh --host streams.example.org [--dry-run] [--root DIR]
#
# --dry-run says what it would do. --root puts the files below DIR and leaves the system itself alone (packages, people,
# services): to look at them first, or to build an image.
set -euo pipefail
host='' dry='' root=''
applications=(trades orders probes quotes)  # each with a stream and a worker
home=$(cd "$(dirname "$0")/.." && pwd)

die() { echo "install.sh: $1" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --host) host=${2:-}; shift 2 || die "--host needs a name" ;;
        --root) root=${2:-}; shift 2 || die "--root needs a folder" ;;
        --dry-run) dry=yes; shift ;;
        --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        *) die "there is no option $1; see --help" ;;
    esac
done
[[ $host =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] || die "name the host that people will use: --host streams.example.org"
if [ -z "$root" ] && [ -z "$dry" ]; then
    [ "$(id -u)" = 0 ] || die "run it as root: sudo deploy/install.sh --host $host"
    [ "$home" = /opt/millrace ] || die "the checkout must lie in /opt/millrace; it lies in $home"
    command -v apt-get > /dev/null || die "this is no Debian or Ubuntu; docs/deploy.md says what to do by hand"
fi
etc=$root/etc/millrace

run() { echo "+ $*"; [ -n "$dry" ] || "$@"; }
on_system() { if [ -n "$root" ]; then echo "- left out with --root: $*"; else run "$@"; fi; }
folder() { [ -d "$2" ] || run install -d -m "$1" "$2"; }

# put MODE FILE: what comes on standard input, if FILE holds something else. What was there before us is kept once.
changed=() stale=''
put() {
    local new; new=$(mktemp); cat > "$new"
    if ! cmp -s "$new" "$2"; then
        changed+=("$2")
        [ ! -e "$2" ] || grep -qi millrace "$2" || run cp -n "$2" "$2.before-millrace"
        folder 755 "$(dirname "$2")"
        echo "+ write $2"
        [ -n "$dry" ] || install -m "$1" "$new" "$2"
    fi
    rm "$new"
}
# secret FILE COMMAND…: made once, never changed here.
secret() { [ -e "$etc/credentials/$1" ] || { echo "+ make $etc/credentials/$1"; [ -n "$dry" ] || (umask 077; "${@:2}" > "$etc/credentials/$1"); }; }
random() { head -c "$1" /dev/urandom | base64 -w 0; }
key_ring() { echo "k1:$(random 32)"; }

on_system apt-get install --yes --no-install-recommends nginx-light python3 python3-venv python3-dev gcc make openssl
if [ -z "$root" ]; then
    id millrace > /dev/null 2>&1 || run useradd --system --home-dir /var/lib/millrace --shell /usr/sbin/nologin millrace
    # nginx reads the static files and speaks to the sockets.
    id -nG www-data | grep -qw millrace || run usermod --append --groups millrace www-data
fi

folder 755 "$etc"; folder 700 "$etc/credentials"; folder 755 "$etc/nginx"; folder 700 "$etc/tls"
folder 755 "$root/var/www/acme"; folder 750 "$root/var/lib/millrace"
on_system chown millrace:millrace /var/lib/millrace
secret secret-key random 60
secret password-keys key_ring
secret field-keys key_ring
secret database-url echo sqlite:////var/lib/millrace/millrace.sqlite3
[ -e "$etc/millrace.env" ] || sed "s/streams\.example\.org/$host/g" "$home/deploy/millrace.env" | put 640 "$etc/millrace.env"
on_system chgrp millrace /etc/millrace/millrace.env
if [ ! -e "$etc/tls/fullchain.pem" ]; then
    echo "  A certificate that only proves itself, so that nginx starts; docs/deploy.md has the way to a real one."
    run openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$host" \
        -addext "subjectAltName=DNS:$host" -keyout "$etc/tls/privkey.pem" -out "$etc/tls/fullchain.pem"
fi

for part in "$home"/deploy/nginx/*.conf; do put 644 "$etc/nginx/$(basename "$part")" < "$part"; done
sed "s/streams\.example\.org/$host/g" "$home/deploy/nginx.conf" | put 644 "$root/etc/nginx/nginx.conf"
while read -r unit; do
    put 644 "$root/etc/systemd/system/$unit" < "$home/deploy/systemd/$unit"
done < <(cd "$home/deploy/systemd" && find . -type f -printf '%P\n' | sort)

# The first upgrade's way back.
[ -e "$etc/revision" ] || ! revision=$(git -C "$home" rev-parse HEAD 2> /dev/null) || put 644 "$etc/revision" <<< "$revision"

on_system make --directory "$home" .venv/bin/.installed assets
on_system "$home/deploy/manage" migrate --verbosity 1
on_system "$home/deploy/manage" collectstatic --no-input --verbosity 0
on_system "$home/deploy/manage" check --deploy --fail-level WARNING
for stream in "${applications[@]}"; do on_system "$home/deploy/manage" streams create "$stream" --if-absent; done
on_system nginx -t -q
[[ -n $root$dry || ${changed[*]-} != */system/millrace-* ]] || ! systemctl is-active --quiet millrace.target || stale=yes
on_system systemctl daemon-reload
on_system systemctl enable --now --quiet millrace.target millrace-{web,login,ingest,endpoint,sockets,notify,metrics}.service "${applications[@]/#/millrace-consume@}" millrace-janitor.timer
on_system systemctl enable --quiet nginx
on_system systemctl reload-or-restart nginx

[ ${#changed[@]} -gt 0 ] || echo "Every file was as it should be."
[ -z "$stale" ] || echo "What runs goes on as before until, at the price of a few seconds: systemctl restart 'millrace-*'"
echo "Next: $home/deploy/manage first_user --at https://$host"
