"""Django's settings, set from those of the site, ``EXTERY_…``.

Which settings a site has, with types, defaults and descriptions: `extery_site.project.site_settings`.
"""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from extery_site.project import data_folder, event_handlers, page_sections, settings_loading
from extery_site.project.clamd_address import ClamdAddress
from extery_site.project.logs.config import logging_config
from extery_site.project.setting_types import Rate

_site_settings = settings_loading.load()

# Settings of the site have the same name here as in the environment.
EXTERY_DATA: Path = _site_settings.data
EXTERY_SITE_URL: str = _site_settings.site_url
EXTERY_SITE_NAME: str = _site_settings.site_name
EXTERY_OPERATOR: str = _site_settings.operator
EXTERY_CONTACT: str = _site_settings.contact
EXTERY_SECURITY_CONTACT: str = _site_settings.security_contact
EXTERY_MAX_UPLOAD: int = _site_settings.max_upload
EXTERY_MAX_IMAGE: int = _site_settings.max_image
EXTERY_MAX_GALLERY: int = _site_settings.max_gallery
EXTERY_MAX_VIDEOS: int = _site_settings.max_videos
EXTERY_MAX_VIDEO: int = _site_settings.max_video
EXTERY_MAX_VIDEO_DURATION: timedelta = _site_settings.max_video_duration
EXTERY_CACHE_LIFETIME: timedelta = _site_settings.cache_lifetime
EXTERY_RESERVED_IDS: tuple[str, ...] = _site_settings.reserved_ids
EXTERY_REVIEW_TIME: timedelta = _site_settings.review_time
EXTERY_GUIDELINES: str = _site_settings.guidelines
EXTERY_OWN_DECISIONS: bool = _site_settings.own_decisions
EXTERY_LATER_VERSIONS: str = _site_settings.later_versions
EXTERY_CLAMD: ClamdAddress | None = _site_settings.clamd
EXTERY_YARA_RULES: Path | None = _site_settings.yara_rules
EXTERY_WHEEL_INDEX: str = _site_settings.wheel_index
EXTERY_OSV: Path | None = _site_settings.osv
EXTERY_RESCANS: Rate | None = _site_settings.rescans
EXTERY_TEST_BLENDERS: tuple[Path, ...] = _site_settings.test_blenders
EXTERY_TEST_RUNS: Rate | None = _site_settings.test_runs
EXTERY_RISK_UNREVIEWED: int | None = _site_settings.risk_unreviewed
EXTERY_RISK_AT_ONCE: int | None = _site_settings.risk_at_once
EXTERY_DOWNLOADS_UNREVIEWED: int | None = _site_settings.downloads_unreviewed
EXTERY_COOL_DOWN_LOW: timedelta = _site_settings.cool_down_low
EXTERY_COOL_DOWN: timedelta = _site_settings.cool_down
EXTERY_COOL_DOWN_HIGH: timedelta = _site_settings.cool_down_high
EXTERY_BLOCKING_PRECISION: float = _site_settings.blocking_precision
EXTERY_BLOCK_ALONE: int | None = _site_settings.block_alone
EXTERY_APPROVE_ALONE_RISK: int | None = _site_settings.approve_alone_risk
EXTERY_APPROVE_ALONE: int | None = _site_settings.approve_alone
EXTERY_SIGN_UP: bool = _site_settings.sign_up
EXTERY_PROXIES: int = _site_settings.proxies
EXTERY_UPLOADS_PER_ACCOUNT: Rate | None = _site_settings.uploads_per_account
EXTERY_UPLOADS_PER_ADDRESS: Rate | None = _site_settings.uploads_per_address
EXTERY_UPLOADS_AT_ONCE_PER_ACCOUNT: int | None = _site_settings.uploads_at_once_per_account
EXTERY_UPLOADS_AT_ONCE_PER_ADDRESS: int | None = _site_settings.uploads_at_once_per_address
EXTERY_DRAFTS_PER_ACCOUNT: int | None = _site_settings.drafts_per_account
EXTERY_LIMIT_GROWTH: tuple[tuple[int, int], ...] = _site_settings.limit_growth
EXTERY_DRAFTS_PER_ADDRESS: Rate | None = _site_settings.drafts_per_address
EXTERY_DRAFT_LIFETIME: timedelta = _site_settings.draft_lifetime
EXTERY_DELETION_DELAY: timedelta = _site_settings.deletion_delay
EXTERY_RESTORE_PERIOD: timedelta = _site_settings.restore_period
EXTERY_UNCONFIRMED_LIFETIME: timedelta = _site_settings.unconfirmed_lifetime
EXTERY_SUBMISSIONS_PER_ACCOUNT: Rate | None = _site_settings.submissions_per_account
EXTERY_SUBMISSIONS_PER_ADDRESS: Rate | None = _site_settings.submissions_per_address
EXTERY_COMMENTS_PER_ACCOUNT: Rate | None = _site_settings.comments_per_account
EXTERY_COMMENTS_PER_ADDRESS: Rate | None = _site_settings.comments_per_address
EXTERY_REPORTS_PER_ACCOUNT: Rate | None = _site_settings.reports_per_account
EXTERY_REPORTS_PER_ADDRESS: Rate | None = _site_settings.reports_per_address
EXTERY_RATINGS_PER_ACCOUNT: Rate | None = _site_settings.ratings_per_account
EXTERY_RATINGS_PER_ADDRESS: Rate | None = _site_settings.ratings_per_address
EXTERY_VOTES_PER_ACCOUNT: Rate | None = _site_settings.votes_per_account
EXTERY_VOTES_PER_ADDRESS: Rate | None = _site_settings.votes_per_address
EXTERY_SETS_PER_ACCOUNT: int | None = _site_settings.sets_per_account
EXTERY_EXTENSIONS_PER_SET: int = _site_settings.extensions_per_set
EXTERY_SET_CHANGES_PER_ACCOUNT: Rate | None = _site_settings.set_changes_per_account
EXTERY_SET_CHANGES_PER_ADDRESS: Rate | None = _site_settings.set_changes_per_address
EXTERY_COMPARISONS_PER_ACCOUNT: Rate | None = _site_settings.comparisons_per_account
EXTERY_COMPARISONS_PER_ADDRESS: Rate | None = _site_settings.comparisons_per_address
EXTERY_REPORTS_TO_HIDE_RATING: int | None = _site_settings.reports_to_hide_rating
EXTERY_ANONYMOUS_REPORTS: bool = _site_settings.anonymous_reports
EXTERY_TOKENS_PER_ACCOUNT: Rate | None = _site_settings.tokens_per_account
EXTERY_TOKENS_PER_ADDRESS: Rate | None = _site_settings.tokens_per_address
EXTERY_NOTIFICATION_LIFETIME: timedelta = _site_settings.notification_lifetime
EXTERY_SIGN_IN_LOG_LIFETIME: timedelta = _site_settings.sign_in_log_lifetime
EXTERY_THREADS: int = _site_settings.threads
EXTERY_LOG_FORMAT: str = _site_settings.log_format
EXTERY_LOG_LEVEL: str = _site_settings.log_level
EXTERY_LOG_FILE: Path | None = _site_settings.log_file
EXTERY_ACCESS_LOG: bool = _site_settings.access_log

