"""The workbench in a real browser: draw, decide, ask; save by itself; two people at once; and the
way to a version."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from service import definitions
from service.web.assets import find_asset
from tests.kit.browser import choose_language, sign_in
from tests.kit.drawing import draw
from tests.kit.site import Site
from tests.moddle.reading import every_extension, need_readers, read_models

DIST = Path(__file__).parents[2] / "service" / "web" / "static" / "dist"
pytestmark = pytest.mark.skipif(
    not (DIST / "bpmn.js").is_file(),
    reason="the editors are not built: install the project with npm at hand",
)


def start_draft(page: Page, title: str) -> str:
    sign_in(page, "owner")
    page.goto("/workbench")
    page.fill("#title", title)
    page.press("#title", "Enter")
    page.wait_for_url(re.compile(r".*/workbench/drafts/\d+"))
    return page.url


def open_editor(page: Page, draft: str, path: str) -> None:
    page.goto(f"{draft}/edit/{path}")
    page.wait_for_selector("[data-ready]")


def content_of(site: Site, draft: str, path: str) -> str:
    with site.runtime.database.read() as connection:
        return definitions.read_draft_file(connection, int(draft.rsplit("/", 1)[1]), path)[
            1
        ].decode()


def saved(page: Page) -> None:
    expect(page.locator("[data-island]")).to_have_attribute("data-state", "saved")


def test_a_name_typed_into_the_properties_is_saved_and_nothing_else_changes(
    page: Page, site: Site
) -> None:
    draft = start_draft(page, "Name a task")
    path = "processes/receive-complaint.bpmn"
    before = content_of(site, draft, path)
    open_editor(page, draft, path)
    page.click("details:has([data-elements]) > summary")
    page.click("[data-elements] button:text-is('Clarify missing facts')")
    page.click("[data-panel] .bio-properties-panel-group-header:has-text('General')")
    page.fill("[data-panel] #bio-properties-panel-name", "Ask for what is missing")
    page.press("[data-panel] #bio-properties-panel-name", "Tab")
    expect(page.locator("[data-island]")).to_have_attribute("data-state", "changed")
    saved(page)
    after = content_of(site, draft, path)
    assert 'name="Ask for what is missing"' in after
    for kept in (
        "zeebe:formDefinition",
        "clause",
        "name:zh-Hant",
        "zeebe:userTask",
        "bpmndi:BPMNShape",
    ):
        assert after.count(kept) == before.count(kept)


def test_a_finding_appears_on_the_element_while_one_draws(page: Page) -> None:
    draft = start_draft(page, "Break something")
    open_editor(page, draft, "processes/receive-complaint.bpmn")
    page.click("details:has([data-elements]) > summary")
    page.click("[data-elements] button:text-is('Complaint received')")
    page.keyboard.press("Delete")
    expect(page.locator("[data-list] .finding.error").first).to_be_visible()
    expect(page.locator(".finding-badge").first).to_be_visible()
    page.goto(draft)
    expect(page.locator("button[disabled]:has-text('Submit for review')")).to_be_visible()


def test_two_people_in_one_file_see_each_other(page: Page, browser: Browser, site: Site) -> None:
    draft = start_draft(page, "Two at once")
    path = "forms/first-contact.form.json"
    open_editor(page, draft, path)
    other = browser.new_context(base_url=site.url, locale="en-US").new_page()
    sign_in(other, "admin")
    open_editor(other, draft, path)
    page.fill("[aria-label='title: English']", "From the owner")
    page.press("[aria-label='title: English']", "Tab")
    saved(page)
    other.fill("[aria-label='title: English']", "From the administrator")
    other.press("[aria-label='title: English']", "Tab")
    expect(other.locator("[data-conflict]")).to_be_visible()
    assert "From the owner" in content_of(site, draft, path)
    other.click("[data-theirs]")
    expect(other.locator("[aria-label='title: English']")).to_have_value("From the owner")
    other.fill("[aria-label='title: English']", "Both agree")
    other.press("[aria-label='title: English']", "Tab")
    saved(other)
    assert "Both agree" in content_of(site, draft, path)
    expect(page.locator("[aria-label='title: English']")).to_have_value("Both agree")
    other.context.close()


def test_what_is_being_typed_outlasts_the_save_of_a_colleague(
    page: Page, browser: Browser, site: Site
) -> None:
    draft = start_draft(page, "In the middle of a word")
    path = "forms/first-contact.form.json"
    page.clock.install()
    open_editor(page, draft, path)
    title = "[aria-label='title: English']"
    other = browser.new_context(base_url=site.url, locale="en-US").new_page()
    sign_in(other, "admin")
    open_editor(other, draft, path)
    page.locator(title).press_sequentially("half a")
    other.fill(title, "From a colleague")
    other.press(title, "Tab")
    saved(other)
    page.clock.run_for(20_000)
    expect(page.locator(title)).to_have_value(re.compile("half a"))
    page.press(title, "Tab")
    page.clock.run_for(2_000)
    expect(page.locator("[data-conflict]")).to_be_visible()
    other.context.close()


def test_a_returned_change_says_why_where_it_goes_on(
    page: Page, browser: Browser, site: Site
) -> None:
    draft = start_draft(page, "Call back sooner")
    path = "processes/contact-customer.bpmn"
    changed = content_of(site, draft, path).replace("after(now(), 4)", "after(now(), 3)")
    sent = {"name": "contact-customer.bpmn", "mimeType": "text/xml", "buffer": changed.encode()}
    page.set_input_files("#files", sent)  # type: ignore[arg-type]
    page.locator("form[enctype='multipart/form-data'] button").click()
    page.locator("form[action$='/deploy'] button").click()
    expect(page).to_have_url(re.compile("/reviews/"))
    other = browser.new_context(base_url=site.url, locale="en-US").new_page()
    sign_in(other, "compliance")
    other.goto(page.url)
    timer = other.locator("form[action$='/comment'] select option", has_text="four working hours")
    other.select_option("form[action$='/comment'] select", timer.get_attribute("value"))
    other.fill("form[action$='/comment'] textarea", "Why three?")
    other.click("form[action$='/comment'] button")
    other.fill("form[action$='/return'] textarea", "See the comment on the timer.")
    other.click("form[action$='/return'] button")
    expect(other.locator("main")).to_contain_text("returned")
    other.context.close()
    page.goto(draft)
    expect(page.locator(".banner.warn")).to_contain_text("See the comment on the timer.")
    expect(page.locator(".banner.warn")).to_contain_text("Why three?")
    open_editor(page, draft, path)
    expect(page.locator("[data-list] .finding.comment")).to_contain_text("Why three?")
    expect(page.locator(".finding-badge.comment")).to_be_visible()
    page.goto(draft)
    expect(page.locator("form[action$='/deploy'] button")).to_be_enabled()


def test_files_stand_by_kind_with_their_titles_and_are_found(page: Page, site: Site) -> None:
    draft = start_draft(page, "Where is it?")
    groups = page.locator("details > summary")
    for kind in ("Diagrams", "Decision tables", "Forms", "Letters", "Rules", "Scenarios"):
        expect(groups.filter(has_text=kind)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Contact customer")
    expect(page.get_by_role("link", name="Propose solution", exact=True)).to_be_hidden()
    page.fill("input[name=find]", "approve-solution")
    page.press("input[name=find]", "Enter")
    expect(page.locator("details tbody tr")).to_have_count(1)
    page.locator("details tbody a").click()
    expect(page.locator("h1")).to_have_text("Approve solution")
    expect(page.locator(".editor-head")).to_contain_text("approve-solution.form.json")
    page.goto(f"{draft}?find=nothing-of-the-kind")
    expect(page.locator("main")).to_contain_text("No file is called so.")


def test_a_file_that_is_no_diagram_says_so_and_is_not_saved_over(page: Page, site: Site) -> None:
    draft = start_draft(page, "Not a diagram")
    files = [
        {"name": "broken.bpmn", "mimeType": "text/xml", "buffer": b"<definitions><process"},
        {"name": "遺失 卡片.bpmn", "mimeType": "text/xml", "buffer": b"<definitions/>"},
    ]
    page.set_input_files("#files", files)  # type: ignore[arg-type]
    page.locator("form[enctype='multipart/form-data'] button").click()
    expect(page.locator("main")).to_contain_text("遺失 卡片.bpmn")
    page.goto(f"{draft}/edit/processes/broken.bpmn")
    expect(page.locator("[data-status]")).to_contain_text("cannot be shown as a drawing")
    expect(page.locator("[data-list]")).to_contain_text("broken.bpmn")
    assert content_of(site, draft, "processes/broken.bpmn") == "<definitions><process"


def test_what_an_edit_breaks_elsewhere_is_told_in_this_editor(page: Page, site: Site) -> None:
    draft = start_draft(page, "Without approval")
    page.goto(f"{draft}/edit/processes/contact-customer.bpmn")
    files = [{"name": "broken.bpmn", "mimeType": "text/xml", "buffer": b"<definitions><process"}]
    page.goto(draft)
    page.set_input_files("#files", files)  # type: ignore[arg-type]
    page.locator("form[enctype='multipart/form-data'] button").click()
    open_editor(page, draft, "processes/contact-customer.bpmn")
    expect(page.locator("[data-count]")).to_contain_text("in other files")
    page.locator("[data-list] a.finding").first.click()
    expect(page.locator("h1")).to_contain_text("broken.bpmn")


def test_a_cell_of_a_decision_table_is_changed_by_keys(page: Page, site: Site) -> None:
    draft = start_draft(page, "Another threshold")
    open_editor(page, draft, "processes/severity.dmn")
    cell = page.locator("td.input-cell").filter(has_text=">= 100").first
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(">= 150")
    page.keyboard.press("Enter")
    saved(page)
    assert ">= 150" in content_of(site, draft, "processes/severity.dmn").replace("&gt;", ">")


def test_a_field_is_added_to_a_form_and_seen_at_once(page: Page, site: Site) -> None:
    draft = start_draft(page, "Ask more")
    path = "forms/first-contact.form.json"
    open_editor(page, draft, path)
    page.click("text=Add field")
    page.keyboard.type("Mood of the customer")
    page.keyboard.press("Tab")
    page.keyboard.type("客戶情緒")
    page.keyboard.press("Tab")
    expect(page.locator(".preview")).to_contain_text("Mood of the customer")
    saved(page)
    made = json.loads(content_of(site, draft, path))
    assert made["schema"]["properties"]["moodOfTheCustomer"]["title"] == "Mood of the customer"
    assert made["uiSchema"]["moodOfTheCustomer"] == {"ui:title:zh-Hant": "客戶情緒"}


def test_fields_are_ordered_by_keys_and_asked_for_by_conditions(page: Page, site: Site) -> None:
    draft = start_draft(page, "In another order")
    path = "forms/keep-promise.form.json"
    open_editor(page, draft, path)
    cards = page.locator("[data-field-card]")
    names = cards.evaluate_all("cards => cards.map((card) => card.dataset.fieldCard)")
    page.locator(".handle").last.press("ArrowUp")
    saved(page)
    made = json.loads(content_of(site, draft, path))
    assert made["uiSchema"]["ui:order"] == [*names[:-2], names[-1], names[-2]]
    page.click("[data-field-card=done] summary >> nth=0")
    page.fill("[aria-label='done: Only asked for if']", "kept")
    page.keyboard.press("Tab")
    expect(page.locator("[aria-label='done: Only asked for if']:invalid")).to_have_count(1)
    page.fill("[aria-label='done: Only asked for if']", "kept = true")
    page.keyboard.press("Tab")
    expect(page.locator(".preview [data-field=done]")).to_be_hidden()
    saved(page)
    made = json.loads(content_of(site, draft, path))
    assert made["schema"]["required"] == ["kept"]
    rule = {"if": {"properties": {"kept": {"const": True}}, "required": ["kept"]}}
    assert made["schema"]["allOf"] == [{**rule, "then": {"required": ["done"]}}]


def test_files_go_out_to_a_modeler_and_come_back_and_become_a_version(
    page: Page, site: Site
) -> None:
    draft = start_draft(page, "By way of a modeler")
    with page.expect_download() as download:
        page.click("text=Download all files")
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        content = archive.read("processes/receive-complaint.bpmn")
    changed = content.replace(b'name="Clarify missing facts"', b'name="Ask the customer"')
    page.set_input_files(
        "#files", [{"name": "receive-complaint.bpmn", "mimeType": "text/xml", "buffer": changed}]
    )
    page.click("text=Upload")
    expect(page.locator("tr:has-text('receive-complaint.bpmn') b")).to_have_text("changed")
    page.click("text=Submit for review")
    page.wait_for_url("**/reviews/*")
    expect(page.locator("main")).to_contain_text("By way of a modeler")
    with site.runtime.database.read() as connection:
        key = definitions.get_draft(connection, int(draft.rsplit("/", 1)[1])).made_bundle_key
        assert key is not None
        assert (
            b"Ask the customer"
            in definitions.read_files(connection, key)["processes/receive-complaint.bpmn"]
        )


def test_compliance_reads_and_others_do_not_enter(page: Page) -> None:
    draft = start_draft(page, "Only to be read")
    sign_in(page, "compliance")
    open_editor(page, draft, "forms/first-contact.form.json")
    expect(page.locator("[aria-label='title: English']")).to_be_disabled()
    status = page.evaluate(
        (
            "async (url) => (await fetch(url, {method: 'PUT', headers: {'If-Match': '\"1\"'}, "
            "body: "
            "'{}'})).status"
        ),
        draft.replace("/edit", "") + "/files/forms/first-contact.form.json",
    )
    assert status == 403
    sign_in(page, "handler")
    assert page.request.get(draft).status == 403


def test_the_editors_weigh_what_they_may() -> None:
    assert (
        sum(len(find_asset(f"dist/{name}").compressed) for name in ("bpmn.js", "bpmn.css"))
        < 450_000
    )


def test_every_extension_of_a_modeler_outlives_the_editor(
    page: Page, site: Site, tmp_path: Path
) -> None:
    need_readers()
    before = every_extension()
    draft = start_draft(page, "Every extension")
    page.set_input_files(
        "#files", [{"name": "every.bpmn", "mimeType": "text/xml", "buffer": before}]
    )
    page.click("text=Upload")
    expect(page.locator("tr:has-text('every.bpmn') b")).to_have_text("added")
    open_editor(page, draft, "processes/every.bpmn")
    page.click("details:has([data-elements]) > summary")
    page.click("[data-elements] button:text-is('bpmn:UserTask')")
    page.click("[data-panel] .bio-properties-panel-group-header:has-text('General')")
    page.fill("[data-panel] #bio-properties-panel-name", "Asked by hand")
    page.press("[data-panel] #bio-properties-panel-name", "Tab")
    expect(page.locator("[data-island]")).to_have_attribute("data-state", "changed")
    saved(page)
    after = content_of(site, draft, "processes/every.bpmn").encode()
    found = read_models({"before.bpmn": before, "after.bpmn": after}, tmp_path)
    assert b"Asked by hand" in after and found["after.bpmn"]["warnings"] == []
    for each in found.values():
        each["model"].pop("diagrams")  # labels get their places
    was = json.dumps(found["before.bpmn"]["model"])
    assert found["after.bpmn"]["model"] == json.loads(
        was.replace('"name": "bpmn:UserTask"', '"name": "Asked by hand"')
    )


def test_a_hostile_form_does_nothing_in_the_preview(page: Page, site: Site) -> None:
    """Its texts are escaped by the server, and what came through nevertheless would not run: the
    page says nothing (its console is watched), and no element of it is there."""
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script><form action=/x><b>"
    form = {
        "id": "evil",
        "title": {"en": evil},
        "schema": {"type": "object", "properties": {"a": {"type": "string", "title": evil}}},
    }
    draft = start_draft(page, "Hostile form")
    upload = {
        "name": "evil.form.json",
        "mimeType": "application/json",
        "buffer": json.dumps(form).encode(),
    }
    page.set_input_files("#files", [upload])
    page.click("text=Upload")
    expect(page.locator("tr:has-text('evil.form.json') b")).to_have_text("added")
    open_editor(page, draft, "forms/evil.form.json")
    expect(page.locator(".preview")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator(".preview :is(img, script, form)")).to_have_count(0)
    kept = (
        "<p>As it came</p><a href='javascript:alert(3)'>go</a><iframe "
        "src='/x'></iframe><script>alert(4)</script>"
    )
    page.route("**/workbench/form-preview", lambda route: route.fulfill(body=kept))
    page.fill("[aria-label$=': English'] >> nth=-1", "Another")
    page.keyboard.press("Tab")
    expect(page.locator(".preview")).to_contain_text("As it came")
    expect(page.locator(".preview :is(script, iframe, [src], [href^=javascript])")).to_have_count(0)


def test_a_letter_is_edited_beside_what_an_example_makes_of_it(page: Page, site: Site) -> None:
    draft = start_draft(page, "Say it plainly")
    path = "processes/letters/outcome.en.letter.txt"
    open_editor(page, draft, path)
    preview = page.locator("[data-preview]")
    expect(preview).to_contain_text("Our compensation comes to TWD 1,280")
    page.fill(
        "textarea.text-editor",
        "It is settled\n\nDear {{ customer }}, 1 < {{ variables.compensationAmount }} &amp; more.",
    )
    expect(preview).to_contain_text("1 < 1280 &amp; more.")
    page.fill("textarea.text-editor", "It is settled\n\nDear {{ custommer }}")
    expect(preview).to_contain_text("'custommer' is undefined")
    saved(page)
    expect(page.locator("[data-list] .finding.error")).to_contain_text(
        "'custommer' is nothing that a letter is told"
    )


def test_a_file_that_a_program_wrote_without_a_picture_is_drawn_and_edited(
    page: Page, site: Site
) -> None:
    draft = start_draft(page, "Without a picture")
    written = """process extras name="Extras" {
      startEvent start
      adHocSubProcess free name="Whatever helps" {
        userTask call name="Call the customer"
        userTask block name="Block the card"
      }
      start -> free
    }"""
    file = {"name": "extras.bpmn", "mimeType": "text/xml", "buffer": draw(written)}
    page.set_input_files("input[type=file]", files=[file])  # type: ignore[list-item]
    page.click("button:has-text('Upload')")
    open_editor(page, draft, "processes/extras.bpmn")
    shape = page.locator("[data-element-id=call]")
    expect(shape).to_be_visible()
    shape.click()
    page.click("[data-panel] .bio-properties-panel-group-header:has-text('General')")
    page.fill("[data-panel] #bio-properties-panel-name", "Ring the customer")
    page.press("[data-panel] #bio-properties-panel-name", "Tab")
    saved(page)
    after = content_of(site, draft, "processes/extras.bpmn")
    assert "Ring the customer" in after
    assert "BPMNShape" in after


def test_the_canvas_speaks_the_readers_language_and_what_is_left_behind_is_told(
    page: Page, site: Site
) -> None:
    path = "processes/contact-customer.bpmn"
    draft = start_draft(page, "Names in two languages")
    choose_language(page, "zh-Hant")
    open_editor(page, draft, path)
    task = page.locator("[data-element-id=first-contact]").first
    expect(task).to_contain_text("聯繫客戶")
    expect(page.locator("h1")).to_have_text("首次聯繫客戶")
    task.dblclick()
    box = page.locator(".djs-direct-editing-content")
    expect(box).to_have_text("聯繫客戶")
    box.fill("致電客戶")
    page.locator(".djs-container svg").first.click(position={"x": 5, "y": 5})
    expect(task).to_contain_text("致電客戶")
    saved(page)
    after = content_of(site, draft, path)
    assert 'value="致電客戶"' in after
    assert 'name="Contact customer"' in after
    choose_language(page, "en")
    open_editor(page, draft, path)
    task = page.locator("[data-element-id=first-contact]").first
    expect(task).to_contain_text("Contact")
    task.dblclick()
    page.locator(".djs-direct-editing-content").fill("Ring the customer")
    page.locator(".djs-container svg").first.click(position={"x": 5, "y": 5})
    saved(page)
    left = page.locator("[data-list] .finding", has_text="“Contact customer” is now")
    expect(left).to_have_count(1)  # the Traditional was translated anew, the Simplified was not
    expect(left).to_contain_text("简体中文")
