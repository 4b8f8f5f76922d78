"""The sections of Blender's published guidelines that rules come from."""

from __future__ import annotations

from typing import NamedTuple

_TERMS = "https://extensions.blender.org/terms-of-service/"
_REVIEW = "https://developer.blender.org/docs/features/extensions/moderation/guidelines/"
_MANUAL = "https://docs.blender.org/manual/en/latest/advanced/extensions/"


class Guideline(NamedTuple):
    """A section of a document: title of the document, number or title of the section, and URL."""

    document: str
    section: str
    url: str

    def __str__(self) -> str:
        return f"{self.document}, {self.section}"


def _terms(section: str) -> Guideline:
    return Guideline("Terms of Service of extensions.blender.org", section, _TERMS)


def _review(section: str) -> Guideline:
    return Guideline("Moderation guidelines of extensions.blender.org", section, _REVIEW)


def _manual(page: str, section: str) -> Guideline:
    return Guideline("Blender manual, extensions", section, f"{_MANUAL}{page}.html")


GUIDELINES = {
    "terms-license": _terms("License (1)"),
    "terms-branding": _terms("Branding (2)"),
    "terms-no-surprises": _terms("Content of the extension, no surprises (3.1)"),
    "terms-reviewable": _terms("Content of the extension, reviewable code (3.5)"),
    "terms-redundant": _terms("Content of the extension, redundant code and files (3.6)"),
    "terms-stability": _terms("Content of the extension, performance and stability (3.7)"),
    "terms-copyright": _terms("Content of the extension, copyright holders (3.8)"),
    "review-works": _review("General, works in Blender"),
    "review-manifest": _review("General, common problems of manifests"),
    "review-updater": _review("General, no auto-updater"),
    "review-dependencies": _review("General, dependencies as wheels or vendored"),
    "review-online-access": _review("General, online access"),
    "review-interface": _review("General, interface"),
    "review-self-contained": _review("General, self-contained"),
    "review-import-path": _review("Violations in code, __file__ and sys.path"),
    "review-writable": _review("Violations in code, writing into the extension's folder"),
    "review-names": _review("Violations in code, names of the add-on's module"),
    "review-interference": _review(
        "Violations in code, interfering with Blender and other add-ons"
    ),
    "manual-internet": _manual("addons", "Internet Access"),
    "manual-dependencies": _manual("addons", "Bundle Dependencies"),
    "manual-local-storage": _manual("addons", "Local Storage"),
    "manual-legacy": _manual("addons", "Legacy vs Extension Add-ons"),
    "manual-permissions": _manual("getting_started", "Manifest, permissions"),
    "manual-manifest": _manual("getting_started", "Manifest"),
    "manual-wheels": _manual("python_wheels", "Bundling Python wheels"),
    "manual-licenses": _manual("licenses", "Extension Licenses"),
    "manual-tags": _manual("tags", "Extension Tags"),
    "manual-build": _manual("getting_started", "Build"),
}
