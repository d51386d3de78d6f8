#!/bin/sh
# Installs a production of this checkout on Debian (12 or later) or Ubuntu (24.04 or later), or brings one to the checkout's version.
#
#   sudo deploy/install.sh --site rollout.example.com [--local-services] [--web 2] [--backup TARGET] [--no-start]
#
# --site HOST          the name that people use; needed the first time
# --local-services     PostgreSQL and Redis on this machine too; without it DATABASE_URL and REDIS_URL say where they are
# --web N              web processes, on the ports from 8000 (2 at first, then as many as there are)
#                      the proxy's list of them is yours to change
# --backup TARGET      a backup every night to this folder or s3://bucket/prefix (docs/backup.md)
# --no-start           install, but start nothing (for an image, or to look first)
#
# It may run again and again: settings and secrets that are there stay as they are. docs/production.md has what follows.
set -eu

ROOT=$(cd "$(dirname "$0")/.." && pwd)
SETTINGS=/etc/presence-rollout/environment
VAR=/var/lib/presence-rollout
NAME=presence-rollout
WANTS=/etc/systemd/system/$NAME.target.wants
DROP_IN=/etc/systemd/system/$NAME-backup.service.d
SITE='' LOCAL='' WEB='' BACKUP='' START=yes

say() { printf '· %s\n' "$*"; }
stop() { printf '✗ %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
        --site) [ $# -gt 1 ] || stop "--site needs a name."; SITE=$2; shift ;;
        --web) [ $# -gt 1 ] || stop "--web needs a number."; WEB=$2; shift ;;
        --backup) [ $# -gt 1 ] || stop "--backup needs a folder or s3://bucket/prefix."; BACKUP=$2; shift ;;
        --local-services) LOCAL=yes ;;
        --no-start) START='' ;;
        *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; [ "$1" = --help ] && exit 0; exit 2 ;;
    esac
    shift
done

