#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A dialogue that was pasted as a transcript has the findings of its capture.

usage: check_transcripts.py TALK-PROGRAM SMTPSCOPE DIRECTORY [--STYLE]... [TALK...]

Renders each talk whose lines were captured in full in the form of each client's log, explains that, and compares replies, pairings and
findings with those of the capture. Findings that rest on time, packets, acknowledgements or exact bytes are left out: a text has none.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import_path = str(pathlib.Path(__file__).resolve().parent.parent / 'talk')
sys.path.insert(0, import_path)
import sample  # noqa: E402

# Of the packets: ids of findings that a text cannot show.
OF_PACKETS = {
    'closed-without-reply', 'lost-connection', 'quit-without-221', 'no-reply', 'peer-vanished', 'foreign-reset', 'client-gave-up', 'no-greeting',
    'connection-refused', 'connection-timeout', 'icmp-unreachable', 'stalled-data', 'zero-window', 'early-talker', 'conflicting-retransmission',
    'cleartext-credentials', 'plaintext-on-tls-port', 'tls-handshake-failed', 'starttls-stripped', 'starttls-injection', 'smtp-smuggling',
    'still-waiting', 'missing-reply', 'wrong-line-ends', 'chunk-size-wrong', 'command-unread', 'bare-line-ends', 'message-end-unread',
}
# Causes that rest on waits, acknowledgements or sizes; their findings are compared without the cause.
CAUSES_OF_TIME = {'idle-timeout', 'answered-other-command', 'group-dropped', 'client-stalled', 'server-timeout', 'line-too-long', 'not-waited', 'timeout'}
# Single causes that a text cannot show.
CAUSES_OF_PACKETS = {('contract-violation', 'pipelining-not-offered'), ('contract-violation', 'not-last-in-group'), ('unexpected-221', 'group-dropped'),
                     ('malformed-reply', 'no-line-end'), ('malformed-reply', 'unfinished')}
SEGMENT = re.compile(r'^\d+ #\d+ \S+ (\S+)/([CS]) (\S+) seq (\d+)(?: ack \d+)? len (\d+) ?(.*)$')


def unescape(text):
    return re.sub(rb'\\(r|n|t|0|\\|x[0-9a-f]{2})',
                  lambda m: {b'r': b'\r', b'n': b'\n', b't': b'\t', b'0': b'\0', b'\\': b'\\'}.get(m[1]) or bytes([int(m[1][1:], 16)]),
                  text.encode('utf-8', 'surrogateescape'))


def dialogue(talk_program, path):
    """The lines (side, text) in the order in which they were complete; None: not a plain dialogue of whole lines."""
    listing = subprocess.run([talk_program, '--list', path], capture_output=True, text=True, errors='surrogateescape', check=True).stdout
    lines, open_line, expected = [], {'C': b'', 'S': b''}, {'C': 1, 'S': 1}
    for row in listing.splitlines():
        found = SEGMENT.match(row)
        if not found:
            return None
        session, side, flags, seq, length, text = found.groups()
        if session != '1':
            return None
        if int(length) == 0:
            continue
        data = unescape(text)
        if len(data) != int(length) or '...' in text or int(seq) != expected[side]:
            return None
        expected[side] += len(data)
        open_line[side] += data
        while b'\r\n' in open_line[side]:
            line, open_line[side] = open_line[side].split(b'\r\n', 1)
            if not re.fullmatch(rb'[\x20-\x7e\t]*', line):
                return None
            lines.append((side, line.decode()))
    return None if any(open_line.values()) else lines


# ---- the logs of clients and servers ----

def marked(server, client):
    return lambda lines: ''.join(f'{server if side == "S" else client}{text}\n' for side, text in lines)


def plain(lines):
    return 'Trying 192.0.2.1...\nConnected to mx.example.net.\nEscape character is \'^]\'.\n' + marked('', '')(lines) + 'Connection closed by foreign host.\n'


def swaks(lines):
    out = '=== Trying mx.example.net:25...\n=== Connected to mx.example.net.\n'
    for side, text in lines:
        mark = '<** ' if re.match('[45]', text) else '<-  '
        out += f'{mark}{text}\n' if side == 'S' else f' -> {text}\n'
    return out + '=== Connection closed with remote host.\n'


def without_body(lines):
    """The lines without the text of messages, as logs that leave it out have them."""
    body = False
    for side, text in lines:
        if side == 'S':
            body = text.startswith('354')
        elif body:
            continue
        yield side, text


def curl(lines):
    return ('*   Trying 192.0.2.1:25...\n* Connected to mx.example.net (192.0.2.1) port 25 (#0)\n' + marked('< ', '> ')(without_body(lines)) +
            '} [42 bytes data]\n* Connection #0 to host mx.example.net left intact\n')


