"""Codes of uploading packages to the website and submitting versions for review."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "upload.no-file": Code("error", "the upload has no file", "An upload consists of a package."),
    "upload.too-large": Code(
        "error",
        "the upload exceeds the size limit",
        "The limit keeps an upload from filling the disk; the site's administrator can raise it.",
        message="the upload exceeds the limit of {max_size}",
        hint="leave out files that the extension does not need, or build one package per platform",
        example={"max_size": "200 MB"},
    ),
    "upload.no-space": Code(
        "error",
        "the server has no space for the upload",
        "The disk space for uploads in progress is limited, and other uploads use it.",
        message="the server has no disk space for another upload at the moment",
        hint="wait a minute, then upload it again",
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
}