DEBUG: bool = _site_settings.debug
SECRET_KEY = data_folder.secret_key(EXTERY_DATA, _site_settings.secret_key)
_site = urlsplit(EXTERY_SITE_URL)
_is_https = _site.scheme == "https"
ALLOWED_HOSTS = [*_site_settings.allowed_hosts, *([_site.hostname] if _site.hostname else [])]
CSRF_TRUSTED_ORIGINS = [EXTERY_SITE_URL] if EXTERY_SITE_URL else []

INSTALLED_APPS = [
    "extery_site.administration",
    "extery_site.transparency",
    "extery_site.submit",
    "extery_site.site_pages",
    "extery_site.source_pages",
    "extery_site.reports",
    "extery_site.moderation",
    "extery_site.publish",
    "extery_site.sharing",
    "extery_site.ratings",
    "extery_site.sets",
    "extery_site.test_runs",
    "extery_site.scanning",
    "extery_site.source_search",
    "extery_site.listings",
    "extery_site.media",
    "extery_site.catalog",
    "extery_site.statistics",
    "extery_site.search",
    "extery_site.notify",
    "extery_site.accounts",
    "extery_site.audit",
    "extery_site.quotas",
    "extery_site.files",
    "extery_site.ui",
    "extery_site.project.tasks",
    "allauth",
    "allauth.account",
    "ninja",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "extery_site.project.static_files.MinimalStaticFilesConfig",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "extery_site.project.logs.middleware.UserMiddleware",
    "extery_site.project.origin.OriginMiddleware",
    "extery_site.project.headers.SecurityHeadersMiddleware",
    "extery_site.project.headers.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "extery_site.project.page_cache.PageMemoryMiddleware",
    "extery_site.project.body_limit.BodyLimitMiddleware",
    "extery_site.project.charset.CharsetMiddleware",
    "extery_site.project.headers.TextGZipMiddleware",
    "extery_site.project.headers.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "extery_site.project.problems.ProblemMiddleware",
]
#: Seconds for which a process keeps pages that are the same for many visitors; 0 to keep none.
PAGE_CACHE_SECONDS = 20
#: Functions that return of a request what such a page depends on besides its address.
PAGE_CACHE_KEYS = [
    "extery_site.ui.appearance.selected_theme",
    "extery_site.catalog.my_blender.read_my_blender",
]
EVENT_HANDLERS = event_handlers.EVENT_HANDLERS
REPORT_HANDLERS = event_handlers.REPORT_HANDLERS
PROFILE_HANDLERS = event_handlers.PROFILE_HANDLERS
SOURCE_INDEX_HANDLERS = event_handlers.SOURCE_INDEX_HANDLERS
SCAN_STEPS = event_handlers.SCAN_STEPS
ISOLATED_FUNCTIONS = event_handlers.ISOLATED_FUNCTIONS
SCAN_HANDLERS = event_handlers.SCAN_HANDLERS
HOME_SECTIONS = page_sections.HOME_SECTIONS
PROFILE_SECTIONS = page_sections.PROFILE_SECTIONS
AUTHOR_ASKS = page_sections.AUTHOR_ASKS
EXTENSION_FACTS = page_sections.EXTENSION_FACTS
EXTENSION_START_SECTIONS = page_sections.EXTENSION_START_SECTIONS
CONTENTS_SECTIONS = page_sections.CONTENTS_SECTIONS
EXTENSION_SIDE_SECTIONS = page_sections.EXTENSION_SIDE_SECTIONS
EXTENSION_MAIN_SECTIONS = page_sections.EXTENSION_MAIN_SECTIONS
VERSIONS_CONTENT = page_sections.VERSIONS_CONTENT
COMPATIBILITY_SECTIONS = page_sections.COMPATIBILITY_SECTIONS
ROOT_URLCONF = "extery_site.project.urls"
WSGI_APPLICATION = "extery_site.project.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "extery_site.ui.context_processors.site",
                "extery_site.catalog.context_processors.my_blender",
                "extery_site.moderation.context_processors.queue_length",
                "extery_site.notify.context_processors.unread_notifications",
            ]
        },
    }
]

