"""The small system with an initramfs by dracut, in which systemd runs already; everything else is the same image."""

import pytest
from machine import Machine


@pytest.fixture
def machine(small_system):
    made = Machine(small_system, "dracut")
    made.power_on(initramfs="initrd-dracut.img")
    yield made
    made.pc.power_off()


def test_root_of_a_dracut_initramfs_survives(machine):
    """What reads the root has left the initramfs's services, is marked, and outlives its being killed."""
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
    machine.no_errors()
    machine.power_off()
