"""Problem codes of the website: settings, requests, accounts, uploads, reviews, reports."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "setting.unknown": Code(
        "error",
        "the setting is unknown",
        "A misspelt variable would be ignored silently, and the site would run with the default.",
    ),
    "setting.bad-value": Code(
        "error",
        "the value of a setting is invalid",
        "The site does not start with a setting that it cannot interpret.",
    ),
    "setting.port": Code(
        "error", "the port cannot be used", "Only one program can listen on a port at a time."
    ),
    "setting.database": Code(
        "error",
        "the database cannot be used",
        "The site cannot run without it: everything except packages, images and keys is in the "
        "database.",
    ),
    "setting.database-encoding": Code(
        "error",
        "the encoding of the database is not UTF8",
        "Text in every language must be stored and compared unchanged.",
    ),
    "setting.database-outdated": Code(
        "error",
        "the database is not up to date",
        "A worker does not run migrations, because several workers may start at once, beside a "
        "running web server.",
    ),
    "setting.storage": Code(
        "error",
        "the file storage cannot be used",
        "Packages and images are in the storage: without it nothing can be uploaded or downloaded.",
    ),
    "setting.demo-public": Code(
        "error",
        "the demo is refused on a public site",
        "The password of the demo accounts is public, and one of them is a moderator.",
    ),
    "request.conflict": Code(
        "error",
        "another request made a conflicting change",
        "Of two simultaneous requests that change the same rows only one can succeed.",
    ),
    "request.unavailable": Code(
        "error",
        "the database is busy or unavailable",
        "The site waits a few seconds for the database; then the request fails and changes nothing.",
    ),
    "request.bad-value": Code(
        "error",
        "a value is invalid",
        "A misread parameter would give a plausible but wrong result.",
    ),
    "request.too-large": Code(
        "error",
        "the request is too large",
        "Text fields have length limits; only files can be large.",
    ),
    "request.not-json": Code(
        "error", "the body is not JSON", "The API accepts JSON, and files as multipart/form-data."
    ),
    "request.not-found": Code(
        "error",
        "the page or object does not exist",
        "It never existed, was deleted, or is not public.",
    ),
    "request.method-not-allowed": Code(
        "error",
        "the HTTP method is not allowed",
        "The URL exists, but does not support this method.",
    ),
    "request.csrf-failed": Code(
        "error",
        "the CSRF check failed",
        "A form that changes something must come from a page of this site; otherwise another site "
        "could act on your behalf.",
    ),
    "request.rate-limited": Code(
        "error", "there were too many requests", "Rate limits keep the site usable for everyone."
    ),
    "request.server-error": Code(
        "error", "an internal error occurred", "This is an error of the site; it has been logged."
    ),
    "account.sign-in-required": Code(
        "error",
        "authentication is required",
        "Every change is recorded with the user who made it.",
    ),
    "account.token-invalid": Code(
        "error",
        "the API token is invalid",
        "The token is mistyped, revoked or expired. The error does not say which, because that "
        "would help attackers.",
    ),
    "account.token-name-missing": Code(
        "error",
        "the API token has no name",
        "The name identifies a token when it has to be revoked.",
    ),
    "account.token-expires-in-past": Code(
        "error", "the API token expires in the past", "The token could never be used."
    ),
    "permission.owner-only": Code(
        "error", "only the owner can do this", "Only the owner of an extension can change it."
    ),
    "permission.moderator-only": Code(
        "error",
        "only moderators can do this",
        "Moderators review versions, block extensions and handle reports.",
    ),
    "upload.no-file": Code("error", "the upload has no file", "An upload consists of a package."),
    "upload.too-large": Code(
        "error",
        "the upload exceeds the size limit",
        "The limit keeps an upload from filling the disk; the site's administrator can raise it.",
    ),
    "upload.no-space": Code(
        "error",
        "the server has no space for the upload",
        "The disk space for uploads in progress is limited, and other uploads use it.",
    ),
    "upload.unsupported-characters": Code(
        "error",
        "a field has unsupported characters",
        "Blender accepts any text, but versions and platforms become parts of URLs and file "
        "names, and databases cannot store NUL.",
    ),
    "upload.text-too-long": Code(
        "error",
        "a text in the manifest is too long",
        "Blender sets no limit, but pages, file names and databases need one.",
    ),
    "upload.version-exists": Code(
        "error",
        "the version was uploaded before",
        "A version never changes, so that everyone who has installed it has the same files.",
    ),
    "upload.file-exists": Code(
        "error", "the file was uploaded before", "An identical file exists on the site."
    ),
    "upload.id-taken": Code(
        "error",
        "the id belongs to another extension",
        "Blender identifies extensions by id, so an update with the id of another extension would "
        "replace it.",
    ),
    "upload.id-reserved": Code(
        "error",
        "the id is reserved",
        "It is used in examples, or belonged to a deleted extension that may still be installed.",
    ),
    "upload.extension-blocked": Code(
        "error", "the extension is blocked", "A moderator must unblock it first."
    ),
    "upload.type-changed": Code(
        "error",
        "the type changed",
        "Blender installs each type of extension in a different way, so the type cannot change.",
    ),
    "upload.package-differs": Code(
        "error",
        "the packages of the version differ",
        "The packages of a version must differ in their platforms only.",
    ),
    "submit.description-missing": Code(
        "error",
        "the description is missing",
        "The description helps users decide whether to install an extension.",
    ),
    "submit.image-missing": Code(
        "error", "the image is missing", "The image shows users what the extension does."
    ),
    "submit.alt-text-missing": Code(
        "error",
        "the image description (alt text) is missing",
        "Screen readers read the description to people who cannot see the image.",
    ),
    "submit.package-missing": Code(
        "error", "the package is missing", "Without a package there is nothing to install."
    ),
    "submit.bad-url": Code(
        "error",
        "the URL is not an HTTP URL",
        "Pages link to it, so it must be the URL of a web page.",
    ),
    "submit.wrong-status": Code(
        "error",
        "the version cannot be changed in its current status",
        "It may have changed in the meantime.",
    ),
    "image.not-image": Code(
        "error", "the file is not an image", "The file is damaged, or has another format."
    ),
    "image.unsupported-format": Code(
        "error",
        "the image format is not supported",
        "Every browser displays PNG, JPEG and WebP. Animated images distract from the text.",
    ),
    "image.too-large": Code("error", "the image is too large", "Large images make pages slow."),
    "image.too-small": Code(
        "error", "the image has too few pixels", "It would look blurred on most screens."
    ),
    "image.below-recommended-size": Code(
        "warning",
        "the image has less than 1920 × 1080 pixels",
        "Smaller images look blurred on large screens and in link previews.",
    ),
    "image.not-16-9": Code("warning", "the image is not 16:9", "Cards crop images to 16:9."),
    "review.reason-missing": Code(
        "error", "the decision has no reason", "The owner needs to know what to change."
    ),
    "review.comment-empty": Code("error", "the comment is empty", "A comment needs text."),
    "review.wrong-status": Code(
        "error",
        "the decision is not possible in the current status",
        "Another moderator may have decided, or the owner may have withdrawn the version.",
    ),
    "review.packages-missing": Code(
        "error",
        "the decision does not name the reviewed packages",
        "A decision applies to exact files: it names the SHA-256 of every reviewed package.",
    ),
    "review.bad-hash": Code(
        "error",
        "a hash is not a SHA-256",
        "Packages are identified by their SHA-256, 64 hexadecimal digits.",
    ),
    "review.packages-changed": Code(
        "error",
        "the packages have changed since they were reviewed",
        "The owner replaced packages after the moderator opened the page. The new packages have "
        "not been reviewed.",
    ),
    "review.version-discarded": Code(
        "error",
        "the version was discarded",
        "Its owner withdrew and discarded it after the moderator opened the page.",
    ),
    "review.no-package": Code(
        "error",
        "the version has no package",
        "There is no package to review.",
    ),
    "review.package-damaged": Code(
        "error",
        "the stored file of a package is damaged or missing",
        "The stored file differs from the uploaded file, so it must not be published.",
    ),
    "review.not-listable": Code(
        "error",
        "the listing entry of a package cannot be made",
        "Blender refuses a whole listing for one bad entry, so the version must not become public.",
        message="{package} cannot be listed, its manifest is damaged: {reason}",
        hint="request changes, so that its owner uploads the package again",
        example={"package": "add-on-gear_tool-v1.0.0.zip", "reason": "KeyError: 'license'"},
    ),
    "report.text-missing": Code(
        "error", "the report has no text", "Moderators need to know what is wrong."
    ),
    "report.note-missing": Code(
        "error",
        "the note is missing",
        "The note explains the outcome to other moderators.",
    ),
    "report.unknown-reason": Code(
        "error", "the reason is unknown", "Reports are sorted by their reason."
    ),
    "report.already-handled": Code(
        "error", "the report was already handled", "Another moderator has closed it."
    ),
    "download.not-found": Code(
        "error", "the package does not exist", "The site has no package with this hash."
    ),
    "download.not-public": Code(
        "error",
        "the package is not public yet",
        "Until a version is approved, only its owner and moderators can download its packages.",
    ),
    "download.blocked": Code(
        "error",
        "the extension is blocked",
        "A moderator blocked the extension; its page shows the reason.",
    ),
    "download.file-missing": Code(
        "error",
        "the file of the package is missing",
        "The database has the package, but its file is not in the storage.",
    ),
    "download.file-damaged": Code(
        "error",
        "the stored file of the package is damaged",
        "A file of another size than was uploaded is not what was reviewed, and is not sent.",
    ),
    "storage.unavailable": Code(
        "error",
        "the file storage does not answer or is full",
        "A file is stored whole or not at all, and without its file nothing else is changed.",
    ),
    "storage.too-large": Code(
        "error",
        "the file is larger than may be stored",
        "A file is read in blocks, and only up to its limit.",
    ),
}
