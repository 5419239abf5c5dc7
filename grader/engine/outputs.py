"""The outputs of one cell as a front end would collect them: streams merged, displays updated, a cap on the whole."""

from __future__ import annotations

import json
from typing import Any

Output = dict[str, Any]
Bundle = dict[str, Any]

NOTE = "\n[output truncated: the cell wrote more than is kept]\n"


class Transcript:
    """Collects one cell's outputs in nbformat's form, keeping at most `cap` characters of them."""

    def __init__(self, cap: int) -> None:
        self.outputs: list[Output] = []
        self.left = cap
        self.truncated = False
        self._clear_next = False
        self._by_display_id: dict[str, list[Output]] = {}

    def stream(self, name: str, text: str) -> None:
        """Text on "stdout" or "stderr"; what follows the same stream is joined to it."""
        if not text or self.truncated:
            return
        if len(text) > self.left:
            text, self.truncated = text[: self.left] + NOTE, True
        self.left -= len(text)
        self._begin()
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def display(self, data: Bundle, metadata: Bundle, display_id: str | None = None) -> None:
        """A rich display, such as a figure."""
        output = {"output_type": "display_data", "data": data, "metadata": metadata}
        if self._add(output) and display_id is not None:
            self._by_display_id.setdefault(display_id, []).append(output)

    def update(self, data: Bundle, metadata: Bundle, display_id: str) -> None:
        """Replaces what was displayed in this cell under the same id."""
        if not self._fits({"data": data, "metadata": metadata}):
            return
        for output in self._by_display_id.get(display_id, []):
            output["data"], output["metadata"] = data, metadata

    def result(self, data: Bundle, metadata: Bundle, execution_count: int | None) -> None:
        """The value of the cell's last expression."""
        self._add(
            {"output_type": "execute_result", "data": data, "metadata": metadata, "execution_count": execution_count}
        )

    def error(self, ename: str, evalue: str, traceback: list[str]) -> None:
        """An exception that reached the end of the cell. An error is kept, shortened, even when the cap is reached."""
        lines = [line[:4_000] for line in traceback[-60:]]
        self._begin()
        self.outputs.append(
            {"output_type": "error", "ename": ename[:200], "evalue": evalue[:4_000], "traceback": lines}
        )

    def clear(self, wait: bool) -> None:
        """`clear_output`: at once, or when the next output comes."""
        if wait:
            self._clear_next = True
        else:
            self._forget()

    def _add(self, output: Output) -> bool:
        if not self._fits(output):
            return False
        self._begin()
        self.outputs.append(output)
        return True

    def _fits(self, output: Output) -> bool:
        length = size(output)
        if length > self.left:
            if not self.truncated:
                self.truncated = True
                self._begin()
                self.outputs.append({"output_type": "stream", "name": "stderr", "text": NOTE})
            return False
        self.left -= length
        return True

    def _begin(self) -> None:
        if self._clear_next:
            self._forget()

    def _forget(self) -> None:
        self._clear_next = False
        self.outputs.clear()
        self._by_display_id.clear()


def size(output: Output) -> int:
    """About how many characters an output has as JSON, counted by parts so that a figure is not copied."""
    if output.get("output_type") == "stream":
        return len(output["text"])
    data = output.get("data", {})
    texts = sum(len(value) for value in data.values() if isinstance(value, str))
    trees = sum(len(json.dumps(value, default=repr)) for value in data.values() if not isinstance(value, str))
    return texts + trees + len(json.dumps(output.get("metadata", {}), default=repr)) + 100


def apply(transcript: Transcript, kind: str, content: Bundle) -> None:
    """Add one message of a kernel's iopub channel to the transcript; other kinds are ignored."""
    display_id = content.get("transient", {}).get("display_id")
    if kind == "stream":
        transcript.stream(content["name"], content["text"])
    elif kind == "display_data":
        transcript.display(content["data"], content["metadata"], display_id)
    elif kind == "update_display_data" and display_id is not None:
        transcript.update(content["data"], content["metadata"], display_id)
    elif kind == "execute_result":
        transcript.result(content["data"], content["metadata"], content["execution_count"])
    elif kind == "error":
        transcript.error(content["ename"], content["evalue"], content["traceback"])
    elif kind == "clear_output":
        transcript.clear(bool(content.get("wait", False)))
