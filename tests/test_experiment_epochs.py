"""Trials of a network: given up by epoch, and the best one not trained again."""

import numpy as np
import pytest
from optuna.distributions import FloatDistribution
from sklearn.metrics import f1_score

from worthit.core.errors import UntrainableError
from worthit.experiment.epochs import FIRST_RIVALS, falls_behind, keep, kept
from worthit.experiment.slots import Slots
from worthit.experiment.tuning import search
from worthit.neural.average import Average, AverageNetwork

RNG = np.random.default_rng(0)
SIGNS = {"good": ["great", "fine", "lovely"], "bad": ["awful", "poor", "dull"]}
LABELS = np.array(["good", "bad"] * 60, dtype=object)
TEXTS = [f"a {RNG.choice(SIGNS[label])} film {RNG.integers(9)} so so" for label in LABELS]
FOLD = (np.arange(80), np.arange(80, 120))


def macro_f1(truth, prediction):
    return f1_score(truth, prediction, average="macro")


class Racer(Average):
    """Learns at once, or never, by the first field that is searched."""

    def search_space(self):
        space = super().search_space()
        return {"learning_rate": space["learning_rate"], "dropout": space["dropout"]}


class Reckless(Average):
    """The largest learning rates that it searches drive the weights beyond all numbers."""

    def search_space(self):
        space = super().search_space()
        return {
            "learning_rate": FloatDistribution(1e-3, 1e38, log=True),
            "dropout": space["dropout"],
        }


def run(folder, trials, kind=Racer, **options):
    values = {"learning_rate": options.pop("rate", 5e-3)}
    model = kind(epochs=4, patience=4, batch_size=8, embedding=8, **values)
    settings = {"time_limit": None, "seed": 0, "jobs": 1, "best_model": folder / "best"}
    return search(
        model, TEXTS, LABELS, [FOLD], macro_f1,
        trials=trials, storage=folder / "search.log", **settings | options,
    )  # fmt: skip


def test_a_trial_falls_behind_below_the_median_of_its_rivals_at_the_same_epoch():
    rivals = [[0.5, 0.6], [0.5, 0.7, 0.8], [0.4, 0.8], [0.1, 0.9]]  # at the second epoch 0.75
    assert falls_behind([0.3, 0.74], rivals)
    assert not falls_behind([0.3, 0.75], rivals)
    assert not falls_behind([0.0], rivals)  # too early to say
    assert not falls_behind([0.0, 0.0], rivals[:3])  # too few to say
    assert falls_behind([0.1, 0.2, 0.7], rivals)  # 0.6, 0.8, 0.8, 0.9: those that ended count


def test_search_gives_up_trials_by_epoch_and_is_the_same_when_resumed(tmp_path):
    found = run(tmp_path / "a", trials=9)
    trials = found.record["trials"]
    states = [trial["state"] for trial in trials]
    assert states[:FIRST_RIVALS] == ["complete"] * FIRST_RIVALS
    assert "pruned" in states
    assert found.n_pruned == states.count("pruned")
    run(tmp_path / "b", trials=6)
    again = run(tmp_path / "b", trials=9).record["trials"]
    for key in ("params", "score", "state"):
        assert [trial[key] for trial in again] == [trial[key] for trial in trials]


def test_the_best_trials_network_is_the_one_that_a_fit_would_give(tmp_path):
    found = run(tmp_path, trials=3)
    best = kept(tmp_path / "best", Racer, found.slot)
    again = Racer(**best.get_params()).fit(
        TEXTS[:80], LABELS[:80], validation=(TEXTS[80:], LABELS[80:])
    )
    np.testing.assert_array_equal(best.predict_proba(TEXTS), again.predict_proba(TEXTS))
    assert {name: best.get_params()[name] for name in found.params} == found.params
    assert best.fit_seconds_ > 0
    assert kept(tmp_path / "best", Racer, found.slot + 1) is None
    assert kept(tmp_path / "elsewhere", Racer, found.slot) is None


def test_network_of_a_trial_that_was_cut_off_while_it_was_stored_is_not_taken(tmp_path):
    model = Racer(epochs=1, embedding=4).fit(TEXTS, LABELS)
    keep(tmp_path / "best", model, 3)
    keep(tmp_path / "best", model, 5)
    assert kept(tmp_path / "best", Racer, 3) is None
    assert kept(tmp_path / "best", Racer, 5) is not None
    (tmp_path / "best" / "slot.json").unlink()
    assert kept(tmp_path / "best", Racer, 5) is None


def test_time_limit_of_a_search_says_how_many_trials_are_left(tmp_path):
    found = run(tmp_path, trials=50, time_limit=0.01)
    assert found.record["stopped"] == "the time limit of 0 s was reached, with 49 of 50 trials left"
    assert kept(tmp_path / "best", Racer, found.slot) is not None


