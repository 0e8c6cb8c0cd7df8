"""Shared searches: nothing lost, nothing twice, whoever comes first and whoever is killed."""

import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import optuna
import pytest

from worthit.core.errors import InputError, MissingExtraError
from worthit.corpus import load
from worthit.experiment import heartbeat, slots
from worthit.experiment.address import hide_password
from worthit.experiment.options import typed_command
from worthit.experiment.place import Place
from worthit.experiment.running import make
from worthit.experiment.spec import Spec
from worthit.experiment.storage import open_storage
from worthit.experiment.study import open_slots, worker_of
from worthit.tests.storage_worker import Dial, tune, work

SPACE = Dial().search_space()
SECRET = "s3:cr@t"
# One process loads the libraries, and each worker is a fork of it.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["worthit.tests.storage_worker"])


@pytest.fixture
def start(tmp_path):
    started = []

    def start_worker(name, storage, delay=0.03, worker=None, together=None):
        job = (str(tmp_path), name, storage, 10, delay, worker or name, together)
        process = SERVER.Process(target=work, args=job)
        process.start()
        started.append(process)
        return process

    yield start_worker
    for process in started:
        process.kill()
        process.join()


@pytest.fixture
def journal(tmp_path):
    return f"journal:{tmp_path / 'search.log'}"


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr(heartbeat, "INTERVAL", 1)
    monkeypatch.setattr(heartbeat, "GRACE", 1)
    monkeypatch.setattr(slots, "POLL", 0.02)


@pytest.fixture(scope="module")
def postgres():
    """Address of a private server that is gone after the tests."""
    if not (shutil.which("initdb") and shutil.which("postgres")):
        pytest.skip("PostgreSQL's initdb and postgres are not on this machine")
    folder = Path(tempfile.mkdtemp())
    # The server refuses to run as root; any user without rights will do.
    user = {"user": "nobody", "group": "nogroup"} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, **user)
    password, data = folder / "password", folder / "data"
    password.write_text(SECRET, encoding="utf-8")
    command = ["initdb", "-D", data, "-U", "ann", "-A", "scram-sha-256", f"--pwfile={password}"]
    subprocess.run([*command, "--no-sync"], check=True, capture_output=True, **user)
    port = free_port()
    settings = ["-k", folder, "-p", str(port), "-h", "127.0.0.1", "-F"]
    with (folder / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(["postgres", "-D", data, *settings], stderr=log, **user)
    until(lambda: "ready to accept" in (folder / "log").read_text(encoding="utf-8"))
    yield f"postgresql+psycopg://ann:{SECRET.replace('@', '%40')}@127.0.0.1:{port}/postgres"
    server.send_signal(signal.SIGINT)
    server.wait()
    shutil.rmtree(folder)


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def fits(tmp_path, *names):
    """List the points that workers began to fit, once for each fold that was begun."""
    logs = [tmp_path / f"{name}.log" for name in names]
    return [x for log in logs if log.exists() for x in log.read_text(encoding="utf-8").split()]


def record(tmp_path, name):
    return json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))


def points(record):
    return [trial["params"] for trial in record["trials"]]


def check_shared(tmp_path, names, n_killed=0):
    """Check that workers filled all slots once, and ended with the same story."""
    records = [record(tmp_path, name) for name in names]
    for each in records:
        assert (points(each), each["best"]) == (points(records[0]), records[0]["best"])
    trials = records[0]["trials"]
    assert [trial["number"] for trial in trials] == list(range(10))
    assert points(records[0])[0] == {"x": 0.5, "kind": "round"}
    drawn = [str(trial["params"]["x"]) for trial in trials]
    assert len(set(drawn)) == 10
    everyone = [path.stem for path in tmp_path.glob("*.log") if path.stem != "search"]
    begun, needed = fits(tmp_path, *everyone), sum(len(trial["folds"]) for trial in trials)
    assert set(begun) == set(drawn)
    assert needed <= len(begun) <= needed + 3 * n_killed  # a killed trial is begun again
    return records[0]


