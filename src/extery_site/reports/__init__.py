"""Reports: users report extensions, moderators resolve or dismiss the reports."""
