"""Sections that other apps add to the page of an extension, in this order.

Each is a function of the request and the extension that returns HTML. `extery_site.catalog` does not
import these apps.
"""

from __future__ import annotations

#: Paths of the functions, the value of the setting ``EXTENSION_PAGE_SECTIONS``.
EXTENSION_PAGE_SECTIONS = ["extery_site.ratings.section.ratings_section"]
