"""Numbers about one model: its runs (one per seed) as one record for the report."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from worthit.compare.alarms import cut_short, model_alarms
from worthit.compare.alignment import Aligned, align
from worthit.compare.bootstrap import bootstrap, interval
from worthit.compare.checkpoint import checkpoint_of
from worthit.compare.confidence import confidence_numbers
from worthit.compare.metrics import METRICS, metric_values
from worthit.compare.refusal import refusal_of
from worthit.compare.run import Run
from worthit.compare.scores import score
from worthit.compare.slugs import slug
from worthit.compare.units import units_of

__all__ = ["floor_of", "model_numbers", "search_progress"]

KEPT = (
    "family pretrained kinds params auto settings preprocessing tuning ladder path words curve "
    "best_epoch surprising_words word_examples sides stopped notes truncated_share outer_folds "
    "looks versions machine command time decision without_limit"
).split()


def model_numbers(runs: Sequence[Run], metric: str, examples: bool = True) -> dict[str, Any]:
    """Collect what the report says about one model.

    Parameters
    ----------
    runs : sequence of Run
        The model's runs, one per seed, in the order of the seeds.
    metric : str
        The chosen metric, which gets an interval.
    examples : bool
        Whether texts of the data may be quoted.

    Returns
    -------
    dict
        Scores averaged over seeds with their spread, an interval, the confusion matrix of the
        first seed, mean cost, and the first run's search, curve and settings.
    """
    first, aligned = runs[0], align(runs)
    positive = _position(first, aligned)
    dataset = first.record["dataset"]
    samples, _ = bootstrap(units_of(aligned), list(range(len(runs))), metric, positive)
    refusal = refusal_of(aligned, metric, positive)
    low, high = (None, None) if refusal else interval(samples)
    by_seed = [_scores(run, aligned) for run in runs]
    numbers = {
        "model": first.model,
        "slug": slug(first.model),
        "dataset": dataset,
        **{name: first.record.get(name) for name in KEPT},
        "checkpoint": checkpoint_of(first.record),
        "cut_short": next(filter(cut_short, (run.record.get("stopped") for run in runs)), None),
        "metric": metric,
        "search_metric": first.record.get("metric") or metric,
        "seeds": [run.seed for run in runs],
        "runs": [run.record.get("run") for run in runs],
        "scores": _average(by_seed),
        "scores_by_seed": [
            {name: scores[name] for name in METRICS if name in scores} for scores in by_seed
        ],
        "interval": {
            "metric": metric,
            "value": samples.observed,
            "low": low,
            "high": high,
            "refusal": refusal,
        },
        "validation": _main_scores(first.record["scores"].get("validation")),
        "without_leaked": _without_leaked(runs, aligned),
        "floor": floor_of(aligned, first),
        "confusion": _confusion(aligned),
        "outside": int((aligned.answers[0] < 0).sum()),
        "cost": _mean_cost([run.record.get("cost") or {} for run in runs]),
        "predictions_sha256": [run.predictions_sha256() for run in runs],
        "commands": list(dict.fromkeys(run.record.get("command") or "" for run in runs)),
        "progress": search_progress(first.record.get("tuning")),
        "n_groups": aligned.n_groups,
        "confidence": confidence_numbers(first, list(aligned.classes)),
    }
    if not examples:
        numbers["word_examples"] = None
    return {**numbers, "alarms": model_alarms(numbers)}


def floor_of(aligned: Aligned, run: Run) -> dict[str, Any]:
    """Score the answer that is always the commonest class of train, and guesses at its shares.

    What train holds is not known of predictions made elsewhere; there it is that of the test set.
    """
    support = np.bincount(aligned.truth, minlength=len(aligned.classes))
    sizes = run.record["dataset"].get("class_sizes") or {}
    if sizes:
        support = np.array([sizes.get(label, {}).get("train", 0) for label in aligned.classes])
    place = int(support.argmax())
    label = aligned.classes[place]
    truth = np.asarray(aligned.classes, dtype=object)[aligned.truth]
    always = np.full(len(truth), label, dtype=object)
    scores = score(truth, always, aligned.classes, run.positive)
    return {"label": label, "scores": scores, "guess": _guess(aligned, support, run)}


def _guess(aligned: Aligned, support: np.ndarray, run: Run) -> dict[str, float]:
    """Score answers drawn by lot at the shares of train: where classes are rare, a higher floor.

    With the expected counts: of n answers q_k n are class k, and of its items q_k are hit.
    """
    items = np.bincount(aligned.truth, minlength=len(aligned.classes))
    share = support / support.sum()
    counts = (items * share, items.sum() * share, items)
    positive = _position(run, aligned)
    names = [name for name in METRICS if name != "f1_positive" or positive is not None]
    return {name: float(metric_values(name, *counts, positive)) for name in names}


def search_progress(tuning: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return best-so-far after each finished trial: trial count, seconds, score.

    Seconds are those at which so many trials were done; workers that share a search have clocks of
    their own, and the slowest counts.
    """
    trials = [t for t in (tuning or {}).get("trials", ()) if t.get("score") is not None]
    finished = [t for t in trials if t.get("state", "complete") == "complete"]
    rows: list[dict[str, Any]] = []
    for trial in sorted(finished, key=lambda t: t["number"]):
        seconds, best = trial.get("seconds"), trial["score"]
        if rows:
            best = max(best, rows[-1]["best"])
            known = [each for each in (seconds, rows[-1]["seconds"]) if each is not None]
            seconds = max(known, default=None)
        rows.append({"trial": trial["number"] + 1, "seconds": seconds, "best": best})
    return rows


