# SPDX-License-Identifier: BSD-2-Clause
"""A changing sample of the talks, for matrices that take long. Shared by replay.py and through.py.

SMTPSCOPE_SAMPLE=N takes one talk in N (default 4; 1: all). SMTPSCOPE_SEED chooses which; without it, the date does, so the sample
changes each day.
"""
import datetime
import hashlib
import os
import pathlib


def share():
    """One talk in so many is taken."""
    return max(1, int(os.environ.get('SMTPSCOPE_SAMPLE') or '4'))


def of(paths):
    """The paths that are in the sample, in their order. Prints how to repeat it."""
    if share() == 1:
        return paths
    seed = os.environ.get('SMTPSCOPE_SEED') or datetime.date.today().isoformat()

    def rank(path):
        return hashlib.sha256(f'{seed} {pathlib.Path(path).name}'.encode()).digest()
    chosen = set(sorted(paths, key=rank)[:-(-len(paths) // share())])
    print(f'sample: {len(chosen)} of {len(paths)} talks; repeat it with SMTPSCOPE_SAMPLE={share()} SMTPSCOPE_SEED={seed}', flush=True)
    return [path for path in paths if path in chosen]


def if_asked(paths):
    """The paths that are in the sample if SMTPSCOPE_SAMPLE is set, as for a slow build with sanitizers; otherwise all."""
    return of(paths) if 'SMTPSCOPE_SAMPLE' in os.environ else paths
