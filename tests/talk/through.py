#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs talks behind proxies, or inside TLS: each must give the same replies, pairings, certainties and findings as its twin without.

usage: through.py [--sample] [--proxies A,B,...] [--kinds K] [--jobs N] TALK-PROGRAM SMTPSCOPE FILE.talk|DIRECTORY...

The talk is sent through SOCKS5 and HTTP CONNECT, once as it is and once for each change of the kinds K (lose: each packet in turn is
missing, from the proxied capture and from its twin; and the other kinds of replay.py). If a packet of the exchange with the proxy is
missing, the rest may be understood less well, but never wrongly. --sample takes some of the talks only (sample.py).

The proxies tls13, tls13-two (two records for each segment) and tls12 put the talk inside TLS with known keys: the handshake takes
the place of the exchange. There, what is lost is known to whole records only, so certainties may be lower, but nothing may be wrong.
"""
import collections
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

import replay
import sample
import scope
from run_talks import talks_of

PROXIES = ('socks', 'connect', 'socks-joined', 'connect-joined')
SEALED = ('tls13', 'tls13-two', 'tls12')

# Talks that are about the outer connection, with the reason why a proxy changes what they show.
OWN_PROXY = 'it goes through a proxy itself, and proxies within proxies are not read'
EXCEPTED = {
    'http-connect': OWN_PROXY,
    'http-connect-refused': OWN_PROXY,
    'socks4-proxy-header': OWN_PROXY,
    'socks4a': OWN_PROXY,
    'socks5': OWN_PROXY,
    'socks5-password': OWN_PROXY,
    'socks5-refused': OWN_PROXY,
    'proxy-twin-rest-connect': OWN_PROXY,
    'proxy-twin-rest-socks': OWN_PROXY,
    'proxy-twin-vanish-connect': OWN_PROXY,
    'proxy-twin-vanish-socks': OWN_PROXY,
    'lost-syn-ack-and-greeting': 'it is about the outer handshake: the proxy\'s answers show where the server\'s bytes begin',
    'near-foreign-reset-few': 'it counts packets of the connection, and the exchange adds some',
    '500-http-pipelining': 'what follows is not SMTP, so it cannot confirm an exchange of which a part was lost',
    'proxy-line-refused': 'what follows is not SMTP, so it cannot confirm an exchange of which a part was lost',
    'proxy-line-swallowed': 'what follows is not SMTP, so it cannot confirm an exchange of which a part was lost',
}

# Talks that say something else inside TLS, with the reason.
OWN_TLS = 'it speaks TLS itself, and TLS within TLS is not opened'
BY_CONTENT = 'it is found by its content, which TLS hides'
EXCEPTED_SEALED = {
    'any-port': BY_CONTENT,
    'any-port-client-only': BY_CONTENT,
    'any-port-midstream': BY_CONTENT,
    'any-port-server-only': BY_CONTENT,
    'foreign-reset-ip-id': 'it counts packets of the connection, and the handshake adds some',
    'overlap-conflict': 'bytes that differ from those sent before are other records',
    'proxy-twin-rest-plain': BY_CONTENT,
    'proxy-twin-vanish-plain': BY_CONTENT,
    'reply-crossing-quit': 'the server acknowledges one of two commands, and cannot read either before their record is whole',
    'quit-without-221': 'its root is a finding that TLS rules out',
}


def sealed_exception(path):
    """Why the talk says something else inside TLS; None: it does not."""
    if re.search(r'^[CS][^\n:]*:.*\$\{tls|^expect.*tls-handshake-failed|^C[^\n:]*: *STARTTLS', pathlib.Path(path).read_text(encoding='utf-8'), re.M):
        return OWN_TLS
    return EXCEPTED_SEALED.get(pathlib.Path(path).stem)


# Findings that TLS rules out, with the reason; they are left out of the comparison.
NOT_INSIDE = {
    ('cleartext-credentials', 'login-without-tls'): 'the login was inside TLS',
    ('client-gave-up', 'after-offer'): 'a client that has TLS did not leave for lack of it',
}

SHOWN = 3
LOSING = (*replay.LOSSES, 'prefix')  # kinds of changes after which less may be said


def rated(sessions):
    """The essence of sessions with the certainty of each reply and finding."""
    return [([(reply, reply.sure) for reply in replies], [(finding, finding.sure) for finding in findings], session)
            for replies, findings, session in sessions]


# Packets of a session whose loss hits the handshake, or is right behind the proxy's answer. Behind a proxy they hide the end of the
# exchange, which a talk without a proxy does not have.
OUTER_PACKETS = 4
BURST_MOST = 4  # packets of the longest burst (change.c)


def outer_losses(talk_program, path):
    """The changes that lose one of a session's first packets, and maybe some after it."""
    listed = subprocess.run([talk_program, '--list', path], capture_output=True, text=True, errors='replace', check=True).stdout
    seen, found = collections.Counter(), set()
    for line in listed.splitlines():
        number, _, _, rest = line.split(' ', 3)
        session = rest.split('/', 1)[0]
        seen[session] += 1
        if seen[session] <= OUTER_PACKETS:
            found.add(int(number))
    return {f'lose {n}' for n in found} | {f'burst {n}:{length}' for n in found for length in range(2, BURST_MOST + 1)}


