"""Moderation: the review queue, comments and the decisions of moderators."""
