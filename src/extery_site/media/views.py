"""The page on which owners edit pictures, videos and the icon; every step works without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from extery.core.errors import ExteryError, InvalidInput, Problem, Where
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.models import Extension
from extery_site.media import actions, icons, order
from extery_site.media.forms import IconForm, VideoForm
from extery_site.media.gallery import Shown, read_gallery
from extery_site.project.problems import add_retry_after, http_status
from extery_site.quotas.client_address import client_address
from extery_site.ui.form_problems import add_problems, join_messages, with_hint

FORM_METHODS = ["GET", "HEAD", "POST"]
#: Digits of a key in a form.
_MAX_DIGITS = 18


class _Page:
    """What one request to the page has done: its forms, and the problems to show."""

    def __init__(self, request: HttpRequest, extension: Extension) -> None:
        self.request = request
        self.extension = extension
        self.video = VideoForm()
        self.icon = IconForm()
        self.errors: list[tuple[str, str, str]] = []
        """Name of the file, what is wrong with it and how to cure that, and the code."""
        self.is_invalid = False
        self.alt_errors: dict[str, str] = {}
        self.error: ExteryError | None = None

    def add_error(self, name: str, problem: Problem) -> None:
        """Add a problem, of the file with this name."""
        if problem.is_error:
            self.errors.append((name, with_hint(problem), problem.code))

    def render(self) -> HttpResponse:
        """Return the page with the gallery as it is now."""
        gallery = read_gallery(self.extension, is_complete=True)
        context = {
            "extension": self.extension,
            "gallery": [(shown, *self._alt_text(shown)) for shown in gallery],
            "order": ",".join(str(shown.pk) for shown in gallery),
            "is_full": len(gallery) >= settings.EXTERY_MAX_GALLERY,
            "errors": self.errors,
            "alt_errors": self.alt_errors,
            "video": self.video,
            "icon": self.icon,
            "max_gallery": settings.EXTERY_MAX_GALLERY,
            "max_videos": settings.EXTERY_MAX_VIDEOS,
            "max_video": min(settings.EXTERY_MAX_VIDEO, settings.EXTERY_MAX_UPLOAD),
            "max_video_seconds": int(settings.EXTERY_MAX_VIDEO_DURATION.total_seconds()),
        }
        status = http_status(self.error) if self.error else 422 if self.is_invalid else 200
        response = render(self.request, "media/edit.html", context, status=status)
        return add_retry_after(response, self.error)

    def _alt_text(self, shown: Shown) -> tuple[str, str]:
        """Return the text of a field, as it was sent if it has an error, and the error."""
        error = self.alt_errors.get(f"alt-{shown.pk}", "")
        sent = self.request.POST.get(f"alt-{shown.pk}", "") if self.error else None
        if not error and not shown.has_alt_text:
            error = "Alt text is missing: say what one sees, for people who cannot."
        return (shown.image.alt_text if sent is None else sent[:2000]), error


@login_required
@require_http_methods(FORM_METHODS)
def edit(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the gallery with its forms, or change it."""
    page = _Page(request, _own_extension_or_404(request, extension_id))
    if request.method != "POST":
        return page.render()
    step = _STEPS.get(request.POST.get("action", "save"))
    if step is None:
        raise Http404("Unknown action.")
    try:
        step(page)
    except ExteryError as error:
        page.error = error
        _show_problems(page, error)
    if page.error is None and not page.is_invalid:
        return redirect("media:edit", page.extension.extension_id)
    page.extension.refresh_from_db()
    return page.render()


def _show_problems(page: _Page, error: ExteryError) -> None:
    for problem in error.problems:
        field = problem.where.field
        if field.startswith("alt-"):
            page.alt_errors[field] = with_hint(problem)
        else:
            page.add_error("", problem)


def _add_pictures(page: _Page) -> None:
    """Add each of the chosen files; one that is refused does not stop the others."""
    files = page.request.FILES.getlist("pictures")
    if not files:
        raise InvalidInput.of("media.no-file", where=Where(path=("pictures",)), field="pictures")
    added = 0
    for file in files:
        try:
            _, problems = actions.add_picture(
                extension=page.extension,
                by=page.request.user,
                file=cast("BinaryIO", file),
                alt_text=page.request.POST.get("alt_text", "") if len(files) == 1 else "",
                address=client_address(page.request),
            )
        except ExteryError as error:
            page.error = error
            for problem in error.problems:
                page.add_error(file.name or "", problem)
        else:
            added += 1
            for problem in problems:
                messages.warning(page.request, f"{file.name}: {with_hint(problem)}")
    if added:
        plural = "" if added == 1 else "s"
        messages.success(page.request, f"{added} picture{plural} added.")


