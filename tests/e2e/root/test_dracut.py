"""The small system with an initramfs by dracut, in which systemd runs already; everything else is the same image."""

import pytest
from lab import chain
from lab.segment import Segment
from machine import Machine

LEASE = 20


@pytest.fixture
def machine(small_system):
    segment = Segment(lease_seconds=LEASE)
    made = Machine(small_system, "dracut", segment.arguments())
    made.segment = segment
    made.power_on(initramfs="initrd-dracut.img")
    yield made
    made.pc.power_off()
    segment.close()


def test_root_of_a_dracut_initramfs_survives(machine):
    """What reads the root has left the initramfs's services, is marked, and outlives its being killed, systemd's executing
    itself anew, the loss of the card's link, and twice its lease."""
    begun, acknowledged = int(machine.run("cut -d. -f1 /proc/uptime")), machine.segment.acknowledged
    assert "dracut" in machine.run("journalctl --boot --quiet --unit dracut-pre-mount.service")
    stages = [stage.name for stage in machine.pc.stages]
    assert stages == ["initramfs-start", "reader-start", "nbd-attached", "root-mounted"]
    for name, process in machine.keepers().items():
        assert machine.run(f"cat /proc/{process}/cgroup").strip() == "0::/init.scope", name
        assert machine.run(f"cat /proc/{process}/oom_score_adj").strip() == "-1000", name
    assert machine.run("systemctl is-system-running --wait; systemctl --failed --no-legend").split() == ["running"]
    assert machine.run("stat -c %a /run/initramfs/etc/resolv.conf").strip() == "644"
    machine.cold_read()
    machine.kill_reader()
    machine.cold_read()
    machine.run("systemctl daemon-reexec")
    machine.cold_read()
    card = machine.run("ls -d /sys/class/net/*/device | cut -d/ -f5").strip()
    before = machine.pc.text_length()
    machine.cold_read(f"ip link set dev {card} down")
    machine.pc.wait_text("farboot: something took the address of", chain.SYSTEM, start=before)
    machine.wait(f"[ $(cut -d. -f1 /proc/uptime) -gt {begun + 2 * LEASE} ]")
    machine.cold_read()
    assert machine.segment.acknowledged >= acknowledged + 2
    machine.power_off()
