import warnings

import numpy as np
import pytest
import torch
from torch import nn

from worthit.core.catalogue import load_class
from worthit.neural import available
from worthit.neural.training.pooling import last, pool, pool_sides, reverse_within
from worthit.neural.training.recurrent import (
    KEPT,
    RecurrentLayer,
    RecurrentNetwork,
    in_sound_precision,
)
from worthit.neural.training.vocabulary import PAD, SEPARATOR, UNKNOWN
from worthit.neural.training.word_vectors import WordVectors, in_second_side, on_both_sides

STATES = torch.tensor(
    [[[1.0, -4.0], [3.0, -2.0], [9.0, 9.0]], [[5.0, 6.0], [9.0, 9.0], [9.0, 9.0]]]
)
MASK = torch.tensor([[True, True, False], [True, False, False]])
LENGTHS = torch.tensor([2, 1])


def test_pooling_sees_tokens_only():
    assert pool(STATES, MASK, "mean").tolist() == [[2, -3], [5, 6]]
    assert pool(STATES, MASK, "max").tolist() == [[3, -2], [5, 6]]
    assert pool(STATES, MASK, "max+mean").tolist() == [[3, -2, 2, -3], [5, 6, 5, 6]]
    assert last(STATES, LENGTHS).tolist() == [[3, -2], [5, 6]]


def test_pooling_of_nothing_is_zero():
    nothing = torch.zeros_like(MASK)
    assert pool(STATES, nothing, "max+mean").tolist() == [[0, 0, 0, 0], [0, 0, 0, 0]]


def test_sides_are_pooled_apart_and_compared():
    second = torch.tensor([[False, True, True], [False, True, True]])
    pooled = pool_sides(STATES, MASK, second, "mean")
    assert pooled.tolist() == [[1, -4, 3, -2, 2, 2, 3, 8], [5, 6, 0, 0, 5, 6, 0, 0]]


def test_words_of_both_sides_are_marked():
    ids = torch.tensor([[2, 7, 8, 9, 3, 9, 7, 7], [2, 7, 7, 3, 8, PAD, PAD, PAD]])
    assert in_second_side(ids).int().tolist() == [
        [0, 0, 0, 0, 1, 1, 1, 1],
        [0, 0, 0, 1, 1, 1, 1, 1],
    ]
    assert on_both_sides(ids).int().tolist() == [[0, 1, 0, 1, 0, 1, 1, 1], [0] * 8]


def test_words_beyond_the_vocabulary_have_the_vector_of_the_unknown_one():
    vectors = WordVectors(10, 4, pairs=False, word_dropout=0.0)
    found = vectors(torch.tensor([[UNKNOWN, 10, 99999]]))
    assert torch.equal(found[0, 0], found[0, 1]) and torch.equal(found[0, 0], found[0, 2])


def test_words_are_hidden_while_training_only():
    vectors = WordVectors(10, 4, pairs=False, word_dropout=0.5)
    ids = torch.full((1, 1000), 7)
    hidden = (vectors(ids) == vectors.words.weight[UNKNOWN]).all(dim=-1)
    assert 400 < hidden.sum() < 600
    assert not (vectors.eval()(ids) == vectors.words.weight[UNKNOWN]).any()


def test_reversal_leaves_padding_at_the_end_and_undoes_itself():
    turned = reverse_within(STATES, LENGTHS)
    assert turned[0].tolist() == [[3, -2], [1, -4], [9, 9]]
    assert torch.equal(turned[1], STATES[1])
    assert torch.equal(reverse_within(turned, LENGTHS), STATES)


def network(cell=nn.GRU, **values):
    sizes = {"n_words": 50, "n_classes": 3, "pairs": False, "embedding": 8, "hidden": 6}
    shape = {"layers": 2, "bidirectional": True, "pooling": "max+mean", "concat_last": True}
    drop = {"dropout": 0.5, "word_dropout": 0.1}
    torch.manual_seed(0)
    return RecurrentNetwork(cell, **(sizes | shape | drop | values)).eval()