def _add_video(page: _Page) -> None:
    form = page.video = VideoForm(page.request.POST, page.request.FILES)
    _add_by_form(page, form, lambda: _receive_video(page, form))


def _receive_video(page: _Page, form: VideoForm) -> None:
    data = form.cleaned_data
    file = data["file"]
    common = {
        "extension": page.extension,
        "by": page.request.user,
        "poster": data["poster"],
        "alt_text": data["alt_text"],
        "address": client_address(page.request),
    }
    if file is not None:
        actions.add_video(file=file, **common)
    elif data["youtube"]:
        actions.add_youtube(youtube=data["youtube"], **common)
    else:
        raise InvalidInput.of("media.no-file", where=Where(path=("file",)), field="file")
    messages.success(page.request, "Video added.")


def _set_icon(page: _Page) -> None:
    form = page.icon = IconForm(page.request.POST, page.request.FILES)
    _add_by_form(page, form, lambda: _receive_icon(page, form.cleaned_data["icon"]))


def _receive_icon(page: _Page, file: BinaryIO | None) -> None:
    if file is None:
        raise InvalidInput.of("media.no-file", where=Where(path=("icon",)), field="icon")
    try:
        icons.set_icon(
            extension=page.extension,
            by=page.request.user,
            file=file,
            address=client_address(page.request),
        )
    except InvalidInput as error:
        where = Where(path=("icon",))
        raise InvalidInput(*(one._replace(where=where) for one in error.problems)) from error
    messages.success(page.request, "Icon changed.")


def _remove_icon(page: _Page) -> None:
    icons.remove_icon(extension=page.extension, by=page.request.user)
    messages.success(page.request, "Icon removed.")


def _add_by_form(page: _Page, form: forms.Form, receive: Callable[[], None]) -> None:
    """Call ``receive`` with a valid form; problems are shown at its fields."""
    if not form.is_valid():
        page.is_invalid = True
        return
    try:
        receive()
    except ExteryError as error:
        page.error = error
        add_problems(form, error)


def _save(page: _Page) -> None:
    """Save the alt texts, and then move what one of the buttons or the script says."""
    post = page.request.POST
    texts = {
        _key(name.removeprefix("alt-")): post.get(name, "")
        for name in post
        if name.startswith("alt-")
    }
    changed = actions.set_alt_texts(extension=page.extension, by=page.request.user, texts=texts)
    for name, steps in (("up", -1), ("down", 1)):
        if name in post:
            order.move(
                extension=page.extension, by=page.request.user, item=_key(post[name]), steps=steps
            )
            return
    if post.get("order"):
        order.reorder(
            extension=page.extension,
            by=page.request.user,
            order=_keys(post["order"]),
            seen=_keys(post.get("seen", "")),
        )
        messages.success(page.request, "Order saved.")
    else:
        messages.success(page.request, "Alt texts saved." if changed else "Nothing has changed.")


def _keys(text: str) -> list[int]:
    return [_key(part) for part in text.split(",")[: settings.EXTERY_MAX_GALLERY * 2]]


def _key(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0


_STEPS: dict[str, Callable[[_Page], None]] = {
    "save": _save,
    "pictures": _add_pictures,
    "video": _add_video,
    "icon": _set_icon,
    "remove-icon": _remove_icon,
}


@login_required
@require_http_methods(FORM_METHODS)
def remove(request: HttpRequest, extension_id: str, item: int) -> HttpResponse:
    """Ask whether to remove a picture or video, and remove it."""
    extension = _own_extension_or_404(request, extension_id)
    gallery = read_gallery(extension, is_complete=True)
    shown = next((one for one in gallery if one.pk == item), None)
    if shown is None:
        raise Http404("Unknown item.")
    if request.method == "POST":
        try:
            order.remove(extension=extension, by=request.user, item=item)
        except ExteryError as error:
            messages.error(request, join_messages(error))
        else:
            messages.success(request, f"{'Picture' if shown.is_picture else 'Video'} removed.")
        return redirect("media:edit", extension.extension_id)
    return render(request, "media/remove.html", {"extension": extension, "shown": shown})


def _own_extension_or_404(request: HttpRequest, extension_id: str) -> Extension:
    owned = Extension.objects.filter(owner=require_signed_in(request.user)).select_related("image")
    extension = get_object_or_404(owned.with_id(extension_id))
    if extension.is_deleted:
        raise Http404("Deleted.")
    return extension
