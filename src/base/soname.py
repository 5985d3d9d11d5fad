#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints the name under which a program linked with a library loads it: "libz.so.1".

usage: soname.py LIBRARY FOLDER COMPILER [ARGUMENT...]    for example: soname.py libz /usr/lib/x86_64-linux-gnu ccache cc
"""
import os
import re
import subprocess
import sys
import tempfile


def needed(compiler, *options):
    """The names of the libraries that a program needs that this compiler links with these options."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = os.path.join(folder, 'empty.c'), os.path.join(folder, 'empty.so')
        with open(source, 'w', encoding='ascii') as file:
            file.write('int nothing;\n')
        subprocess.run([*compiler, '-shared', '-fPIC', '-o', library, source, '-Wl,--no-as-needed', *options], check=True)
        dynamic = subprocess.run(['readelf', '--wide', '--dynamic', library], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.findall(r'\(NEEDED\).*\[(.*)\]', dynamic)


def main(library, folder, *compiler):
    for name in needed(compiler, '-L' + folder, '-l' + library[len('lib'):]):
        # The version may be a part of the name: libyaml-0.so.2.
        if re.match(re.escape(library) + r'(-[\d.]+)?\.so', name):
            print(name)
            return 0
    print('no library named %s' % library, file=sys.stderr)
    return 1


if __name__ == '__main__':
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
