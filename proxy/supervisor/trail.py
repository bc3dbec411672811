"""The supervisor's own part of the audit trail, and who keeps the whole: opened in this order."""

from proxy.audit import settings as audit_settings
from proxy.audit.signing import open_signer
from proxy.audit.writer import AuditWriter
from proxy.config import Config
from proxy.judging.tally import Tally
from proxy.supervisor.custodian import Custodian


def open_trail(config: Config, tally: Tally, *, alone: bool) -> tuple[Custodian, AuditWriter]:
    """Sign what earlier runs left, then begin a chain of our own. `alone`: nobody else writes.

    Raises KeysError, LedgerError, OSError.
    """
    folder = config.state / "audit"
    custodian = Custodian(
        folder,
        open_signer(config.state),
        interval=config.audit_checkpoint,
        days=config.audit_retention,
        signed=tally.audit_signed,
        changed=tally.audit_changed,
    )
    custodian.begin(alone=alone)
    settings = audit_settings.from_config(config)
    trail = AuditWriter.open(
        folder, slot="supervisor", settings=settings, observe=tally.audited, committed=tally.audit_committed
    )
    return custodian, trail
