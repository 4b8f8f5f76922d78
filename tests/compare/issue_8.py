"""Intended differences of issue 8, safe and true today: compared with 9d8f19c."""

from __future__ import annotations

from tests.compare import issue_8_site
from tests.compare.edits import replace, without
from tests.compare.rows import Expected, rows

_LIBRARY = "the type asset-library of Blender 5.3 is known, with its table, permissions and tags"
#: Inputs with an asset library, or with the table or permissions that Blender 5.3 refuses in another type.
_SAMPLES = ("build/samples-5.3/*", "validate/*/samples-5.3/*")
_STRICT = "validate/manifests/strict/*/manifest."
_NEW_TYPE = (
    *_SAMPLES,
    *(
        f"{_STRICT}{end}.toml"
        for end in ("asset_library.*", "platforms.no-effect", "wheels.no-effect")
    ),
)
_NOW_BUILT = (
    "lib_auth_extra_keys",
    "lib_extra_keys",
    "lib_full",
    "lib_minimal",
    "lib_permissions_empty",
    "lib_tag_of_addons",
    "lib_with_wheels_and_platforms",
    "lib_with_wheels_and_platforms/split",
)
_NOW_REFUSED = ("addon_with_table", "theme_permission_files")

_DEMO = (
    *rows(
        "new in the demo: asset libraries",
        *(f"content/{name}/*" for name in ("brick_and_bark", "dry_brushes", "field_kit")),
        change="added",
    ),
    *rows(
        "the demo's themes have versions for Blender 5.3",
        *(
            f"content/{name}/{file}"
            for name in (
                "beacon",
                "chalk_yard",
                "first_frost",
                "harbour_dusk",
                "moss_cellar",
                "paper_lantern",
                "riso_room",
            )
            for file in ("scenario.toml", "source/blender_manifest.toml")
        ),
    ),
    Expected(
        "content/studio_grey/source/blender_manifest.toml", "this theme ends before Blender 5.3"
    ),
    Expected("content/pebble_scatter/source/__init__.py", "works in Blender 5.2"),
)

_RESULTS = (
    *rows(
        "reports have the verdict of each Blender",
        *(f"{area}/*/result" for area in ("build", "check", "generate")),
        "validate/*",
        edit=without("verdicts"),
    ),
    Expected(
        "generate/*/result",
        "server-generate prints what changed, and how many packages are listed, older or hidden",
        without("changes", "package_counts"),
    ),
    Expected("check/*/result", "server-check names each listing of a folder", without("listings")),
    Expected(
        "check/*/config/result",
        "server-check counts the entries and packages of all listings",
        without("entries", "packages"),
    ),
    Expected(
        "mirror/*/result",
        "mirror names its listings, ignored entries, older versions and the verdicts of Blenders",
        without("ignored", "listings", "superseded", "verdicts"),
    ),
    *rows(
        "invisible characters are refused in the texts of a manifest",
        f"{_STRICT}*.invisible.toml/verdict + * manifest.*.invisible",
        f"{_STRICT}*.invisible.toml",
    ),
)

