import json
from pathlib import Path

from proxy.audit import upkeep
from proxy.audit.signing import open_signer
from proxy.audit.verify import verify
from proxy.config import load
from proxy.judging.tally import Tally
from proxy.metrics import Metrics
from proxy.supervisor.trail import open_trail


async def test_what_others_still_write_is_not_taken_for_ended(tmp_path: Path) -> None:
    """After a handover the workers' chains go on: only a start that is alone may say that they are over."""
    config, tally = load({"state": str(tmp_path)}, None, {}), Tally(Metrics("supervisor"))
    _, earlier = open_trail(config, tally, alone=True)
    await earlier.write(upkeep.stop(), wait=True)
    custodian, trail = open_trail(config, tally, alone=False)
    await earlier.write(upkeep.stop(), wait=True)
    await custodian.sign()
    for each in (earlier, trail):
        await each.close()
    await custodian.sign()
    assert list(verify(tmp_path / "audit", open_signer(tmp_path).verifier).problems) == []
    assert [json.loads(line)["type"] for line in earlier.path.read_bytes().splitlines()].count("stop") == 2
