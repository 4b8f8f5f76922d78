"""Codes of the search over the source of all packages."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "source-search.empty": Code(
        "error",
        "the search is empty",
        "Without a symbol or an expression, every file would be a match.",
        message="enter what to search for",
        hint="a symbol such as subprocess.Popen, or a regular expression",
    ),
    "source-search.bad-pattern": Code(
        "error",
        "the regular expression cannot be used",
        "Expressions have the syntax of RE2, which takes linear time: it has no look-around and no back-references.",
        message="the regular expression cannot be used: {reason}",
        hint="correct it; look-around and back-references are not available",
        example={"reason": "missing ): ("},
    ),
    "source-search.pattern-too-long": Code(
        "error",
        "the search is too long",
        "A symbol or an expression is stored and compiled, so its length is limited.",
        message="the search is longer than {maximum} characters",
        hint="shorten it",
        example={"maximum": 500},
    ),
    "source-search.matches-all": Code(
        "error",
        "the regular expression matches the empty text",
        "Such an expression matches every file.",
        message="{pattern} matches every file, because it matches the empty text",
        hint="use + instead of *, or add a word that must be there",
        example={"pattern": "a*"},
    ),
    "source-search.bad-symbol": Code(
        "error",
        "the symbol cannot be searched",
        "Symbols are dotted names and hosts; one * at the beginning or the end stands for anything.",
        message="{symbol} is not a symbol",
        hint="enter a name such as subprocess.Popen, bpy.ops.* or *.example.org",
        example={"symbol": "a*b"},
    ),
    "source-search.bad-filter": Code(
        "error",
        "the filter does not exist",
        "A filter has one of the values that the page offers.",
        message="{value} is not a value of {field}",
        hint="choose one of: {allowed}",
        example={"value": "new", "field": "scope", "allowed": "listed, review, all"},
    ),
    "source-search.name-missing": Code(
        "error",
        "the search has no name",
        "A saved search is found by its name, which the review page shows too.",
        message="a saved search needs a name",
        hint="enter a short name, such as Starts other programs",
    ),
    "source-search.name-exists": Code(
        "error",
        "a saved search has this name",
        "Names of the searches of one person differ.",
        message="you have a saved search {name} already",
        hint="choose another name, or change the other search",
        example={"name": "Starts other programs"},
    ),
    "source-search.not-owner": Code(
        "error",
        "the saved search belongs to another moderator",
        "Others can run a shared search, and save a copy of it under their own name.",
        message="only {owner} can change or delete this search",
        hint="search for the same and save it as your own",
        example={"owner": "Imani Otieno"},
    ),
    "source-search.too-many": Code(
        "error",
        "there are too many saved or running searches",
        "Watched searches run on each upload, and running ones share the worker.",
        message="there are {count} {what} already",
        hint="delete, end or cancel one of them first",
        example={"count": 50, "what": "watched searches"},
    ),
    "source-search.bad-points": Code(
        "error",
        "the points are out of range",
        "A match of a watched search adds points to the risk of a version, which ends at 100.",
        message="{points} is not a number of points from 0 to {maximum}",
        hint="enter a number from 0 to {maximum}",
        example={"points": 90, "maximum": 40},
    ),
}
