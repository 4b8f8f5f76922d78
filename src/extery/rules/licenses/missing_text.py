"""An extension has the text of its licence, or its code names it.

For authors only: a reviewer can look it up, and cannot add it.
"""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.types import ADD_ON
from extery.rules.context import RuleContext
from extery.rules.license_files import license_files, texts_in
from extery.rules.manifest_licenses import identifiers_in, license_expressions
from extery.rules.rule import Input, Rule, Scope
from extery.rules.spdx_headers import find_headers

#: Licences that ask for no copy of their text.
_NO_TEXT_NEEDED = frozenset({"CC0-1.0", "MIT-0", "0BSD", "Unlicense", "WTFPL", "CC-PDDC"})


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None or license_files(context):
        return
    names = [
        name
        for _, expression in license_expressions(context)
        for name in identifiers_in(expression)
        if name not in _NO_TEXT_NEEDED
    ]
    if names and not _is_named_in_code(context):
        problems.add("license.text-missing", where=context.locate(("license",)), license=names[0])


RULE = Rule(
    "licenses.missing-text",
    check,
    scopes=frozenset({Scope.CHECK}),
    input=Input.FILES,
    codes=("license.text-missing",),
    severity="warning",
    guideline="terms-license",
)


def _is_named_in_code(context: RuleContext) -> bool:
    """Return whether a line of a file or the notice at the beginning of the add-on names a licence, which is as clear."""
    if next(find_headers(context), None) is not None:
        return True
    return any(texts_in(name, context) for name in ADD_ON.main_files(context.names))
