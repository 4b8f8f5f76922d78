"""The queue of versions that wait for a decision, and the conversation about them."""
