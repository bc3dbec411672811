"""The words of the grammar that are fixed: statuses, activities, kinds of parts."""

VERSION = "policy/v1"
STATUSES = ("sanctioned", "tolerated", "unsanctioned", "prohibited", "unknown")
APP_CATEGORIES = tuple(
    f"genai.{kind}" for kind in ("chat", "api", "code", "image", "audio", "search", "agent", "other")
)
ACTIVITIES = (
    "chat",
    "completion",
    "embedding",
    "upload",
    "fine_tune",
    "image",
    "audio",
    "realtime",
    "agent_tool",
    "auth",
    "telemetry",
    "asset",
    "other",
)
FINDING_CATEGORIES = ("pii", "secret", "code", "label", "fingerprint", "opaque")
PLACES = ("prompt", "system", "tool_def", "tool_call", "tool_result", "file", "metadata", "header", "credential")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ACCOUNTS = ("personal", "corporate", "unknown")
SCOPES = ("user", "app", "rule", "value")
