"""A flow as a picture: Mermaid text made from the same table that moves it."""

from __future__ import annotations

from bot.flow.model import Do, End, Flow


def mermaid(flow: Flow) -> str:
    """The state diagram of a flow. Asks are plain, Dos are rounded choices, ends close it."""
    lines = ["stateDiagram-v2", f"  [*] --> {flow.start}"]
    for step in flow.steps:
        if isinstance(step, Do):
            lines.append(
                f"  state {step.name} <<choice>>" if len(step.to) > 1 else f"  {step.name} : ({step.name})"
            )
        for outcome, target in step.ways.items():
            lines.append(f"  {step.name} --> {target}: {outcome.replace(':', ' ')}")
        if isinstance(step, End):
            lines.append(f"  {step.name} --> [*]")
    return "\n".join(lines)
