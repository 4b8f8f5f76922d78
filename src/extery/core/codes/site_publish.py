"""Codes of uploading packages to the website and submitting versions for review."""

from __future__ import annotations

from extery.core.codes import Code
from extery.core.types import ADD_ON, THEME

_NEW_VERSION = "increase the version in the manifest and build the package again"

CODES: dict[str, Code] = {
    "upload.no-file": Code(
        "error",
        "the upload has no file",
        "An upload consists of a package.",
        message="the upload has no file",
        hint="send the package as multipart/form-data in the field 'file'",
    ),
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
        message="{field} contains {value!r}, which has unsupported characters",
        hint="use letters (a to z), digits, '.', '+', '-' and '_'",
        variants={
            "nul": ("{field} contains NUL", "remove \\u0000 from the manifest"),
        },
        example={"field": "version", "value": "1.0.0/beta"},
    ),
    "upload.text-too-long": Code(
        "error",
        "a text in the manifest is too long",
        "Blender sets no limit, but pages, file names and databases need one.",
        message="{field} has {length} characters; the limit is {max_length}",
        hint="shorten it",
        variants={
            "items": ("{field} has {length} items; the limit is {max_length}", "shorten the list"),
        },
        example={"field": "name", "length": 250, "max_length": 200},
    ),
    "upload.library-url": Code(
        "error",
        "the URL of the library cannot be used on this site",
        "Blender accepts any text after http:// or https://. This site shows the URL and its host, so that "
        "everyone sees which server Blender will contact.",
        message="{value!r} has characters that a URL cannot have",
        hint="use printable characters without white space; write others as %20 or as punycode",
        variants={
            "no-host": (
                "{value!r} has no host",
                "write the whole URL, for example 'https://assets.example.org/gears/'",
            ),
            "user": (
                "{value!r} has a user name, which can be taken for the host",
                "leave out what is before '@'; users enter tokens in Blender's preferences",
            ),
        },
        example={"value": "https://assets.example.org/my gears/"},
    ),
    "upload.version-exists": Code(
        "error",
        "the version was uploaded before",
        "A version never changes, so that everyone who has installed it has the same files.",
        message="{id} {version} was uploaded before",
        hint=_NEW_VERSION,
        variants={
            "declined": ("", f"{_NEW_VERSION}, or discard the declined version first"),
        },
        example={"id": "gear_tool", "version": "1.0.0"},
    ),
    "upload.other-version": Code(
        "error",
        "the package is of another version",
        "It was uploaded to replace the package of one version.",
        message="the manifest says version {version}; this page is about {expected}",
        hint="change the version in the manifest to {expected}, or publish the package as a version of its own",
        variants={
            "id": (
                "the manifest says id {id}; this page is about {expected}",
                "change the id in the manifest to {expected}, or publish the package as another extension",
            ),
        },
        example={"version": "1.1.1", "expected": "1.1.0"},
    ),
    "upload.file-exists": Code(
        "error",
        "the file was uploaded before",
        "An identical file exists on the site.",
        message="this file was uploaded before, as {id} {version}",
        hint="build a package with a new version",
        example={"id": "gear_tool", "version": "1.0.0"},
    ),
    "upload.known-malware": Code(
        "error",
        "the file is known to contain malware",
        "A scanner found malware in an identical file before.",
        message="an identical file was uploaded before, and malware was found in it",
        hint="find out how it came into your package, remove it, and build a new package; if it is a false alarm, "
        "ask a moderator",
    ),
    "upload.known-bad": Code(
        "error",
        "the package is known to be bad",
        "Moderators keep a list of files that no package may have, such as known malware.",
        message="this package is on the list of known-bad files of the site",
        hint="find out how it came to you, and build a new package from sources that you trust; if it is a mistake, ask a "
        "moderator",
        variants={
            "file": (
                "{file} is on the list of known-bad files of the site",
                "remove it, find out how it came into your extension, and build again; if it is a mistake, ask a moderator",
            ),
        },
    ),
    "upload.id-taken": Code(
        "error",
        "the id belongs to another extension",
        "Blender identifies extensions by id, so an update with the id of another extension would "
        "replace it.",
        message="the id {id} belongs to another extension",
        hint="choose another id in the manifest",
        variants={
            "similar": ("the id {id} belongs to another extension (as {existing})", ""),
            "draft": (
                "the id {id} is held until {until} by a draft that another account has not submitted",
                "choose another id in the manifest, or upload the package again after that time",
            ),
        },
        example={"id": "gear_tool"},
    ),
    "upload.id-reserved": Code(
        "error",
        "the id is reserved",
        "It is used in examples, or belonged to a deleted extension that may still be installed.",
        message="the id {id} is reserved",
        hint="choose another id in the manifest",
        variants={
            "deleted": ("the id {id} belonged to an extension that was deleted", ""),
            "own": (
                "the id {id} belongs to an extension that you have deleted",
                "restore that extension in 'My extensions', then upload the package again",
            ),
        },
        example={"id": "my_example_extension"},
    ),
    "upload.extension-blocked": Code(
        "error",
        "the extension is blocked",
        "A moderator must unblock it first.",
        message="{extension} is blocked: {reason}",
        hint="comment in its review thread to contact the moderators",
        example={"extension": "Gear Tool", "reason": "it sends files to a server"},
    ),
    "upload.type-changed": Code(
        "error",
        "the type changed",
        "Blender installs each type of extension in a different way, so the type cannot change.",
        message="{id} has the type {existing}, but this package has the type {type}",
        hint="keep the type, or choose another id",
        example={"id": "gear_tool", "existing": ADD_ON.name, "type": THEME.name},
    ),
    "upload.package-differs": Code(
        "error",
        "the packages of the version differ",
        "The packages of a version must differ in their platforms only.",
        message="{field} differs from the package that was uploaded before",
        hint="build all packages of a version from the same manifest, or one package for all platforms, which "
        "replaces them",
        example={"field": "tagline"},
    ),
    "submit.description-missing": Code(
        "error",
        "the description is missing",
        "The description helps users decide whether to install an extension.",
        message="the description is missing",
        hint="add a description",
    ),
    "submit.image-missing": Code(
        "error",
        "the image is missing",
        "The image shows users what the extension does.",
        message="the image is missing",
        hint="add an image",
    ),
    "submit.alt-text-missing": Code(
        "error",
        "the image description (alt text) is missing",
        "Screen readers read the description to people who cannot see the image.",
        message="the image description (alt text) is missing",
        hint="add an image description (alt text)",
    ),
    "submit.gallery-alt-text-missing": Code(
        "error",
        "the alt text of a picture or video in the gallery is missing",
        "Screen readers read the alt text to people who cannot see the picture.",
        message="the alt text of a picture or video in the gallery is missing",
        hint="add the alt texts of the gallery",
    ),
    "submit.package-missing": Code(
        "error",
        "the package is missing",
        "Without a package there is nothing to install.",
        message="the package is missing",
        hint="upload a package",
    ),
    "submit.file-held": Code(
        "error",
        "a file of the version is not ready",
        "The packages of a version are published together or not at all.",
        message="{name} has errors, so the version is held",
        hint="replace {name}, or remove it",
        variants={
            "unfinished": (
                "{name} is not uploaded completely, so the version is held",
                "finish uploading {name}, or remove it",
            ),
        },
        example={"name": "gear_tool-macos.zip"},
    ),
    "submit.quarantined": Code(
        "error",
        "a package is in quarantine",
        "A scanner found malware in it.",
        message="a package is in quarantine, because the scanner found malware in it",
        hint="upload a package without it, which replaces it, or ask a moderator to look at it",
    ),
    "submit.already-stable": Code(
        "error",
        "the version is stable",
        "Only a beta version can be made stable.",
        message="version {version} is stable: everyone is offered it",
        hint="choose a beta version",
        example={"version": "1.0.0"},
    ),
    "submit.bad-channel": Code(
        "error",
        "unknown channel",
        "A version is stable or beta.",
        message="there is no channel {channel}",
        hint="choose stable or beta",
        example={"channel": "nightly"},
    ),
    "submit.edited-elsewhere": Code(
        "error",
        "the text was changed elsewhere",
        "Another tab, or a program with a token, saved another text in the meantime. Neither is lost.",
        message="{field} was changed in another place since this page was opened",
        hint="compare both texts, and save the one that you want",
        example={"field": "description"},
    ),
    "submit.not-confirmed": Code(
        "error",
        "a statement is not confirmed",
        "Who publishes an extension says that it may be published, and that it does what its page says.",
        message="confirm that you may publish it",
        hint="tick the box",
        variants={
            "rights": ("confirm that you made it, or may publish it under its licence", ""),
            "honest": ("confirm that it does what its page says, and nothing else", ""),
        },
    ),
    "submit.bad-url": Code(
        "error",
        "the URL is not an HTTP URL",
        "Pages link to it, so it must be the URL of a web page.",
        message="{url!r} is not the URL of a web page",
        hint="enter a URL that starts with https://",
        example={"url": "ftp://example.org/gear_tool"},
    ),
    "submit.wrong-status": Code(
        "error",
        "the version cannot be changed in its current status",
        "It may have changed in the meantime.",
        message="{extension} {version} cannot be changed now: its status is '{status}'",
        hint="reload the page to see what happened",
        variants={"discarded": ("version {version} was discarded in the meantime", "")},
        example={"extension": "Gear Tool", "version": "1.0.0", "status": "Approved"},
    ),
}