EXTERY_DATABASE = _site_settings.database
DATABASES: dict[str, Any] = {"default": EXTERY_DATABASE.django_settings(EXTERY_DATA)}
TASKS = {"default": {"BACKEND": "extery_site.project.tasks.backend.DatabaseBackend"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES: dict[str, Any] = {
    # For the rate limits of django-allauth, which all processes of the site must share.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "quotas_cachedvalue",
        "KEY_FUNCTION": "extery_site.quotas.cache.hashed_key",
        # Above it, values are deleted before they expire.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

MEDIA_ROOT = EXTERY_DATA / "media"
MEDIA_URL = "/media/"
STATIC_ROOT = EXTERY_DATA / "static"
STATIC_URL = "/static/"
EXTERY_STORAGE = _site_settings.storage
STORAGES: dict[str, Any] = {
    "default": EXTERY_STORAGE.django_settings(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "extery_site.project.static_files.HashedStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# For plain form fields; `extery_site.project.body_limit` limits the whole body.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_PERMISSIONS = 0o600

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["extery_site.accounts.backend.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/mine/"
ACCOUNT_ADAPTER = "extery_site.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = _site_settings.email_verification
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_USERNAME_VALIDATORS = "extery_site.accounts.adapter.username_validators"
ACCOUNT_USERNAME_BLACKLIST = ["admin", "administrator", "extery", "moderator", "root", "system"]
# A sign-up with the address of another account looks like any other
# (`extery_site.accounts.confirmed_emails`).
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_FORMS = {
    "signup": "extery_site.accounts.allauth_forms.SignUpForm",
    "change_password": "extery_site.accounts.allauth_forms.ChangePasswordForm",
    "set_password": "extery_site.accounts.allauth_forms.SetPasswordForm",
    "reset_password": "extery_site.accounts.allauth_forms.ResetPasswordForm",
    "reset_password_from_key": "extery_site.accounts.allauth_forms.ResetPasswordKeyForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{EXTERY_SITE_NAME}] "
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
# Mails are limited by EXTERY_EMAILS_PER_RECIPIENT, sign-ins by `extery_site.accounts.lockout`.
ACCOUNT_RATE_LIMITS: dict[str, None] | bool = {"confirm_email": None, "login_failed": None}
if not _site_settings.rate_limits:
    ACCOUNT_RATE_LIMITS = False
EXTERY_RATE_LIMITS: bool = _site_settings.rate_limits
EXTERY_SIGN_IN_ATTEMPTS: int = _site_settings.sign_in_attempts
EXTERY_SIGN_IN_LOCK: timedelta = _site_settings.sign_in_lock
EXTERY_EMAILS_PER_RECIPIENT: Rate | None = _site_settings.emails_per_recipient
ALLAUTH_TRUSTED_PROXY_COUNT = EXTERY_PROXIES

_mail = urlsplit(_site_settings.email)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _site_settings.email_from or str(
    Address(" ".join(EXTERY_SITE_NAME.split()), addr_spec="extery@localhost")
)
if _mail.scheme == "console":
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
else:
    EMAIL_HOST = _mail.hostname
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and parse_qs(_mail.query).get("tls") != ["0"]
    EMAIL_PORT = _mail.port or (465 if EMAIL_USE_SSL else 587)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_TIMEOUT = 20

LANGUAGE_CODE = "en"
# All texts are English; looking up translations takes a tenth of the time of a page.
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

CSRF_FAILURE_VIEW = "extery_site.project.error_views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
X_FRAME_OPTIONS = "DENY"
if EXTERY_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = False

SILENCED_SYSTEM_CHECKS = [
    # Advice for HTTPS; whether EXTERY_SITE_URL has https is the choice of the administrator.
    "security.W004",
    "security.W008",
    "security.W012",
    "security.W016",
]
LOGGING = logging_config(
    format_name=EXTERY_LOG_FORMAT, level=EXTERY_LOG_LEVEL.upper(), file=EXTERY_LOG_FILE
)
