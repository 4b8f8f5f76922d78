"""The audit log: who did what, when, to what, and through what, in an append-only table."""
