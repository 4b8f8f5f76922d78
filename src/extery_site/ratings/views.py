"""Pages of ratings: the list with the user's own rating, replying, marking as helpful, hiding."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from extery.core.errors import ExteryError
from extery_site.accounts.permissions import may_moderate, require_moderator, require_user
from extery_site.catalog.extension_page import (
    find_extension,
    open_page,
    own_address,
    render_tab,
)
from extery_site.catalog.models import Extension
from extery_site.project.problems import add_retry_after, http_status
from extery_site.quotas.client_address import client_address
from extery_site.ratings import actions
from extery_site.ratings.content import clean_prose
from extery_site.ratings.forms import HideForm, ListForm, RatingForm, ReplyForm
from extery_site.ratings.models import Rating
from extery_site.ratings.queries import (
    marked_by,
    numbers_of,
    own_rating,
    public_numbers,
    ratings_of,
)
from extery_site.statistics.user_agent import system_of
from extery_site.ui.form_problems import add_problems, join_messages

PAGE_SIZE = 20
FORM_METHODS = ["GET", "HEAD", "POST"]
#: Parameters of the list that a form keeps.
_LIST_PARAMETERS = ("order", "stars", "version", "blender", "page")


@require_http_methods(FORM_METHODS)
def ratings(request: HttpRequest, extension_id: str) -> HttpResponse:
    """List the ratings of an extension; publish or preview the user's own."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    numbers = public_numbers(extension)
    own = own_rating(extension, request.user)
    form = RatingForm(
        request.POST or None, initial=_initial(request, own, numbers), versions=numbers
    )
    status, problem, preview = 200, None, None
    if request.method == "POST":
        require_user(request.user)
        try:
            if not form.is_valid():
                status = 422
            elif request.POST.get("step") == "preview":
                preview = clean_prose(form.cleaned_data["text"])
            else:
                actions.rate(
                    extension=extension,
                    by=request.user,
                    address=client_address(request),
                    **form.cleaned_data,
                )
                messages.success(request, "Published. You may change it as often as you like.")
                return redirect(_list_url(extension))
        except ExteryError as error:
            problem = error
            add_problems(form, error)
            status = http_status(error)
    context = _list_context(request, extension, own, numbers) | {
        "form": form,
        "preview": preview,
        "edits": own is None or request.method == "POST" or "change" in request.GET,
    }
    page = open_page(request, extension)
    response = render_tab(page, "ratings/list.html", "ratings:list", context, status=status)
    return add_retry_after(response, problem)


