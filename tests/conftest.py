"""What all tests share: no network, and a cache folder of their own."""

import os

import pytest
from hypothesis import settings

# Set before anything imports a hub client: a test must not wait for a network.
os.environ["HF_HUB_OFFLINE"] = "1"

# So that a page that differs from its golden one is shown line by line.
pytest.register_assert_rewrite("worthit.tests.reports_factory")

# The same examples each time, so that a failure is about the change that is being tested; new ones
# are looked for with `pytest --hypothesis-profile=explore`.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("same")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Keep the built-in set's cache out of the user's home."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(autouse=True)
def not_quiet(monkeypatch):
    """Forget that an earlier test asked for quiet, which is a setting of the whole process."""
    monkeypatch.delenv("WORTHIT_QUIET", raising=False)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Write a small checkpoint, once for all tests."""
    from worthit.tests.tiny_checkpoint import write_checkpoint  # transformers takes seconds

    return str(write_checkpoint(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def masked(tmp_path_factory):
    """Write one that can go on learning by masked words."""
    from worthit.tests.tiny_checkpoint import write_checkpoint

    return str(write_checkpoint(tmp_path_factory.mktemp("masked"), masked=True))
