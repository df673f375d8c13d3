"""A site and a PC for the end-to-end tests; both are the ones that packaging/demo uses."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

from lab.site import Site  # noqa: E402
from lab.system import System  # noqa: E402


@pytest.fixture(scope="session")
def site():
    folder = ROOT / "build/e2e"
    folder.mkdir(parents=True, exist_ok=True)
    made = Site(folder / "site", ROOT / "build/default")
    made.make_server()
    made.make_images()
    made.start_server()
    for kind in ("rules", "locations", "entries"):  # of an earlier run: older, or of a test that was killed
        for left in made.request("GET", f"/api/v1/{kind}")[kind]:
            made.request("DELETE", f"/api/v1/{kind}/{left['id']}", headers={"If-Match": "*"})
    made.publish()
    made.make_pbl()
    yield made
    made.stop_server()


@pytest.fixture(scope="session")
def small_system(site):
    return System(site, "managers")


@pytest.fixture
def menu(site):
    """Adds entries that are the first ones of the menu as long as the test runs."""
    added = []

    def add(kind, record, title):
        entry = site.request("POST", "/api/v1/entries", {"kind": kind, "record": record, "title": {"en": title}})
        added.append(entry["id"])
        others = [each["id"] for each in site.request("GET", "/api/v1/entries")["entries"] if each["id"] != entry["id"]]
        site.request("PUT", "/api/v1/entries/order", {"ids": [entry["id"], *others]})

    yield add
    for entry in added:
        site.request("DELETE", f"/api/v1/entries/{entry}", headers={"If-Match": "*"})