def smtplib(lines):
    out, message = "connect: to ('mx.example.net', 25) None\n", []
    body = False
    for side, text in lines:
        if side == 'C' and body:
            message.append(text)
            if text == '.':
                out += 'send: ' + repr(''.join(t + '\r\n' for t in message).encode()) + '\n'
                body, message = False, []
        elif side == 'C':
            out += 'send: ' + repr(text + '\r\n') + '\n'
        else:
            out += 'reply: ' + repr((text + '\r\n').encode()) + '\n'
            if not text[3:4] == '-':
                out += f'reply: retcode ({text[:3]}); Msg: {text[4:].encode()!r}\n'
            if message:  # the server broke in
                out = out.replace('\x00', '')
            body = text.startswith('354')
    return out


def phpmailer(lines):
    return marked('2026-01-05 10:00:00 SERVER -> CLIENT: ', '2026-01-05 10:00:01 CLIENT -> SERVER: ')(lines)


def nodemailer(lines):
    out, more = '', False
    for side, text in without_body(lines):
        if side == 'S' and more and text[:4] in (more + ' ', more + '-'):
            out += text + '\n'  # the lines of one reply are logged together
        else:
            out += f'[2026-01-05 10:00:00] DEBUG [a1b2c3] {side}: {text}\n'
        more = text[:3] if side == 'S' and text[3:4] == '-' else False
        if text.startswith('354'):
            out += '[2026-01-05 10:00:00] INFO  [a1b2c3] <120 bytes encoded mime message (source size 118 bytes)>\n'
    return out


def javamail(lines):
    out = 'DEBUG SMTP: useEhlo true, useAuth false\nDEBUG SMTP: trying to connect to host "mx.example.net", port 25, isSSL false\n'
    for index, (side, text) in enumerate(lines):
        out += text + '\n'
        if index == 0:
            out += 'DEBUG SMTP: connected to host "mx.example.net", port: 25\n'
    return out


def mailkit(lines):
    return 'Connected to smtp://mx.example.net:25/?starttls=when-available\n' + marked('S: ', 'C: ')(lines)


def msmtp(lines):
    return 'using account default\nhost = mx.example.net\n' + marked('<-- ', '--> ')(lines)


def postfix(lines):
    return ''.join(f'Jan  5 10:00:{i % 60:02} mx postfix/smtp[4711]: {"<" if side == "S" else ">"} mx.example.net[192.0.2.1]:25: {text}\n'
                   for i, (side, text) in enumerate(without_body(lines)))


def sendmail(lines):
    return ''.join(f'Jan  5 10:00:{i % 60:02} mx sendmail[4711]: 605A00x1004711: {"---" if side == "S" else "<--"} {text}\n'
                   for i, (side, text) in enumerate(without_body(lines)))


def exchange(lines):
    out = '#Software: Microsoft Exchange Server\n#Log-type: SMTP Send Protocol Log\n'
    for i, (side, text) in enumerate(without_body(lines)):
        data = f'"{text}"' if ',' in text else text
        out += f'2026-01-05T10:00:{i % 60:02}.123Z,Outbound,08D12AB34CD56EF0,{i},192.0.2.9:40000,192.0.2.1:25,{"<" if side == "S" else ">"},{data},\n'
    return out


STYLES = {f.__name__: f for f in (plain, swaks, curl, smtplib, phpmailer, nodemailer, javamail, mailkit, msmtp, postfix, sendmail, exchange)}
# Talks that a text cannot show as they were, and why.
ACKNOWLEDGED = 'an acknowledgement or the order of packets decides'
BYTES = 'line ends or the sizes of chunks decide'
EXEMPT = {
    '221-quit-crossing.talk': ACKNOWLEDGED, 'refusal-after-client-left.talk': ACKNOWLEDGED, 'reply-before-command.talk': ACKNOWLEDGED,
    'data-reply-no-line-end.talk': BYTES, 'ehlo-reply-unfinished.talk': BYTES, 'bdat-early-reply.talk': BYTES, 'reply-no-line-end-answered.talk': BYTES, 'bdat.talk': BYTES,
    'bdat-pipelined-refused.talk': BYTES, 'bdat-refused-swallowed.talk': BYTES, 'contract-bdat.talk': BYTES, 'lmtp-bdat-unknown.talk': BYTES,
    '500-text-after-refused-bdat.talk': BYTES,
}
# If the client does not send a command, nothing tells its mark; only logs with usual marks show that.
COMMAND = re.compile(r'(EHLO|HELO|LHLO|MAIL|RCPT|DATA|QUIT|NOOP|RSET|VRFY|EXPN|HELP|ETRN|AUTH|STARTTLS|BDAT)\b', re.I)
USUAL_MARKS = {'swaks', 'curl', 'msmtp', 'mailkit'}
# A reply that is not 220 is a greeting only if the log shows that the client connects.
CONNECTS = {'swaks', 'curl', 'smtplib', 'mailkit'}
# Talks in which the server does not wait for the end of a message; only logs with its text show that.
IN_BODY = {'message-refused-midway-4.talk', 'message-refused-midway-5.talk', 'quit-behind-dot.talk', 'unexpected-reply.talk', '221-to-end-of-data.talk'}
WITHOUT_BODY = {'curl', 'nodemailer', 'postfix', 'sendmail', 'exchange', 'smtplib'}
# Without marks, a line that is neither a reply nor a known command cannot be distinguished from a remark of the program, and a reply alone does not
# show a dialogue.
UNMARKED = {'plain', 'javamail'}
ODD_LINES = {'221-at-greeting.talk', '500-text-after-refused-data.talk', 'empty-line.talk', 'etrn-help-vrfy.talk', 'greeting-refused-shutdown.talk',
             'not-a-reply.talk', 'proxy-v1-unwanted-hasty.talk'}


