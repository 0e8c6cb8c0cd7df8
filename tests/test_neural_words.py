"""Tokens, widths and pretrained vectors of the models that learn their own word vectors."""

import gzip

import numpy as np
import pytest
import torch
from torch import nn

from worthit.core.catalogue import load_class
from worthit.core.errors import InputError
from worthit.neural import available
from worthit.neural.average import Average
from worthit.neural.cnn import CNN
from worthit.neural.gru import GRU
from worthit.neural.pretrained.body import new_subwords
from worthit.neural.training import encoded
from worthit.neural.training.convolutional import ConvolutionalNetwork
from worthit.neural.training.pieces import Pieces
from worthit.neural.training.vectors_file import read_vectors, width_of
from worthit.neural.training.vocabulary import PAD, SEPARATOR, START, rare_share

TEXTS = ["good goal", "bad bank " * 9, "", "goal " * 7, "bank", "ok"] * 4
LABELS = ["a", "b", "a", "a", "b", "b"] * 4
SMALL = {"epochs": 1, "embedding": 8, "precision": "fp32", "batch_size": 8}
WORDS = [name for name in available() if name in ("rnn", "gru", "lstm", "cnn", "average")]
POOLINGS = ["max", "mean", "attention", "max+mean", "last"]
CASES = [(name, {"pooling": how}) for name in ("rnn", "gru", "lstm") for how in POOLINGS]
CASES += [("cnn", {"kernels": "1,2,5"}), ("cnn", {"kernels": 4}), ("average", {})]


@pytest.mark.parametrize("kind", ["text", "pair"])
@pytest.mark.parametrize(("name", "values"), CASES, ids=lambda case: str(case))
def test_padding_changes_no_prediction_of_any_model(name, values, kind):
    model = load_class(available()[name])(**SMALL, **values)
    if "hidden" in model.get_params():
        model.set_params(hidden=6, layers=2, concat_last=True)
    torch.manual_seed(0)
    inputs = TEXTS if kind == "text" else [(text, "good") for text in TEXTS]
    model.encoder_ = model.learn_encoder(inputs)
    network = model.new_network(model.encoder_, 3).eval()
    ids = torch.randint(4, 9, (5, 7))
    ids[:, 0], ids[:, 3] = START, SEPARATOR if kind == "pair" else 5
    padded = nn.functional.pad(ids, (0, 9), value=PAD)
    torch.testing.assert_close(network(ids), network(padded), rtol=0, atol=1e-6)
    alone = network(torch.tensor([[START]]))
    beside = nn.functional.pad(torch.tensor([[START]]), (0, 15), value=PAD)
    torch.testing.assert_close(alone, network(torch.cat([beside, padded]))[:1], rtol=0, atol=1e-6)


def test_convolution_is_a_soft_n_gram_with_the_maximum_over_time():
    network = ConvolutionalNetwork(
        n_words=10, n_classes=2, pairs=False, embedding=1, kernels=(2,), filters=1,
        dropout=0.0, word_dropout=0.0,
    )  # fmt: skip
    with torch.no_grad():
        network.vectors.words.weight[:, 0] = torch.arange(10.0)
        network.convolutions[0][1].weight[:] = torch.tensor([[[10.0, 1.0]]])
        network.convolutions[0][1].bias[:] = 0.5
        network.head.weight[:] = torch.tensor([[1.0], [-1.0]])
        network.head.bias[:] = 0
    ids = torch.tensor([[2, 7, 4, PAD], [2, 4, 7, 9]])
    # Of 2 7 4 and 0s behind: 27.5, 74.5 and 40.5; of 2 4 7 9: 24.5, 47.5, 79.5 and 90.5.
    assert network.eval()(ids).tolist() == [[74.5, -74.5], [90.5, -90.5]]


def test_byte_pairs_merge_what_is_frequent_in_training():
    pieces = Pieces.learn(["low lower lowest low low"] * 3, min_count=2, size=262)
    rows = pieces.encode(["low", "LOW slow", "ж"], 256).rows
    assert len(pieces) == 4 + 262
    # The mark and " low"; the same and " s lo w", each a piece; the bytes of " ж".
    assert [len(row) for row in rows] == [2, 2 + 4, 1 + 3]
    assert rows[0][0] == START and rows[1][1] == rows[0][1]
    assert all(row.max() < len(pieces) for row in rows)


