"""The source of public packages for everyone: the tab Code, and comparisons of two versions."""
