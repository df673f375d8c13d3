"""One image, and everything that serves it: a store behind nginx, the plain file over HTTP and NBD."""

import json
import os
import random
import shutil
import socket
from contextlib import ExitStack

from bench_trace import load
from processes import Program, run

MEBIBYTE = 1024 * 1024

# As Debian's nginx with packaging/nginx/farboot.conf serves a store: a process for each processor, a line in the log for
# each request. And the image as a plain file for readers that want one.
NGINX = """
user root root;
daemon off;
worker_processes auto;
pid {own}/nginx.pid;
error_log {own}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {own}/access.log;
    client_body_temp_path {own}/t1; proxy_temp_path {own}/t2; fastcgi_temp_path {own}/t3;
    uwsgi_temp_path {own}/t4; scgi_temp_path {own}/t5;
    sendfile on;
    tcp_nopush on;
    server {{
        listen {address}:{https} ssl;
        listen {address}:{https2} ssl http2;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:farboot:10m;
        location /store/ {{ alias {folder}/store/; }}
        location /with/ {{ alias {folder}/with/; }}
    }}
    server {{
        listen {address}:{http};
        location = /image {{ alias {folder}/image; }}
        location /store/ {{ alias {folder}/store/; }}
    }}
}}
"""


# Where the servers are behind a link in a guest.
FAR_ADDRESS = "10.77.2.2"


def free_port(address="127.0.0.1"):
    with socket.create_server((address, 0)) as probe:
        return probe.getsockname()[1]


def listens(port, address="127.0.0.1"):
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def _write_noise(file, source, length):
    for start in range(0, length, MEBIBYTE):
        file.write(source.randbytes(min(MEBIBYTE, length - start)))


class Servers:
    """nginx and nbdkit with all that a site has, on free ports of an address, as long as the `with` block."""

    def __init__(self, site, address):
        self.site = site
        self.address = address
        self.ports = {}
        self.nginx = None  # the program
        self._running = None

    def __enter__(self):
        own = self.site.folder / f"at-{self.address}"
        own.mkdir(exist_ok=True)
        self.ports = {name: free_port(self.address) for name in ("https", "https2", "http", "nbd")}
        config = own / "nginx.conf"
        config.write_text(NGINX.format(folder=self.site.folder, own=own, address=self.address,
                                       https=self.ports["https"], https2=self.ports["https2"],
                                       http=self.ports["http"]), encoding="ascii")
        nginx = Program(["/usr/sbin/nginx", "-c", config], own / "log")
        nbdkit = Program(["nbdkit", "-f", "-r", "-i", self.address, "-p", self.ports["nbd"], "file", self.site.image],
                         own / "log")
        with ExitStack() as started:  # one that does not start takes the other along
            for program, port in ((nginx, self.ports["https"]), (nbdkit, self.ports["nbd"])):
                started.enter_context(program)
                program.wait_for(lambda port=port: listens(port, self.address))
            self._running = started.pop_all()
        self.nginx = nginx
        return self

    def __exit__(self, *_):
        self._running.close()


