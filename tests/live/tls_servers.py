# SPDX-License-Identifier: BSD-2-Clause
"""Servers with TLS: Postfix in its chroot, Exim (GnuTLS) and Dovecot submission, on ports 25, 465 and 587."""
import os
import pwd
import subprocess
import time

import network
from network import run
from servers import PASSWORD, account, certificate, write

POSTFIX, EXIM, DOVECOT = network.POSTFIX, network.EXIM, network.OPENSMTPD


class Postfix:
    """Every service that speaks TLS is chrooted. Its log has each line of each dialogue. Mail for example.com goes to Exim, by STARTTLS."""

    def __init__(self, work):
        self.directory = os.path.join(work, 'postfix')
        self.log = os.path.join(self.directory, 'log')
        key, cert = certificate(work)
        write(self.directory + '/main.cf', '''
compatibility_level = 3.6
queue_directory = %(work)s/spool
data_directory = %(work)s/data
maillog_file = %(work)s/log
maillog_file_prefixes = %(work)s
myhostname = mx1.example.net
mydestination = example.net
mynetworks = 127.0.0.0/8 192.0.2.0/24 198.51.100.0/24
inet_protocols = ipv4
inet_interfaces = %(address)s
disable_dns_lookups = yes
smtpd_peername_lookup = no
alias_maps =
local_transport = discard:
local_recipient_maps = inline:{ {alice@example.net=1}, {bob@example.net=1} }
transport_maps = inline:{ {example.com=smtp:[%(exim)s]:25} }
smtpd_error_sleep_time = 0
max_use = 100000
smtpd_tls_security_level = may
smtpd_tls_cert_file = %(cert)s
smtpd_tls_key_file = %(key)s
smtp_tls_security_level = encrypt
smtp_tls_session_cache_database =
smtp_skip_quit_response = no
debug_peer_list = 0.0.0.0/0
debug_peer_level = 1
''' % {'work': self.directory, 'address': POSTFIX, 'exim': EXIM, 'cert': cert, 'key': key})
        write(self.directory + '/master.cf', '''
%(address)s:25 inet n - y - - smtpd
%(address)s:587 inet n - y - - smtpd
  -o smtpd_tls_security_level=encrypt
%(address)s:465 inet n - y - - smtpd
  -o smtpd_tls_wrappermode=yes
smtp unix - - y - - smtp
cleanup unix n - y - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - y 1000? 1 tlsmgr
rewrite unix - - y - - trivial-rewrite
bounce unix - - y - 0 bounce
defer unix - - y - 0 bounce
trace unix - - y - 0 bounce
verify unix - - y - 1 verify
flush unix n - y 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - y - - error
retry unix - - y - - error
discard unix - - y - - discard
anvil unix - - y - 1 anvil
scache unix - - y - 1 scache
postlog unix-dgram n - n - 1 postlogd
''' % {'address': POSTFIX})
        os.makedirs(self.directory + '/spool')
        os.makedirs(self.directory + '/data')
        os.chown(self.directory + '/data', pwd.getpwnam('postfix').pw_uid, 0)

    def command(self, *words):
        run(words[0], '-c', self.directory, *words[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.command('postfix', 'start')
        network.wait_for(POSTFIX)
        self.settle()  # the log has this connection

    def stop(self):
        self.command('postfix', 'stop')

    def settle(self):
        """Until nothing is added to the log."""
        before, quiet = -1, 0
        while quiet < 10:
            time.sleep(0.07)
            quiet = quiet + 1 if self.position() == before else 0
            before = self.position()

    def log_keys(self, library, keys):
        """The recipe of smtpscope-tls(7)."""
        known = subprocess.run(['postconf', '-c', self.directory, '-h', 'import_environment'], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        self.command('postconf', '-e', 'import_environment = %s LD_PRELOAD=%s SSLKEYLOGFILE=%s' % (known, library, keys))
        self.stop()
        self.start()

    def log_no_keys(self):
        self.command('postconf', '-X', 'import_environment')
        self.stop()
        self.start()

    def dialogue(self, sign, since=0):
        """The lines that smtpd sent to the client's host ('>'), or smtp received from Exim ('<'), in the order of the log."""
        self.settle()
        with open(self.log, encoding='utf-8') as file:
            file.seek(since)
            lines = file.read().splitlines()
        found = []
        for line in lines:
            head, mark, rest = line.partition(': %s ' % sign)
            peer = '[%s]:' % (network.CLIENT if sign == '>' else EXIM)
            if mark and ('/smtpd[' if sign == '>' else '/smtp[') in head and peer in rest:
                found.append(rest.partition(': ')[2].rstrip())
        return found

    def position(self):
        return os.path.getsize(self.log)


class Exim:
    """The version of TLS can be limited by |priorities| (GnuTLS)."""

    def __init__(self, work):
        self.work = os.path.join(work, 'exim')
        self.configuration = self.work + '/exim.conf'
        self.keys = self.work + '/spool/tls.keys'
        self.process = None
        account('Debian-exim')
        self.certificate = certificate(work)
        uid = pwd.getpwnam('Debian-exim').pw_uid
        write('/etc/exim4/trusted_configs', self.configuration + '\n')
        os.makedirs(self.work + '/spool')
        for name in ('exim', 'exim/spool'):
            os.chown(os.path.join(work, name), uid, 0)
        os.chown(self.certificate[0], uid, 0)
        # As smtpscope-tls(7) has it: GnuTLS would create the file readable by all.
        run('install', '-m', '600', '-o', 'Debian-exim', '/dev/null', self.keys)

    def start(self, priorities='NORMAL', log_keys=False):
        write(self.configuration, '''
primary_hostname = mx4.example.net
spool_directory = %(work)s/spool
log_file_path = %(work)s/%%slog
daemon_smtp_ports = 25 : 465
tls_on_connect_ports = 465
local_interfaces = %(address)s
pid_file_path = %(work)s/pid
tls_advertise_hosts = *
tls_certificate = %(cert)s
tls_privatekey = %(key)s
tls_require_ciphers = %(priorities)s
keep_environment = SSLKEYLOGFILE
host_lookup =
rfc1413_hosts =
queue_only = true
acl_smtp_rcpt = accept
begin acl
begin routers
all:
  driver = accept
  transport = drop
begin transports
drop:
  driver = appendfile
  file = /dev/null
  user = Debian-exim
''' % {'work': self.work, 'address': EXIM, 'cert': self.certificate[1], 'key': self.certificate[0], 'priorities': priorities})
        environment = dict(os.environ, **({'SSLKEYLOGFILE': self.keys} if log_keys else {}))
        self.process = subprocess.Popen([os.environ['EXIM'], '-C', self.configuration, '-bdf'], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        network.wait_for(EXIM)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Dovecot:
    """A submission server in front of Postfix."""

    def __init__(self, work):
        self.work = os.path.join(work, 'dovecot')
        self.configuration = self.work + '/dovecot.conf'
        self.certificate = certificate(work)
        self.process = None

    def start(self, library='', keys=''):
        preload = 'import_environment = $import_environment LD_PRELOAD=%s SSLKEYLOGFILE=%s' % (library, keys) if library else ''
        write(self.configuration, '''
%(preload)s
protocols = submission
base_dir = %(work)s/run
state_dir = %(work)s/state
log_path = %(work)s/log
hostname = mx3.example.net
ssl = required
ssl_cert = <%(cert)s
ssl_key = <%(key)s
submission_relay_host = %(postfix)s
submission_relay_port = 25
mail_location = maildir:%(work)s/mail
passdb {
  driver = static
  args = password=%(password)s
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=%(work)s/mail
}
service submission-login {
  inet_listener submission {
    address = %(address)s
    port = 587
  }
  inet_listener submissions {
    address = %(address)s
    port = 465
    ssl = yes
  }
}
''' % {'work': self.work, 'cert': self.certificate[1], 'key': self.certificate[0], 'postfix': POSTFIX, 'address': DOVECOT, 'password': PASSWORD,
            'preload': preload})
        os.makedirs(self.work + '/mail', exist_ok=True)
        os.chown(self.work + '/mail', pwd.getpwnam('nobody').pw_uid, -1)
        self.process = subprocess.Popen(['dovecot', '-F', '-c', self.configuration], stderr=subprocess.DEVNULL)
        network.wait_for(DOVECOT, 587)

    def stop(self):
        self.process.terminate()
        self.process.wait()
