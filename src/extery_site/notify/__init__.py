"""Notifications: what happened to the things that a user owns or follows, on the site and by e-mail."""
