import json
from dataclasses import asdict
from pathlib import Path

from detectors.base import Source
from detectors.scan import Task
from proxy.inspector.client import InspectorPool
from proxy.inspector.retired import Retired, read


async def test_inspectors_that_were_handed_over_serve_until_they_are_stopped(inspectors):
    generation = await inspectors.launch()
    pool = InspectorPool(generation.paths)
    [left] = read(json.loads(json.dumps([asdict(await generation.hand_over())])))
    retired = Retired(left)
    assert left.pid == generation.pid
    assert retired.hand_over() == left
    [report] = await pool.scan([Task(Source("hush now"), ("planted.word@1",))], 30)
    assert len(report.findings["planted.word@1"]) == 1
    generation._control.close()  # as the program's end does
    await generation._control.wait_closed()
    await retired.stop()
    pool.close()
    assert not any(path.exists() for path in map(Path, left.paths))
