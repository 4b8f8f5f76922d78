"""Publishing: uploads, drafts and submission for review."""
