"""The hub's pages in a Chinese browser: nothing English is left on the way to JupyterLab."""

from __future__ import annotations

import re
import shutil

import pytest
from installation import Installation
from playwright.sync_api import Page, sync_playwright

NAMES = re.compile(r"AI Space|JupyterHub|Jupyter|Notebook|CPU|GiB|MiB|CNY|API|Hub|HTTPS?|admin|cores?")
"""Names and units that are the same in both languages, and the names of the specs."""


def english(page: Page) -> list[str]:
    """Find visible words that are neither Chinese nor names."""
    text = page.locator("body").inner_text()
    return re.findall(r"[A-Za-z]{2,}", NAMES.sub("", text))


@pytest.mark.browser
def test_no_english_from_sign_in_to_start(installation: Installation) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(locale="zh-CN").new_page()
        page.goto(installation.url)
        page.get_by_label("用户名：").fill("admin")
        assert english(page) == []
        page.get_by_label("密码：", exact=True).fill("wrong")
        page.get_by_role("button", name="登录").click()
        page.get_by_text("用户名或密码错误").wait_for()
        page.get_by_label("密码：", exact=True).fill(installation.password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/hub/**")
        page.goto(f"{installation.url}/hub/home")
        page.get_by_role("link", name="AI Space").wait_for()
        assert english(page) == []
        page.goto(f"{installation.url}/hub/spawn")
        page.get_by_role("radio").first.wait_for()
        assert english(page) == []
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        page.get_by_role("button", name="启动").click()
        page.get_by_text("就绪后将自动跳转").wait_for()
        assert english(page) == []
        page.wait_for_url("**/user/admin/lab**", timeout=90_000)
        browser.close()


@pytest.mark.browser
def test_english_browsers_see_english(installation: Installation) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_context(locale="en-US").new_page()
        page.goto(installation.url)
        page.get_by_label("Username:").wait_for()
        assert not re.search(r"[\u4e00-\u9fff]", page.locator("body").inner_text())
        browser.close()
