"""The demo: one PC through the whole chain. Started by packaging/demo, which installs and builds first."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict

from . import chain
from .pc import PC, PCError
from .site import ROOT, Site, SiteError, one_time_password

VIEW_PORT = 6080


def set_up(site):
    steps = [("server, authority, keys and policy", site.make_server), ("sample images", site.make_images),
             ("start the server", site.start_server), ("publish", site.publish), ("preboot system", site.make_pbl)]
    for number, (what, step) in enumerate(steps, 1):
        print(f"demo: {number}/{len(steps)} {what}", flush=True)
        start = time.monotonic()
        step()
        print(f"demo: {number}/{len(steps)} {what}: {time.monotonic() - start:.0f} s", flush=True)


def headless(site, folder):
    pc = PC(folder / "pc")
    run = chain.Chain(site, pc, folder)
    for old in folder.glob("[0-9][0-9]-*.png"):
        old.unlink()
    try:
        run.run()
    finally:
        phases = run.phases()
        (folder / "phases.json").write_text(json.dumps([asdict(phase) for phase in phases], indent=2) + "\n")
        print(chain.table(phases), flush=True)
        pc.power_off()
    print(f"demo: the virtual OS is up. Pictures and phases.json are in {folder}.")


def with_display(site, folder):
    """A window where there is a display, else a noVNC page on localhost that takes one password once."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        pc = PC(folder / "pc", display=["-display", "gtk"])
        try:
            chain.Chain(site, pc, folder).power_on()
            print("demo: the PC is in the window. Closing it ends the demo.", flush=True)
            pc.wait_off(None)
        finally:
            pc.power_off()
        return
    screen = folder / "pc/vnc.sock"
    pc = PC(folder / "pc", display=["-vnc", f"unix:{screen},password=on"])
    proxy = None

    inside = False

    def invite():
        password = one_time_password()
        pc.qmp.command("set_password", protocol="vnc", password=password)
        pc.qmp.command("expire_password", protocol="vnc", time="never")
        print(f"demo: password, good for one connection: {password}", flush=True)

    def used(event):
        nonlocal inside
        if event["event"] == "VNC_INITIALIZED":  # someone is in: the password has done its work
            inside = True
            pc.qmp.command("expire_password", protocol="vnc", time="now")
        elif event["event"] == "VNC_DISCONNECTED" and inside:
            inside = False
            invite()

    pc.on_event = used
    try:
        chain.Chain(site, pc, folder).power_on()
        proxy = subprocess.Popen(["websockify", "--web", "/usr/share/novnc", f"--unix-target={screen}", f"localhost:{VIEW_PORT}"],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_for_port(proxy)
        print(f"demo: the PC's screen is at http://localhost:{VIEW_PORT}/vnc.html?autoconnect=1&resize=scale")
        invite()
        print("demo: Ctrl-C ends the demo.", flush=True)
        pc.wait_off(None)
    finally:
        if proxy:
            proxy.terminate()
        pc.power_off()


def wait_for_port(proxy):
    """Until the page is served. Raises SiteError with what websockify says."""
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("localhost", VIEW_PORT), 1).close()
            break
        except OSError:
            if proxy.poll() is not None or time.monotonic() > end:
                said = proxy.stderr.read().strip() if proxy.poll() is not None else ""
                raise SiteError(f"The PC's screen cannot be shown on port {VIEW_PORT}: websockify does not serve it. {said}") from None
            time.sleep(0.1)
    threading.Thread(target=proxy.stderr.read, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(prog="packaging/demo", description="Boots a virtual PC through all of Farboot.")
    parser.add_argument("--headless", action="store_true", help="unattended: pictures and a table in build/demo/")
    parser.add_argument("--build", default=ROOT / "build/default", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # Told to end in whatever way, it ends what it has started.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    folder = ROOT / "build/demo"
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder / "site", arguments.build)
    try:
        set_up(site)
        if arguments.headless:
            headless(site, folder)
        else:
            with_display(site, folder)
    except (SiteError, PCError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        site.stop_server()
    return 0


if __name__ == "__main__":
    sys.exit(main())
