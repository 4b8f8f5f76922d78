"""The four steps of a version as pages: files, findings, page, check; without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery.core.errors import Problem
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.notify.models import Notification
from extery_site.publish.models import PackageUpload
from extery_site.publish.page_text import page_text
from tests.site import factories
from tests.site.packages import package, zip_of
from tests.site.pages.html import Page, mistakes

SignIn = Callable[[User], Client]
BASE = "/publish/gear_tool/1.0.0"


def zip_file(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/zip")


def read(client: Client, step: str, base: str = BASE, status: int = 200) -> Page:
    response = client.get(f"{base}/{step}")
    assert response.status_code == status
    page = Page(response.content.decode())
    assert mistakes(page) == []
    return page


def bar(page: Page) -> str:
    return " ".join(str(page.classed("submit-bar-state")[0].words).split())


def test_many_files_at_once_get_a_verdict_each_and_one_holds_the_set(
    owner: User, signed_in: SignIn
) -> None:
    factories.make_complete(owner, platforms=["linux-x64"])
    client = signed_in(owner)
    files = [
        zip_file("windows.zip", package(platforms=["windows-x64"])),
        zip_file("mac.zip", package(platforms=["macos-arm64"], blender_version_min="4.5.0")),
        zip_file("../notes.txt", b"Notes"),
    ]
    answer = client.post(f"{BASE}/files/", {"file": files})
    assert answer.status_code == 302
    page = read(client, "files/")
    rows = [" ".join(row.words.split()) for row in page.classed("file-row")]
    assert len(rows) == 4
    assert any("mac.zip" in row and "1 error" in row for row in rows)
    assert any("notes.txt" in row and "Not taken" in row for row in rows)
    assert "One file is not ready" in bar(page)
    assert [cell.words for cell in page.classed("differs")] == ["Differs: 4.5.0"]
    assert page.classed("offer-waits")
    check = read(client, "check/")
    (send,) = [button for button in check.all("button") if button.get("value") == "send"]
    assert send.get("disabled") is not None
    assert "mac.zip" in bar(check)

    held = PackageUpload.objects.get(name="mac.zip")
    cured = zip_file("mac2.zip", package(platforms=["macos-arm64"]))
    client.post(f"{BASE}/files/", {"file": cured, "replaces": held.key})
    page = read(client, "files/")
    assert "All files are ready" in bar(page)
    assert Version.objects.get().packages.count() == 3
    assert not page.classed("differs")


def test_files_are_removed_and_texts_are_kept(owner: User, signed_in: SignIn) -> None:
    version = factories.make_complete(owner)
    client = signed_in(owner)
    client.post(f"{BASE}/files/", {"file": zip_file("a.zip", zip_of({"a": "b"}))})
    upload = PackageUpload.objects.get()
    assert upload.state == "refused"
    client.post(f"{BASE}/files/", {"action": "remove", "key": upload.key})
    assert not PackageUpload.objects.exists()
    client.post(f"{BASE}/files/", {"action": "remove", "sha256": version.package_hashes[0]})
    assert not version.packages.exists()
    assert "No package" in bar(read(client, "files/"))
    assert Extension.objects.get().description


def test_who_gets_what_names_the_versions_of_each_blender(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator)
    factories.make_draft(
        owner, version="1.1.0", blender_version_min="5.0.0", platforms=["linux-x64"]
    )
    page = read(signed_in(owner), "files/", "/publish/gear_tool/1.1.0")
    words = " ".join(page.classed("offers")[0].words.split())
    assert len(page.classed("offer-this")) == 1
    # Blender 5.0 and newer in one row, older ones in another.
    assert "5.0 – 5.3" in words
    assert words.count("1.0.0") == 5


def test_a_finding_has_place_cure_and_rule_and_can_be_disputed(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    version = factories.make_complete(owner)
    stored = version.packages.get()
    problem = Problem.of("upload.package-differs", field="tagline")
    stored.problems = [problem.as_dict()]
    stored.save()
    client = signed_in(owner)
    page = read(client, "findings/")
    (finding,) = page.classed("finding")
    assert "Tagline differs" in finding.words
    assert "Cure:" in finding.words
    assert "/problems/upload.package-differs/" in page.links
    fingerprint = finding["id"].removeprefix("finding-")
    sent = client.post(f"{BASE}/findings/", {"finding": fingerprint, "text": "It does not"})
    assert sent["Location"].endswith(f"#finding-{fingerprint}")
    page = read(client, "findings/")
    assert "does not hold you up" in page.classed("finding")[0].words
    # Drafts are not theirs to decide.
    assert not Notification.objects.filter(entry__user=moderator).exists()
    client.post(f"{BASE}/findings/", {"finding": fingerprint, "action": "take_back"})
    assert version.disputes.get().state == "closed"
    empty = client.post(f"{BASE}/findings/", {"finding": fingerprint, "text": " "})
    assert empty.status_code == 422
    assert client.post(f"{BASE}/findings/", {"finding": "none", "text": "a"}).status_code == 404


def test_filters_show_a_part_of_the_findings(owner: User, signed_in: SignIn) -> None:
    version = factories.make_complete(owner)
    stored = version.packages.get()
    stored.problems = [Problem.of("upload.package-differs", field="tagline").as_dict()]
    stored.save()
    client = signed_in(owner)
    assert len(read(client, "findings/?severity=error").classed("finding")) == 1
    assert not read(client, "findings/?severity=warning").classed("finding")
    assert not read(client, "findings/?new=1").classed("finding")
    assert not read(client, "findings/?package=other").classed("finding")
    assert len(read(client, "findings/?severity=what").classed("finding")) == 1


def test_the_page_is_saved_and_leads_to_the_next_step(owner: User, signed_in: SignIn) -> None:
    version = factories.make_draft(owner)
    client = signed_in(owner)
    page = read(client, "page/")
    assert "missing" in bar(page)
    form = {"description": "Gears **turn**", "release_notes": "First", "go": "check"}
    assert client.post(f"{BASE}/page/", form)["Location"] == f"{BASE}/check/"
    version.refresh_from_db()
    assert version.release_notes == "First"
    page = read(client, "page/?preview=1")
    assert "<strong>turn</strong>" in page.html
    assert client.post(f"{BASE}/page/", {**form, "go": "leave"})["Location"] == "/mine/"
    wrong = client.post(f"{BASE}/page/", {**form, "website": "javascript:alert(1)"})
    assert wrong.status_code == 422
    shown = Page(wrong.content.decode())
    assert shown.by_id("id_website")["aria-invalid"] == "true"
    assert shown.by_id("id_website")["value"] == "javascript:alert(1)"


def test_a_script_saves_fields_and_learns_of_another_tab(owner: User, signed_in: SignIn) -> None:
    version = factories.make_draft(owner)
    client = signed_in(owner)
    first = page_text(version).stamps
    sent = {"description": "From <script>one</script>", "stamp-description": first["description"]}
    saved = client.post(f"{BASE}/page/save/", sent)
    assert saved.status_code == 200
    assert "<script>" not in saved.json()["html"]["description"]
    assert "The image is missing" in saved.json()["states"]["bar_state"]
    late = client.post(f"{BASE}/page/save/", {**sent, "description": "From two"})
    assert late.status_code == 409
    assert late.json()["conflicts"] == {"description": sent["description"]}
    again = {"description": "From two", "stamp-description": late.json()["stamps"]["description"]}
    assert client.post(f"{BASE}/page/save/", again).status_code == 200
    bad = client.post(f"{BASE}/page/save/", {"website": "ftp://a"})
    assert bad.status_code == 422
    assert "website" in bad.json()["fields"]
    # Without scripts the same form shows both texts.
    page = client.post(f"{BASE}/page/", {**sent, "description": "From three"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "From three" in text
    assert "From two" in text


def test_a_version_is_sent_with_both_ticks_and_a_word(owner: User, signed_in: SignIn) -> None:
    version = factories.make_complete(owner)
    client = signed_in(owner)
    page = read(client, "check/")
    assert "Ready to send" in bar(page)
    assert "We cannot say yet" in page.html
    refused = client.post(f"{BASE}/check/", {"action": "send", "rights": "1", "words": "Hello"})
    assert refused.status_code == 422
    assert "nothing else" in refused.content.decode()
    assert "Hello" in Page(refused.content.decode()).by_id("id_words").words
    version.refresh_from_db()
    assert version.status == "draft"
    form = {"action": "send", "rights": "1", "honest": "1", "words": "Hello", "channel": "beta"}
    sent = client.post(f"{BASE}/check/", form, follow=True)
    assert "You can take it back" in sent.content.decode()
    version.refresh_from_db()
    assert (version.status, version.channel) == ("in_review", "beta")
    assert Event.objects.get(kind="comment").text == "Hello"
    assert "cannot be changed now" in read(client, "check/").html


def test_leaving_the_last_step_saves_the_channel(owner: User, signed_in: SignIn) -> None:
    version = factories.make_complete(owner)
    client = signed_in(owner)
    assert (
        client.post(f"{BASE}/check/", {"action": "leave", "channel": "beta"})["Location"]
        == "/mine/"
    )
    version.refresh_from_db()
    assert version.is_beta


def test_what_changes_for_users_is_listed(owner: User, moderator: User, signed_in: SignIn) -> None:
    factories.make_approved(owner, moderator)
    factories.make_complete(
        owner,
        version="1.1.0",
        permissions={"network": "Check for updates"},
        blender_version_min="4.5.0",
    )
    page = read(signed_in(owner), "check/", "/publish/gear_tool/1.1.0")
    text = " ".join(page.classed("check-facts")[0].words.split())
    assert "+ network" in text
    assert "before: 4.2 and newer" in text


@pytest.mark.parametrize("step", ["files", "findings", "page", "check"])
def test_nobody_else_sees_a_step(
    owner: User, stranger: User, moderator: User, signed_in: SignIn, step: str
) -> None:
    factories.make_draft(owner)
    assert Client().get(f"{BASE}/{step}/").status_code == 302
    for user in (stranger, moderator):
        assert signed_in(user).get(f"{BASE}/{step}/").status_code == 404
        assert signed_in(user).post(f"{BASE}/{step}/", {}).status_code == 404


def test_each_step_makes_a_fixed_number_of_queries(
    owner: User, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    version = factories.make_complete(owner, platforms=["linux-x64"])
    client = signed_in(owner)
    for name in ("windows-x64", "macos-arm64", "macos-x64"):
        client.post(f"{BASE}/files/", {"file": zip_file(f"{name}.zip", package(platforms=[name]))})
    assert version.packages.count() == 4
    for step, number in (("files", 26), ("findings", 22), ("page", 22), ("check", 30)):
        with django_assert_max_num_queries(number):
            client.get(f"{BASE}/{step}/")


def test_the_scripts_of_the_pages_get_what_they_need(owner: User, signed_in: SignIn) -> None:
    factories.make_draft(owner)
    client = signed_in(owner)
    html = client.get(f"{BASE}/files/").content.decode()
    assert 'data-uploads="/api/v1/uploads/"' in html
    assert 'data-version="1.0.0"' in html


def test_the_page_for_new_packages_takes_many_files(owner: User, signed_in: SignIn) -> None:
    client = signed_in(owner)
    bad = zip_of({"blender_manifest.toml": 'id = "gear_tool"'})
    alone = client.post("/publish/", {"file": [zip_file("a.zip", bad), zip_file("b.zip", b"")]})
    assert alone.status_code == 422
    page = Page(alone.content.decode())
    assert mistakes(page) == []
    assert "a.zip" in page.html
    assert "package.empty" in page.html
    assert not PackageUpload.objects.exists()
    files = [zip_file("a.zip", bad), zip_file("b.zip", package())]
    together = client.post("/publish/", {"file": files})
    assert together["Location"] == f"{BASE}/files/"
    assert "One file is not ready" in bar(read(client, "files/"))
    # With the header of the script, the browser loads the page itself.
    data = {"file": [zip_file("c.zip", package(platforms=["linux-x64"])), zip_file("d.txt", b"a")]}
    scripted = client.post("/publish/", data, headers={"X-Upload": "script"})
    assert (scripted.status_code, scripted["Location"]) == (204, f"{BASE}/files/")
