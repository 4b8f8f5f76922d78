"""All settings of the site: names, types, defaults and descriptions, read from the environment.

To add a setting, add a field to `SiteSettings`; `extery_site.project.settings_loading` reads the values and
prints the reference page from it. Does not import Django: `extery_site.project.settings` turns the values into
Django's settings.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic_settings import SettingsConfigDict

from extery_site.project.quota_settings import QuotaSettings, setting
from extery_site.project.setting_types import (
    Boolean,
    ContactUrl,
    Count,
    Database,
    Duration,
    EmailUrl,
    Expected,
    Folder,
    IndexUrl,
    Maximum,
    Names,
    OptionalClamd,
    OptionalFile,
    OptionalFolder,
    PositiveCount,
    Programs,
    Quota,
    RiskLimit,
    Share,
    SiteUrl,
    Size,
    Storage,
    Text,
)

PREFIX = "EXTERY_"


class SiteSettings(QuotaSettings):
    """The settings. The field ``site_url`` is the variable ``EXTERY_SITE_URL``, and so on."""

    model_config = SettingsConfigDict(
        alias_generator=lambda name: f"{PREFIX}{name.upper()}",
        case_sensitive=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
    )

    data: Folder = setting(
        default="var", description="Folder for the database, packages, images and keys."
    )
    database: Database = setting(
        default="",
        description="Address of the database. Default: an SQLite file in the data folder. "
        "PostgreSQL needs the extra extery[postgres]; parameters of libpq such as sslmode may "
        "follow as a query, special characters in the password are percent-encoded.",
    )
    storage: Storage = setting(
        default="",
        description="Storage of packages and images. Default: the folder media of the data "
        "folder. An S3 server needs the extra extery[s3]; the prefix and all parameters are "
        "optional; credentials are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from "
        "any other source that boto3 supports.",
    )
    site_url: SiteUrl = setting(
        default="",
        description="Public address of the site, for links and listings. Default: the address "
        "of each request.",
    )
    site_name: Text = setting(
        default="Extery", description="Name of the site, in titles and e-mails."
    )
    security_contact: ContactUrl = setting(
        default="",
        description="Contact for reports of vulnerabilities, for /.well-known/security.txt. "
        "Default: there is no such file.",
    )
    operator: Text = setting(
        default="",
        description="Who runs the site, with a postal address, for the terms and the privacy page. "
        "Default: these pages say that it is not named.",
    )
    contact: Text = setting(
        default="",
        description="Contact of the operator of the site, such as an e-mail address, for the same pages.",
    )
    allowed_hosts: Names = setting(
        default="localhost 127.0.0.1 [::1]",
        description="Host names of requests that the site accepts, in addition to that of "
        "EXTERY_SITE_URL; * for any.",
    )
    secret_key: Text = setting(
        default="",
        secret=True,
        description="Key that signs sessions. Default: a key generated in the data folder.",
    )
    debug: Boolean = setting(
        default="no",
        description="Show details of errors in the browser and serve static files uncompressed; "
        "never on a public site.",
    )
    proxies: Count = setting(
        default="0",
        description="Number of reverse proxies in front of the site; with 1 or more, their "
        "X-Forwarded-For and X-Forwarded-Proto are trusted.",
    )
    max_upload: Size = setting(default="200 MB", description="Maximum size of an uploaded package.")
    max_image: Size = setting(default="10 MB", description="Maximum size of an uploaded image.")
    max_gallery: PositiveCount = setting(
        default="12", description="Maximum number of pictures and videos of an extension."
    )
    max_videos: Count = setting(
        default="3",
        description="Maximum number of videos among them, also those on YouTube; with 0 there are none.",
    )
    max_video: Size = setting(
        default="100 MB",
        description="Maximum size of an uploaded video; EXTERY_MAX_UPLOAD limits it, too.",
    )
    max_video_duration: Duration = setting(
        default="3 minutes", description="Maximum duration of an uploaded video."
    )
    cache_lifetime: Duration = setting(
        default="10 minutes",
        description="Time after which caches ask again for a package or an image, so that a "
        "blocked one leaves them.",
    )
    reserved_ids: Names = setting(
        default="test_extension",
        description="Extension ids that cannot be published, in addition to those of deleted "
        "extensions.",
    )
    review_time: Duration = setting(
        default="66 hours",
        description="Time within which a submitted version is to be reviewed; versions that have "
        "waited longer are first in the queue.",
    )
    guidelines: Annotated[
        Literal["blender.org", "self-hosted"], Expected("blender.org or self-hosted")
    ] = setting(
        default="blender.org",
        description="The guidelines by which uploads are checked: those of extensions.blender.org, or only what a "
        "repository of one's own needs, without the rules about payments, branding and accepted licences.",
    )
    clamd: OptionalClamd = setting(
        default="",
        description="Address of ClamAV's daemon, which scans every uploaded package: no version is published before. "
        "Default: packages are not scanned, and the pages of a review say so.",
    )
    yara_rules: OptionalFolder = setting(
        default="",
        description="Folder of YARA rules (*.yar and *.yara, also in folders below) for the files in packages, and in the "
        "wheels and zips in them: no version is published before. Needs extery[yara]. Default: no rules.",
    )
    wheel_index: IndexUrl = setting(
        default="",
        description="Address of a package index, such as https://pypi.org/simple/, with which the wheels of packages are "
        "compared: no version with wheels is published before. Default: wheels are not compared.",
    )
    osv: OptionalFile = setting(
        default="",
        description="Dump of known vulnerabilities of Python libraries: the all.zip of PyPI from osv.dev, or a folder of "
        "its files. Default: vulnerabilities are not looked up.",
    )
    rescans: Quota = setting(
        default="1200 per hour",
        description="How many stored packages are checked again when rules, signatures or data have changed.",
    )
    test_blenders: Programs = setting(
        default="",
        description="Programs in which a worker tests packages as extery test does: Blenders, or Pythons with the module "
        "bpy. Linux only; without a sandbox nothing runs. Default: packages are not tested.",
    )
    test_runs: Quota = setting(
        default="120 per hour",
        description="How many tests of public versions are started, such as after a new Blender; versions in review "
        "come first, and do not count.",
    )
    own_decisions: Boolean = setting(
        default="no",
        description="Whether moderators can decide about their own extensions and reports about them; only for a "
        "site with one moderator.",
    )
    later_versions: Annotated[
        Literal["review", "cool-down", "by-risk"], Expected("review, cool-down or by-risk")
    ] = setting(
        default="review",
        description="When a later version of a public extension becomes public: with review, as soon as a moderator "
        "approves it; with cool-down, some hours after that, by its risk, so that it can be stopped; with by-risk, "
        "the same, but a version of low risk needs no moderator.",
    )
    risk_unreviewed: RiskLimit = setting(
        default="9",
        description="Highest risk with which a later version becomes public without a moderator, after the time of "
        "EXTERY_COOL_DOWN_LOW; only with EXTERY_LATER_VERSIONS=by-risk. Some versions always wait for a moderator, "
        "such as those that gain a permission.",
    )
    risk_at_once: RiskLimit = setting(
        default="never",
        description="Highest risk with which such a version does not wait: it is public as soon as it was checked.",
    )
    downloads_unreviewed: Maximum = setting(
        default="unlimited",
        description="Number of downloads above which every version of an extension waits for a moderator.",
    )
    cool_down_low: Duration = setting(
        default="2 hours",
        description="Time between the approval of a later version of low risk and its publication, with "
        "EXTERY_LATER_VERSIONS=cool-down. Moderators can publish a version earlier, for a reason.",
    )
    cool_down: Duration = setting(
        default="24 hours", description="The same for a later version of middle risk."
    )
    cool_down_high: Duration = setting(
        default="72 hours", description="The same for a later version of high risk."
    )
    blocking_precision: Share = setting(
        default="0.8",
        description="Share of right findings below which a rule no longer keeps versions from being approved, among those "
        "that were judged within a year. Errors of rules with less than 5 such findings of 3 authors do, and what Blender "
        "refuses always does. With 0, all errors do.",
    )
    block_alone: Maximum = setting(
        default="10000",
        description="Number of downloads up to which one moderator can block an extension or its versions; above "
        "it a second one must confirm. Not with EXTERY_OWN_DECISIONS.",
    )
    approve_alone_risk: RiskLimit = setting(
        default="79",
        description="Highest risk with which one moderator can approve a version; above it a second one must approve "
        "the same packages. With never, every version needs two. Not with EXTERY_OWN_DECISIONS.",
    )
    approve_alone: Maximum = setting(
        default="10000",
        description="Number of downloads of an extension up to which one moderator can approve its versions. Not with "
        "EXTERY_OWN_DECISIONS.",
    )
    sign_up: Boolean = setting(default="yes", description="Whether visitors can create an account.")
    email_verification: Annotated[
        Literal["none", "optional", "mandatory"], Expected("none or optional or mandatory")
    ] = setting(
        default="optional",
        description="Whether users must confirm their e-mail address before they sign in. With "
        "none, they are not asked to. They can sign in with the address itself once it is confirmed.",
    )
    email: EmailUrl = setting(
        default="console:",
        secret=True,
        description="Server that sends e-mails; console: prints them to the terminal of the site.",
    )
    email_from: Text = setting(
        default="",
        description="Sender of the e-mails, such as Extensions <extensions@example.org>. Default: "
        "the name of the site, with the address extery@localhost.",
    )
    emails_per_recipient: Quota = setting(
        default="10 per hour",
        description="Maximum number of e-mails about sign-ups, and of those to reset a password, to "
        "one address; more are not sent.",
    )
    rate_limits: Boolean = setting(
        default="yes", description="Limit how often a client can sign in or sign up."
    )
    sign_in_attempts: PositiveCount = setting(
        default="5",
        description="Number of wrong passwords for one user name from one client address after "
        "which that address cannot sign in with that name.",
    )
    sign_in_lock: Duration = setting(
        default="5 minutes",
        description="Time for which wrong passwords count, from the first one.",
    )
    deletion_delay: Duration = setting(
        default="7 days",
        description="Time between the decision of an owner to delete a public extension and its "
        "deletion, in which they can cancel it.",
    )
    restore_period: Duration = setting(
        default="30 days",
        description="Time in which the owner or a moderator can restore a deleted extension. After "
        "it, the packages, images and texts are erased; the id stays reserved.",
    )
    unconfirmed_lifetime: Duration = setting(
        default="7 days",
        description="Time after which an account without a confirmed e-mail address is deleted; "
        "only if EXTERY_EMAIL_VERIFICATION is mandatory.",
    )
    draft_lifetime: Duration = setting(
        default="30 days",
        description="Time after which a version that was not submitted, or was withdrawn, is "
        "deleted, and other accounts can use its id.",
    )
    anonymous_reports: Boolean = setting(
        default="no",
        description="Whether visitors without an account can send reports, and users can send them without their "
        "name. Such reports count for the quota of the client address.",
    )
    extensions_per_set: PositiveCount = setting(
        default="200", description="Number of extensions that a set can have."
    )
    reports_to_hide_rating: Maximum = setting(
        default="3",
        description="Number of users whose reports hide a rating until a moderator decides. Reports without a name "
        "do not count.",
    )
    notification_lifetime: Duration = setting(
        default="180 days",
        description="Time after which notifications that were read are deleted.",
    )
    sign_in_log_lifetime: Duration = setting(
        default="365 days",
        description="Time after which sign-ins of moderators, volunteers and staff, with their client address, are "
        "deleted from the audit log. Its other rows stay.",
    )
    threads: PositiveCount = setting(
        default="32",
        description="Number of requests that the server processes at the same time: a third for the "
        "listing, a quarter each for files and for changes, an eighth for pages.",
    )
    log_format: Annotated[Literal["text", "json"], Expected("text or json")] = setting(
        default="text",
        description="Format of all logs: text for people, or json with one object per line for programs.",
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Expected("debug, info, warning or error")
    ] = setting(
        default="info",
        description="Least level of the messages that are logged; of libraries, warning or above. The access log "
        "does not depend on it.",
    )
    log_file: OptionalFile = setting(
        default="",
        description="File to which the logs of all processes are appended; it may be renamed to rotate it. Default: "
        "stderr.",
    )
    access_log: Boolean = setting(
        default="yes",
        description="Whether each request is logged, with the address of the client.",
    )
