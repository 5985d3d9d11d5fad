#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Steady traffic for days, in minutes: day.py TRAFFIC SMTPSCOPE [DAYS [SESSIONS-AN-HOUR]]. Memory has to be at the end what it was
after two hours, and no session may be missing. The sessions of one generated capture are spread over an hour, each with its own
timing, and that hour is repeated."""
import os
import random
import struct
import subprocess
import sys
import tempfile

HOUR = 3600 * 1000000  # microseconds

# The test runner fills memory that is taken (MALLOC_PERTURB_), so that also memory counts which the program has not touched.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != 'MALLOC_PERTURB_'}


def spread_hour(traffic, sessions):
    """The head of a capture, and its records with (second, microsecond) of one hour, as a mutable block with their places."""
    with tempfile.TemporaryDirectory() as folder:
        path = folder + '/hour.pcap'
        subprocess.run([traffic, '--preset', 'tiny', '--sessions', str(sessions), '--output', path], check=True)
        with open(path, 'rb') as file:
            data = file.read()
    seed, offsets, records = random.Random(1), {}, []
    at, first = 24, None
    while at < len(data):
        seconds, micros, captured, _ = struct.unpack_from('<IIII', data, at)
        packet = data[at + 16:at + 16 + captured]
        moment = seconds * 1000000 + micros
        first = moment if first is None else first
        ends = tuple(sorted((packet[26:30] + packet[34:36], packet[30:34] + packet[36:38])))
        offset = offsets.setdefault(ends, first + seed.randrange(HOUR * 9 // 10) - moment)
        records.append((moment + offset, data[at + 8:at + 16] + packet))
        at += 16 + captured
    records.sort(key=lambda record: record[0])
    block, places = bytearray(), []
    for moment, rest in records:
        places.append((len(block), moment))
        block += struct.pack('<II', 0, 0) + rest
    return data[:24], block, places


def resident(pid):
    """KiB of memory that are no file's."""
    with open('/proc/%d/status' % pid, encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('RssAnon'))


def main(traffic, program, days=1, sessions=400):
    head, block, places = spread_hour(traffic, sessions)
    sizes = []
    with tempfile.TemporaryFile() as out:
        watch = subprocess.Popen([program, 'watch', '--replay', '-', '--format', 'json'], stdin=subprocess.PIPE, stdout=out, env=ENVIRONMENT)
        watch.stdin.write(head)
        for hour in range(24 * days):
            for place, moment in places:
                struct.pack_into('<II', block, place, *divmod(moment + hour * HOUR, 1000000))
            watch.stdin.write(block)
            watch.stdin.flush()
            sizes.append(resident(watch.pid))
        watch.stdin.close()
        status = watch.wait()
        out.seek(max(0, out.seek(0, os.SEEK_END) - 2000))
        summary = out.read().decode().splitlines()[-1]
    print('%d days, %d packets an hour; KiB after each sixth of the time: %s' % (days, len(places), sizes[1::4 * days]))
    print(summary)
    assert status == 0, status
    assert '"sessions":%d,' % (sessions * 24 * days) in summary
    # Sessions are kept for hours, for stories, and so are the slabs that they fill.
    early, late = max(sizes[8 * days:12 * days]), max(sizes[-4:])
    assert late <= early + 1024, 'memory grew from %d to %d KiB' % (early, late)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], *(int(argument) for argument in sys.argv[3:]))
