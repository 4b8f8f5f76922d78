"""Models of moderation: the queue, claims, tasks, saved replies, disputes, codes that block, files seen, differences and requests for blocks."""

from extery_site.moderation.models.block_request import BlockRequest, BlockRequestQuerySet
from extery_site.moderation.models.claim import Claim
from extery_site.moderation.models.code_blocking import CodeBlocking
from extery_site.moderation.models.dispute import Dispute, DisputeQuerySet
from extery_site.moderation.models.package_difference import PackageDifference
from extery_site.moderation.models.queue_entry import Answer, QueueEntry
from extery_site.moderation.models.saved_reply import SavedReply
from extery_site.moderation.models.seen_file import SeenFile
from extery_site.moderation.models.task import Task, TaskQuerySet
from extery_site.moderation.models.try_address import TryAddress
from extery_site.moderation.models.waiver import Waiver

__all__ = [
    "Answer",
    "BlockRequest",
    "BlockRequestQuerySet",
    "Claim",
    "CodeBlocking",
    "Dispute",
    "DisputeQuerySet",
    "PackageDifference",
    "QueueEntry",
    "SavedReply",
    "SeenFile",
    "Task",
    "TaskQuerySet",
    "TryAddress",
    "Waiver",
]
