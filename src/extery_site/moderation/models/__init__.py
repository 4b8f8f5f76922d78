"""Models of moderation: the queue, claims, tasks, saved replies and requests for blocks."""

from extery_site.moderation.models.block_request import BlockRequest, BlockRequestQuerySet
from extery_site.moderation.models.claim import Claim
from extery_site.moderation.models.queue_entry import Answer, QueueEntry

__all__ = [
    "Answer",
    "BlockRequest",
    "BlockRequestQuerySet",
    "Claim",
    "QueueEntry",
]
