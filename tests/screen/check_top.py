#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_top TALK SMTPSCOPE: drives smtpscope top in a terminal (tmux): list, dialogue, finding, bytes, search, filter, marks,
difference, save, figures, resize, hostile text, a terminal without UTF-8, and 1,000 sessions that arrive live. Skips what this
machine cannot do."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
HEAD = "title: sessions\nreplies: any\nexpect: summary sessions *\n\n"
SESSION = """{session}S: 220 mx.example.net ESMTP
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
REFUSED = "S: 550 5.1.1 <user@example.net>: Recipient address rejected: User unknown"
TAKEN = "S: 250 2.1.5 Ok\nC: DATA\nS: 354 Go ahead\nC: Subject: test\nC: .\nS: 250 2.0.0 Ok: queued as A1"
HOSTILE = "S: 550 5.1.1 \\x1b[2J\\x1b]0;owned\\x07 \\xe2\\x80\\xaetxt.exe \\xff\\xfe no such user"


def talk_of(answers):
    blocks = [HEAD]
    for n, answer in enumerate(answers, 1):
        session = f"session s{n} client=192.0.2.{1 + n % 200}:{20000 + n}\n" if n > 1 else ""
        blocks.append(SESSION.format(session=session, n=n, answer=answer))
    return "".join(blocks)


class Terminal:
    """smtpscope top in a tmux window of its own server."""

    def __init__(self, folder, columns, rows, command, locale="C.UTF-8"):
        self.socket = str(folder / "tmux")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(folder),
                  f"env LC_ALL={locale} {command}; echo ended with $?; sleep 60")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode(errors="replace")

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)
            time.sleep(0.05)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def until(self, *words, seconds=60):
        """Waits until all |words| are on the screen. Fails at once if the program has ended instead."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if all(word in screen for word in words):
                return screen
            if time.monotonic() > end or "ended with" in screen:
                raise AssertionError(f"not on the screen: {[w for w in words if w not in screen]}\n{screen}")
            time.sleep(0.1)

    def close(self):
        self.tmux("kill-server")


def make(talk_program, folder, name, talk):
    (folder / f"{name}.talk").write_text(talk, encoding="utf-8")
    subprocess.run([talk_program, folder / f"{name}.talk", folder / f"{name}.pcap"], check=True)
    return folder / f"{name}.pcap"


def check_files(talk_program, smtpscope, folder):
    capture = make(talk_program, folder, "some", talk_of([TAKEN, REFUSED, TAKEN, HOSTILE]))
    terminal = Terminal(folder, 80, 24, f"{smtpscope} top {capture}")
    try:
        screen = terminal.until("4 sessions", "user-unknown", "(ended)", "F8 Pause")
        assert all(len(line) <= 80 for line in screen.splitlines()), screen
        terminal.keys("g", "j", "Enter")
        terminal.until("Verdict", "Advice", "RCPT TO:<user2@example.net>", "550 5.1.1")
        terminal.keys("/")
        terminal.type("address rej")
        terminal.keys("Enter", "x")
        terminal.until("000000  ", "5.1.1 <user@exam")
        terminal.keys("Escape", "Enter")
        terminal.until("Finding", "Kind", "Why", "Advice")
        terminal.keys("Escape", "Escape", "f")
        terminal.type("only=failed user2")
        terminal.keys("Enter")
        terminal.until("1 shown · filter: only=failed user2")
        terminal.keys("f", "C-u", "Enter")
        terminal.until("4 shown")
        terminal.keys("f")
        terminal.type("client=nonsense")
        terminal.keys("Enter")
        terminal.until("client= takes an address", "4 sessions")
        terminal.keys("g", "Space", "Space", "d")
        screen = terminal.until("Session 1 to", "Session 2 to", "< 550 5.1.1")
        terminal.keys("Escape", "s")
        terminal.type("saved.pcap")
        terminal.keys("Enter")
        terminal.until("Saved 2 sessions to saved.pcap.")
        listed = subprocess.run([smtpscope, "read", "--format", "list", folder / "saved.pcap"], stdout=subprocess.PIPE, check=True).stdout.decode()
        assert "2 sessions: 1 delivered, 1 rejected" in listed, listed
        for ending, word in ((".txt", "user2@example.net"), (".json", '"type":"session"'), (".html", "<!DOCTYPE html>"), (".md", "### For the network team")):
            terminal.keys("s")
            terminal.type("saved" + ending)
            terminal.keys("Enter")
            terminal.until(f"Saved 2 sessions to saved{ending}.")
            assert word in (folder / f"saved{ending}").read_text(encoding="utf-8"), ending
        terminal.keys("s")
        terminal.type("saved.txt")
        terminal.keys("Enter")
        terminal.until("File exists")
        terminal.keys("i")
        terminal.until("Outcomes", "2  rejected", "Causes of failures", "Servers with failed sessions")
        terminal.keys("Escape")
        terminal.tmux("resize-window", "-x", "50", "-y", "12")
        screen = terminal.until("4 sessions", "F1 Help")
        assert all(len(line) <= 50 for line in screen.splitlines()), screen
        terminal.tmux("resize-window", "-x", "160", "-y", "40")
        terminal.until("SERVER", "198.51.100.25", "sender1@example.org")
        terminal.keys("G", "Enter")
        screen = terminal.until("\\x1b[2J", "\\u202e")
        assert "owned" not in terminal.tmux("display-message", "-p", "#{pane_title}"), "the title of the terminal was changed"
        terminal.keys("q", "q")
        terminal.until("ended with 0")
    finally:
        terminal.close()


