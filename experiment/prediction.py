"""New inputs answered by a stored run's model, prepared as its training inputs were."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from worthit.compare.run import Run
from worthit.core.errors import InputError
from worthit.corpus import read_inputs
from worthit.corpus.language import normalise
from worthit.experiment.models import load_classifier

__all__ = ["gather_inputs", "predict", "read_run"]


def predict(
    run: Run | Path | str, inputs: Sequence[Any], *, model: str | None = None
) -> pd.DataFrame:
    """Answer new inputs with a stored model.

    Parameters
    ----------
    run : Run, pathlib.Path or str
        A finished run or its folder.
    inputs : sequence of str or of (str, str), of length n
        Of the kind that the run was trained on.
    model : str, optional
        Path of the Python file that a pipeline of your own was made from. It is run, and is needed
        only where the pipeline holds classes or functions that this file defines.

    Returns
    -------
    pandas.DataFrame
        n rows with ``prediction`` and ``p_<class>``.

    Raises
    ------
    InputError
        If the run's folder is damaged or holds no model.
    """
    run = run if isinstance(run, Run) else Run.read(Path(run))
    assert run.folder is not None
    folder = run.folder / "model"
    if not folder.is_dir():
        raise InputError(
            f"{run.folder} has no folder 'model'; copy it from where the run was made."
        )
    classifier = load_classifier(run.record, folder, model)
    if not len(inputs):
        raise InputError("Got no inputs to predict; give texts, or --file with at least one row.")
    answers = classifier.predict_proba(
        normalise(list(inputs), run.record["preprocessing"]["language"])
    )
    frame = pd.DataFrame({"prediction": classifier.classes_[answers.argmax(axis=1)]})
    for number, label in enumerate(classifier.classes_):
        frame[f"p_{label}"] = answers[:, number]
    return frame


def read_run(folder: str | Path) -> Run:
    """Read a stored run by its folder, with or without run.json at the end.

    Raises
    ------
    InputError
        If there is none.
    """
    path = Path(folder)
    path = path.parent if path.name == "run.json" else path
    if not path.is_dir():
        raise InputError(
            f"There is no folder '{folder}'; give that of a finished run, runs/DATASET/MODEL-KEY."
        )
    return Run.read(path)


def gather_inputs(
    run: Run, texts: Sequence[str], file: Path | None, *, text: str | None, pair: str | None
) -> tuple[list[str], list[Any]]:
    """Take new inputs from the command line's words or from a file, as the run's kind asks.

    A file is read by the columns that the run was trained on, where it has them.

    Returns
    -------
    tuple of list of str and list
        Ids (of a file: its column ``id`` where that is unique, else row numbers) and inputs.

    Raises
    ------
    InputError
        If there are no inputs, two sorts of them, or an odd number of texts for a model of pairs.
    """
    kind = run.record["dataset"]["kind"]
    if (file is None) == (not texts):
        came = "neither" if file is None else "both"
        raise InputError(f"Got {came} texts and --file; give one of the two.")
    if file is not None:
        return read_inputs(file, kind, text=text, pair=pair, like=_columns_of(run))
    if kind != "pair":
        inputs: list[Any] = list(texts)
    elif len(texts) % 2:
        raise InputError(
            f"Got {len(texts)} text for a model of pairs; give two texts for each pair."
        )
    else:
        inputs = list(zip(texts[::2], texts[1::2], strict=True))
    return [str(number) for number in range(1, len(inputs) + 1)], inputs


def _columns_of(run: Run) -> tuple[str, ...]:
    return tuple(run.record["dataset"].get("columns") or ())
