"""A person at the browser: finds the form that does a thing, opens what hides it, types, presses, waits for the page."""

import re

from playwright.sync_api import Locator, Page


class Person:
    """One signed-in person in one rollout, whose pages stand under ``base`` (``…/projetos/11/``)."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base

    def visit(self, room: str = "") -> Page:
        self.page.goto(self.base + room)
        return self.page

    def does(self, room: str | None, form: str, **fields: object) -> Page:
        """Fill the form that posts to ``form`` (a path under ``base``, in the room ``room``) and press its button.

        ``room`` None stays on the page that is open; otherwise it is read anew, for another person may have changed it.
        """
        if room is not None:
            self.visit(room)
        found = self.page.locator(f'form[action$="{self.path(form)}"]').first
        self._reveal(found)
        for name, value in fields.items():
            self._enter(found, name, value)
        button = found.locator("button[type=submit]").first
        with self.page.expect_navigation():
            button.click()
        return self.page

    def sends(self, form: str, **fields: str) -> str:
        """Post ``fields`` to ``form`` with the browser's cookies but without showing the page; gives where it led."""
        token = next(each["value"] for each in self.page.context.cookies() if each["name"].endswith("csrftoken"))
        answer = self.page.request.post(
            self.base + form, form={**fields, "csrfmiddlewaretoken": token}, headers={"Referer": self.base}
        )
        assert answer.ok, f"{form}: {answer.status}"
        return answer.url

    def path(self, room: str) -> str:
        return re.sub(r"^https?://[^/]+", "", self.base) + room

    def link(self, room: str, name: str) -> str:
        """The path under ``base`` of the link called ``name`` in ``room``."""
        address = self.visit(room).get_by_role("link", name=name).first.get_attribute("href")
        return address.split(self.path(""))[1]

    def item(self, title: str) -> str:
        """The path of the prerequisite that bears ``title``, up to its verb."""
        return f"pre-requisitos/{self.panel(title).get_attribute('id').removeprefix('item-')}/"

    def panel(self, title: str) -> Locator:
        """The panel of the prerequisite whose title starts so."""
        heading = self.visit("pre-requisitos/").locator("h2", has_text=re.compile(rf"^\s*{re.escape(title)}"))
        return self.page.locator("section[id^=item-]").filter(has=heading).first

    def sees(self, text: str) -> None:
        assert text in self.page.inner_text("main"), f"{text!r} is not on {self.page.url}"

    def _reveal(self, form: Locator) -> None:
        dialog = form.locator("xpath=ancestor::dialog")
        if dialog.count() and not dialog.is_visible():
            self.page.locator(f'[data-open-dialog="{dialog.get_attribute("id")}"]').first.click()
        folded = form.locator("xpath=ancestor::details[not(@open)]")
        for each in folded.all():
            each.locator("summary").first.click()

    def _enter(self, form: Locator, name: str, value: object) -> None:
        fields = form.locator(f'[name="{name}"]')
        for folded in fields.first.locator("xpath=ancestor::details[not(@open)]").all():
            folded.locator("> summary").click()
        kind = fields.first.get_attribute("type") or fields.first.evaluate("node => node.tagName").lower()
        if kind == "select":
            by_label = fields.first.locator("option").all_inner_texts()
            label = next((text for text in by_label if str(value) in text), None)
            fields.first.select_option(label=label) if label else fields.first.select_option(str(value))
        elif kind == "radio":
            form.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            for box in fields.all():
                if value == "all" or value is True or box.get_attribute("value") in value:
                    box.check()
        elif kind == "file":
            fields.first.set_input_files(value)
        else:
            fields.first.fill(str(value))
