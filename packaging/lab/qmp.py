"""The QEMU Machine Protocol, as much of it as a lab PC needs (docs: QEMU, "QMP Reference Manual")."""

import json
import queue
import socket
import threading


class QmpError(Exception):
    """QEMU refused a command; the message is QEMU's own."""


class Qmp:
    """A connection to a QMP socket. Thread-safe; events are given to `on_event` on a thread of its own."""

    def __init__(self, path, on_event=None):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("r", encoding="utf-8")
        self._on_event = on_event
        self._events = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._answer = threading.Condition()
        self._answers = []
        self._closed = False
        json.loads(self._file.readline())  # the greeting
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._tell, daemon=True).start()
        self.command("qmp_capabilities")

    def _read(self):
        try:
            for line in self._file:
                message = json.loads(line)
                if "event" in message:
                    self._events.put(message)
                    continue
                with self._answer:
                    self._answers.append(message)
                    self._answer.notify()
        except (OSError, ValueError):
            pass
        with self._answer:
            self._closed = True
            self._answer.notify_all()

    def _tell(self):
        """On a thread of its own, since what is told may give commands, and their answers must be read."""
        while True:
            event = self._events.get()
            if self._on_event:
                try:
                    self._on_event(event)
                except ConnectionError:
                    return

    def command(self, name, /, **arguments):
        """Runs a command and returns its value. Raises QmpError; ConnectionError when QEMU is gone."""
        with self._lock:
            request = {"execute": name}
            if arguments:
                request["arguments"] = {key.replace("_", "-"): value for key, value in arguments.items()}
            try:
                self._socket.sendall(json.dumps(request).encode() + b"\n")
            except OSError as error:
                raise ConnectionError("QEMU is gone") from error
            with self._answer:
                while not self._answers:
                    if self._closed:
                        raise ConnectionError("QEMU is gone")
                    self._answer.wait()
                answer = self._answers.pop(0)
        if "error" in answer:
            raise QmpError(f"{name}: {answer['error']['desc']}")
        return answer["return"]