def inside(sessions):
    """What can be said inside TLS of |sessions|."""
    return [(replies, [f for f in findings if f[1:3] not in NOT_INSIDE], session) for replies, findings, session in sessions]


def sealed_fault(change, outer, twins, found):
    """Like twin_fault. Records that are not captured whole say nothing: where bytes are missing, less may be said than without TLS,
    and what is true of the whole talk may still be said."""
    if change.startswith('exchange') or change in outer:
        return replay.loss_fault(twins['same'], found)
    plain = inside(twins[change])
    fault = replay.difference(rated(plain), rated(found))
    if fault and (change.split(' ')[0] in LOSING or any('gap' in str(s[2]) or 'midstream' in str(s[2]) or 'truncated' in str(s[2]) for s in plain)):
        return replay.loss_fault(plain, found) and replay.loss_fault(inside(twins['same']), found)
    return fault


def twin_fault(change, outer, twins, found):
    """|twins|: {change: essence} without the proxy; |outer|: changes that the proxy may make a difference for."""
    if change.startswith('exchange') or change in outer:
        return replay.loss_fault(twins['same'], found)
    return replay.difference(rated(twins[change]), rated(found))


class Twins:
    def __init__(self, matrix, proxies, kinds, directory):
        self.matrix = matrix
        self.proxies = proxies
        self.kinds = kinds
        self.keys = pathlib.Path(directory) / 'keys'
        self.keys.write_bytes(subprocess.run([matrix.talk_program, '--keys'], capture_output=True, check=True).stdout)
        self.keys.chmod(0o600)

    def variants(self, path, options, proxy):
        """{change: essence}, with options of the talk program for the proxy."""
        options = options + (['--keylog', str(self.keys)] if proxy in SEALED else [])
        manifest, found, _ = self.matrix.variants(','.join(self.kinds), 'ethernet', [path], options,
                                                  ['--through', proxy] if proxy else [])
        return {change: found[number] for number, _, change in manifest}

    def faults(self, path):
        """(Faults of one talk, how many variants were compared)."""
        talk = scope.load(self.matrix.talk_program, path)
        if talk.replay == 'no' or pathlib.Path(path).stem in EXCEPTED:
            return [], 0
        proxies = [p for p in self.proxies if p not in SEALED or not sealed_exception(path)]
        count, faults = 0, []
        try:
            twins = self.variants(path, talk.options.split(), None)
            outer = outer_losses(self.matrix.talk_program, path)
            for proxy in proxies:
                for change, found in self.variants(path, talk.options.split(), proxy).items():
                    fault = (sealed_fault if proxy in SEALED else twin_fault)(change, outer, twins, found)
                    count += 1
                    if fault:
                        faults.append(f'  {proxy}, {change}: {fault}')
        except ValueError as error:
            return [f'{path}: {error}'], count
        if len(faults) > SHOWN:
            faults = faults[:SHOWN] + [f'  ... and {len(faults) - SHOWN} variants more']
        return ([f'{path}:'] + faults if faults else []), count


def main(arguments):
    options = {'--proxies': ','.join(PROXIES), '--kinds': 'lose', '--jobs': '2'}
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
    variants = failed = untouched = 0
    with tempfile.TemporaryDirectory() as directory, \
            concurrent.futures.ThreadPoolExecutor(int(options['--jobs'])) as pool:
        matrix = replay.Matrix(arguments[0], arguments[1], [], 300)
        twins = Twins(matrix, options['--proxies'].split(','), ['same'] + [k for k in options['--kinds'].split(',') if k], directory)
        for faults, count in pool.map(twins.faults, paths):
            variants += count
            untouched += not count
            failed += bool(faults)
            print(*faults, sep='\n', end='\n' if faults else '')
    where = 'inside TLS' if set(options['--proxies'].split(',')) <= set(SEALED) else 'behind proxies'
    print(f'{len(paths)} talks, {variants} variants {where}, {untouched} talks without any, {failed} with a difference')
    return 1 if failed or not variants else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
