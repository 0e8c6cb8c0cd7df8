"""Pretrained bodies: what is read, what learns, what is kept, and that a frozen part runs once."""

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from worthit.core.errors import InputError
from worthit.neural.bert import BERT
from worthit.neural.embedding import Embedding
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.neural.pretrained.pruning import head_importance, heads_to_prune, prune
from worthit.neural.training.batches import Examples
from worthit.neural.training.memory import RowsAtOnce
from worthit.tests.tiny_checkpoint import N_LAYERS, TEST, TRAINING, VALIDATION, fit, new

# What is read --------------------------------------------------------------------------


@pytest.mark.parametrize("pool", ["cls", "mean", "max", "last4"])
@pytest.mark.parametrize("layer", [-1, 3, 1])
@pytest.mark.parametrize("n_frozen", [0, 2])
def test_what_is_read_agrees_with_transformers(tiny, pool, layer, n_frozen):
    body = AutoModel.from_pretrained(tiny).eval()
    texts = [("goal of the match", "coach"), ("moon", "star comet orbit the price of")]
    batch = AutoTokenizer.from_pretrained(tiny)(
        *zip(*texts, strict=True), padding=True, return_tensors="pt", return_token_type_ids=True
    )
    with torch.no_grad():
        states = body(**batch, output_hidden_states=True).hidden_states
    layer = layer if layer > 0 else N_LAYERS
    read = sum(states[max(1, layer - 3) : layer + 1]) if pool == "last4" else states[layer]
    expected = []
    for one, mask in zip(read, batch["attention_mask"].bool(), strict=True):
        some = one[mask]
        by = {"cls": some[0], "max": some.amax(0), "mean": some.mean(0), "last4": some.mean(0)}
        expected.append(by[pool])
    classifier = new(tiny, pool=pool, layer=layer, freeze=min(n_frozen, layer))
    classifier.notes_, classifier.pruned_heads_, classifier.second_classes_ = [], [], []
    encoder = classifier.learn_encoder(texts)
    network = classifier.new_network(encoder, 3).eval()
    classifier.encoder_ = encoder
    ids = classifier.collate(encoder.encode(texts, 32).rows)["input_ids"]
    with torch.no_grad():
        found = network.above(network.below(ids), ids != network.pad)
    torch.testing.assert_close(found, torch.stack(expected), atol=1e-5, rtol=1e-5)


def test_padding_changes_no_prediction(tiny):
    model = fit(tiny, precision="fp32")
    together = model.predict_proba([*TEST, "goal " * 200])[: len(TEST)]
    alone = np.concatenate([model.predict_proba([text]) for text in TEST])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_separator_in_a_text_is_only_text(tiny):
    encoder = fit(tiny, epochs=1).encoder_
    (row,) = encoder.encode(["goal [SEP] [PAD] goal"], 32).rows
    assert list(row).count(encoder.special["separator"]) == 1
    assert list(row).count(encoder.special["pad"]) == 0


def test_long_inputs_are_cut_and_counted(tiny):
    model = fit(tiny, (["goal " * 50, "bank", "moon", "star"], list("abab")), None, max_length=8)
    assert model.truncated_share_ == 0.25
    pair = [("goal " * 50, "bank share")]
    (row,) = model.encoder_.encode(pair, 10).rows
    assert len(row) == 10
    assert list(row[-3:-1]) == [model.encoder_.tokenizer.token_to_id(w) for w in ("bank", "share")]
    # Either side may be the one that loses its end; four words and three marks fit.
    pairs = [("moon " * 4, "star"), ("star", "moon " * 4), ("moon " * 3, "star"), ("", "")]
    encoded = model.encoder_.encode(pairs, 7)
    assert encoded.truncated.tolist() == [True, True, False, False]
    assert [len(row) for row in encoded.rows] == [7, 7, 7, 3]


# What learns ---------------------------------------------------------------------------

