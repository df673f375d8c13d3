"""Measures whether the link does what it says, before anything is measured through it.

What is expected comes from textbook formulas, not from the link's own code.
"""

import os
import signal
import socket
import statistics
import struct
import threading
import time

from link import Link, Shape
from processes import BenchError

MEGABYTE = 1_000_000
SEGMENT = 1448
FIRST_WINDOW = 10 * SEGMENT
RECEIVE_WINDOW = 6 * 1024 * 1024
MOST_OFF = 0.10
CLOCK = 0.001  # seconds that a busy machine is late at any time
TRIES = 3
SECONDS = 0.7  # of a full wire
SHAPES = [Shape(0, 1000), Shape(20, 100), Shape(100, 20), Shape(150, 1000)]


def slow_start_seconds(shape, size, window=FIRST_WINDOW):
    """From a request to the last byte of an answer whose sender starts with this window and doubles it each round trip
    until the wire is full or the receiver's window is reached."""
    seconds = shape.rtt
    while size > window and window / shape.bytes_a_second < shape.rtt:
        seconds += shape.rtt
        size -= window
        window = min(2 * window, RECEIVE_WINDOW)
    return seconds + size / shape.bytes_a_second


def steady_seconds(shape, size):
    """The same for a sender whose window is open: as wide as the receiver's."""
    if shape.rtt * shape.bytes_a_second < RECEIVE_WINDOW:
        return shape.rtt + size / shape.bytes_a_second
    full, rest = divmod(size, RECEIVE_WINDOW)
    return shape.rtt * (1 + full) + rest / shape.bytes_a_second


class Server:
    """A process that answers eight bytes, a number, with so many bytes."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        self.process = os.fork()
        if self.process == 0:
            try:
                while True:
                    threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()
            finally:
                os._exit(0)
        self.listener.close()
        return self

    def __exit__(self, *_):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)

    @staticmethod
    def serve(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        piece = bytes(256 * 1024)
        while request := connection.recv(8, socket.MSG_WAITALL):
            left = struct.unpack("<Q", request)[0]
            while left > 0:
                left -= connection.send(piece[:min(left, len(piece))])


class Client:
    def __init__(self, port):
        self.buffer = bytearray(256 * 1024)
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, size):
        """Seconds from the request to the last byte."""
        start = time.monotonic()
        self.socket.sendall(struct.pack("<Q", size))
        while size > 0:
            got = self.socket.recv_into(self.buffer, min(size, len(self.buffer)))
            if got == 0:
                raise BenchError("The link lost a connection.")
            size -= got
        return time.monotonic() - start

    def close(self):
        self.socket.close()


def parallel(clients, size):
    """Seconds until all of them have got so many bytes."""
    threads = [threading.Thread(target=client.get, args=(size,)) for client in clients]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - start


def latency_checks(shape, port):
    """Name, expected and measured seconds."""
    client = Client(port)
    yield "handshake and first byte", 2 * shape.rtt, client.get(1)
    yield "small request", shape.rtt, statistics.median(client.get(1) for _ in range(9))
    client.close()
    fresh = [Client(port) for _ in range(3)]
    times = []
    for client in fresh:
        client.get(1)
        times.append(client.get(MEGABYTE))
    yield "1 MB on a new connection", slow_start_seconds(shape, MEGABYTE), statistics.median(times)
    if MEGABYTE > 2 * shape.bytes_a_second * shape.rtt:  # one such answer has opened the window
        yield "1 MB more", steady_seconds(shape, MEGABYTE), fresh[-1].get(MEGABYTE)
    if shape.rtt <= 0.02:
        time.sleep(2)  # longer than it takes to halve the window down to the first one
        yield "1 MB after 2 s of silence", slow_start_seconds(shape, MEGABYTE), fresh[-1].get(MEGABYTE)


def rate_checks(shape, port):
    """Name, expected and measured seconds."""
    for streams in (1, 4):
        clients = [Client(port) for _ in range(streams)]
        # Opens the windows: while one doubles, about twice as much is sent.
        parallel(clients, int(min(RECEIVE_WINDOW, 2 * shape.bytes_a_second * shape.rtt)) * 2 + MEGABYTE)
        total = int(shape.bytes_a_second * SECONDS)
        if streams == 1:
            total = min(total, int(RECEIVE_WINDOW * 6.5))
        yield f"{total / 1e6:.0f} MB, {streams} open connection{'s' if streams > 1 else ''}", \
            steady_seconds(shape, total) if streams == 1 else shape.rtt + total / shape.bytes_a_second, \
            parallel(clients, total // streams)
        if streams > 1 and shape.rtt:
            loads = threading.Thread(target=parallel, args=(clients, total // streams))
            loads.start()
            other = Client(port)
            other.get(1)
            turn = streams * max(SEGMENT / shape.bytes_a_second, 0.0001)
            yield "small request beside them", shape.rtt + turn, statistics.median(other.get(1) for _ in range(4))
            loads.join()
        for client in clients:
            client.close()


def measure(program, shape, server):
    """One shape's checks: lines of a table, and the largest deviation."""
    worst = 0
    with Link(program, shape, server.port) as link:
        for checks in ([latency_checks] if shape.rtt else []) + [rate_checks]:
            for name, expected, measured in checks(shape, link.port):
                off = measured / expected - 1
                worst = max(worst, abs(off) - CLOCK / expected)
                print(f"  {str(shape):22} {name:32} {expected:8.4f} {measured:8.4f} {off:+7.1%}", flush=True)
    return worst


def check(program):
    """Prints a table. Raises BenchError if the link is off by more than a tenth each time that it is tried."""
    print("The link against its model (seconds):")
    with Server() as server:
        for shape in SHAPES:
            for _ in range(TRIES):
                if measure(program, shape, server) <= MOST_OFF:
                    break
                print("  Off by more than a tenth.", flush=True)
            else:
                raise BenchError("The link is not what it should be: this machine is too slow or too busy to measure on.")
