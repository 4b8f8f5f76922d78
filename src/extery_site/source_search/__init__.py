"""Search over the source of all packages, by symbol and by regular expression, with saved queries.

- `reading` reads the texts of a package (`texts`, `hosts`, `symbols`); `indexing` stores them once per SHA-256;
- `expressions` finds a regular expression in a text, `running` in all texts, in a background task;
- `actions` starts, saves and deletes searches; `results` are their matches by extension and version;
- `watches`: the watched searches that a version matches, for its review.
"""
