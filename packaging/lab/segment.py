"""The network cable of a PC, as a program: what goes over it can be changed on the way.

The PC's card and QEMU's user network (the site's router, DHCP and name server) each hold one end.
"""

import socket
import struct
import threading

from . import dns

NAME_SERVER, LEASE_TIME, MESSAGE_TYPE = 6, 51, 53
VLAN = b"\x81\x00"
CLIENT = 14 + 20 + 8 + 28  # where a DHCP message has the client's hardware address
ROUTER = "10.0.2.2"
# Addresses somewhere in the world that are this machine, as the router's own is, until a name that leads there is moved.
SITE_ADDRESSES = ("198.51.100.1", "198.51.100.2")


class Segment:
    """`lease_seconds` replaces what the DHCP server promises. With `vlan` only frames with that tag pass, and the router
    never sees the tag. With `names` ({name: address}) the segment is the name server that DHCP tells of; then it knows no
    other names."""

    def __init__(self, lease_seconds=None, vlan=None, name="net0", names=None):
        self.name = name
        self.lease_seconds = lease_seconds
        self.vlan = vlan
        self.acknowledged = 0  # leases that the DHCP server has confirmed
        self.moved = 0  # how often the PC has got another address
        self.names = names
        self.name_server = "10.0.2.3"  # whoever asks another one gets no answer
        self._blocked = set()
        self._gone = set()
        self._connections = {}  # the PC's ports from which it speaks to one of SITE_ADDRESSES: which
        self._client = b""  # the PC's hardware address, as its DHCP messages have it
        self._card, self._router = (_udp() for _ in range(2))
        self._card_peer, self._router_peer = (_free_port() for _ in range(2))
        for source, target, port, change in ((self._card, self._router, self._router_peer, self._up),
                                             (self._router, self._card, self._card_peer, self._down)):
            threading.Thread(target=self._forward, args=(source, target, port, change), daemon=True).start()

    def arguments(self, mac="52:54:00:fa:2b:07", card="nic0"):
        """QEMU's arguments for a card on this segment."""
        name = self.name

        def end(mine, peer):
            return f"udp=127.0.0.1:{mine.getsockname()[1]},localaddr=127.0.0.1:{peer}"

        return [
            "-netdev", f"user,id={name}u", "-netdev", f"hubport,id={name}h,hubid=0,netdev={name}u",
            "-netdev", f"socket,id={name}r,{end(self._router, self._router_peer)}",
            "-netdev", f"hubport,id={name}i,hubid=0,netdev={name}r",
            "-netdev", f"socket,id={name},{end(self._card, self._card_peer)}",
            "-device", f"virtio-net-pci,netdev={name},id={card},mac={mac}",
        ]

    def move(self, old_address):
        """From now on the DHCP server refuses what it has leased and gives another address; the router throws away what
        comes from the old one."""
        self.moved += 1
        self._blocked.add(socket.inet_aton(old_address))

    def move_name(self, name, address):
        """From now on the name leads to another address, and nothing gets through to the one before."""
        self._gone.add(socket.inet_aton(self.names[name]))
        self._gone.discard(socket.inet_aton(address))
        self.names[name] = address

    def close(self):
        for end in (self._card, self._router):
            end.close()

    def _forward(self, source, target, port, change):
        while True:
            try:
                frame = change(bytearray(source.recv(70000)))
                if frame:
                    target.sendto(frame, ("127.0.0.1", port))
            except OSError:
                return

    def _up(self, frame):
        """What the card sends: to the router."""
        if self.vlan is not None:
            if frame[12:14] != VLAN or struct.unpack_from("!H", frame, 14)[0] & 0xFFF != self.vlan:
                return None
            del frame[12:16]
        if frame[12:14] == b"\x08\x00" and (bytes(frame[26:30]) in self._blocked or bytes(frame[30:34]) in self._gone):
            return None
        if _is_tcp(frame) and socket.inet_ntoa(frame[30:34]) in SITE_ADDRESSES:
            self._connections[bytes(frame[34:36])] = bytes(frame[30:34])
            _readdress(frame, 30, socket.inet_aton(ROUTER))
        if self.names is not None and dns.is_question(frame):
            if frame[30:34] == socket.inet_aton(self.name_server):
                self._card.sendto(self._tagged(dns.answer(frame, self.names)), ("127.0.0.1", self._card_peer))
            return None
        if is_dhcp(frame):
            self._client = bytes(frame[CLIENT:CLIENT + 6])
            self._disguise(frame)
        return frame

    def _down(self, frame):
        """What the router sends: to the card."""
        if self._client and frame[0:6] == self._disguised(self._client):  # the router has learnt it from DHCP
            frame[0:6] = self._client
        if _is_tcp(frame) and bytes(frame[36:38]) in self._connections:
            _readdress(frame, 26, self._connections[bytes(frame[36:38])])
        if is_dhcp(frame):
            self._disguise(frame)
            for option, place, _ in dhcp_options(frame):
                if option == LEASE_TIME and self.lease_seconds:
                    struct.pack_into("!I", frame, place, self.lease_seconds)
                if option == NAME_SERVER and self.names is not None:
                    frame[place:place + 4] = socket.inet_aton(self.name_server)
                if option == MESSAGE_TYPE and frame[place] == 5:
                    self.acknowledged += 1
        return self._tagged(frame)

    def _tagged(self, frame):
        if self.vlan is not None:
            frame[12:12] = VLAN + struct.pack("!H", self.vlan)
        return frame

    def _disguised(self, address):
        return address[:4] + bytes([address[4] ^ self.moved, address[5]])

    def _disguise(self, frame):
        """To the DHCP server a moved PC is another one: its hardware address within the message is changed, and back."""
        frame[CLIENT:CLIENT + 6] = self._disguised(bytes(frame[CLIENT:CLIENT + 6]))
        frame[40:42] = b"\0\0"  # no UDP checksum


def _udp():
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    return made


def _free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_dhcp(frame):
    """IPv4 without options, UDP, between the ports 67 and 68."""
    return frame[12:15] == b"\x08\x00\x45" and frame[23] == 17 and \
        {struct.unpack_from("!H", frame, 34)[0], struct.unpack_from("!H", frame, 36)[0]} == {67, 68}


def _is_tcp(frame):
    """Over IPv4 without options."""
    return frame[12:15] == b"\x08\x00\x45" and frame[23] == 6


def _readdress(frame, place, address):
    """Puts another address into a frame of TCP, and into its two checksums (RFC 1624)."""
    for checksum in (24, 34 + 16):
        total = struct.unpack_from("!H", frame, checksum)[0] ^ 0xFFFF
        total += sum(word ^ 0xFFFF for word in struct.unpack_from("!2H", frame, place)) + sum(struct.unpack("!2H", address))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into("!H", frame, checksum, total ^ 0xFFFF)
    frame[place:place + 4] = address


def dhcp_options(frame):
    """(option, where its value begins, length) of a DHCP message."""
    place = 14 + 20 + 8 + 240
    while place + 2 <= len(frame) and frame[place] != 255:
        if frame[place] == 0:
            place += 1
            continue
        yield frame[place], place + 2, frame[place + 1]
        place += 2 + frame[place + 1]
