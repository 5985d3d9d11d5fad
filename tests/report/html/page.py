# SPDX-License-Identifier: BSD-2-Clause
"""Captures and HTML reports for the tests of this folder."""
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
DELIVERY = """session s{n} client=192.0.2.{host}:{port}
S: 220 mx.example.net ESMTP
C: EHLO client{n}.example.org
S: 250 mx.example.net
C: MAIL FROM:<sender{n}@example.org>
S: 250 2.1.0 Ok
C: RCPT TO:<user{n}@example.net>
{answer}
C: QUIT
S: 221 2.0.0 Bye
S fin
C fin
"""


def many_talk(count):
    """A talk of |count| sessions, of which every fifth is rejected."""
    blocks = ["title: many sessions\nreplies: any\nexpect: summary sessions *\n\n"]
    for n in range(1, count + 1):
        answer = "S: 550 5.1.1 No such user" if n % 5 == 0 else "S: 250 2.1.5 Ok\nC: DATA\nS: 354 Go ahead\nC: Subject: test\nC: \nC: text\nC: .\nS: 250 2.0.0 Ok: queued as A%05d" % n
        block = DELIVERY.format(n=n, host=1 + n % 200, port=20000 + n, answer=answer)
        # The first session of a talk is the one that its header describes.
        blocks.append(block if n > 1 else block.split("\n", 1)[1])
    return "".join(blocks)


def report(talk_program, smtpscope, talk, folder, *options):
    """Returns the path of the HTML report about the capture of |talk|, the text of a talk."""
    source, capture, page = folder / "in.talk", folder / "in.pcap", folder / "report.html"
    source.write_text(talk, encoding="utf-8")
    subprocess.run([talk_program, source, capture], check=True)
    with open(page, "wb") as out:
        done = subprocess.run([smtpscope, "read", "--format", "html", *options, capture], stdout=out, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"smtpscope read ended with status {done.returncode}")
    return page