def _position(run: Run, aligned: Aligned) -> int | None:
    return None if run.positive is None else aligned.classes.index(run.positive)


def _scores(run: Run, aligned: Aligned) -> dict[str, Any]:
    """Score a run again from its predictions, so that the report rests on them alone."""
    predictions = run.predictions
    truth, answers = (predictions[c].to_numpy(dtype=object) for c in ("truth", "prediction"))
    return score(truth, answers, aligned.classes, run.positive)


def _average(scores: list[dict[str, Any]]) -> dict[str, Any]:
    """Average scores over seeds, number by number."""
    first = scores[0]
    result: dict[str, Any] = {}
    for name, value in first.items():
        if isinstance(value, dict):
            result[name] = _average([each[name] for each in scores])
        elif isinstance(value, float):
            result[name] = float(np.mean([each[name] for each in scores]))
        else:
            result[name] = value
    return result


def _main_scores(scores: dict[str, Any] | None) -> dict[str, float] | None:
    return None if not scores else {m: scores[m] for m in METRICS if m in scores}


def _without_leaked(runs: Sequence[Run], aligned: Aligned) -> dict[str, Any] | None:
    """Score the items that do not stand in the training data, if some do."""
    leaked = runs[0].leaked
    n_kept = len(runs[0].predictions) - len(leaked)
    if not len(leaked) or not n_kept:
        return None
    kept = []
    for run in runs:
        rest = run.predictions.drop(index=leaked)
        truth, answers = (rest[c].to_numpy(dtype=object) for c in ("truth", "prediction"))
        kept.append(score(truth, answers, aligned.classes, run.positive))
    return {"leaked": len(leaked), "n": n_kept, **(_main_scores(_average(kept)) or {})}


def _confusion(aligned: Aligned) -> list[list[int]]:
    """Count truth (rows) against answer (columns) of the first run; answers outside left out."""
    k, answers = len(aligned.classes), aligned.answers[0]
    inside = answers >= 0
    table = np.bincount(aligned.truth[inside] * k + answers[inside], minlength=k * k)
    return table.reshape(k, k).tolist()


def _mean_cost(costs: list[dict[str, Any]]) -> dict[str, Any]:
    """Average the times over seeds, take the largest memory; the rest is the first run's."""
    result = dict(costs[0])
    for name in costs[0]:
        values = [cost.get(name) for cost in costs]
        if name.endswith("_seconds") or name.startswith("ms_"):
            known = [value for value in values if value is not None]
            result[name] = float(np.mean(known)) if known else None
        elif name in ("peak_memory_mb", "gpu_memory_mb"):
            result[name] = max((value for value in values if value is not None), default=None)
    return result