@pytest.mark.parametrize("pairs", [True, False])
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("pooling", ["max", "mean", "max+mean", "last"])
def test_padding_changes_no_prediction(pooling, bidirectional, pairs):
    model = network(pooling=pooling, bidirectional=bidirectional, pairs=pairs)
    ids = torch.randint(4, 50, (5, 7))
    ids[:, 3] = SEPARATOR
    padded = nn.functional.pad(ids, (0, 9), value=PAD)
    torch.testing.assert_close(model(ids), model(padded), rtol=0, atol=1e-6)


@pytest.mark.parametrize("pooling", ["max+mean", "last"])
@pytest.mark.parametrize(("cell", "adds_up"), [(nn.RNN, True), (nn.GRU, False)])
def test_layers_of_simple_units_add_to_what_they_read(cell, adds_up, pooling):
    model = network(cell=cell, pooling=pooling)
    with torch.no_grad():
        for weights in model.layers[1].parameters():
            weights.zero_()
    one_layer = network(cell=cell, pooling=pooling, layers=1)
    below = {name: value for name, value in model.state_dict().items() if "layers.1" not in name}
    one_layer.load_state_dict(below)
    ids = torch.randint(4, 50, (5, 7))
    assert torch.equal(model(ids), one_layer(ids)) == adds_up


def test_company_in_the_batch_changes_no_prediction():
    model = network()
    short, long = torch.randint(4, 50, (1, 3)), torch.randint(4, 50, (1, 20))
    both = torch.cat([nn.functional.pad(short, (0, 17), value=PAD), long])
    torch.testing.assert_close(model(both)[:1], model(short), rtol=0, atol=1e-6)


def test_two_directions_equal_those_of_packed_sequences():
    ours = network(layers=1, pooling="last", concat_last=True)
    forwards, backwards = ours.layers[0].forwards, ours.layers[0].backwards
    theirs = nn.GRU(8, 6, batch_first=True, bidirectional=True)
    theirs.load_state_dict(
        forwards.state_dict() | {f"{name}_reverse": w for name, w in backwards.state_dict().items()}
    )
    ids = torch.randint(4, 50, (3, 9))
    lengths = torch.tensor([9, 4, 1])
    mask = torch.arange(9) < lengths.unsqueeze(1)
    packed = nn.utils.rnn.pack_padded_sequence(ours.vectors(ids), lengths, batch_first=True)
    ends = theirs(packed)[1].transpose(0, 1).flatten(1)  # (batch, 2 * hidden)
    logits = ours(ids.masked_fill(~mask, PAD))
    torch.testing.assert_close(logits, ours.head(ends), rtol=0, atol=1e-6)


def test_padding_of_a_batch_changes_no_prediction_of_a_fitted_model():
    model = load_class(available()["gru"])(epochs=1, hidden=8, embedding=8, precision="fp32")
    texts = ["good goal", "bad bank " * 30, "", "goal " * 7, "bank"] * 4
    model.fit(texts, ["a", "b", "a", "a", "b"] * 4)
    alone = np.concatenate([model.predict_proba([text]) for text in texts[:5]])
    np.testing.assert_allclose(model.predict_proba(texts[:5]), alone, atol=1e-6)


def test_cells_begin_with_a_memory_that_suits_them():
    rnn, lstm = (RecurrentLayer(cell, 5, 8, bidirectional=False) for cell in (nn.RNN, nn.LSTM))
    kept = rnn.forwards.weight_hh_l0
    torch.testing.assert_close(kept @ kept.T, KEPT**2 * torch.eye(8))
    bias = lstm.forwards.bias_ih_l0 + lstm.forwards.bias_hh_l0
    assert bias[8:16].tolist() == [1.0] * 8  # the gates that forget
    assert bias[:8].abs().max() < 1


def test_on_a_graphics_card_cells_take_no_half_precision_without_scaled_gradients():
    card, processor = torch.device("cuda"), torch.device("cpu")
    before = torch.get_autocast_dtype("cuda")
    try:
        for dtype, differs in ((torch.bfloat16, True), (torch.float16, False)):
            torch.set_autocast_dtype("cuda", dtype)
            with warnings.catch_warnings():  # there is no card here
                warnings.simplefilter("ignore")
                assert isinstance(in_sound_precision(card), torch.autocast) == differs
            assert not isinstance(in_sound_precision(processor), torch.autocast)
    finally:
        torch.set_autocast_dtype("cuda", before)
