"""Makes runs under the protocol and hands them to reports: the entrance for Python users.

>>> from worthit import experiment
>>> report = experiment.compare("my_data/", models=["tfidf", "gru"])  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from worthit.corpus import load
    from worthit.experiment.ablation import ablate
    from worthit.experiment.comparison import order_models
    from worthit.experiment.entrance import compare, compare_predictions, report, run
    from worthit.experiment.models import available, fields_of
    from worthit.experiment.place import Place
    from worthit.experiment.prediction import predict

__all__ = [
    "ablate",
    "available",
    "compare",
    "Place",
    "compare_predictions",
    "fields_of",
    "load",
    "order_models",
    "predict",
    "report",
    "run",
]

_HOMES = {
    "ablate": "worthit.experiment.ablation",
    "available": "worthit.experiment.models",
    "compare": "worthit.experiment.entrance",
    "compare_predictions": "worthit.experiment.entrance",
    "fields_of": "worthit.experiment.models",
    "load": "worthit.corpus",
    "order_models": "worthit.experiment.comparison",
    "predict": "worthit.experiment.prediction",
    "report": "worthit.experiment.entrance",
    "Place": "worthit.experiment.place",
    "run": "worthit.experiment.entrance",
}


def __getattr__(name: str) -> Any:
    """Import what is used when it is used, so that listing models stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
