"""A name server in a network cable: questions and answers as the frames that go over it."""

import socket
import struct

HEADER = 14 + 20 + 8  # Ethernet, IPv4 without options, UDP
A = 1
NO_SUCH_NAME = 3


def is_question(frame):
    """UDP over IPv4, to the port of name servers."""
    return frame[12:15] == b"\x08\x00\x45" and frame[23] == 17 and struct.unpack_from("!H", frame, 36)[0] == 53


def answer(frame, names):
    """The frame that answers one with a question, by `names` ({name: address}). A name has no other addresses than its one of
    IPv4; the answer holds for a second."""
    question = bytes(frame[HEADER + 12:])
    labels, place = [], 0
    while question[place]:
        labels.append(question[place + 1:place + 1 + question[place]].decode().lower())
        place += 1 + question[place]
    name, kind = ".".join(labels), struct.unpack_from("!H", question, place + 1)[0]
    record = b""
    if name in names and kind == A:
        record = struct.pack("!HHHIH", 0xC00C, A, 1, 1, 4) + socket.inet_aton(names[name])
    flags = 0x8580 | (0 if name in names else NO_SUCH_NAME)
    message = frame[HEADER:HEADER + 2] + struct.pack("!HHHHH", flags, 1, 1 if record else 0, 0, 0) + question[:place + 5] + record

    udp = bytes(frame[36:38]) + bytes(frame[34:36]) + struct.pack("!HH", 8 + len(message), 0)  # no checksum
    ip = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp) + len(message), 0, 0, 64, 17, 0))
    ip += frame[30:34] + frame[26:30]
    struct.pack_into("!H", ip, 10, _checksum(ip))
    return bytearray(frame[6:12] + frame[0:6] + frame[12:14] + ip + udp + message)


def _checksum(header):
    total = sum(struct.unpack("!10H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
