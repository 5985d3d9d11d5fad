#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_diff.py SMTPSCOPE TALK: `diff` of two captures of one conversation. Each case is a talk in which <x|y> stands for x in the capture
at the client's side and for y in the one at the server's side.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

scope, talk = (os.path.abspath(argument) for argument in sys.argv[1:3])

HEAD = '''title: a conversation
client: <192.0.2.10:40000|192.0.2.10:40000>
server: 198.51.100.25:25
start: 2026-01-05T10:00:00Z
mss: 1460

C ttl <64|57>
S ttl <57|64>
'''
OPENING = '''S: 220 mx.example.net ESMTP ready
C: EHLO client.example.org
S {
  250-mx.example.net
  250-PIPELINING
  250-STARTTLS
  250 SIZE 1000000
}
'''
MAIL = '''C: MAIL FROM:<alice@example.org>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.net>
S: 250 2.1.5 Ok
C: DATA
S: 354 go ahead
C: Subject: a test of two captures
C: X-Number: 1
C:
C: some text in this message
C: .
S: 250 2.0.0 Ok: queued as 4ABC123DEF
'''
END = '''C: QUIT
S: 221 2.0.0 Bye
'''
PLAIN = HEAD + OPENING + MAIL + END
NO_TTL = PLAIN.replace('<64|57>', '64').replace('<57|64>', '64')


def mask(text):
    return text.replace('250-STARTTLS', '250-<XXXXXXXA|STARTTLS>')


class Case:
    def __init__(self, name, text, kinds, **expected):
        self.name, self.text, self.kinds, self.expected = name, text, kinds, expected


def changed(text, before, after):
    assert before in text, before
    return text.replace(before, after, 1)


CASES = [
    Case('nothing', PLAIN, [], aligned_by='sequence', connection='same', nearer_to_client='a', client_hops=7, server_hops=7),
    Case('swapped', PLAIN.replace('<64|57>', '<57|64>', 1).replace('S ttl <57|64>', 'S ttl <64|57>'), [], nearer_to_client='b'),
    Case('no ttl', NO_TTL, [], nearer_to_client=None,
         clock_offset={'low_us': 0, 'high_us': 0}),
    Case('no ttl, clock ahead', NO_TTL.replace('10:00:00Z', '10:00:0<0|3>Z'), [], nearer_to_client=None, clock_offset={'low_us': 3000000, 'high_us': 3000000}),
    Case('only the goodbye', changed(NO_TTL, 'S: 221', 'capture both\nS: 221').replace('C ttl', 'capture none\nC ttl', 1), [], aligned_by='addresses'),
    Case('only the end', changed(NO_TTL + 'capture both\nS fin\n', 'C ttl', 'capture none\nC ttl'), [], aligned_by='addresses'),
    Case('masked STARTTLS', mask(PLAIN), [('starttls-masked', 'server', 'certain')]),
    Case('removed STARTTLS', changed(PLAIN, '  250-STARTTLS\n', '<|  250-STARTTLS\n>'), [('starttls-masked', 'server', 'certain')]),
    Case('removed last extension', changed(changed(PLAIN, '250-STARTTLS', '250<- |->STARTTLS'.replace('- ', ' ')), '  250 SIZE 1000000\n', '<|  250 SIZE 1000000\n>'),
         [('offer-removed', 'server', 'certain')]),
    Case('added extension', changed(PLAIN, '  250-STARTTLS\n', '  250-STARTTLS\n<  250-X-MIDDLE\n|>'), [('offer-added', 'server', 'certain')]),
    Case('changed greeting', changed(PLAIN, '220 mx.example.net ESMTP ready', '220 <**************************|mx.example.net ESMTP ready>'), [('greeting-changed', 'server', 'certain')]),
    Case('changed command', changed(PLAIN, 'EHLO client.example.org', '<EHLO|XXXX> client.example.org'), [('command-changed', 'client', 'certain')]),
    Case('changed reply', changed(PLAIN, '250 2.1.5 Ok', '<550 5.7.1 no|250 2.1.5 Ok>'), [('reply-changed', 'server', 'certain')]),
    Case('added header', changed(PLAIN, 'C: X-Number: 1', '<|C: X-Virus-Scan: clean\n>C: X-Number: 1'), [('message-changed', 'client', 'certain')]),
    Case('clamped MSS', changed(PLAIN, 'mss: 1460', 'mss: <1460|1360>'), [('mss-changed', 'client', 'certain'), ('mss-changed', 'server', 'certain')]),
    Case('NAT', changed(PLAIN, '<192.0.2.10:40000|192.0.2.10:40000>', '<10.0.0.5:40000|203.0.113.9:61001>'), [], aligned_by='sequence', translated=True),
    Case('NAT and other sequence numbers', changed(changed(PLAIN, '<192.0.2.10:40000|192.0.2.10:40000>', '<10.0.0.5:40000|203.0.113.9:61001>\nclient-isn: <1000|900000>\nserver-isn: <77|99999>'),
                                                   '250-mx', '250-mx'), [], aligned_by='content', translated=True, renumbered=True),
    Case('clock ahead', changed(PLAIN, '2026-01-05T10:00:00Z', '2026-01-05T10:00:0<0|3>Z'), [], clock_offset={'low_us': 3000000, 'high_us': 3000000}),
    Case('clock behind', changed(PLAIN, '2026-01-05T10:00:00Z', '2026-01-05T10:00:0<3|0>Z'), [], clock_offset={'low_us': -3000000, 'high_us': -3000000}),
    Case('reset from between', changed(PLAIN, 'C: DATA\n', '<S rst\ncapture none\n|>C: DATA\n'), [('reset-added', 'server', 'certain')]),
    Case('reset that does not arrive', PLAIN + '<|S rst\n>', [('reset-missing', 'server', '*')]),
    Case('lost between', changed(PLAIN, 'C: DATA\n', 'C<| lost>: DATA\nwait 300ms\nC resend\n'), [('lost-between', 'client', 'likely')]),
    Case('not captured', changed(PLAIN, 'S: 250 2.1.5 Ok', 'S<| lost>: 250 2.1.5 Ok'), [('not-captured', 'server', 'certain')]),
    Case('not captured at the receiver', changed(PLAIN, 'S: 250 2.1.5 Ok', 'S< lost|>: 250 2.1.5 Ok'), [('not-captured', 'server', 'certain')]),
    Case('starts later', changed(PLAIN, 'C ttl', '<|capture none\n>C ttl').replace('C: MAIL', '<|capture both\n>C: MAIL', 1), []),
    Case('ends earlier', PLAIN.replace('C: DATA', '<capture none\n|>C: DATA', 1), []),
    Case('merged segments', changed(PLAIN, 'C: MAIL FROM:<alice@example.org>', 'C: MAIL FROM:<<alice|al\\|ice>@example.org>'.replace('<<alice|al\\|ice>', 'A<ALICE>')), []),
]


