"""A server of home directories: NFS-Ganesha, in user space, as a test machine's kernel may have no NFS server."""

import os
import subprocess

from directory import wait_for_port

PORT = 2049  # where clients look for NFS 4

CONFIGURATION = """NFS_CORE_PARAM {{ Protocols = 4; NFS_Port = {port}; Bind_addr = 127.0.0.1; Enable_NLM = false; Enable_RQUOTA = false; }}
NFSv4 {{ Graceless = true; RecoveryBackend = fs; RecoveryRoot = "{folder}/recovery"; Only_Numeric_Owners = true; }}
EXPORT {{ Export_Id = 1; Path = {folder}/home; Pseudo = /export/home; Protocols = 4; Access_Type = RW;
         Squash = Root_Squash; SecType = sys; FSAL {{ Name = VFS; }} }}
"""


class HomeServer:
    """`users`: names with numbers, who each get a folder."""

    def __init__(self, folder, users):
        self.folder = folder
        (folder / "recovery").mkdir(parents=True)
        for name, number in users.items():
            home = folder / "home" / name
            home.mkdir(mode=0o700, parents=True)
            os.chown(home, number, number)
        (folder / "home").chmod(0o755)
        (folder / "ganesha.conf").write_text(CONFIGURATION.format(folder=folder, port=PORT))

    def start(self):
        log = self.folder / "log"
        log.touch()
        self.process = subprocess.Popen(["ganesha.nfsd", "-F", "-f", self.folder / "ganesha.conf", "-L", log, "-p",
                                         self.folder / "pid"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_for_port(self.process, PORT, log)

    def stop(self):
        self.process.kill()
        self.process.wait()
