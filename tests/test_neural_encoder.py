"""Models on the vectors of a frozen encoder: embedding and zeroshot."""

import numpy as np
import pytest

from worthit.core.errors import InputError
from worthit.neural.embedding import Embedding
from worthit.neural.zeroshot import ZeroShot
from worthit.tests.tiny_checkpoint import TEST, TRAINING


def test_embedding_is_a_regression_on_the_mean_of_states(tiny):
    from sklearn.linear_model import LogisticRegression

    model = Embedding(checkpoint=tiny, C=10.0).fit(*TRAINING)
    vectors, _ = model.vectors(TRAINING[0])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    expected = LogisticRegression(C=10.0, max_iter=1000).fit(vectors, TRAINING[1])
    test, _ = model.vectors(TEST)
    np.testing.assert_allclose(model.predict_proba(TEST), expected.predict_proba(test), atol=1e-5)
    chosen = Embedding(checkpoint=tiny).fit(*TRAINING)
    assert f"C of the regression is {chosen.C_:g}." in chosen.notes_
    assert chosen.pretrained


def test_zero_shot_answers_the_name_that_is_nearest(tiny):
    named = {"0": "match", "1": "bank"}
    names = ";".join(f"{label}={name}" for label, name in named.items())
    model = ZeroShot(checkpoint=tiny, names=names).fit(["x", "y"], ["0", "1"])
    assert list(model.predict(["match", "bank"])) == ["0", "1"]
    assert list(ZeroShot(checkpoint=tiny).fit(["x"] * 2, ["goal", "moon"]).predict(["moon"])) == [
        "moon"
    ]
    with pytest.raises(InputError, match="expected LABEL=NAME;LABEL=NAME"):
        ZeroShot(checkpoint=tiny, names="match").check()
    with pytest.raises(InputError, match="it needs one '{}' for the name"):
        ZeroShot(checkpoint=tiny, template="about").check()
