"""Is a flow's table sound: every target exists, every step is reached, only ends are dead ends."""

from __future__ import annotations

from bot.flow.model import End, Flow


def flaws(flow: Flow) -> list[str]:
    """What is wrong with the shape of a flow, one line each; empty when it is sound."""
    found = [
        f"{flow.name}.{a}: {outcome} leads to {b}, which is not there"
        for a, outcome, b in flow.edges()
        if not flow.has(b)
    ]
    if found:
        return found
    names = [step.name for step in flow.steps]
    found += [
        f"{flow.name}: two steps named {name}" for name in sorted({n for n in names if names.count(n) > 1})
    ]
    reached, waiting = {flow.start}, [flow.start]
    while waiting:
        for target in flow.step(waiting.pop()).ways.values():
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    found += [
        f"{flow.name}.{name} is never reached"
        for name in names
        if name not in reached and name != "cancelled"
    ]
    for step in flow.steps:
        if not isinstance(step, End) and not step.ways:
            found.append(f"{flow.name}.{step.name} is a dead end")
    if not flow.has("cancelled"):
        found.append(f"{flow.name} has no end named cancelled")
    return found
