"""A server made with the official Python SDK: `mcp_sdk_server.py stdio`, or `… http PORT`."""

import sys
from typing import Annotated

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from pydantic import BaseModel

server = MCPServer("sdk", version="1.0", instructions="Counts and greets.")


class Sum(BaseModel):
    total: int


@server.tool()
def add(a: int, b: int) -> Sum:
    """Adds two whole numbers."""
    return Sum(total=a + b)


@server.tool()
def fail() -> str:
    """Fails."""
    raise ValueError("no luck")


@server.tool()
async def slow_steps(context: Context) -> str:
    """Tells how far it is, then answers."""
    for step in range(3):
        await context.report_progress(step, 3, f"step {step}")
    return "done"


class Name(BaseModel):
    name: str = "Ada"


def ask_name() -> Elicit[Name]:
    return Elicit("Who?", Name)


@server.tool()
async def greet(answer: Annotated[Name, Resolve(ask_name)]) -> str:
    """Asks for a name, in the way of whichever revision is spoken."""
    return f"hello {answer.name}"


@server.resource("note://today")
def note() -> str:
    """A note."""
    return "rain"


@server.prompt()
def summarise(text: str) -> str:
    """Asks for a summary."""
    return f"Summarise: {text}"


if __name__ == "__main__":
    if sys.argv[1] == "stdio":
        server.run("stdio")
    else:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[2]))
