"""Packages, the zip archives of extensions: the only code of the project that reads or writes zips.

`open_package` refuses every archive that tools unpack in different ways. The modules, in the order of the work:

- `formats`: recognize files that are not zips. `central_directory`: the entries of the zip.
- `local_headers`: compare each entry with the header before its data. `member_types`: files and folders only.
- `name_encoding`, `names`, `collisions`: decode names, check each, and compare them with each other.
- `opening`: runs all of these and returns an `archive`, whose data `streams` unpacks.
- `reader`: a package is an archive with a manifest. `writer`: the zip that a build writes.
- `reuse`: the bytes of a new archive that an old one contains, and `derived_headers` the headers between them.
"""

from extery.package.archive import Archive, Member
from extery.package.opening import open_archive
from extery.package.reader import Package, open_package

__all__ = ["Archive", "Member", "Package", "open_archive", "open_package"]
