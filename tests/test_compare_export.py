"""The report as one HTML file, as LaTeX tables and as CSV."""

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from worthit.compare.export.latex import escape, latex_tables
from worthit.compare.report import Report, write_data_page
from worthit.core.errors import InputError
from worthit.experiment.entrance import report as render_again
from worthit.tests.reports_factory import CARD
from worthit.tests.runs_factory import answers, make_run, truths

HOSTILE = {
    "<script>alert(1)</script>": 1,
    "[x] & \\\\ 50 %_{y}": 1,
    "شادی": 1,
    "![p](http://e.org/p.png)": 1,
}


def two_runs(n=400, shares=HOSTILE, **record):
    truth = truths(n, shares)
    return [
        make_run("tfidf", truth, answers(truth, 0.80, 1), **record),
        make_run("gru", truth, answers(truth, 0.86, 2), **record),
    ]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_data_page(CARD, folder)
    return Report.from_runs(two_runs()).write(folder, html=True, latex=True)


class Outline(HTMLParser):
    """Collects tags with their attributes, and checks that every tag is closed in its place."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.stack = [], []
        self.feed(page)
        assert self.stack == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_html_file_holds_every_page_and_picture_and_needs_nothing_else(written):
    page = written.html.read_text(encoding="utf-8")
    outline = Outline(page)
    names = [each["id"] for each in outline.all("article")]
    assert names == ["README", "tfidf-vs-gru", "tfidf", "gru", "data"]
    pictures = {each["src"] for each in outline.all("img")}
    stored = {path.read_bytes() for path in (written.folder / "figures").glob("*.png")}
    assert {base64.b64decode(src.removeprefix("data:image/png;base64,")) for src in pictures} == (
        stored
    )
    links = [each["href"] for each in outline.all("a") if "href" in each]
    assert links and {link.removeprefix("#") for link in links} == set(names)
    assert "tfidf-vs-gru-suspects.csv" in page
    assert len(outline.all("h1")) == 1


def test_nothing_from_the_data_becomes_markup_and_the_policy_lets_nothing_run(written):
    outline = Outline(written.html.read_text(encoding="utf-8"))
    assert {tag for tag, _ in outline.tags} <= set(
        "html head meta title style body main article h1 h2 h3 p strong em code pre blockquote "
        "ul li a img div table thead tbody tr th td bdi br".split()
    )
    allowed = {"dir", "class", "id", "href", "src", "alt", "lang", "content", "name"}
    assert {name for _, attributes in outline.tags for name in attributes} <= allowed | {
        "charset", "http-equiv",
    }  # fmt: skip
    policy = outline.all("meta")[1]["content"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_text_from_right_to_left_keeps_to_itself(written):
    page = written.html.read_text(encoding="utf-8")
    assert "<bdi>شادی</bdi>" in page
    assert "\u2068" not in page and "\u2069" not in page
    assert page.count("<bdi>") == page.count("</bdi>")
    assert '<td dir="auto"><bdi>شادی</bdi></td>' in page


def test_latex_tables_are_escaped_and_state_the_numbers_of_the_pages(written):
    names = sorted(path.name for path in (written.folder / "latex").glob("*"))
    assert names == ["tfidf-vs-gru-classes.tex", "tfidf-vs-gru-glance.tex", "verdicts.tex"]
    table = (written.folder / "latex" / names[0]).read_text(encoding="utf-8")
    assert r"\textless{}script\textgreater{}alert(1)\textless{}/script\textgreater{} &" in table
    assert r"{[}x{]} \& \textbackslash{}\textbackslash{} 50 \%\_\{y\} &" in table
    assert "شادی &" in table and "\u2068" not in table
    rows = [line for line in table.splitlines() if line.endswith(r" \\")]
    assert len(rows) == 1 + len(HOSTILE) + 2
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {8}
    f1 = 100 * written.numbers["pairings"][0]["classes"][-1]["model"]["f1"]
    assert f"{f1:.2f}" in table
    assert "lualatex" in table  # since Persian letters stand in it
    commands = set(re.findall(r"\\(\w+)", table))
    assert commands <= set(
        "usepackage babelprovide babel babelfont begin end centering small setlength tabcolsep "
        "caption toprule midrule bottomrule texttt textbf emph textless textgreater textbackslash "
        "char34 char96 textasciitilde textasciicircum textbar _ "
        "smallskip resizebox ifdim width linewidth else fi".split()
    )


def test_signs_of_latex_are_escaped():
    assert escape("a_b#c~d^e|f`g`") == (
        r"a\_b\#c\textasciitilde{}d\textasciicircum{}e\textbar{}f{\char96}g{\char96}"
    )
    assert escape("--") == "-{}-{}"  # no dash is made of it


def test_negative_numbers_get_a_minus_sign_and_links_leave_their_words():
    page = (
        "# T\n\n## S\n\n| a | b |\n| - | -: |\n| [x](x.md) | -1.20 to -0.10 |\n| 0-100 | **+2** |"
    )
    table = latex_tables(page, {"S": "s"})["s"]
    assert "x & $-$1.20 to $-$0.10 \\\\" in table
    assert "0-{}100 & \\textbf{+2} \\\\" in table
    assert "{lr}" in table and "lualatex" not in table


def test_csv_tables_hold_the_numbers_of_the_report(written):
    model = written.numbers["models"]["gru"]
    scores = pd.read_csv(written.folder / "scores.csv", keep_default_na=False)
    chosen = scores.query("model == 'gru' and `class` == '' and metric == 'f1_macro'").iloc[0]
    assert float(chosen["value"]) == pytest.approx(model["scores"]["f1_macro"])
    assert float(chosen["low"]) == pytest.approx(model["interval"]["low"])
    for label, each in model["scores"]["per_class"].items():
        row = scores[(scores["model"] == "gru") & (scores["class"] == label)]
        assert row["value"].astype(float).tolist() == pytest.approx(
            [each["precision"], each["recall"], each["f1"]]
        )
    assert "fit_seconds" in set(scores["metric"])
    pairing = written.numbers["pairings"][0]
    pairs = pd.read_csv(written.folder / "pairings.csv", keep_default_na=False)
    row = pairs[pairs["verdict"] != ""]
    assert row["verdict"].tolist() == [pairing["verdict"]]
    assert float(row["holm_p"].iloc[0]) == pytest.approx(pairing["holm_p"])
    difference = pairs["model_value"] - pairs["baseline_value"]
    assert np.allclose(pairs["difference"], difference)


def test_scores_of_every_seed_are_listed(tmp_path):
    truth = truths(300, HOSTILE)
    runs = [make_run("tfidf", truth, answers(truth, 0.8, 1))] + [
        make_run("gru", truth, answers(truth, 0.85, 2 + seed), seed=seed) for seed in range(3)
    ]
    Report.from_runs(runs).write(tmp_path)
    scores = pd.read_csv(tmp_path / "scores.csv", keep_default_na=False)
    seeds = scores[(scores["metric"] == "accuracy") & (scores["seed"] != "")]
    assert seeds["seed"].tolist() == ["0", "1", "2"]
    mean = scores.query("model == 'gru' and metric == 'accuracy' and seed == ''")["value"]
    assert seeds["value"].mean() == pytest.approx(float(mean.iloc[0]))


def test_one_model_alone_has_nothing_to_lay_out(tmp_path):
    run = two_runs()[0]
    run.write(tmp_path / "runs" / "example" / "tfidf-0a1b2c")
    with pytest.raises(InputError, match="runs of 'tfidf' alone, so no comparison to write as"):
        render_again("example", html=True, runs=tmp_path / "runs", reports=tmp_path / "reports")


def test_exports_that_are_there_never_go_stale(tmp_path):
    Report.from_runs(two_runs()).write(tmp_path, html=True, latex=True)
    exports = [tmp_path / "index.html", *(tmp_path / "latex").glob("*.tex")]
    old = {path: path.read_bytes() for path in exports}
    again = Report.from_runs(two_runs(n=500)).write(tmp_path)
    assert again.html == tmp_path / "index.html"
    assert len(exports) > 2 and all(path.read_bytes() != old[path] for path in exports)


def test_exports_are_not_made_unasked(tmp_path):
    assert Report.from_runs(two_runs()).write(tmp_path).html is None
    assert not (tmp_path / "index.html").exists() and not (tmp_path / "latex").exists()
