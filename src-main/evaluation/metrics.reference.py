"""Makes metrics.reference.json: inputs, and what scikit-learn says about them.

Run: pip install scikit-learn && python metrics.reference.py
With a seed it prints other inputs instead: python metrics.reference.py 42
"""

import json
import os
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.simplefilter("ignore")
rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 7)


def regression(n, scale):
    truth = np.round(rng.normal(10, 5, n) * scale, 3)
    predicted = np.round(truth + rng.normal(0, 2 * scale, n), 3)
    return {
        "task": "regression",
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "expected": {
            "rmse": m.root_mean_squared_error(truth, predicted),
            "mae": m.mean_absolute_error(truth, predicted),
            "r2": m.r2_score(truth, predicted),
        },
    }


def binary(truth, score):
    predicted = (score > 0.5).astype(int)
    expected = {
        "accuracy": m.accuracy_score(truth, predicted),
        "precision": m.precision_score(truth, predicted, zero_division=0),
        "recall": m.recall_score(truth, predicted, zero_division=0),
        "f1": m.f1_score(truth, predicted, zero_division=0),
        "logLoss": m.log_loss(truth, score, labels=[0, 1]),
        "brier": m.brier_score_loss(truth, score, pos_label=1),
    }
    if len(set(truth.tolist())) == 2:
        expected["auc"] = m.roc_auc_score(truth, score)
    return {
        "task": "binary",
        "classes": ["no", "yes"],
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "probabilities": [(1 - score).tolist(), score.tolist()],
        "expected": expected,
    }


def multiclass(n, k, absent=()):
    truth = rng.integers(0, k, n)
    for one in absent:
        truth[truth == one] = (one + 1) % k
    raw = rng.gamma(1, 1, (n, k)) + 1.2 * np.eye(k)[truth]
    probability = np.round(raw / raw.sum(axis=1, keepdims=True), 2)
    probability[:, -1] = np.round(1 - probability[:, :-1].sum(axis=1), 2)
    # Rounding up may leave less than nothing for the last class: the likeliest one gives it back.
    likeliest = probability.argmax(axis=1)
    probability[np.arange(n), likeliest] = np.round(
        probability[np.arange(n), likeliest] + np.minimum(probability[:, -1], 0), 2
    )
    probability[:, -1] = np.maximum(probability[:, -1], 0)
    predicted = probability.argmax(axis=1)
    expected = {
        "accuracy": m.accuracy_score(truth, predicted),
        "precision": m.precision_score(truth, predicted, average="macro", zero_division=0),
        "recall": m.recall_score(truth, predicted, average="macro", zero_division=0),
        "f1": m.f1_score(truth, predicted, average="macro", zero_division=0),
        "logLoss": m.log_loss(truth, probability, labels=list(range(k))),
        "brier": m.brier_score_loss(truth, probability, labels=list(range(k))),
    }
    if len(set(truth.tolist())) == k:
        expected["auc"] = m.roc_auc_score(truth, probability, multi_class="ovr", average="macro")
    return {
        "task": "multiclass",
        "classes": [f"class {index}" for index in range(k)],
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "probabilities": probability.T.tolist(),
        "expected": expected,
    }


def scores(n, digits):
    truth = rng.integers(0, 2, n)
    return truth, np.round(np.clip(rng.normal(0.35 + 0.3 * truth, 0.25, n), 0, 1), digits)


cases = {
    "regression": regression(80, 1),
    "regression far from zero": regression(60, 1e6),
    "binary": binary(*scores(90, 6)),
    "binary with many ties and certain answers": binary(*scores(120, 1)),
    "binary, all negative": binary(np.zeros(20, int), rng.random(20).round(3)),
    "binary, nothing predicted positive": binary(rng.integers(0, 2, 30), (rng.random(30) * 0.5).round(3)),
    "multiclass": multiclass(90, 4),
    "multiclass with an absent class": multiclass(50, 4, absent=(2,)),
}
text = json.dumps({"madeWith": f"scikit-learn {sklearn.__version__}", "cases": cases}, separators=(",", ":"))
if len(sys.argv) > 1:
    print(text)
else:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.reference.json")
    with open(path, "w") as file:
        file.write(text + "\n")
