"""What can be wrong with a package beyond its manifest: one rule a module.

The same rules run on an author's machine, in continuous integration and on the server.
"""

from extery.rules.engine import check_folder, check_manifest_file, check_package, check_path
from extery.rules.report import Report

__all__ = ["Report", "check_folder", "check_manifest_file", "check_package", "check_path"]