_LIBRARIES = (
    *rows(
        _LIBRARY,
        *(f"{place}/verdict - error manifest.type.unknown-type" for place in _NEW_TYPE),
        *(f"{place}/verdict - warning manifest.key.unknown" for place in _NEW_TYPE),
        *(
            f"{place}/verdict + * manifest.asset_library.*"
            for place in (*_SAMPLES, f"{_STRICT}asset_library.*.toml")
        ),
        *(
            f"{place}/verdict + warning manifest.{field}.no-effect"
            for field in ("platforms", "wheels")
            for place in (*_SAMPLES, f"{_STRICT}{field}.no-effect.toml")
        ),
        *(
            f"{place}/verdict + error manifest.permissions.none-for-type"
            for place in (*_SAMPLES, f"{_STRICT}permissions.none-for-type.toml")
        ),
        *(
            f"{place}/verdict {sign} error manifest.permissions.unknown-key"
            for place in _SAMPLES
            for sign in "+-"
        ),
        "validate/*/samples-5.3/*/lib_tag_of_addons*/verdict + error manifest.tags.unknown-tag",
        "code/manifest.key.unknown -> manifest.asset_library.not-for-type",
        "code/manifest.type.unknown-type -> manifest.asset_library.missing",
        "code/manifest.permissions.unknown-key -> manifest.permissions.trailing-punctuation",
        "code/manifest.permissions.trailing-punctuation, manifest.permissions.unknown-key"
        " -> manifest.permissions.trailing-punctuation",
    ),
    *rows(
        _LIBRARY,
        *(place for place in _NEW_TYPE if place.startswith("validate")),
        f"{_STRICT}permissions.none-for-type.toml",
        edit=without("ok", "id", "type", "version"),
    ),
    *rows(
        _LIBRARY,
        *(f"build/samples-5.3/{name}/result" for name in (*_NOW_BUILT, *_NOW_REFUSED)),
        edit=without("ok", "packages"),
    ),
    *rows(
        _LIBRARY,
        *(f"build/samples-5.3/{name}/status" for name in (*_NOW_BUILT, *_NOW_REFUSED)),
        edit=replace(r"^[01]$"),
    ),
    *rows(_LIBRARY, *(f"build/samples-5.3/{name}/files/*" for name in _NOW_BUILT), change="added"),
    *rows(
        _LIBRARY, *(f"build/samples-5.3/{name}/files/*" for name in _NOW_REFUSED), change="missing"
    ),
)

_PROBLEMS = (
    Expected(
        "*/verdict + warning manifest.blender_version_max.inclusive",
        "new: a version that the author takes for the last one supported",
    ),
    *rows(
        "new: unknown keys of [build]",
        *(
            f"*{name}*/verdict + warning manifest.key.unknown"
            for name in ("Fxnarji__blender_extension_template__4", "david-days__wingwalker-blender")
        ),
        "validate/repositories/corpus/*/verdict + warning manifest.key.unknown",
    ),
    *rows(
        "new: deprecated identifiers of SPDX",
        f"{_STRICT}license.deprecated.toml/verdict + warning manifest.license.deprecated",
        "code/manifest.license.no-prefix -> manifest.license.deprecated",
    ),
    Expected(
        "validate/repositories/samples/*/package.system-files.zip/verdict + warning package.system-files",
        "new: files of macOS and Windows",
    ),
    *rows(
        "new: what a Blender of the theme's range does not read",
        *(
            f"{place}/verdict + warning {code}"
            for code in ("theme.unknown-attributes", "theme.value")
            for place in ("generate/samples/*", f"validate/repositories/samples/*/{code}.zip")
        ),
    ),
    Expected(
        "validate/repositories/corpus/*/fabex-3.0.2.zip/verdict - warning manifest.wheels.no-platform",
        "wheels with the same platforms are one problem",
    ),
    *rows(
        "wheels with the same platforms are one problem; a library for one system is none",
        *(
            f"{place}/*/verdict - warning manifest.wheels.{code}"
            for code in ("no-platform", "platform-without", "unlisted-platform")
            for place in (
                "build/manifests",
                "validate/manifests/manifests",
                "validate/sources/manifests",
            )
        ),
        "validate/repositories/corpus/*/verdict - warning manifest.wheels.platform-without",
        "validate/repositories/corpus/*/verdict - warning manifest.wheels.unlisted-platform",
    ),
    Expected(
        "validate/repositories/corpus/*/verdict - warning manifest.wheels.empty",
        "the wheels of a split package are empty where a platform needs none",
    ),
    *rows(
        "server-check gives the reason why a package of the folder is in no listing",
        *(f"check/samples/*/verdict + error {area}.*" for area in ("package", "path", "wheel")),
    ),
    *rows(
        "a missing version is one problem, at its place in the configuration",
        *(
            f"generate/{group}/config/*/verdict - error generate.version-missing"
            for group in ("corpus", "samples")
        ),
    ),
    *rows(
        "--like-blender does not accept a package whose manifest cannot be read",
        *(
            f"validate/repositories/samples/like-blender/*/package.{code}.zip/verdict {change} package.{code}"
            for code in ("prefix-data", "trailing-data", "zip64-mismatch")
            for change in ("- warning", "+ error")
        ),
    ),
    *rows(
        "--like-blender does not accept a package whose manifest cannot be read",
        *(
            f"validate/repositories/samples/like-blender/*/package.{code}.zip"
            for code in ("prefix-data", "trailing-data", "zip64-mismatch")
        ),
        edit=without("ok"),
    ),
    *rows(
        "the manifest of a package that is not unpacked is judged too",
        *(
            f"validate/repositories/samples/*/package.{code}.zip"
            for code in ("bomb", "overlapping")
        ),
        edit=without("id", "version", "type"),
    ),
)

