"""Ways to set down a field and its value that are neither sentence nor `key: value`; `L` is the field, `{}` the value."""

PAIRS: str = """
{"field": "L", "value": "{}"}
{"name": "L", "type": "string", "value": "{}"}
{"key":"L","val":"{}"}
- name: L|  value: "{}"
<field name="L">{}</field>
<input type="text" name="L" value="{}">
<dt>L</dt><dd>{}</dd>
<tr><td>L</td><td>{}</td></tr>
<tr><th>L</th>|<td>{}</td></tr>
\\textbf{L} & {} \\\\
| L | {} |
What's your L?|{}
Agent: Can I have your L please?|Customer: Sure, it's {}
Agent: and the L?|Customer: {}
Bot: Please enter your L|User: {}
Q: L?|A: {}
assert customer["L"] == "{}"
user.setL("{}");
customer['L'] = "{}"
row.L = '{}'
const L = "{}";
L := "{}"
--L={}
--L {}
&L={}&submit=1
.withL("{}")
"L" => "{}",
L -> {}
L → {}
L - {}
L – {}
[L] {}
(L) {}
{} (L)
{} [L]
**L** {}
*L:* {}
__L__: {}
`L` = `{}`
L:	{}
L|{}
L	{}
L......{}
L____{}____
☐ L: {}
• L: {}
1) L: {}
WHERE L = '{}'
SELECT * FROM t WHERE L='{}' LIMIT 1
grep "{}" dump.csv  # L
INSERT INTO p (L) VALUES ('{}');
  L                    {}
ERROR: duplicate key value violates unique constraint|DETAIL:  Key (L)=({}) already exists.
ValueError: invalid L: '{}'
Invalid L '{}' at line 4
level=warn msg="bad input" L={} retry=1
L="{}" lang="en"
> L: {}
>> my L is {}
Subject: RE: L {}
the L on file ({}) does not match
L changed from unknown to {}
please verify L {} before Friday
L of the applicant is given as {}.
We have {} as the L, correct?
{} is my L
{} <- L
is {} the right L?
{} – that's her L
""".strip("\n")
