"""The answer at the top of the index: what to use and why, on which data, in a few lines."""

from typing import Any

from worthit.compare.pages.difference import cost_phrase, difference_phrase
from worthit.compare.pages.markdown import code, quote
from worthit.compare.pages.money import million_phrase
from worthit.compare.pages.names import LANGUAGES, description, from_scratch, model_name
from worthit.compare.pages.phrases import count, plural
from worthit.compare.pages.verdict import headline, suspicion_sentence

__all__ = ["answer_block"]

KINDS = {"text": "text", "pair": "text pair", "audio": "speech clip"}


def answer_block(numbers: dict[str, Any]) -> str:
    """Write the answer as a quoted block: the advice, a line for each pairing, doubts, the data.

    Parameters
    ----------
    numbers : dict
        The whole report.
    """
    advice, pairings = _advice(numbers), [_pairing(numbers, p) for p in numbers["pairings"]]
    lines = [f"{advice} {pairings[0]}"] if len(pairings) == 1 else [advice, *pairings]
    alarms = [alarm for pairing in numbers["pairings"] for alarm in pairing["alarms"]]
    lines += [
        sentence
        for sentence in (
            _unpaired_sentence(numbers),
            suspicion_sentence(alarms, numbers["metric"], '"Alarms" of the pairing'),
        )
        if sentence
    ]
    lines.append(" ".join(filter(None, [_data(numbers), _baseline(numbers), _networks(numbers)])))
    return quote(lines)


def _advice(numbers: dict[str, Any]) -> str:
    """Say what to use; the baseline unless a model is worth it."""
    pairings = numbers["pairings"]
    several = len(pairings) > 1
    worth = [p["model"] for p in pairings if p["verdict"] == "worth it"]
    if not worth:
        open_ = any(p["verdict"] == "cannot tell" for p in pairings)
        baseline = _name(numbers, numbers["baseline"])
        use = f"**Stay with {baseline} for now.**" if open_ else f"**Use {baseline}.**"
        shown = "shown to be " if open_ else ""
        return use + f" None of the other {len(pairings)} is {shown}worth it." * several
    best = next(name for name in numbers["ranking"] if name in worth)
    together = numbers["best_set"] or ()
    level = [name for name in worth if name in together] if best in together else [best]
    chosen = _cheapest(numbers, level) or best
    use = f"**Use {_name(numbers, chosen)}.**"
    if len(worth) == 1:
        return use + " Only this one is worth it." * several
    if len(level) == 1:
        return f"{use} Of the {len(worth)} models that are worth it, it scores highest."
    others = ", ".join(_name(numbers, name) for name in level if name != chosen)
    why = "it scores highest" if chosen == best else "it answers fastest"
    return f"{use} It cannot be told apart from {others}, also worth it; of these {why}."


def _cheapest(numbers: dict[str, Any], names: list[str]) -> str | None:
    """Name the model that answers fastest; None where a time is not known."""
    times = {name: numbers["models"][name]["cost"].get("ms_per_item") for name in names}
    if None in times.values():
        return None
    return min(names, key=lambda name: times[name])


def _name(numbers: dict[str, Any], name: str) -> str:
    scratch = " from scratch" if from_scratch(numbers["models"][name]) else ""
    return f"{model_name(name)}{scratch}"


def _unpaired_sentence(numbers: dict[str, Any]) -> str:
    """Say that a model which no pairing is about scores highest, clearly above the baseline."""
    best, baseline = numbers["ranking"][0], numbers["baseline"]
    paired = {pairing["model"] for pairing in numbers["pairings"]}
    level = numbers["best_set"]
    if best in paired or best == baseline or level is None or baseline in level:
        return ""
    return (
        f"The highest score is that of {model_name(best)}, which was not paired; "
        f"{code(f'--baseline {best}', 60)} pairs the others with it."
    )


def _pairing(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Say how far apart the two are, at what cost, and the verdict."""
    model, baseline = (numbers["models"][pairing[side]] for side in ("model", "baseline"))
    cost = cost_phrase(baseline["cost"], model["cost"])
    told = f"{difference_phrase(numbers, pairing)}{f', and {cost}' if cost else ''}"
    if pairing.get("prices"):
        told += f"; {million_phrase(pairing['prices'], 'it')}"
    return f"{model_name(model['model'])}{_clause(model)} {told}. {headline(pairing)}"


def _clause(model: dict[str, Any]) -> str:
    what = description(model)
    return f" ({what})" if what else ""


def _baseline(numbers: dict[str, Any]) -> str:
    """Say what the baseline is, and whether it was tuned."""
    model = numbers["models"][numbers["baseline"]]
    what, trials = description(model), model["cost"].get("trials")
    if not what:
        return ""
    tuned = f", tuned in {plural(trials, 'trial')}" if trials else ""
    return f"The baseline {model_name(model['model'])} is {what}{tuned}."


def _networks(numbers: dict[str, Any]) -> str:
    """Say how the paired networks were tuned and with how many seeds, as far as that is known."""
    paired = [numbers["models"][pairing["model"]] for pairing in numbers["pairings"]]
    alike: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for model in paired:
        told, seeds = _tuning(model), len(model["seeds"])
        if told and model["seeds"] != [None]:
            alike.setdefault((told, seeds), []).append(model)
    return " ".join(_trained(models, *how) for how, models in alike.items())


def _tuning(model: dict[str, Any]) -> str:
    """Say how a network came to its settings; nothing of another model or where not known."""
    trials, settings = model["cost"].get("trials"), model.get("settings")
    if model.get("family") != "neural" or trials is None:
        return ""
    if trials:
        return f"tuned in {plural(trials, 'trial')}"
    if settings is None:  # an old run
        return "trained without a search"
    if settings:
        names = ", ".join(code(each, 40) for each in settings)
        return f"trained without a search, with {names} set by hand"
    return "trained with default settings"


def _trained(models: list[dict[str, Any]], tuning: str, seeds: int) -> str:
    *names, last = (model_name(model["model"]) for model in models)
    who = f"{', '.join(names)} and {last} were" if names else f"{last} was"
    how_many = "one seed" if seeds == 1 else plural(seeds, "seed")
    return f"{who} {tuning}, {how_many}{' each' * bool(names)}."


def _data(numbers: dict[str, Any]) -> str:
    """Say in a sentence what the data is."""
    dataset, sizes = numbers["dataset"], numbers["dataset"].get("sizes") or {}
    language = LANGUAGES.get(dataset.get("language") or "")
    noun = f"{f'{language} ' if language else ''}{KINDS.get(dataset.get('kind') or '', 'item')}"
    classes = plural(len(dataset["classes"]), "class", "classes")
    groups = f" in {plural(numbers['n_groups'], 'group')}" if numbers["n_groups"] else ""
    folds = max((m.get("outer_folds") or 0 for m in numbers["models"].values()), default=0)
    if folds:
        each = f"each a test item once, in {folds} outer folds"
        return f"The data: {plural(numbers['n'], noun)}{groups} of {classes}, {each}."
    if not sizes.get("train"):
        return f"The data: {plural(numbers['n'], f'test {noun}')}{groups} of {classes}."
    parts = f"{count(sizes['train'])} to train"
    parts += f", {count(sizes['validation'])} to validate" if sizes.get("validation") else ""
    total = sum(size or 0 for size in sizes.values())
    return (
        f"The data: {plural(total, noun)} of {classes}; {parts}, "
        f"{count(numbers['n'])} to test{groups}."
    )