@login_required
@require_http_methods(FORM_METHODS)
def remove(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Ask whether to remove the user's own rating, and remove it."""
    extension = find_extension(request, extension_id)
    own = own_rating(extension, request.user)
    if request.method == "POST":
        try:
            actions.remove_rating(extension=extension, by=request.user)
        except ExteryError as error:
            messages.error(request, join_messages(error))
        else:
            messages.success(request, "Your rating is removed.")
        return redirect(_list_url(extension))
    if own is None:
        return redirect(_list_url(extension))
    return render(request, "ratings/remove.html", {"extension": extension, "rating": own})


@login_required
@require_POST
def helpful(request: HttpRequest, extension_id: str, pk: int) -> HttpResponse:
    """Mark a rating as helpful, or take the mark back, and return to the list."""
    rating = _rating(request, extension_id, pk)
    try:
        actions.mark_helpful(
            rating=rating,
            by=request.user,
            helpful=request.POST.get("helpful") != "0",
            address=client_address(request),
        )
    except ExteryError as error:
        messages.error(request, join_messages(error))
    return redirect(_list_url(rating.extension, rating, request.POST.get("query", "")))


@login_required
@require_http_methods(FORM_METHODS)
def reply(request: HttpRequest, extension_id: str, pk: int) -> HttpResponse:
    """Reply to a rating as the author, change the reply, or remove it."""
    rating = _rating(request, extension_id, pk)
    answer = getattr(rating, "reply", None)
    form = ReplyForm(request.POST or None, initial={"text": answer.text if answer else ""})
    status, problem = 200, None
    if request.method == "POST":
        try:
            if request.POST.get("step") == "remove":
                actions.remove_reply(rating=rating, by=request.user)
                messages.success(request, "Your reply is removed.")
                return redirect(_list_url(rating.extension, rating))
            if form.is_valid():
                actions.reply(
                    rating=rating,
                    by=request.user,
                    text=form.cleaned_data["text"],
                    address=client_address(request),
                )
                messages.success(request, "Your reply is published.")
                return redirect(_list_url(rating.extension, rating, request.POST.get("query", "")))
            status = 422
        except ExteryError as error:
            problem = error
            add_problems(form, error)
            status = http_status(error)
    context = {
        "extension": rating.extension,
        "rating": rating,
        "form": form,
        "may_reply": rating.extension.is_owned_by(request.user),
    }
    return add_retry_after(render(request, "ratings/reply.html", context, status=status), problem)


@login_required
@require_http_methods(FORM_METHODS)
def hide(request: HttpRequest, extension_id: str, pk: int) -> HttpResponse:
    """Hide a rating as a moderator, or show a hidden one again."""
    require_moderator(request.user)
    rating = _rating(request, extension_id, pk)
    is_show = request.POST.get("step") == "show"
    form = HideForm(None if is_show else request.POST or None)
    status = 200
    if request.method == "POST":
        try:
            if is_show:
                actions.show_rating(rating, request.user)
                messages.success(request, "The rating is shown again.")
                return redirect(_list_url(rating.extension, rating))
            if form.is_valid():
                actions.hide_rating(rating, request.user, form.cleaned_data["reason"])
                messages.success(request, "The rating is hidden and does not count.")
                return redirect(_list_url(rating.extension))
            status = 422
        except ExteryError as error:
            if is_show:
                messages.error(request, join_messages(error))
                return redirect(_list_url(rating.extension, rating))
            add_problems(form, error)
            status = http_status(error)
    context = {"extension": rating.extension, "rating": rating, "form": form}
    return render(request, "ratings/hide.html", context, status=status)


def _rating(request: HttpRequest, extension_id: str, pk: int) -> Rating:
    extension = find_extension(request, extension_id)
    of_extension = Rating.objects.filter(extension=extension).with_related()
    rating = get_object_or_404(of_extension, pk=pk)
    rating.extension = extension
    return rating


def _initial(request: HttpRequest, own: Rating | None, numbers: list[str]) -> dict[str, object]:
    """Return the values of the own rating, or those that the browser and the newest version suggest."""
    if own is not None:
        return {
            "stars": own.stars,
            "text": own.text,
            "version": own.version_number if own.version_number in numbers else "",
            "blender": own.blender_text,
            "platform": own.platform,
        }
    system = system_of(request.headers.get("User-Agent", ""))
    return {"version": numbers[0] if numbers else "", **system._asdict()}


def _list_context(
    request: HttpRequest, extension: Extension, own: Rating | None, numbers: list[str]
) -> dict[str, object]:
    list_form = ListForm(request.GET, versions=numbers, auto_id="list-%s")
    filters = list_form.filters
    found = ratings_of(extension, filters)
    if own is not None:
        found = found.exclude(pk=own.pk)  # it has a place of its own
    paginator = Paginator(found, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    reply_to = request.GET.get("reply", "")
    is_owner = extension.is_owned_by(request.user)
    return {
        "extension": extension,
        "numbers": numbers_of(extension),
        "own": own,
        "list_form": list_form,
        "filters": filters,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "marked": marked_by(request.user, page.object_list),
        "is_owner": is_owner,
        "may_moderate": may_moderate(request.user) and not is_owner,
        "reply_to": int(reply_to)
        if is_owner and reply_to.isdecimal() and len(reply_to) < 19
        else None,
        "query": _list_query(request.GET).urlencode(),
    }


def _list_query(values: QueryDict) -> QueryDict:
    """Return the parameters of the list among ``values``."""
    query = QueryDict(mutable=True)
    for name in _LIST_PARAMETERS:
        if value := values.get(name):
            query[name] = value
    return query


def _list_url(extension: Extension, rating: Rating | None = None, query: str = "") -> str:
    """Return the URL of the list, of the part of it that shows ``rating``."""
    kept = _list_query(QueryDict(query[:500])).urlencode()
    url = reverse("ratings:list", args=[extension.extension_id])
    return f"{url}{'?' if kept else ''}{kept}{f'#rating-{rating.pk}' if rating else ''}"
