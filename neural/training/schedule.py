"""How long a training may go on: passes over the data, and passes without a better score."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worthit.neural.training.classifier import NeuralClassifier

__all__ = ["epochs_and_patience"]

LEAST_PATIENCE = 2
PATIENT = 10  # a tenth of all epochs


def epochs_and_patience(classifier: "NeuralClassifier", n_rows: int) -> tuple[int, int]:
    """Choose epochs and patience where they are left to be chosen.

    A pass over few texts is few steps, after which a network has learned little: a fixed number of
    passes would make every network look weak on little data (Mosbach et al. 2021, "On the
    Stability of Fine-tuning BERT", find the same of pretrained ones). So there are as many as make
    enough steps, and validation ends them. Single passes then differ by chance, so that more of
    them are waited for.

    Parameters
    ----------
    classifier : NeuralClassifier
        Says what is usual for its kind.
    n_rows : int
        Training rows.

    Returns
    -------
    epochs, patience : int
    """
    epochs, patience = classifier.epochs, classifier.patience
    if epochs == "auto":
        steps = -(-n_rows // classifier.batch_size)  # in an epoch
        enough = min(-(-classifier.least_steps // steps), classifier.most_epochs)
        epochs = max(classifier.usual_epochs, enough)
    if patience == "auto":
        patience = max(LEAST_PATIENCE, -(-int(epochs) // PATIENT))
    return int(epochs), int(patience)
