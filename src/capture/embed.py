#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes a file as an array of bytes in a C header.

usage: embed.py NAME INPUT OUTPUT
"""
import sys


def main(name, source, target):
    with open(source, 'rb') as file:
        content = file.read()
    rows = [', '.join('0x%02x' % byte for byte in content[i:i + 20]) for i in range(0, len(content), 20)]
    with open(target, 'w', encoding='ascii') as file:
        # libbpf reads it as an ELF file.
        file.write('static const unsigned char %s[%d] __attribute__((aligned(8))) = {\n%s\n};\n' % (name, len(content), ',\n'.join(rows)))


if __name__ == '__main__':
    main(*sys.argv[1:])
