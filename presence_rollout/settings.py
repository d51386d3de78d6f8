"""Settings. Everything a deployment may change is an environment variable (docs/configuration.md)."""

import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from presence_rollout import content_policy, logs, work
from presence_rollout import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR") or BASE_DIR / "var")

DEBUG = env.flag("DEBUG")

# --- Secrets -----------------------------------------------------------------------------------
# The development values are public: they are in this file. They work with DEBUG=1 and nowhere else.
DEVELOPMENT_SECRET_KEY = "development-only-and-public-never-use-this-key-where-real-data-is-kept"  # noqa: S105
DEVELOPMENT_VAULT_KEYSET = (
    '{"primaryKeyId":1001,"key":[{"keyData":{"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey",'
    '"value":"GiAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==","keyMaterialType":"SYMMETRIC"},'
    '"status":"ENABLED","keyId":1001,"outputPrefixType":"TINK"}]}'
)
SECRET_KEY = env.text("SECRET_KEY") or (DEVELOPMENT_SECRET_KEY if DEBUG else "")
VAULT_KMS_URI = env.text("VAULT_KMS_URI")
VAULT_KEYSET = env.text("VAULT_KEYSET") or (DEVELOPMENT_VAULT_KEYSET if DEBUG and not VAULT_KMS_URI else "")
if VAULT_KEYSET and VAULT_KMS_URI and '"encryptedKeyset"' not in VAULT_KEYSET:
    raise ImproperlyConfigured(
        "VAULT_KEYSET is in clear although VAULT_KMS_URI names a key that closes it. "
        "Close it first, without VAULT_KMS_URI: manage.py new_keyset --wrap KMS_URI (docs/vault.md)."
    )
if '"encryptedKeyset"' in VAULT_KEYSET and not VAULT_KMS_URI:
    raise ImproperlyConfigured("VAULT_KEYSET is closed by a KMS: set VAULT_KMS_URI to the key that opens it.")
# What makes the secrets runs before there are any.
if not DEBUG and sys.argv[1:] not in (["new_keyset"], ["new_backup_key"]):
    for _name, _value, _public in (
        ("SECRET_KEY", SECRET_KEY, DEVELOPMENT_SECRET_KEY),
        ("VAULT_KEYSET", VAULT_KEYSET, DEVELOPMENT_VAULT_KEYSET),
    ):
        if not _value or _value == _public:
            raise ImproperlyConfigured(
                f"Set {_name} to a secret of your own. The development value is public and only works with DEBUG=1. "
                "docs/configuration.md says how to make one."
            )

# --- Hosts and transport -------------------------------------------------------------------------
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{env.text('PORT', '8000')}").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Lists of preloaded hosts are left only after months: by request, never by default.
SECURE_HSTS_PRELOAD = HTTPS and env.flag("HSTS_PRELOAD")
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# A browser takes such a cookie only over HTTPS, for this very host and all of its paths: no other host of the domain sets it.
_COOKIE = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_COOKIE}language"
DEVICE_COOKIE_NAME = f"{_COOKIE}device"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "apps.core.refusals.csrf_refused"
CSRF_COOKIE_HTTPONLY = True  # Scripts read the token in the page.
LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
# How long somebody stays signed in, in hours: at most, and without doing anything. Presence's people see every client.
SESSION_HOURS = {
    "presence": (env.number("PRESENCE_SESSION_HOURS", 12), env.number("PRESENCE_SESSION_IDLE_HOURS", 4)),
    "others": (env.number("SESSION_HOURS", 14 * 24), env.number("SESSION_IDLE_HOURS", 7 * 24)),
}
SESSION_ENGINE = "apps.core.web.sessions"
SESSION_COOKIE_AGE = max(hours for hours, _idle in SESSION_HOURS.values()) * 3600

CONTENT_SECURITY_POLICY = content_policy.POLICY

# --- Applications: one line a floor, from the ground up (docs/architecture.md) ---------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # The templates of fields are read by the loader of all others.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_cotton.apps.SimpleAppConfig",  # The loaders are named below.
    "django_fsm",
    "django_htmx",
    "rules",
    # floor 0
    "apps.core",
    "apps.limits",
    "apps.outbox",
    "apps.accounts",
    "apps.companies",
    # floor 1
    "apps.blueprints",
    "apps.vault",
    "apps.files",
    "apps.seals",
    # floor 2
    "apps.rollouts",
    # floor 2½
    "apps.meetings",
    # floor 3
    "apps.invitations",
    "apps.prerequisites",
    "apps.stages.kickoff",
    "apps.stages.development",
    "apps.stages.training",
    "apps.stages.homologation",
    # floor 4
    "apps.hours",
    # floor 5
    "apps.stages.acceptance",
    "apps.stages.golive",
    # floor 6
    "apps.notices",
    "apps.portfolio",
    # floor 7
    "apps.operations",
    "apps.reporting",
    "apps.portal",
    "apps.search",
    "apps.api",
    "apps.backups",
    "apps.demo",
]

