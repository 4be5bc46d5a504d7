"""One States Language definition under moto's interpreter, in process and in memory:
`workflows_moto.py DEFINITION INPUT EXECUTIONS`.

Prints one JSON object: CPU milliseconds of this process for each execution, their status and output.
"""

import json
import logging
import os
import sys
import time
from pathlib import Path

import boto3
from moto import mock_aws

definition, input = (Path(name).read_text() for name in sys.argv[1:3])
executions = int(sys.argv[3])
os.environ.update(
    AWS_ACCESS_KEY_ID="bench", AWS_SECRET_ACCESS_KEY="bench", AWS_DEFAULT_REGION="eu-central-1"
)
logging.disable(logging.CRITICAL)


def run(client, machine, name):
    arn = client.start_execution(stateMachineArn=machine, name=name, input=input)["executionArn"]
    while (found := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.001)
    return found


with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    client = boto3.client("stepfunctions")
    machine = client.create_state_machine(
        name="bench", definition=definition, roleArn="arn:aws:iam::123456789012:role/bench"
    )["stateMachineArn"]
    found = run(client, machine, "warm")
    cpu = time.process_time()
    for number in range(executions):
        run(client, machine, str(number))
    used = time.process_time() - cpu

print(
    json.dumps(
        {
            "cpuMs": used * 1000 / executions,
            "status": found["status"],
            "output": json.loads(found.get("output", "null")),
        }
    )
)
