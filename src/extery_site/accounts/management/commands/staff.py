"""``extery manage staff NAME``: grant or revoke the staff role."""

from __future__ import annotations

from extery_site.accounts.management.role_command import RoleCommand


class Command(RoleCommand):
    help = "Grant the staff role, which can read the admin, or revoke it; without a name, list the staff."
    role = "is_staff"
