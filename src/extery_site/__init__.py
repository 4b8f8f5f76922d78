"""The website: accounts, catalogue, listings, publishing, moderation and reports, as one Django project."""
