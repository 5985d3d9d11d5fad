# SPDX-License-Identifier: BSD-2-Clause
"""Two hosts on one link: `client` in a separate network namespace, the servers here. Addresses are those of RFC 5737."""
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import time

CLIENT = '198.51.100.10'
POSTFIX, POSTFIX_STRICT, OPENSMTPD, EXIM, SCRIPTED, NOBODY = ('192.0.2.%d' % n for n in (25, 26, 27, 28, 29, 30))

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


def run(*command, **options):
    subprocess.run(command, check=True, **options)


def private_system(work):
    """Provides a writable /etc and /var that are separate from the machine's, and an empty /run."""
    run('mount', '--make-rprivate', '/')
    run('mount', '-t', 'tmpfs', 'none', work)
    os.chmod(work, 0o755)
    for folder in ('/etc', '/var'):
        upper, scratch = (os.path.join(work, 'overlay', word + folder) for word in ('upper', 'work'))
        os.makedirs(upper)
        os.makedirs(scratch)
        run('mount', '-t', 'overlay', 'none', '-o', 'lowerdir=%s,upperdir=%s,workdir=%s' % (folder, upper, scratch), folder)
    run('mount', '-t', 'tmpfs', 'none', '/run')
    with open('/etc/resolv.conf', 'w', encoding='ascii') as file:
        file.write('# no name service here\n')
    with open('/etc/hosts', 'w', encoding='ascii') as file:
        file.write('127.0.0.1 localhost\n192.0.2.25 mx1.example.net\n192.0.2.26 mx2.example.net\n'
                   '192.0.2.27 mx3.example.net\n192.0.2.28 mx4.example.net\n192.0.2.29 mx5.example.net\n%s client.example.org\n' % CLIENT)
    socket.sethostname('client.example.org')  # swaks puts it into messages


def plain_packets(device):
    """Disables offloading: packets are captured as on a cable, with valid checksums."""
    for command in (0x17, 0x1f, 0x24):  # ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO
        value = ctypes.create_string_buffer(struct.pack('=II', command, 0))
        request = struct.pack('16sP16x', device.encode(), ctypes.addressof(value))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
            fcntl.ioctl(sock, 0x8946, request)  # SIOCETHTOOL


def lay_cable():
    run('ip', 'link', 'set', 'lo', 'up')
    run('ip', 'netns', 'add', 'client')
    run('ip', 'link', 'add', 'srv0', 'type', 'veth', 'peer', 'name', 'cli0', 'netns', 'client')
    for address in (POSTFIX, POSTFIX_STRICT, OPENSMTPD, EXIM, SCRIPTED, NOBODY):
        run('ip', 'address', 'add', address + '/24', 'dev', 'srv0')
    run('ip', 'link', 'set', 'srv0', 'up')
    run('ip', 'route', 'add', '198.51.100.0/24', 'dev', 'srv0')
    plain_packets('srv0')
    with inside('client'):
        plain_packets('cli0')
    for command in (['link', 'set', 'lo', 'up'], ['address', 'add', CLIENT + '/24', 'dev', 'cli0'],
                    ['link', 'set', 'cli0', 'up'], ['route', 'add', '192.0.2.0/24', 'dev', 'cli0']):
        run('ip', '-n', 'client', *command)


@contextlib.contextmanager
def inside(name):
    """Creates sockets in the network namespace |name|."""
    with open('/proc/self/ns/net', 'rb') as home, open('/run/netns/' + name, 'rb') as there:
        if LIBC.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')
        try:
            yield
        finally:
            LIBC.setns(home.fileno(), CLONE_NEWNET)


def is_asleep(pid):
    """Does every thread of the process wait for something to happen?"""
    try:
        for task in os.listdir('/proc/%d/task' % pid):
            with open('/proc/%d/task/%s/stat' % (pid, task), encoding='ascii') as file:
                if file.read().rpartition(')')[2].split()[0] != 'S':
                    return False
    except OSError:
        pass
    return True


def settle(process, seconds=120):
    """Until the process has worked off the packets that were sent: the kernel hands them over within a fraction of a second, and what has work
    does not sleep, however busy the machine is."""
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        asleep = 0
        for _ in range(8):
            time.sleep(0.07)
            asleep += is_asleep(process.pid)
        if asleep >= 6:  # it may look around several times a second
            return


def wait_for_listener(address, port):
    """Until a program listens there, without connecting to it ("0A" is LISTEN)."""
    place = '%08X:%04X' % (struct.unpack('=I', socket.inet_aton(address))[0], port)
    end = time.monotonic() + 120
    while True:
        with open('/proc/net/tcp', encoding='ascii') as file:
            if any(line.split()[1] == place and line.split()[3] == '0A' for line in file):
                return
        if time.monotonic() > end:
            raise OSError('nothing listens at port %d' % port)
        time.sleep(0.05)


@contextlib.contextmanager
def captured(path):
    """Captures traffic on the link, as the client sees it, while the body runs."""
    command = ['ip', 'netns', 'exec', 'client', 'tcpdump', '-i', 'cli0', '-s', '0', '-U', '--immediate-mode', '-w', path, '-Z', 'root', 'tcp or icmp']
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tcpdump:
        for line in tcpdump.stderr:
            if b'listening' in line:
                break
        try:
            yield
            settle(tcpdump)
        finally:
            tcpdump.send_signal(signal.SIGINT)
            tcpdump.stderr.read()


def wait_for(address, port=25, seconds=120):
    """Waits until a server listens there."""
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
