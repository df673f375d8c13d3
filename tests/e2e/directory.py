"""A directory of users: OpenLDAP's slapd over TLS, with an authority of its own."""

import socket
import subprocess
import time

from lab.site import HOST_FROM_GUEST, SiteError, run

CONFIGURATION = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
security simple_bind=128
database mdb
suffix {base}
directory {folder}/db
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""

BASE = "dc=example,dc=org"


def wait_for_port(process, port, log):
    """Until somebody listens there."""
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise SiteError(f"{process.args[0]} does not listen on port {port}: {log.read_text()[-2000:]}") from None
            time.sleep(0.1)


class Directory:
    """`users`: names with numbers; each one's password is his name twice."""

    def __init__(self, folder, port, users):
        self.folder = folder
        self.port = port
        self.url = f"ldaps://{HOST_FROM_GUEST}:{port}"
        (folder / "db").mkdir(parents=True)
        self._make_certificates()
        (folder / "slapd.conf").write_text(CONFIGURATION.format(folder=folder, base=BASE))
        (folder / "ldif").write_text("\n".join([
            f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n",
            *(f"dn: uid={name},{BASE}\nobjectClass: account\nobjectClass: posixAccount\nuid: {name}\ncn: {name}\n"
              f"uidNumber: {number}\ngidNumber: {number}\nhomeDirectory: /home/{name}\nloginShell: /bin/bash\n"
              f"userPassword: {name}{name}\n" for name, number in users.items())]))
        run("slapadd", "-f", folder / "slapd.conf", "-l", folder / "ldif")

    def _make_certificates(self):
        def openssl(*arguments):
            run("openssl", *arguments, cwd=self.folder, stderr=subprocess.DEVNULL)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=Directory's authority")
        openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=directory")
        (self.folder / "names").write_text(f"subjectAltName=IP:{HOST_FROM_GUEST}\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "30", "-extfile", "names",
                "-out", "server.pem")

    def ca(self):
        return (self.folder / "ca.pem").read_text()

    def start(self):
        log = self.folder / "log"
        with open(log, "wb") as file:
            self.process = subprocess.Popen(["slapd", "-d", "stats", "-h", f"ldaps://127.0.0.1:{self.port}", "-f",
                                             str(self.folder / "slapd.conf")], stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        wait_for_port(self.process, self.port, log)

    def stop(self):
        self.process.kill()
        self.process.wait()
