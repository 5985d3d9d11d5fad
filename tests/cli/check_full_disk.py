#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_full_disk.py SMTPSCOPE SAMPLES: output that does not fit: each line and each packet is whole or not there, and the user is told.

A limit on the size of files stands in for a full disk.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

scope, samples = (os.path.abspath(argument) for argument in sys.argv[1:3])
CAPTURE = os.path.join(samples, "tour.pcap")
failures = 0


def check(what, holds, done):
    global failures
    if not holds:
        failures += 1
        print(f"failed: {what}: status {done.returncode}, {done.stderr[-300:]!r}")


def run(most, *arguments, **more):
    """Runs smtpscope with a limit of |most| bytes for each file."""
    return subprocess.run([scope, *arguments], stderr=subprocess.PIPE, timeout=300,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)), **more)


def lines(path):
    """The lines of a file that ends with one, else None."""
    with open(path, "rb") as file:
        text = file.read()
    return text.splitlines() if text.endswith(b"\n") or not text else None


def packets(path):
    """The number of packets of a pcap file, None if it ends in the middle of one."""
    with open(path, "rb") as file:
        text = file.read()
    at, count = 24, 0
    while at < len(text):
        at += 16 + int.from_bytes(text[at + 8:at + 12], "little")
        count += 1
    return count if at == len(text) else None


def reports():
    whole = subprocess.run([scope, "read", "--format", "json", CAPTURE], stdout=subprocess.PIPE, check=True).stdout
    for most in (0, 1, 500, 3000, len(whole) // 2, len(whole) - 1):
        with open("out", "wb") as out:
            done = run(most, "read", "--format", "json", CAPTURE, stdout=out)
        found = lines("out")
        check(f"standard output of {most} bytes", done.returncode == 3 and b"too large" in done.stderr and found is not None and
              whole.startswith(b"".join(line + b"\n" for line in found)), done)
        done = run(most, "read", "--format", "json", "--output", "named", CAPTURE, stdout=subprocess.PIPE)
        check(f"--output of {most} bytes", done.returncode == 3 and b"named: " in done.stderr and lines("named") == found, done)
        done = run(most, "watch", "--replay", CAPTURE, "--format", "json", "--output", f"live{most}", stdout=subprocess.PIPE)
        found = lines(f"live{most}")
        check(f"watch with {most} bytes", done.returncode == 3 and found is not None and all(json.loads(line) for line in found), done)
    done = run(len(whole), "read", "--format", "json", "--output", "named", CAPTURE, stdout=subprocess.PIPE)
    check("it fits", done.returncode == 0 and lines("named") == whole.splitlines(), done)
    # What other programs have written before stays.
    with open("both", "wb") as out:
        out.write(b"before\n")
        out.flush()
        run(600, "read", "--format", "json", CAPTURE, stdout=out)
    found = lines("both")
    check("a file that is continued", found is not None and found[0] == b"before" and len(found) > 1, done)
    with open("/dev/full", "wb") as full:
        done = run(1 << 20, "read", "--format", "json", CAPTURE, stdout=full)
    check("/dev/full", done.returncode == 3 and b"No space left" in done.stderr, done)


def kept_packets():
    whole = run(1 << 20, "watch", "--replay", CAPTURE, "--write", "whole.pcap", "--write-what", "all", "--format", "json", stdout=subprocess.PIPE)
    if whole.returncode != 0:
        whole = run(1 << 20, "watch", "--replay", CAPTURE, "--write", "whole.pcap", "--format", "json", stdout=subprocess.PIPE)
    check("watch --write", whole.returncode == 0 and packets("whole.pcap"), whole)
    for most in (0, 10, 24, 500, 2000):
        done = run(most, "watch", "--replay", CAPTURE, "--write", f"{most}.pcap", "--format", "json", stdout=subprocess.PIPE)
        size = os.path.getsize(f"{most}.pcap")
        check(f"watch --write of {most} bytes", done.returncode == 3 and (size == 0 or packets(f"{most}.pcap") is not None), done)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    reports()
    kept_packets()
print(f"{failures} failed")
sys.exit(1 if failures else 0)