def check_ascii(talk_program, smtpscope, folder):
    capture = make(talk_program, folder, "few", talk_of([REFUSED]))
    terminal = Terminal(folder, 80, 24, f"{smtpscope} top --color never {capture}", locale="C")
    try:
        terminal.until("1 session", "user-unknown")
        terminal.keys("Enter")
        screen = terminal.until("--->", "<---")
        assert screen.isascii(), screen
        terminal.keys("F10")
        terminal.until("ended with 0")
    finally:
        terminal.close()


def check_live(talk_program, smtpscope, folder):
    """1,000 sessions on a virtual interface: counted, listed, followed, paused, saved from memory."""
    if os.geteuid() != 0 or not shutil.which("tcpreplay") or not shutil.which("ip"):
        print("skipped: live sessions need root, tcpreplay and ip")
        return
    capture = make(talk_program, folder, "many", talk_of([REFUSED if n % 4 == 0 else TAKEN for n in range(1000)]))
    space = f"top{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", space], stderr=subprocess.DEVNULL, check=False).returncode:
        print("skipped: live sessions need network namespaces")
        return
    inside = ["ip", "netns", "exec", space]
    os.chmod(folder, 0o777)
    terminal = None
    try:
        for words in (["ip", "link", "add", "mail0", "type", "veth", "peer", "name", "far0"], ["ip", "link", "set", "mail0", "up"], ["ip", "link", "set", "far0", "up"]):
            if subprocess.run(inside + words, stderr=subprocess.DEVNULL, check=False).returncode:
                print("skipped: live sessions need a pair of virtual interfaces")
                return
        terminal = Terminal(folder, 100, 30, f"{' '.join(inside)} {smtpscope} top -i mail0")
        terminal.until("mail0 (live)", "No session yet")
        subprocess.run(inside + ["tcpreplay", "-q", "--pps=8000", "-i", "far0", str(capture)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        terminal.until("1,000 sessions", "750 delivered", "250 rejected")
        terminal.keys("G")
        terminal.until("following")
        terminal.keys("k", "k", "p")
        terminal.until("(paused)")
        terminal.keys("p", "f")
        terminal.type("sender997@")
        terminal.keys("Enter")
        terminal.until("1 shown")
        terminal.keys("g", "s")
        terminal.type("live.pcap")
        terminal.keys("Enter")
        terminal.until("Saved 1 session to live.pcap.")
        listed = subprocess.run([smtpscope, "read", "--format", "list", folder / "live.pcap"], stdout=subprocess.PIPE, check=True).stdout.decode()
        assert "1 session: 1 " in listed and "user997@" in listed, listed
        terminal.keys("c")
        terminal.until("mail0 (live): 0 sessions")
        terminal.keys("q")
        terminal.until("ended with 0")
    finally:
        if terminal:
            terminal.close()
        subprocess.run(["ip", "netns", "del", space], check=False)


def main(talk_program, smtpscope):
    if not shutil.which("tmux"):
        print("skipped: tmux is not installed")
        return SKIPPED
    talk_program, smtpscope = os.path.abspath(talk_program), os.path.abspath(smtpscope)
    for check in (check_files, check_ascii, check_live):
        with tempfile.TemporaryDirectory() as name:
            check(talk_program, smtpscope, pathlib.Path(name))
    return 0


sys.exit(main(*sys.argv[1:]))
