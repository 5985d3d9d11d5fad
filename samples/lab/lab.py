#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Generates the samples: lab.py WORK-DIRECTORY OUTPUT-DIRECTORY [NAME...]. Run by samples/make, in separate namespaces."""
import os
import shutil
import sys

import network
import scenes
import servers


class Lab:
    def __init__(self, work):
        network.private_system(work)
        network.lay_cable()
        self.postfix, self.opensmtpd, self.exim = servers.Postfix(work), servers.OpenSmtpd(work), servers.Exim(work)
        for server in (self.postfix, self.opensmtpd, self.exim):
            server.start()


def main(work, output, names):
    for name in names:
        if name not in scenes.SCENES:
            raise SystemExit('samples/make: no sample is called %s; there are: %s' % (name, ' '.join(scenes.SCENES)))
    lab = Lab(work)
    for name in names or scenes.SCENES:
        part = os.path.join(work, name + '.pcap')
        with network.captured(part):
            scenes.SCENES[name](lab)
        shutil.copyfile(part, os.path.join(output, name + '.pcap'))
        print('%s.pcap: %d bytes' % (name, os.path.getsize(part)), flush=True)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
