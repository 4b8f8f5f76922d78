"""The questions of a plan to one open index."""

from __future__ import annotations

from contextlib import suppress

from extery.client.index.candidates import Candidate, reason_against
from extery.client.index.database import Index, open_index
from extery.client.index.queries import candidates_in, similar_ids
from extery.client.targets import Target, find_profiles
from extery.core.errors import ExteryError


class IndexSearch:
    """Questions of a plan to one open index: `candidates` opens it for each id."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def find(self, _target: Target, identifier: str) -> list[Candidate]:
        """Return all listed versions of an id."""
        return candidates_in(self._index, identifier)

    def find_elsewhere(self, target: Target, identifier: str) -> list[Candidate]:
        """Return the versions of an id that a repository of ``target`` lists for the other Blenders of the user.

        A website lists for each Blender only what fits it, so the reason against the others is found there.
        """
        urls = {repository.url.rstrip("/") for repository in self._index.repositories.values()}
        found = []
        for other in find_profiles():
            with suppress(ExteryError), open_index(other) as index:
                found += [
                    item.with_reason(reason)
                    for item in candidates_in(index, identifier)
                    if item.repository.url.rstrip("/") in urls
                    and (reason := reason_against(item.entry, target.system))
                ]
        return found

    def find_similar(self, _target: Target, identifier: str) -> list[str]:
        """Return listed ids that resemble ``identifier``, best first."""
        return similar_ids(self._index, identifier)
