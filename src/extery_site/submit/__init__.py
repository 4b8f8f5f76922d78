"""The pages on which an author prepares a version in four steps: files, findings, page, check.

The actions are those of `extery_site.publish` and `extery_site.moderation`; these pages change nothing by themselves.
"""
