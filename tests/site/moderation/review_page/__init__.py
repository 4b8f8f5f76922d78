"""The page of the review of a version and its tabs. All modules start from the same update in review."""
