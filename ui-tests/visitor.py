"""A person in front of the browser: signs in, starts his server, opens pages, looks at them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from aispace.client import AISpaceClient
from installation import Installation, Person
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START = 90_000
"""Milliseconds until a server is up and JupyterLab drawn."""
CATALOGUE = json.loads(
    (Path(__file__).parents[1] / "server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json").read_text(
        encoding="utf-8"
    )
)
DATA = (
    "Git", "Fork", "Notebook", "TensorBoard",
    "zip", "tar", "tar.gz", "CPU", "GiB", "MiB", "KiB", "ONNX", "onnx", "JSON", "CSV", "Python", "image-classifier",
    "text-classifier", "table-classifier", "features", "balance", "units", "regularisation", "rounds", "depth",
    "sk-onnx", "scikit-learn", "digits-api", "cores", "core", "train.py", "macro_f1", "validation_accuracy",
    "validation_loss", "accuracy", "loss", "learning_rate", "batch_size", "augment", "hidden", "epochs", "image_size",
    "colour", "model", "validation_share", "mlp", "logistic", "svc", "shape", "threads", "workers", "PNG", "curl",
    "Shift", "Ctrl", "Enter", "Esc", "PgUp", "PgDn", "Home", "End", "Backspace", "Space", "Tab",
)  # fmt: skip
"""Words that are the same in every language: formats, units, and names that people or programs gave."""
OTHERS = re.compile(r"favicon|/lab/api/|/api/(me|kernels|sessions|terminals|contents|events)|/lsp/|WebGL|/hub/")
"""Complaints of the browser that are not about our pages."""
EXPOSE = """(parse => {
    JSON.parse = (...words) => {
        const value = parse(...words);
        if (value && typeof value === 'object' && 'exposeAppInBrowser' in value) value.exposeAppInBrowser = true;
        return value;
    };
})(JSON.parse)"""
"""Lets JupyterLab give its commands to the tests, as its option ``expose_app_in_browser`` does."""
HAN = re.compile(r"[一-鿿]")


@dataclass(frozen=True)
class Possessions:
    """What somebody has made: one of each kind."""

    ids: dict[str, str]
    """By kind: dataset, label_group, algorithm, job, evaluation, model, service, image."""
    names: tuple[str, ...]


class Visitor:
    """One person with one browser window.

    Parameters
    ----------
    house : Installation
        What he visits.
    browser : Browser
        Chromium.
    name, password : str
        His account.
    locale : str
        ``en`` or ``zh_CN``.
    theme : str
        Theme of JupyterLab.
    out : pathlib.Path
        Where pictures go.
    """

    def __init__(
        self,
        house: Installation,
        browser: Browser,
        name: str,
        password: str,
        *,
        locale: str,
        theme: str,
        out: Path,
        width: int = 1440,
        height: int = 900,
    ) -> None:
        self.house, self.name, self.password = house, name, password
        self.locale, self.theme, self.out = locale, theme, out
        dark = "Dark" in theme
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN" if locale == "zh_CN" else "en-US",
            color_scheme="dark" if dark else "light",
        )
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.add_init_script(EXPOSE)
        self.base = f"{house.url}/user/{name}"
        self.pictures = 0

    def _hear(self, message: ConsoleMessage) -> None:
        """Keep what the browser complains of, as far as it is of ours."""
        if message.type == "error" and OTHERS.search(f"{message.text} {message.location.get('url', '')}") is None:
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    @property
    def label(self) -> str:
        """Name of this combination, for files."""
        return f"{self.locale}-{'dark' if 'Dark' in self.theme else 'light'}"

    def leave(self) -> None:
        """Close the window."""
        self.context.close()

    def give_back(self) -> None:
        """Stop what runs for this person: the next one needs the machine."""
        person = self.api()
        with AISpaceClient(f"{self.house.url}/services/aispace", person.token) as client:
            client.jobs.stop_all()
            for service in client.services.list():
                if "stop" in service.can:
                    client.services.stop(service.id)
        if person.server():
            person.stop_server()

    def clear(self) -> None:
        """Begin with no tab of what earlier tests made and deleted, and no complaint about it."""
        self.page.goto("about:blank")  # JupyterLab would keep its tabs again
        kept = f"/user/{self.name}/lab/api/workspaces/default"
        assert self.api().api("DELETE", kept).status_code in {204, 404}
        self.page.goto(f"{self.base}/lab")
        self.settle()
        self.errors.clear()

    def api(self) -> Person:
        """Sign in once more, as a script of the same person."""
        return self.house.person(self.name, self.password)

    def sign_in(self) -> None:
        """Sign in at the hub by hand."""
        self.page.goto(f"{self.house.url}/hub/login")
        self.page.fill("input[name=username]", self.name)
        self.page.fill("input[name=password]", self.password)
        self.picture("login")
        self.page.click("[type=submit]")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def spawn(self) -> None:
        """Start the server from the hub's form and wait for JupyterLab."""
        self.page.goto(f"{self.house.url}/hub/spawn")
        if self.page.locator("form [type=submit]").count():
            self.picture("spawn")
            self.page.click("form [type=submit]")
        self.page.wait_for_url(re.compile(rf"/user/{self.name}/"), timeout=START)
        self.settle()
        self.set_up()

    def set_up(self) -> None:
        """Choose language and theme in JupyterLab's settings, as the settings editor would, and reload."""
        wanted = {
            "@jupyterlab/translation-extension:plugin": {"locale": self.locale if self.locale != "en" else "default"},
            "@jupyterlab/apputils-extension:themes": {"theme": self.theme},
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        }
        for plugin, settings in wanted.items():
            done = self.page.evaluate(
                """async ([url, raw]) => {
                    const xsrf = document.cookie.match(/_xsrf=([^;]+)/);
                    const answer = await fetch(url, {method: 'PUT', body: JSON.stringify({raw}),
                        headers: {'Content-Type': 'application/json', 'X-XSRFToken': xsrf ? xsrf[1] : ''}});
                    return answer.status;
                }""",
                [f"{self.base}/lab/api/settings/{quote(plugin, safe='@/')}", json.dumps(settings)],
            )
            assert done == 204, (plugin, done)
        self.page.reload()
        self.settle()

    def settle(self) -> None:
        """Wait until JupyterLab is drawn."""
        self.page.wait_for_selector("#jp-main-dock-panel, .jp-LabShell", timeout=START)
        self.page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=START)

    def open(self, path: str) -> None:
        """Open one of our pages by its address."""
        self.page.goto(f"{self.base}/lab?aispace={quote(path, safe='')}")
        self.settle()
        expect(self.content).to_be_visible(timeout=30_000)

    def dress(self, locale: str, theme: str) -> None:
        """Change language and theme."""
        if (locale, theme) == (self.locale, self.theme):
            return
        self.locale, self.theme = locale, theme
        self.page.emulate_media(color_scheme="dark" if "Dark" in theme else "light")
        self.set_up()

    def turn_to(self, path: str) -> None:
        """Open a page in a tab without loading JupyterLab anew, and wait until it is calm."""
        self.page.evaluate(
            "async path => { await window.jupyterapp.commands.execute('aispace:open', {path, mode: 'tab'}); }", path
        )
        start = f"aispace:{path.split('?')[0]}"
        expect(self.page.locator(f'#jp-main-dock-panel .jp-AISpace-Page[id^="{start}"]:visible')).to_be_visible(
            timeout=8000
        )
        self.calm("#jp-main-dock-panel .jp-AISpace-Page:not(.lm-mod-hidden)")

    def calm(self, place: str) -> None:
        """Wait until nothing of a part of the page is being loaded."""
        self.page.wait_for_function(
            """place => {
                const node = document.querySelector(place);
                return node && node.querySelector('h1') && !node.querySelector('[aria-busy=true], .ais-Skeleton');
            }""",
            arg=place,
            timeout=15_000,
        )

    @property
    def address(self) -> str:
        """The path of ours in the browser's address."""
        return parse_qs(urlsplit(self.page.url).query).get("aispace", [""])[0]

    def close_tabs(self) -> None:
        """Close every tab of the main area."""
        icons = self.page.locator("#jp-main-dock-panel .lm-TabBar-tabCloseIcon:visible")
        while icons.count():
            icons.first.click()

    @property
    def content(self) -> Locator:
        """Our page in the main area that is in front."""
        return self.page.locator("#jp-main-dock-panel .jp-AISpace-Page:visible").first

    def t(self, text: str, *values: object) -> str:
        """Say an interface text in the visitor's language, with %1 and so on filled in."""
        if self.locale == "zh_CN":
            text = CATALOGUE[text][0]
        for number, value in enumerate(values, 1):
            text = text.replace(f"%{number}", str(value))
        return text

    def button(self, text: str, *values: object) -> Locator:
        """Find a button of the page in front by its text."""
        return self.content.get_by_role("button", name=self.t(text, *values), exact=True)

    def tab(self, text: str) -> Locator:
        """Find a tab of the page in front."""
        return self.content.get_by_role("tab", name=re.compile(rf"^{re.escape(self.t(text))}"))

    def field(self, text: str) -> Locator:
        """Find a field of the page in front by its label."""
        return self.content.get_by_label(re.compile(rf"^{re.escape(self.t(text))}(\s*\*)?$"))

    def picture(self, name: str) -> Path:
        """Take a screenshot."""
        self.pictures += 1
        path = self.out / f"{self.label}-{self.pictures:02d}-{name}.png"
        self.page.screenshot(path=str(path))
        return path

    def see_language(self, *allowed: str) -> None:
        """Fail when a Chinese page shows English words of ours.

        Parameters
        ----------
        *allowed : str
            Words that are data: names, units, codes.
        """
        if self.locale != "zh_CN":
            return
        kinds = ("button", "h1", "h2", "h3", "th", "label", "[role=tab]", "legend")
        texts = self.content.locator(", ".join(f"{kind}:visible" for kind in kinds)).all_inner_texts()
        foreign = []
        known = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted({*DATA, *allowed}, key=len)[::-1]))
        for text in {line.strip() for part in texts for line in part.split("\n") if line.strip()}:
            rest = known.sub("", text)
            if re.search(r"[A-Za-z]{3,}", rest) and not HAN.search(rest):
                foreign.append(text)
        assert foreign == [], f"not translated: {foreign}"
