"""Codes of the checks of stored packages on the website: malware, quarantine, what keeps a version from its publication."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "scan.quarantined": Code(
        "error",
        "a package is in quarantine",
        "A scanner found malware in it, or a moderator knows a file of it as bad. It is kept, and cannot be downloaded until a moderator finds that it is a "
        "false alarm.",
        message="{package} is in quarantine: malware or a known-bad file was found in it",
        hint="upload a package without it, or ask a moderator to look at it",
        example={"package": "gear_tool-1.2.0.zip"},
    ),
    "scan.not-finished": Code(
        "error",
        "a check of a package is not finished",
        "No version becomes public before the checks that the site requires were made.",
        message="the check of {package} for {step} is not finished",
        hint="wait a moment and try again",
        example={"package": "gear_tool-1.2.0.zip", "step": "malware"},
    ),
    "scan.unavailable": Code(
        "error",
        "a check of a package could not be made",
        "No version becomes public before the checks that the site requires were made. The site tries again by itself.",
        message="{package} could not be checked for {step}: {note}",
        hint="wait until the scanner is available again; the administrator of the site sees why it is not",
        example={
            "package": "gear_tool-1.2.0.zip",
            "step": "malware",
            "note": "clamd does not answer",
        },
    ),
    "scan.not-quarantined": Code(
        "error",
        "the package is not in quarantine",
        "Another moderator may have released it.",
        message="{package} is not in quarantine",
        hint="reload the page to see what happened",
        example={"package": "gear_tool-1.2.0.zip"},
    ),
    "scan.bad-hash": Code(
        "error",
        "a line has no SHA-256",
        "Known-bad files are identified by the SHA-256 of their bytes: 64 hexadecimal digits.",
        message="line {number} begins with no SHA-256: {text}",
        hint="write one hash a line, as sha256sum prints it; '#' begins a comment",
        variants={
            "empty": (
                "line {number} is the SHA-256 of an empty file, which many packages have",
                "leave it out",
            ),
            "none": ("there is no SHA-256", ""),
        },
        example={"number": 3, "text": "d41d8cd98f00b204e9800998ecf8427e"},
    ),
    "scan.hash-reason-missing": Code(
        "error",
        "known-bad files are added without a reason",
        "Another moderator must be able to see why a file is refused.",
        message="a reason is missing",
        hint="say where it is known from, for example: stealer in the add-ons of a hijacked account",
    ),
    "scan.too-many-hashes": Code(
        "error",
        "there are too many known-bad files",
        "A site has a limited list, and adds a limited number at once.",
        message="more than {limit} hashes cannot be added at once",
        hint="add them in several parts",
        variants={
            "site": (
                "the list can have {limit} hashes",
                "remove hashes that are not needed any more",
            )
        },
        example={"limit": 10_000},
    ),
    "scan.common-file": Code(
        "error",
        "the file is in packages of many extensions",
        "Such a file is more often a text of a licence or a common library than malware, and all packages with it "
        "would be put into quarantine.",
        message="{sha256} is a file in the packages of {number} extensions",
        hint="look at it with the source search; if it is bad all the same, confirm it",
        example={"sha256": "4b1e6a0c9f2d…", "number": 14},
    ),
    "scan.no-test-blender": Code(
        "error",
        "there is no Blender to test the version in",
        "A site tests packages in the Blenders of EXTERY_TEST_BLENDERS that are in the range of the version, on a system "
        "with a sandbox. Tests that run already are not started again.",
        message="no test of this version can be started",
        hint="'extery manage test_blenders' shows the Blenders of the site; wait for tests that are running",
    ),
    "scan.rule-quarantine": Code(
        "warning",
        "a rule of the site for malware matches a file",
        "The administrators of a site can have YARA rules of their own. A package with a match of such a rule is in "
        "quarantine until a moderator finds that it is a false alarm.",
        message="{files}: {description}",
        hint="remove what the rule is about and upload a new package; if it is a false alarm, say so to the moderators",
        example={
            "files": "'lib/loader.py'",
            "description": "Downloads a program and starts it",
            "rule": "local.dropper",
        },
    ),
    "scan.rule-review": Code(
        "error",
        "a rule of the site for reviews matches a file",
        "The administrators of a site can have YARA rules of their own. A moderator looks at each match of such a rule, and "
        "waives it if it is fine. No version with a match is approved before.",
        message="a moderator has to look at {files}: {description}",
        hint="explain in the conversation of the review why the package needs it, or remove it and upload a new package",
        example={
            "files": "'lib/loader.py'",
            "description": "Runs code that is packed as text",
            "rule": "local.packed_code",
        },
    ),
    "scan.rule-inform": Code(
        "warning",
        "a rule of the site matches a file",
        "The administrators of a site can have YARA rules of their own. Moderators read the matches of such a rule; it "
        "keeps no version from being approved.",
        message="{files}: {description}",
        hint="moderators may ask about it",
        example={
            "files": "'lib/loader.py'",
            "description": "Names an address of a chat service",
            "rule": "local.webhook",
        },
    ),
    "scan.rule-file": Code(
        "error",
        "a file of YARA rules is not used",
        "A file with an error is left out as a whole. The other files are used, but no package passes: those without a "
        "match are not scanned, and a moderator decides.",
        message="it is not used: {compiler_message}",
        hint="correct the line, and run 'extery manage scanner'",
        variants={
            "unreadable": (
                "it cannot be read: {os_error}",
                "let the user of the site read the file",
            ),
            "encoding": ("it is not used: it is not UTF-8", "save the file as UTF-8"),
        },
        example={
            "compiler_message": "unknown identifier `$b`: this identifier has not been declared"
        },
    ),
    "scan.rule-folder": Code(
        "error",
        "the YARA rules of the site cannot be read",
        "Packages wait until they were scanned: no version becomes public before.",
        message="the YARA rules in {folder} cannot be read: {os_error}",
        hint="create the folder and let the user of the site read it, or unset EXTERY_YARA_RULES",
        variants={
            "empty": (
                "there are no YARA rules in {folder}",
                "put files that end with .yar or .yara there, or unset EXTERY_YARA_RULES",
            )
        },
        example={"folder": "/srv/extery-rules", "os_error": "Permission denied"},
    ),
    "scan.check-ended": Code(
        "error",
        "the check of a package ended before it was complete",
        "Packages are checked in a process with limits of memory, time and disk. A package that takes more than any real "
        "one needs, or that crashes its check, is not accepted, because its content could not be checked.",
        message="the check of {package} ended before it was complete",
        hint="pack it again with 'extery build'; if it ends again, report it to the administrator of the site",
        variants={
            "memory": (
                "checking {package} takes too much memory",
                "leave out its largest files, such as code or data with very deep nesting",
            ),
            "time": (
                "checking {package} takes too long",
                "leave files out that no user needs, and split very large ones",
            ),
            "disk": (
                "the archives in {package} are too large when they are unpacked",
                "list smaller wheels, and leave out archives that no user needs",
            ),
            "output": (
                "there is too much in {package} to list",
                "check it with 'extery check', and correct the first problems",
            ),
            "crash": ("", ""),
        },
        example={"package": "gear_tool-1.2.0.zip", "variant": "memory"},
    ),
}
