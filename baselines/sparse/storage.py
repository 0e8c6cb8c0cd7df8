"""Fitted features and coefficients as plain arrays on disk: nothing in them can run code."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worthit.baselines.sparse.features import Features
from worthit.baselines.sparse.logistic import LinearModel
from worthit.baselines.sparse.vocabulary import Vocabulary
from worthit.baselines.sparse.weighting import WeightedBlock

__all__ = ["load_linear", "save_linear"]


def save_linear(path: Path, features: Features, model: LinearModel) -> None:
    """Write features and coefficients as one ``.npz`` file.

    Coefficients are stored as the positions and values of those that are not zero, which keeps an
    L1 model small.
    """
    header = {
        "settings": dict(features.settings),
        "keys": features.keys,
        "scaling": [(block.sublinear, block.binary, block.norm) for block in features.blocks],
        "ranges": dict(features.ranges),
    }
    rows, columns = np.nonzero(model.coefficients)
    arrays: dict[str, NDArray] = {
        "header": _to_bytes(json.dumps(header)),
        "shape": np.array(model.coefficients.shape),
        "rows": rows.astype(np.int32),
        "columns": columns.astype(np.int16),
        "values": model.coefficients[rows, columns],
        "intercepts": model.intercepts,
    }
    for number, (block, terms) in enumerate(
        zip(features.blocks, features.vocabularies, strict=True)
    ):
        # No n-gram holds a line break: words and chunks end at white space.
        arrays[f"terms{number}"] = _to_bytes("\n".join(terms.strings))
        arrays[f"idf{number}"] = block.idf
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # numpy's stub forbids **


def load_linear(path: Path) -> tuple[Features, LinearModel]:
    """Read what :func:`save_linear` wrote; pickled content is refused."""
    with np.load(path, allow_pickle=False) as arrays:
        header = json.loads(arrays["header"].tobytes())
        n_features, n_problems = arrays["shape"].tolist()
        keys = tuple((analyzer, side) for analyzer, side in header["keys"])
        blocks, vocabularies = [], []
        for number, ((analyzer, _), scaling) in enumerate(
            zip(keys, header["scaling"], strict=True)
        ):
            idf = arrays[f"idf{number}"]
            blocks.append(WeightedBlock(np.arange(len(idf)), idf, *scaling))
            text = arrays[f"terms{number}"].tobytes().decode("utf-8", "surrogatepass")
            vocabularies.append(
                Vocabulary.from_strings(analyzer, text.split("\n") if len(idf) else [])
            )
        coefficients = np.zeros((n_features, n_problems))
        coefficients[arrays["rows"], arrays["columns"]] = arrays["values"]
        model = LinearModel(coefficients, arrays["intercepts"])
    ranges = {name: (n_min, n_max) for name, (n_min, n_max) in header["ranges"].items()}
    parts = (header["settings"], keys, tuple(blocks), tuple(vocabularies), ranges)
    return Features(*parts), model


def _to_bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
