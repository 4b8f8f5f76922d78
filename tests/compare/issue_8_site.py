"""Intended differences of issue 8 in the answers and pages of the site: compared with 9d8f19c."""

from __future__ import annotations

from tests.compare.edits import replace, sort_attributes, without
from tests.compare.rows import Expected, rows

_THEME_BYTES = "the demo writes the attributes of a theme in another order"
_PLATFORM = "an unknown platform is a mistake, not a platform without packages"
_ANSWERS = (
    Expected(
        "site/download/*/headers",
        "packages leave shared caches after 10 minutes, in case they are blocked",
        replace(
            r"^Cache-Control: public, (max-age=31536000, immutable|max-age=600, must-revalidate)$"
        ),
    ),
    Expected("site/download/theme-*/body", _THEME_BYTES, sort_attributes),
    Expected(
        "site/download/theme-*/headers", _THEME_BYTES, replace(r"^(Content-Length|Etag): .*\n?")
    ),
    Expected(
        "site/listing/*/body",
        _THEME_BYTES,
        replace(
            r'sha256:[0-9a-f]{64}(/theme-[^"]+","archive_size":)\d+,"archive_hash":"sha256:[0-9a-f]{64}"',
            r"\1",
        ),
    ),
    Expected(
        "site/extension/*/body",
        "a version has the remote library of an asset library",
        without("versions.*.asset_library"),
    ),
    *(
        Expected(
            f"site/extension/{name}/body",
            "the demo writes the attributes of a theme in another order, and Blender 5.3 does not know some of them",
            without(
                *(
                    f"versions.*.packages.*.{key}"
                    for key in ("archive_url", "drag_url", "sha256", "size", "problems")
                )
            ),
        )
        for name in (
            "beacon",
            "chalk_yard",
            "harbour_dusk",
            "moss_cellar",
            "paper_lantern",
            "riso_room",
        )
    ),
    *rows(
        _PLATFORM,
        *(f"site/listing/?platform=no-such/{output}" for output in ("headers", "body", "verdict")),
    ),
    Expected("site/listing/?platform=no-such/status", _PLATFORM, replace(r"^(200|400)$")),
    Expected(
        "site/errors/GET /api/openapi.json/body",
        "the API has asset libraries, verdicts and the lifetime of drafts",
        without(
            "components.schemas.DraftOut",
            "components.schemas.LibraryAuthOut",
            "components.schemas.RemoteLibraryOut",
            "components.schemas.VerdictOut",
            "components.schemas.VersionOut.properties.asset_library",
            "components.schemas.VersionOut.required",
            "paths./api/v1/extensions/.get.description",
        ),
    ),
    Expected(
        "site/errors/GET /api/openapi.json/headers",
        "the API has asset libraries, verdicts and the lifetime of drafts",
        replace(r"^Content-Length: \d+\n?"),
    ),
    *rows(
        "no cache keeps the answer to a package that may be public later, or was",
        "site/errors/GET /download/*/none.zip/headers",
        "site/download/add-on-scene_sweeper-v1.0.0.zip/headers",
        edit=replace(r"^Cache-Control: private, no-cache\n?"),
    ),
)

#: Parts of every page, also of the error pages of downloads.
_FRAME = (
    (
        "the navigation has asset libraries",
        r'^ *<a href="/asset-libraries/">Asset libraries</a>\n',
        "",
    ),
    (
        "pages for visitors set no cookie, so that they may be cached",
        r'^ *<input type="hidden" name="csrfmiddlewaretoken" value="TOKEN">\n',
        "",
    ),
    (
        "asset libraries are one of three types",
        r"Add-ons(, themes and asset libraries| and themes) for Blender",
        "Extensions for Blender",
    ),
)
_ERROR_PAGES = (
    "site/errors/GET /download/*/none.zip/body",
    "site/download/add-on-scene_sweeper-v1.0.0.zip/body",
)
_NAMES = "pages show the user name beside the display name"
_PERMISSIONS = "a page does not promise what an extension without permissions does not do"
#: Pages, reason, and the part that differs.
_PARTS = (
    ("*", "templates leave other lines blank", r"^ *\n", ""),
    (
        "*",
        _NAMES,
        r'<span class="person-name">(<bdi>[^<]*</bdi>) <span class="soft nowrap">@\w+</span></span>',
        r"\1",
    ),
    ("*", _NAMES, r'^( *<(?:title|meta name="description").*) \(@\w+\)', r"\1"),
    ("/extensions/*", _PERMISSIONS, r"(None|It declares no permissions): a theme", "a theme"),
    (
        "/extensions/*",
        _PERMISSIONS,
        r"None: the author declares that it does not use [^<]*|It declares no permissions\. That is [^<]*",
        "",
    ),
    (
        "/extensions/*",
        "the script reads the hint from the page",
        r' data-drag-hint="Drop it onto a Blender window\."',
        " data-drag-hint",
    ),
    (
        "*",
        "choices of Blender versions have 5.1, 5.2 and 5.3",
        r'<option value="5\.[123]"></option>',
        "",
    ),
    (
        "*",
        "the search has asset libraries",
        r'^ *<option value="asset-library">Asset libraries</option>\n',
        "",
    ),
    (
        "/about/use-in-blender/",
        "the page says which Blenders have asset libraries",
        r" Asset libraries need Blender 5\.3 or newer; older versions neither list nor install them\.",
        "",
    ),
    ("/extensions/*", _THEME_BYTES, r"sha256:[0-9a-f]{64}/theme-", "theme-"),
    *(
        (
            f"/extensions/{name}/*",
            _THEME_BYTES,
            r'(/theme-.*<span class="note number(?: nowrap)?">)2\.[5-7] KB',
            r"\1",
        )
        for name in ("harbour_dusk", "paper_lantern")
    ),
    (
        "/extensions/folder_door/",
        "a page offers for each platform what the listing offers, in the order of Blender's platforms",
        r'(?s)<ul class="downloads">.*?</ul>',
        "",
    ),
    (
        "/extensions/scene_sweeper/",
        "the image of a blocked extension is sent to its owner and to moderators only",
        r"^ *(<figure>)?<img class=\"picture picture-large\" .*\n",
        "",
    ),
    (
        "/",
        "asset libraries are one of three types, whose sections are made alike",
        r'<h1>.*</h1>|(?<=All )new (?=themes</a>)|(?<=/themes/)\?sort=newest|"(newest|add-ons)"',
        "",
    ),
)
_PAGES = (
    *(
        row
        for reason, pattern, new in _FRAME
        for row in rows(reason, "site/page/*/body", *_ERROR_PAGES, edit=replace(pattern, new))
    ),
    *(
        Expected(f"site/page{page}/body", reason, replace(pattern, new))
        for page, reason, pattern, new in _PARTS
    ),
)

ROWS: tuple[Expected, ...] = (*_ANSWERS, *_PAGES)
