"""The part file of a download: received data, and its validator in a second file.

Both survive a transient error, so that a later attempt, in this process or the next, resumes the download.
"""

from __future__ import annotations

import os
from pathlib import Path

from extery.fetch.response import MAX_VALIDATOR_LENGTH, Response


class PartFile:
    """The data in ``path``, and the validator of the response it came from in ``path`` + ``.etag``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.validator_path = path.with_name(f"{path.name}.etag")

    def prepare(self) -> None:
        """Create the folder, and remove links and special files in place of the two files."""
        for path in (self.path, self.validator_path):
            # A link would be followed, a pipe would block.
            if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
                path.unlink()
        self.path.parent.mkdir(parents=True, exist_ok=True)

    @property
    def size(self) -> int:
        """The number of bytes received; 0 if there is no file."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def validator(self) -> str:
        """The validator for ``If-Range``; empty if there is none."""
        try:
            with self.validator_path.open(encoding="latin-1") as file:
                text = file.read(MAX_VALIDATOR_LENGTH + 1)
        except FileNotFoundError:
            return ""
        is_usable = len(text) <= MAX_VALIDATOR_LENGTH and text.isascii() and text.isprintable()
        return text if is_usable else ""

    def save_validator(self, response: Response) -> None:
        """Store the strong validator of ``response``, or an empty text."""
        self.write_validator(response.validator)

    def write_validator(self, validator: str) -> None:
        """Store a strong validator, or an empty text."""
        if validator != self.validator:
            self.validator_path.write_text(validator, "latin-1")

    def move_to(self, path: Path) -> None:
        """Replace ``path`` with the data, and remove the validator."""
        os.chmod(self.path, 0o644)
        os.replace(self.path, path)
        self.validator_path.unlink(missing_ok=True)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.validator_path.unlink(missing_ok=True)
