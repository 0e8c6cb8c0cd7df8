"""From files to a data set: folders, single files, built-in names, groups, ids, refusals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from worthit.core.errors import InputError
from worthit.corpus import Dataset, load, read_inputs

DATA = Path(__file__).parents[1].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is not beside the checkout")
FILMS = [(f"a good film, number {i}", "pos") for i in range(30)]
FILMS += [(f"a bad film, number {i}", "neg") for i in range(20)]


def write(path: Path, header: str, rows: list[tuple[str, ...]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    quoted = [",".join(f'"{cell}"' for cell in row) for row in rows]
    path.write_text("\n".join([header, *quoted, ""]), encoding="utf-8")
    return path


def refusal(data: Path | str, **named: str) -> str:
    with pytest.raises(InputError) as caught:
        load(data, **named)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def sizes(dataset: Dataset) -> list[int]:
    return [len(split) for split in dataset.splits.values()]


def test_one_file_is_split_and_keeps_row_numbers_as_ids(tmp_path: Path) -> None:
    films = load(write(tmp_path / "films.csv", "text,label", FILMS))
    assert (films.name, films.kind, films.positive) == ("films", "text", "pos")
    assert sizes(films) == [36, 4, 10]
    ids = [item for split in films.splits.values() for item in split.ids]
    assert sorted(ids, key=int) == [str(i) for i in range(1, 51)]
    assert films.test.inputs[0] == FILMS[int(films.test.ids[0]) - 1][0]


def test_the_split_seed_alone_decides(tmp_path: Path) -> None:
    path = write(tmp_path / "films.csv", "text,label", FILMS)
    first, same, other = load(path), load(path), load(path, split_seed=1)
    assert first.split_sha256 == same.split_sha256 != other.split_sha256
    assert first.sha256 == same.sha256 == other.sha256


def test_a_file_called_all_takes_its_folders_name(tmp_path: Path) -> None:
    for name in ("all", "data", "train"):
        assert load(write(tmp_path / "films" / f"{name}.csv", "text,label", FILMS)).name == "films"


def test_a_folder_without_validation_gets_a_tenth_of_train(tmp_path: Path) -> None:
    write(tmp_path / "films" / "train.csv", "text,label", FILMS)
    write(tmp_path / "films" / "test.csv", "text,label", FILMS[:5])
    films = load(tmp_path / "films")
    assert sizes(films) == [45, 5, 5]
    assert films.test.ids == ("test-1", "test-2", "test-3", "test-4", "test-5")
    assert len(films.leaked) == 5
    assert films.card["duplicates"]["across"] == {"train/test": 5}


@pytest.mark.parametrize("name", ["val", "validation", "dev", "valid"])
def test_a_delivered_validation_split_is_used_as_it_is(tmp_path: Path, name: str) -> None:
    write(tmp_path / "films" / "train.csv", "text,label", FILMS)
    write(tmp_path / "films" / f"{name}.csv", "text,label", FILMS[:3])
    (tmp_path / "films" / "test.jsonl").write_text('{"text": "new", "label": "neg"}\n')
    assert sizes(load(tmp_path / "films")) == [50, 3, 1]


def test_ids_and_extra_columns_are_kept(tmp_path: Path) -> None:
    rows = [(f"f{i}", *film, f"src{i % 3}") for i, film in enumerate(FILMS)]
    films = load(write(tmp_path / "films.csv", "id,text,label,source", rows))
    assert all(item.startswith("f") for item in films.test.ids)
    assert list(films.test.extra.columns) == ["source"]
    row = int(films.test.ids[3][1:])
    assert films.test.extra["source"][3] == f"src{row % 3}"


def test_ids_that_repeat_give_way_to_row_numbers(tmp_path: Path) -> None:
    rows = [(f"f{i % 7}", *film) for i, film in enumerate(FILMS)]
    films = load(write(tmp_path / "films.csv", "id,text,label", rows))
    assert all(item.isdigit() for item in films.test.ids)
    assert list(films.test.extra.columns) == ["id"]


def test_groups_and_equal_texts_stay_on_one_side(tmp_path: Path) -> None:
    rows = [(f"text {i % 60} ", "xy"[i % 2], f"speaker {i // 6}") for i in range(120)]
    talks = load(write(tmp_path / "talks.csv", "text,label,speaker", rows))
    parts = list(talks.splits.values())
    for i, one in enumerate(parts):
        assert one.groups is not None
        for other in parts[i + 1 :]:
            assert not set(one.keys) & set(other.keys)
            assert not set(one.groups) & set(other.groups)  # type: ignore[arg-type]
    assert talks.group_name == "speaker"


def test_groups_that_delivered_splits_share_are_counted(tmp_path: Path) -> None:
    def delivered(test: list[tuple[str, ...]]) -> Dataset:
        train = [(str(i), f"text {i}", "xy"[i % 2], f"s{i % 10}") for i in range(40)]
        for name, rows in (("train", [*train, ("40", "of nobody", "x", "")]), ("test", test)):
            write(tmp_path / f"{name}.csv", "id,text,label,speaker", rows)
        return load(tmp_path)

    known = [(str(i), f"new text {i}", "xy"[i % 2], f"s{i % 2}") for i in range(4)]
    others = [(str(i), f"new text {i}", "xy"[i % 2], f"t{i % 3}") for i in range(4, 10)]
    others.append(("40", "of nobody else", "y", ""))  # nor of whom train's row 40 is
    talks = delivered(known + others)
    assert talks.card["leaked_groups"] == {"groups": 2, "items": 4}
    assert talks.leaked_groups == {"0": "s0", "1": "s1", "2": "s0", "3": "s1"}
    assert talks.leaked == frozenset()
    assert delivered(others).card["leaked_groups"] == {"groups": 0, "items": 0}


def test_splits_made_here_share_no_group(tmp_path: Path) -> None:
    rows = [(f"text {i}", "xy"[i % 2], f"s{i // 6}") for i in range(120)]
    talks = load(write(tmp_path / "talks.csv", "text,label,speaker", rows))
    assert talks.leaked_groups == {}
    apart = load(write(tmp_path / "talks.csv", "text,label", [row[:2] for row in rows]))
    assert apart.leaked_groups is apart.card["leaked_groups"] is None


def test_rows_without_a_group_stand_alone(tmp_path: Path) -> None:
    rows = [(text, label, "" if i % 2 else f"g{i % 8}") for i, (text, label) in enumerate(FILMS)]
    films = load(write(tmp_path / "films.csv", "text,label,group", rows))
    assert films.test.groups is not None
    assert len({g for s in films.splits.values() for g in s.groups}) == 25 + 4  # type: ignore[union-attr]


def test_the_side_of_pairs_that_repeats_is_the_group(tmp_path: Path) -> None:
    rows = [(f"h{i}", f"premise {i // 4}", "xyz"[i % 3]) for i in range(60)]
    pairs = load(write(tmp_path / "nli.csv", "text,text_pair,label", rows))
    assert (pairs.kind, pairs.group_name) == ("pair", "text_pair")
    assert pairs.test.groups is not None
    assert set(pairs.test.groups) == {pair[1] for pair in pairs.test.inputs}


def test_pairs_that_never_repeat_have_no_groups(tmp_path: Path) -> None:
    rows = [(f"h{i}", f"p{i}", "xyz"[i % 3]) for i in range(60)]
    assert load(write(tmp_path / "nli.csv", "text,text_pair,label", rows)).test.groups is None


def test_a_named_group_column_wins(tmp_path: Path) -> None:
    rows = [(f"h{i}", f"p{i // 4}", "xyz"[i % 3], f"t{i % 9}") for i in range(60)]
    path = write(tmp_path / "nli.csv", "premise,hypothesis,label,topic", rows)
    assert load(path, group="topic").group_name == "topic"


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ([("new", "rare")], "films.csv: class 'rare' has one row; at least 3 are needed"),
        ([("x", "")], "films.csv, row 51 (line 52) has no label in 'label'"),
        ([("x", "pos|neg")], "several labels per item are not supported"),
    ],
)
def test_bad_rows_are_refused(tmp_path: Path, extra: list[tuple[str, str]], said: str) -> None:
    assert said in refusal(write(tmp_path / "films.csv", "text,label", FILMS + extra))


def test_one_class_is_refused(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "films.csv", "text,label", FILMS[:30])) == (
        "films.csv has one class, 'pos'; expected at least two to tell apart: check the label "
        "column."
    )


def test_a_class_that_train_lacks_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "films" / "train.csv", "text,label", FILMS)
    write(tmp_path / "films" / "test.csv", "text,label", [*FILMS[:5], ("odd", "new")])
    assert refusal(tmp_path / "films") == (
        "films: class 'new' stands in test (1 row) and not in train; add training rows of it, or "
        "remove those rows."
    )


def test_a_folder_that_lacks_a_part_is_refused(tmp_path: Path) -> None:
    assert "it is empty: add train.csv" in refusal(tmp_path)
    write(tmp_path / "films.csv", "text,label", FILMS)
    assert f"holds films.csv: to have one file split, name the file: {tmp_path}" in refusal(
        tmp_path
    )
    write(tmp_path / "train.csv", "text,label", FILMS)
    assert "has no test file" in refusal(tmp_path)


def test_two_files_for_one_part_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", "text,label", FILMS)
    (tmp_path / "train.jsonl").write_text('{"text": "new", "label": "neg"}\n')
    assert "has 2 files for train (train.csv, train.jsonl)" in refusal(tmp_path)


def test_parts_of_two_kinds_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", "text,label", FILMS)
    write(tmp_path / "test.csv", "text,text_pair,label", [("a", "b", "pos")])
    assert "train.csv holds inputs of kind 'text' and test.csv of kind 'pair'" in refusal(tmp_path)


def test_a_group_in_one_part_only_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", "text,label", FILMS)
    write(tmp_path / "test.csv", "text,label,speaker", [("a", "pos", "s")])
    assert "test.csv has the group column 'speaker' and train.csv has none" in refusal(tmp_path)


def test_a_path_that_is_not_there_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    write(tmp_path / "films.csv", "text,label", FILMS)
    assert refusal(tmp_path / "filsm.csv").endswith(f"did you mean {tmp_path / 'films.csv'}?")
    assert refusal("docstring").endswith("did you mean docstrings?")
    assert "a built-in set (docstrings)" in refusal("nowhere/at/all")


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    assert "Got language 'de'; expected auto, en, ru, fa, none." in refusal("x", language="de")


def test_a_clip_is_found_beside_its_table_or_refused(tmp_path: Path) -> None:
    rows = [(f"clips/{i}.flac", "ab"[i % 2]) for i in range(20)]
    path = write(tmp_path / "talks" / "all.csv", "audio,label", rows)
    assert "all.csv, row 1 (line 2) names the clip 'clips/0.flac', which is not" in refusal(path)
    (tmp_path / "talks" / "clips").mkdir()
    for name, _ in rows:
        (tmp_path / "talks" / name).touch()
    talks = load(path)
    assert (talks.kind, talks.language, talks.card["lengths"]) == ("audio", "none", {})
    assert all(Path(clip).is_file() for clip in talks.test.inputs)


def test_new_inputs_are_read_without_labels(tmp_path: Path) -> None:
    path = tmp_path / "new.jsonl"
    path.write_text('{"text": "a"}\n{"text": "b"}\n')
    assert read_inputs(path, "text") == (["1", "2"], ["a", "b"])
    with pytest.raises(InputError, match="holds inputs of kind 'text'; expected 'pair'"):
        read_inputs(path, "pair")


def test_formats_give_the_same_data(tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame(FILMS, columns=["text", "label"])
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.tsv", sep="\t", index=False)
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in frame.to_dict("records"))
    )
    hashes = {load(tmp_path / f"a.{ending}").sha256 for ending in ("parquet", "tsv", "jsonl")}
    assert hashes == {load(write(tmp_path / "a.csv", "text,label", FILMS)).sha256}


def test_the_package_imports_nothing_heavy() -> None:
    code = "import sys, worthit.corpus; print([m for m in ('pandas', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@needs_data
def test_farstail_is_grouped_by_its_premises() -> None:
    farstail = load(DATA / "farstail")
    assert (farstail.kind, farstail.language, farstail.group_name) == ("pair", "fa", "text")
    assert sizes(farstail) == [7266, 1537, 1564]
    assert farstail.card["groups"]["test"] == 536
    assert list(farstail.test.extra.columns) == ["hard_hypothesis", "hard_overlap"]


@needs_data
def test_ag_news_keeps_its_official_test() -> None:
    news = load(DATA / "ag_news")
    assert sizes(news) == [20551, 2284, 7600]
    assert news.test.ids[0] == "test-1"


@needs_data
def test_ru_toxic_is_split_with_no_text_on_two_sides() -> None:
    toxic = load(DATA / "ru_toxic" / "all.csv")
    train, validation, test = (set(split.keys) for split in toxic.splits.values())
    assert not train & validation and not train & test and not validation & test
    assert sum(sizes(toxic)) == 14412
    assert abs(toxic.card["classes"]["1"]["test"] / 2883 - 0.335) < 0.001


@needs_data
def test_emodb_is_loaded_as_clips_with_speakers_apart() -> None:
    emodb = load(DATA / "emodb" / "all.csv")
    assert (emodb.kind, emodb.group_name) == ("audio", "speaker")
    assert emodb.card["groups"] == {"train": 7, "validation": 1, "test": 2}
