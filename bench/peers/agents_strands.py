"""An agent of Strands Agents with one tool and a model that answers at once, in process and in memory:
`agents_strands.py RUNS TURNS`.

Prints one JSON object: CPU milliseconds of this process for each turn (a model's answer and a call of the
tool), and turns a second.
"""

import json
import logging
import sys
import time

from strands import Agent, tool
from strands.models import Model

runs, turns = int(sys.argv[1]), int(sys.argv[2])
logging.disable(logging.CRITICAL)


class Obliging(Model):
    """Looks in every turn but the last, in which it says that all is well."""

    def update_config(self, **config):
        pass

    def get_config(self):
        return {}

    async def structured_output(self, *_, **__):
        raise NotImplementedError
        yield

    async def stream(self, messages, *_, **__):
        turn = sum(message["role"] == "assistant" for message in messages)
        yield {"messageStart": {"role": "assistant"}}
        if turn + 1 < turns:
            start = {"toolUse": {"toolUseId": f"call-{turn}", "name": "look"}}
            yield {"contentBlockStart": {"start": start}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps({"n": turn})}}}}
        else:
            yield {"contentBlockStart": {"start": {}}}
            yield {"contentBlockDelta": {"delta": {"text": "all is as it should be"}}}
        yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "tool_use" if turn + 1 < turns else "end_turn"}}
        usage = {"inputTokens": 100, "outputTokens": 20, "totalTokens": 120}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 0}}}


@tool
def look(n: int) -> dict:
    """Looks at a thing."""
    return {"n": n, "state": "as it should be"}


def run():
    agent = Agent(
        model=Obliging(),
        tools=[look],
        system_prompt="Look at things, and say that all is well.",
        callback_handler=None,
    )
    agent("The case: thing 1.")
    assert sum(message["role"] == "assistant" for message in agent.messages) == turns


for _ in range(max(1, runs // 10)):
    run()
began, used = time.perf_counter(), time.process_time()
for _ in range(runs):
    run()
used, seconds = time.process_time() - used, time.perf_counter() - began
total = runs * turns
print(json.dumps({"cpuMillisPerTurn": 1000 * used / total, "turnsPerSecond": total / seconds}))