MODES = [
    ({"transfer": "full"}, (), True),
    ({"transfer": "head"}, (1, 2, 3, 4), False),
    ({"transfer": "head", "freeze_embeddings": False}, (1, 2, 3, 4), False),
    ({"transfer": "last:1"}, (1, 2, 3), False),
    ({"freeze": 2}, (1, 2), False),
    ({"freeze": 2, "freeze_embeddings": False}, (1, 2), True),
    ({"freeze": "embeddings"}, (), False),
    ({"freeze": "embeddings", "transfer": "last:1"}, (1, 2, 3), False),
    ({"transfer": "last:1", "freeze_embeddings": False}, (1, 2, 3), True),
    ({"transfer": "last:1", "layer": 2}, (1,), False),
]


@pytest.mark.parametrize(("values", "frozen", "embeddings"), MODES)
def test_frozen_layers_stay_as_they_were_and_the_others_learn(tiny, values, frozen, embeddings):
    model = fit(tiny, epochs=1, **values)
    body = AutoModel.from_pretrained(tiny)
    same = [
        all(torch.equal(x, y) for x, y in zip(ours.parameters(), theirs.parameters(), strict=True))
        for ours, theirs in zip(model.network_.layers, body.encoder.layer, strict=False)
    ]
    assert same == [number in frozen for number in range(1, len(same) + 1)]
    words = model.network_.embeddings.word_embeddings.weight
    assert torch.equal(words, body.embeddings.word_embeddings.weight) != embeddings
    learning = sum(w.numel() for w in model.network_.parameters() if w.requires_grad)
    assert all(w.requires_grad == embeddings for w in model.network_.embeddings.parameters())
    n_all = sum(w.numel() for w in model.network_.parameters())
    assert model.n_parameters_ == n_all
    note = f"{learning:,} of {n_all:,} weights learn."
    assert (note in model.notes_) == (learning < n_all) == (values != {"transfer": "full"})


def test_body_learns_at_a_tenth_of_the_rate(tiny, monkeypatch):
    from worthit.neural.training.trainer import ClassifierTrainer

    seen = []
    create = ClassifierTrainer.create_optimizer

    def watched(self, model=None):
        optimizer = create(self, model)
        seen.extend((group["lr"], len(group["params"])) for group in optimizer.param_groups)
        return optimizer

    monkeypatch.setattr(ClassifierTrainer, "create_optimizer", watched)
    model = fit(tiny, epochs=1)
    rates = {rate: sum(n for r, n in seen if r == rate) for rate, n in seen if n}
    assert rates == {0.01: 2, 0.001: len(list(model.network_.parameters())) - 2}
    seen.clear()
    fit(tiny, epochs=1, transfer="head")
    assert {(rate, n) for rate, n in seen if n} == {(0.1, 1)}  # weight and bias, decayed or not


def test_a_wide_body_learns_more_slowly(tiny, monkeypatch):
    from worthit.neural.pretrained import classifier

    assert new(tiny).rate == 0.01
    assert not any("rate" in note for note in fit(tiny, epochs=1).notes_)
    known = new(tiny).identity()
    monkeypatch.setattr(classifier, "NARROW", 8)  # the body's width is 16
    model = fit(tiny, epochs=1)
    assert model.rate == 0.0025
    assert any("at a rate of 0.0025, less than 0.01 since" in note for note in model.notes_)
    assert new(tiny).identity() == known | {"learning_rate": 0.0025}
    assert new("scratch").rate == 0.01


def test_rates_rise_and_then_fall_the_bodys_as_a_share_of_the_heads(tiny, monkeypatch):
    from worthit.neural.training.trainer import ClassifierTrainer

    seen = []
    step = ClassifierTrainer.training_step

    def watched(self, *given, **more):
        groups = [group for group in self.optimizer.param_groups if group["params"]]
        seen.append(sorted({group["lr"] for group in groups}))
        return step(self, *given, **more)

    monkeypatch.setattr(ClassifierTrainer, "training_step", watched)
    fit(tiny, epochs=2, patience=9, warmup=0.25, learning_rate=0.012, body_rate=0.2)
    rising, falling = [0, 0.003, 0.006, 0.009], [0.001 * left for left in range(12, 0, -1)]
    head = [rates[-1] for rates in seen]
    assert head == pytest.approx(rising + falling)  # 8 steps of 8 inputs, twice
    assert [rates[0] for rates in seen] == pytest.approx([0.2 * rate for rate in head])
    assert [len(rates) for rates in seen] == [1] + 15 * [2]  # at first both are 0


