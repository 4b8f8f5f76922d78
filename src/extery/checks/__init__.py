"""What can be wrong with a package beyond its manifest: one rule a module.

The same rules run on an author's machine, in continuous integration and on the server.
"""

from extery.checks.report import Report
from extery.checks.run import check_folder, check_manifest_file, check_package, check_path

__all__ = ["Report", "check_folder", "check_manifest_file", "check_package", "check_path"]
