#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_html TALK SMTPSCOPE: an HTML report is one well-formed page that loads nothing, runs only its own script, and keeps text
from the wire inside its data block."""
import base64
import hashlib
import html.parser
import json
import pathlib
import re
import sys
import tempfile

import page


class Reader(html.parser.HTMLParser):
    """Collects elements, their attributes and the text of scripts and styles."""

    VOID = {"meta", "input", "br", "link", "img"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts, self.faults = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            kind = self.elements[-1][1].get("type", self.open[-1])
            self.texts.append((kind, data))


def csp_hash(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def check(path):
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    faults = reader.faults + [f"<{tag}> is not closed" for tag in reader.open]
    policy = next(a["content"] for tag, a in reader.elements if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy")
    texts = {}
    for kind, text in reader.texts:
        texts[kind] = texts.get(kind, "") + text
    for part in ("default-src 'none'", "base-uri 'none'", "form-action 'none'", f"script-src '{csp_hash(texts['script'])}'", f"style-src '{csp_hash(texts['style'])}'"):
        if part not in policy.split("; "):
            faults.append(f"the policy lacks: {part}")
    for tag, attributes in reader.elements:
        for name, value in attributes.items():
            if name in ("src", "style") or name.startswith("on") or (name == "href" and not value.startswith("#")):
                faults.append(f"<{tag} {name}={value!r}>")
        if tag in ("img", "iframe", "svg", "link", "object", "base"):
            faults.append(f"<{tag}> in the page")
    if re.search(r"\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|https?://(?!www\.w3\.org/2000/svg)", texts["script"]):
        faults.append("the script makes markup of text, or names another site")
    records = [json.loads(line) for line in texts["application/json"].split("\n") if line]
    kinds = {record["type"] for record in records}
    if not {"session", "dialogue", "finding", "summary"} <= kinds:
        faults.append(f"record types are only {sorted(kinds)}")
    if "<" in texts["application/json"]:
        faults.append('"<" in the data block')
    return faults, records


def main(talk_program, smtpscope):
    with tempfile.TemporaryDirectory() as folder:
        path = page.report(talk_program, smtpscope, (page.HERE / "hostile.talk").read_text(encoding="utf-8"), pathlib.Path(folder))
        faults, records = check(path)
        replies = [e["text"] for r in records if r["type"] == "dialogue" for e in r["entries"] if e["kind"] == "reply"]
        if "</script><script>window.harmed=1</script>" not in replies:
            faults.append("the greeting is not in the data as it was sent")
        login = "title: a login\nreplies: any\n\nS: 220 mx ESMTP\nC: EHLO a\nS: 250 AUTH PLAIN\nC: AUTH PLAIN ${base64 \\0user\\0Secret-7}\nS: 535 5.7.8 ${base64 \\0user\\0Secret-7} refused\nC: QUIT\nS: 221 Bye\n"
        path = page.report(talk_program, smtpscope, login, pathlib.Path(folder))
        if b"AHVzZXIAU2VjcmV0LTc" in path.read_bytes() or b"Secret-7" in path.read_bytes():
            faults.append("a credential is in the report")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


sys.exit(main(*sys.argv[1:]))