def test_a_second_head_is_told_with_how_much_it_saw_and_counts(tiny, monkeypatch):
    from worthit.neural.training import trainer

    second = ["x", "y", "", None] * 16
    asked = new(tiny, epochs=1, transfer="head", auxiliary="mood")
    told = (
        "A second head learned 2 classes of 'mood' from 32 of 64 training inputs, its loss "
        "weighted {}; only the first head answers."
    )
    assert told.format("0.5") in asked.fit(*TRAINING, VALIDATION, auxiliary=second).notes_
    monkeypatch.setattr(trainer, "SECOND_TASK", 0.25)
    assert told.format("0.25") in asked.fit(*TRAINING, VALIDATION, auxiliary=second).notes_
    assert not any("second head" in note for note in fit(tiny, epochs=1).notes_)


# Pruning ---------------------------------------------------------------------------------


def test_pruned_heads_are_as_if_they_gave_nothing(tiny):
    model = fit(tiny, epochs=1, transfer="head")
    network = model.network_.eval()
    ids = model.collate(model.encoder_.encode(TEST, 32).rows)["input_ids"]
    with torch.no_grad():
        for layer, head in ((1, 2), (1, 4), (3, 1)):
            dense = network.layers[layer - 1].attention.output.dense
            dense.weight[:, 4 * (head - 1) : 4 * head] = 0
        expected = network(ids)
        prune(network, [[1, 2], [1, 4], [3, 1]])
        torch.testing.assert_close(network(ids), expected, atol=1e-6, rtol=1e-5)
    assert network.layers[0].attention.self.query.weight.shape == (8, 16)


def test_a_head_that_gives_nothing_is_the_least_important(tiny):
    model = fit(tiny, epochs=1, transfer="head")
    with torch.no_grad():
        model.network_.layers[2].attention.self.value.weight[4:8] = 0
        model.network_.layers[2].attention.self.value.bias[4:8] = 0
    rows = model.encoder_.encode(TRAINING[0], 32).rows
    numbers = np.searchsorted(model.classes_, TRAINING[1])
    training, at_once = Examples(rows, numbers), RowsAtOnce("weighing heads")
    importance = head_importance(model.network_, training, model.collate, 0, at_once)
    assert importance.shape == (N_LAYERS, 4)
    np.testing.assert_allclose(np.linalg.norm(importance, axis=1), 1)
    assert importance[2, 1] == importance.min() == 0
    assert heads_to_prune(1 / 16, importance) == [[3, 2]]
    assert len(heads_to_prune(0.99, importance)) == 12  # each layer keeps one


@pytest.mark.parametrize("heads", [0.5, [[1, 1], [4, 3]]], ids=["share", "list"])
def test_pruned_model_is_saved_and_loaded(tiny, tmp_path, heads):
    model = fit(tiny, prune_heads=heads)
    assert len(model.pruned_heads_) == (8 if heads == 0.5 else 2)
    model.save(tmp_path)
    loaded = BERT.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba(TEST), model.predict_proba(TEST))
    assert loaded.n_parameters_ == model.n_parameters_ < fit(tiny, epochs=1).n_parameters_
    assert "Attention heads taken out" in " ".join(model.notes_)


def test_a_fit_that_goes_on_keeps_the_heads_that_it_chose(tiny, tmp_path, monkeypatch):
    from worthit.neural.pretrained import classifier

    first = fit(tiny, prune_heads=0.25, workspace=tmp_path)
    monkeypatch.setattr(classifier, "head_importance", lambda *_: np.arange(16.0).reshape(4, 4))
    again = fit(tiny, prune_heads=0.25, workspace=tmp_path)
    assert again.pruned_heads_ == first.pruned_heads_ != [[1, 1], [1, 2], [1, 3], [2, 1]]
    other = fit(tiny, prune_heads=0.25, seed=1, workspace=tmp_path)
    assert other.pruned_heads_ == [[1, 1], [1, 2], [1, 3], [2, 1]]