MIDDLEWARE = [
    "apps.core.watch.middleware.WatchMiddleware",
    "apps.core.watch.requests.RequestMiddleware",
    "apps.core.network.headers.HeadersMiddleware",
    "apps.core.network.hosts.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # Static files are compressed once, when they are collected.
    # Outside of all that reads or writes an answer's text.
    "apps.core.web.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.core.untrusted.bodies.BodyLimitMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.companies.middleware.SessionAgeMiddleware",
    "apps.accounts.middleware.SignInMiddleware",
    # It reads what is sent: not before somebody signed in where that is asked for.
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.accounts.middleware.PreferencesMiddleware",
    "apps.accounts.middleware.ConsentMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.proof.middleware.AttemptMiddleware",
    "apps.accounts.proof.middleware.FreshProofMiddleware",
    "apps.companies.middleware.SecondFactorMiddleware",
    "apps.portal.middleware.ViewingMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.refusals.RefusalMiddleware",
    # Within it: what may be confirmed is a refusal too.
    "apps.core.web.confirmations.ConfirmationMiddleware",
    # Innermost: a view that others were in the way of runs again, and a form that is sent twice is done once.
    "apps.core.web.retries.RetryMiddleware",
    "apps.api.sent_forms.SentFormMiddleware",
]

ROOT_URLCONF = "presence_rollout.urls"
WSGI_APPLICATION = "presence_rollout.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "apps.core.web.compiled.loader.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["django_cotton.templatetags.cotton", "apps.core.templatetags.core"],
        },
    }
]
COTTON_DIR = "cotton"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------------
VAR_DIR.mkdir(parents=True, exist_ok=True)
# A pool between that hands out sessions for a transaction each (docs/scaling.md).
DATABASE_POOLED = env.flag("DATABASE_POOLED")
DATABASES = {"default": env.database(env.text("DATABASE_URL"), VAR_DIR, pooled=DATABASE_POOLED)}
# Seconds that a page, or a task, may hold the database up (apps/core/database/timeouts.py); 0 is as long as it takes.
PAGE_DATABASE_LIMITS = {
    "statement_timeout": env.number("DATABASE_STATEMENT_SECONDS", 30),
    "lock_timeout": env.number("DATABASE_LOCK_SECONDS", 10),
    "idle_in_transaction_session_timeout": env.number("DATABASE_IDLE_SECONDS", 60),
}
# What must not be forgotten before its time (the numbers of authenticator apps that were used); limits have a table of their
# own (apps/limits).
CACHES = {"default": {"BACKEND": "apps.limits.cache.UnevictedCache", "LOCATION": "cache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
MAX_UPLOAD_BYTES = env.number("MAX_UPLOAD_MB", 25) * 1024 * 1024
# What each address takes in is in apps/core/untrusted/bodies.py; these bound how it is taken apart.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# What a token of the REST door may ask for in a minute (docs/api.md).
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 120)

# --- Backups (docs/backup.md) ------------------------------------------------------------------------
# Public keys that backups are encrypted to, and the store of s3://… targets.
BACKUP_RECIPIENTS = env.words("BACKUP_RECIPIENTS")
BACKUP_S3 = env.backup_store()
# The folder of pg_dump and pg_restore, where those of the system are of another version than the server.
POSTGRES_BIN = env.text("POSTGRES_BIN")
CHILD_ENVIRONMENT = env.child_environment

# ClamAV's daemon, "host:port" or the path of its socket; files wait in quarantine until it has seen them.
CLAMD = env.text("CLAMD")

# --- People and sign-in ----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:arrive"
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
USERSESSIONS_ADAPTER = "apps.accounts.adapter.SessionsAdapter"
# Ours count in a table that nothing evicts, for each account and each place (apps/accounts/proof/attempts.py).
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "apps.accounts.forms.SignInForm",
    "add_email": "apps.accounts.forms.NewAddressForm",
    "request_login_code": "apps.accounts.forms.LoginCodeForm",
    "reset_password": "apps.accounts.forms.LostPasswordForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE_PROXY_SSL_HEADER else 0
MFA_ADAPTER = "apps.vault.second_factor.SecondFactorAdapter"
# An address is proved by the invitation that was sent to it, not by a second message.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers offer passkeys over HTTPS, and on the developer's own "localhost".
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# How many days things that name people are kept once they are of no use (docs/privacy.md). Less than one would drop
# what is in use.
RETENTION = {
    "invitations": env.number("RETAIN_INVITATIONS_DAYS", 180, least=1),
    "drafts": env.number("RETAIN_DRAFTS_DAYS", 90, least=1),
    "sessions": env.number("RETAIN_SESSIONS_DAYS", 180, least=1),
    "notices": env.number("RETAIN_NOTICES_DAYS", 180, least=1),
    "accounts": env.number("RETAIN_ACCOUNTS_DAYS", 730, least=1),
}
REQUIRE_MFA = env.flag("REQUIRE_MFA", default=not DEBUG)
# How many days a completed or cancelled rollout keeps its credentials (docs/vault.md).
PURGE_CREDENTIALS_DAYS = env.number("PURGE_CREDENTIALS_DAYS", 30, least=0)
# How many days after its completion a rollout may be opened again (docs/golive.md).
GUARANTEE_DAYS = env.number("GUARANTEE_DAYS", 90)

# --- E-mail ----------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Presence Rollout <nao-responda@localhost>")
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
# Whatever sends an e-mail puts it into the outbox; a worker hands it to the mail server (apps/outbox).
EMAIL_BACKEND = "apps.outbox.backend.OutboxBackend"
# Without a mail server, messages are written to VAR_DIR/mail, where a sign-in code can be read.
EMAIL_FILE_PATH = VAR_DIR / "mail"
MAIL_TRANSPORT = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"

# --- Acceptance terms (docs/term.md) ------------------------------------------------------------------
# What seals them: a PKCS#12 file, or a key in hardware; in development a certificate made on first use, which says so.
TERM_SEAL_FILE = env.text("TERM_SEAL_FILE")
TERM_SEAL_PASSPHRASE = env.text("TERM_SEAL_PASSPHRASE")
TERM_SEAL_PKCS11_MODULE = env.text("TERM_SEAL_PKCS11_MODULE")
TERM_SEAL_PKCS11_TOKEN = env.text("TERM_SEAL_PKCS11_TOKEN")
TERM_SEAL_PKCS11_LABEL = env.text("TERM_SEAL_PKCS11_LABEL")
TERM_SEAL_DEMO = VAR_DIR / "demonstration-seal.p12" if DEBUG else None
TERM_TSA_URL = env.text("TERM_TSA_URL")
# A folder with certificates of Presence whose seals are believed besides the present one's: those that sealed before it.
TERM_SEAL_CERTIFICATES = env.text("TERM_SEAL_CERTIFICATES")
# A folder with the authorities whose certificates may sign a term outside the browser.
TERM_TRUST_ROOTS = env.text("TERM_TRUST_ROOTS")
# So many days after a month was closed its statement is to be paid; 0 where the contract alone says when.
STATEMENT_DUE_DAYS = env.number("STATEMENT_DUE_DAYS", 15)
# How many days the signatories have from the moment the PDF is ready.
TERM_SIGNING_DAYS = env.number("TERM_SIGNING_DAYS", 15)

# --- Requests to others (apps/core/network/outbound.py) ---------------------------------------------------
# host:port pairs that are asked although they are not public: a test double, the demonstration's platform.
OUTBOUND_ALLOW = env.words("OUTBOUND_ALLOW")
# Plays every platform in the demonstration and in tests: credential probes go there, with its host and port.
PLATFORM_STAND_IN = env.text("PLATFORM_STAND_IN").rstrip("/")
if PLATFORM_STAND_IN:
    OUTBOUND_ALLOW = [*OUTBOUND_ALLOW, PLATFORM_STAND_IN.partition("://")[2]]
    if not DEBUG:
        raise ImproperlyConfigured("PLATFORM_STAND_IN is for the demonstration: real credentials would go to it.")

# --- Celery (what no installation changes is in work.py) -------------------------------------------
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL
# Seconds; no task may have more (a task that needs less says so). The soft limit raises, the other one kills.
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
# What a killed task left behind at the database ends too.
TASK_DATABASE_LIMITS = dict.fromkeys(PAGE_DATABASE_LIMITS, CELERY_TASK_TIME_LIMIT)
# A message is delivered again after this time: longer than it may wait behind another, and run, at a worker that lives.
# A broker that is there and does not answer holds nobody for longer than these seconds; a worker asks it every second.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 3, "socket_timeout": 5}
CELERY_TASK_QUEUES = work.QUEUES
CELERY_TASK_ROUTES = work.ROUTES
CELERY_BEAT_SCHEDULE = work.SCHEDULE
SCHEDULE_TITLES = work.TITLES

# --- Language, time, numbers -----------------------------------------------------------------------
# Messages are written in Portuguese in the source; English is the translation (docs/decisions).
LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", _("Português (Brasil)")), ("en", _("Inglês"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["presence_rollout.formats"]
USE_I18N = True
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# --- Static files ----------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT") or VAR_DIR / "static")
STORAGES = {
    "default": env.file_storage(),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
        # Who collects them need not be who serves them: in an image that is root. What people send stays one user's.
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}

# --- Watching (docs/production.md) -----------------------------------------------------------------------
# Who sends it as a bearer token reads /metrics; without one nobody does.
METRICS_TOKEN = env.text("METRICS_TOKEN")
# Where failures and traces are sent, without values (presence_rollout/telemetry.py); nowhere unless they are named.
SENTRY_DSN = env.text("SENTRY_DSN")
OTEL_EXPORTER_OTLP_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT")
# To standard error, without request bodies: a line for people, or JSON for programs. Times have their offset.
LOG_FORMAT = env.text("LOG_FORMAT", "line")
LOGGING = logs.configuration(LOG_FORMAT, level=env.text("LOG_LEVEL", "INFO"))
