#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Generates smtpscope-findings(7): its list of ids and causes comes from `smtpscope rules list`.

usage: findings.py SMTPSCOPE TEMPLATE OUTPUT
"""
import re
import subprocess
import sys

CAUSE = re.compile(r'  ([a-z0-9-]+)\s+(info|warning|error)\s+(\S.*)$')


def findings(smtpscope):
    """Returns pairs of an id and its causes, each (cause, severity, title)."""
    listed = subprocess.run([smtpscope, 'rules', 'list'], stdout=subprocess.PIPE, check=True, text=True, encoding='utf-8').stdout
    found = []
    for line in listed.split('\n\n')[0].splitlines()[2:]:
        cause = CAUSE.match(line)
        if cause:
            found[-1][1].append(cause.groups())
        elif re.fullmatch('[a-z0-9-]+', line):
            found.append((line, []))
        else:
            raise SystemExit('findings.py: neither a finding nor a cause: %r' % line)
    return found


def escaped(text):
    """Escapes what roff would interpret."""
    text = text.replace('\\', '\\e')
    return '\\&' + text if text[:1] in ".'" else text


def page(found):
    for name, causes in found:
        yield '.Ss %s' % name
        yield '.Bl -tag -width Ds -compact'
        for cause, severity, title in causes:
            yield '.It Cm %s Pq %s' % (cause, severity)
            yield escaped(title)
        yield '.El'


def main(smtpscope, template, output):
    with open(template, encoding='utf-8') as file:
        text = file.read()
    text = text.replace('@FINDINGS@', '\n'.join(page(findings(smtpscope))))
    with open(output, 'w', encoding='utf-8') as file:
        file.write(text)


if __name__ == '__main__':
    main(*sys.argv[1:])