def test_scarce_memory_changes_how_many_inputs_are_weighed_at_once_but_not_the_heads(
    tiny, monkeypatch
):
    model = new(tiny)
    model.notes_, model.pruned_heads_, model.second_classes_ = [], [], []
    model.encoder_ = model.learn_encoder(TRAINING[0])
    network = model.new_network(model.encoder_, 3)
    rows = model.encoder_.encode(TRAINING[0], 32).rows
    training = Examples(rows, np.unique(TRAINING[1], return_inverse=True)[1])
    plenty, little = RowsAtOnce("weighing heads"), RowsAtOnce("weighing heads")
    expected = head_importance(network, training, model.collate, 0, plenty)
    above = PretrainedNetwork.above

    def failing(self, states, mask):
        if len(states) > (8 if states.requires_grad else 16):  # gradients need room of their own
            raise torch.OutOfMemoryError("CUDA out of memory")
        return above(self, states, mask)

    monkeypatch.setattr(PretrainedNetwork, "above", failing)
    found = head_importance(network, training, model.collate, 0, little)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert (plenty.most, little.most) == (None, 8)
    (told,) = little.notes
    assert told in fit(tiny, epochs=1, prune_heads=0.25).notes_


# What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"transfer": "some"},
            "Got transfer='some'; choose full, head, or last:N with N from 1 to 4",
        ),
        ({"transfer": "last:5"}, "Got transfer='last:5'"),
        ({"freeze": 5}, "Got freeze=5; 4 layers are read"),
        ({"layer": 0}, "Got layer=0; the body has 4 layers, so give 1 to 4"),
        ({"layer": 5}, "Got layer=5"),
        ({"layer": 1.5}, "Got layer=1.5; the body has 4 layers, so give 1 to 4"),
        ({"freeze": 1.5}, "Got freeze=1.5; 4 layers are read, so freeze at most that many."),
        ({"freeze": -1}, r"Got freeze=-1; 4 layers are read, .* \(0 for none\), or embeddings"),
        (
            {"freeze": "all"},
            "Got freeze='all'; 4 layers are read, .* or embeddings for those alone",
        ),
        (
            {"freeze": "embeddings", "freeze_embeddings": False},
            "Got freeze='embeddings' with freeze_embeddings=False; leave one of the two out.",
        ),
        ({"pool": "sum"}, "Unknown pool 'sum'; choose one of cls, mean, max, last4."),
        ({"head": "big"}, "Unknown head 'big'; choose one of linear, mlp."),
        ({"body_rate": 0.0}, "Got body_rate=0.0; it must be above 0 and at most 1."),
        ({"prune_heads": 1.0}, "Got prune_heads=1.0; give a share of all heads"),
        ({"prune_heads": [1, 2]}, r"or a list of \[layer, head\]"),
        ({"prune_heads": [[5, 1]]}, r"Cannot prune the heads \[1\] of layer 5"),
        ({"prune_heads": [[1, h] for h in (1, 2, 3, 4)]}, "each layer keeps at least one"),
        ({"prune_heads": [[2, 5]], "adapt": 1}, r"Cannot prune the heads \[5\] of layer 2"),
        ({"prune_heads": [[3, 1]], "layer": 2}, "the body has 2 layers of 4 heads"),
        ({"max_length": 400}, "Got max_length=400, but the checkpoint reads at most 300 tokens."),
    ],
)
def test_senseless_parameters_are_refused_in_a_sentence(tiny, values, sentence):
    with pytest.raises(InputError, match=sentence):
        new(tiny, **values).check()


def test_inputs_longer_than_the_checkpoint_reads_are_refused_before_any_run(tiny):
    sentence = "Got max_length=301, but the checkpoint reads at most 300 tokens."
    for kind in (BERT, Embedding):
        kind(checkpoint=tiny, max_length=300).check()
        with pytest.raises(InputError, match=sentence):
            kind(checkpoint=tiny, max_length=301).check()
