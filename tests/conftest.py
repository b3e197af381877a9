"""Options of the tests."""

import zlib


def pytest_addoption(parser):
    parser.addoption(
        "--share", default="0/1", metavar="K/N",
        help="of the thorough tests, have only those of every N-th file, with the remainder K",
    )  # fmt: skip


def pytest_collection_modifyitems(config, items):
    """Whole files, because the tests of a file share kernels."""
    k, n = map(int, config.getoption("--share").split("/"))
    left_out = {
        item
        for item in items
        if item.get_closest_marker("thorough") and zlib.crc32(item.location[0].encode()) % n != k
    }
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
