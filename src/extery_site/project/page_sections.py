"""What other apps add to pages: sections of the page of an extension, in this order, and what is asked of an author.

A section is a function of the request, the extension and the version that the page shows (``None`` without any), which
returns HTML. `extery_site.catalog` does not import these apps.
"""

from __future__ import annotations

#: Paths of the functions, the value of the setting ``EXTENSION_PAGE_SECTIONS``.
EXTENSION_PAGE_SECTIONS = [
    "extery_site.scanning.sections.compatibility_section",
    "extery_site.test_runs.sections.runs_section",
    "extery_site.scanning.sections.description_section",
    "extery_site.ratings.section.ratings_section",
    "extery_site.sets.sections.sets_section",
]
#: Paths of the functions of the request and the user that return HTML for the page of a user: the value of the setting
#: ``PROFILE_SECTIONS``.
PROFILE_SECTIONS = ["extery_site.sets.sections.profile_section"]
#: Path of the function whose section, if it is not empty, takes the place of the declared permissions: the value of
#: the setting ``PERMISSIONS_SECTION``.
PERMISSIONS_SECTION = "extery_site.scanning.sections.permissions_section"
#: Path of the function of the request, the extension and its versions that returns the HTML above the list on the page
#: of the versions, and that of each version by key: the value of the setting ``VERSIONS_CONTENT``.
VERSIONS_CONTENT = "extery_site.scanning.sections.versions_content"
#: Paths of the functions of a user that return what is asked of an author, for the page of their extensions
#: (`extery_site.publish.asks`): the value of the setting ``AUTHOR_ASKS``.
AUTHOR_ASKS = [
    "extery_site.moderation.author_asks.changes",
    "extery_site.publish.asks.blocks",
    "extery_site.publish.asks.breaks",
    "extery_site.publish.asks.offers",
    "extery_site.publish.asks.suggestions",
    "extery_site.publish.asks.drafts",
]
