"""Section of a model page about its search: what was tried, what was chosen, how the score rose."""

from typing import Any

from worthit.compare.pages.fairness import parameters, search_seconds, setting, unsearched
from worthit.compare.pages.markdown import code, table, text
from worthit.compare.pages.phrases import count, duration, percent, plural
from worthit.compare.pages.progress import progress_sentence, progress_table

__all__ = ["search_section"]


def search_section(model: dict[str, Any]) -> str:
    """Write what was searched, what was chosen, and how the score rose."""
    auto = model.get("auto")
    chosen = parameters(model["params"], auto)
    if not chosen:
        return ""
    tuning = model.get("tuning")
    if not tuning or not model["progress"]:
        return f"## Parameters\n\n{chosen}. {unsearched(model)}"
    space, best = tuning.get("space") or {}, model["params"]
    rows = [
        [code(field, 40), code(setting(field, best.get(field, "-"), auto), 60), code(allowed, 80)]
        + (["at the edge"] if field in (tuning.get("at_edge") or ()) else [""])
        for field, allowed in space.items()
    ]
    fixed = {k: v for k, v in best.items() if k not in space}
    parts = ["## Search", table(["parameter", "chosen", "searched", ""], rows, "llll")]
    if fixed:
        parts.append(f"Not searched: {parameters(fixed, auto)}.")
    trials, pruned = model["cost"].get("trials"), model["cost"].get("trials_pruned")
    folds = tuning.get("folds")
    judged = f"{folds} folds of train" if folds and folds > 1 else "the validation split"
    if pruned and folds and folds > 1:
        judged = f"up to {judged}"
    took = search_seconds(model["cost"])
    effort = plural(trials or len(model["progress"]), "trial")
    effort += f" in {duration(took)}" if took else ""
    effort += f", {count(pruned)} of them stopped early" if pruned else ""
    workers = tuning.get("workers") or 1
    shared = f", shared by {count(workers)} processes" if workers > 1 else ""
    parts.append(f"{effort}{shared}, each judged on {judged}; best so far:")
    parts += [progress_table(model), progress_sentence(model), *_failed(tuning.get("failed"))]
    if len(model["progress"]) > 1:
        picture = f"figures/{model['slug']}-search.png"
        parts.append(f"![Best score so far over trials and over time]({picture})")
    parts += _importances(tuning.get("importances"))
    return "\n\n".join(parts)


def _failed(trials: list[dict[str, Any]] | None) -> list[str]:
    """Say how many points came to nothing, and why the first one did."""
    if not trials:
        return []
    n, several = plural(len(trials), "other trial"), len(trials) > 1
    counted = "are not counted. The first" if several else "is not counted. It"
    return [f"{n} failed and {counted} said: {text(trials[0]['why'], 300)}"]


def _importances(found: dict[str, Any] | None) -> list[str]:
    """Show which parameters moved the score, beside what chance would make of the same trials."""
    if not found:
        return []
    rows = [
        [code(each["parameter"], 40), percent(each["share"]), percent(each["by_chance"])]
        for each in found["shares"]
    ]
    clear = [code(e["parameter"], 40) for e in found["shares"] if e["share"] > e["by_chance"] > 0]
    verdict = "None is clear of chance: which parameters matter, so few trials cannot tell."
    if clear:
        verdict = f"Clear of chance: {', '.join(clear)}."
    note = (
        f"A rough guide: functional ANOVA of a random forest over {count(found['n'])} trials, each "
        f"with its mean over the {plural(found['folds'], 'fold')} that all of them did, those that "
        "were stopped early included. By chance: the largest share that the parameter gets in nine "
        "shuffles of the scores."
    )
    head = ["parameter", "share of the variation", "by chance"]
    return ["### What mattered", table(head, rows, "lrr"), f"{verdict} {note}"]
