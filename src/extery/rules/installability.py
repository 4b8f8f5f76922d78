"""Which problems keep a package out of repositories and mirrors.

A package that Blender can install is listed, and its problems are reported. A package is left out if Blender
cannot install it, or would install something other than what was checked. The row of each error of a package
states which of the two applies, with the reason, in its field ``installation`` (`extery.core.codes`); tests
compare the rows with real Blenders (`tests/blender/test_installability.py`).
"""

from __future__ import annotations

from extery.core.codes import find
from extery.core.errors import Problem
from extery.core.installation import Installability, Installation


def installability_of(code: str) -> Installation:
    """Return the result of installing a package with this problem, and the reason.

    Raises `LookupError` if the row of the code does not state it.
    """
    installation = find(code).installation
    if installation is None:
        raise LookupError(f"the row of {code} in extery/core/codes has no 'installation'")
    return installation


def blocks_install(code: str, *, with_harmful: bool = False) -> bool:
    """Return whether a package with this problem is left out of repositories and mirrors.

    ``with_harmful`` keeps those that Blender installs to the harm of others, as its own tool does.
    """
    installability = installability_of(code).installability
    if with_harmful and installability is Installability.HARMS:
        return False
    return installability is not Installability.INSTALLS


def is_for_repositories(problem: Problem) -> bool:
    """Return whether a problem of a package is reported in repositories and mirrors too.

    Errors are; warnings only if the row of their code states what happens to people who install the package.
    """
    return problem.is_error or find(problem.code).installation is not None
