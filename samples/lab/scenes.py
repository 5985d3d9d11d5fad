# SPDX-License-Identifier: BSD-2-Clause
"""The content of each capture: one function per sample, which runs while the link is captured."""
import os
import socket
import subprocess
import tempfile
import time

import network
from network import EXIM, NOBODY, OPENSMTPD, POSTFIX, POSTFIX_STRICT, SCRIPTED
from servers import PASSWORD, Script

QUIET = {} if os.environ.get('SAMPLES_VERBOSE') else {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
MESSAGE = ('From: <sender@example.org>\r\nTo: <alice@example.net>\r\nSubject: A sample\r\nMessage-Id: <%s@client.example.org>\r\n'
           '\r\nHello,\r\nthis is a message for a capture.\r\n')
HELLO = 'EHLO client.example.org\r\n'
MAIL = 'MAIL FROM:<sender@example.org>\r\n'
GREETING = '220 mx5.example.net ESMTP\r\n'
OFFERS = '250-mx5.example.net\r\n250-PIPELINING\r\n250 8BITMIME\r\n'
OK = '250 2.0.0 Ok\r\n'


def rcpt(name):
    return 'RCPT TO:<%s>\r\n' % (name if '@' in name else name + '@example.net')


def client(*command):
    """Runs a program on the client's host; its exit status does not matter."""
    subprocess.run(['ip', 'netns', 'exec', 'client', *command], check=False, timeout=60, stdin=subprocess.DEVNULL,
                   **QUIET)


def swaks(server, to, *options):
    client('swaks', '--server', server, '--helo', 'client.example.org', '--from', 'sender@example.org', '--to', to,
           '--header', 'Subject: A sample', '--body', 'Hello, this is a message for a capture.', *options)


def talk(server, *steps, port=25):
    """A scripted client."""
    with network.inside('client'):
        sock = socket.create_connection((server, port), 60)
    sock.settimeout(300)
    Script(*steps).play(sock)


def scripted(client_steps, server_steps):
    thread = Script(*server_steps).serve(SCRIPTED)
    talk(SCRIPTED, *client_steps)
    thread.join(300)


def plain_delivery(_):
    swaks(POSTFIX, 'alice@example.net')


def curl_delivery(_):
    with tempfile.NamedTemporaryFile('w', newline='') as file:
        file.write(MESSAGE % 'curl')
        file.flush()
        client('curl', '--silent', '--url', 'smtp://%s/client.example.org' % OPENSMTPD, '--mail-from', 'sender@example.org',
               '--mail-rcpt', 'alice@example.net', '--mail-rcpt', 'bob@example.net', '--upload-file', file.name)


def recipients_partly_refused(_):
    talk(POSTFIX, ..., HELLO, ..., MAIL, ..., rcpt('alice'), ..., rcpt('nobody'), ..., rcpt('full'), ..., 'DATA\r\n', ..., MESSAGE % 'partly' + '.\r\n',
         ..., 'QUIT\r\n', ...)


def unknown_user(_):
    swaks(OPENSMTPD, 'nobody@example.net')


def greylisted(_):
    swaks(POSTFIX, 'greylisted@example.net')


def relay_denied(_):
    swaks(EXIM, 'somebody@example.edu')


def auth_failure(_):
    swaks(EXIM, 'alice@example.net', '--auth', 'LOGIN', '--auth-user', 'alice', '--auth-password', 'wrong')


def auth_success(_):
    swaks(EXIM, 'somebody@example.edu', '--auth', 'PLAIN', '--auth-user', 'alice', '--auth-password', PASSWORD)


def unknown_commands(server):
    talk(server, ..., HELLO, ..., 'XFROB 7\r\n', ..., 'MIAL FROM:<sender@example.org>\r\n', ..., MAIL, ..., rcpt('alice'), ..., 'DATA\r\n', ...,
         MESSAGE % 'odd' + '.\r\n', ..., 'QUIT\r\n', ...)


def unknown_commands_postfix(_):
    unknown_commands(POSTFIX)


def unknown_commands_opensmtpd(_):
    unknown_commands(OPENSMTPD)


def unknown_commands_exim(_):
    unknown_commands(EXIM)


def idle_timeout_postfix(_):
    talk(POSTFIX_STRICT, ..., HELLO, ..., MAIL, ..., ...)


def too_many_errors_postfix(_):
    talk(POSTFIX_STRICT, ..., HELLO, ..., *[step for n in range(6) for step in ('HELP%d\r\n' % n, ...)])


def too_many_errors_exim(_):
    talk(EXIM, ..., HELLO, ..., *[step for n in range(6) for step in ('WHAT%d\r\n' % n, ...)])


def shutdown_postfix(lab):
    """The service is stopped while a client has a transaction open."""
    with network.inside('client'):
        sock = socket.create_connection((POSTFIX, 25), 5)
    with sock, sock.makefile('rb') as lines:
        Script(..., HELLO, ..., MAIL, ..., rcpt('alice'), ...).take_steps(sock, lines)
        lab.postfix.stop()
        lines.read()
    lab.postfix.start()


def pipelining_postfix(_):
    talk(POSTFIX, ..., HELLO, ..., MAIL + rcpt('alice') + rcpt('nobody') + 'DATA\r\n', ..., ..., ..., ..., MESSAGE % 'pipelined' + '.\r\nQUIT\r\n', ..., ...)


def chunking_postfix(_):
    first, second = MESSAGE % 'chunks', 'A second chunk,\r\n.\r\nwith a line that holds a dot alone.\r\n'
    talk(POSTFIX, ..., HELLO, ..., MAIL, ..., rcpt('bob'), ..., 'BDAT %d\r\n' % len(first) + first, ...,
         'BDAT %d LAST\r\n' % len(second) + second, ..., 'QUIT\r\n', ...)


def lmtp_postfix(_):
    """Postfix delivers a message for two recipients to an LMTP server, which runs on the client's side of the link."""
    server = Script('220 store.example.com LMTP\r\n', ..., '250-store.example.com\r\n250 PIPELINING\r\n', ..., OK, ..., OK, ..., OK, ...,
                    '354 Go on\r\n', 'END', '250 2.0.0 <carol@example.com> stored\r\n', '452 4.2.2 <dave@example.com> is over quota\r\n',
                    ..., '221 2.0.0 Bye\r\n').serve(network.CLIENT, 24, 'client')
    with socket.create_connection((POSTFIX, 25), 5) as sock:  # from here, so this is not captured
        Script(..., HELLO, ..., MAIL, ..., rcpt('carol@example.com'), ..., rcpt('dave@example.com'), ..., 'DATA\r\n', ...,
               MESSAGE % 'lmtp' + '.\r\n', ..., 'QUIT\r\n', ...).play(sock)
    server.join(20)


def starttls_postfix(_):
    swaks(POSTFIX, 'alice@example.net', '--tls')


def refused_connection(_):
    swaks(NOBODY, 'alice@example.net')


def http_postfix(_):
    client('curl', '--silent', '--max-time', '5', '--http0.9', 'http://%s:25/status' % POSTFIX)


def data_refused_postfix(_):
    talk(POSTFIX, ..., HELLO, ..., MAIL + rcpt('nobody') + 'DATA\r\n' + 'Hello,\r\nthis body comes though nobody wants it.\r\n.\r\n', ..., ..., ..., ..., ..., ...,
         'QUIT\r\n', ...)


def pipelining_refused_opensmtpd(_):
    talk(OPENSMTPD, ..., HELLO, ..., MAIL, ..., rcpt('nobody'), ..., 'DATA\r\n' + MESSAGE % 'refused' + '.\r\n', *[...] * 9, 'QUIT\r\n', ...)


def scripted_221_idle(_):
    scripted((..., HELLO, ..., ...), (GREETING, ..., OFFERS, 4, '221 2.0.0 mx5.example.net idle for too long, closing\r\n'))


def scripted_221_greeting(_):
    scripted((..., 'QUIT\r\n'), ('221 mx5.example.net is not in service\r\n',))


def scripted_221_in_data(_):
    body = 'This line is one of a long message.\r\n' * 40
    scripted((..., HELLO, ..., MAIL, ..., rcpt('alice'), ..., 'DATA\r\n', ..., MESSAGE % 'broken' + body, 0.5, body, 0.5, '.\r\n', ...),
             (GREETING, ..., OFFERS, ..., OK, ..., OK, ..., '354 Go on\r\n', 0.8, '221 2.0.0 mx5.example.net closing connection\r\n'))


def scripted_221_for_mail(_):
    scripted((..., HELLO, ..., MAIL, ..., 0.2), (GREETING, ..., OFFERS, ..., '221 2.7.0 mx5.example.net does not like you\r\n'))


def quit_pipelined(_):
    """A normal session: the 221 answers a QUIT in lower case that was in one segment with the end of the message."""
    scripted((..., HELLO, ..., MAIL, ..., rcpt('alice'), ..., 'data\r\n', ..., MESSAGE % 'quit' + 'He said: 221 Bye\r\n221 Bye\r\n.\r\nquit\r\n', ..., ...),
             (GREETING, ..., OFFERS, ..., OK, ..., OK, ..., '354 Go on\r\n', 'END', OK, ..., '221-2.0.0 mx5.example.net says 500 thanks\r\n221 2.0.0 Bye\r\n'))


def tour(_):
    swaks(POSTFIX, 'alice@example.net')
    time.sleep(0.3)
    talk(EXIM, ..., HELLO, ..., 'XFROB 7\r\n', ..., MAIL, ..., rcpt('alice'), ..., 'DATA\r\n', ..., MESSAGE % 'tour' + '.\r\n', ..., 'QUIT\r\n', ...)
    time.sleep(0.3)
    swaks(OPENSMTPD, 'nobody@example.net')
    time.sleep(0.3)
    scripted((..., HELLO, ..., MAIL, ..., ...),
             (GREETING, ..., OFFERS, ..., OK, 3, '221 2.0.0 mx5.example.net idle for too long, closing\r\n'))


SCENES = {function.__name__.replace('_', '-'): function for function in (
    tour, plain_delivery, curl_delivery, recipients_partly_refused, unknown_user, greylisted, relay_denied, auth_failure, auth_success,
    unknown_commands_postfix, unknown_commands_opensmtpd, unknown_commands_exim, idle_timeout_postfix, too_many_errors_postfix,
    too_many_errors_exim, shutdown_postfix, pipelining_postfix, chunking_postfix, lmtp_postfix, starttls_postfix, refused_connection, http_postfix,
    data_refused_postfix, pipelining_refused_opensmtpd, scripted_221_idle, scripted_221_greeting, scripted_221_in_data, scripted_221_for_mail,
    quit_pipelined)}
