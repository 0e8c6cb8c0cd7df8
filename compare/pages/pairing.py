"""The page of a pairing: its sections in order."""

from typing import Any

from worthit.compare.pages.confidence import confidence_section
from worthit.compare.pages.cost import cost_section
from worthit.compare.pages.differ import differ_section
from worthit.compare.pages.evidence import evidence_section
from worthit.compare.pages.fairness import fairness_section
from worthit.compare.pages.health import health_section
from worthit.compare.pages.markdown import text
from worthit.compare.pages.names import title_name
from worthit.compare.pages.reproduce import limits_section, reproduce_section
from worthit.compare.pages.rule import rule_section
from worthit.compare.pages.scores import glance_section, per_class_section
from worthit.compare.pages.together import together_section
from worthit.compare.pages.verdict import verdict_block

__all__ = ["pairing_page"]


def pairing_page(numbers: dict[str, Any], pairing: dict[str, Any]) -> str:
    """Write ``<baseline>-vs-<model>.md``.

    Parameters
    ----------
    numbers : dict
        The whole report.
    pairing : dict
        One of its pairings.
    """
    baseline, model = (numbers["models"][pairing[side]] for side in ("baseline", "model"))
    name = text(numbers["dataset"]["name"], 60)
    parts = [
        f"# {title_name(model)} against {title_name(baseline)} on {name}",
        verdict_block(numbers, pairing),
        f"![Difference in F1 per class with intervals](figures/{pairing['slug']}-classes.png)",
        glance_section(numbers, pairing),
        per_class_section(numbers, pairing),
        evidence_section(numbers, pairing),
        rule_section(numbers, pairing),
        fairness_section(numbers, pairing),
        differ_section(numbers, pairing),
        together_section(numbers, pairing),
        cost_section(numbers, pairing),
        health_section(numbers, pairing),
        confidence_section(numbers, pairing),
        reproduce_section(numbers["command"], [baseline, model], numbers["dataset"]),
        limits_section(pairing["n_groups"], max(pairing["n_seeds"])),
        f"[All models on {name}](README.md) · [{title_name(baseline)}]({baseline['slug']}.md) · "
        f"[{title_name(model)}]({model['slug']}.md)",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
