"""``extery manage volunteer NAME``: grant or revoke the volunteer role."""

from __future__ import annotations

from extery_site.accounts.management.role_command import RoleCommand


class Command(RoleCommand):
    help = "Grant the volunteer role, or revoke it; without a name, list the volunteers."
    role = "is_volunteer"
