"""What can go wrong while something is fetched from a repository."""

from __future__ import annotations

from extery.core.codes import Code


def _error(title: str, why: str) -> Code:
    return Code("error", title, why)


_PASSES = "Such failures often pass: it was tried several times, with longer and longer pauses."
_NEVER_USED = "Nothing that differs from its listing is ever put in its place."

CODES = {
    "fetch.url": _error("an address cannot be used", "Repositories have addresses that begin with https://, http:// or file://."),
    "fetch.token": _error("an access token cannot be sent", "It goes into a header of the request, which takes plain letters, digits and signs on one line."),
    "fetch.archive-url": _error("an entry has an address that Blender does not find", "Blender joins what begins with ./ to the listing's address, and takes nothing else that is relative."),
    "fetch.archive-url-local": _error("a listing from the web names a file of this computer", "A repository on the web has no business with the files of whoever reads it."),
    "fetch.unreachable": _error("a server cannot be reached", _PASSES),
    "fetch.certificate": _error("a server's certificate cannot be trusted", "Somebody else might answer in its place."),
    "fetch.time-out": _error("a server answers too slowly", f"{_PASSES} A transfer as a whole, with all its attempts, has a time limit too: ten minutes for a listing, and for a package the time that its size takes at 10 KB a second, up to six hours."),
    "fetch.busy": _error("a server asks to come back later", "It was waited for as long as it asked for, up to a minute, several times."),
    "fetch.refused": _error("a server wants to know who asks", "The repository, or this package, is not for everybody."),
    "fetch.not-found": _error("there is nothing at an address", "The address is wrong, or what was there has been taken away."),
    "fetch.status": _error("a server answers with something unexpected", "What it sent is not what was asked for, so it is not used."),
    "fetch.redirects": _error("an address redirects without end", "After ten redirects it leads nowhere."),
    "fetch.redirect-unsafe": _error("an address redirects to a less safe one", "From https to http anybody on the way could change what arrives; to a file a server could read what is not its own."),
    "fetch.encoding": _error("what a server sent cannot be unpacked", "It says that it has compressed its answer, but the bytes are something else, or something follows them."),
    "fetch.too-long": _error("a server sends more than it should", "An answer may have no more bytes than it announces, and a listing at most 48 MB, compressed and unpacked, with at most three million values. Reading more could fill the memory."),
    "fetch.compressed": _error("an answer arrives with an encoding that was not asked for", "Packages are fetched without compression, as Blender does it; listings with at most one encoding, gzip or br. Several on top of each other could unpack to any size."),
    "fetch.package-size": _error("a listing names a package that is larger than any may be", "A package may have 4 GB, whatever its listing says: a wrong size must not let a server send without end."),
    "fetch.no-space": _error("there is too little space for a package", "Nothing is fetched that the disk cannot hold besides what other downloads need and a reserve of 50 MB. If the disk becomes full during a download, what has arrived is removed."),
    "fetch.cut-off": _error("a transfer ended too early", f"{_PASSES} What has arrived is kept, and the next attempt continues there."),
    "fetch.size": _error("a package has not the size of its listing", _NEVER_USED),
    "fetch.hash": _error("a package has not the hash of its listing", _NEVER_USED),
    "fetch.unreadable": _error("a file cannot be read", "The system refused it."),
    "fetch.unwritable": _error("a file cannot be written", "The system refused it; what was there before is still there."),
    "fetch.stopped": _error("a transfer was stopped", "Another part of the same task failed, or somebody interrupted it."),
}  # fmt: skip
