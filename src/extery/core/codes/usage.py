"""What can be wrong with how a command was called."""

from __future__ import annotations

from extery.core.codes import Code

CODES = {
    "usage.site-missing": Code(
        "error",
        "the website is not installed",
        "The toolkit comes without Django and its like, which only the website needs.",
    ),
    "usage.demo-missing": Code(
        "error",
        "the demo is not installed",
        "The demo content is a distribution of its own, so that production sites do not contain it.",
    ),
    "usage.postgres-missing": Code(
        "error",
        "the PostgreSQL driver is not installed",
        "Only sites on PostgreSQL need psycopg; SQLite comes with Python.",
    ),
    "usage.tag-file": Code(
        "error",
        "the file of valid tags cannot be used",
        "It has to say for each type which tags are valid, or no tag could be checked.",
    ),
}
