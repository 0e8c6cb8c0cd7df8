"""Pretrained bodies: what is read, what learns, what is kept, and that a frozen part runs once."""

from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from transformers import AutoModel, AutoTokenizer

from worthit.core.errors import InputError
from worthit.neural.bert import BERT
from worthit.neural.embedding import Embedding
from worthit.neural.pretrained import frozen
from worthit.neural.pretrained.adaptation import mask_tokens
from worthit.neural.pretrained.body import new_body, new_subwords
from worthit.neural.pretrained.frozen import Prepared
from worthit.neural.pretrained.network import PretrainedNetwork
from worthit.neural.pretrained.pruning import head_importance, heads_to_prune, prune
from worthit.neural.training.batches import Examples
from worthit.neural.training.memory import RowsAtOnce
from worthit.tests.tiny_checkpoint import N_LAYERS, TEST, TRAINING, VALIDATION, fit, new, toy

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
    model = fit(tiny)
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


# A frozen part runs once ------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"transfer": "head"},
        {"transfer": "head", "pool": "last4", "head": "mlp"},
        {"transfer": "head", "pool": "cls", "layer": 2},
        {"freeze": 2},
        {"freeze": 3, "pool": "last4"},
        {"transfer": "last:1", "pool": "max", "balance": "oversample"},
    ],
    ids=str,
)
@pytest.mark.parametrize("pairs", [False, True], ids=["text", "pair"])
def test_predictions_are_the_same_with_and_without_keeping(tiny, monkeypatch, values, pairs):
    data = toy(64, 0, pairs), toy(24, 1, pairs)
    kept = fit(tiny, *data, **values)
    monkeypatch.setattr(BERT, "keeps_frozen", False)
    anew = fit(tiny, *data, **values)
    test = toy(40, 2, pairs)[0]
    assert list(kept.predict(test)) == list(anew.predict(test))
    np.testing.assert_allclose(kept.predict_proba(test), anew.predict_proba(test), atol=1e-4)
    assert [e["validation_accuracy"] for e in kept.history_] == [
        e["validation_accuracy"] for e in anew.history_
    ]


def test_outputs_too_large_for_memory_are_mapped_from_a_file(tiny, tmp_path, monkeypatch):
    expected = fit(tiny, freeze=2).predict_proba(TEST)
    mapped = []

    class Watched(np.memmap):
        def __new__(cls, *given, **named):
            mapped.append(named["shape"])
            return super().__new__(cls, *given, **named)

    monkeypatch.setattr(np, "memmap", Watched)
    monkeypatch.setattr(frozen, "IN_MEMORY", 0)
    model = fit(tiny, freeze=2, workspace=tmp_path)
    np.testing.assert_array_equal(model.predict_proba(TEST), expected)
    assert len(mapped) == 2  # training and validation


def count_passed(monkeypatch):
    """List how many inputs pass the body at a time."""
    passed = []
    below = PretrainedNetwork.below

    def counting(self, input_ids):
        passed.append(len(input_ids))
        return below(self, input_ids)

    monkeypatch.setattr(PretrainedNetwork, "below", counting)
    return passed


def test_prepared_inputs_pass_the_body_once_for_all_fits(tiny, monkeypatch):
    passed = count_passed(monkeypatch)
    inputs, labels = TRAINING[0] + VALIDATION[0], np.array(TRAINING[1] + VALIDATION[1])
    prepared = new(tiny).prepare(inputs)
    rows, held_out = np.arange(64), np.arange(64, 88)
    models = [
        new(tiny, transfer="head", learning_rate=rate).fit(
            prepared[rows], labels[rows], (prepared[held_out], labels[held_out])
        )
        for rate in (0.01, 0.001)
    ]
    assert sum(passed) == 88
    answers = [model.predict_proba(prepared[held_out]) for model in models]
    assert sum(passed) == 88
    for model, answer in zip(models, answers, strict=True):
        np.testing.assert_allclose(answer, model.predict_proba(VALIDATION[0]), atol=1e-6)
    plain = fit(tiny, transfer="head")
    np.testing.assert_array_equal(models[0].predict_proba(TEST), plain.predict_proba(TEST))
    assert isinstance(prepared[1:3], Prepared)
    assert prepared[0] == inputs[0]


