#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_escaping.py SMTPSCOPE TALK: nothing that the program prints can change a terminal or reorder text, wherever it comes from:
file names, option values, keys and texts of rule files, and the wire."""
import os
import subprocess
import sys
import tempfile

scope, talk = (os.path.abspath(argument) for argument in sys.argv[1:3])
HOSTILE = "x\x1b]52;c;aGk=\x07\u202e\u2066\u0085\u200b\r\ny"
# ESC, BEL, CSI and NEL of C1, bidirectional controls, zero-width characters, CR. LF is looked for on its own.
FORBIDDEN = [b"\x1b", b"\x07", b"\r", b"\x0b", b"\x7f", b"\xc2\x85", b"\xc2\x9b", b"\xe2\x80\xae", b"\xe2\x81\xa6", b"\xe2\x80\x8b", b"\xe2\x80\xa8"]
TALK = r"""title: hostile text
replies: any

S: 220 mx.example.net ESMTP \xe2\x80\xae a \xc2\x9b31m \x1b[31m \xe2\x81\xa6 \xe2\x80\x8b \x07
C: EHLO c\xe2\x80\xae\x1b[2J
S: 250 AUTH \xe2\x80\xaePLAIN
C: MAIL FROM:<a\xe2\x80\xae\x1b@example.org>
S: 550 5.1.1 no \xe2\x80\xae \xe2\x80\xa8 \x0b \x7f
C: \x1b[31mX\xe2\x80\xae
S: 500 what \x1b[31mX\xe2\x80\xae?
C: QUIT
S: 221 Bye
"""
failures = 0


def examine(what, done):
    """Neither output has what a terminal would obey."""
    global failures
    for name, text in (("output", done.stdout), ("error", done.stderr)):
        found = [bad for bad in FORBIDDEN if bad in text]
        if found:
            failures += 1
            print(f"failed: {what}: {found} in {name}: {text[:300]!r}")
    if b"\nY" in done.stderr.upper():
        failures += 1
        print(f"failed: {what}: a value breaks the line on standard error: {done.stderr[:300]!r}")


def run(what, *arguments):
    examine(what, subprocess.run([scope, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=300))


def options():
    """The names of all options of a command, from its help."""
    for command in ("read", "watch", "top", "explain", "compare"):
        text = subprocess.run([scope, command, "--help"], capture_output=True, check=True).stdout.decode()
        for word in text.split():
            if word.startswith("--") and len(word) > 2:
                yield command, word.split("=")[0].split("[")[0].rstrip(",;.)")


def values():
    for command, option in sorted(set(options())):
        if option in ("--help", "--version", "--interface", "--output", "--write", "--keylog-write", "--metrics-file"):
            continue
        run(f"{command} {option}=", command, f"{option}={HOSTILE}", "missing.pcap" if command == "read" else "221")
    for arguments in ([HOSTILE], ["read", HOSTILE], ["read", "--" + HOSTILE], ["rules", HOSTILE], ["rules", "check", HOSTILE], ["explain", HOSTILE],
                      ["compare", HOSTILE, "221"], ["compare", "221", "221", HOSTILE], ["watch", "-i", HOSTILE], ["read", "--output", HOSTILE + "/x", "a.pcap"],
                      ["read", "--write", HOSTILE + "/x.pcap", "a.pcap"], ["--" + HOSTILE]):
        run(" ".join(arguments)[:30], *arguments)


def files():
    """Files with such names and such content."""
    with open("a.talk", "w") as file:
        file.write(TALK)
    name = HOSTILE + ".pcap"
    subprocess.run([talk, "a.talk", name], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([talk, "a.talk", "a.pcap"], check=True, stdout=subprocess.DEVNULL)
    for options_ in (["text"], ["text", "--full"], ["list"], ["json"], ["log", "--verbose"], ["html"], ["markdown"]):
        run(f"format {options_}", "read", "--format", *options_, name, "a.pcap", "missing" + HOSTILE)
    with open("cut" + name, "wb") as out, open("a.pcap", "rb") as whole:
        out.write(whole.read()[:-5])
    run("a cut file", "read", "cut" + name)
    os.mkdir("rules" + HOSTILE)
    for number, text in enumerate((f"\"{HOSTILE}\": 1", "causes:\n  \"\\e[31m\\u202e\": 7", "texts:\n- \"\\e]0;x\\a\"", "\x01\x02", "a: [\x1b")):
        with open(f"rules{HOSTILE}/{number}{HOSTILE}.yaml", "w", newline="") as file:
            file.write(text)
        run(f"rules {number}", "rules", "check", "--rules", "rules" + HOSTILE)
        run(f"read with rules {number}", "read", "--rules", "rules" + HOSTILE, "a.pcap")
    with open("log" + HOSTILE, "w", newline="") as file:
        file.write("Jan  5 10:00:00 mx postfix/smtp[1]: 1A2B3C: to=<a\x1b[31m@example.org>, status=bounced (host mx\u202e said: 550 5.1.1 no\x07 \x1b[2J)\n")
    run("explain a log", "explain", "log" + HOSTILE)
    run("explain a log as JSON", "explain", "--format", "json", "log" + HOSTILE)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    values()
    files()
print(f"{failures} failed")
sys.exit(1 if failures else 0)