def records(command, text=None):
    run = subprocess.run(command, input=text, capture_output=True, text=True)
    if run.returncode not in (0, 1, 3):
        raise SystemExit(f'{command}: status {run.returncode}\n{run.stderr}')
    return [json.loads(line) for line in run.stdout.splitlines()]


def findings(found):
    result = set()
    for r in found:
        if r['type'] != 'finding' or r['id'] in OF_PACKETS or (r['id'], r['cause']) in CAUSES_OF_PACKETS:
            continue
        result.add((r['id'], None if r['cause'] in CAUSES_OF_TIME else r['cause'], r['code']))
    return result


def without_time(want, have):
    """The two sets without pairs of findings whose causes differ because one of them rests on time."""
    for one in [f for f in want if f[1] is None]:
        other = [f for f in have if (f[0], f[2]) == (one[0], one[2])]
        if other:
            want, have = want - {one}, have - set(other)
    return want, have


def comparable(found):
    sessions = [r for r in found if r['type'] == 'session']
    return (len(sessions) == 1 and sessions[0]['protocol'] in ('smtp', 'lmtp') and not sessions[0]['proxied'] and not sessions[0]['tls'] and
            not set(sessions[0]['visibility']) - {'unfinished'} and sessions[0]['greeting'] is not None)


def shows(style, talk, lines):
    """Can a log in that style show what the talk is about?"""
    is_smtp = any(side == 'C' and COMMAND.match(text) for side, text in lines)
    return not (not is_smtp and style not in USUAL_MARKS or talk in IN_BODY and style in WITHOUT_BODY or talk in ODD_LINES and style in UNMARKED)


def is_dialogue(lines):
    """The server speaks first and replies. In a text, only replies show who is who, and that a server does not reply shows in its close."""
    sides = ''.join(side for side, _ in lines)
    return sides.startswith('S') and 'CS' in sides


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith('-')]
    talk_program, smtpscope, folder = arguments[:3]
    paths = [pathlib.Path(folder) / name for name in arguments[3:]] or sample.of(sorted(pathlib.Path(folder).glob('*.talk')))
    chosen = [a[2:] for a in sys.argv[1:] if a.startswith('--')]
    compared, faults = 0, []
    with tempfile.TemporaryDirectory() as scratch:
        capture = pathlib.Path(scratch) / 'talk.pcap'
        for path in paths:
            lines = dialogue(talk_program, path)
            if not lines or not is_dialogue(lines) or path.name in EXEMPT:
                continue
            subprocess.run([talk_program, path, capture], check=True)
            wanted = records([smtpscope, 'read', '--format', 'json', capture])
            if not comparable(wanted):
                continue
            want = findings(wanted)
            for name, render in STYLES.items():
                if chosen and name not in chosen or not shows(name, path.name, lines) or (not lines[0][1].startswith('220') and name not in CONNECTS):
                    continue
                text = render(lines)
                have = findings(records([smtpscope, 'explain', '--format', 'json', '-'], text))
                compared += 1
                want_here, have = without_time(want, have)
                if have != want_here:
                    faults.append((path.name, name, sorted(map(str, want_here - have)), sorted(map(str, have - want_here))))
    for fault in faults:
        print('%s as %s: missing %s, too many %s' % fault)
    print(f'{compared} transcripts, {len(faults)} with other findings than their capture')
    return 1 if faults or not compared else 0


if __name__ == '__main__':
    sys.exit(main())
