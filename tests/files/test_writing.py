"""Files that users name: whole or as they were, with the permissions and kinds that they mean."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import spikesim as sim
from spikesim import interchange, plot
from spikesim.files import replaced, writing, written
from spikesim.files.arrays import read_arrays, write_arrays

posix = pytest.mark.skipif(os.name != "posix", reason="kinds of files and permissions of POSIX")
TRAINS = sim.SpikeTrains([1.0, 2.0], [0, 1], n=2, t_start=0.0, t_stop=3.0, name="cells")


def state(path):
    net = sim.Network(seed=1)
    net.population("cells", 2, sim.LIF())
    net.save_state(path)


WRITERS = {
    "save_state": state,
    "save": lambda path: interchange.save(path, TRAINS),
    "save_csv": lambda path: interchange.save_csv(path, TRAINS),
    "save_raster": lambda path: plot.save_raster(TRAINS, path),
}
writers = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


@writers
def test_new_files_have_the_permissions_of_the_umask(tmp_path, write):
    path = tmp_path / "file.png"
    for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
        path.unlink(missing_ok=True)
        before = os.umask(mask)
        try:
            write(path)
        finally:
            os.umask(before)
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == mode
    assert [p.name for p in tmp_path.iterdir()] == ["file.png"]


@posix
@writers
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path, write):
    path = tmp_path / "file.png"
    path.write_text("old")
    path.chmod(0o640)
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_bytes() != b"old"


@posix
@writers
def test_links_are_followed(tmp_path, write):
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "real.png"
    link, second = tmp_path / "link.png", tmp_path / "second.png"
    link.symlink_to(Path("there") / "real.png")
    second.symlink_to(link)
    for path in (link, second):  # to nothing at first
        write(path)
        assert link.is_symlink()
        assert second.is_symlink()
        assert target.stat().st_size > 50
        target.write_text("old")
    assert [p.name for p in target.parent.iterdir()] == ["real.png"]


@posix
@writers
def test_pipes_are_written_to(tmp_path, write):
    path, got = tmp_path / "pipe.png", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    write(path)
    reader.join(10.0)
    assert stat.S_ISFIFO(path.stat().st_mode)
    write(tmp_path / "file.png")
    if write is not WRITERS["save_raster"]:  # pictures hold the time
        assert abs(len(got[0]) - (tmp_path / "file.png").stat().st_size) < 500
    assert len(got[0]) > 50


@posix
def test_what_came_through_a_pipe_can_be_read(tmp_path):
    path, got = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    interchange.save(path, TRAINS)
    reader.join(10.0)
    (tmp_path / "file.npz").write_bytes(got[0])
    assert interchange.load(tmp_path / "file.npz").equals(TRAINS)


@posix
@pytest.mark.parametrize("write", list(WRITERS.values())[:3], ids=list(WRITERS)[:3])
def test_devices_are_written_to(tmp_path, write):
    before = os.stat("/dev/null")
    write("/dev/null")
    (tmp_path / "null").symlink_to("/dev/null")
    write(tmp_path / "null")
    assert os.stat("/dev/null").st_ino == before.st_ino
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert (tmp_path / "null").is_symlink()


@pytest.mark.thorough
@posix
def test_the_standard_output_is_written_to(tmp_path):
    """Where it is a file, that file stays: others have it open."""
    code = (
        "import spikesim as sim\n"
        "t = sim.SpikeTrains([1.0], [0], n=1, t_start=0.0, t_stop=3.0)\n"
        "sim.interchange.save_csv('/dev/stdout', t)\n"
    )
    path = tmp_path / "out.csv"
    with open(path, "wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
        assert os.path.samestat(os.fstat(out.fileno()), path.stat())
    assert interchange.load_csv(path).n_spikes == 1
    piped = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert piped.stdout == path.read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("write", list(WRITERS.values())[:3], ids=list(WRITERS)[:3])
def test_a_full_disk_is_said_with_the_path_that_was_given(tmp_path, write):
    link = tmp_path / "mine.npz"
    link.symlink_to("/dev/full")
    with pytest.raises(sim.SpikesimError, match=r"cannot write .*mine\.npz: No space left"):
        write(link)


@posix
@pytest.mark.parametrize("write", [interchange.save, interchange.save_csv])
def test_a_disk_that_fills_up_half_way(tmp_path, write):
    import resource

    path = tmp_path / "file.npz"
    path.write_text("old")
    times = np.linspace(0.1, 99.0, 100_000)
    large = sim.SpikeTrains(times, np.arange(times.size) % 9, n=9, t_start=0.0, t_stop=100.0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(sim.SpikesimError, match=r"cannot write .*file\.npz: File too large"):
            write(path, large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.npz"]


@writers
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_errors_of_the_system_name_the_path_and_change_nothing(tmp_path, monkeypatch, write, code):
    path = tmp_path / "file.png"
    path.write_text("old")

    def refused(*args):
        raise OSError(code, os.strerror(code), "/some/draft")

    monkeypatch.setattr(writing.os, "replace", refused)
    with pytest.raises(
        sim.SpikesimError, match=rf"cannot write .*file\.png: {os.strerror(code)}"
    ) as e:
        write(path)
    assert "draft" not in str(e.value)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.png"]


@writers
def test_paths_that_cannot_be(tmp_path, write):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_text("old")
    wrong = {
        tmp_path / "folder.png": "is a folder", tmp_path / "none" / "a.png": "there is no folder",
        tmp_path / "file" / "a.png": "Not a dir|no folder", "a\0.png": "must be a file's path",
        "": "must be a file's path|must end in", 5: "must be a file's path",
        None: "must be a file's path", b"a.png": "must be a file's path",
        "\ud800.png": "no name", f"{tmp_path}/new.png/": "is a folder",
        tmp_path / f"{'x' * 300}.png": "too long",
    }  # fmt: skip
    for path, words in wrong.items():
        with pytest.raises(sim.SpikesimError, match=words):
            write(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.png"]


@posix
def test_long_names_are_possible(tmp_path):
    path = tmp_path / ("\N{GREEK SMALL LETTER ALPHA}" * 120 + ".npz")
    interchange.save(path, TRAINS)
    assert interchange.load(path).equals(TRAINS)


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_files_that_may_not_be_written(tmp_path):
    path = tmp_path / "file.npz"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(sim.SpikesimError, match=r"cannot write .*Permission denied"):
        interchange.save(path, TRAINS)
    assert path.read_text() == "old"


@posix
def test_drafts_of_killed_processes_are_removed_at_the_next_save(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom spikesim.files import replaced\n"
        "with replaced(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half')\n    file.flush()\n"
        "    print('on', flush=True)\n    time.sleep(60)\n"
    )
    path = tmp_path / "state.npz"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "on\n"
    interchange.save(tmp_path / "other.npz", TRAINS)
    assert len(list(tmp_path.glob(".*"))) == 1, "a draft that is being written stays"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert len(list(tmp_path.glob(".*"))) == 1
    interchange.save(tmp_path / "other.npz", TRAINS)
    assert [p.name for p in tmp_path.iterdir()] == ["other.npz"]


@posix
def test_only_our_drafts_are_removed(tmp_path):
    others = [".state.tmp", "a.spikesim.tmp", ".keep", "x.tmp"]
    for name in others:
        (tmp_path / name).write_text("mine")
    os.mkfifo(tmp_path / ".a.spikesim.tmp")
    (tmp_path / ".b.spikesim.tmp").symlink_to(tmp_path / ".keep")
    interchange.save(tmp_path / "new.npz", TRAINS)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [*others, "new.npz", ".a.spikesim.tmp", ".b.spikesim.tmp"]
    )


def test_threads_that_write_one_file(tmp_path):
    path, errors = tmp_path / "file.npz", []

    def write(k):
        try:
            for _ in range(20):
                with written(path, "test") as file:
                    write_arrays(file, {"k": np.full(500, k)})
                assert np.ptp(read_arrays(path)["k"]) == 0
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert [p.name for p in tmp_path.iterdir()] == ["file.npz"]


def test_an_interrupted_writer_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")

    def interrupted():
        with replaced(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_without_locks_only_old_drafts_are_removed(tmp_path, monkeypatch):
    class Lockless:
        LOCK_EX = LOCK_NB = 0

        @staticmethod
        def flock(*args):
            raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(writing, "fcntl", Lockless)
    young, old = tmp_path / ".young.spikesim.tmp", tmp_path / ".old.spikesim.tmp"
    for draft in (young, old):
        draft.write_text("half")
    os.utime(old, (time.time() - 2 * 86400, time.time() - 2 * 86400))
    interchange.save(tmp_path / "new.npz", TRAINS)
    assert young.exists()
    assert not old.exists()
    monkeypatch.setattr(writing, "fcntl", None)  # Windows
    interchange.save(tmp_path / "new.npz", TRAINS)
    assert [p.name for p in tmp_path.iterdir()] == ["new.npz"]