[ "$(id -u)" = 0 ] || stop "Run it as root: sudo $0 …"
command -v apt-get >/dev/null || stop "This is for Debian and Ubuntu. docs/production.md says what it does, step by step."
command -v systemctl >/dev/null || stop "The units need systemd (apt-get install systemd)."
[ -n "$WEB" ] || WEB=$(ls -d $WANTS/$NAME-web@*.service 2>/dev/null | wc -l)
[ "$WEB" != 0 ] || WEB=2
case $WEB in *[!0-9]*) stop "--web is a number from 1." ;; esac
case $SITE in *[!A-Za-z0-9.-]*) stop "--site is a host name, without https://." ;; esac
case $BACKUP in
    *[!A-Za-z0-9._/:-]*) stop "--backup is a path or an address without blanks and special characters." ;;
    /home/* | /root/* | /tmp/* | /var/tmp/*) stop "--backup: the service sees nothing there. Take a folder as /var/backups/$NAME, or a disk of its own." ;;
    '' | /* | s3://*) ;;
    *) stop "--backup is an absolute path, or s3://bucket/prefix." ;;
esac
if [ ! -e $SETTINGS ]; then
    [ -n "$SITE" ] || stop "Say by which name people reach it: --site rollout.example.com"
    [ -n "$LOCAL" ] || [ -n "${DATABASE_URL:-}" ] || stop "Give DATABASE_URL and REDIS_URL, or --local-services."
fi
# The service's user reads the code and never writes it.
case $ROOT in /root/*|/home/*|/tmp/*) stop "Put the checkout where every user may read it: /opt/presence-rollout" ;; esac

# --- The system's packages ---
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >/dev/null
PACKAGES='python3 python3-venv python3-pip ca-certificates libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core postgresql-client'
[ -z "$LOCAL" ] || PACKAGES="$PACKAGES postgresql redis-server"
say "installing $PACKAGES"
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $PACKAGES >/dev/null
python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' ||
    stop "Python 3.11 to 3.14 is needed; this system has $(python3 --version)."

# --- Its user and its folders ---
id $NAME >/dev/null 2>&1 || useradd --system --home-dir $VAR --shell /usr/sbin/nologin --user-group $NAME
install -d -o $NAME -g $NAME -m 0750 $VAR
# The service reads here what it needs as a file (the certificate of the seal); the settings in it are root's alone.
install -d -o root -g $NAME -m 0750 /etc/$NAME

# --- The packages of the lock, by their hashes; the style sheet and the messages ---
say "installing the application's packages"
(
    cd "$ROOT"
    # What only some settings need is installed where they are set.
    for name in S3_BUCKET BACKUP_S3_ENDPOINT BACKUP_S3_REGION BACKUP_S3_ACCESS_KEY VAULT_KMS_URI SENTRY_DSN OTEL_EXPORTER_OTLP_ENDPOINT; do
        value=$(sed -n "s/^$name=//p" $SETTINGS 2>/dev/null | tr -d "\"'")
        [ -z "$value" ] || export "$name=$value"
    done
    # A bucket for backups needs them too, at Amazon's own address as well.
    if printf '%s' "$BACKUP" | cat - $DROP_IN/target.conf 2>/dev/null | grep -q s3://; then
        export BACKUP_S3_ENDPOINT="${BACKUP_S3_ENDPOINT:-https://s3.amazonaws.com}"
    fi
    # With these set it fetches no server of its own.
    DATABASE_URL=none REDIS_URL=none python3 presence_rollout/ops/bootstrap.py
    .venv/bin/python -m compileall -q -j 0 .venv/lib apps presence_rollout || true
    chmod -R go+rX .venv apps presence_rollout templates static locale
)

# --- PostgreSQL and Redis here ---
if [ -n "$LOCAL" ] && [ ! -e $SETTINGS ]; then
    PASSWORD=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')
    service postgresql start >/dev/null 2>&1 || pg_ctlcluster "$(ls /etc/postgresql | sort -n | tail -1)" main start || true
    (cd / && runuser -u postgres -- psql -q -v ON_ERROR_STOP=1) <<SQL
DO \$\$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rollout') THEN CREATE ROLE rollout LOGIN; END IF;
END \$\$;
ALTER ROLE rollout PASSWORD '$PASSWORD';
SELECT 'CREATE DATABASE rollout OWNER rollout' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'rollout') \gexec
SQL
    service redis-server start >/dev/null 2>&1 || true
    DATABASE_URL="postgresql://rollout:$PASSWORD@127.0.0.1/rollout"
    REDIS_URL=redis://127.0.0.1:6379/0
fi

# --- The settings, made once, for root alone: systemd reads them before it becomes the service's user ---
if [ ! -e $SETTINGS ]; then
    say "writing $SETTINGS"
    umask 077
    KEYSET=$(cd "$ROOT" && VAR_DIR=$VAR .venv/bin/python manage.py new_keyset)
    cat > $SETTINGS.new <<SETTINGS
# docs/configuration.md has every setting. Quoted as a shell quotes. Keep a copy of the two secrets apart from the database.
DEBUG=0
SECRET_KEY='$(python3 -c 'import secrets; print(secrets.token_urlsafe(64))')'
VAULT_KEYSET='$KEYSET'
DATABASE_URL='$DATABASE_URL'
REDIS_URL='${REDIS_URL:-redis://127.0.0.1:6379/0}'
VAR_DIR=$VAR
SITE_URL=https://$SITE
ALLOWED_HOSTS=$SITE
BEHIND_PROXY=1
EMAIL_HOST='${EMAIL_HOST:-}'
DEFAULT_FROM_EMAIL='Presence Rollout <rollout@$SITE>'
SETTINGS
    mv $SETTINGS.new $SETTINGS
    umask 022
fi

# --- What an operator types: rollout doctor ---
cat > /usr/local/sbin/rollout <<COMMAND
#!/bin/sh
# manage.py with the settings of the installation, as its user: rollout doctor, rollout setup, rollout prepare …
set -eu
[ "\$(id -u)" = 0 ] || exec sudo "\$0" "\$@"
set -a
. $SETTINGS
set +a
# Where it was called, so that a path means what it says there.
exec runuser -u $NAME -- $ROOT/.venv/bin/python $ROOT/manage.py "\$@"
COMMAND
chmod 0755 /usr/local/sbin/rollout

say "preparing the database and the static files"
/usr/local/sbin/rollout prepare -v 0

# --- What runs ---
QUEUES=$(cd "$ROOT" && .venv/bin/python -c 'from presence_rollout.work import QUEUES; print(*(queue.name for queue in QUEUES))')
for unit in "$ROOT"/deploy/systemd/*; do
    sed "s#/opt/presence-rollout#$ROOT#g" "$unit" > "/etc/systemd/system/$(basename "$unit")"
done
UNITS="$NAME.target $NAME-beat.service"
for queue in $QUEUES; do UNITS="$UNITS $NAME-worker@$queue.service"; done
port=8000
while [ $port -lt $((8000 + WEB)) ]; do UNITS="$UNITS $NAME-web@$port.service"; port=$((port + 1)); done
# Enabled without a running systemd too, in an image.
# shellcheck disable=SC2086
systemctl enable -q $UNITS
# A port or a queue that is no more. What an operator added to the target stays.
for unit in "$WANTS/$NAME-web@"*.service "$WANTS/$NAME-worker@"*.service; do
    [ -L "$unit" ] || continue
    case " $UNITS " in
        *" $(basename "$unit") "*) ;;
        *) systemctl disable -q ${START:+--now} "$(basename "$unit")" ;;
    esac
done

# --- Backups: where to, and the timer ---
if [ -n "$BACKUP" ]; then
    install -d -m 0755 $DROP_IN
    {
        printf '[Service]\nEnvironment=BACKUP_TARGET=%s\n' "$BACKUP"
        case $BACKUP in
            /*)
                [ -d "$BACKUP" ] || install -d -o $NAME -g $NAME -m 0700 "$BACKUP"
                runuser -u $NAME -- test -w "$BACKUP" || stop "$NAME may not write to $BACKUP: chown it, then run this again."
                printf 'ReadWritePaths=%s\n' "$BACKUP"
                ;;
        esac
    } > $DROP_IN/target.conf
    systemctl enable -q $NAME-backup.timer
fi

# Whether the web process on a port serves pages within a minute; and whether a worker answers for each queue.
within_a_minute() {
    tries=30
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 2
    done
}
ready() {
    python3 -c "import urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:$1/health/ready', timeout=5)"
}

if [ -n "$START" ]; then
    systemctl daemon-reload
    [ -z "$BACKUP" ] || systemctl start $NAME-backup.timer
    # A unit that was there is started anew, for the new code: first what works behind the pages (a worker finishes what it is
    # at), then the web processes one after the other, so that another one always answers.
    WEBS='' OTHERS=''
    for unit in $UNITS; do
        case $unit in
            "$NAME.target") ;;
            *-web@*) WEBS="$WEBS $unit" ;;
            *) OTHERS="$OTHERS $unit" ;;
        esac
    done
    say "starting workers and beat"
    # shellcheck disable=SC2086
    systemctl restart $OTHERS
    for unit in $WEBS; do
        port=${unit##*@}
        port=${port%.service}
        say "starting the web process on port $port"
        systemctl restart "$unit"
        within_a_minute ready "$port" ||
            stop "Port $port does not answer /health/ready; those after it are as they were. journalctl -u $unit says why."
    done
    systemctl start $NAME.target
    say "asking every part how it is"
    within_a_minute rollout doctor --only workers || true
    rollout doctor || true
fi

cat <<NEXT

Installed. What is left to you:
  1. $SETTINGS: EMAIL_HOST and what docs/configuration.md has besides; then systemctl restart $NAME.target
  2. the first manager, who invites the others:   sudo rollout setup
  3. the proxy, which ends HTTPS:                 $ROOT/deploy/Caddyfile or $ROOT/deploy/nginx.conf,
     with the web processes behind it:           $(port=8000; while [ $port -lt $((8000 + WEB)) ]; do printf '127.0.0.1:%s ' $port; port=$((port + 1)); done)
  4. a backup every night, if there is none yet:  sudo $ROOT/deploy/install.sh --backup TARGET   ($ROOT/docs/backup.md)
  5. whether all is well, now and at any time:    sudo rollout doctor
NEXT
