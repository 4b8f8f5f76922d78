"""Codes of the website: settings, requests, accounts, permissions, uploads, reviews, reports."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "setting.unknown": Code(
        "error",
        "there is no such setting",
        "A misspelt variable would be ignored without a word, and the site would run with "
        "a default that nobody chose.",
    ),
    "setting.bad-value": Code(
        "error",
        "a setting has a value that cannot be read",
        "The site does not guess what was meant.",
    ),
    "setting.port": Code(
        "error", "the port cannot be used", "Only one program at a time listens on a port."
    ),
    "setting.database": Code(
        "error",
        "the database cannot be used",
        "Everything but packages, images and keys is in the database: without it the site cannot "
        "answer anything.",
    ),
    "setting.database-encoding": Code(
        "error",
        "the database has another encoding than UTF8",
        "Names and texts in every language must be stored and compared as they are.",
    ),
    "setting.database-outdated": Code(
        "error",
        "the database is not up to date",
        "A worker does not change tables: several may start at once, beside a running web server.",
    ),
    "setting.demo-public": Code(
        "error",
        "the demo is refused on a public site",
        "The password of the demo accounts is public, and one of them is a moderator.",
    ),
    "request.conflict": Code(
        "error",
        "another request changed the same",
        "Of two requests that store the same at one moment only one can succeed.",
    ),
    "request.unavailable": Code(
        "error",
        "the database is busy or does not run",
        "The site waits for the database for some seconds and changes nothing if that is in vain.",
    ),
    "request.bad-value": Code(
        "error",
        "a value cannot be read",
        "An answer to a misread question would look right and be wrong.",
    ),
    "request.too-large": Code(
        "error", "the request is too large", "Only files may be large; texts have their limits."
    ),
    "request.not-json": Code(
        "error", "the body is not JSON", "The API reads JSON, and files as multipart/form-data."
    ),
    "request.not-found": Code(
        "error",
        "there is nothing at this address",
        "It never existed, was deleted, or is not public.",
    ),
    "request.method": Code(
        "error",
        "the method is not offered here",
        "The address exists, but not for this HTTP method.",
    ),
    "request.forged": Code(
        "error",
        "the request does not come from a page of this site",
        "A form that changes something must come from a page of this site, or another site "
        "could act in your name.",
    ),
    "request.too-many": Code(
        "error", "there were too many requests", "Limits keep the site usable for everyone."
    ),
    "request.failed": Code(
        "error", "the site made a mistake", "This is the site's fault; it has been logged."
    ),
    "account.sign-in": Code(
        "error",
        "this needs somebody who is signed in",
        "Whatever changes the site needs somebody who did it.",
    ),
    "account.token-unknown": Code(
        "error",
        "the API token cannot be used",
        "The token was mistyped, revoked or has expired; which of them is not said, because "
        "that would help people who guess.",
    ),
    "account.token-name-missing": Code(
        "error",
        "the API token has no name",
        "Names tell tokens apart when one of them has to be revoked.",
    ),
    "account.token-expires-in-past": Code(
        "error", "the API token expires in the past", "It could never be used."
    ),
    "permission.owner": Code(
        "error", "only the owner may do this", "Only the owner of an extension changes it."
    ),
    "permission.moderator": Code(
        "error",
        "only moderators may do this",
        "Moderators decide what is public and handle reports.",
    ),
    "upload.no-file": Code("error", "the upload has no file", "There is nothing to look at."),
    "upload.too-large": Code(
        "error",
        "the upload is larger than the site takes",
        "The limit keeps one upload from filling the disk; the site's owner can raise it.",
    ),
    "upload.no-space": Code(
        "error",
        "the server has no space for the upload",
        "The space for uploads in progress is limited, and other uploads fill it.",
    ),
    "upload.not-plain": Code(
        "error",
        "a version or platform has unusual characters",
        "Blender takes any text there, but both become parts of addresses and file names.",
    ),
    "upload.text-too-long": Code(
        "error",
        "a text in the manifest is longer than the site takes",
        "Blender sets no limit, but pages, file names and databases need one.",
    ),
    "upload.version-exists": Code(
        "error",
        "the version was uploaded before",
        "A version never changes once it is there: people who have it must have the same.",
    ),
    "upload.file-exists": Code(
        "error", "the file was uploaded before", "The very same file is here already."
    ),
    "upload.id-taken": Code(
        "error",
        "the id belongs to another extension",
        "Blender finds extensions by id, so an update under a foreign id would replace the "
        "other extension.",
    ),
    "upload.id-reserved": Code(
        "error",
        "the id is reserved",
        "The id is an example's, or belonged to an extension that was deleted and that "
        "people may still have installed.",
    ),
    "upload.extension-blocked": Code(
        "error", "the extension is blocked", "A moderator must lift the block first."
    ),
    "upload.type-changed": Code(
        "error",
        "the type changed",
        "Blender installs add-ons and themes in different ways; an extension cannot turn "
        "from one into the other.",
    ),
    "upload.package-differs": Code(
        "error",
        "the packages of the version differ",
        "The packages of one version are the same extension for different platforms.",
    ),
    "submit.description-missing": Code(
        "error",
        "there is no description",
        "People decide by the description whether they install an extension.",
    ),
    "submit.image-missing": Code(
        "error", "there is no image", "People want to see what they install."
    ),
    "submit.alt-text-missing": Code(
        "error",
        "the image has no description",
        "People who cannot see the image hear its description instead.",
    ),
    "submit.package-missing": Code("error", "there is no package", "There is nothing to install."),
    "submit.bad-link": Code(
        "error",
        "the address is not a web address",
        "People click on it, so it may lead to a web page and nowhere else.",
    ),
    "submit.wrong-state": Code(
        "error", "the version cannot be changed now", "Somebody else may have acted meanwhile."
    ),
    "image.not-image": Code(
        "error", "the file is not an image", "The file is damaged or of another kind."
    ),
    "image.format": Code(
        "error",
        "the image has a format that is not taken",
        "PNG, JPEG and WebP show in every browser; animated images distract from the text.",
    ),
    "image.too-large": Code("error", "the image is too large", "Large images make pages slow."),
    "image.too-small": Code(
        "error", "the image has too few pixels", "It would be blurred on most screens."
    ),
    "image.below-guideline": Code(
        "warning",
        "the image has less than 1920 × 1080 pixels",
        "Smaller images are blurred on large screens and social cards.",
    ),
    "image.not-16-9": Code(
        "warning", "the image is not 16:9", "Cards show images as 16:9 and cut off what is outside."
    ),
    "review.reason-missing": Code(
        "error", "the decision has no reason", "The owner needs to know what to change."
    ),
    "review.comment-empty": Code("error", "the comment is empty", "There is nothing to say."),
    "review.wrong-state": Code(
        "error",
        "nothing waits for this decision",
        "Somebody else may have decided, or the owner withdrew it meanwhile.",
    ),
    "review.packages-missing": Code(
        "error",
        "the decision does not say which packages it is about",
        "A decision is about bytes: it names the SHA-256 of every package that the moderator saw.",
    ),
    "review.bad-hash": Code(
        "error",
        "a hash is not a SHA-256",
        "Packages are told apart by their SHA-256, 64 hexadecimal digits.",
    ),
    "review.packages-changed": Code(
        "error",
        "the packages are not those that the decision is about",
        "The owner replaced packages after the moderator looked at them. The new ones have "
        "not been reviewed.",
    ),
    "review.version-gone": Code(
        "error",
        "the version was discarded meanwhile",
        "Its owner withdrew and discarded it after the moderator looked at it.",
    ),
    "review.no-package": Code(
        "error",
        "the version has no package",
        "There are no bytes that a decision could be about.",
    ),
    "review.package-damaged": Code(
        "error",
        "the stored file of a package is damaged or missing",
        "The bytes on the disk are not those that were uploaded and reviewed, so they must not "
        "become public.",
    ),
    "report.text-missing": Code(
        "error", "the report has no text", "Moderators need to know what to look for."
    ),
    "report.note-missing": Code(
        "error",
        "the note is missing",
        "The note tells the next moderator, and the reporter, why.",
    ),
    "report.unknown-reason": Code(
        "error", "there is no such reason", "Reports are sorted by their reason."
    ),
    "report.handled-already": Code(
        "error", "the report was handled already", "Another moderator was faster."
    ),
    "download.not-found": Code(
        "error", "there is no such package", "No package with this hash is on this site."
    ),
    "download.not-public": Code(
        "error",
        "the package is not public yet",
        "Until a version is approved only its owner and moderators get its packages.",
    ),
    "download.blocked": Code(
        "error",
        "the extension is blocked",
        "A moderator blocked the extension, and its page says why.",
    ),
    "download.file-missing": Code(
        "error",
        "the site has lost the package",
        "The database knows the package but its file is not in the media folder.",
    ),
}