_TEXTS = (
    Expected(
        "generate/*/index.html",
        "the page offers Blender 5.1, 5.2 and 5.3",
        replace(r'<option value="500[123]000">5\.[123]'),
    ),
    Expected(
        "generate/*/text/stdout",
        "server-generate prints how many packages are listed, older or hidden",
        replace(r"^(found \d+ packages): [\d a-z,]+\.$", r"\1."),
    ),
    Expected(
        "generate/*/stderr",
        "server-generate counts the packages that are listed, not all in the folder",
        replace(r"(listing of )\d+( packages? in)", r"\1N\2"),
    ),
    Expected(
        "check/*/config/stderr",
        "server-check counts the entries and packages of all listings",
        replace(r"(config: )(3 listings, )?\d+ entries, \d+ packages read", r"\1N"),
    ),
    *rows(
        "warnings about wheels are gone, and those about [build] are new",
        *(
            f"build/manifests/{name}/stderr"
            for name in (
                "cabart__3D-Wheat-Dataset-Blender-Extension",
                "cabart__3D-Wheat-Dataset-Blender-Extension/split",
                "david-days__wingwalker-blender",
            )
        ),
        edit=replace(r"(Found|No) problems\.$", "problems."),
    ),
    *rows(
        _LIBRARY,
        *(f"build/samples-5.3/{name}/stderr" for name in (*_NOW_BUILT, *_NOW_REFUSED)),
        edit=replace(r"^(Built \d+ packages?|Nothing was built)\. (Found|No) problems\.$"),
    ),
    *rows(
        "validate prints which Blenders refuse an input that others accept",
        "validate/*/text/stdout",
        edit=replace(r"^[^ ]+: refused by Blender [\d., a-z]+: .*\n"),
    ),
    *rows(
        _LIBRARY,
        *(
            f"validate/*/samples-5.3/{batch}/text/stdout"
            for batch in ("batch-0", "like-blender/batch-0")
        ),
        edit=replace(r"^[^ ]+/samples-5\.3/[^ ]+: (ok|warning): .*\n"),
    ),
    Expected(
        "validate/manifests/strict/*/text/stdout",
        _LIBRARY,
        replace(
            r"^[^ ]+/manifest\.(asset_library\.|platforms\.no-effect|wheels\.no-effect|permissions\.none-for-type)"
            r"[^ ]*: (ok|warning): .*\n"
        ),
    ),
    Expected(
        "validate/repositories/samples/like-blender/batch-0/text/stdout",
        "packages that are not unpacked: their manifest is judged, or they are refused",
        replace(
            r"^[^ ]+/package\.(bomb|overlapping|prefix-data|trailing-data|zip64-mismatch)\.zip: (ok|warning): .*\n"
        ),
    ),
)

ROWS: tuple[Expected, ...] = (
    *_DEMO,
    *_RESULTS,
    *_LIBRARIES,
    *_PROBLEMS,
    *_TEXTS,
    *issue_8_site.ROWS,
)
