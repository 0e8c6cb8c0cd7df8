"""Section 5 of a pairing: was it fair."""

from collections.abc import Callable
from typing import Any

from worthit.compare.pages.alarms import alarm_sentence
from worthit.compare.pages.markdown import bullets, code, table, text
from worthit.compare.pages.names import from_scratch, model_name, on_word_vectors, zero_shot
from worthit.compare.pages.phrases import (
    brief,
    count,
    duration,
    first_seed_sentence,
    looks_sentence,
    percent,
    points,
    short_hash,
)
from worthit.compare.pages.progress import (
    both_searched,
    progress_sentence,
    progress_table,
    search_metric,
)

__all__ = ["fairness_section", "parameters", "search_seconds", "setting", "unsearched"]

SCRATCH = "scratch"  # the checkpoint of a network without one
OF_A_NEW_BODY = ("hidden", "layers", "n_tokens")  # a checkpoint has its own
OF_FIRST_SEED = "Times are means over seeds; the rest of the table, settings and searches are"


def fairness_section(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write splits, effort, settings, best-so-far and alarms of both sides."""
    models = [numbers["models"][pairing[side]] for side in ("baseline", "model")]
    parts = [
        "## Was it fair?",
        _split_sentence(numbers),
        _settings_table(models),
        _fit_sentences(models),
        _spaces(models),
        first_seed_sentence(pairing, OF_FIRST_SEED),
        _progress(models),
        _both(models, pairing["slug"]),
        _alarms(pairing),
    ]
    return "\n\n".join(part for part in parts if part)


def _split_sentence(numbers: dict[str, Any]) -> str:
    split = numbers["dataset"].get("split_sha256")
    sentence = f"Same test items on both sides, aligned by id (split {short_hash(split)})."
    folds = max((m.get("outer_folds") or 0 for m in numbers["models"].values()), default=0)
    if folds:
        sentence += (
            f" Every item of the data is a test item once, in {folds} outer folds: its answer "
            "comes from a model that was searched and fitted without it."
        )
    looks = max((m.get("looks") or 0 for m in numbers["models"].values()), default=0)
    return sentence + looks_sentence(looks)


def _settings_table(models: list[dict[str, Any]]) -> str:
    metrics = {search_metric(m) for m in models if m["progress"]}
    best = metrics.pop() if len(metrics) == 1 else "score"
    rows: list[tuple[str, Callable[[dict[str, Any]], str | None]]] = [
        ("trained", _kind),
        ("checkpoint", _checkpoint),
        ("trials", lambda m: _known(m["cost"].get("trials"), count)),
        ("of them stopped early", lambda m: _known(m["cost"].get("trials_pruned") or None, count)),
        ("failed besides", lambda m: _known(_n_failed(m), count)),
        ("processes that shared the search", _sharing),
        ("search time", lambda m: _known(search_seconds(m["cost"]), duration)),
        ("judged on", _judged_on),
        (f"best {best} there", lambda m: _known(_best(m), points)),
        ("thresholds, calibration", _decision),
        ("class balance", lambda m: _known(m["params"].get("balance"), code)),
        ("normaliser", lambda m: _known((m.get("preprocessing") or {}).get("normaliser"), code)),
        ("computed in", lambda m: _known(m["cost"].get("precision"), code)),
        ("truncated inputs", lambda m: _known(m.get("truncated_share"), percent)),
        ("epochs", _epochs),
    ]
    cells = [[title, *(show(model) for model in models)] for title, show in rows]
    kept = [[c if c else "-" for c in row] for row in cells if any(row[1:])]
    if not kept:
        return ""
    return table(["", *(model_name(m["model"]) for m in models)], kept, "lll")


def _known(value: Any, show: Callable[[Any], str]) -> str | None:
    return None if value is None else show(value)


def _kind(model: dict[str, Any]) -> str | None:
    if model.get("family") != "neural":
        return None
    if not model.get("pretrained"):
        return "from scratch"
    return "on pretrained word vectors" if on_word_vectors(model) else "on a pretrained body"


def _checkpoint(model: dict[str, Any]) -> str | None:
    found = model.get("checkpoint")
    if not found:
        return None
    parts = [text(found["name"], 80)] if found.get("name") else []
    if found.get("layers"):
        parts.append(f"{found['layers']} layers of width {found['width']}")
    return ", ".join([*parts, short_hash(found["sha256"])])


def _judged_on(model: dict[str, Any]) -> str | None:
    tuning = model.get("tuning")
    if not tuning or not model["cost"].get("trials"):
        return None
    folds = tuning.get("folds")
    return f"{folds} folds of train" if folds and folds > 1 else "validation"


def _n_failed(model: dict[str, Any]) -> int | None:
    return len((model.get("tuning") or {}).get("failed") or ()) or None


def _sharing(model: dict[str, Any]) -> str | None:
    workers = (model.get("tuning") or {}).get("workers") or 1
    return count(workers) if workers > 1 else None


def _best(model: dict[str, Any]) -> float | None:
    return model["cost"].get("best_validation") if model["cost"].get("trials") else None


def _decision(model: dict[str, Any]) -> str | None:
    """Tell whether thresholds and calibration were learned; no score here is of either."""
    if not model.get("decision"):
        return None
    seconds = model["cost"].get("decision_seconds")
    took = f" in {duration(seconds)}" if seconds else ""
    return f"learned{took}, not used here"


def _epochs(model: dict[str, Any]) -> str | None:
    curve = model.get("curve")
    if not curve:
        return None
    return f"{count(len(curve))}, best {model['best_epoch']:g}" if model.get("best_epoch") else None


def _fit_sentences(models: list[dict[str, Any]]) -> str:
    """State what each side was fitted on, and chosen parameters."""
    sentences = []
    linear = [m for m in models if m.get("family") in ("linear", "pipeline")]
    neural = [m for m in models if m.get("family") == "neural"]
    if linear and neural:
        alone = f"{model_name(neural[0]['model'])} is fitted on train alone"
        if neural[0].get("curve"):
            alone += ", because it needs validation to know when to stop"
        sentences.append(
            f"{model_name(linear[0]['model'])} is refitted on train and validation together with "
            f"what was chosen on train; {alone}."
        )
    sentences += [
        f"{model_name(m['model'])} is trained from scratch: no pretrained weights."
        for m in models
        if from_scratch(m)
    ]
    sentences += [f"{model_name(m['model'])} is a {zero_shot(m)}." for m in models if zero_shot(m)]
    if not any(m["cost"] for m in models):
        sentences.append(
            "These predictions were made elsewhere: nothing is known here about how either side "
            "was tuned or trained, so the comparison is of the answers alone."
        )
    return " ".join(sentences)


def _spaces(models: list[dict[str, Any]]) -> str:
    lines = []
    for model in models:
        chosen = parameters(model["params"], model.get("auto"))
        if not chosen:
            continue
        space = (model.get("tuning") or {}).get("space") or {}
        searched = ", ".join(f"{code(k, 40)} in {code(v, 80)}" for k, v in space.items())
        line = f"{model_name(model['model'])}: {chosen}."
        lines.append(f"{line} Searched: {searched}." if searched else f"{line} {unsearched(model)}")
    return bullets(lines)


def parameters(params: dict[str, Any], auto: dict[str, Any] | None = None) -> str:
    """List parameters as code spans, without those of a body that is not there.

    Parameters
    ----------
    params : dict
        Each with its value.
    auto : dict, optional
        What became of those that were left as ``auto``.
    """
    given = params.get("checkpoint", SCRATCH) != SCRATCH
    left_out = OF_A_NEW_BODY if given else ()
    if params.get("checkpoint", SCRATCH) is None:  # the model's own default, named elsewhere
        left_out = (*left_out, "checkpoint")
    shown = {k: v for k, v in params.items() if k not in left_out}
    return ", ".join(code(f"{k} = {setting(k, v, auto)}", 100) for k, v in shown.items())


def setting(name: str, value: Any, auto: dict[str, Any] | None) -> str:
    """Write a parameter's value, and in parentheses what became of ``auto``."""
    became = f" ({brief(auto[name])})" if auto and name in auto else ""
    return brief(value) + became


def search_seconds(cost: dict[str, Any]) -> float | None:
    """Return what all of the search took, without the thresholds that were learned after it."""
    whole = cost.get("search_seconds") or cost.get("tune_seconds") or 0
    seconds = whole - (cost.get("decision_seconds") or 0)
    return seconds if seconds > 0 else None


def unsearched(model: dict[str, Any]) -> str:
    """Say that there was no search, and what was set by hand, where that is known."""
    settings, own = model.get("settings"), model.get("family") == "pipeline"
    if settings is None:  # an old run
        return "No search."
    rest = "is as its function builds it" if own else "are the defaults"
    if settings:
        return f"No search; set by hand: {parameters(settings)}; the rest {rest}."
    return f"No search: {'the pipeline' if own else 'these'} {rest}."


def _progress(models: list[dict[str, Any]]) -> str:
    searched = [model for model in models if model["progress"]]
    return "\n\n".join(
        f"Best so far of {model_name(model['model'])}:\n\n{progress_table(model)}\n\n"
        f"{progress_sentence(model)}"
        for model in searched
    )


def _both(models: list[dict[str, Any]], slug: str) -> str:
    if not both_searched(models):
        return ""
    title = "Best so far of both searches over trials and over time"
    return f"![{title}](figures/{slug}-effort.png)"


def _alarms(pairing: dict[str, Any]) -> str:
    """Write the alarms, or that there is none."""
    if not pairing["alarms"]:
        return "No alarm was raised."
    return f"**Alarms**\n\n{bullets([alarm_sentence(alarm) for alarm in pairing['alarms']])}"
