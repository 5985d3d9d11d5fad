#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the manual pages with the program: commands and options with --help, ids and causes with `rules list`, record keys with
the output for the samples.

usage: check_man.py SMTPSCOPE MAN-DIRECTORY FINDINGS-PAGE SAMPLES
"""
import json
import pathlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

COMMANDS = ('read', 'watch', 'top', 'explain', 'compare', 'diff', 'rules')


def printed(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, encoding='utf-8').stdout


def options_of_help(text):
    """Returns the options at the beginning of a line."""
    found = set()
    for line in text.splitlines():
        if re.match(r' {2,6}-', line):
            found.update(re.findall(r'(?<!\S)(-[a-zA-Z]|--[a-z-]+)(?=[ ,]|$)', line[:30]))
    return found


def options_of_page(text):
    """Returns the options that are tags of lists."""
    return {'-' + option for line in text.splitlines() if line.startswith('.It Fl ')
            for option in re.findall(r'(?:Fl |, )(-?[a-zA-Z][a-z-]*)', line.split(' Cm ')[0].split(' Ar ')[0])}


def compare(what, of_program, of_page):
    for name in sorted(of_program - of_page):
        yield '%s: %s is missing from the page' % (what, name)
    for name in sorted(of_page - of_program):
        yield '%s: the page has %s, the program does not' % (what, name)


def check_options(smtpscope, man):
    helped = printed(smtpscope, '--help')
    commands = set(re.findall(r'^  smtpscope ([a-z]+) ', helped, re.M))
    overview = (man / 'smtpscope.1').read_text(encoding='utf-8')
    yield from compare('smtpscope.1', commands, set(COMMANDS))
    yield from compare('smtpscope.1', commands, set(re.findall(r'^\.It Cm ([a-z]+)$', overview, re.M)))
    yield from compare('smtpscope.1', set(re.findall(r'(?<!\S)(-[a-zA-Z]|--[a-z-]+)(?=[ ,;]|$)', re.search(r'^  smtpscope -.*', helped, re.M)[0])), options_of_page(overview))
    for command in COMMANDS:
        page = (man / ('smtpscope-%s.1' % command)).read_text(encoding='utf-8')
        yield from compare('smtpscope-%s.1' % command, options_of_help(printed(smtpscope, command, '--help')), options_of_page(page))


def check_findings(smtpscope, page):
    """Checks every id with its causes, in both directions, and the arguments of `rules`."""
    listed, paged = set(), set()
    for line in printed(smtpscope, 'rules', 'list').split('\n\n')[0].splitlines()[2:]:
        words = line.split()
        if line.startswith(' '):
            listed.add('%s/%s (%s)' % (name, words[0], words[1]))
        else:
            name = words[0]
    for line in page.read_text(encoding='utf-8').splitlines():
        if line.startswith('.Ss '):
            name = line[4:]
        match = re.match(r'\.It Cm (\S+) Pq (\S+)$', line)
        if match:
            paged.add('%s/%s (%s)' % (name, *match.groups()))
    if not listed:
        yield 'rules list names no findings'
    yield from compare('smtpscope-findings.7', listed, paged)


def check_severities(smtpscope, page, samples):
    """Checks that no finding in the samples is more severe than the page says."""
    order = ('info', 'warning', 'error')
    listed = {}
    for line in page.read_text(encoding='utf-8').splitlines():
        if line.startswith('.Ss '):
            name = line[4:]
        match = re.match(r'\.It Cm (\S+) Pq (\S+)$', line)
        if match:
            listed[name, match[1]] = match[2]
    for line in printed(smtpscope, 'read', '--format', 'json', *sorted(samples.glob('*.pcap'))).splitlines():
        record = json.loads(line)
        if record['type'] == 'finding' and order.index(record['severity']) > order.index(listed.get((record['id'], record['cause']), 'info')):
            yield 'smtpscope-findings.7: %s/%s is raised as %s' % (record['id'], record['cause'], record['severity'])


def check_index(man, findings):
    """Checks that apropos(1) finds every page: its indexer has to understand the NAME section."""
    if not shutil.which('lexgrog'):
        print('lexgrog is not installed: the NAME sections are not checked')
        return
    for page in sorted(man.glob('*.[157]')) + [findings]:
        said = subprocess.run(['lexgrog', page], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
        if '"%s - ' % page.name.rsplit('.', 1)[0] not in said:
            yield '%s: %s' % (page.name, said.strip())


def keys_of(value):
    if isinstance(value, dict):
        for key, inside in value.items():
            yield key
            if key != 'parameters':  # parameters has keys from the wire
                yield from keys_of(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from keys_of(inside)


def check_records(smtpscope, man, samples):
    """Checks that every type and key written for the samples is in smtpscope-records(5), in the section of its type."""
    text = (man / 'smtpscope-records.5').read_text(encoding='utf-8')
    sections = {part.split('\n', 1)[0]: part for part in text.split('\n.Ss ')[1:]}
    general = text.split('\n.Ss ', 1)[0]
    written = {}
    captures = sorted(samples.glob('*.pcap'))
    for line in printed(smtpscope, 'read', '--format', 'json', *captures).splitlines():
        record = json.loads(line)
        written.setdefault(record['type'], set()).update(keys_of(record))
    if set(written) != {'reply', 'finding', 'session', 'story', 'summary'}:
        yield 'smtpscope-records.5: the samples have records %s' % sorted(written)
    for kind, keys in sorted(written.items()):
        if kind not in sections:
            yield 'smtpscope-records.5: no section %s' % kind
            continue
        words = set(re.findall(r'\b[a-z0-9_]+\b', '\n'.join(line for line in (sections[kind] + general).splitlines() if 'Cm ' in line)))
        for key in sorted(keys - words):
            yield 'smtpscope-records.5: %s has no key %s' % (kind, key)


def check_references(man, findings):
    """Checks that every smtpscope page that another refers to exists."""
    pages = sorted(man.glob('smtpscope*.[157]')) + [findings]
    names = {page.name for page in pages}
    for page in pages:
        for name, section in re.findall(r'\bXr (smtpscope\S*) (\d)', page.read_text(encoding='utf-8')):
            if '%s.%s' % (name, section) not in names:
                yield '%s: there is no page %s(%s)' % (page.name, name, section)


def check_examples(smtpscope, man, samples):
    """Runs the examples of smtpscope-records(5) that use jq, each with a capture or bounce that it prints something for."""
    if not shutil.which('jq'):
        print('jq is not installed: the examples of smtpscope-records.5 are not run')
        return
    text = (man / 'smtpscope-records.5').read_text(encoding='utf-8')
    bounce = '<a@b.example>: host mx said: 550 5.1.1 <a@b.example>: User unknown (in reply to RCPT TO command)\n'
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / 'bounce.eml').write_text(bounce)
        shutil.copy(samples / 'recipients-partly-refused.pcap', pathlib.Path(folder) / 'mail.pcap')
        for example in re.findall(r'(?s)\n\.Bd -literal -offset indent\n\$ (.*?)\n\.Ed', text):
            command = example.replace('\\e', '\\').replace('smtpscope ', shlex.quote(os.path.abspath(smtpscope)) + ' ', 1)
            run = subprocess.run(['sh', '-c', command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if run.returncode or not run.stdout.strip() or 'jq: ' in run.stdout:
                yield f'smtpscope-records.5: the example fails or prints nothing: {example}\n{run.stdout}'


def check_language(man, findings):
    """Checks that mandoc reports nothing except pages that are not installed."""
    if not shutil.which('mandoc'):
        print('mandoc is not installed: the markup of the pages is not checked')
        return
    for page in sorted(man.glob('*.[157]')) + [findings]:
        said = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning', page], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        for line in said.stdout.splitlines():
            if 'mandoc.db' not in line:
                yield line


def main(smtpscope, man, findings, samples):
    man, findings = pathlib.Path(man), pathlib.Path(findings)
    faults = [*check_options(smtpscope, man), *check_findings(smtpscope, findings),
              *check_records(smtpscope, man, pathlib.Path(samples)), *check_references(man, findings),
              *check_severities(smtpscope, findings, pathlib.Path(samples)), *check_index(man, findings),
              *check_examples(smtpscope, man, pathlib.Path(samples)),
              *check_language(man, findings)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
