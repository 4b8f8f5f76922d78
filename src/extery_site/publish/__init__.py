"""From an uploaded zip to a draft, and from a draft to the queue."""
