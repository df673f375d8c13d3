"""The readers that are compared. Each one starts anew, with nothing cached, behind a link of its own."""

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Callable, Optional

import goals
from processes import Program, run


@dataclass
class Session:
    """A reader at work."""
    arguments: list  # bench-replay's: where to read
    seconds_before: float = 0  # that were needed before the first read
    program: Optional[Program] = None


@dataclass(frozen=True)
class Contestant:
    name: str
    server: str  # which of the site's ports the link leads to: https, https2 (offers HTTP/2), http, nbd
    # (site, link, folder for sockets and files, seconds after which it is too slow) -> context manager of a Session
    start: Callable
    goals: tuple = ()  # ours have some
    # (trace, link's shape) -> seconds that it cannot beat, where they are simple to tell
    lower_bound: Callable = lambda trace, shape: 0
    # One whose version before is known is there for what an image inherits.
    takes_part: Callable = lambda trace: trace.before is None

    @property
    def is_peer(self):
        return not self.goals


def _socket_uri(folder):
    return ["--uri", f"nbd+unix:///?socket={folder / 'nbd.sock'}"]


@contextmanager
def _nbdkit(link, folder, *arguments):
    command = [*link.prefix, "nbdkit", "-f", "-r", "-U", folder / "nbd.sock", *arguments]
    with Program(command, folder / "log") as program:
        yield Session(_socket_uri(folder), program=program)


def farboot(store, *parameters):
    def start(site, link, folder, _):
        sources = folder / "sources.json"
        url = f"https://{link.host}:{link.port}/{store}"
        sources.write_text(json.dumps({"version": 1, "sources": [{"url": url}]}))
        return _nbdkit(link, folder, site.plugin, f"record={site.record}", f"policy={site.policy}",
                       f"sources={sources}", f"ca={site.authority}", "cache=256",
                       f"control={folder / 'control.sock'}", *parameters)
    return start


# As nbdkit counts: a read fetches, and waits for, the blocks that it touches and that are not there.
BLOCKS = {"256K": 256 * 1024, "1M": 1024 * 1024}


def cache_over_nbd(block):
    def start(_, link, folder, __):
        return _nbdkit(link, folder, "--filter=cache", "nbd", f"hostname={link.host}", f"port={link.port}",
                       "cache-on-read=true", f"cache-min-block-size={block}")
    return start


def cache_over_curl(block):
    def start(_, link, folder, __):
        return _nbdkit(link, folder, "--filter=cache", "curl", f"url=http://{link.host}:{link.port}/image",
                       "cache-on-read=true", f"cache-min-block-size={block}")
    return start


def cache_bound(block):
    def bound(trace, shape):
        size, there, waits = BLOCKS[block], set(), 0
        for offset, length in trace.reads:
            touched = set(range(offset // size, (offset + length - 1) // size + 1))
            waits += not touched <= there
            there |= touched
        return trace.think_seconds + waits * shape.rtt + len(there) * size / shape.bytes_a_second
    return bound


@contextmanager
def plain_nbd(_, link, *__):
    yield Session(["--uri", f"nbd://{link.host}:{link.port}"])


def plain_nbd_bound(trace, shape):
    return trace.think_seconds + len(trace.reads) * shape.rtt + trace.bytes_read / shape.bytes_a_second


@contextmanager
def download_first(_, link, folder, limit):
    start = time.monotonic()
    run(*link.prefix, "curl", "--silent", "--fail", "--output", folder / "image",
        f"http://{link.host}:{link.port}/image", limit=limit)
    yield Session(["--file", str(folder / "image")], seconds_before=time.monotonic() - start)


@contextmanager
def local_file(site, *_):
    yield Session(["--file", str(site.image)])


def download_bound(trace, shape):
    return trace.think_seconds + 2 * shape.rtt + trace.image_bytes / shape.bytes_a_second


def _related(name, relative, its_goals):
    return Contestant(name, "https", farboot(f"with/{relative}"), goals=tuple(its_goals),
                      takes_part=lambda trace: relative in trace.relatives)


ALL = [
    Contestant("farboot", "https", farboot("store"), goals=tuple(goals.WITHOUT_PROFILE)),
    _related("farboot+guess", "guessed", goals.WITH_GUESS),
    Contestant("farboot+inherited", "https", farboot("with/inherited"), goals=tuple(goals.WITH_INHERITED),
               takes_part=lambda trace: trace.before is not None),
    _related("farboot+another", "another", goals.WITH_ANOTHER),
    Contestant("farboot+profile", "https", farboot("with/its-own"), goals=tuple(goals.WITH_PROFILE),
               takes_part=lambda trace: True),
    Contestant("nbdkit cache 256K", "nbd", cache_over_nbd("256K"), lower_bound=cache_bound("256K")),
    Contestant("nbdkit cache 1M", "nbd", cache_over_nbd("1M"), lower_bound=cache_bound("1M")),
    Contestant("nbdkit curl+cache 256K", "http", cache_over_curl("256K"), lower_bound=cache_bound("256K")),
    Contestant("plain NBD", "nbd", plain_nbd, lower_bound=plain_nbd_bound),
    Contestant("download first", "http", download_first, lower_bound=download_bound),
]

# Only by --only: the reader at a server that offers HTTP/2.
HTTP2 = [
    Contestant("farboot at HTTP/2", "https2", farboot("store"), goals=tuple(goals.WITHOUT_PROFILE_HTTP2)),
    Contestant("farboot+guess at HTTP/2", "https2", farboot("with/guessed"), goals=tuple(goals.WITH_GUESS_HTTP2),
               takes_part=lambda trace: "guessed" in trace.relatives),
    Contestant("farboot+profile at HTTP/2", "https2", farboot("with/its-own"), goals=tuple(goals.WITH_PROFILE_HTTP2)),
]
