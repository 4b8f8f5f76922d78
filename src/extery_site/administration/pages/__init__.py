"""The admin pages of all models, by area; importing a module registers its pages."""

from extery_site.administration.pages import accounts, catalog, moderation, reports, system

__all__ = ["accounts", "catalog", "moderation", "reports", "system"]
