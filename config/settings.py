"""Settings of one deployment, read from the environment.

Everything that differs between a laptop, a test run and production is an environment variable, listed in
docs/operations.md. Demo mode (`TRADEWIND_DEMO=1`) and production differ in values, never in code paths.
"""

from functools import partial
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from bss.core.statements import Cursor

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("TRADEWIND_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
if DEMO and env.bool("HTTPS", default=False):
    raise ImproperlyConfigured(
        "TRADEWIND_DEMO is for a machine of your own: unset it, or unset HTTPS."
    )
# Served over HTTPS means production: then no secret has a default.
HTTPS = env.bool("HTTPS", default=False)
_secret = (
    env if HTTPS else partial(env, default="insecure-demo-and-test-key-never-used-in-production")
)
SECRET_KEY = _secret("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_BASE_URL = env("PUBLIC_BASE_URL", default="http://localhost:8000")

# Key ring for secrets at rest: "id:base64 of 32 bytes", newest first. See bss.core.secrets.
SECRETS_KEYS = (
    env.list("SECRETS_KEYS")
    if HTTPS
    else env.list("SECRETS_KEYS", default=["demo:ZGVtby1rZXktZm9yLWxvY2FsLXVzZS1vbmx5LTMyYnk="])
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "heroicons",
    "csp",
    "bss.core",
    "bss.ui",
    "bss.accounts",
    "bss.catalog",
    "bss.installments",
    "bss.pricing",
    "bss.orders",
    "bss.subscriptions",
    "bss.billing",
    "notifications",
    "servicemanager",
    "resellers",
    "adobe3yc",
    "bss.portal",
    "storefront",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "bss.ui.middleware.NullCharacterMiddleware",
    "bss.accounts.middleware.SurfaceMiddleware",
    "bss.accounts.middleware.SurfaceSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bss.accounts.middleware.ActorMiddleware",
    "bss.ui.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
PORTAL_URLCONF = "config.urls_portal"
OPS_URLCONF = "config.urls_ops"
WSGI_APPLICATION = "config.wsgi.application"

FORM_RENDERER = "bss.ui.widgets.WidgetRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bss.ui.context.surface",
            ],
            "builtins": ["bss.ui.templatetags.ui"],
        },
    }
]

# Databases and Redis ---------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://postgres@localhost/tradewind")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Not behind a pooler that gives each transaction another connection (PgBouncer in transaction mode).
if env.bool("DATABASE_PREPARES", default=True):
    DATABASES["default"].setdefault("OPTIONS", {})["cursor_factory"] = Cursor
# Tests copy a database that is migrated already (bin/checks.py).
if env("TEST_DATABASE_TEMPLATE", default=""):
    DATABASES["default"]["TEST"] = {"TEMPLATE": env("TEST_DATABASE_TEMPLATE"), "MIGRATE": False}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
