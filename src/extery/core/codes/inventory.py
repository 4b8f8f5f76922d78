"""Problems of reading the inventory of an extension."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "inspect.too-many-files": Code(
        "error", "a folder has more files than are read at once",
        "A folder without a manifest is read up to a limit, and what is behind it is not in the inventory.",
        message="the folder has more than {limit:,} files; the others were not read",
        hint="inspect its folders one by one",
        example={"limit": 20_000},
    ),
}  # fmt: skip