def test_a_trial_that_diverges_does_not_end_the_search(tmp_path, capfd):
    found = run(tmp_path, trials=8, kind=Reckless)
    record, failed = found.record, found.record["failed"]
    assert failed
    for trial in failed:
        rate = trial["params"]["learning_rate"]
        assert trial["why"].startswith(f"Training diverged with learning_rate={rate!r}; choose")
        assert trial["worker"] == 0 and trial["seconds"] > 0
    assert f"of 8 failed, and the search goes on: {failed[0]['why']}" in capfd.readouterr().err
    assert len(record["trials"]) == 8 - len(failed)
    assert [trial["number"] for trial in record["trials"]] == list(range(8 - len(failed)))
    assert found.n_pruned == sum(trial["state"] == "pruned" for trial in record["trials"])
    best = record["trials"][record["best"]]
    assert (best["params"], best["score"]) == (found.params, found.score)
    assert kept(tmp_path / "best", Reckless, found.slot) is not None
    assert not (tmp_path / "best-running").exists()


def test_a_search_with_failed_trials_is_the_same_when_resumed(tmp_path, monkeypatch):
    whole = run(tmp_path / "whole", trials=8, kind=Reckless)
    with monkeypatch.context() as patch, pytest.raises(_PowerCut):
        count_batches(patch, cut_after=40 + 25)
        run(tmp_path / "cut", trials=8, kind=Reckless)
    resumed = run(tmp_path / "cut", trials=8, kind=Reckless)
    assert told(resumed) == told(whole)
    for key in ("params", "why"):
        assert [trial[key] for trial in resumed.record["failed"]] == [
            trial[key] for trial in whole.record["failed"]
        ]
    batches = count_batches(monkeypatch)
    assert told(run(tmp_path / "cut", trials=8, kind=Reckless)) == told(whole)
    assert not batches  # what failed is not tried again


def test_failed_trials_are_no_rivals_of_the_others(tmp_path, monkeypatch):
    rivals = []

    def falls_behind(by_epoch, others):
        rivals.append([list(other) for other in others])
        return False

    monkeypatch.setattr("worthit.experiment.epochs.falls_behind", falls_behind)
    found = run(tmp_path, trials=8, kind=Reckless)
    scored = len(found.record["trials"])
    assert len(rivals[-1]) <= scored and all(len(each) == 4 for each in rivals[-1])
    assert all(trial["score"] > 0 for trial in found.record["trials"])


def test_the_untuned_default_that_diverges_is_told_to_the_user(tmp_path):
    for _ in range(2):
        with pytest.raises(UntrainableError, match="Training diverged with learning_rate=1e.38"):
            run(tmp_path, trials=3, kind=Reckless, rate=1e38)


class _PowerCut(BaseException):
    """Comes out of a trial unannounced, as Ctrl-C does."""


def count_batches(patch, cut_after=10**9):
    """List the training batches that are made; more than a number of them are not."""
    forward, made = AverageNetwork.forward, []

    def counting(self, input_ids):
        if self.training:
            if len(made) == cut_after:
                raise _PowerCut
            made.append(len(input_ids))
        return forward(self, input_ids)

    patch.setattr(AverageNetwork, "forward", counting)
    return made


def told(found):
    """Return what a search says of its trials, but for the seconds."""
    return [
        {key: trial[key] for key in ("params", "score", "state")}
        for trial in found.record["trials"]
    ]


def test_an_interrupted_trial_goes_on_from_its_last_epoch(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        all_batches = count_batches(patch)
        whole = run(tmp_path / "whole", trials=2)
    assert len(all_batches) == 2 * 4 * 10
    with monkeypatch.context() as patch, pytest.raises(_PowerCut):
        count_batches(patch, cut_after=40 + 25)  # in the third epoch of the second trial
        run(tmp_path / "cut", trials=2)
    with monkeypatch.context() as patch:
        made = count_batches(patch)
        resumed = run(tmp_path / "cut", trials=2)
    assert len(made) == 20
    assert told(resumed) == told(whole)
    assert not (tmp_path / "cut" / "best-running").exists()
    best, again = (kept(tmp_path / name / "best", Racer, whole.slot) for name in ("whole", "cut"))
    np.testing.assert_array_equal(best.predict_proba(TEXTS), again.predict_proba(TEXTS))


@pytest.mark.parametrize(("n_batches", "n_left"), [(15, 10), (20, 0)])
def test_an_interrupted_trial_is_given_up_where_it_would_have_been(
    tmp_path, monkeypatch, n_batches, n_left
):
    whole = run(tmp_path / "whole", trials=9)
    place = [trial["state"] for trial in whole.record["trials"]].index("pruned")
    run(tmp_path / "cut", trials=place)
    with monkeypatch.context() as patch, pytest.raises(_PowerCut):
        count_batches(patch, cut_after=n_batches)
        if not n_left:  # it has just been given up, after two epochs, but not yet been told
            patch.setattr(Slots, "tell", _cut)
        run(tmp_path / "cut", trials=place + 1)
    with monkeypatch.context() as patch:
        made = count_batches(patch)
        resumed = run(tmp_path / "cut", trials=place + 1)
    assert len(made) == n_left
    assert told(resumed) == told(whole)[: place + 1]


def _cut(*_, **__):
    raise _PowerCut
