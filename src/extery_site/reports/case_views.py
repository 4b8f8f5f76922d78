"""Pages of moderators: the list of cases, one case with its history and decision, the numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from extery.core.errors import ExteryError
from extery_site.accounts.models import User
from extery_site.accounts.permissions import require_moderator
from extery_site.accounts.profiles import changed_profiles, find_hidden, has_text
from extery_site.project.problems import http_status
from extery_site.reports import handling, queries
from extery_site.reports.forms import DecisionForm, NoteForm, TextForm
from extery_site.reports.history import history_of
from extery_site.reports.models import Appeal, Case
from extery_site.reports.permissions import may_decide_case
from extery_site.reports.reasons import Reason
from extery_site.reports.targets import KINDS, Target
from extery_site.ui.form_problems import add_problems, join_messages

PAGE_SIZE = 25
TABS = ("open", "mine", "appeals", "resolved", "dismissed")
MAX_QUERY_LENGTH = 200


@login_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """List the cases of a tab, or the appeals."""
    moderator = require_moderator(request.user)
    tab = request.GET.get("show", "open")
    tab = tab if tab in TABS else "open"
    context: dict[str, Any] = {
        "tab": tab,
        "counts": queries.counts(moderator),
        "usual_time": queries.usual_time(),
        "kinds": KINDS.values(),
        "reasons": Reason.choices,
        "can_choose": tab in ("open", "mine"),
        "changed_profiles": changed_profiles(without=moderator) if tab == "open" else [],
    }
    if tab == "appeals":
        appeals = Appeal.objects.select_related("by", "decided_by", "first_decided_by")
        # "open" is the last of the statuses in alphabetical order.
        paginator: Paginator[Any] = Paginator(appeals.order_by("-status", "created_at"), PAGE_SIZE)
    else:
        found_keys = _filtered(request, tab, moderator, context).values_list("pk", flat=True)
        paginator = Paginator(found_keys, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context |= {"page": page, "pages": paginator.get_elided_page_range(page.number)}
    if tab != "appeals":
        keys = list(page)
        found = queries.with_details(queries.cases("all", moderator)).in_bulk(keys)
        cases = [found[key] for key in keys if key in found]
        reasons = queries.reasons_of(cases)
        context["rows"] = [
            (case, KINDS.get(case.kind), reasons.get(case.pk, []), _latest_text(case, may), may)
            for case in cases
            for may in [may_decide_case(moderator, case)]
        ]
    return render(request, "reports/list.html", context)


def _filtered(request: HttpRequest, tab: str, moderator: User, context: dict[str, Any]) -> Any:
    """Return the cases that fit the filters of the request, and add those to the context."""
    text = request.GET.get("q", "")[:MAX_QUERY_LENGTH].replace("\0", "").strip()
    kind = request.GET.get("kind", "")
    reason = request.GET.get("reason", "")
    kind = kind if kind in KINDS else ""
    reason = reason if reason in Reason.values else ""
    sort = request.GET.get("sort", "")
    default = "reports" if tab in ("open", "mine") else "decided"
    order = queries.SORTS.get(sort) or queries.SORTS.get(default, ("-decided_at", "-pk"))
    context |= {
        "q": text,
        "kind": kind,
        "reason": reason,
        "sort": sort if sort in queries.SORTS else default,
        "is_filtered": bool(text or kind or reason),
    }
    cases = queries.cases(tab, moderator)
    return queries.filtered(cases, text=text, kind=kind, reason=reason).order_by(*order)


def _latest_text(case: Any, may_decide: bool) -> str:
    """Return the text of the last report, which the reported person does not see."""
    return str(case.latest_text or "") if may_decide else ""


@login_required
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Claim the first case of the list that has no moderator, and open it."""
    moderator = require_moderator(request.user)
    free = queries.cases("open", moderator).filter(assigned_to=None).select_related("extension")
    for case in free.order_by(*queries.SORTS["reports"])[:20]:
        if not may_decide_case(moderator, case):
            continue
        try:
            handling.claim_case(case=case, by=moderator)
        except ExteryError:
            continue  # another moderator was faster
        return redirect(case)
    messages.info(request, "There is no case without a moderator that you can decide about.")
    return redirect("reports:list")


@login_required
@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Claim or release a case from the list."""
    moderator = require_moderator(request.user)
    case = get_object_or_404(Case, pk=pk)
    try:
        if request.POST.get("step") == "release":
            handling.release_case(case=case, by=moderator)
        else:
            handling.claim_case(case=case, by=moderator)
    except ExteryError as error:
        messages.error(request, join_messages(error))
    back = request.POST.get("show", "")
    query = f"?show={back}" if back in TABS else ""
    return redirect(f"/reports/{query}#case-{case.pk}")


@login_required
@require_safe
def show_numbers(request: HttpRequest) -> HttpResponse:
    """Show statistics of reports and appeals."""
    moderator = require_moderator(request.user)
    days = 365 if request.GET.get("days") == "365" else 30
    context = {
        "tab": "numbers",
        "counts": queries.counts(moderator),
        "numbers": queries.numbers(days),
        "kinds": {kind.name: kind.label for kind in KINDS.values()},
    }
    return render(request, "reports/numbers.html", context)


#: Steps with a text: the action, and the label of the field.
_TEXT_STEPS: dict[str, Callable[..., Any]] = {
    "note": handling.add_note,
    "ask_reporters": handling.ask_reporters,
    "ask_person": handling.ask_person,
}
_DONE = {
    "note": "Note added.",
    "ask_reporters": "Question sent to those who reported it.",
    "ask_person": "Question sent.",
    "claim": "You have claimed this case.",
    "release": "You have released this case.",
    "reopen": "The case is open again.",
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case; claim it, ask, decide, and open it again."""
    moderator = require_moderator(request.user)
    found = get_object_or_404(
        Case.objects.select_related("extension__owner", "person", "assigned_to", "decided_by"),
        pk=pk,
    )
    if request.method != "POST":
        return _show(request, moderator, found)
    step = request.POST.get("step", "")
    if step == "decide":
        return _decide(request, moderator, found)
    if step in ("claim", "release"):
        return _claim(request, moderator, found, step)
    if step not in _DONE:
        raise Http404("Unknown action.")
    form: Form = NoteForm(request.POST) if step == "reopen" else TextForm(request.POST)
    if not form.is_valid():
        return _show(request, moderator, found, forms={step: form}, status=422)
    try:
        if step == "reopen":
            handling.reopen_case(case=found, by=moderator, reason=form.cleaned_data["note"])
        else:
            _TEXT_STEPS[step](case=found, by=moderator, text=form.cleaned_data["text"])
    except ExteryError as error:
        add_problems(form, error)
        return _show(request, moderator, found, forms={step: form}, status=http_status(error))
    messages.success(request, _DONE[step])
    return redirect(found)


