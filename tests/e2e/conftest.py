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
    made.publish()
    made.make_pbl()
    yield made
    made.stop_server()


@pytest.fixture(scope="session")
def small_system(site):
    return System(site, "managers")
