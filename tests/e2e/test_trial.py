"""A trial boot where the image is published gives it its profile before the first PC starts it."""

import json
from subprocess import PIPE

import pytest
from lab.site import run
from machine import Machine


@pytest.fixture
def learnt(small_system, site):
    """What the trial boot says; the image has no profile before and after."""
    record = json.loads(run(site.farboot, "record", "show", "--json", small_system.record, stdout=PIPE).stdout)
    manifest = record["payload"]["image"]["manifest"]
    drop = [site.farboot, "profile", "drop", manifest, "--store", site.store]
    run(*drop)
    yield json.loads(run(site.farboot, "profile", "learn", small_system.record, "--store", site.store,
                         "--memory", "1024", "--longest", "1800", "--until", "farboot login:",
                         "--trace", small_system.folder / "trial.csv", "--json", stdout=PIPE).stdout)
    run(*drop)


def test_the_first_boot_asks_for_little_itself(learnt, small_system):
    assert learnt["chunks"] > 100
    machine = Machine(small_system, "trial")
    machine.power_on()
    status = machine.run("farboot-reader --socket /run/initramfs/run/control.sock status")
    export = json.loads(status[status.index("{"):])["exports"][0]
    print(f"trial boot: {learnt}\nfirst boot: {export}")
    assert export["hot"]["state"] == "done"
    assert export["hot"]["chunks"] == learnt["chunks"]
    # What the log-in reads is not in it: some 7 MB. How much comes beside what is asked for depends on how far the
    # server seems, which is another matter on a busy machine.
    assert export["demand_bytes"] < export["hot_bytes"] * 2 / 3
    machine.no_errors()
    machine.power_off()
