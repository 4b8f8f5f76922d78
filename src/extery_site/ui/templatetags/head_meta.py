"""The tag of ``parts/head_meta.html``: what the head of a page says to other sites and programs."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from extery_site.ui import structured_data

register = template.Library()


@register.simple_tag(takes_context=True)
def page_feeds(context: Context) -> list[structured_data.Feed]:
    """Return the feeds of this page; none for an error page."""
    request = context.get("request")
    return structured_data.feeds_of_page(request, context) if request is not None else []


@register.simple_tag(takes_context=True)
def public_extension(context: Context) -> Any:
    """Return the public extension that this page is about; ``None`` for other pages."""
    return structured_data.public_extension(context) if context.get("request") is not None else None


@register.simple_tag(takes_context=True)
def json_ld(context: Context, extension: Any) -> str:
    """Return an extension as JSON-LD for a ``script`` element."""
    return structured_data.script_json(structured_data.software(context["request"], extension))


@register.simple_tag
def card_url(extension: Any) -> str:
    """Return the path that leads to the social card of a public extension."""
    return reverse("sharing:newest-card", args=[extension.extension_id])
