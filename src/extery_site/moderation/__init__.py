"""Decisions about what is public: approve, ask for changes, block."""
