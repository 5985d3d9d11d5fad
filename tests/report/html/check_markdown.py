#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_markdown TALK SMTPSCOPE: a report for a ticket has a part for each reader, and the part for the other side's postmaster
holds nothing about other recipients."""
import pathlib
import subprocess
import sys
import tempfile

import page

PARTIAL = """title: one of two recipients is refused
replies: any

S: 220 mx.example.net ESMTP
C: EHLO client.example.org
S: 250 mx.example.net
C: MAIL FROM:<sender@example.org>
S: 250 2.1.0 Ok
C: RCPT TO:<accepted@example.net>
S: 250 2.1.5 Ok
C: RCPT TO:<gone`*@example.net>
S: 550 5.1.1 <gone`*@example.net>: [unknown](https://example.com/) <b>user</b>
C: DATA
S: 354 Go ahead
C: Subject: test
C:
C: text
C: .
S: 250 2.0.0 Ok: queued as A1B2C3
C: QUIT
S: 221 2.0.0 Bye
S fin
C fin
"""
HEALTHY = PARTIAL.replace("S: 550 5.1.1 <gone`*@example.net>: [unknown](https://example.com/) <b>user</b>", "S: 250 2.1.5 Ok")


def markdown(talk_program, smtpscope, talk, folder):
    source, capture = folder / "in.talk", folder / "in.pcap"
    source.write_text(talk, encoding="utf-8")
    subprocess.run([talk_program, source, capture], check=True)
    return subprocess.run([smtpscope, "read", "--format", "markdown", capture], stdout=subprocess.PIPE, check=False).stdout.decode()


def main(talk_program, smtpscope):
    with tempfile.TemporaryDirectory() as name:
        text = markdown(talk_program, smtpscope, PARTIAL, pathlib.Path(name))
        healthy = markdown(talk_program, smtpscope, HEALTHY, pathlib.Path(name))
    parts = dict(part.split("\n", 1) for part in text.split("\n### ")[1:])
    postmaster = parts.get("For the postmaster of 198.51.100.25:25", "")
    faults = []
    for what, holds in (
        ("there are three parts", len(parts) == 3 and "For the network team" in parts and "For the person who asks" in parts),
        ("the postmaster gets the reply as it was sent", "``" in postmaster and "[unknown](https://example.com/) <b>user</b>" in postmaster),
        ("the postmaster gets the command", "RCPT TO:<gone`*@example.net>" in postmaster),
        ("the postmaster does not get other recipients", "accepted@example.net" not in postmaster),
        ("the person gets every recipient", "accepted@example.net" in parts["For the person who asks"]),
        ("no sentence has a link or an element", "](http" not in text.replace("[unknown](https://example.com/)", "") and "<b>" not in text.split("### For the postmaster")[0]),
        ("a healthy session is only counted", "## Session" not in healthy and "1 session: 1 delivered. No session failed." in healthy),
    ):
        if not holds:
            faults.append(what)
    for fault in faults:
        print("not so:", fault)
    if faults:
        print(text)
    return 1 if faults else 0


sys.exit(main(*sys.argv[1:]))