def test_two_processes_share_a_study_and_lose_and_repeat_nothing(tmp_path, journal, start):
    together = SERVER.Barrier(2)
    quick = start("quick", journal, together=together)
    slow = start("slow", journal, delay=0.1, together=together)
    quick.join(30)
    slow.join(30)
    found = check_shared(tmp_path, ["quick", "slow"])
    assert found["workers"] == 2
    assert {trial["worker"] for trial in found["trials"]} == {0, 1}


def test_a_killed_worker_costs_its_running_trial_and_another_takes_that_up(
    tmp_path, journal, start
):
    together = SERVER.Barrier(2)
    victim = start("victim", journal, delay=0.5, together=together)
    heir = start("heir", journal, together=together)
    until(lambda: fits(tmp_path, "victim"))
    victim.kill()
    heir.join(30)
    check_shared(tmp_path, ["heir"], n_killed=1)


@pytest.mark.parametrize("kind", ["journal", "sqlite"])
def test_a_worker_that_was_killed_and_started_again_goes_on_as_if_nothing_had_happened(
    tmp_path, start, kind
):
    storage = f"{'journal:' if kind == 'journal' else 'sqlite:///'}{tmp_path / 'shared'}"
    first = start("first", storage, worker="same")
    until(lambda: len(fits(tmp_path, "first")) > 13)
    first.kill()
    start("again", storage, worker="same").join(30)
    found = check_shared(tmp_path, ["again"], n_killed=1)
    assert found["workers"] == 1
    assert points(found) == points(tune(tmp_path / "own.log", 10).record)


def test_a_database_hands_a_dead_workers_trial_on(tmp_path, start):
    storage = f"sqlite:///{tmp_path / 'shared.db'}"
    victim = start("victim", storage, delay=0.5)
    until(lambda: fits(tmp_path, "victim"))
    victim.kill()
    start("heir", storage).join(30)
    check_shared(tmp_path, ["heir"], n_killed=1)


def test_workers_on_postgresql_start_at_once_and_one_is_killed(tmp_path, postgres, start):
    names = ["one", "two", "three"]
    together = SERVER.Barrier(3)
    workers = [start(name, postgres, delay=0.1, together=together) for name in names]
    until(lambda: fits(tmp_path, "three"))
    workers[2].kill()
    for worker in workers[:2]:
        worker.join(30)
    check_shared(tmp_path, names[:2], n_killed=1)


def test_a_database_is_used_without_a_warning(tmp_path, recwarn):
    tune(f"sqlite:///{tmp_path / 'shared.db'}", 2)
    assert [str(warning.message) for warning in recwarn] == []


def test_a_refused_password_is_not_repeated(postgres):
    wrong = postgres.replace("s3", "wr0ng")
    with pytest.raises(InputError, match=r"ann:\*\*\*@127.*password authentication failed") as e:
        open_storage(wrong)
    assert "wr0ng" not in str(e.value)
    assert "\n" not in str(e.value)


def test_a_database_that_does_not_answer_is_named_without_its_password():
    address = f"postgresql+psycopg://ann:s3:cr%40t@127.0.0.1:{free_port()}/studies"
    with pytest.raises(InputError, match=r"Cannot use the database .*refused.*start it") as e:
        open_storage(address)
    assert "s3" not in str(e.value)
    assert "\n" not in str(e.value)


def test_a_missing_driver_is_named_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'worthit\[distributed\]'") as e:
        open_storage("postgresql://ann:s3cret@host/studies")
    assert "s3" not in str(e.value)


@pytest.mark.parametrize(
    "address", ["search.log", "journal:", "://host/db", "no such://host", f"ann:{SECRET}@host"]
)
def test_what_is_no_address_is_refused_at_the_door(address):
    with pytest.raises(InputError, match="journal:FILE or a database such as"):
        Place(storage=address)