# redis-py spells a socket "unix://", Celery "redis+socket://"; one variable serves both.
REDIS_CLIENT_URL = REDIS_URL.replace("redis+socket://", "unix://")
CACHES = {
    "default": {
        "BACKEND": "bss.core.cache.TolerantRedisCache",
        "LOCATION": REDIS_CLIENT_URL,
        "KEY_PREFIX": "tw",
        # A Redis that hangs is a Redis that is down: pages do not wait for it.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# Celery: the doorbell (docs/architecture/events-and-jobs.md) ---------------------------------------------

CELERY_BROKER_URL = env(
    "CELERY_BROKER_URL", default=REDIS_URL.replace("unix://", "redis+socket://")
)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 1,
    # Who rings the bell tries once; workers and beat have their own, patient, connection retry.
    "max_retries": 0,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "tw:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # Expires: where no worker listened for an hour, one sweep is enough.
    "jobs-sweep": {"task": "core.jobs_sweep", "schedule": 5.0, "options": {"expires": 5.0}},
    "jobs-purge": {"task": "core.jobs_purge", "schedule": 3600.0},
    "adobe-customers": {"task": "adobe3yc.customers_due", "schedule": 60.0},
    "adobe-reminders": {"task": "adobe3yc.commitments_remind", "schedule": 3_600.0},
    "exchanges-purge": {"task": "servicemanager.exchanges_purge", "schedule": 86_400.0},
    "billing-runs": {"task": "billing.runs_due", "schedule": 300.0},
    "standing-refresh": {"task": "storefront.standing_refresh", "schedule": 86_400.0},
    "subscriptions-due": {"task": "subscriptions.changes_due", "schedule": 60.0},
    "billing-ladder": {"task": "billing.ladder_climb", "schedule": 3600.0},
    "billing-cards": {"task": "billing.card_payments_tend", "schedule": 120.0},
}

# Who may log in, and how -----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": env.int("PASSWORD_MIN_LENGTH", default=10)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "bss.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "bss.accounts.forms.sign_in.SignInForm",
    "reset_password": "bss.accounts.forms.sign_in.PasswordResetForm",
    "reset_password_from_key": "bss.accounts.forms.sign_in.NewPasswordForm",
    "change_password": "bss.accounts.forms.sign_in.PasswordChangeForm",
    "reauthenticate": "bss.accounts.forms.sign_in.PasswordAgainForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "bss.accounts.links.PasswordTokens"  # noqa: S105
# How long links in e-mails work: a reset link in seconds, an activation link in days.
PASSWORD_RESET_TIMEOUT = env.int("PASSWORD_RESET_SECONDS", default=24 * 3600)
ACTIVATION_DAYS = env.int("ACTIVATION_DAYS", default=14)
MFA_ISSUER = env("MFA_ISSUER", default="Tradewind")
MFA_FORMS = {
    "authenticate": "bss.accounts.forms.sign_in.CodeForm",
    "reauthenticate": "bss.accounts.forms.sign_in.CodeAgainForm",
    "activate_totp": "bss.accounts.forms.sign_in.SecondFactorForm",
}
MFA_ADAPTER = "bss.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
# The operator's raw data under /ops/: whether it answers, and whether a second factor must be set up first.
OPS_ENABLED = env.bool("OPS_ENABLED", default=DEMO)
OPS_REQUIRE_MFA = not DEMO

# Safety ----------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "bss.accounts.sessions"
CSRF_USE_SESSIONS = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "bss.ui.views.csrf_failure"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
# Probes inside the network speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
}
# Outgoing calls to private addresses are refused unless their network is listed here.
OUTBOUND_ALLOW_NETWORKS = env.list("OUTBOUND_ALLOW_NETWORKS", default=[])
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Mail ------------------------------------------------------------------------------------------------

EMAIL_BACKEND = env("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=1025)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Tradewind <noreply@tradewind.example>")

# Cards: without an address nobody can pay by card -------------------------------------------------------

CARDS_URL = env("CARDS_URL", default="")
CARDS_KEY = env("CARDS_KEY", default="")
# How long the provider is waited for. What takes longer is asked for by its key.
CARDS_TIMEOUT = env.float("CARDS_TIMEOUT", default=10.0)

# Words, numbers, time ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("fr", "Français"),
    ("hi", "हिन्दी"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# In the demo and in tests one file holds the offset that moves the product's and every sandbox's clock.
CLOCK_FILE = env("CLOCK_FILE", default="")

# Files -----------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
MEDIA_URL = "/media/"
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env(
            "STATICFILES_BACKEND", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# API -------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bss.accounts.api_auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["bss.accounts.api_auth.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "bss.core.api.CursorPagination",
    "EXCEPTION_HANDLER": "bss.core.api.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tradewind API",
    "VERSION": "1",
    "DESCRIPTION": "Accounts, catalogue, orders, approvals, subscriptions, billing and reseller plans.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Fields of one name with different values: each list keeps its own.
    "ENUM_NAME_OVERRIDES": {
        "AccountKindEnum": "bss.accounts.choices.AccountKind",
        "ProductKindEnum": "bss.catalog.choices.ProductKind",
        "OrderStateEnum": "bss.orders.choices.OrderState",
        "OrderLineStateEnum": "bss.orders.choices.LineState",
        "OrderLineKindEnum": "bss.orders.choices.LineKind",
        "SubscriptionStateEnum": "bss.subscriptions.choices.SubscriptionState",
        "ChangeStateEnum": "bss.subscriptions.choices.ChangeState",
        "ChangeKindEnum": "bss.subscriptions.choices.ChangeKind",
    },
}

# Logs: JSON lines, no local variables -------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "bss.core.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "httpx2": {"level": "WARNING"}},
}
