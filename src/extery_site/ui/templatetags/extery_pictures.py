"""Template tags for the cover and the icon of an extension, in the size in which they are shown.

Model instances are passed as plain objects: this module imports no app.
"""

from __future__ import annotations

import zlib
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from extery.core.invisible import show_invisible

register = template.Library()

#: Grounds and letters of drawn icons; the contrast of each pair is at least 4.5 : 1.
_GROUNDS = (
    *(("#0a6656", "#ffffff"), ("#2d4898", "#ffffff"), ("#a3262d", "#ffffff")),
    *(("#805300", "#ffffff"), ("#5b3a78", "#ffffff"), ("#14656e", "#ffffff")),
    *(("#3f4f2a", "#ffffff"), ("#f2b134", "#241a04")),
)


@register.simple_tag
def picture(
    extension: Any,
    sizes: str = "(max-width: 30rem) 100vw, 20rem",
    css_class: str = "picture",
    *,
    alt: str = "",
    eager: bool = False,
) -> SafeString:
    """Return the ``img`` of an extension's cover, or of a placeholder; ``sizes`` is the attribute of that name.

    Drafts may have no cover, and that of a blocked extension is not public. Makes no query if the cover was loaded.
    Its box is 16:9 in any case, so nothing moves when it is loaded.
    """
    loading = "eager" if eager else "lazy"
    if extension.image is None or extension.is_blocked:
        url, srcset = static("images/placeholder.svg"), ""
    else:
        url, srcset = extension.image.small_url, extension.image.srcset
    responsive = format_html(' srcset="{}" sizes="{}"', srcset, sizes) if srcset else ""
    return format_html(
        '<img class="{}" src="{}"{} alt="{}" width="640" height="360" loading="{}" decoding="async"{}>',
        css_class,
        url,
        responsive,
        show_invisible(alt),
        loading,
        SafeString(' fetchpriority="high"') if eager else "",
    )


@register.simple_tag
def extension_icon(extension: Any, size: int = 38, css_class: str = "extension-icon") -> SafeString:
    """Return the icon of an extension, a decoration beside its name: its own, or letters of the name on a ground.

    Makes no query. The ground follows from the id, so it stays when the name changes.
    """
    if extension.icon_url and not extension.is_blocked:
        return format_html(
            '<img class="{0}" src="{1}" alt="" width="{2}" height="{2}" loading="lazy" decoding="async">',
            css_class,
            extension.icon_url,
            size,
        )
    ground, ink = _GROUNDS[zlib.crc32(extension.extension_id.encode()) % len(_GROUNDS)]
    return format_html(
        '<svg class="{0}" width="{1}" height="{1}" viewBox="0 0 48 48" aria-hidden="true" focusable="false">'
        '<rect width="48" height="48" rx="10.5" fill="{2}"/>'
        '<text x="24" y="25" text-anchor="middle" dominant-baseline="central" font-size="20" '
        'font-weight="650" fill="{3}">{4}</text></svg>',
        css_class,
        size,
        ground,
        ink,
        letters_of(extension.name),
    )


def letters_of(name: str) -> str:
    """Return the first letters or digits of the first two words of a name, or of its first two characters."""
    words = ["".join(filter(str.isalnum, word)) for word in name.replace("_", " ").split()[:8]]
    words = [word for word in words if word]
    letters = words[0][:1] + words[1][:1] if len(words) > 1 else "".join(words)[:2]
    return letters.upper()[:2] or "?"
