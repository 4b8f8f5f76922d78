"""Forms of the admin that perform an action of the site: its problems become errors of fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.forms import CharField, ModelForm, Textarea

from extery.core.errors import ExteryError
from extery_site.accounts.models import User
from extery_site.moderation.models import SavedReply
from extery_site.moderation.replies import save_reply
from extery_site.publish.models import ReservedId
from extery_site.publish.reserved_ids import MAX_ID_LENGTH, MAX_RESERVED_REASON_LENGTH, reserve_id
from extery_site.ui.form_problems import with_hint


class ActionForm(ModelForm[Any]):
    """A form that is valid if its action succeeded; saving it changes nothing more."""

    user: ClassVar[User]
    perform: Callable[..., Any]
    """The method of each form that performs its action with the clean data, and returns the row."""

    def _post_clean(self) -> None:
        """Perform the action instead of Django's validation of the row."""
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.instance = self.perform(self.cleaned_data)
        except ExteryError as error:
            for problem in error.problems:
                field = str(problem.where.path[0]) if problem.where.path else ""
                field = {"id": "id_key"}.get(field, field)
                self.add_error(field if field in self.fields else None, with_hint(problem))

    def save(self, commit: bool = True) -> Any:
        return self.instance

    def _save_m2m(self) -> None:
        """Nothing: the action has stored everything."""

    save_m2m = _save_m2m


class ReservedIdForm(ActionForm):
    """Reserves an id."""

    id_key = CharField(label="Id", max_length=MAX_ID_LENGTH)
    reason = CharField(max_length=MAX_RESERVED_REASON_LENGTH)

    class Meta:
        model = ReservedId
        fields: ClassVar[list[str]] = ["id_key", "reason"]

    def perform(self, data: dict[str, Any]) -> ReservedId:
        return reserve_id(extension_id=data["id_key"], by=self.user, reason=data["reason"])


class ReplyForm(ActionForm):
    """Writes a saved reply, or changes it."""

    title = CharField(max_length=100)
    text = CharField(widget=Textarea)

    class Meta:
        model = SavedReply
        fields: ClassVar[list[str]] = ["title", "text"]

    def perform(self, data: dict[str, Any]) -> SavedReply:
        reply = self.instance if self.instance.pk else None
        return save_reply(by=self.user, title=data["title"], text=data["text"], reply=reply)
