"""The licence text in an extension is that of a licence that the manifest names."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.license_texts import is_text_of
from extery.rules.context import RuleContext
from extery.rules.license_files import FOLDER, license_files, texts_in
from extery.rules.manifest_licenses import identifiers_in, license_expressions
from extery.rules.rule import CHECKS, Input, Rule

_MAX_FILES = 20


def check(context: RuleContext, problems: ProblemList) -> None:
    """Report the texts if all of them are of other licences; texts that are not recognized say nothing."""
    if context.open_file is None:
        return
    # Those in other folders belong to what is in these.
    files = [name for name in license_files(context) if "/" not in name or name.startswith(FOLDER)]
    names = {
        name
        for _, expression in license_expressions(context)
        for name in identifiers_in(expression)
    }
    if not names:
        return
    found: dict[str, str] = {}
    for file in files[:_MAX_FILES]:
        texts = texts_in(file, context)
        if any(is_text_of(text, name) for text in texts for name in names):
            return
        for text in texts:
            found.setdefault(text, file)
    if found:
        text, file = min(found.items())
        problems.add(
            "license.text-differs",
            where=context.where(file),
            file=file,
            text=text,
            license=min(names),
        )


RULE = Rule(
    "licenses.texts",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("license.text-differs",),
    severity="warning",
    guideline="terms-license",
)
