"""What follows an event of the life cycle, such as a moderator's approval: the functions that are called with it.

They run in the transaction that writes the event, in this order (`extery_site.catalog.lifecycle.record`). Slow work
belongs in a task that they enqueue.
"""

from __future__ import annotations

#: Functions that are called with the key of an extension when reports about it come, go or are decided.
REPORT_HANDLERS = [
    # Assesses its versions in the queue again, and stops those that would become public by themselves.
    "extery_site.moderation.event_queue.follow_reports",
]
#: Functions that are called with what is hidden of a profile when it is hidden, changed or shown.
PROFILE_HANDLERS = [
    # Notifies the user, and moderators of a change that waits for them.
    "extery_site.reports.profile_notifications.notify_of_profile",
]
#: Paths of the functions, the value of the setting ``EVENT_HANDLERS``.
EVENT_HANDLERS = [
    # Refuses to publish a version with a package in quarantine, or without a required check.
    "extery_site.scanning.gate.check_event",
    # Adds a row to the audit log.
    "extery_site.catalog.audit_rows.record_event",
    # Shows the text that its author wrote for the version on the page of the extension.
    "extery_site.publish.page_text.follow_event",
    # Adds and removes rows of the listings, and increments their revision.
    "extery_site.listings.event_handler.update_rows",
    # Writes the notifications of users, and the e-mails about them that workers send.
    "extery_site.moderation.event_notifications.notify_users",
    # Updates waiting times, risk and claims of the review queue.
    "extery_site.moderation.event_queue.update_entry",
    # Stops the downloads of a new version while those of its extension are stopped.
    "extery_site.moderation.blocks.stop_new_downloads",
    # Closes disputes of findings that a new package no longer has, or whose version is decided.
    "extery_site.moderation.disputes.close_after_event",
    # Marks tasks of a review as done, and puts the version back into the queue after the last one.
    "extery_site.moderation.tasks.check_after_upload",
    # Adds the texts of new packages to the index of the source search, in a task.
    "extery_site.source_search.event_handler.index_packages",
    # Checks new packages for malware and more, in a task.
    "extery_site.scanning.event_handler.check_packages",
    # Makes what the newest version adds to Blender searchable.
    "extery_site.scanning.search_index.follow_event",
    # Writes the text by which the search finds the extension.
    "extery_site.catalog.search_documents.follow_event",
    # Blocks versions with a package in quarantine when their deleted extension is restored.
    "extery_site.scanning.quarantine.stop_restored",
]

#: The checks of stored packages, in the order of their findings. The value of the setting ``SCAN_STEPS``.
SCAN_STEPS = [
    "extery_site.scanning.steps.malware.MALWARE",
    "extery_site.scanning.steps.yara.YARA",
    "extery_site.scanning.steps.rules.RULES",
    "extery_site.scanning.steps.wheels.WHEELS",
    "extery_site.scanning.steps.inventory.INVENTORY",
    "extery_site.scanning.steps.compatibility.COMPATIBILITY",
    "extery_site.scanning.steps.similarity.SIMILARITY",
]
#: Name -> path of the functions that open uploaded bytes, in processes of their own (`extery_site.project.isolation`). The value of
#: the setting ``ISOLATED_FUNCTIONS``.
ISOLATED_FUNCTIONS = {
    "check-package": "extery_site.scanning.isolated.check",
    "file-hashes": "extery_site.scanning.isolated.file_hashes",
    "inventory": "extery_site.scanning.isolated.inventory",
    "judge-names": "extery_site.scanning.isolated.judge_names",
    "fingerprints": "extery_site.scanning.isolated.fingerprints",
    "yara-scan": "extery_site.scanning.isolated_yara.scan",
    "hash-wheels": "extery_site.scanning.isolated.wheel_hashes",
    "read-wheels": "extery_site.scanning.isolated.wheel_facts",
    "unpack-package": "extery_site.scanning.unpacking.unpack",
    "source-texts": "extery_site.source_search.isolated.texts",
    "source-symbols": "extery_site.source_search.isolated.symbols",
    "compare-packages": "extery_site.moderation.isolated.compare",
    "highlight-text": "extery_site.moderation.isolated.highlight",
    "theme-colors": "extery_site.source_pages.isolated.theme_colors",
    "convert-image": "extery_site.catalog.isolated_images.convert",
    "image-variants": "extery_site.catalog.isolated_images.make_variants",
    "probe-video": "extery_site.media.isolated_video.probe",
}
#: Paths of the functions that are called with a version when the checks of a package of it have a new result, in
#: the transaction that stores it. The value of the setting ``SCAN_HANDLERS``.
SCAN_HANDLERS = [
    # Findings are reasons of the risk, by which a version may become public.
    "extery_site.moderation.queue_tasks.assess_checked",
]
#: Paths of the functions that are called with a version when one of its packages is in the index of the source
#: search, in the transaction that adds it. The value of the setting ``SOURCE_INDEX_HANDLERS``.
SOURCE_INDEX_HANDLERS = [
    # Watched searches are reasons of the risk.
    "extery_site.moderation.queue_tasks.assess_indexed",
]
