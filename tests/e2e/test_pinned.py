"""A pinned image: once all of it is on the PC's disk, the running system needs no server."""

import subprocess

import pytest
from lab import chain
from machine import READER, Machine


@pytest.fixture
def machine(small_system, tmp_path):
    disk = tmp_path / "disk.img"
    # The reader of the root gets half of it.
    subprocess.run(["mkfs.ext4", "-q", "-L", "FARBOOT-CACHE", disk, "2G"], check=True)
    made = Machine(small_system, "pinned", extra=["-drive", f"file={disk},format=raw,if=virtio"])
    made.power_on("farboot.pin")
    yield made
    made.pc.power_off()


def test_pinned_image_is_read_without_a_server(machine, site):
    machine.wait(f"{READER} status | grep -q '\"complete\"'", chain.SYSTEM)
    export = machine.status()["exports"][0]
    assert export["pinned"]["state"] == "complete"
    assert export["pinned"]["present"] == export["pinned"]["chunks"] > 0
    site.stop_server(kill=True)
    try:
        for _ in range(3):
            before, after = machine.end_cold_read(machine.start_cold_read())
            assert before == after
    finally:
        site.start_server()
    assert machine.status()["exports"][0]["disk_hits"] > export["disk_hits"]
    machine.no_errors()
