#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Replays talks in other segments and layers. What was said, paired and found must stay the same.

usage: replay.py [--sample] [--kinds K] [--most N] [--layers A,B,...|all|none] [--jobs N] TALK-PROGRAM SMTPSCOPE FILE.talk|DIRECTORY...

Variants of each talk: adjacent segments swapped or merged; every segment split, captured twice or sent again; every
prefix (which may say less, never more); and the complete talk in every layer. All variants of a talk are in one capture,
identified by the addresses of their clients. K is a list of swap, merge, split, twice, again, prefix, or of lose, burst,
suffix: each packet in turn, several packets in a row, or all packets up to one are missing from the capture. --sample takes
only some of the talks (sample.py).
"""
import collections
import concurrent.futures
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import sample
import scope
from run_talks import talks_of

ALARMS = ('unexpected-221', 'unexpected-500', 'unexpected-reply', 'malformed-reply', 'conflicting-retransmission')
# Findings that may appear because packets are missing, each with the reason. Nothing else may be new, not even as likely or info.
# A loss may also take away the proof of one cause and leave another cause of the same finding: that is (id, cause) here, too.
EXPLAINED_BY_LOSS = {
    ('cleartext-credentials', 'login-without-tls'): 'the rejection of AUTH was lost; the credentials were sent all the same',
    ('closed-without-reply', 'idle'): 'LHLO was lost, and with it that each recipient of the message gets a reply',
    ('delivery-failed', 'protocol-error'): 'the rejection that this one follows from was lost',
    ('delivery-failed', 'user-unknown'): 'the talk itself lost part of the question; with more losses the reply is paired by likelihood',
    ('early-talker', 'before-greeting'): 'the EHLO reply that allows it was lost',
    ('foreign-reset', 'ttl'): 'the packets with another TTL of the same side were lost',
    ('hello-refused', 'protocol-error'): 'the packets that show that the client spoke too early were lost',
    ('lost-connection', 'client-closed'): 'the lines that show its line ends were lost',
    ('lost-connection', 'client-reset'): 'the packets whose TTL the reset does not fit were lost',
    ('lost-connection', 'during-message'): 'the packets whose TTL the reset does not fit were lost',
    ('lost-connection', 'server-reset'): 'the rejection that the reset follows, or the message, is from before the capture',
    ('server-closing', 'unknown'): 'the end of the message was lost; who was waited for is not known',
    ('smtp-smuggling', 'attempted'): 'the replies that show that the server accepted it were lost',
    ('stalled-data', 'path-mtu'): 'the acknowledgement of a segment of the same size was lost',
    ('stalled-data', 'no-progress'): 'the acknowledgement that shows that smaller packets arrived was lost',
    ('unexpected-221', 'answered-other-command'): 'bytes of the client were lost; whether a hello was among them is not known',
    ('unexpected-500', 'binary'): 'the line that shows which protocol the client speaks was lost',
    ('unexpected-500', 'ehlo-fallback'): 'the greeting that shows that a firewall rewrites commands was lost',
    ('unexpected-500', 'http-on-smtp-port'): 'the reply to EHLO was lost; until then GET is not known to be pipelined mail',
    ('unexpected-500', 'line-too-long'): 'the replies between were lost; the 500 is paired with the long line',
    ('unexpected-500', 'message-text-as-commands'): 'the 500 that rejected the message was lost',
    ('unexpected-500', 'not-supported'): 'the EHLO reply with the mask was lost',
    ('tls-handshake-failed', 'bad-certificate'): 'the certificate that shows the reason of the alert was lost',
}
# Talks about the IP identification say something else in IPv6, which has none.
IP_ID_TALKS = ('foreign-reset-ip-id',)
IPV6_LAYERS = ('ipv6', 'ipv6-extended', 'null-ipv6', 'raw-ipv6', 'linktype-ipv6', '6in4')
SHOWN = 3  # variants described per talk; others are only counted


def variant_of(client):
    """Returns the number encoded in the client's address."""
    address = ipaddress.ip_address(client['ip'])
    b = address.packed
    if address.version == 4:
        return b[1] * 256 + b[2]
    if b[12] == 10:  # an IPv4 address that the layer converted to IPv6
        return b[13] * 256 + b[14]
    return b[6] * 256 + b[7]


