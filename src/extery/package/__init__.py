"""The package: the zip of an extension. One reader for the whole project, and nothing else opens zips.

`open_package` refuses every archive that tools unpack in different ways; see `extery.package.layout`
and `extery.package.names` for what that means.
"""

from extery.package.archive import Archive, Member
from extery.package.opening import open_archive
from extery.package.reader import Package, open_package

__all__ = ["Archive", "Member", "Package", "open_archive", "open_package"]