def side(text, index):
    """The talk of one capture."""
    return re.sub(r'<([^<>|]*)\|([^<>|]*)>', lambda match: match[index + 1], text)


def diff(directory, text, *options):
    paths = []
    for index in range(2):
        source, out = (os.path.join(directory, 'ab'[index] + ending) for ending in ('.talk', '.pcap'))
        with open(source, 'w', encoding='utf-8') as file:
            file.write(side(text, index))
        subprocess.run([talk, source, out], check=True)
        paths.append(out)
    done = subprocess.run([scope, 'diff', '--format', 'json', *options, *paths], capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def judge(case, status, records):
    pairs = [record for record in records if record['type'] == 'pair']
    found = [record for record in records if record['type'] == 'difference']
    if len(pairs) != 1:
        yield '%d pairs' % len(pairs)
        return
    for key, value in case.expected.items():
        if pairs[0][key] != value:
            yield '%s is %r' % (key, pairs[0][key])
    got = [(d['kind'], d['sender'], d['certainty']) for d in found]
    if len(got) != len(case.kinds) or any(want[i] not in ('*', have[i]) for want, have in zip(case.kinds, got) for i in range(3)):
        yield 'found %s' % [(d['kind'], d['sender'], d['certainty'], d['title'], d['a']['text'], d['b']['text']) for d in found]
    if status != (1 if any(d['matters'] for d in found) else 0):
        yield 'exit status %d' % status


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as directory:
        for case in CASES:
            status, records, errors = diff(directory, case.text)
            for text in list(judge(case, status, records)) + ([errors] if errors else []):
                failures += 1
                print('failed: %s: %s' % (case.name, text))
    print('%d cases, %d failures' % (len(CASES), failures))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
