"""Brian2, which several validations run beside spikesim."""

import logging
import warnings

import pytest


@pytest.fixture(scope="module")
def brian2():
    """Brian2, interpreted by NumPy; its import may warn of things that are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("brian2", reason="Brian2 is not installed (extra 'test')")
        module.prefs.codegen.target = "numpy"
        logging.getLogger("brian2").setLevel(logging.ERROR)
        yield module
