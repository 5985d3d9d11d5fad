#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_credentials.py SMTPSCOPE TALK: no credential of any shape (credential_shapes.py) appears in any output.

All shapes are sessions of a few captures. Each format is searched without regard to letter case, and so are the packets that --write
writes. The captures themselves must contain each of them: otherwise the search would prove nothing.
"""
import os
import re
import subprocess
import sys
import tempfile

from credential_shapes import shapes

scope, talk = (os.path.abspath(argument) for argument in sys.argv[1:3])
SESSIONS = 60  # a capture
OUTPUTS = (["--format", "json"], ["--format", "text"], ["--format", "text", "--full"], ["--format", "list"], ["--format", "log", "--verbose"], ["--format", "html"],
           ["--format", "markdown"])


def written(part, more=""):
    """The talk of some shapes, each a session of its own. |more| is added to each line of the server, and a blank to each of the client, so that `diff` has something to show."""
    lines = ["title: credentials", "replies: any", ""]
    for number, (_, dialogue, _) in enumerate(part):
        lines += [f"session s{number} client=192.0.2.{number % 200 + 1}:{20000 + number}", "S: 220 mx.example.net ESMTP", "C: EHLO client.example.org",
                  "S {", "  250-mx.example.net", "  250-PIPELINING", "  250 AUTH PLAIN LOGIN XOAUTH2", "}"]
        lines += [line.replace("${", "$ {") for line in dialogue] + ["C: QUIT", "S: 221 Bye"]
    if more:
        lines = [line + more if line.startswith("S: ") else line.replace(" ", "  ") if line.startswith("C: ") else line for line in lines]
    return "\n".join(lines) + "\n"


def outputs(capture):
    """(name, bytes) of everything that is written about |capture|."""
    for options in OUTPUTS:
        done = subprocess.run([scope, "read", *options, capture], capture_output=True, timeout=300)
        assert done.returncode in (0, 1), (options, done.returncode, done.stderr[-300:])
        yield " ".join(options), done.stdout + done.stderr
    done = subprocess.run([scope, "diff", capture, "other.pcap"], capture_output=True, timeout=300)
    yield "diff", done.stdout + done.stderr
    done = subprocess.run([scope, "diff", "--format", "json", capture, "other.pcap"], capture_output=True, timeout=300)
    yield "diff --format json", done.stdout + done.stderr
    for name in ("out.pcap", "out.pcapng"):
        subprocess.run([scope, "read", "--format", "list", "--write", name, capture], capture_output=True, timeout=300, check=True)
        with open(name, "rb") as file:
            yield "--write " + name, file.read()
        os.remove(name)


def main():
    everything, leaks = list(shapes()), {}
    for first in range(0, len(everything), SESSIONS):
        part = everything[first:first + SESSIONS]
        for name, more in (("shapes", ""), ("other", "!")):
            with open(name + ".talk", "w") as file:
                file.write(written(part, more))
            subprocess.run([talk, name + ".talk", name + ".pcap"], check=True, stdout=subprocess.DEVNULL)
        with open("shapes.pcap", "rb") as file:
            wire = file.read().lower()
        for output, text in outputs("shapes.pcap"):
            text = text.lower()
            for name, _, secrets in part:
                for secret in secrets:
                    if secret.lower().encode() in text:
                        leaks.setdefault(name, {}).setdefault(secret, []).append(output)
        for name, _, secrets in part:
            assert any(secret.lower().encode() in wire for secret in secrets), f"{name}: the capture itself shows no secret"
    for name, found in sorted(leaks.items()):
        for secret, where in found.items():
            print(f"shown: {name!r}: {secret}: {', '.join(where)}")
    print(f"{len(everything)} shapes, {len(leaks)} shown")
    return 1 if leaks else 0


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    sys.exit(main())
