# SPDX-License-Identifier: BSD-2-Clause
"""The generated traces for measurements, kept between runs."""
import os
import subprocess


def generate(build, directory, preset, size, options=(), name=None):
    """Returns the paths of the trace and its record; generates them if they are missing or older than the generator.

    |options| are further ones of the generator; |name| then distinguishes the files."""
    return make(build, directory, preset, ['--size', str(size), *options], name)


def make(build, directory, preset, options, name=None):
    """The same for a trace that |options| describe completely, a number of bytes or sessions first."""
    traffic = os.path.join(build, 'tests', 'bench', 'traffic')
    directory = directory or os.path.join(build, 'traces')
    os.makedirs(directory, exist_ok=True)
    stem = os.path.join(directory, '%s-%s' % (name or preset, options[1]))
    capture, truth = stem + '.pcap', stem + '.json'
    made = os.path.getmtime(traffic)
    if not all(os.path.exists(path) and os.path.getmtime(path) >= made for path in (capture, truth)):
        print('generating %s' % capture, flush=True)
        subprocess.run([traffic, '--preset', preset, *options, '--output', capture + '.part', '--truth', truth], check=True)
        os.rename(capture + '.part', capture)
        os.utime(truth)
    return capture, truth
