#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_jobs.py TALK TRAFFIC SMTPSCOPE TALKS: with any number of threads `read` writes the same, byte for byte, and ends with the same
status: of every talk, of all talks as one timeline (sessions that share servers), of generated traffic with many sessions at once, with and
without loss, with stories that are told before the end, of traffic that changes between dialogue and bodies, and of the captures of
../shared, where they are present."""
import concurrent.futures
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'talk'))
import sample  # noqa: E402

talk, traffic, scope = (os.path.abspath(argument) for argument in sys.argv[1:4])
talks = sorted(pathlib.Path(sys.argv[4]).glob("*.talk"))
shared = pathlib.Path(sys.argv[4]).resolve().parents[2] / "shared"
THOROUGH = 4  # one in so many talks of the sample is also read with more threads and in other formats


def read(arguments, jobs, form):
    done = subprocess.run([scope, "read", "--format", form, "--jobs", str(jobs), *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def differences(arguments, thorough):
    """The ways of reading that differ from that with one thread. |thorough|: 0 to 2."""
    found = []
    for form, threads in (("json", ((2,), (1, 2, 3), (1, 2, 3, 8))[thorough]), ("text", (2,)), ("list", (1,)), ("log", (1,)), ("html", (1,))):
        if form != "json" and not thorough:
            continue
        alone = read(arguments, 0, form)
        found += [f"{arguments[-1]}: {form}, {jobs} threads" for jobs in threads if read(arguments, jobs, form) != alone]
    return found


def learning():
    """A talk of many sessions: some servers allow an early start, and later sessions that start early are judged by that."""
    dice = random.Random(1)
    lines = ["title: servers that allow an early start", "replies: any", "close: none", ""]
    for i in range(600):
        lines.append(f"session s{i} client=192.0.2.{dice.randrange(1, 200)}:{20000 + i} server=198.51.100.{dice.randrange(1, 60)}:25")
        offer = dice.random() < 0.1
        lines += ["S: 220 mx.example.net ESMTP", "C: EHLO client.example.org"] if offer else \
                 ["C: EHLO client.example.org", "S: 220 mx.example.net ESMTP"]
        lines += ["S {", "  250-mx.example.net", "  250 PIPECONNECT", "}"] if offer else ["S: 250 mx.example.net"]
        lines += ["C: QUIT", "S: 221 Bye", "S fin", "C fin", "C ack"]
    return "\n".join(lines) + "\n"


def in_turn(paths, target):
    """Writes the packets of the captures |paths|, of traffic, to |target|, each capture an hour after the last one. So dialogue and bodies take turns,
    and the threads are used, not used, and used again."""
    with open(target, 'wb') as out:
        for i, path in enumerate(paths):
            content = pathlib.Path(path).read_bytes()
            out.write(b'' if i else content[:24])
            at = 24
            while at + 16 <= len(content):
                seconds, fraction, captured, length = struct.unpack_from('<IIII', content, at)
                out.write(struct.pack('<IIII', seconds + 3600 * i, fraction, captured, length) + content[at + 16:at + 16 + captured])
                at += 16 + captured


def make(directory):
    """Captures to read: lists of arguments, and whether thoroughly."""
    paths = []
    for one in talks:
        path = directory / (one.stem + ".pcap")
        subprocess.run([talk, str(one), str(path)], check=True, stdout=subprocess.DEVNULL)
        paths.append(str(path))
    yield from (([path], i % THOROUGH == 0) for i, path in enumerate(sample.of(paths)))
    (directory / "learning.talk").write_text(learning())
    subprocess.run([talk, str(directory / "learning.talk"), str(directory / "learning.pcap")], check=True, stdout=subprocess.DEVNULL)
    early = read([str(directory / "learning.pcap")], 0, "json")[1].count(b'"id":"early-talker"')
    assert 10 < early < 500, f"{early} sessions started early without leave: the trace is not what it should be"
    yield [str(directory / "learning.pcap")], True
    yield paths, True
    yield ["--any-port", *paths], True
    yield ["--only", "failed", *paths], True
    yield ["--session", "7", *paths], True
    for preset, size in (("chatty", 6 << 20), ("messy", 6 << 20), ("bulk", 8 << 20)):
        path = directory / (preset + ".pcap")
        subprocess.run([traffic, "--preset", preset, "--size", str(size), "--output", path, "--truth", directory / "truth"], check=True)
        yield [str(path)], 2
    # So many mails that the first stories are told before the end.
    subprocess.run([traffic, "--preset", "chatty", "--size", str(116 << 20), "--output", directory / "stories.pcap", "--truth", directory / "truth"],
                   check=True)
    yield [str(directory / "stories.pcap")], 0
    chatty, bulk = str(directory / "chatty.pcap"), str(directory / "bulk.pcap")
    in_turn([chatty, bulk, chatty], directory / "turns.pcap")
    yield [str(directory / "turns.pcap")], 2
    if not shared.is_dir():
        print("the captures of ../shared are not present: left out")
        return
    more = sorted(path for kind in ("corpus", "scenarios", "lab", "field") for path in (shared / kind).rglob("*.pcap*"))
    yield from (([str(path)], False) for path in sample.of(more))


def main():
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        inputs = list(make(pathlib.Path(name)))
        found = [line for lines in pool.map(lambda one: differences(*one), inputs) for line in lines]
    print("\n".join(found[:20]))
    print(f"{len(inputs)} inputs, {len(found)} differences")
    return 1 if found else 0


sys.exit(main())
