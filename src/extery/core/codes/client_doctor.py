"""Codes of the findings of ``extery doctor`` and ``extery audit``."""

from __future__ import annotations

from extery.core.codes import Code

_FOLDER = "/home/ada/.config/blender/4.2/extensions"
_STUDIO = f"{_FOLDER}/studio"
_STORE = "/home/ada/.cache/extery/packages"
_NEXT = "The next command that changes something completes or removes it."
_OPTIONS = " --blender 4.2"

CODES = {
    "audit.blocked": Code(
        "error",
        "an installed extension is blocked",
        "The owners of a repository block extensions that do harm; Blender keeps them enabled.",
        message="{name} {version} is blocked by its repository: {reason}",
        hint="remove it: extery remove {name}{options}",
        example={
            "name": "studio.gear_tool",
            "version": "1.2.3",
            "reason": "it mines coins",
            "options": _OPTIONS,
        },
    ),
    "policy.not-allowed": Code(
        "warning",
        "an extension has a licence or permission that the policy does not allow",
        "The policy file lists what is allowed, and whether other extensions are warned of, disabled or removed.",
        message="{name} has the {kind} {words}, which the policy does not allow",
        hint="add it to the policy file, or remove the extension: extery remove {name}",
        example={"name": "studio.gear_tool", "kind": "permission", "words": "network"},
    ),
    "policy.not-disabled": Code(
        "error",
        "an extension that the policy does not allow stays enabled",
        "Extensions are disabled in Blender's preferences, by Blender itself.",
        message="{names} cannot be disabled in {target}: {reason}",
        hint="name Blender's program in EXTERY_BLENDER, or for one run: extery audit --with FILE; or remove what is not "
        "allowed, which needs no Blender: extery config set blocked remove",
        example={
            "names": "studio.gear_tool",
            "target": "Blender 4.2",
            "reason": "no Blender 4.2 is found on PATH and in the usual folders",
        },
    ),
    "policy.refused": Code(
        "error",
        "the policy does not allow an extension",
        "What the policy would disable or remove is not installed.",
        message="{name} is not installed: the policy does not allow its {kind} {words}",
        hint="choose another extension, or add it to the policy file",
        example={"name": "studio.gear_tool", "kind": "permission", "words": "network"},
    ),
    "audit.outdated": Code(
        "warning",
        "an installed extension has a newer version",
        "Newer versions may correct mistakes and close security holes.",
        message="{name} {version} is outdated, {newest} is available",
        hint="update it: extery update {name}{options}",
        variants={"held": ("", "it is pinned; release it: extery unpin {name}{options}")},
        example={
            "name": "studio.gear_tool",
            "version": "1.2.3",
            "newest": "1.3.0",
            "options": _OPTIONS,
        },
    ),
    "doctor.blender-lock-held": Code(
        "warning",
        "Blender is changing the extensions of a repository",
        "A running Blender holds its lock while it installs or syncs; a crash of its dialog can leave it held until Blender ends.",
        message="Blender holds the lock of {name}, its files are in {holder}",
        hint="wait until it has installed; if it does nothing, save your work and quit Blender",
        example={"name": "studio", "holder": "/tmp/blender_a1b2"},  # noqa: S108
    ),
    "doctor.blender-lock-left": Code(
        "warning",
        "a Blender that has ended has left its lock",
        "Blender and extery take such a lock as free and remove it.",
        message="a Blender that has ended has left the lock of {name}",
        hint="remove it: {cure}",
        example={"name": "studio", "cure": f"rm {_STUDIO}/.blender_ext/index.lock"},
    ),
    "doctor.certificate": Code(
        "error",
        "the certificate of a server is not valid",
        "Another server may be answering in its place. Nothing is received from it.",
        message="the certificate of {url} is not valid: {reason}",
        hint="check the address, and try it in a web browser",
        variants={
            "clock": (
                "the certificate of {url} seems to be invalid because the clock of this computer is {difference}",
                "set the clock: {set_clock}",
            ),
            "expired": (
                "the certificate of {url} has expired, and the clock of this computer is right as far as is known",
                "ask the owner of the repository to renew it",
            ),
            "not-yet-valid": (
                "the certificate of {url} is not valid yet",
                "check the clock of this computer: {set_clock}",
            ),
            "other-host": (
                "the certificate of {url} is for another host: {reason}",
                "correct the address with 'extery repo', or ask the owner of the server",
            ),
            "self-signed": (
                "the certificate of {url} is signed by itself",
                "if you trust it: openssl s_client -connect {host} </dev/null | openssl x509 > server.pem, then set SSL_CERT_FILE to that file",
            ),
            "unknown-issuer": (
                "the issuer of the certificate of {url} is not known to this computer",
                "a company or its proxy may have issued it: set SSL_CERT_FILE to the file with its root certificate",
            ),
        },
        example={
            "url": "https://example.org/index.json",
            "host": "example.org:443",
            "reason": "Hostname mismatch, certificate is not valid for 'example.org'",
            "difference": "3 days behind",
            "set_clock": "sudo timedatectl set-ntp true",
        },
    ),
    "doctor.clock": Code(
        "error",
        "the clock of this computer is wrong",
        "Certificates are refused with a wrong clock, and what was changed last cannot be told.",
        message="the clock of this computer is {difference}, compared with that of {host}",
        hint="set the clock: {set_clock}",
        variants={
            "journal": (
                "the clock of this computer is {difference}, compared with the time of operation {number}",
                "",
            )
        },
        example={
            "difference": "2 hours ahead",
            "host": "example.org",
            "set_clock": "sudo timedatectl set-ntp true",
            "number": 7,
        },
    ),
    "doctor.disk-space": Code(
        "warning",
        "the disk is almost full",
        "An installation needs space for the package and for its files, and keeps the old ones for undo. Downloads stop before a disk is full.",
        message="the disk has {free} free, less than {minimum}",
        hint="remove what was kept: extery gc --keep-operations 0 --keep-days 0 --keep-packages 1{options}",
        example={"free": "120 MB", "minimum": "500 MB", "options": _OPTIONS},
    ),
    "doctor.interrupted": Code(
        "warning",
        "an operation was interrupted",
        f"The computer or the command was stopped while folders were switched. {_NEXT}",
        message="operation {number} ({command}) was interrupted",
        hint="complete it: extery gc{options}",
        variants={"rename": ("the renaming of a repository was interrupted", "")},
        example={"number": 7, "command": "update", "options": _OPTIONS},
    ),
    "doctor.leftover": Code(
        "warning",
        "an interrupted Blender has left files",
        "Blender unpacks and deletes in such folders. It ignores them, but they take space.",
        message="Blender has left {name} in {repository}",
        hint="remove it while no Blender is open: {cure}",
        variants={
            "listings": (
                "Blender has left {count} unfinished downloads of the listing of {repository}",
                "",
            )
        },
        example={
            "name": "gear_tool@",
            "repository": "studio",
            "count": 3,
            "cure": f"rm -r {_STUDIO}/gear_tool@",
        },
    ),
    "doctor.lock-held": Code(
        "warning",
        "another command is at work",
        "Commands that change the same folder wait for each other.",
        message="{holder} is at work in this folder",
        hint="wait until it has ended, or end it: {kill}",
        variants={"other-computer": ("", "wait until it has ended, or end it on {host}")},
        example={
            "holder": "process 4711 (update) on build-1, since 2026-01-31 13:05:00",
            "host": "build-1",
            "kill": "kill 4711",
        },
    ),
    "doctor.lock-left": Code(
        "warning",
        "a command that was killed has left its mark on the lock",
        f"The lock itself is free. {_NEXT}",
        message="a command that has worked in this folder was killed",
        hint="complete what it has begun: extery gc{options}",
        example={"options": _OPTIONS},
    ),
    "doctor.manifest": Code(
        "error",
        "the manifest of an installed extension is broken",
        "Blender ignores an extension whose manifest it cannot read.",
        message="{name} cannot be loaded: {problem}",
        hint="install it again: extery install --reinstall {name}{options}",
        variants={"local": ("", "see all problems: extery validate {path}")},
        example={
            "name": "studio.gear_tool",
            "id": "gear_tool",
            "problem": "blender_manifest.toml is missing",
            "path": f"{_FOLDER}/mine/gear_tool",
            "options": _OPTIONS,
        },
    ),
    "doctor.old-downloads": Code(
        "warning",
        "parts of downloads were left",
        "A download that is interrupted continues where it has stopped, unless it is not wanted any more.",
        message="downloads were given up more than a day ago: {size} in {count} file(s)",
        hint="remove them: {cure}",
        example={"count": 2, "size": "18 MB", "cure": f"find {_STORE} -name '*.part' -delete"},
    ),
    "doctor.package-missing": Code(
        "warning",
        "the package of an installed extension is not in the store",
        "Without it the next update is fetched whole, and verify, repair and lock need the network.",
        message="the package of {name} {version} is not in the store",
        hint="fetch it: extery install --reinstall {name}=={version}{options}",
        variants={
            "damaged": (
                "the package of {name} {version} in the store has another size",
                "remove it, it is fetched again when it is needed: {cure}",
            )
        },
        example={
            "name": "studio.gear_tool",
            "version": "1.2.3",
            "cure": f"rm {_STORE}/9f/9f86d081.zip",
            "options": _OPTIONS,
        },
    ),
    "doctor.permissions": Code(
        "error",
        "a folder or file cannot be used",
        "Commands that were run as another user, for example with sudo, leave files that you cannot change.",
        message="{name} cannot be {needed}",
        hint="allow it: {cure}",
        variants={"owner": ("{name} belongs to another user and cannot be {needed}", "")},
        example={"name": "studio", "needed": "written", "cure": f"chmod u+rwx {_STUDIO}"},
    ),
    "doctor.proxy": Code(
        "error",
        "a proxy does not answer",
        "All requests go through the proxy that is set, so no repository can be reached.",
        message="the proxy {proxy} cannot be used: {reason}",
        hint="correct or remove the variable {variable}",
        variants={
            "setting": (
                "",
                "correct it, or return to that of the system: extery config set proxy auto",
            ),
            "system": ("", "correct the proxy in the settings of the system"),
        },
        example={
            "proxy": "http://proxy.example.org:3128",
            "variable": "https_proxy",
            "reason": "Connection refused",
        },
    ),
    "doctor.renamed": Code(
        "error",
        "the folder of an extension has another name than its id",
        "In a repository with a URL Blender ignores a folder that is not named as the id; elsewhere the name has to be an identifier.",
        message="the folder {folder} in {repository} has the extension {id}, so Blender ignores it",
        hint="rename it: {cure}",
        variants={"taken": ("", "there is a folder {id} too, so remove this one: {cure}")},
        example={
            "folder": "gear_tool_old",
            "id": "gear_tool",
            "repository": "studio",
            "cure": f"mv {_STUDIO}/gear_tool_old {_STUDIO}/gear_tool",
        },
    ),
    "doctor.state": Code(
        "error",
        "a file of the client is damaged",
        "A disk that was full, or another program, has written it.",
        message="{path} cannot be read",
        hint="remove it, it is made again: {cure}",
        variants={
            "listing": (
                "the listing {path} cannot be read, so Blender shows nothing of its repository",
                "fetch it again: {cure}, then extery sync{options}",
            ),
            "operation": (
                "operation {path} of the journal cannot be read, so it cannot be undone",
                "remove it: {cure}",
            ),
            "records": (
                "{path} cannot be read, so it is not known which packages are installed",
                "remove it and install again: {cure}, then extery repair{options}",
            ),
            "repositories": (
                "the list of repositories cannot be read",
                "remove it and add them again: {cure}, then extery repo add or extery repo import{options}",
            ),
        },
        example={
            "path": "sync.json",
            "cure": f"rm {_FOLDER}/.extery/sync.json",
            "options": _OPTIONS,
        },
    ),
    "doctor.temporary-files": Code(
        "warning",
        "a command that was killed has left files",
        _NEXT,
        message="commands that were killed have left {count} temporary files or folders",
        hint="remove them: extery gc{options}",
        example={"count": 2, "options": _OPTIONS},
    ),
    "doctor.tokens-readable": Code(
        "error",
        "other users can read the access tokens",
        "A token gives access to a repository to anyone who has it.",
        message="other users of this computer can read the access tokens",
        hint="forbid it: {cure}",
        example={"cure": "chmod 600 /home/ada/.config/extery/tokens.json"},
    ),
    "doctor.twin-extensions": Code(
        "warning",
        "an extension is installed from several repositories",
        "Blender loads both, and their operators and keys replace each other.",
        message="{id} is installed several times: {names}",
        hint="keep one, for example: extery remove {last}{options}",
        example={
            "id": "gear_tool",
            "names": "blender_org.gear_tool and studio.gear_tool",
            "last": "studio.gear_tool",
            "options": _OPTIONS,
        },
    ),
    "doctor.twin-repositories": Code(
        "warning",
        "two repositories have the same URL",
        "Everything in them is offered, and may be installed, twice.",
        message="{name} and {other} have the same URL: {url}",
        hint="remove one: extery repo remove {name}{options}",
        example={
            "name": "studio_001",
            "other": "studio",
            "url": "https://example.org/index.json",
            "options": _OPTIONS,
        },
    ),
    "doctor.unfit": Code(
        "warning",
        "an installed extension does not fit the Blender",
        "Blender does not load it. It may have been installed for an earlier or later Blender.",
        message="{name} {version} is not loaded by {target}: {reason}",
        hint="update it: extery update {name}{options}, or remove it: extery remove {name}{options}",
        example={
            "name": "studio.gear_tool",
            "version": "1.2.3",
            "target": "Blender 5.3",
            "reason": "it is for Blender older than 5.0.0",
            "options": _OPTIONS,
        },
    ),
    "doctor.wheel-python": Code(
        "warning",
        "the wheels of an installed extension are for another Python",
        "Each series of Blender has its Python, and compiled packages work with one version only. Blender does not load the extension.",
        message="the wheels of {name} {version} are for Python {pythons}, {target} has Python {python}",
        hint="get a version for this Blender: extery install --reinstall {name}{options}",
        example={
            "name": "studio.gear_tool",
            "version": "1.2.3",
            "pythons": "3.11",
            "target": "Blender 5.3",
            "python": "3.13",
            "options": _OPTIONS,
        },
    ),
}