def test_a_search_over_pools_keeps_the_outputs_of_all_of_them(tiny, monkeypatch):
    passed = count_passed(monkeypatch)
    prepared, labels = new(tiny).prepare(TRAINING[0] + VALIDATION[0]), np.array(TRAINING[1])
    for pool in ("mean", "cls", "max", "last4") * 2:
        model = new(tiny, transfer="head", pool=pool, epochs=1)
        validation = prepared[64:88], VALIDATION[1]
        model.fit(prepared[:64], labels, validation).predict(validation[0])
    assert sum(passed) == 4 * 88


def test_outputs_not_used_for_longest_give_way_to_others(monkeypatch):
    monkeypatch.setattr(frozen, "KEPT_IN_MEMORY", 3 * 40)
    memo, rows = frozen.Memo(), [np.zeros(10, dtype=np.float32)]  # 40 bytes
    for key in "abc":
        memo.keep(key, rows)
    memo.get("a")
    memo.keep("d", rows)
    assert [key for key in "abcd" if memo.get(key)] == ["a", "c", "d"]
    memo.keep("large", 5 * rows)
    assert [key for key in ("a", "c", "d", "large") if memo.get(key)] == ["large"]


def test_time_that_is_over_in_the_frozen_part_still_leaves_a_model(tiny, tmp_path, monkeypatch):
    passed = count_passed(monkeypatch)
    model = new(tiny, transfer="head", batch_size=4)
    model.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    assert passed == [8, 4, 16, 8]  # a batch of the frozen part, one step, and validation
    assert model.stopped_ == "the time limit was reached after 0.06 of 2 epochs"
    assert "The time limit was reached while the frozen part answered inputs." in model.notes_
    again = new(tiny, transfer="head", batch_size=4)
    again.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    np.testing.assert_array_equal(again.predict_proba(TEST), model.predict_proba(TEST))


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


# Adaptation, and a second task ---------------------------------------------------------------


def test_masking_chooses_15_percent_and_hides_most_of_them():
    torch.manual_seed(0)
    ids = torch.full((400, 100), 7)
    maskable = torch.ones_like(ids, dtype=torch.bool)
    maskable[:, 0] = False
    shown, truth = mask_tokens(ids, maskable, mask=4, n_tokens=1000)
    chosen = truth != -100
    assert not chosen[:, 0].any()
    assert (truth[chosen] == 7).all()
    assert (shown[~chosen] == 7).all()
    assert abs(chosen[:, 1:].float().mean() - 0.15) < 0.01
    assert abs((shown[chosen] == 4).float().mean() - 0.8) < 0.02
    assert abs((shown[chosen] == 7).float().mean() - 0.1) < 0.02


def test_adapting_changes_the_body_even_where_it_is_frozen_afterwards(masked, tmp_path):
    plain, adapted = (fit(masked, transfer="head", adapt=epochs) for epochs in (0, 1))
    weights = [model.network_.layers[0].output.dense.weight for model in (plain, adapted)]
    assert not torch.equal(*weights)
    assert not any(w.requires_grad for w in adapted.network_.layers.parameters())
    assert "adapted by 1 epoch of" in " ".join(adapted.notes_)
    again = fit(masked, transfer="head", adapt=1, workspace=tmp_path)
    np.testing.assert_array_equal(again.predict_proba(TEST), adapted.predict_proba(TEST))
    assert not (tmp_path / "adapt").exists()


def test_interrupted_adaptation_goes_on_to_the_same_end(masked, tmp_path, monkeypatch):
    from worthit.neural.pretrained.adaptation import MaskedLanguageNetwork

    values = {"adapt": 2, "transfer": "head"}
    whole = fit(masked, **values)
    forward, count = MaskedLanguageNetwork.forward, 0

    def failing(self, *given, **named):
        nonlocal count
        count += 1
        if count > 12:  # of 16 batches
            raise KeyboardInterrupt
        return forward(self, *given, **named)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(MaskedLanguageNetwork, "forward", failing)
        fit(masked, workspace=tmp_path, **values)
    resumed = fit(masked, workspace=tmp_path, **values)
    np.testing.assert_array_equal(resumed.predict_proba(TEST), whole.predict_proba(TEST))


