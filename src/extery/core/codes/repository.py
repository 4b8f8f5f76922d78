"""What can go wrong with a repository as a whole: mirroring, checking and previewing it."""

from __future__ import annotations

from extery.core.codes import Code


def _error(title: str, why: str) -> Code:
    return Code("error", title, why)


def _warning(title: str, why: str) -> Code:
    return Code("warning", title, why)


_INSTALL = (
    "Blender compares it while installing and refuses the package, after it has been offered."
)
_BREAKS = "Blender shows the extension and fails when it is to be installed."

CODES = {
    "mirror.locked": _error("another program works in the folder", "Two mirrors in one folder would take away each other's files."),
    "mirror.lock-unusable": _error("the lock file cannot be used", "Without a lock, two mirrors in one folder could take away each other's files."),
    "mirror.package-mismatch": _error("a package is not the one that its entry names", "Blender compares id and version, and refuses to install it."),
    "mirror.not-a-mirror": _error("the folder is a repository, not a mirror", "A mirror replaces the listing, which would overwrite the repository."),
    "mirror.other-source": _error("the folder mirrors another repository", "All of its packages would be removed, which is rarely meant."),
    "mirror.unwritable": _error("the mirror cannot be written", "The system refused it; what was there before is still there."),
    "mirror.package-failed": _error("a package could not be mirrored", "The old listing and its packages stay until every package is there."),
    "mirror.system-left-out": _warning("an older version is not offered to every platform", "A listing cannot say 'every platform but these', so platforms that nobody has named get nothing here."),
    "mirror.no-match": _warning("no extension passes the filters", "The mirror is empty, which often hides a misspelling."),
    "server.compressed": _error("a listing or a package arrives compressed although that was not requested", "Blender does not unpack it, and refuses what it has received."),
    "server.pythons": _warning("the Python versions of an entry cannot be read", "Blender complains of them each time it looks, and offers the extension to every Python."),
    "server.address": _error("Blender cannot ask for the address of a package", "Its HTTP library refuses spaces and letters beyond ASCII, and takes what is before an @ for a part of the host."),
    "server.not-droppable": _warning("a package cannot be dropped onto Blender", "Blender takes a link as a package only if its path ends in .zip, and finds its entry only without a query."),
    "server.name-unsafe": _warning("a package has a name that does not work everywhere", "On other systems, or on a web server, the file may not be found under it, or not be storable at all."),
    "server.local-file": _warning("an entry names a file of one computer", "Whoever reads the listing on another computer finds no package."),
    "server.not-encrypted": _warning("a package comes over an unencrypted connection", "The listing came encrypted; the download of this package can be observed."),
    "server.archive-missing": _error("the package of an entry is missing", _BREAKS),
    "server.archive-size": _error("the size of a package differs from its entry", "Blender downloads it and then refuses it."),
    "server.archive-hash": _error("the hash of a package differs from its entry", "Blender downloads it and then refuses it."),
    "server.other-id": _error("a package has another id than its entry", _INSTALL),
    "server.other-version": _error("a package has another version than its entry", _INSTALL),
    "server.blender-range-too-wide": _error("an entry promises Blender versions that its package refuses", _INSTALL),
    "server.platforms-too-wide": _error("an entry promises platforms that its package refuses", _INSTALL),
    "server.pythons-too-wide": _error("an entry promises Python versions that its package has no wheels for", "The extension installs and then cannot be loaded."),
    "server.metadata-differs": _warning("an entry describes its package differently", "People decide by what the listing says, above all by the permissions."),
    "server.unlisted": _warning("no entry names a package of the folder", "Nobody can install it, but it takes its room."),
    "preview.folder-missing": _error("the folder to preview is not there", "A preview shows one folder of this computer."),
    "preview.port-in-use": _error("the port of the preview is in use", "Only one program can listen on a port."),
    "preview.no-address": _error("the preview cannot listen there", "The system refused the address."),
}  # fmt: skip
