"""TCP servers on loopback that do not keep to any protocol: what each connection meets is a script.

A script is a function of the connection and of an event that is set when all is over.
"""

import socket
import threading
from contextlib import suppress

READ_AT_MOST = 65536


def silent(_connection, over):
    """Accept, and never say a word."""
    over.wait()


def dripping(connection, over):
    """Say a byte a second, and never come to an end."""
    while not over.wait(1.0):
        connection.sendall(b"2")


def flood(piece):
    """Return a script that says the same for ever."""

    def script(connection, over):
        while not over.is_set():
            connection.sendall(piece)

    return script


def saying(*answers):
    """Return a script that says each answer to what comes in, the first at once; then hangs up."""

    def script(connection, _over):
        for number, answer in enumerate(answers):
            if number:
                connection.recv(READ_AT_MOST)
            connection.sendall(answer)

    return script


def answering(answer):
    """Return a script that says the same to the first thing that comes in; then hangs up."""
    return saying(b"", answer)


class Rogue:
    """A server that follows a script; a context manager."""

    def __init__(self, script):
        self.script = script
        self.over = threading.Event()
        self.met = threading.Event()  # somebody has connected
        self._open = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        for one in (*self._open, self._server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(30)

    def _accept(self):
        while not self.over.is_set():
            with suppress(OSError):
                connection, _ = self._server.accept()
                self._open.add(connection)
                self.met.set()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, suppress(OSError):
            self.script(connection, self.over)
        self._open.discard(connection)