def test_adapted_body_cut_off_while_it_was_written_is_not_taken_up(masked, tmp_path, monkeypatch):
    values = {"adapt": 1, "transfer": "head"}
    save_file = safetensors.torch.save_file

    def killed(tensors, path, *more, **named):
        save_file(tensors, path, *more, **named)
        if "adapted" in Path(path).name:
            Path(path).write_bytes(Path(path).read_bytes()[:1000])
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(safetensors.torch, "save_file", killed)
        fit(masked, workspace=tmp_path, **values)
    resumed = fit(masked, workspace=tmp_path, **values)
    np.testing.assert_array_equal(
        resumed.predict_proba(TEST), fit(masked, **values).predict_proba(TEST)
    )


def test_adaptation_whose_time_was_over_says_so_and_goes_on_when_there_is_more(masked, tmp_path):
    model = new(masked, adapt=5, learning_rate=0.001)
    model.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    told = "adapted for {} of masked-language modelling on the 64 training inputs: the time was"
    assert told.format("0.125 of 5 epochs") in " ".join(model.notes_)
    assert not (tmp_path / "adapted.safetensors").exists()
    again = new(masked, adapt=5, learning_rate=0.001)
    again.fit(*TRAINING, VALIDATION, workspace=tmp_path, time_limit=0)
    assert again.notes_ == model.notes_  # what time there was is over: not one step more
    np.testing.assert_array_equal(again.predict_proba(TEST), model.predict_proba(TEST))
    whole = model.fit(*TRAINING, VALIDATION, workspace=tmp_path)
    assert "adapted by 5 epochs of" in " ".join(whole.notes_)
    assert [epoch["epoch"] for epoch in whole.history_] == [1, 2]  # on the body adapted in full
    assert (tmp_path / "adapted.safetensors").exists()


def test_second_task_is_learned_beside_the_first():
    inputs, labels = TRAINING
    second = ["x" if label == "a" else "y" for label in labels]
    second[0], second[1] = "", None
    model = new("scratch", auxiliary="mood", epochs=6, hidden=32, learning_rate=0.002)
    model.fit(inputs, labels, VALIDATION, auxiliary=second)
    assert model.second_classes_ == ["x", "y"]
    ids = model.collate(model.encoder_.encode(inputs, 32).rows)["input_ids"]
    network = model.network_.train()
    with torch.no_grad():
        guess = network(ids)[:, 3:].argmax(dim=1)
    assert (
        np.mean([s == model.second_classes_[g] for s, g in zip(second, guess, strict=True)]) > 0.8
    )
    assert model.predict_proba(TEST).shape == (40, 3)
    with pytest.raises(InputError, match="Got auxiliary='mood' and none labels"):
        model.fit(inputs, labels)
    with pytest.raises(InputError, match="has 1 labels; a second task needs at least two"):
        model.fit(inputs, labels, auxiliary=["x"] * 64)


def test_checkpoints_of_a_fit_with_another_second_task_are_not_taken_up(tiny, tmp_path):
    def learn(second, workspace=None):
        model = new(tiny, auxiliary="mood", epochs=1, transfer="head")
        model.fit(*TRAINING, VALIDATION, auxiliary=second, workspace=workspace)
        return model.network_.second[-1].weight.detach().cpu()

    one, other = ["x", "y"] * 32, ["y", "x"] * 32
    first = learn(one, tmp_path)
    assert torch.equal(learn(one, tmp_path), first)
    assert torch.equal(learn(other, tmp_path), learn(other))
    assert not torch.equal(learn(other), first)


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
        ({"max_length": 400}, "Got max_length=400, but the checkpoint reads at most 300 tokens."),
    ],
)
def test_senseless_parameters_are_refused_in_a_sentence(tiny, values, sentence):
    with pytest.raises(InputError, match=sentence):
        fit(tiny, **values)


def test_inputs_longer_than_the_checkpoint_reads_are_refused_before_any_run(tiny):
    sentence = "Got max_length=301, but the checkpoint reads at most 300 tokens."
    for kind in (BERT, Embedding):
        kind(checkpoint=tiny, max_length=300).check()
        with pytest.raises(InputError, match=sentence):
            kind(checkpoint=tiny, max_length=301).check()


@pytest.mark.parametrize(
    ("hidden", "heads"), [(128, 4), (100, 2), (96, 3), (101, 1), (20, 1), (384, 12)]
)
def test_new_body_of_any_width_has_heads_that_divide_it(hidden, heads):
    subwords = new_subwords(
        TRAINING[0], "bert", n_tokens=300, max_length=16, hidden=hidden, layers=1
    )
    assert subwords.shape["num_attention_heads"] == heads
    assert new_body(subwords).config.hidden_size == hidden