@pytest.mark.parametrize("inputs", [["a b", "", "b", "c a"], [("a b", "b"), ("", "a"), ("c", "")]])
def test_byte_pairs_are_the_same_however_many_are_encoded_at_once(monkeypatch, inputs):
    pieces = Pieces.learn(inputs, min_count=1, size=300)
    expected = pieces.encode(inputs, 16).rows
    monkeypatch.setattr(encoded, "CHUNK", 2)
    for row, again in zip(pieces.encode(inputs, 16).rows, expected, strict=True):
        np.testing.assert_array_equal(row, again)


def test_byte_pairs_know_no_special_tokens_in_texts():
    (row,) = Pieces.learn(["a <sep> <pad> b"], 1, 400).encode(["<pad> <sep>"], 256).rows
    assert row[0] == START and row[1:].min() > SEPARATOR


@pytest.mark.parametrize("pairs", [False, True], ids=["text", "pair"])
def test_half_of_a_surrogate_pair_is_read_as_a_question_mark(pairs):
    odd, read = ((f"b {mark} a", mark) if pairs else f"b {mark} a" for mark in ("\udcff", "?"))
    shape = {"n_tokens": 300, "max_length": 16, "hidden": 16, "layers": 1}
    for learn in (
        lambda inputs: Pieces.learn(inputs, min_count=1, size=300),
        lambda inputs: new_subwords(inputs, "bert", **shape),
    ):
        encoder = learn([odd, read])
        one, other = encoder.encode([odd, read], 16).rows
        np.testing.assert_array_equal(one, other)


def test_byte_pairs_are_learned_alike_twice_and_saved(tmp_path):
    one, other = (Pieces.learn([("aab ab", "b"), ("x", "aab")], 1, 300) for _ in range(2))
    assert one.tokenizer.to_str() == other.tokenizer.to_str()
    one.save(tmp_path)
    loaded = Pieces.load(tmp_path)
    given = [("aab", "ab x"), ("", "")]
    for row, again in zip(one.encode(given, 9).rows, loaded.encode(given, 9).rows, strict=True):
        assert row.tolist() == again.tolist()
    assert [row.tolist() for row in loaded.encode([("", "")], 9).rows] == [[START, SEPARATOR]]


def test_model_over_byte_pairs_is_saved_and_loaded(tmp_path):
    model = CNN(**SMALL, tokens="bpe", filters=4, vocabulary=300).fit(TEXTS, LABELS)
    model.save(tmp_path)
    loaded = CNN.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))


@pytest.mark.parametrize(
    ("texts", "tokens"), [(["a b c d"] * 3, "words"), (["a b c d", "e f g h"], "bpe")]
)
def test_tokens_are_pieces_where_words_are_rare(texts, tokens):
    model = Average(min_count=2)
    model.learn_encoder(texts)
    assert model.tokens_ == tokens


def test_share_of_unknown_words_is_estimated_by_good_and_turing():
    assert rare_share(["a a a b", "a c c a"], min_count=2) == 3 / 8
    assert rare_share(["a a a b", "a c c a"], min_count=1) == 1 / 8
    assert rare_share([""], min_count=1) == 0


def test_width_of_embedding_is_a_number_or_the_fourth_root_of_the_vocabulary():
    texts = [f"w{n}" for n in range(621)]  # and four special tokens
    model = Average(embedding="auto", min_count=1, tokens="words")
    model.learn_encoder(texts)
    assert model.width_ == 5
    model.set_params(embedding=7).learn_encoder(texts)
    assert model.width_ == 7


GLOVE = "Goal 1 2 3\nunseen 7 7 7\ngoal 4 5 6\nBank 0.5 -1e-2 0\nbad guy@x 1 2 3\n"


@pytest.fixture(params=["glove", "word2vec", "gzip"])
def vectors(request, tmp_path):
    head = "" if request.param == "glove" else "5 3\n"
    path = tmp_path / ("some.vec.gz" if request.param == "gzip" else "some.txt")
    content = (head + GLOVE).encode()
    path.write_bytes(gzip.compress(content) if request.param == "gzip" else content)
    return path


def test_vectors_are_read_from_text_files(vectors):
    assert width_of(vectors) == 3
    numbers, found = read_vectors(vectors, {"goal": 4, "bank": 5, "bad": 6, "ok": 7})
    assert dict(zip(numbers.tolist(), found.tolist(), strict=True)) == {
        4: [4, 5, 6],  # as it stands in the vocabulary, before "Goal"
        5: pytest.approx([0.5, -0.01, 0]),
    }


