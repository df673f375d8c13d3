"""What a PC sends and gets, as QEMU writes it down (pcap)."""

import struct
from pathlib import Path

from .segment import MESSAGE_TYPE, dhcp_options, is_dhcp

HEADER, RECORD = 24, 16
KEPT = 320  # of each frame: of a DHCP message's options, the first ones
CLIENTS_PORT = 68


class Dump:
    """Of the card on QEMU's network `netdev`."""

    def __init__(self, path, netdev="net0"):
        self.path = Path(path)
        self.arguments = ["-object", f"filter-dump,id=dump,netdev={netdev},file={self.path},maxlen={KEPT}"]

    def frames(self):
        """Those that are whole by now."""
        data = self.path.read_bytes()
        place = HEADER
        while place + RECORD <= len(data):
            (length,) = struct.unpack_from("=I", data, place + 8)
            if place + RECORD + length > len(data):
                return
            yield data[place + RECORD:place + RECORD + length]
            place += RECORD + length

    def dhcp_questions(self):
        """The types of the messages that the PC has sent to DHCP servers: 1 is DISCOVER, 3 is REQUEST."""
        return [frame[place] for frame in self.frames()
                if is_dhcp(frame) and struct.unpack_from("!H", frame, 34)[0] == CLIENTS_PORT
                for option, place, _ in dhcp_options(frame) if option == MESSAGE_TYPE and place < len(frame)]