class Essence(tuple):
    """Returns what must stay the same of a reply or finding; |time| (nanoseconds since the start of its variant) and |sure| are
    separate."""
    time = None
    sure = True

    def __new__(cls, *values):
        return super().__new__(cls, values)


def nanoseconds(time):
    """Returns the nanoseconds of an RFC 3339 time within its day."""
    hours, minutes, seconds = time[11:].rstrip('Z').split(':')
    whole, _, fraction = seconds.partition('.')
    return ((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 10**9 + int(fraction.ljust(9, '0'))


def reply_essence(r):
    a = r.get('answers') or {}
    return Essence('reply', r['code'], tuple(r['lines']), r.get('enhanced'), a.get('kind'), a.get('verb'), a.get('line'),
                 a.get('recipient'), r.get('expected'), r.get('truncated'), r.get('rule'), r.get('cause'))


def finding_essence(f):
    essence = Essence('finding', f['id'], f['cause'], f['severity'], bool(f.get('crossed')), f.get('root') is not None)
    essence.sure = f['certainty'] == 'certain'
    return essence


def session_essence(s):
    messages = tuple((m['mail_from'], m['bytes'], m['outcome'], m['code'],
                      tuple((r['address'], r['code'], r['outcome']) for r in m['recipients'])) for m in s['messages'])
    visibility = tuple(s['visibility'])
    return ('session', s['protocol'], visibility, s['outcome'], s['greeting'], s['helo'], s['tcp']['opened'],
            s['tcp']['closed'], messages)


def by_variant(records):
    """Returns {variant: [essence of each of its sessions, in order]}; a session's essence is (replies, findings, session)."""
    sessions = collections.defaultdict(lambda: [[], [], None])
    owner = {}
    for r in records:
        kind = r.get('type')
        if kind == 'reply':
            essence = reply_essence(r)
            essence.time = nanoseconds(r['time'])
            essence.sure = r.get('pairing') != 'likely' and r.get('expected') != 'unknown'
            sessions[r['session']][0].append(essence)
        elif kind == 'finding':
            sessions[r['session']][1].append(finding_essence(r))
        elif kind == 'session':
            sessions[r['session']][2] = session_essence(r)
            owner[r['session']] = variant_of(r['client'])
    found = collections.defaultdict(list)
    for number in sorted(owner):
        replies, findings, session = sessions[number]
        for reply in replies:
            reply.time -= owner[number] * 1000  # as tests/talk/replay.c shifts it
        found[owner[number]].append((replies, sorted(findings), session))
    return found


def difference(base, other):
    """Returns lines that describe how two variants differ, or None if they do not."""
    if base == other:
        return None
    if len(base) != len(other):
        return f'{len(base)} sessions have become {len(other)}'
    for number, (b, o) in enumerate(zip(base, other), 1):
        for before, after in zip(b[:2], o[:2]):
            for i in range(max(len(before), len(after))):
                one = before[i] if i < len(before) else None
                two = after[i] if i < len(after) else None
                if one != two:
                    return f'session {number}:\n      was {one}\n      is  {two}'
        if b[2] != o[2]:
            pairs = [(x, y) for x, y in zip(b[2], o[2]) if x != y]
            return f'session {number}:\n      was {pairs[0][0]}\n      is  {pairs[0][1]}'
    return 'they differ'


def is_subsequence(short, long):
    rest = iter(long)
    return all(any(x == y for y in rest) for x in short)


def prefix_fault(base, other):
    """A prefix may know less, never more: no other replies, and no alarm that the complete talk does not raise."""
    whole_replies = [r for s in base for r in s[0]]
    for replies, findings, _ in other:
        codes = [r[1:3] for r in replies if not r[9]]
        if not any(is_subsequence(codes, [r[1:3] for r in s[0]]) for s in base):
            return f'replies {codes}\n      of  {[r[1:3] for r in whole_replies]}'
    count = collections.Counter(f[1] for s in base for f in s[1])
    for name, n in collections.Counter(f[1] for s in other for f in s[1]).items():
        if name in ALARMS and n > count[name]:
            return f'{n} {name}, the whole talk has {count[name]}'
    return None


def loss_fault(base, other):
    """Where a packet is missing, a reply may answer less than before, or something else where that is said to be likely only, never
    something else for sure; no finding may be new that the loss does not explain, and no alarm at all."""
    alarms = collections.Counter(f[1] for s in base for f in s[1])
    for name, n in collections.Counter(f[1] for s in other for f in s[1]).items():
        if name in ALARMS and n > alarms[name]:
            return f'FALSE ALARM: {n} {name}, with all packets {alarms[name]}'
    count = collections.Counter(f[1:3] for s in base for f in s[1])
    for key, n in collections.Counter(f[1:3] for s in other for f in s[1]).items():
        if n > count[key] and key not in EXPLAINED_BY_LOSS:
            return f'FALSE ALARM: {n} {"/".join(key)}, with all packets {count[key]}'
    for finding in [f for s in other for f in s[1]]:
        if finding[1] not in alarms and finding[3] != 'info' and finding.sure:
            return f'FALSE ALARM: {finding}'
    known = {(r.time, r[1:3]): r for s in base for r in s[0]}
    for number, session in enumerate(other, 1):
        for reply in session[0]:
            whole = known.get((reply.time, reply[1:3]))
            if not whole or reply[4:7] == whole[4:7] and reply[7] in (None, whole[7]) or reply[4] == 'unseen' or not reply.sure:
                continue
            # a command may have lost some of its letters
            if not (reply[4] == whole[4] == 'command' and is_subsequence(reply[6] or '', whole[6] or '')):
                return f'session {number}:\n      was {whole}\n      is  {reply}'
    return None


COMPARED = tuple(b'{"type":"%s"' % kind for kind in (b'reply', b'finding', b'session'))


def watched(lines, secrets, shown):
    """Yields the records that are compared. Counts in |shown| all those with words that must not appear in the output."""
    for line in lines:
        if line.startswith(COMPARED):
            yield json.loads(line)
        for word in secrets:
            if word in line.decode('utf-8'):
                shown[word] += 1


def secrets_of(talk):
    return [e.words[2] for e in talk.expects if e.words[:2] == ['no', 'text']]


LOSSES = ('lose', 'burst', 'suffix')
FAULT_OF = {'prefix': prefix_fault, **dict.fromkeys(LOSSES, loss_fault)}


# In samples, changes are made at so many segments of a talk at most: the time of a matrix must not depend on whether the longest talks are drawn.
SEGMENTS_MOST = 64


class Matrix:
    def __init__(self, talk_program, smtpscope, kinds, most):
        self.kinds = kinds
        self.talk_program = talk_program
        self.smtpscope = smtpscope
        self.most = most
        self.segments_most = 0 if sample.share() == 1 else SEGMENTS_MOST

    def variants(self, kinds, layer, paths, more=(), making=(), secrets=()):
        """Returns ([(number, path, change)], {number: essence}, {secret: records that show it}). |more| are options of smtpscope, |making|
        of the talk program. The capture goes from one to the other in a pipe."""
        shown = collections.Counter()
        inner, outer = os.pipe()
        with tempfile.TemporaryFile('w+') as listing, tempfile.TemporaryFile('w+') as said, open(inner, 'rb') as source:
            try:
                maker = subprocess.Popen([self.talk_program, '--replay', kinds, '--most', str(self.most), '--segments', str(self.segments_most),
                                          '--layer', layer, *making, f'/dev/fd/{outer}', *paths], stdout=listing, stderr=said, pass_fds=[outer])
            finally:
                os.close(outer)
            with maker:
                try:
                    found = by_variant(watched(scope.stream(self.smtpscope, source, more), secrets, shown))
                finally:
                    source.close()  # so that the talk program ends, whatever happened
            if maker.returncode:
                said.seek(0)
                raise ValueError(said.read().strip())
            listing.seek(0)
            manifest = [line.rstrip('\n').split('\t') for line in listing]
        return [(int(number), path, change) for number, path, change in manifest], found, shown

    def segments(self, path):
        """Returns the faults of one talk's variants, and their number."""
        talk = scope.load(self.talk_program, path)
        if talk.replay == 'no':
            return [], 0
        kinds = ['same'] + [k for k in self.kinds if f'no-{k}' not in talk.replay]
        try:
            manifest, found, shown = self.variants(','.join(kinds), 'ethernet', [path], talk.options.split(), secrets=secrets_of(talk))
        except ValueError as error:
            return [f'{path}: {error}'], 0
        base = found[1]
        faults = [] if base else [f'  no session at all in {len(manifest)} variants']
        for number, _, change in manifest[1:]:
            fault = FAULT_OF.get(change.split()[0], difference)(base, found[number])
            if fault:
                faults.append(f'  {change}: {fault}')
        faults += [f'  SECRET SHOWN: {word} in {count} records' for word, count in shown.items()]
        if 'pending' in talk.replay and not set(self.kinds) <= set(LOSSES):  # known to differ: a fault if it does not
            if faults:
                print(f'{path}: pending: {len(faults)} of {len(manifest)} variants differ')
            faults = [] if faults else ['  all variants agree now: take "pending" out of its "replay:"']
        if len(faults) > SHOWN:
            faults = faults[:SHOWN] + [f'  ... and {len(faults) - SHOWN} variants more']
        return ([f'{path}:'] + faults if faults else []), len(manifest)

    def layer(self, layer, paths, base):
        try:
            manifest, found, _ = self.variants('same', layer, paths)
        except ValueError as error:
            return [f'layer {layer}: {error}']
        faults = []
        for number, path, _ in manifest:
            if layer in IPV6_LAYERS and pathlib.Path(path).stem in IP_ID_TALKS:
                continue
            fault = difference(base[path], found[number])
            if fault:
                faults.append(f'  {path}: {fault}')
        if len(faults) > SHOWN:
            faults = faults[:SHOWN] + [f'  ... and {len(faults) - SHOWN} talks more']
        return [f'layer {layer}:'] + faults if faults else []


def layers_of(talk_program, wanted):
    if wanted == 'none':
        return []
    if wanted != 'all':
        return [layer for layer in wanted.split(',') if layer]
    return subprocess.run([talk_program, '--layers'], capture_output=True, text=True, check=True).stdout.split()


def main(arguments):
    options = {'--kinds': 'swap,merge,split,twice,again,prefix', '--most': '150', '--layers': 'none', '--jobs': '2'}
    sampled = arguments[:1] == ['--sample']
    arguments = arguments[sampled:]
    while arguments and arguments[0] in options and len(arguments) > 1:
        options[arguments[0]] = arguments[1]
        arguments = arguments[2:]
    if len(arguments) < 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    paths = list(talks_of(arguments[2:]))
    if sampled:
        paths = sample.of(paths)
    variants = failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(options['--jobs'])) as pool:
        matrix = Matrix(arguments[0], arguments[1], options['--kinds'].split(','), int(options['--most']))
        for faults, count in pool.map(matrix.segments, paths):
            variants += count
            failed += bool(faults)
            print(*faults, sep='\n', end='\n' if faults else '')
        layers = layers_of(arguments[0], options['--layers'])
        if layers:
            paths = [path for path in paths if not scope.load(arguments[0], path).options]
            manifest, found, _ = matrix.variants('same', 'ethernet', paths)
            base = {path: found[number] for number, path, _ in manifest}
            for faults in pool.map(lambda layer: matrix.layer(layer, paths, base), layers):
                variants += len(paths)
                failed += bool(faults)
                print(*faults, sep='\n', end='\n' if faults else '')
    print(f'{len(paths)} talks, {variants} variants, {failed} talks or layers with a difference')
    return 1 if failed or not paths else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
