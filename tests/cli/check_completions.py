#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Asks the shells what they complete, and compares that with the help of the program.

usage: check_completions.py SMTPSCOPE COMPLETIONS-DIRECTORY

A shell that is not installed is skipped.
"""
import os
import re
import shutil
import subprocess
import sys

COMMANDS = ('read', 'watch', 'explain', 'compare', 'diff', 'rules')


def printed(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def options_of_help(scope, command):
    found = set()
    for line in printed(scope, command, '--help').stdout.splitlines():
        if re.match(r' {2,6}-', line):
            found.update(re.findall(r'(?<!\S)(-[a-zA-Z]|--[a-z-]+)(?=[ ,]|$)', line[:30]))
    return found


def bash(path, *words):
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _smtpscope; printf "%s\\n" "${COMPREPLY[@]}"'
    done = printed('bash', '--norc', '-c', script, 'bash', path, *words)
    return set(done.stdout.split()), done.stderr


def zsh(path, *words):
    """What _arguments and _describe are asked for."""
    script = ('_arguments() { print -rl -- "$@" }; _describe() { print -rl -- ${(P)2} }; _files() { print files }; compdef() { }; '
              'file=$1; shift; words=("$@"); CURRENT=$#words; source $file')
    done = printed('zsh', '-f', '-c', script, 'zsh', path, *words)
    found = set()
    for line in done.stdout.splitlines():
        option = re.match(r'\*(-[a-zA-Z]|--[a-z-]+)\[', line)
        found.add(option[1] if option else line.split(':')[0])
        values = re.search(r':value:\((.*)\)$', line)
        if values and option and option[1] == '--format':
            found |= set(values[1].split())
    return found, done.stderr


def fish(path, *words):
    done = printed('fish', '--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', path, ' '.join(words))
    return {line.split('\t')[0] for line in done.stdout.splitlines()}, done.stderr


def check(scope, name, ask, path):
    faults = []

    def expect(what, wanted, words):
        found, said = ask(path, 'smtpscope', *words)
        if said or not wanted <= found:
            faults.append('%s: %s: missing %s %s' % (name, what, sorted(wanted - found), said))
        return found

    expect('commands', set(COMMANDS), [''])
    for command in COMMANDS:
        wanted = options_of_help(scope, command)
        long = {option for option in wanted if option.startswith('--')}
        found = expect('options of ' + command, wanted if name != 'fish' else long, [command, '--' if name == 'fish' else '-'])
        extra = {option for option in found if option.startswith('--')} - long
        if extra:
            faults.append('%s: options that %s does not take: %s' % (name, command, sorted(extra)))
    expect('values', {'text', 'list', 'json'}, ['read', '--format', ''] if name != 'zsh' else ['read', '-'])
    return faults


def main(scope, folder):
    faults = []
    for name, ask, file in (('bash', bash, 'smtpscope'), ('zsh', zsh, '_smtpscope'), ('fish', fish, 'smtpscope.fish')):
        if shutil.which(name):
            faults += check(os.path.abspath(scope), name, ask, os.path.abspath(os.path.join(folder, file)))
        else:
            print('%s is not installed: skipped' % name)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
