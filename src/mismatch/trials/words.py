"""What an error says, in one line."""

import re

MESSAGE = 200


def first_line(message: str) -> str:
    """The first line that says what is wrong, at most 200 characters.

    Keras wraps an error of a layer in a line that only names the layer; TensorFlow puts a graph's error behind the
    Python stack of the node, and "[[" before the node. Terminal colours are dropped.
    """
    lines = [line.strip() for line in re.sub(r"\x1b\[\d*m|\{\{function_node .*?\}\} ?", "", message).splitlines()]
    lines = [line for line in lines if line and not line.startswith(("[[", "Exception encountered when calling"))]
    if lines and lines[0].startswith("Graph execution error"):
        stack = [place for place, line in enumerate(lines) if line.startswith(("Detected at node", 'File "', "<stack"))]
        lines = lines[max(stack, default=0) + 1 :] or lines
    return lines[0][:MESSAGE] if lines else ""
