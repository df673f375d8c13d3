"""One image, and everything that serves it: a store behind nginx, the plain file over HTTP and NBD."""

import json
import os
import random
import shutil
import socket
from contextlib import ExitStack

from processes import Program, run

MEBIBYTE = 1024 * 1024

# As packaging/nginx/farboot.conf serves a store, and the image as a plain file for readers that want one.
NGINX = """
user root root;
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    sendfile on;
    tcp_nopush on;
    server {{
        listen 127.0.0.1:{https} ssl;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:farboot:10m;
        location /store/ {{ alias {folder}/store/; }}
        location /profiled/ {{ alias {folder}/profiled/; }}
        location /guessed/ {{ alias {folder}/guessed/; }}
    }}
    server {{
        listen 127.0.0.1:{http};
        location = /image {{ alias {folder}/image; }}
        location /store/ {{ alias {folder}/store/; }}
    }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Site:
    """Made once in a folder and kept for the next run; serves as long as the `with` block. Beside the store there are
    `profiled`, which knows the trace, and `guessed`, if there is a guess of what the traced image's start reads."""

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
        self.ports = {}
        self.manifest = None
        self.nginx = None  # the program
        self._running = ExitStack()

    def make(self):
        done = self.folder / "made"
        if not done.exists() or done.stat().st_mtime < self.farboot.stat().st_mtime:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self._make_image()
            self._publish()
            self._make_certificates()
            done.touch()
        record = json.loads(run(self.farboot, "record", "show", "--json", self.record))
        self.manifest = record["payload"]["image"]["manifest"]

    def _make_image(self):
        """The same bytes each time, which do not compress, like those of a squashfs."""
        source = random.Random(self.image_bytes)
        with open(self.image, "wb") as image:
            for start in range(0, self.image_bytes, MEBIBYTE):
                image.write(source.randbytes(min(MEBIBYTE, self.image_bytes - start)))

    def _publish(self):
        key, statement, kernel = (self.folder / name for name in ("publisher.pem", "statement.pem", "kernel"))
        kernel.write_bytes(b"not needed here")
        for file in (key, statement):
            run(self.farboot, "key", "new", file)
        run(self.farboot, "policy", "new", "--publisher", key, "--statement", statement, "--sign", key,
            "-o", self.policy)
        run(self.farboot, "publish", "boot", "--store", self.store, "--series", "bench", "--number", "1", "--title",
            "Bench", "--kernel", kernel, "--initramfs", kernel, "--image", self.image, "--key", key, "-o", self.record)

    def _make_profile(self, name, reads):
        """A store with the same packs, and a hot pack made of these reads, a trace's file."""
        profiled = self.folder / name
        shutil.rmtree(profiled, ignore_errors=True)
        shutil.copytree(self.store / "v1", profiled / "v1", copy_function=os.link)
        trace = self.folder / "trace.csv"
        trace.write_text(reads.read_text().replace(self.trace.manifest, self.manifest))
        run(self.farboot, "profile", "make", trace, "--store", profiled)

    def _make_certificates(self):
        def file(name):
            return self.folder / name
        elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        file("names").write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
        run("openssl", "req", "-x509", *elliptic, "-days", "3650", "-subj", "/CN=bench authority",
            "-keyout", file("ca.key"), "-out", self.authority)
        run("openssl", "req", *elliptic, "-subj", "/CN=bench", "-keyout", file("server.key"), "-out", file("server.csr"))
        run("openssl", "x509", "-req", "-in", file("server.csr"), "-CA", self.authority, "-CAkey", file("ca.key"),
            "-CAcreateserial", "-days", "3650", "-extfile", file("names"), "-out", file("server.pem"))

    def __enter__(self):
        self.make()
        if self.trace.file:
            self._make_profile("profiled", self.trace.file)
        if self.trace.guess:
            self._make_profile("guessed", self.trace.guess)
        self.ports = {name: free_port() for name in ("https", "http", "nbd")}
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, https=self.ports["https"], http=self.ports["http"]),
                          encoding="ascii")
        for command in (["/usr/sbin/nginx", "-c", config],
                        ["nbdkit", "-f", "-r", "-i", "127.0.0.1", "-p", self.ports["nbd"], "file", self.image]):
            server = self._running.enter_context(Program(command, self.folder / "servers.log"))
            self.nginx = self.nginx or server
            port = self.ports["https" if "nginx" in str(command[0]) else "nbd"]
            server.wait_for(lambda port=port: listens(port))
        return self

    def __exit__(self, *_):
        self._running.close()
