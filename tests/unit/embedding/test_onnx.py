"""What is written down is what ONNX Runtime reads."""

import numpy as np
from onnxruntime import InferenceSession

from aggregator.embedding.onnx import MICROSOFT, Graph


def test_a_network_is_read_and_run(tmp_path):
    graph = Graph("sum")
    graph.add_input("values", "float32", 1, "length", 2)
    graph.add_constant("more", np.array([10, 20], np.float32))
    graph.add_constant("first", np.array([1]))
    graph.add_node("Add", ["values", "more"], "both")
    graph.add_node("ReduceMean", ["both", "first"], "mean", keepdims=0)
    graph.add_node("QuickGelu", ["mean"], "bent", domain=MICROSOFT, alpha=100.0)
    graph.add_output("bent", "float32", 1, 2)
    path = tmp_path / "sum.onnx"
    with path.open("wb") as file:
        graph.write_model(file)

    session = InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (bent,) = session.run(None, {"values": np.array([[[1, 2], [3, 4], [5, 6]]], np.float32)})

    assert [item.name for item in session.get_inputs()] == ["values"]
    assert bent.tolist() == [[13, 24]]


def test_numbers_below_zero_are_read_as_such(tmp_path):
    graph = Graph("turned")
    graph.add_input("values", "float32", 2, 2)
    graph.add_node("Softmax", ["values"], "shares", axis=-2)
    graph.add_output("shares", "float32", 2, 2)
    path = tmp_path / "turned.onnx"
    with path.open("wb") as file:
        graph.write_model(file)

    session = InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (shares,) = session.run(None, {"values": np.zeros((2, 2), np.float32)})

    assert shares.tolist() == [[0.5, 0.5], [0.5, 0.5]]
