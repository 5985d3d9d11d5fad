#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""browse TALK SMTPSCOPE [PICTURES]: opens HTML reports in headless Chromium: renders, filters, sorts, clicks, uses keys, prints to
PDF, and looks for effects of hostile text. Saves screenshots to the folder PICTURES. Skips where browser or driver is missing."""
import base64
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import page

SKIPPED = 77
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    print("skipped: python3-selenium is not installed")
    sys.exit(SKIPPED)


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.binary_location = shutil.which("chromium")
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)

    def look(self, width, height, dark=False):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        scheme = "dark" if dark else "light"
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def load(self, path, hash_part=""):
        self.driver.get("about:blank")
        self.driver.get(path.as_uri() + hash_part)
        self.until("return document.documentElement.dataset.ready === 'true'")

    def until(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not self.driver.execute_script(condition):
            if time.monotonic() > end:
                raise AssertionError(f"not reached: {condition}")
            time.sleep(0.05)

    def run(self, script):
        return self.driver.execute_script("return " + script)

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def rows(self):
        return self.run("document.querySelectorAll('#sessions tbody tr').length")

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def expect(what, holds):
    if not holds:
        raise AssertionError(what)


def check_list(browser, path):
    browser.look(1280, 900)
    started = time.monotonic()
    browser.load(path)
    print(f"5,000 sessions shown after {time.monotonic() - started:.1f} s")
    expect("the header counts sessions and outcomes", "5,000 sessions: 1000 rejected, 4000 delivered" in browser.run("document.getElementById('totals').textContent"))
    expect("only the first rows are built", 100 <= browser.rows() <= 400)
    browser.run("window.scrollTo(0, document.body.scrollHeight)")
    browser.until("return document.querySelectorAll('#sessions tbody tr').length > 200")
    browser.press("/")
    browser.press("user4990@")
    browser.until("return document.querySelectorAll('#sessions tbody tr').length === 1")
    expect("the count follows the filter", browser.run("document.getElementById('count').textContent") == "1 of 5,000 sessions")
    browser.press(Keys.ENTER)
    browser.press(Keys.ENTER)
    browser.until("return document.querySelector('#detail h2') !== null")
    expect("Enter opens the session", browser.run("document.querySelector('#detail h2').textContent") == "Session 4990")
    expect("the verdict is on top", "user4990@example.net" in browser.run("document.querySelector('#detail .verdict').textContent"))
    browser.press(Keys.ESCAPE)
    browser.until("return document.querySelector('#detail h2') === null")
    browser.driver.find_element(By.ID, "filter").clear()
    browser.press(Keys.ESCAPE)
    browser.run("document.querySelector('#outcomes button').click()")
    browser.until("return document.getElementById('count').textContent === '1,000 of 5,000 sessions'")
    expect("an outcome button is pressed", browser.run("document.querySelector('#outcomes button').getAttribute('aria-pressed')") == "true")
    browser.run("document.querySelectorAll('#sessions th button')[0].click()")
    expect("the heading reverses the order", browser.run("document.querySelector('#sessions tbody tr').dataset.number") == "5000")
    expect("the order is announced", browser.run("document.querySelector('#sessions th').getAttribute('aria-sort')") == "descending")
    group = browser.run("document.querySelector('.groups tbody').textContent")
    expect("failures are grouped by cause and server", "user-unknown" in group and "+992" in group)


def check_session(browser, path, pictures):
    for name, width, height, dark in (("desktop-light", 1280, 900, False), ("desktop-dark", 1280, 900, True), ("phone-light", 390, 844, False), ("phone-dark", 390, 844, True)):
        browser.look(width, height, dark)
        browser.load(path)
        expect(f"{name}: nothing is wider than the screen", browser.run("document.documentElement.scrollWidth") <= width)
        expect(f"{name}: no table is wider than its place", browser.run("[...document.querySelectorAll('.scroll')].every((e) => e.scrollWidth <= e.clientWidth)"))
        if width > 1000:
            expect(f"{name}: addresses are not broken", browser.run("[...document.querySelectorAll('.groups td:nth-child(2)')].every((e) => getComputedStyle(e).whiteSpace === 'nowrap')"))
        if pictures:
            browser.driver.save_screenshot(str(pictures / f"{name}-list.png"))
        browser.run("document.querySelector('#sessions tbody tr').click()")
        browser.until("return document.querySelector('#detail .ladder li') !== null")
        expect(f"{name}: a session is not wider than the screen", browser.run("document.documentElement.scrollWidth") <= width)
        if pictures:
            browser.driver.save_screenshot(str(pictures / f"{name}-session.png"))
    browser.look(1280, 900)
    browser.load(path, "#session-1")
    before = browser.run("document.querySelector('.ladder').scrollHeight")
    browser.press("t")
    expect("time to scale stretches the ladder", browser.run("document.querySelector('.ladder').scrollHeight") > before)
    expect("a finding names its packets", browser.run("document.querySelector('.finding a[href^=\"#packet-\"]') !== null"))
    browser.run("document.querySelector('.finding a[href^=\"#packet-\"]').click()")
    browser.until("return document.querySelector('.turn.lit') !== null")
    expect("the time budget is drawn", browser.run("document.querySelectorAll('.budget rect').length") >= 1)


def check_hostile(browser, path):
    browser.look(1280, 900)
    browser.load(path, "#session-1")
    expect("no script of the wire runs", browser.run("window.harmed === undefined"))
    expect("no element of the wire exists", browser.run("document.querySelectorAll('img, iframe, object, textarea, #detail script, a[href^=javascript]').length") == 0)
    text = browser.run("document.getElementById('detail').textContent")
    expect("markup is shown as text", "</script><script>window.harmed=1</script>" in text and "&lt;b&gt;" in text)
    expect("bidirectional controls are visible", "\\u{202e}" in text and "\u202e" not in text)


def check_print(browser, path, folder):
    browser.look(1280, 900)
    browser.load(path)
    pdf = folder / "report.pdf"
    pdf.write_bytes(base64.b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", {})["data"]))
    expect("it is a PDF", pdf.read_bytes().startswith(b"%PDF"))
    if not shutil.which("pdftotext"):
        print("skipped: the text of the PDF, pdftotext is not installed")
        return
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], stdout=subprocess.PIPE, check=True).stdout.decode()
    expect("the failed session is printed with its dialogue", "Session 1" in text and "RCPT TO:<b@example.net>" in text)
    expect("controls are not printed", "All words must occur" not in text)


def main(talk_program, smtpscope, pictures=None):
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("skipped: chromium or chromedriver is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "many").mkdir()
        hostile = page.report(talk_program, smtpscope, (page.HERE / "hostile.talk").read_text(encoding="utf-8"), folder)
        many = page.report(talk_program, smtpscope, page.many_talk(5000), folder / "many")
        browser = Browser()
        try:
            check_list(browser, many)
            check_session(browser, hostile, pathlib.Path(pictures) if pictures else None)
            check_hostile(browser, hostile)
            check_print(browser, hostile, folder)
            expect(f"the browser complains: {browser.complaints()}", not browser.complaints())
        finally:
            browser.driver.quit()
    return 0


sys.exit(main(*sys.argv[1:]))