def _claim(request: HttpRequest, moderator: User, found: Case, step: str) -> HttpResponse:
    try:
        if step == "release":
            handling.release_case(case=found, by=moderator)
        else:
            name = request.POST.get("from", "")
            current = found.assigned_to
            take_over_from = current if current and current.username == name else None
            handling.claim_case(case=found, by=moderator, take_over_from=take_over_from)
    except ExteryError as error:
        messages.error(request, join_messages(error))
    else:
        messages.success(request, _DONE[step])
    return redirect(found)


def _decide(request: HttpRequest, moderator: User, found: Case) -> HttpResponse:
    form = DecisionForm(request.POST, case=found, steps=_next_steps(moderator, found))
    if not form.is_valid():
        return _show(request, moderator, found, forms={"decide": form}, status=422)
    data = form.cleaned_data
    resolves = data["outcome"] == Case.Status.RESOLVED
    try:
        if resolves:
            hides = data["next_step"] == "hide"
            handling.resolve_case(case=found, by=moderator, note=data["note"], hides_profile=hides)
        else:
            handling.dismiss_case(case=found, by=moderator, note=data["note"])
    except ExteryError as error:
        add_problems(form, error)
        return _show(request, moderator, found, forms={"decide": form}, status=http_status(error))
    messages.success(request, "Reports resolved." if resolves else "Reports dismissed.")
    if resolves and data["next_step"] in _NEXT_PAGES and found.extension is not None:
        return redirect(_NEXT_PAGES[data["next_step"]], found.extension.extension_id)
    if resolves and data["next_step"] == "hide_set" and (target := _target(found)):
        return redirect(f"{target.url}hide/")
    if resolves and data["next_step"] == "suspend" and found.person is not None:
        return redirect("reports:suspension", found.person.username)
    return redirect(found)


#: Pages that follow a resolved case about an extension.
_NEXT_PAGES = {"block": "moderation:block", "review": "moderation:thread"}


def _next_steps(moderator: User, found: Case) -> set[str]:
    """Return the values of `NEXT_STEPS` that are possible for the person of a case."""
    steps = {"", "block", "review", "hide_set"}
    if _may_suspend(moderator, found):
        steps.add("suspend")
    if found.person is not None and has_text(found.person):
        steps.add("hide")
    return steps


def _target(found: Case) -> Target | None:
    """Return what a case is about, if it still exists."""
    row = KINDS.get(found.kind)
    return row.load(found.target_pk) if row else None


def _may_suspend(moderator: User, found: Case) -> bool:
    person = found.person
    return person is not None and not person.can_moderate and person.pk != moderator.pk


def _show(
    request: HttpRequest,
    moderator: User,
    found: Case,
    *,
    forms: dict[str, Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a case; ``forms`` has the one that was rejected."""
    # The action may have failed because the case has changed.
    if forms:
        found = get_object_or_404(
            Case.objects.select_related("extension__owner", "person", "assigned_to", "decided_by"),
            pk=found.pk,
        )
    forms = forms or {}
    may_decide = may_decide_case(moderator, found)
    may_suspend = _may_suspend(moderator, found)
    standing = list(found.reports.standing().values_list("by", flat=True))
    context = {
        "case": found,
        "kind": KINDS.get(found.kind),
        "target": _target(found),
        "reasons": queries.reasons_of([found]).get(found.pk, []),
        # Who reported something is hidden from the reported person, also from moderators.
        "history": history_of(found) if may_decide else [],
        "may_decide": may_decide,
        "may_suspend": may_suspend,
        "number": len(standing),
        "named": sum(by is not None for by in standing),
        "unnamed": sum(by is None for by in standing),
        "reporters": queries.record_of_reporters(found),
        "person_record": queries.record_of_person(found),
        "others": queries.other_cases(found),
        "appeals": found.appeals.select_related("by"),
        "hidden": find_hidden(found.person) if found.kind == "user" and found.person else None,
        "decision": forms.get("decide")
        or DecisionForm(case=found, steps=_next_steps(moderator, found)),
        "note": forms.get("note") or TextForm(label="Note for moderators", auto_id="id_note_%s"),
        "ask_reporters": forms.get("ask_reporters")
        or TextForm(label="Question to those who reported it", auto_id="id_reporters_%s"),
        "ask_person": forms.get("ask_person")
        or TextForm(label="Question to the reported person", auto_id="id_person_%s"),
        "reopen": forms.get("reopen") or NoteForm(auto_id="id_reopen_%s"),
        "rejected": next(iter(forms), ""),
    }
    return render(request, "reports/case.html", context, status=status)
