"""Steps of users on the site, by the labels of its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.site.factories import picture
from tests.site.packages import package, zip_of

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

PASSWORD = "a-long-and-rare-phrase"


#: Time limit for everything on a page, in milliseconds; only a hang reaches it.
TIME_LIMIT = 120_000


def expect(target: Any) -> Any:
    """Return Playwright's assertions about a page or an element, which are tried until they hold.

    A page that a click opens is still being loaded when the click returns, and a script may run
    after its text is shown: what is read at once (`count`, `is_visible`, `all_inner_texts`) may be
    too early.
    """
    from playwright.sync_api import expect as assertions

    assertions.set_options(timeout=TIME_LIMIT)
    return assertions(target)


def main_button(page: Page, name: str) -> Any:
    """Return a button of the main content, not of the navigation bar."""
    return page.get_by_role("main").get_by_role("button", name=name, exact=True)


def confirm(page: Page, name: str) -> None:
    """Press a button of the form that confirms an action: in a dialog, or without scripts on its page."""
    page.locator("[data-dialog-content]").get_by_role("button", name=name, exact=True).click()


def sign_up(page: Page, name: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    main_button(page, "Create account").click()
    page.get_by_text(f"Account of {name}").wait_for(state="attached")


def sign_in(page: Page, name: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    main_button(page, "Sign in").click()
    page.get_by_role("heading", name="My extensions").wait_for()


def zip_payload(data: bytes, name: str = "gear_tool-1.0.0.zip") -> FilePayload:
    return {"name": name, "mimeType": "application/zip", "buffer": data}


def good_zip(**fields: Any) -> FilePayload:
    return zip_payload(package(**fields))


def broken_zip() -> FilePayload:
    manifest = 'schema_version = "1.0.0"\nid = "gear__tool"\nversion = "1"\nname = "Gear Tool"\n'
    return zip_payload(zip_of({"blender_manifest.toml": manifest, "__init__.py": ""}))


def image() -> FilePayload:
    return {"name": "gears.png", "mimeType": "image/png", "buffer": picture().read()}


def upload(page: Page, file: FilePayload) -> None:
    page.goto("/publish/")
    page.get_by_label("Packages (.zip) of an add-on, a theme or an asset library").set_input_files(
        file
    )
    main_button(page, "Check and upload").click()


def open_draft(page: Page, extension_id: str = "gear_tool") -> None:
    """Open the page of a draft on which its picture is added, from the first of the four steps."""
    page.get_by_role("heading", name="Who gets what").wait_for()
    page.goto(f"/publish/{extension_id}/")


def send(page: Page, number: str = "1.0.0", extension_id: str = "gear_tool") -> None:
    """Send a version to the review in the last of the four steps."""
    page.goto(f"/publish/{extension_id}/{number}/check/")
    page.get_by_label("I made this").check()
    page.get_by_label("It does what the page says").check()
    main_button(page, "Send to review").click()
    page.get_by_text("You can take it back here.").wait_for()
