"""Runs of workflows as the real engine records them, in virtual time and with mocks."""

import json
import subprocess

CHECK_IN = {
    "Comment": "Checks goods in, in parallel and item by item.",
    "StartAt": "Prepare",
    "States": {
        "Prepare": {"Type": "Pass", "Result": {"items": [1, 2, 3]}, "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Next": "Decide",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
            "Branches": [
                {
                    "StartAt": "WeighGoods",
                    "States": {
                        "WeighGoods": {
                            "Type": "Task",
                            "Resource": "weft:tool:test.weigh",
                            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}],
                            "End": True,
                        }
                    },
                },
                {
                    "StartAt": "EachItem",
                    "States": {
                        "EachItem": {
                            "Type": "Map",
                            "ItemsPath": "$.items",
                            "End": True,
                            "ItemProcessor": {
                                "StartAt": "ScanItem",
                                "States": {
                                    "ScanItem": {
                                        "Type": "Task",
                                        "Resource": "weft:tool:test.scan",
                                        "End": True,
                                    }
                                },
                            },
                        }
                    },
                },
            ],
        },
        "Decide": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$[0].weight", "NumericGreaterThan": 100, "Next": "Heavy"}
            ],
            "Default": "Light",
        },
        "Heavy": {
            "Type": "Task",
            "Resource": "weft:tool:test.lift",
            "Catch": [{"ErrorEquals": ["NoCrane"], "Next": "AskAgain"}],
            "Next": "Finish",
        },
        "AskAgain": {"Type": "Wait", "Seconds": 5, "Next": "Prepare"},
        "Light": {"Type": "Pass", "Next": "Finish"},
        "Sorry": {"Type": "Fail", "Error": "CheckIn", "Cause": "The goods could not be checked in"},
        "Finish": {"Type": "Succeed"},
    },
}
MOCKS = {
    "WeighGoods": [
        {"throw": {"error": "Busy", "cause": "the scale is in use"}},
        {"return": {"weight": 120}},
    ],
    "ScanItem": [{"return": "a"}, {"return": "b"}, {"return": "c"}],
    "Heavy": [{"throw": {"error": "NoCrane", "cause": "none is free"}}, {"return": {"up": True}}],
}


def record(binary, folder, name, mocks=MOCKS, definition=CHECK_IN, input=None):
    """What the API shows of a run, without a server that needs the tools of its tasks."""
    given = input if input is not None else {}
    for file, value in {"d": definition, "m": mocks, "i": given}.items():
        (folder / file).write_text(json.dumps(value))
    done = subprocess.run(
        [binary, "workflow", "run", "d", "--input", "i", "--mocks", "m", "--virtual-time"],
        cwd=folder,
        capture_output=True,
        check=True,
    )
    run = json.loads(done.stdout)
    return {
        **{key: run[key] for key in ("status", "output", "error", "cause", "history")},
        "id": name,
        "workflow": "test.check-in",
        "version": "1",
        "startedAt": run["history"][0]["timestamp"],
        "endedAt": run["history"][-1]["timestamp"],
        "subject": None,
        "input": given,
        "historyCount": len(run["history"]),
        "definition": definition,
    }
