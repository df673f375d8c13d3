"""A trial boot where the image is published gives it its profile before the first PC starts it."""

import json
from subprocess import PIPE

import pytest
from lab.site import run
from machine import Machine


@pytest.fixture
def learnt(small_system, site):
    """What the trial boot says; the image has no profile before and after."""
    small_system.forget_profile()
    yield json.loads(run(site.farboot, "profile", "learn", small_system.record, "--store", site.store,
                         "--memory", "1024", "--longest", "1800", "--until", "farboot login:",
                         "--trace", small_system.folder / "trial.csv", "--json", stdout=PIPE).stdout)
    small_system.forget_profile()


def test_the_first_boot_asks_for_next_to_nothing_itself(learnt, small_system, site):
    assert learnt["chunks"] > 100
    machine = Machine(small_system, "trial")
    machine.power_on()
    export = machine.status()["exports"][0]
    print(f"trial boot: {learnt}\nfirst boot, with a log-in: {export}")
    hot = export["hot_bytes"]
    assert export["hot"]["state"] == "done"
    assert export["hot"]["chunks"] == learnt["chunks"]
    # What the trial has read came by itself, and hardly anything else was read. What was read counts, not what came
    # beside it: more does where the server seems far, as on a busy machine.
    assert learnt["stored_bytes"] - hot < hot / 4
    assert export["used_bytes"] - learnt["plain_bytes"] < hot / 4
    machine.no_errors()
    machine.power_off()