def test_an_at_sign_in_a_password_is_asked_for_as_its_code():
    with pytest.raises(InputError, match=r"ann:\*\*\*@host/db' .*%40"):
        Place(storage=f"postgresql://ann:{SECRET}@host/db")


@pytest.mark.parametrize("address", ["oracel://host/db", "postgresql+psycopg://ann@host:port/db"])
def test_an_address_that_no_database_has_is_refused(address):
    with pytest.raises(InputError, match="Got --storage '.*'; give journal:FILE"):
        open_storage(address)


def test_a_journal_must_be_one_and_have_a_folder(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        open_storage(f"journal:{tmp_path / 'unmounted' / 'search.log'}")
    (tmp_path / "train.csv").write_text("text,label\n", encoding="utf-8")
    with pytest.raises(InputError, match="not the journal of a search"):
        open_storage(f"journal:{tmp_path / 'train.csv'}")
    assert (tmp_path / "train.csv").read_text(encoding="utf-8") == "text,label\n"
    with pytest.raises(InputError, match="Cannot use the journal"):
        open_storage(f"journal:{tmp_path}")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"mysql+pymysql://ann:{SECRET}@host:3306/db", "mysql+pymysql://ann:***@host:3306/db"),
        ("postgresql://host/db?password=s3&x=1", "postgresql://host/db?password=***&x=1"),
        ("postgresql://ann@host/db", "postgresql://ann@host/db"),
        ("journal:/shared/a:b@c.log", "journal:/shared/a:b@c.log"),
    ],
)
def test_a_password_is_shown_as_stars(address, shown):
    assert hide_password(address) == shown


@pytest.mark.parametrize("join", [" ", "="])
def test_the_recorded_command_holds_no_password(monkeypatch, join):
    words = f"baseline set --storage{join}postgresql://ann:{SECRET}@host/db".split()
    monkeypatch.setattr(sys, "argv", ["cli.py", *words])
    assert "postgresql://ann:***@host/db" in typed_command()
    assert "s3" not in typed_command()


def test_a_time_limit_counts_a_workers_own_seconds(journal):
    tune(journal, 2, Dial(delay=0.2), worker="slow")
    assert len(tune(journal, 4, time_limit=0.5, worker="new").record["trials"]) == 4
    late = tune(journal, 6, time_limit=0.5, worker="slow").record
    assert len(late["trials"]) == 4
    assert late["stopped"].startswith("the time limit of 0 s was reached, with ")


def test_a_worker_that_was_given_up_stores_nothing(journal, capsys):
    slept, other = (open_slots(journal, "search", 1, 0, name) for name in ("slept", "other"))
    with slept.next_trial(Dial(), SPACE) as lost:
        other.study.tell(lost.number, state=optuna.trial.TrialState.FAIL)
        with other.next_trial(Dial(), SPACE) as trial:
            assert trial.params == lost.params
            slept.tell(lost, [1.0], 1.0, pruned=False)
            other.tell(trial, [0.5], 1.0, pruned=False)
    assert [trial.value for trial in slept.finished()] == [0.5]
    assert "another worker was given it" in capsys.readouterr().err


def test_an_error_in_a_trial_gives_its_slot_back(journal):
    slots = open_slots(journal, "search", 1, 0, "worker")
    with pytest.raises(MemoryError), slots.next_trial(Dial(), SPACE):
        raise MemoryError
    with slots.next_trial(Dial(), SPACE) as trial:
        assert trial.user_attrs["slot"] == 0


def test_fresh_forgets_a_search_that_nobody_is_busy_with(journal, patient):
    tune(journal, 2)
    dead = open_slots(journal, "search", 3, 0, "dead")
    dead.study.ask()
    assert open_slots(journal, "search", 3, 0, "new", fresh=True).finished() == []


