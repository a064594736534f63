"""
The encoder of multilingual-e5-small in eight bits, run by ONNX Runtime.

Vectors of a text's pieces in, the mean of what the network makes of them out.

Matrices are multiplied in whole numbers, on which processors of this decade work four times as fast
as on floats: weights in seven bits, a scale for each column, and what they are multiplied with in
eight, a scale for each piece, found anew each time. Seven bits since two products of eight and
seven bits fit into sixteen: processors without VNNI add them there, and would cut off what does
not fit. So all come to the same sums. The rest (norms, attention, GELU) is in floats.
"""

from __future__ import annotations

from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from aggregator.embedding.onnx import MICROSOFT, Graph
from aggregator.embedding.packed import WIDTH
from aggregator.errors import EmbeddingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aggregator.embedding.packed import PackedModel

__all__ = ["Encoder"]

_MOST_WEIGHT: Final = 64  # 2 * 255 * 64 < 2**15
_MOST_VALUE: Final = 127
_MIDDLE: Final = 128  # what stands for zero among the values


class Encoder:
    """
    The network, ready to run.

    Args:
        packed: Has the weights. It is no longer needed afterwards.

    Raises:
        EmbeddingError: ONNX Runtime cannot be used.
    """

    def __init__(self, packed: PackedModel) -> None:
        network = _Writer(packed).make_network()
        try:
            self._session = _open_session(network)
        except (ImportError, OSError, RuntimeError) as error:
            detail = f"onnxruntime cannot be used on this machine: {error}"
            raise EmbeddingError(detail) from error

    def encode(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """
        Return the mean of what the network makes of one text's pieces; threads may share it.

        Args:
            vectors: Of shape (pieces, ``WIDTH``): words with their positions, 512 at most.
        """
        zeros = np.full(len(vectors), _MIDDLE, np.uint8)
        inputs = {
            "vectors": vectors[np.newaxis],
            "zeros": zeros,
        }
        (means,) = self._session.run(["mean"], inputs)
        mean: NDArray[np.float32] = means[0]
        return mean


def _open_session(network: Graph) -> Any:
    from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415  (as late as the model)

    options = SessionOptions()
    # On two threads attention is cut otherwise than on one, and its sums differ in the last bits.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # From a file: a session keeps the bytes that it is given for as long as it lives.
    with NamedTemporaryFile(suffix=".onnx") as file:
        network.write_model(file)
        file.flush()
        return InferenceSession(file.name, options, providers=["CPUExecutionProvider"])


class _Writer:
    """Writes the network. ``l3.fi`` is a name of the packed file: the fourth layer's first feed."""

    def __init__(self, packed: PackedModel) -> None:
        self.packed = packed
        self.graph = Graph("multilingual-e5-small")

    def make_network(self) -> Graph:
        graph = self.graph
        graph.add_input(
            "vectors",
            "float32",
            1,
            "pieces",
            WIDTH,
        )
        graph.add_input("zeros", "uint8", "pieces")
        self.add_constants()
        norm = self.add_norm("emb.ln")
        state = graph.add_node(
            "LayerNormalization",
            ["vectors", *norm],
            "embedded",
            epsilon=self.packed.epsilon,
        )
        for number in range(self.packed.layers):
            state = self.add_layer(f"l{number}", state)
        graph.add_node(
            "ReduceMean",
            [state, "pieces"],
            "mean",
            keepdims=0,
        )
        graph.add_output(
            "mean",
            "float32",
            1,
            WIDTH,
        )
        return graph

    def add_constants(self) -> None:
        constants: dict[str, NDArray[Any]] = {
            "one": np.array(1, np.float32),
            "middle": np.array(_MIDDLE, np.uint8),
            "step": np.array(1 / _MOST_VALUE, np.float32),
            "pieces": np.array([1]),
            "numbers": np.array([2]),
            "flat": np.array([-1]),
        }
        for name, values in constants.items():
            self.graph.add_constant(name, values)

    def add_layer(self, layer: str, state: str) -> str:
        seen = self.add_attention(layer, state)
        state = self.add_sum(
            f"{layer}.ao",
            f"{layer}.aln",
            state,
            seen,
        )
        feed = f"{layer}.fi"
        rounded = self.add_rounding(feed, state)
        product = self.add_product(feed, rounded)
        bias = self.add_bias(feed)
        bent = self.graph.add_node(
            "BiasGelu",
            [product, bias],
            f"{layer}.bent",
            domain=MICROSOFT,
        )
        return self.add_sum(
            f"{layer}.fo",
            f"{layer}.oln",
            state,
            bent,
        )

    def add_attention(self, layer: str, state: str) -> str:
        names = [f"{layer}.{letter}" for letter in "qkv"]
        rounded = self.add_rounding(f"{layer}.qkv", state)
        products = [self.add_product(name, rounded) for name in names]
        biases = [self.packed.read_tensor(f"{name}.b") for name in names]
        joined = np.concatenate(biases)
        bias = self.graph.add_constant(f"{layer}.qkv.b", joined)
        return self.graph.add_node(
            "MultiHeadAttention",
            [*products, bias],
            f"{layer}.seen",
            domain=MICROSOFT,
            num_heads=self.packed.heads,
        )

    def add_sum(
        self,
        name: str,
        norm: str,
        state: str,
        values: str,
    ) -> str:
        """Return the state with a product of values added to it, brought to one size again."""
        rounded = self.add_rounding(name, values)
        product = self.add_product(name, rounded)
        gain, shift = self.add_norm(norm)
        bias = self.add_bias(name)
        inputs = [state, product, gain, shift, bias]
        return self.graph.add_node(
            "SkipLayerNormalization",
            inputs,
            f"{name}.sum",
            domain=MICROSOFT,
            epsilon=self.packed.epsilon,
        )

    def add_rounding(self, name: str, values: str) -> tuple[str, str]:
        """Return values as whole numbers, and the size of a step of each piece's."""
        add = self.graph.add_node
        sizes = add("Abs", [values], f"{name}.sizes")
        largest = add("ReduceMax", [sizes, "numbers"], f"{name}.largest")
        steps = add("Mul", [largest, "step"], f"{name}.steps")
        flat = add("Reshape", [steps, "flat"], f"{name}.flat")
        rounded = add(
            "QuantizeLinear",
            [values, flat, "zeros"],
            f"{name}.rounded",
            axis=1,
        )
        return rounded, steps

    def add_product(self, name: str, rounded: tuple[str, str]) -> str:
        """Return the product of what ``add_rounding`` gave with a matrix, without its bias."""
        values, steps = rounded
        bias = self.packed.read_tensor(f"{name}.b")
        weights, scales = _round_weights(self.read_matrix(name, len(bias)))
        matrix = self.graph.add_constant(f"{name}.w", weights)
        scale = self.graph.add_constant(f"{name}.scale", scales)
        inputs = [values, matrix, "one", scale, "middle"]
        product = self.graph.add_node(
            "MatMulIntegerToFloat",
            inputs,
            f"{name}.counted",
            domain=MICROSOFT,
        )
        return self.graph.add_node("Mul", [product, steps], f"{name}.product")

    def read_matrix(self, name: str, rows: int) -> NDArray[np.float32]:
        weights = self.packed.read_tensor(f"{name}.w")
        return weights.reshape(rows, -1)

    def add_norm(self, name: str) -> tuple[str, str]:
        weights = self.packed.read_tensor(f"{name}.w")
        gain = self.graph.add_constant(f"{name}.w", weights)
        return gain, self.add_bias(name)

    def add_bias(self, name: str) -> str:
        bias = self.packed.read_tensor(f"{name}.b")
        return self.graph.add_constant(f"{name}.b", bias)


def _round_weights(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """
    Return weights as whole numbers, and the size of a step in each row.

    Args:
        weights: A row for each output, as the packed file has them; a column each in the result.
    """
    largest = np.abs(weights).max(axis=1)
    steps = largest / np.float32(_MOST_WEIGHT)
    whole = np.rint(weights / steps[:, np.newaxis])
    numbers = whole.astype(np.int8)
    return np.ascontiguousarray(numbers.T), steps
