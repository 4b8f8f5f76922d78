"""Forms of the page where users choose their notifications."""

from __future__ import annotations

from django import forms

from extery_site.notify.kind import NotificationKind
from extery_site.notify.models import MailSettings
from extery_site.notify.preferences import Channels

HOURS = [(str(hour), f"{hour:02}:00 UTC") for hour in range(24)]


class MailForm(forms.Form):
    """When e-mails are sent; the checkboxes of the channels are beside it."""

    daily_hour = forms.ChoiceField(label="Daily e-mail at", choices=HOURS)
    paused = forms.BooleanField(
        label="Pause all e-mail until I switch it on again", label_suffix="", required=False
    )

    @classmethod
    def of(cls, stored: MailSettings) -> MailForm:
        """Return the form with stored values."""
        return cls(
            initial={"daily_hour": stored.daily_hour, "paused": stored.paused_at is not None}
        )

    def chosen_channels(self, kinds: list[NotificationKind]) -> dict[str, Channels]:
        """Return the channels whose checkboxes are checked, of kinds that can be switched off."""
        return {
            kind.name: Channels(
                **{name: f"{kind.name}.{name}" in self.data for name in Channels._fields}
            )
            for kind in kinds
            if not kind.required
        }