class Site:
    """Made once in a folder and kept for the next run; serves as long as the `with` block. Beside the store there are
    others below `with`, with profiles made of the trace itself (`its-own`) and of the trace's relatives, and with the
    one that the image inherits from the version before (`inherited`)."""

    def __init__(self, folder, build, trace):
        self.folder = folder / f"site-{trace.image_bytes}"
        self.trace = trace
        self.image_bytes = trace.image_bytes
        self.image = self.folder / "image"
        self.store = self.folder / "store"
        self.policy = self.folder / "policy.dsse"
        self.record = self.folder / "record.dsse"
        self.authority = self.folder / "ca.pem"
        self.build = build
        self.farboot = build / "rootfs/cli/farboot"
        self.plugin = build / "rootfs/nbd/nbdkit-farboot-plugin.so"
        self.reader_tool = build / "rootfs/nbd/farboot-reader"
        self.manifest = None
        self.servers = Servers(self, "127.0.0.1")

    @property
    def ports(self):
        return self.servers.ports

    def make(self):
        done = self.folder / "made"
        if not done.exists() or done.stat().st_mtime < self.farboot.stat().st_mtime:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self._make_image()
            self._publish()
            self._make_certificates()
            done.touch()
        self.manifest = self._manifest_of(self.record)

    def _manifest_of(self, record):
        return json.loads(run(self.farboot, "record", "show", "--json", record))["payload"]["image"]["manifest"]

    def _make_image(self):
        """The same bytes each time, which do not compress, like those of a squashfs."""
        with open(self.image, "wb") as image:
            _write_noise(image, random.Random(self.image_bytes), self.image_bytes)

    def _publish(self):
        key, statement, kernel = (self.folder / name for name in ("publisher.pem", "statement.pem", "kernel"))
        kernel.write_bytes(b"not needed here")
        for file in (key, statement):
            run(self.farboot, "key", "new", file)
        run(self.farboot, "policy", "new", "--publisher", key, "--statement", statement, "--sign", key,
            "-o", self.policy)
        self._publish_image(self.image, self.store, self.record)

    def _publish_image(self, image, store, record):
        kernel = self.folder / "kernel"
        run(self.farboot, "publish", "boot", "--store", store, "--series", "bench", "--number", "1", "--title",
            "Bench", "--kernel", kernel, "--initramfs", kernel, "--image", image, "--profile", "none",
            "--key", self.folder / "publisher.pem", "-o", record)

    def _copy_store(self, name):
        """A store with the same packs."""
        copy = self.folder / "with" / name
        shutil.rmtree(copy, ignore_errors=True)
        copy.parent.mkdir(exist_ok=True)
        shutil.copytree(self.store / "v1", copy / "v1", copy_function=os.link)
        return copy

    def _make_profile(self, store, trace, manifest):
        """A hot pack made of these reads for this image of the store."""
        file = self.folder / "trace.csv"
        file.write_text(trace.file.read_text().replace(trace.manifest, manifest))
        run(self.farboot, "profile", "make", file, "--store", store)

    def _inherit_profile(self, store, before):
        """Publishes the version before, with the profile of its own trace, and has the image inherit that."""
        image, record = self.folder / "before", self.folder / "before.dsse"
        self._make_image_before(image, before)
        self._publish_image(image, store, record)
        image.unlink()
        manifest = self._manifest_of(record)
        self._make_profile(store, before, manifest)
        run(self.farboot, "profile", "inherit", manifest, self.manifest, "--store", store)

    def _make_image_before(self, file, before):
        """What both versions share lies where it lay; the rest is noise of its own."""
        source = random.Random(before.manifest)
        with open(file, "wb") as image, open(self.image, "rb") as successor:
            for offset, place, length in sorted(before.shared):
                _write_noise(image, source, offset - image.tell())
                successor.seek(place)
                image.write(successor.read(length))
            _write_noise(image, source, before.image_bytes - image.tell())

    def _make_certificates(self):
        def file(name):
            return self.folder / name
        elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        file("names").write_text(f"subjectAltName=IP:127.0.0.1,IP:{FAR_ADDRESS}\n", encoding="ascii")
        run("openssl", "req", "-x509", *elliptic, "-days", "3650", "-subj", "/CN=bench authority",
            "-keyout", file("ca.key"), "-out", self.authority)
        run("openssl", "req", *elliptic, "-subj", "/CN=bench", "-keyout", file("server.key"), "-out", file("server.csr"))
        run("openssl", "x509", "-req", "-in", file("server.csr"), "-CA", self.authority, "-CAkey", file("ca.key"),
            "-CAcreateserial", "-days", "3650", "-extfile", file("names"), "-out", file("server.pem"))

    def __enter__(self):
        self.make()
        if self.trace.file:
            self._make_profile(self._copy_store("its-own"), self.trace, self.manifest)
        for name, file in self.trace.relatives.items():
            self._make_profile(self._copy_store(name), load(file), self.manifest)
        if self.trace.before:
            self._inherit_profile(self._copy_store("inherited"), self.trace.before)
        self.servers.__enter__()
        return self

    def __exit__(self, *_):
        self.servers.__exit__()
