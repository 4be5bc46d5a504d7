"""`weft workflow run`, `lint` and `replay`, and `weft bench workflow`."""

import json

import pytest
from cli import misused, refused
from cli import run  # noqa: F401 (a fixture)

ORDER = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Task",
            "Resource": "weft:tool:shop.look",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3600}],
            "Assign": {"seen.$": "$.price"},
            "Next": "Wait",
        },
        "Wait": {"Type": "Wait", "Seconds": 86400, "Next": "Sum"},
        "Sum": {
            "QueryLanguage": "JSONata",
            "Type": "Pass",
            "Output": {"total": "{% $seen * $states.context.Execution.Input.count %}"},
            "End": True,
        },
    },
}

MAP = {
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                "Parameters": {"Bucket": "stock", "Key.$": "$.file"},
            },
            "ItemBatcher": {"MaxItemsPerBatch": 2},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                "StartAt": "Each",
                "States": {"Each": {"Type": "Pass", "End": True}},
            },
            "End": True,
        }
    },
}


@pytest.fixture
def written(tmp_path):
    """Writes values as JSON files and gives their names."""

    def written(**values):
        for name, value in values.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(value))
        return [f"{name}.json" for name in values]

    return written


def test_a_workflow_runs_with_mocks_in_virtual_time(run, written):
    definition, given, mocks = written(
        definition=ORDER,
        given={"count": 3},
        mocks={"Look": [{"throw": {"error": "Busy"}}, {"return": {"price": 14}}]},
    )
    done = run(
        "workflow", "run", definition, "--input", given, "--mocks", mocks, "--virtual-time"
    )
    assert done.returncode == 0 and done.err == ""
    result = json.loads(done.out)
    assert result["status"] == "SUCCEEDED" and result["output"] == {"total": 42}
    assert result["error"] is None and result["cause"] is None
    assert [event["id"] for event in result["history"]] == list(
        range(1, len(result["history"]) + 1)
    )
    exits = [event for event in result["history"] if event["type"] == "TaskStateExited"]
    assert exits[0]["stateExitedEventDetails"]["assignedVariables"] == {"seen": 14}


def test_a_task_without_a_mock_is_refused(run, written):
    definition, mocks, unknown = written(
        definition=ORDER, mocks={}, unknown={"Lock": [{"return": 1}]}
    )
    refused(
        run("workflow", "run", definition, "--mocks", mocks, "--virtual-time"),
        '"Look" (weft:tool:shop.look) has no mock',
    )
    refused(run("workflow", "run", definition, "--mocks", unknown), 'did you mean "Look"?')
    misused(run("workflow", "run"), "usage: weft workflow run")


def test_a_distributed_map_reads_objects_from_a_folder(run, written, tmp_path):
    definition, given = written(definition=MAP, given={"file": "parts/list.csv"})
    (tmp_path / "objects/stock/parts").mkdir(parents=True)
    (tmp_path / "objects/stock/parts/list.csv").write_text('id,name\n1,"a, b"\n2,c\n3,d\n')
    words = ["workflow", "run", definition, "--input", given, "--objects", "objects"]
    result = json.loads(run(*words).out)
    assert result["output"] == [
        {"Items": [{"id": "1", "name": "a, b"}, {"id": "2", "name": "c"}]},
        {"Items": [{"id": "3", "name": "d"}]},
    ]
    types = [event["type"] for event in result["history"]]
    assert types[3:5] == ["MapRunStarted", "MapRunSucceeded"]
    (tmp_path / "objects/stock/parts/list.csv").unlink()
    result = json.loads(run(*words).out)
    assert result["status"] == "FAILED" and result["error"] == "States.ItemReaderFailed"
    away = written(away={"file": "../../secret"})[0]
    result = json.loads(run(*words[:4], away, "--objects", "objects").out)
    assert result["error"] == "States.ItemReaderFailed"


def test_lint_tells_every_problem_with_its_place(run, written):
    broken = json.loads(json.dumps(ORDER))
    broken["States"]["Sum"]["Output"] = {"total": "{% $seen * %}", "other": "{% $sene %}"}
    broken["States"]["Wait"]["Next"] = "Summ"
    broken["States"]["Wait"]["Output"] = 1
    good, bad = written(good=ORDER, bad=broken)
    done = run("workflow", "lint", good)
    assert done.returncode == 0 and json.loads(done.out) == {"problems": []}
    done = run("workflow", "lint", bad)
    assert done.returncode == 1
    problems = {problem["pointer"]: problem["message"] for problem in json.loads(done.out)["problems"]}
    assert 'did you mean "Sum"?' in problems["/States/Wait/Next"]
    assert "JSONata" in problems["/States/Wait/Output"]
    assert "S0207" in problems["/States/Sum/Output/total"]
    assert "$sene" in problems["/States/Sum/Output/other"]


def test_a_recorded_run_is_replayed_under_another_definition(run, written, tmp_path):
    changed = json.loads(json.dumps(ORDER))
    changed["States"]["Sum"]["Output"]["total"] = "{% $seen * 2 %}"
    definition, other, given, mocks = written(
        definition=ORDER,
        other=changed,
        given={"count": 3},
        mocks={"Look": [{"return": {"price": 14}}]},
    )
    done = run(
        "workflow", "run", definition, "--input", given, "--mocks", mocks, "--virtual-time"
    )
    (tmp_path / "history.json").write_text(done.out)
    same = json.loads(run("workflow", "replay", definition, "history.json").out)
    assert same == {"status": "SUCCEEDED", "same": True, "unanswered": [], "differences": []}
    differs = json.loads(run("workflow", "replay", other, "history.json").out)
    assert differs["same"] is False
    assert differs["differences"][0] == {
        "kind": "output",
        "state": "Sum",
        "occurrence": 1,
        "recorded": {"total": 42},
        "replayed": {"total": 28},
    }
    refused(run("workflow", "replay", definition, given), "history")
    misused(run("workflow", "replay", definition), "usage: weft workflow run")


def test_the_interpreter_is_measured(run, written):
    definition, given, mocks = written(
        definition=ORDER, given={"count": 3}, mocks={"Look": [{"return": {"price": 14}}]}
    )
    done = run(
        "bench", "workflow", definition, "--input", given, "--mocks", mocks, "--executions", 20
    )
    assert done.returncode == 0
    result = json.loads(done.out)
    assert result["executions"] == 20 and result["status"] == "SUCCEEDED"
    assert result["events"] == 20 * 11 and result["cpuMicrosEach"] > 0
    refused(run("bench", "workflow", "absent.json"), "absent.json")
