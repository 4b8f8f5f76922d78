"""Codes of the website: settings, requests, accounts, permissions, uploads, reviews, reports."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "setting.unknown": Code(
        "error",
        "Unknown setting",
        "A misspelt variable would be ignored without a word, and the site would run with "
        "a default that nobody chose.",
    ),
    "setting.bad-value": Code(
        "error", "Setting with a bad value", "The site does not guess what was meant."
    ),
    "setting.port": Code(
        "error", "Port that cannot be used", "Only one program at a time listens on a port."
    ),
    "request.bad-value": Code(
        "error",
        "Value that cannot be read",
        "An answer to a misread question would look right and be wrong.",
    ),
    "request.not-json": Code(
        "error", "Body that is not JSON", "The API reads JSON, and files as multipart/form-data."
    ),
    "request.not-found": Code(
        "error", "Nothing at this address", "It never existed, was deleted, or is not public."
    ),
    "request.method": Code(
        "error", "Method not offered", "The address exists, but not for this HTTP method."
    ),
    "request.forged": Code(
        "error",
        "Request from another page",
        "A form that changes something must come from a page of this site, or another site "
        "could act in your name.",
    ),
    "request.too-many": Code(
        "error", "Too many requests", "Limits keep the site usable for everyone."
    ),
    "request.failed": Code(
        "error", "Mistake on the server", "This is the site's fault; it has been logged."
    ),
    "account.sign-in": Code(
        "error", "Sign in first", "Whatever changes the site needs somebody who did it."
    ),
    "account.token-unknown": Code(
        "error",
        "Unknown API token",
        "The token was mistyped, revoked or has expired; which of them is not said, because "
        "that would help people who guess.",
    ),
    "account.token-name-missing": Code(
        "error",
        "API token without a name",
        "Names tell tokens apart when one of them has to be revoked.",
    ),
    "account.token-expires-in-past": Code(
        "error", "API token that expires in the past", "It could never be used."
    ),
    "permission.owner": Code(
        "error", "For its owner only", "Only the owner of an extension changes it."
    ),
    "permission.moderator": Code(
        "error", "For moderators only", "Moderators decide what is public and handle reports."
    ),
    "upload.no-file": Code("error", "Upload without a file", "There is nothing to look at."),
    "upload.too-large": Code(
        "error",
        "Upload over the limit",
        "The limit keeps one upload from filling the disk; the site's owner can raise it.",
    ),
    "upload.text-too-long": Code(
        "error",
        "Text in the manifest too long for the site",
        "Blender sets no limit, but pages, file names and databases need one.",
    ),
    "upload.version-exists": Code(
        "error",
        "Version uploaded before",
        "A version never changes once it is there: people who have it must have the same.",
    ),
    "upload.file-exists": Code(
        "error", "File uploaded before", "The very same file is here already."
    ),
    "upload.id-taken": Code(
        "error",
        "Id of somebody else's extension",
        "Blender finds extensions by id, so an update under a foreign id would replace the "
        "other extension.",
    ),
    "upload.id-reserved": Code(
        "error",
        "Reserved id",
        "The id is an example's, or belonged to an extension that was deleted and that "
        "people may still have installed.",
    ),
    "upload.extension-blocked": Code(
        "error", "Extension is blocked", "A moderator must lift the block first."
    ),
    "upload.type-changed": Code(
        "error",
        "Type changed",
        "Blender installs add-ons and themes in different ways; an extension cannot turn "
        "from one into the other.",
    ),
    "upload.package-differs": Code(
        "error",
        "Package differs from the version's other package",
        "The packages of one version are the same extension for different platforms.",
    ),
    "submit.description-missing": Code(
        "error",
        "No description",
        "People decide by the description whether they install an extension.",
    ),
    "submit.image-missing": Code("error", "No image", "People want to see what they install."),
    "submit.alt-text-missing": Code(
        "error",
        "Image without a description",
        "People who cannot see the image hear its description instead.",
    ),
    "submit.package-missing": Code("error", "No package", "There is nothing to install."),
    "submit.wrong-state": Code(
        "error", "Not in a state to be changed", "Somebody else may have acted meanwhile."
    ),
    "image.not-image": Code("error", "Not an image", "The file is damaged or of another kind."),
    "image.format": Code(
        "error",
        "Image format not taken",
        "PNG, JPEG and WebP show in every browser; animated images distract from the text.",
    ),
    "image.too-large": Code("error", "Image over the limit", "Large images make pages slow."),
    "image.too-small": Code(
        "error", "Image with too few pixels", "It would be blurred on most screens."
    ),
    "image.below-guideline": Code(
        "warning",
        "Image below 1920 × 1080",
        "Smaller images are blurred on large screens and social cards.",
    ),
    "image.not-16-9": Code(
        "warning", "Image not 16:9", "Cards show images as 16:9 and cut off what is outside."
    ),
    "review.reason-missing": Code(
        "error", "Decision without a reason", "The owner needs to know what to change."
    ),
    "review.comment-empty": Code("error", "Empty comment", "There is nothing to say."),
    "review.wrong-state": Code(
        "error",
        "Not waiting for this decision",
        "Somebody else may have decided, or the owner withdrew it meanwhile.",
    ),
    "report.text-missing": Code(
        "error", "Report without a text", "Moderators need to know what to look for."
    ),
    "report.note-missing": Code(
        "error",
        "Report closed without a note",
        "The note tells the next moderator, and the reporter, why.",
    ),
    "report.unknown-reason": Code("error", "Unknown reason", "Reports are sorted by their reason."),
    "report.handled-already": Code(
        "error", "Report handled already", "Another moderator was faster."
    ),
    "download.not-found": Code(
        "error", "No such package", "No package with this hash is on this site."
    ),
    "download.not-public": Code(
        "error",
        "Package not public yet",
        "Until a version is approved only its owner and moderators get its packages.",
    ),
    "download.blocked": Code(
        "error",
        "Package of a blocked extension",
        "A moderator blocked the extension, and its page says why.",
    ),
    "download.file-missing": Code(
        "error",
        "Package lost on the server",
        "The database knows the package but its file is not in the media folder.",
    ),
}
