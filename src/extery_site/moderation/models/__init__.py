"""Rows of moderation: claims, entries of the review queue, and answers to submissions."""

from extery_site.moderation.models.claim import Claim
from extery_site.moderation.models.queue_entry import Answer, QueueEntry

__all__ = ["Answer", "Claim", "QueueEntry"]
