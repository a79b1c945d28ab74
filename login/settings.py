"""Every setting of Millrace, flat, each from the environment with a default that runs after a clone.

Each variable NAME may also be given as NAME_FILE, a path to a file that holds the value (systemd credentials,
container secrets). All are listed in .env.sample. Unsafe combinations are refused by login/checks/.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured

from login import content_policy, databases, environment, private
from login.layers import MIDDLEWARE as MIDDLEWARE  # it is a setting
from login.typed import Env
from monitoring import logs

BASE_DIR = Path(__file__).resolve().parent.parent
environment.load(BASE_DIR / ".env", os.environ)
env = Env()
# Files that this machine makes: databases, keys, static files.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

private.begin()

# --- The site and its addresses

DEBUG = env.bool("DEBUG", default=True)
private.folder(VAR_DIR, close=DEBUG)  # on a server, the installation opens it to nginx's group
SECRET_KEY = env.str("SECRET_KEY", default="") or (
    private.secret(VAR_DIR / "secret-key", secrets.token_urlsafe(48)) if DEBUG else ""
)
if not SECRET_KEY:
    raise ImproperlyConfigured("With DEBUG off, set SECRET_KEY (or SECRET_KEY_FILE) to 50 or more random characters.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # former keys, while sessions made under them last
# Rings of keys, `id:base64key …`, the current one first. Their uses: accounts/keyrings.py.
PASSWORD_KEYS = env.str("PASSWORD_KEYS", default="") or (private.ring(VAR_DIR / "password-keys") if DEBUG else "")
FIELD_KEYS = env.str("FIELD_KEYS", default="") or (private.ring(VAR_DIR / "field-keys") if DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORT = env.int("PORT", default=8000)  # of the site that `make run` starts, on this machine only
if PORT not in range(1, 65536):
    raise ImproperlyConfigured(f"PORT is {PORT}; set it to a number from 1 to 65535.")
# Base of links in mails and invitations: never the host or port that a client names.
_HERE = f"http://localhost:{PORT}" if DEBUG else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
SITE_URL = (env.str("SITE_URL", default="") or _HERE).rstrip("/")
if not SITE_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}: write it as https://streams.example.org.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "channels",
    "accounts",  # before allauth: its templates come first
    "allauth.account",
    "allauth.mfa",
    "streams",
    "dashboard",
    "applications.market",
    "applications.orders",
    "applications.fleet",
    "applications.probes",
    "applications.quotes",
    "sql",
    "alarms",
    "archive",
    "ingest",
    "monitoring",
    "login",  # the page frame: templates/base.html
    "django.contrib.staticfiles",
]

ROOT_URLCONF = "login.urls"
ASGI_APPLICATION = "login.asgi.application"
WSGI_APPLICATION = "login.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Databases and streams

CONN_MAX_AGE = env.int("CONN_MAX_AGE", default=60)  # seconds that a web process keeps a connection
DATABASES = {
    "default": databases.read(
        env.str("DATABASE_URL", default="") or f"sqlite:///{quote(str(VAR_DIR / 'millrace.sqlite3'))}", CONN_MAX_AGE
    )
}
if DATABASES["default"]["ENGINE"] == databases.SQLITE:
    private.shut(Path(DATABASES["default"]["NAME"]))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# embedded:PATH of an SQLite file (?limits=kinesis&faults=throttle:0.05&seed=7), or kinesis://REGION?endpoint_url=URL
STREAM_URL = env.str("STREAM_URL", default="") or f"embedded:{VAR_DIR / 'streams.sqlite3'}"
private.shut(VAR_DIR / "streams.sqlite3")

# --- The archive: manage.py consume archive --stream NAME

ARCHIVE_URL = env.str("ARCHIVE_URL", default="") or f"file:{VAR_DIR / 'archive'}"  # or s3://BUCKET/PREFIX?region=R
ARCHIVE_RECORDS = env.whole("ARCHIVE_RECORDS", 200_000, 1, 2_000_000)  # of a shard in a file, held in memory till then
ARCHIVE_BYTES = env.whole("ARCHIVE_BYTES", 64 << 20, 1, 1 << 30)  # of their data
ARCHIVE_AGE = env.whole("ARCHIVE_AGE", 60, 0, 86_400)  # seconds after which a file is written all the same
ARCHIVE_NDJSON = env.bool("ARCHIVE_NDJSON", default=False)  # write the records as lines of JSON too
ARCHIVE_GRACE = env.whole("ARCHIVE_GRACE", 24, 0, 8_760)  # hours that a table of Iceberg may name a removed file
ARCHIVE_RAW = env.bool("ARCHIVE_RAW", default=False)  # keep the text of each record beside its columns
TABLES_UPLOAD = env.whole("TABLES_UPLOAD", 64 << 20, 1, 1 << 40)  # bytes of a file that comes in by the page
TABLES_STDIN = env.whole("TABLES_STDIN", 4 << 30, 1, 1 << 40)  # bytes that `tables import NAME -` takes
TABLES_S3 = env.list("TABLES_S3", default=[])  # s3://BUCKET/PREFIX, below which the page may read
# Tables of Iceberg over these files (requirements-iceberg.txt): sqlite:///PATH, postgresql://…, glue://R, s3tables:ARN
ICEBERG_CATALOG = env.str("ICEBERG_CATALOG", default="") or f"sqlite:///{VAR_DIR / 'iceberg.sqlite3'}"
ICEBERG_WAREHOUSE = env.str("ICEBERG_WAREHOUSE", default="") or (  # their metadata; an archive in S3 has to name it
    f"file://{VAR_DIR / 'iceberg'}" if ARCHIVE_URL.startswith("file:") else ""
)
ICEBERG_NAMESPACE = env.str("ICEBERG_NAMESPACE", default="millrace")

# --- Doors in: docs/http-in.md, and the Kinesis API

ENDPOINT_PORT = env.whole("ENDPOINT_PORT", 4567, 1, 65_535)  # of `manage.py endpoint`, on this machine
ENDPOINT_URL = (env.str("ENDPOINT_URL", default="") or f"http://localhost:{ENDPOINT_PORT}").rstrip("/")
ENDPOINT_UNPACK = env.bool("ENDPOINT_UNPACK", default=True)  # aggregates of KPL become the records that they hold
INGEST_MAX_BYTES = env.whole("INGEST_MAX_BYTES", 10 << 20, 1, 1 << 40)  # of a body by HTTP, unpacked
INGEST_RATE = env.whole("INGEST_RATE", 0, 0, 10**9)  # records a second of a token, in each process; 0: not limited
ENDPOINT_REGION = env.str("ENDPOINT_REGION", default="us-east-1")  # that clients sign with

# --- How long rows are kept, in days, 0 for ever: manage.py janitor

RETENTION_RATES = env.int("RETENTION_RATES", default=14)  # counts of records for each second
RETENTION_STEPS = env.int("RETENTION_STEPS", default=400)  # sums over 5 minutes to a day of rates and of boards' data
RETENTION_ARCHIVE = env.int("RETENTION_ARCHIVE", default=0)  # files of the archive, by arrival
RETENTION_RESULTS = env.int("RETENTION_RESULTS", default=400)  # results of minutes: a year, and the same month before
RETENTION_SQL = env.int("RETENTION_SQL", default=400)  # rows and faults of SQL applications, by row time
RETENTION_ALARMS = env.int("RETENTION_ALARMS", default=400)
RETENTION_MESSAGES = env.int("RETENTION_MESSAGES", default=400)  # messages of alarms, with their attempts
RETENTION_ORDER_LINES = env.int("RETENTION_ORDER_LINES", default=30)  # by the arrival of the line
RETENTION_SITES = env.int("RETENTION_SITES", default=30)  # silent sites without a threshold of their own
RETENTION_DEAD_LETTERS = env.int("RETENTION_DEAD_LETTERS", default=400)  # neither replayed nor discarded
RETENTION_SETTLED_LETTERS = env.int("RETENTION_SETTLED_LETTERS", default=30)  # replayed or discarded
RETENTION_LEASES = env.int("RETENTION_LEASES", default=30)  # leases of shards that the stream has forgotten
RETENTION_AUDIT = env.int("RETENTION_AUDIT", default=400)
RETENTION_EVENTS = env.int("RETENTION_EVENTS", default=400)  # histories of accounts; the security log is kept elsewhere
RETENTION_CREDENTIALS = env.int("RETENTION_CREDENTIALS", default=90)  # expired, revoked or used tokens and invitations
ORDERS_LINES = env.bool("ORDERS_LINES", default=True)  # keeps each order line, about 0.4 kB: docs/order-lines.md
ORDERS_DYNAMODB_TABLE = env.str("ORDERS_DYNAMODB_TABLE", default="")  # the name of a table that takes them too
# Bounds for each shard: the sites that orders hold, and the tickers that trades count in a minute.
SITES_MOST, TICKERS_MOST = env.whole("SITES_MOST", 5_000, 1, 10**9), env.whole("TICKERS_MOST", 20_000, 1, 10**9)
# Bytes of an application's state that are written with each commit; the rest goes into segments beside the lease.
STATE_HEAD = env.whole("STATE_HEAD", 65_536, 0, 1 << 20)
for name, days in list(vars().items()):
    if name.startswith("RETENTION_") and days < 0:
        raise ImproperlyConfigured(f"{name} is {days}: set it to a number of days, or to 0 to keep for ever.")

# --- People and sessions

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["accounts.passwords.hashers.KeyedBCryptHasher", "accounts.passwords.hashers.UnkeyedBCryptHasher"]
PASSWORD_COST = env.int("PASSWORD_COST", default=12)  # bcrypt's; one more takes twice as long: manage.py bench_hash
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.validators.LengthValidator"},
    {"NAME": "accounts.passwords.validators.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.validators.ContextValidator"},
]
COMMON_PASSWORDS = BASE_DIR / "build" / "common-passwords"  # made by `make assets`
# "staff" or "all"; with DEBUG on also "none", so that a clone's first dashboard is a password away.
REQUIRE_SECOND_FACTOR = env.str("REQUIRE_SECOND_FACTOR", default="none" if DEBUG else "staff")
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "success"
LOGOUT_REDIRECT_URL = "sign-in"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # they lock the owner out; accounts/throttle does not
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False  # we set a session's end; a passkey is the better memory
PASSWORD_RESET_TIMEOUT = 3600  # seconds that a mailed link to set a new password works
MFA_ADAPTER = "accounts.factors.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]  # recovery codes are our own
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # users are identified by name, not by address
SESSION_ENGINE = "accounts.sessions.engine"
SESSION_IDLE = env.int("SESSION_IDLE", default=30 * 60)  # seconds; NIST SP 800-63B-4 allows up to 1 h
SESSION_ABSOLUTE = env.int("SESSION_ABSOLUTE", default=12 * 3600)  # seconds; NIST SP 800-63B-4 allows up to 24 h
SESSION_LIMIT = env.int("SESSION_LIMIT", default=10)  # of one person at a time
PUBLIC_BOARDS = env.bool("PUBLIC_BOARDS", default=False)  # owners may let anyone see a board, without signing in
PROBES_STATUS_PAGE = env.bool("PROBES_STATUS_PAGE", default=False)  # /status/ shows public probes to anyone
SOCKET_LIMIT = env.int("SOCKET_LIMIT", default=30)  # live pages of one person at a time; further ones poll
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # the server holds the limits
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_NAME = "sessionid" if DEBUG else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if DEBUG else "__Host-csrftoken"
DEVICE_COOKIE_NAME = "device" if DEBUG else "__Host-device"  # accounts/throttle/devices.py
CSRF_COOKIE_HTTPONLY = True  # no script of ours reads it
CSRF_FAILURE_VIEW = "accounts.views.sign_in.stale_form"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Mail: notices and links to set a new password. smtp+tls://USER:PASSWORD@HOST:587; without it none is sent.

MAIL_CONFIGURED = bool(env.str("EMAIL_URL", default=""))
globals().update(
    env.mail("EMAIL_URL") if MAIL_CONFIGURED else {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
)
EMAIL_TIMEOUT = 5  # seconds that a mail server may delay a request
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="Millrace <millrace@localhost>")

# --- Calls to others: docs/notify.md

# Private places that webhooks, probes and quotes may call all the same: networks, addresses, names, with a port or not.
ALLOWED_TARGETS = env.places("ALLOWED_TARGETS")
DENY_LIST = env.str("DENY_LIST", default="")  # the file of nginx's deny lines that alarms may write; "": none
STOOQ_URL = env.str("STOOQ_URL", default="https://stooq.com")  # without the path: docs/quotes.md
YAHOO_URL = env.str("YAHOO_URL", default="https://query1.finance.yahoo.com")

# --- Rules for browsers

CONTENT_SECURITY_POLICY = content_policy.POLICY
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEBUG else 63072000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG

# --- Static files

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]  # made by `make assets`
STATIC_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "login.static_files.StaticFiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": STATIC_FILES,
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},  # nginx reads them
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else embeds our files (ASVS 5.0 3.4.2)

# login.W010 replaces the first; InnoDB's indexes hold the 256 characters that the second warns about.
SILENCED_SYSTEM_CHECKS = ["staticfiles.W004", "mysql.W003"]

# --- Whether this machine can serve: /readyz

RUNTIME_DIRECTORY = env.str("RUNTIME_DIRECTORY", default="")  # of systemd; may hold the file `draining`, as may VAR_DIR
BOOT_ID = env.str("BOOT_ID", default="")  # for sandboxes that hide /proc/sys: streams/coordination/process_identity.py
READY_LAG = env.int("READY_LAG", default=300)  # seconds that workers may be behind; 0: not checked

# --- Words and times

LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# --- Error and trace collectors, and their packages (requirements-monitoring.txt)

SENTRY_DSN = env.collector("SENTRY_DSN", "sentry_sdk")
OTEL_EXPORTER_OTLP_ENDPOINT = env.collector("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry")

# --- Logs: to stderr; the process manager keeps them

LOG_FORMAT = env.word("LOG_FORMAT", "text" if DEBUG else "json", "text", "json")
LOG_LEVEL = env.word("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = logs.configuration(LOG_FORMAT, LOG_LEVEL, debug=DEBUG)
