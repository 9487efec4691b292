"""A real HTTP server on loopback that keeps connections open, and misbehaves when told to.

Used by the tests of what goes over HTTP, and by ``benchmarks/https.py`` as a program of its own,
which prints its port and runs until its standard input ends.
"""

import argparse
import asyncio
import ssl
import sys
from collections import deque
from dataclasses import dataclass, field

HANG_UP, SILENCE = "hang up", "silence"  # instead of an answer


@dataclass(frozen=True)
class Answer:
    """What it says to a request; ``close``: and then hangs up without saying that it will."""

    body: str = "{}"
    status: int = 200
    headers: dict = field(default_factory=dict)
    close: bool = False

    def encoded(self):
        head = [f"HTTP/1.1 {self.status} so", f"Content-Length: {len(self.body.encode())}"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(head) + "\r\n\r\n" + self.body).encode()


@dataclass(frozen=True)
class Request:
    line: str
    headers: dict
    body: bytes
    connection: int


class WebSink:
    """The server's memory. ``answers`` holds what it says next, else that all is well."""

    def __init__(self, context=None):
        self.context = context
        self.answers = deque()
        self.requests = []
        self.connections = 0
        self.open = set()

    async def listen(self):
        """Start; return the server and its port."""
        self.loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self.converse, "127.0.0.1", 0, ssl=self.context)
        return server, server.sockets[0].getsockname()[1]

    async def converse(self, reader, writer):
        self.connections += 1
        number = self.connections
        self.open.add(writer.transport)
        try:
            while await self.exchange(reader, writer, number):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open.discard(writer.transport)
            writer.transport.abort()

    async def exchange(self, reader, writer, number):
        """Take one request and answer it; return whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append(Request(head[0], headers, body, number))
        answer = self.answers.popleft() if self.answers else Answer()
        if answer == HANG_UP:
            return False
        if answer == SILENCE:
            await reader.read()  # until the other side gives up
            return False
        writer.write(answer.encoded())
        await writer.drain()
        return not answer.close

    def hang_up(self):
        """Close every connection, as a server does with idle ones; wait until it is done."""
        asyncio.run_coroutine_threadsafe(self.close_all(), self.loop).result(60)

    async def close_all(self):
        for transport in [*self.open]:
            transport.abort()
        while self.open:
            await asyncio.sleep(0)


def context_of(certificate):
    """Return the context of a server with a certificate; its file holds the key, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def serve(certificate):
    """Run as a program, until standard input ends."""
    sink = WebSink(context_of(certificate))
    _, port = await sink.listen()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await sink.close_all()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("certificate", help="file with certificate and key")
    asyncio.run(serve(parser.parse_args().certificate))
