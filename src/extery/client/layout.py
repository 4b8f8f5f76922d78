"""Names of files and folders in a folder of extensions: Blender's own, and those of Extery beside them.

Blender's are observed (`docs/explanation/client.md`). Blender ignores names that begin with a dot.
"""

from __future__ import annotations

#: In a repository: the folder of Blender's files, the listing, and the lock of a running Blender.
PRIVATE_FOLDER = ".blender_ext"
LISTING = "index.json"
BLENDER_LOCK = "index.lock"
PACKAGE_CACHE = "cache"

#: In the folder of extensions: data that extensions write, and the unpacked wheels of enabled ones.
USER_DATA_FOLDER = ".user"
WHEELS_FOLDER = ".local"

#: In the folder of extensions: the state of Extery.
STATE_FOLDER = ".extery"
LOCK = "lock"
TARGET_FILE = "target.json"
REPOSITORIES_FILE = "repositories.json"
RENAME_FILE = "rename.json"
RECORDS_FILE = "installed.json"
OPERATIONS_FOLDER = "operations"
LISTINGS_FOLDER = "listings"
INDEX_FILE = "index.sqlite"
#: Begin of the name of a kept extension that is being removed, so that a part of it is not taken for the whole.
DISCARDED = ".discarded-"

#: The repositories of a new Blender, which are in its preferences. The last two have no listing.
FACTORY_REPOSITORIES = ("blender_org", "user_default", "system")
BLENDER_ORG_URL = "https://extensions.blender.org/api/v1/extensions/"


def is_repository_name(name: str) -> bool:
    """Return whether Blender may take a folder of this name for a repository: it is the name of a Python module."""
    return name.isascii() and name.isidentifier() and not name.startswith("_")