def test_fresh_joins_workers_that_are_busy(journal, patient, monkeypatch):
    monkeypatch.setattr(heartbeat, "INTERVAL", 0.1)
    tune(journal, 2)
    busy = open_slots(journal, "search", 3, 0, "busy")
    with busy.next_trial(Dial(), SPACE):
        assert len(open_slots(journal, "search", 3, 0, "new", fresh=True).finished()) == 2


def test_a_lock_that_a_killed_process_left_does_not_hold_its_own_journal(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    journal = Path("work") / "search.log"
    open_storage(journal)
    lock = journal.with_name("search.log.lock")
    lock.touch()
    storage = open_storage(journal)
    assert not lock.exists()  # or the next line would wait for it
    assert optuna.create_study(storage=storage, study_name="search").trials == []


@pytest.mark.parametrize("n_lost", [1, 40, 400, 10_000])
def test_a_search_goes_on_where_a_full_disk_cut_its_own_journal(tmp_path, n_lost):
    whole = tune(tmp_path / "whole.log", 4)
    tune(tmp_path / "own.log", 2)
    written = (tmp_path / "own.log").read_bytes()
    (tmp_path / "own.log").write_bytes(written[:-n_lost])
    for _ in range(2):
        resumed = tune(tmp_path / "own.log", 4)
        assert points(resumed.record) == points(whole.record)
        assert resumed.params == whole.params


def test_a_shared_journal_whose_last_line_was_cut_off_is_refused_and_left(tmp_path, journal):
    tune(journal, 2, worker="same")
    path = tmp_path / "search.log"
    written = path.read_bytes()
    path.write_bytes(written[:-40])
    with pytest.raises(InputError, match=r"was cut off.*make room.*remove that line \(sed -i"):
        open_storage(journal)
    assert path.read_bytes() == written[:-40]
    assert not (tmp_path / "search.log.lock").exists()
    subprocess.run(["sed", "-i", "$d", path], check=True)
    assert len(tune(journal, 3, worker="same").record["trials"]) == 3


def test_a_line_that_another_process_is_just_writing_is_waited_for(tmp_path, journal):
    tune(journal, 2)
    path, lock = tmp_path / "search.log", tmp_path / "search.log.lock"
    written = path.read_bytes()
    path.write_bytes(written[:-40])
    lock.touch()

    def finish():
        path.write_bytes(written)
        lock.unlink()

    writer = threading.Timer(0.3, finish)
    writer.start()
    open_storage(journal)
    writer.join()


def test_a_journal_with_a_broken_line_within_is_refused(tmp_path, journal):
    tune(journal, 2)
    path = tmp_path / "search.log"
    first, second, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, second[:20] + rest[0], *rest[1:]]))
    with pytest.raises(InputError, match="is damaged; give a new file"):
        open_storage(journal)
    with pytest.raises(InputError, match="is damaged; repeat the command with --fresh"):
        open_storage(path)


def test_commands_with_runs_folders_of_their_own_share_one_search(tmp_path, journal):
    words = {"good": ["great", "fine"], "bad": ["poor", "dull"]}
    rows = [f"a {words[label][i % 2]} film {i},{label}" for label in words for i in range(40)]
    (tmp_path / "films.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    films, spec = load(tmp_path / "films.csv"), Spec(model="tfidf", trials=3)
    records = []
    for name in ("runs-0", "runs-1"):
        place = Place(runs=tmp_path / name, reports=tmp_path, storage=journal, jobs=1)
        run = make(films, spec, place)
        assert run.folder.is_relative_to(tmp_path / name)
        records.append(run.record["tuning"])
    assert records[0]["trials"] == records[1]["trials"]  # the first command has tried them all
    assert len(optuna.get_all_study_names(open_storage(journal))) == 1


def test_a_folder_keeps_its_workers_name(tmp_path):
    assert worker_of(tmp_path / "work") == worker_of(tmp_path / "work")
    assert worker_of(tmp_path / "work") != worker_of(tmp_path / "other")
