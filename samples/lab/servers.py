# SPDX-License-Identifier: BSD-2-Clause
"""The real servers, each with its own configuration in the work directory, and a scripted one."""
import os
import pwd
import socket
import subprocess
import threading

import network
from network import run

PASSWORD = 'correct-horse'  # of the account `alice`, which lives in these samples alone


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='ascii') as file:
        file.write(text)
    os.chmod(path, mode)


def account(name):
    """Adds a system account to the private /etc."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        run('useradd', '--system', '--no-create-home', '--user-group', '--shell', '/usr/sbin/nologin', name)


def certificate(work):
    key, cert = os.path.join(work, 'key.pem'), os.path.join(work, 'cert.pem')
    run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30', '-subj',
        '/CN=mx1.example.net', '-keyout', key, '-out', cert, stderr=subprocess.DEVNULL)
    return key, cert


class Postfix:
    """Two listeners: a normal one, and one with short timeouts. Local mail is discarded; mail for example.com is delivered by LMTP."""

    def __init__(self, work):
        self.directory = os.path.join(work, 'postfix')
        key, cert = certificate(work)
        write(self.directory + '/main.cf', '''
compatibility_level = 3.6
queue_directory = %(work)s/spool
data_directory = %(work)s/data
maillog_file = %(work)s/log
maillog_file_prefixes = %(work)s
myhostname = mx1.example.net
mydestination = example.net
mynetworks = 127.0.0.0/8
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_banner = $myhostname ESMTP Postfix
alias_maps =
local_transport = discard:
local_recipient_maps = inline:{ {alice@example.net=1}, {bob@example.net=1}, {greylisted@example.net=1}, {full@example.net=1} }
relay_domains = example.com
relay_recipient_maps =
transport_maps = inline:{ {example.com=lmtp:inet:[%(client)s]:24} }
smtpd_recipient_restrictions = reject_unauth_destination, check_recipient_access
  inline:{ {greylisted@example.net=450 4.2.0 Greylisted, please try again in 300 seconds},
           {full@example.net=452 4.2.2 The mailbox is full} }
smtpd_error_sleep_time = 0
smtpd_tls_security_level = may
smtpd_tls_cert_file = %(cert)s
smtpd_tls_key_file = %(key)s
''' % {'work': self.directory, 'client': network.CLIENT, 'cert': cert, 'key': key})
        write(self.directory + '/master.cf', '''
%s:25 inet n - n - - smtpd
%s:25 inet n - n - - smtpd
  -o myhostname=mx2.example.net
  -o smtpd_timeout=3s
  -o smtpd_hard_error_limit=4
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
''' % (network.POSTFIX, network.POSTFIX_STRICT))
        os.makedirs(self.directory + '/spool')
        os.makedirs(self.directory + '/data')
        os.chown(self.directory + '/data', pwd.getpwnam('postfix').pw_uid, 0)

    def start(self):
        run('postfix', '-c', self.directory, 'start', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        network.wait_for(network.POSTFIX)

    def stop(self):
        run('postfix', '-c', self.directory, 'stop', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class OpenSmtpd:
    def __init__(self, work):
        self.configuration = os.path.join(work, 'smtpd.conf')
        self.log = os.path.join(work, 'smtpd.log')
        write(self.configuration, '''
smtp max-message-size 1M
table users { alice, bob }
listen on %s port 25 hostname mx3.example.net
action "drop" mda "/bin/true" virtual { "@" = nobody }
match from any for domain "example.net" rcpt-to { "alice@example.net", "bob@example.net" } action "drop"
''' % network.OPENSMTPD)
        for name in ('opensmtpd', 'opensmtpq'):
            account(name)
        os.makedirs('/var/lib/opensmtpd/empty', 0o711, exist_ok=True)
        write('/etc/mailname', 'mx3.example.net\n')

    def start(self):
        with open(self.log, 'w', encoding='ascii') as log:
            subprocess.Popen([os.environ['SMTPD'], '-d', '-f', self.configuration], stdout=log, stderr=log)  # ends with the namespace
        network.wait_for(network.OPENSMTPD)


class Exim:
    def __init__(self, work):
        self.configuration = os.path.join(work, 'exim', 'exim.conf')
        account('Debian-exim')
        write(self.configuration, '''
primary_hostname = mx4.example.net
spool_directory = %(work)s/exim/spool
log_file_path = %(work)s/exim/%%slog
daemon_smtp_ports = 25
local_interfaces = %(address)s
pid_file_path = %(work)s/exim/pid
tls_advertise_hosts =
smtp_accept_keepalive = false
host_lookup =
rfc1413_hosts =
smtp_banner = mx4.example.net ESMTP Exim
smtp_receive_timeout = 20s
smtp_enforce_sync = true
queue_only = true
domainlist ours = example.net
acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
  accept authenticated = *
  require message = relay not permitted
          domains = +ours
  deny message = Unknown user
       ! local_parts = alice : bob
  accept
begin routers
all:
  driver = accept
  transport = drop
begin transports
drop:
  driver = appendfile
  file = /dev/null
  user = Debian-exim
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and {{eq{$auth2}{alice}}{eq{$auth3}{%(password)s}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if and {{eq{$auth1}{alice}}{eq{$auth2}{%(password)s}}}}
  server_set_id = $auth1
''' % {'work': work, 'address': network.EXIM, 'password': PASSWORD})
        uid = pwd.getpwnam('Debian-exim').pw_uid
        os.chown(os.path.join(work, 'exim'), uid, 0)
        write('/etc/exim4/trusted_configs', self.configuration + '\n')

    def start(self):
        subprocess.Popen([os.environ['EXIM'], '-C', self.configuration, '-bdf'])  # ends with the namespace
        network.wait_for(network.EXIM)


class Script:
    """One side of a conversation: a list of steps, played once. Text or bytes are sent; a number is a pause in seconds; `...` waits for
    a line of the other side (a complete reply if it is one); 'END' waits for a line with a dot; an Event is waited for, at most five minutes."""

    def __init__(self, *steps):
        self.steps = steps

    def play(self, sock):
        """Plays all steps and closes; ends early if the other side has closed."""
        with sock, sock.makefile('rb') as lines:
            try:
                self.take_steps(sock, lines)
                sock.shutdown(socket.SHUT_WR)
                while lines.read1(4096):
                    pass
            except OSError:
                pass

    def take_steps(self, sock, lines):
        for step in self.steps:
            if step is ...:
                line = lines.readline()
                while line[3:4] == b'-' and line[:3].isdigit():
                    line = lines.readline()
                if not line:
                    return
            elif step == 'END':
                while lines.readline() not in (b'.\r\n', b''):
                    pass
            elif isinstance(step, (int, float)):
                threading.Event().wait(step)
            elif isinstance(step, threading.Event):
                step.wait(300)
            else:
                sock.sendall(step if isinstance(step, bytes) else step.encode('ascii'))

    def serve(self, address, port=25, namespace=None):
        """Listens and plays for the first client, in a thread that is returned."""
        def listen():
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen()
            return listener
        if namespace:
            with network.inside(namespace):
                listener = listen()
        else:
            listener = listen()

        def answer():
            with listener:
                sock, _ = listener.accept()
            self.play(sock)
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        return thread