def test_a_search_leaves_alone_what_vectors_of_a_file_decide(vectors):
    space, with_file = (Average(**v).search_space() for v in ({}, {"vectors": str(vectors)}))
    assert space.keys() - with_file.keys() == {"tokens", "embedding"}


def test_model_starts_from_vectors_and_says_how_many_it_found(vectors, tmp_path):
    model = Average(epochs=1, learning_rate=1e-9, vectors=str(vectors)).fit(TEXTS, LABELS)
    learned = model.network_.vectors.words.weight[model.encoder_.ids["goal"]]
    torch.testing.assert_close(learned, torch.tensor([4.0, 5.0, 6.0]), atol=1e-4, rtol=0)
    assert model.notes_ == [
        f"2 of the 5 words of the vocabulary (40.0 %) start from the vectors of {vectors.name}; "
        "the others start at random."
    ]
    assert model.pretrained and not Average().pretrained
    model.save(tmp_path / "model")
    vectors.unlink()  # the model has learned them
    loaded = Average.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_content_of_the_vectors_decides_and_not_where_they_lie(tmp_path):
    for name, content in (("a", GLOVE), ("b", GLOVE), ("c", GLOVE + "ok 1 1 1\n")):
        (tmp_path / name).write_text(content)
    a, b, c = (GRU(vectors=str(tmp_path / name)).identity() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no text file of word vectors"),
        (b"\x00\x01\xff" * 50, "is no text file of word vectors"),
        (b"a sentence of plain words\n", "is no text file of word vectors"),
        ("2 \N{SUPERSCRIPT THREE}\ngoal 1 2 3\n".encode(), "is no text file of word vectors"),
        (b"goal 1 2 3\nbank 1 2\n", "Line 2 of .* has no 3 numbers after the word 'bank'"),
        (b"goal 1 2 3\nbank 1 2 nan\n", "Line 2 of .* has no 3 numbers after the word 'bank'"),
        (b"but 1 2 3\n", "None of the 5 words of the training texts stands in"),
    ],
)
def test_broken_vectors_are_refused_in_a_sentence(tmp_path, content, sentence):
    (tmp_path / "some.txt").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        Average(epochs=1, vectors=str(tmp_path / "some.txt")).fit(TEXTS, LABELS)


def _zipped(text):
    return gzip.compress(text.encode(), mtime=0)


def _cut(content):
    return content[: len(content) // 2]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_cut(_zipped(GLOVE * 9)), "ended before"),
        (_cut(_zipped("".join(f"w{n} {n} 1 {n}\n" for n in range(9999)))), "ended"),
        (_zipped(GLOVE)[:10] + b"\xff" * 99, "invalid block type"),
        (GLOVE.encode(), "Not a gzipped file"),
    ],
    ids=["soon", "late", "damaged", "plain"],
)
def test_vectors_that_cannot_be_unpacked_are_refused_in_a_sentence(tmp_path, content, reason):
    (tmp_path / "some.vec.gz").write_bytes(content)
    with pytest.raises(InputError, match=f"some.vec.gz cannot be unpacked .*{reason}.* cut off"):
        Average(epochs=1, vectors=str(tmp_path / "some.vec.gz")).fit(TEXTS, LABELS)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kernels": "3;4"}, "Got kernels='3;4'; expected sizes"),
        ({"kernels": "0"}, "Got kernels='0'; expected sizes"),
        ({"kernels": 0}, "Got kernels=0; expected sizes"),
        ({"embedding": "wide"}, "Got embedding='wide'; it must be 'auto' or at least 1."),
        ({"vocabulary": 0}, "Got vocabulary=0; it must be 'auto' or at least 1."),
        ({"tokens": "chars"}, "Unknown tokens 'chars'; choose one of auto, words, bpe."),
        ({"vectors": "nowhere.txt"}, "There is no file of word vectors at nowhere.txt"),
        ({"vectors": "some.txt", "tokens": "bpe"}, "which are of whole words"),
    ],
)
def test_senseless_fields_are_refused_in_a_sentence(values, sentence):
    with pytest.raises(InputError, match=sentence):
        CNN(**values).check()
