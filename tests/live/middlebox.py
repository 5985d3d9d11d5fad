# SPDX-License-Identifier: BSD-2-Clause
"""A middlebox between two cables: passes frames on, and does to mail what some firewalls do. It is a program of its own, with raw sockets, in
a network namespace without addresses: middlebox.py DEVICE DEVICE.

Masks STARTTLS in EHLO replies, clamps the MSS, decrements the TTL by HOPS, and drops the first packet with a DATA command.
"""
import select
import signal
import socket
import struct
import sys

MSS, HOPS = 1200, 3
ETH_P_ALL, PACKET_OUTGOING = 3, 4


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def clamp(tcp, header):
    """Lowers the MSS in the options of a SYN."""
    at = 20
    while at < header:
        kind = tcp[at]
        if kind == 0:
            return
        if kind == 1:
            at += 1
            continue
        if kind == 2:
            struct.pack_into('!H', tcp, at + 2, min(MSS, struct.unpack_from('!H', tcp, at + 2)[0]))
        at += max(2, tcp[at + 1])


class Middlebox:
    def __init__(self):
        self.dropped = False

    def change(self, frame):
        """The frame as it is passed on, or None."""
        frame = bytearray(frame)
        if frame[12:14] != b'\x08\x00' or frame[23] != 6:
            return frame
        length, total = (frame[14] & 15) * 4, struct.unpack_from('!H', frame, 16)[0]
        tcp = frame[14 + length:14 + total]
        header = (tcp[12] >> 4) * 4
        payload = bytes(tcp[header:])
        if payload.startswith(b'DATA') and not self.dropped:
            self.dropped = True
            return None
        if tcp[13] & 2:
            clamp(tcp, header)
        tcp[header:] = payload.replace(b'STARTTLS', b'XXXXXXXA') if payload.startswith(b'250-') else payload
        frame[22] -= HOPS
        frame[24:26] = tcp[16:18] = b'\0\0'
        struct.pack_into('!H', frame, 24, checksum(bytes(frame[14:14 + length])))
        struct.pack_into('!H', tcp, 16, checksum(bytes(frame[26:34]) + struct.pack('!HH', 6, len(tcp)) + bytes(tcp)))
        frame[14 + length:14 + total] = tcp
        return frame


def main(names):
    box = Middlebox()
    ends = []
    for name in names:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        sock.bind((name, ETH_P_ALL))
        ends.append(sock)
    print('ready', flush=True)
    while True:
        for sock in select.select(ends, [], [])[0]:
            frame, address = sock.recvfrom(65536)
            if address[2] == PACKET_OUTGOING:
                continue
            changed = box.change(frame)
            if changed:
                ends[1 - ends.index(sock)].send(changed)


if __name__ == '__main__':
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main(sys.argv[1:])
