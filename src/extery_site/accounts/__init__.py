"""User accounts, permissions and API tokens."""
