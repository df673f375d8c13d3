"""An enrolled PC's system restarts by an admin's command without its firmware, and comes up as the version that is offered."""

from lab import chain
from test_pcs import UUID, Registry, machine  # noqa: F401 (the fixture)


def test_a_system_restarts_without_the_firmware(site, small_system, machine):  # noqa: F811
    registry = Registry(site)
    machine.start()
    pc = registry.pc()
    assert pc["uuid"] == UUID
    registry.confirm(pc["asking"]["code"])
    registry.command(action="boot", record="boot/small-pc")
    machine.wait_stage("root-mounted", chain.SYSTEM)
    registry.wait(lambda pc: pc["state"] == "running", chain.SYSTEM)
    first = registry.starts()[0]["number"]
    small_system.publish("small-pc", "boot=farboot console=tty0 console=ttyS0 systemd.default_device_timeout_sec=900 again",
                         small_system.folder / "small-pc.dsse")

    # The lab's PCs go off when the firmware is told to reset them: this one has to stay on.
    before = len(machine.stages)
    command = registry.command(action="kexec-reboot")
    machine.wait_stage("root-mounted", chain.SYSTEM, after=before)
    assert [stage.name for stage in machine.stages[before:]][0] == "initramfs-start", "no preboot system in between"
    registry.wait(lambda pc: pc["state"] == "running" and pc["runs"]["number"] > first, chain.SYSTEM)
    told = registry.commands()[0]
    assert (told["id"], told["outcome"]) == (command["id"], "done")
    newest, previous = registry.starts()[:2]
    assert newest["number"] > first and newest["ending"] is None and newest["stages"] == []
    assert previous["number"] == first and previous["ending"] == "reboot"
    machine.wait_text("Command line: boot=farboot .* again", chain.SYSTEM)  # the new version's own

    registry.command(action="power-off")
    machine.wait_off(chain.SYSTEM)
