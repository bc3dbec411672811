"""The policy of the client tests and the three prompts that it tells apart."""

POLICY = """
schema: policy/v1
policy: clients
owner: test@example.com
rules:
  - id: cards-are-redacted
    mode: enforce
    match: {content: {any: [{entities: [CREDIT_CARD]}]}}
    action: {type: redact}
  - id: mail-is-tokenised
    mode: enforce
    match: {content: {any: [{entities: [EMAIL_ADDRESS]}]}}
    action: {type: tokenise, restore: true}
  - id: marked-is-blocked
    mode: enforce
    match: {content: {any: [{labels: [LABEL_CONFIDENTIAL]}]}}
    action: {type: block, message: Please leave marked documents out.}
"""
MESSAGE = "Please leave marked documents out."
CARD = "4111 1111 1111 1111"
MAIL = "ann.smith@fabrikam.example.org"
PLACEHOLDER = "[REDACTED_CREDIT_CARD]"

PLAIN = 'How large is a pelican, in "Größe" and in 文?\n\tAnd why: a\\b/c \U0001f426'
WITH_CARD = f"Größe: charge {CARD} twice, then say \U0001f426"
WITH_MAIL = f"Größe: write to {MAIL} \U0001f426"
MARKED = "CONFIDENTIAL - do not distribute\nProject Heron starts in March."
