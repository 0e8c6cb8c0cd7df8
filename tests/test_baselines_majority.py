"""The majority floor: the largest class for everything, with its share as the probability."""

import numpy as np

from worthit.baselines.majority import MajorityClassifier


def test_the_largest_class_is_the_answer_to_everything():
    model = MajorityClassifier().fit(["x", "y", "z"], ["b", "a", "b"])
    assert list(model.predict(["x", "new", ""])) == ["b", "b", "b"]
    np.testing.assert_allclose(model.predict_proba(["x"]), [[1 / 3, 2 / 3]])
