"""What can go wrong between a folder of packages and the repository made of it."""

from __future__ import annotations

from extery.core.codes import Code, locks


def _error(title: str, why: str) -> Code:
    return Code("error", title, why)


def _warning(title: str, why: str) -> Code:
    return Code("warning", title, why)


_STOPS = "Blender's server-generate stops there too"

CODES = {
    "generate.folder-missing": _error("the folder of packages is not there", "A repository is made of the packages in one folder of this computer."),
    "generate.folder-named-zip": _warning("a folder is called like a package", "Packages are looked for directly in the folder, not below it."),
    "generate.suffix-uppercase": _warning("a package's name does not end in small letters", "Blender takes names in .zip only, and leaves this one out without a word."),
    "generate.name-not-unicode": _error("a package has a name that is not Unicode", "Its address could not be written in a listing."),
    "generate.unwritable": locks.unwritable("a file of the repository cannot be written"),
    "generate.locked": locks.locked("Two runs in one folder would overwrite each other's listings. A lock ends with its process, so there is no file to remove."),
    "generate.lock-unusable": locks.lock_unusable("Without a lock, two runs in one folder could overwrite each other's listings."),
    "generate.not-a-file": _warning("something called .zip is no file", "It is left out: a package is read from its end, which a pipe or a device does not have."),
    "generate.file-not-owned": _error("a file that extery did not write has a name that a listing needs", "Nothing is written: the folder of a channel or a set is made by this command, and what others have put there is not replaced."),
    "generate.config-missing": _error("the repository's configuration is not there", "It was named on the command line, so it is wanted."),
    "generate.config-not-toml": _error("the repository's configuration is not TOML", f"{_STOPS}: without the blocklist a blocked extension would be offered again."),
    "generate.config-schema": _error("the configuration's schema_version is not 1.0.0", f"{_STOPS}: another version may mean something else."),
    "generate.config-blocklist": _error("the blocklist is not a list of ids and reasons", f"{_STOPS}: Blender shows the reason to everyone who has the extension."),
    "generate.config-value": _error("a value of the configuration is not what it must be", "Nothing is written: a rule that is half understood would list what its owner does not want."),
    "generate.config-name": _error("a channel or a set has a name that cannot be used", "The name is a folder beside the packages, and a part of an address."),
    "generate.config-unknown-id": _warning("the configuration speaks of an id of which there is no package", "It has no effect, which often hides a misspelling."),
    "generate.version-missing": _error("a version that is asked for is not there", "A channel or a set names it, or it is pinned; whoever relies on that has to know that it is missing. The rest is listed."),
    "generate.content-changed": _warning("a package has changed without its size or time changing", "Only --verify sees it. The new bytes are listed; but nobody changes a package like that on purpose."),
    "generate.config-unknown-key": _warning("the configuration has a key that is not known", "It has no effect, which often hides a misspelling."),
    "generate.block-without-package": _warning("an id is blocked of which there is no package", "Blender shows a block only beside an entry of the list; leave the package in the folder."),
    "generate.template-unreadable": _error("the template of the page cannot be read", f"{_STOPS}, before it writes the listing."),
    "generate.template-unknown-name": _error("the template has a name that is not known", f"{_STOPS}. The hint says which are known."),
    "generate.template-stray-dollar": _error("the template has a $ that begins no name", "Blender's server-generate crashes on it. A dollar is written as $$."),
    "generate.template-without-body": _warning("the template has no ${body}", "The page will list no extension."),
    "generate.bl-info-unreadable": _error("the bl_info of an old add-on cannot be read", "It is read from the source without running it, so it has to be written out in plain Python."),
    "generate.bl-info-wrong": _error("the bl_info of an old add-on is incomplete", "The clients of repo.json fail on an add-on without a name or with versions that are no numbers."),
    "generate.legacy-base-url-missing": _error("repo.json is wanted, but not where the folder is", "It names each add-on by its full address."),
}  # fmt: skip
