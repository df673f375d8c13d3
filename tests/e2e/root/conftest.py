"""A site that has only what these tests publish, with ports of its own: they run beside those of the preboot system."""

import pytest
from lab.site import ROOT, Site


@pytest.fixture(scope="session")
def site():
    made = Site(ROOT / "build/e2e/root-site", ROOT / "build/default", port=8453)
    made.make_server()
    made.start_server()
    yield made
    made.stop_server()
