"""Settings of the site while demo content is created."""

from __future__ import annotations

from typing import Any

#: Its ratings, notes and decisions need versions that one moderator published at once, whatever the
#: policy of the site is.
POLICY: dict[str, Any] = {
    "EXTERY_LATER_VERSIONS": "review",
    "EXTERY_APPROVE_ALONE_RISK": 100,
    "EXTERY_APPROVE_ALONE": None,
    "EXTERY_BLOCK_ALONE": None,
    # There is no worker yet: it scans what the demo has published.
    "EXTERY_CLAMD": None,
    "EXTERY_YARA_RULES": None,
    "EXTERY_WHEEL_INDEX": "",
    "EXTERY_OSV": None,
}
