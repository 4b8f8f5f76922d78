"""``extery manage moderator NAME``: grant or revoke the moderator role."""

from __future__ import annotations

from extery_site.accounts.management.role_command import RoleCommand


class Command(RoleCommand):
    help = "Grant the moderator role, or revoke it; without a name, list the moderators."
    role = "is_moderator"
