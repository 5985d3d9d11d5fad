#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_read.py SMTPSCOPE TALK TALKS: `smtpscope read` from outside: exit statuses, what is said where, and that nothing is lost."""
import gzip
import json
import os
import subprocess
import sys
import tempfile

scope, talk, talks = (os.path.abspath(argument) for argument in sys.argv[1:4])
failures = 0


def run(*arguments, stdin=b"", **more):
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR",)}
    return subprocess.run([scope, *arguments], input=stdin, capture_output=True, timeout=300, env=environment, **more)


def check(what, holds, done=None):
    global failures
    if not holds:
        failures += 1
        print(f"failed: {what}")
        if done is not None:
            print(f"  status {done.returncode}\n  out {done.stdout[:300]!r}\n  err {done.stderr[:300]!r}")


def records(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def one_line(done):
    """One clear line on standard error that names the program."""
    lines = done.stderr.decode().splitlines()
    return len(lines) == 1 and lines[0].startswith("smtpscope: ")


def make(name, path):
    subprocess.run([talk, os.path.join(talks, name + ".talk"), path], check=True, stdout=subprocess.DEVNULL)


def usage():
    for arguments in ([], ["nonsense"], ["read"], ["read", "--nonsense", "x"], ["read", "--format", "xml", "x"],
                      ["read", "--ports", "0", "x"], ["read", "--session", "x", "x"], ["read", "--rules", "nowhere", "x"]):
        done = run(*arguments)
        check(f"usage {arguments}", done.returncode == 2 and done.stderr and not done.stdout, done)
    for arguments in (["--help"], ["read", "--help"], ["--version"]):
        done = run(*arguments)
        check(f"help {arguments}", done.returncode == 0 and done.stdout and not done.stderr, done)


def bad_inputs(good):
    empty = "empty.pcap"
    open(empty, "wb").close()
    with open("text.pcap", "w") as out:
        out.write("this is no capture\n" * 10)
    os.mkdir("directory")
    whole = open(good, "rb").read()
    with open("cut.pcap", "wb") as out:
        out.write(whole[:-7])
    with open("header.pcap", "wb") as out:
        out.write(whole[:24])
    with open("cut.pcap.gz", "wb") as out:
        out.write(gzip.compress(whole)[:-20])
    with open("damaged.pcap", "wb") as out:
        out.write(whole[:24 + 16 + 20] + b"\xff" * 400 + whole[24 + 16 + 420:])
    for name in ("missing.pcap", "directory", empty, "text.pcap"):
        done = run("read", "--format", "json", name)
        check(f"bad input {name}", done.returncode == 3 and one_line(done) and name.encode() in done.stderr, done)
        last = records(done)[-1]
        check(f"summary of {name}", last["type"] == "summary" and last["errors"] and last["sessions"] == 0, done)
    whole_records = records(run("read", "--format", "json", good))
    done = run("read", "--format", "json", "cut.pcap")
    check("cut", done.returncode == 3 and one_line(done) and b"cut.pcap" in done.stderr, done)
    check("nothing lost of a cut file",
          [r["code"] for r in records(done) if r["type"] == "reply"] ==
          [r["code"] for r in whole_records if r["type"] == "reply"][:len([r for r in records(done) if r["type"] == "reply"])] and
          len([r for r in records(done) if r["type"] == "reply"]) >= 2, done)
    done = run("read", "--format", "json", "cut.pcap.gz")
    check("cut and compressed", done.returncode == 3 and one_line(done), done)
    done = run("read", "--format", "json", "damaged.pcap")
    check("damaged", done.returncode == 3 and done.stderr, done)
    done = run("read", "header.pcap")
    check("a capture without packets is one", done.returncode == 0 and not done.stderr, done)
    # The good one is reported, whatever the other is.
    for names in (("missing.pcap", good), (good, "text.pcap")):
        done = run("read", "--format", "json", *names)
        check(f"{names}", done.returncode == 3 and one_line(done) and
              len([r for r in records(done) if r["type"] == "reply"]) ==
              len([r for r in whole_records if r["type"] == "reply"]), done)
    if os.geteuid() != 0:
        os.chmod("cut.pcap", 0)
        done = run("read", "cut.pcap")
        check("permission", done.returncode == 3 and one_line(done), done)


def inputs(good):
    want = run("read", "--format", "json", good).stdout
    check("standard input", run("read", "--format", "json", "-", stdin=open(good, "rb").read()).stdout == want)
    with open("good.pcap.gz", "wb") as out:
        out.write(gzip.compress(open(good, "rb").read()))
    check("compressed", run("read", "--format", "json", "good.pcap.gz").stdout == want)
    check("same twice", run("read", "--format", "json", good).stdout == want)
    # One capture in two files is one session, with files beside frames.
    whole = open(good, "rb").read()
    at, cuts = 24, []
    while at < len(whole):
        at += 16 + int.from_bytes(whole[at + 8:at + 12], "little")
        cuts.append(at)
    middle = cuts[len(cuts) // 2]
    with open("first.pcap", "wb") as out:
        out.write(whole[:middle])
    with open("second.pcap", "wb") as out:
        out.write(whole[:24] + whole[middle:])
    done = run("read", "--format", "json", "second.pcap", "first.pcap")
    halves, one = records(done), [json.loads(line) for line in want.splitlines()]
    check("two files", done.returncode == 0 and [r.get("code") for r in halves] == [r.get("code") for r in one], done)
    check("files beside frames", all("file" in r for r in halves if r["type"] == "reply") and
          not any("file" in r for r in one if r["type"] == "reply"), done)


def outputs(good):
    want = run("read", "--format", "json", good).stdout
    done = run("read", "--format", "json", "--output", "out.json", good)
    check("--output", done.returncode == 0 and not done.stdout and open("out.json", "rb").read() == want, done)
    done = run("read", "--output", "nowhere/out", good)
    check("--output that cannot be", done.returncode == 3 and one_line(done) and b"nowhere/out" in done.stderr, done)
    done = run("read", "--output", "/dev/full", good)
    check("--output to a full device", done.returncode == 3 and one_line(done) and b"No space" in done.stderr, done)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([scope, "read", good], stdout=full, stderr=subprocess.PIPE, timeout=300)
    check("standard output is full", done.returncode == 3 and b"No space" in done.stderr)
    # More than a buffer's worth.
    done = run("read", "--format", "json", "--output", "/dev/full", *[good] * 400)
    check("a full device and much to say", done.returncode == 3 and b"No space" in done.stderr, done)
    done = run("read", "--rules", "nowhere", "--output", "out.json", good)
    check("a wrong command line leaves an old output alone", done.returncode == 2 and open("out.json", "rb").read() == want, done)
    done = run("read", "--output", good, good)
    check("the output may not be an input", done.returncode in (2, 3) and open(good, "rb").read()[:4] == b"\x4d\x3c\xb2\xa1", done)


def statuses(clean, warned):
    for severity, status in (("info", 1), ("warning", 1), ("error", None)):
        done = run("read", "--format", "json", "--fail-on", severity, warned)
        found = {r["severity"] for r in records(done) if r["type"] == "finding"}
        expected = 1 if found & {"info": {"info", "warning", "error"}, "warning": {"warning", "error"}, "error": {"error"}}[severity] else 0
        check(f"--fail-on {severity}", done.returncode == expected and (status is None or status == expected), done)
    check("no --fail-on", run("read", warned).returncode == 0)
    check("--fail-on info of a clean one", run("read", "--fail-on", "info", clean).returncode == 0)
    done = run("read", "--fail-on", "info", warned, "missing.pcap")
    check("3 wins over 1", done.returncode == 3, done)
    # A finding that is not shown was not reported.
    done = run("read", "--format", "json", "--fail-on", "info", "--client", "192.0.2.99", warned)
    check("--fail-on looks at what is reported", done.returncode == 0 and
          not [r for r in records(done) if r["type"] == "finding"], done)
    done = run("read", "--format", "json", "--fail-on", "info", "--session", "99", warned)
    check("a session that does not exist", done.returncode == 2 and one_line(done) and
          not [r for r in records(done) if r["type"] == "finding"], done)


def statuses_of_what_is_left_out():
    make("quit-without-221", "remarked.pcap")
    done = run("read", "--format", "json", "--fail-on", "info", "--only", "findings", "remarked.pcap")
    shown = [r for r in records(done) if r["type"] == "finding"]
    total = [r for r in records(done) if r["type"] == "summary"][0]["findings"]
    check("--fail-on leaves out what is not reported", not shown and sum(total.values()) and done.returncode == 0, done)
    done = run("read", "--format", "json", "--fail-on", "info", "remarked.pcap")
    check("--fail-on counts what is reported", done.returncode == 1, done)


def choices(clean, warned):
    done = run("read", "--format", "json", "--only", "findings", clean)
    check("--only findings of a clean one", not [r for r in records(done) if r["type"] == "session"], done)
    done = run("read", "--format", "json", "--only", "findings", warned)
    check("--only findings", len([r for r in records(done) if r["type"] == "session"]) == 1, done)
    done = run("read", "--format", "json", "--ports", "2500", clean)
    check("--ports of others", records(done)[-1]["sessions"] == 0, done)
    done = run("read", "--format", "json", "--any-port", "--ports", "2500", clean)
    check("--any-port", records(done)[-1]["sessions"] == 1, done)
    check("--color always", b"\x1b[" in run("read", "--color", "always", clean).stdout)
    check("--color never", b"\x1b" not in run("read", "--color", "never", clean).stdout)
    check("no colour into a file", b"\x1b" not in run("read", clean).stdout)


def filters(clean):
    done = run("read", "--format", "json", "--filter", "tcp port 25", clean)
    check("--filter that matches", records(done)[-1]["sessions"] == 1, done)
    done = run("read", "--format", "json", "--filter", "not tcp port 25", clean)
    check("--filter that does not", records(done)[-1]["sessions"] == 0 and records(done)[-1]["packets"] == 0, done)
    done = run("read", "--filter", "tcp prot 25", clean)
    check("--filter names the place", done.returncode == 2 and one_line(done) and b"'prot' (character 5)" in done.stderr, done)
    done = run("read", "--filter", "wlan type mgt", clean)
    check("--filter for another link type", done.returncode == 3 and b"link type 1:" in done.stderr, done)


def secrets():
    make("auth-plain", "auth.pcap")
    make("auth-echo", "echo.pcap")
    for name in ("auth.pcap", "echo.pcap"):
        for form in ("text", "json"):
            shown = run("read", "--full", "--format", form, "--show-secrets", name).stdout
            hidden = run("read", "--full", "--format", form, name).stdout
            check(f"{form} {name}: redacted", b"redacted" in hidden and hidden != shown)


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        make("quit", "clean.pcap")
        make("221-answers-mail", "warned.pcap")
        usage()
        bad_inputs("clean.pcap")
        inputs("clean.pcap")
        outputs("clean.pcap")
        statuses("clean.pcap", "warned.pcap")
        statuses_of_what_is_left_out()
        choices("clean.pcap", "warned.pcap")
        filters("clean.pcap")
        secrets()
        os.chdir("/")
    return 1 if failures else 0


sys.exit(main())
