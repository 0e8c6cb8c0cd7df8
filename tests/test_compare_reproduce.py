"""The commands that a page says to repeat: in an order that works, each once."""

from worthit.compare.pages.reproduce import reproduce_section
from worthit.tests.reports_factory import NEWS, judged, two_models


def commands(report, *made):
    models = list(judged(two_models(200, NEWS, 0.8, 0.8))[0].numbers["models"].values())
    told = [model | {"commands": [c]} for model, c in zip(models, made, strict=True)]
    page = reproduce_section(report, told, models[0]["dataset"])
    return [line.strip() for line in page.splitlines() if line.startswith("    ")]


def test_what_makes_the_runs_stands_before_what_renders_them():
    made = ["python cli.py baseline example", "python cli.py neural gru example"]
    report = "python cli.py report example --metric accuracy"
    assert commands(report, *made) == [*made, report]


def test_commands_that_differ_in_their_output_alone_are_shown_once():
    compare = "python cli.py compare example"
    again = f"{compare} --reports elsewhere --quiet"
    assert commands(again, compare, compare) == [compare]
    assert commands(compare, f"{compare} --fresh", compare) == [compare]
    other = f"{compare} --models tfidf,gru"
    assert commands(again, compare, other) == [compare, other]
