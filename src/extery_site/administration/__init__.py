"""Tools of the staff: the page and the API of the audit log, and Django's admin for all models."""
