"""What other apps add to the pages of extensions and users; `extery_site.catalog` does not import these apps.

Most are functions of an `extery_site.catalog.extension_page.ExtensionPage`.
"""

from __future__ import annotations

#: Path of the function that returns the `PageFacts` of the band, which all tabs show: the value of the setting
#: ``EXTENSION_FACTS``.
EXTENSION_FACTS = "extery_site.scanning.page_facts.page_facts"
#: Paths of the functions that return HTML for the start of the overview, in this order: the value of the setting
#: ``EXTENSION_START_SECTIONS``.
EXTENSION_START_SECTIONS = ["extery_site.source_pages.themes.window_section"]
#: Paths of the functions that return HTML for the side of the overview, in this order: the value of the setting
#: ``EXTENSION_SIDE_SECTIONS``.
EXTENSION_SIDE_SECTIONS = [
    "extery_site.source_pages.themes.colors_section",
    "extery_site.scanning.sections.permissions_section",
    "extery_site.scanning.sections.compatibility_section",
]
#: Paths of the functions that return HTML for the end of the overview: the value of the setting ``EXTENSION_MAIN_SECTIONS``.
EXTENSION_MAIN_SECTIONS = ["extery_site.sets.sections.sets_section"]
#: Paths of the functions of the page and a version that return HTML for the tab What it does: the value of the setting
#: ``CONTENTS_SECTIONS``.
CONTENTS_SECTIONS = ["extery_site.source_pages.themes.all_colors_section"]
#: Path of the function that returns HTML for each version by key, on the tab of the versions: the value of the setting
#: ``VERSIONS_CONTENT``.
VERSIONS_CONTENT = "extery_site.scanning.sections.versions_content"
#: Paths of the functions of the page and a version that return HTML below the tab Compatibility: the value of the
#: setting ``COMPATIBILITY_SECTIONS``.
COMPATIBILITY_SECTIONS = ["extery_site.test_runs.sections.runs_section"]
#: Paths of the functions that return HTML for the start page, the same for all visitors and without arguments: the
#: value of the setting ``HOME_SECTIONS``.
HOME_SECTIONS = ["extery_site.sets.sections.home_section"]
#: Paths of the functions of the request and the user that return HTML for the page of a user: the value of the setting
#: ``PROFILE_SECTIONS``.
PROFILE_SECTIONS = ["extery_site.sets.sections.profile_section"]
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
