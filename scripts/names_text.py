"""Text with known names for the name model: templates filled with names of many languages, drawn or invented.

Templates: `names_templates.txt`. Names: `faker` (MIT); invented ones follow the letters of real ones.
"""

# ruff: noqa: SIM905, PLC0415 - word lists read best as text; packages are imported where they are needed

import collections
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

LOCALES = (
    "en_US en_US en_US en_GB en_GB en_IE en_IN de_DE fr_FR es_ES it_IT nl_NL pl_PL sv_SE no_NO da_DK fi_FI pt_BR pt_PT cs_CZ hu_HU "
    "tr_TR hr_HR sl_SI ro_RO id_ID et_EE lt_LT lv_LV es_MX sk_SK ga_IE"
).split()

ASIAN_FIRST = """Wei Jing Min Hui Xin Yan Li Na Fang Jun Ming Hao Yuki Haruto Sakura Kenji Aiko Hiroshi Naoko Takeshi Emi Minh Anh Linh
Thao Huong Quang Duc Jin-woo Seo-yeon Min-jun Ji-hye Hyun Soo-jin Ahmed Mohammed Omar Fatima Aisha Yusuf Khalid Layla Hassan Zainab
Amina Tariq Chinedu Ngozi Emeka Kwame Abena Thabo Sipho Oluwaseun Adaeze Priya Rahul Anjali Vikram Deepa Sanjay Lakshmi Arjun""".split()
ASIAN_LAST = """Zhang Wang Li Chen Liu Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Tanaka Suzuki Sato Watanabe Ito
Yamamoto Nakamura Kobayashi Nguyen Tran Le Pham Hoang Vu Dang Bui Kim Lee Park Choi Jung Kang Cho Al-Farsi Al-Masri Hussein Rahman
Haddad Mansour Nasser Okafor Adeyemi Mensah Boateng Nkosi Dlamini Balogun Eze Sharma Patel Gupta Singh Kumar Reddy Iyer Khan Das""".split()

COMPANIES = """Microsoft|Google|Apple|Amazon|Siemens|Volkswagen|Toyota|Samsung|Sony|Nestle|Novartis|Roche|Unilever|Shell|BP|Airbus|Boeing|
Deutsche Bank|Goldman Sachs|HSBC|Barclays|BBC|CNN|Reuters|The New York Times|The Guardian|Bloomberg|NASA|FBI|CIA|NATO|UN|UNESCO|WHO|
European Union|European Commission|United Nations|World Bank|Federal Reserve|Red Cross|Greenpeace|Amnesty International|Harvard University|
Stanford University|University of Oxford|MIT|Manchester United|Real Madrid|FC Barcelona|Bayern Munich|Chelsea|Arsenal|New York Yankees|
Labour Party|Democratic Party|Republican Party|Supreme Court|Congress|Senate|House of Representatives|Parliament|Pentagon|White House|
Netflix|Facebook|Twitter|Intel|IBM|Oracle|Cisco|Dell|Nokia|Ericsson|Philips|Bosch|BMW|Daimler|Renault|Fiat|Ford|General Motors|Tesla|
Coca-Cola|Pepsi|McDonald's|Starbucks|Walmart|Target|IKEA|H&M|Zara|Nike|Adidas|Pfizer|Bayer|Merck|AstraZeneca|Ryanair|Lufthansa|
British Airways|Air France|Vodafone|AT&T|Verizon|PayPal|Visa|Mastercard|Uber|Airbnb|Spotify|Interpol|Europol|OPEC|OECD|IMF|FIFA|UEFA""".replace(
    "\n", ""
).split("|")

REGIONS = """Europe|Asia|Africa|North America|South America|Scandinavia|the Netherlands|the United Kingdom|the United States|USA|UK|US|U.S.|
Bavaria|Tuscany|Catalonia|Silicon Valley|Wall Street|Manhattan|Brooklyn|Hollywood|Latin America|Middle East|Far East|Balkans|Siberia|
Mediterranean Sea|Atlantic Ocean|Black Sea|Danube|Rhine|Nile|Mississippi River|Lake Geneva|Mount Everest|Alps|Andes|Sahara|Hudson Bay|
Central Park|Heathrow Airport|Times Square|Trafalgar Square|South Korea|New Zealand|Saudi Arabia|Sri Lanka|Hong Kong|New York City|NYC|
Los Angeles|San Francisco|St. Louis|Rio de Janeiro|Cape Town|Kuala Lumpur|Buenos Aires|Tel Aviv|New Delhi|West Bank|North Sea""".replace(
    "\n", ""
).split("|")

TECH = """Python|Java|JavaScript|TypeScript|Rust|Go|Ruby|PHP|Perl|Kotlin|Swift|Scala|Haskell|SQL|HTML|CSS|React|Angular|Vue|Node.js|Django|
Flask|Spring Boot|Docker|Kubernetes|Linux|Windows|macOS|Ubuntu|Debian|Android|iOS|Excel|Word|PowerPoint|Outlook|Photoshop|Git|GitHub|
Jenkins|Terraform|Ansible|PostgreSQL|MySQL|MongoDB|Redis|Kafka|Elasticsearch|Spark|Hadoop|TensorFlow|PyTorch|Pandas|NumPy|LaTeX|Markdown|
JSON|YAML|XML|Bash|PowerShell|Chrome|Firefox|Safari|Unity|Blender|AutoCAD|MATLAB|ChatGPT|GPT-4|Midjourney|Stable Diffusion|Selenium|
WordPress|Bluetooth|Wi-Fi|USB|Ethernet|TCP|UDP|DNS|HTTP|REST|GraphQL|OAuth|Minecraft|Monopoly|Bitcoin|Ethereum|Scrum|Kanban|Agile|C++|C#""".replace(
    "\n", ""
).split("|")

JOBS = """teacher|nurse|software engineer|lawyer|Project Manager|Data Scientist|accountant|Head of Sales|CEO|CFO|CTO|managing director|
Sales Manager|HR Business Partner|painter|politician|footballer|Senior Developer|architect|journalist|physicist|Linux Terminal|
Marketing Specialist|Professor|Customer Service Agent|Travel Guide|Storyteller|Legal Counsel|VP Engineering|Life Coach|Chef""".replace(
    "\n", ""
).split("|")

NATIONS = """German|French|Italian|Spanish|Dutch|British|American|Chinese|Japanese|Korean|Russian|Polish|Swedish|Danish|Turkish|Greek|Irish|
Canadian|Australian|Brazilian|Mexican|Indian|Arabic|Hebrew|Portuguese|Norwegian|Finnish|Hungarian|Czech|Vietnamese|Iraqi|Israeli""".replace(
    "\n", ""
).split("|")

ACRONYMS = """IBAN SSN PIN VAT SEO FIFO LIFO API SDK CPU GPU RAM VRAM UHD HDR OCR NLP LLM AI ML KPI ROI CRM ERP SLA SOP FAQ PDF CSV
URL URI DNS VPN SSH TLS SQL ORM MVC CI CD QA UX UI CEO CFO HR PR PTO GDPR HIPAA PCI DSS ISO RFC TCP UDP DHCP LAN WAN IoT RFID GPS
LED OLED DIY ASAP FYI TBD ETA EOD DAN DM NPC RPG FPS BMI ADHD PTSD DNA RNA MRI ICU ER PGN FEN HST GST APR ETF IPO GDP CPI MBA PhD""".split()
VERBS = """Debug Explain Create Add Remove Check Review Summarise Describe Discuss Mention Include Ensure Avoid Use Run Test Deploy Fix
Compare Calculate Draft Edit Rewrite Expand Track Monitor Update Verify Validate Configure Install Plan Present Outline List Rank""".split()
MOMENTS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December Q3 Easter Christmas".split()
LEGAL = "Inc Inc. Ltd Ltd. LLC GmbH AG plc PLC S.A. SpA B.V. AB Oy Corp. Corporation Group Holdings".split()
BRANCH = "Technologies Systems Consulting Logistics Foods Pharma Energy Partners Capital Insurance Solutions Motors Software Labs Media Airlines Bank Brothers Industries Health Foundation Institute Records Studios Orchestra Hotel Museum".split()
PUBLIC = "University of {c}|{c} University|Bank of {c}|Ministry of Finance|{c} City Council|{c} Chamber of Commerce|{c} General Hospital|{c} United|FC {c}|{c} Police Department|Institute for {x}|Department of {x}|Association of {x}|National {x} Agency|{c} Times|{l} Foundation|St. {f}'s Hospital|{l} High School|Church of {x}".split(
    "|"
)
ROADS = (
    "{l} Street|{l} Road|{l} Avenue|{f} Lane|{l}straße|{l}weg|{l}gatan|Rue {l}|Via {l}|Calle {l}|{l}laan|ul. {l}".split(
        "|"
    )
)

_SLOT = re.compile(r"\{([PFLOCSEHNDTJRMXAKVw])(\[0\])?\}")
LABEL = {"P": "PERSON", "F": "PERSON", "L": "PERSON", "O": "ORGANIZATION", "C": "LOCATION", "S": "LOCATION"}


@dataclass(frozen=True, slots=True)
class Example:
    """A line, its spans `(start, end, label)`, and what is not scored."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    ignored: tuple[tuple[int, int], ...] = ()


class Inventor:
    """Makes up words that look like those that it has seen (letter trigrams)."""

    def __init__(self, words: Sequence[str]) -> None:
        self._next: dict[str, list[str]] = collections.defaultdict(list)
        for word in words:
            framed = f"^^{word.lower()}$"
            for i in range(len(framed) - 2):
                self._next[framed[i : i + 2]].append(framed[i + 2])

    def word(self, rng: random.Random) -> str:
        while True:
            made = "^^"
            while len(made) < 16 and not made.endswith("$"):
                made += rng.choice(self._next[made[-2:]])
            if 5 <= len(made) <= 13 and made.endswith("$"):
                return made[2:-1].capitalize()


class Writer:
    """Fills templates."""

    def __init__(self, seed: int, phrases: Sequence[str], usual: Sequence[str], cities: Sequence[str]) -> None:
        from faker import Faker

        self.rng = random.Random(seed)
        Faker.seed(seed)
        self._fakers = [Faker(locale) for locale in LOCALES]
        self._phrases, self._usual, self._cities = phrases, usual, cities
        self._templates = read_templates(Path(__file__).with_name("names_templates.txt"))
        pools = [[], [], list(self.rng.sample(cities, 3000))]  # type: list[list[str]]
        for faker in self._fakers:
            pools[0] += [faker.first_name() for _ in range(150)]
            pools[1] += [faker.last_name() for _ in range(150)]
        self._inventors = [Inventor(pool) for pool in pools]

    def documents(self, number: int) -> list[Example]:
        """Return about `number` lines."""
        kinds, weights = ["people", "organisations", "places", "nothing"], [50, 13, 12, 25]
        made: list[Example] = []
        while len(made) < number:
            kind = self.rng.choices(kinds, weights)[0]
            made.extend(self.fill(self.rng.choice(self._templates[kind])))
        return made

    def fill(self, template: str) -> list[Example]:
        """Return the lines of one template."""
        made = []
        for line in template.split("\\n"):
            text, spans, ignored, at = "", [], [], 0
            line = line.replace("\\t", "\t")  # noqa: PLW2901 - the same line, read
            for slot in _SLOT.finditer(line):
                text += line[at : slot.start()]
                value = self.value(slot[1])
                value = value[0] if slot[2] else value
                if slot[1] in LABEL and not slot[2]:
                    lead = 4 if value.startswith("the ") else 0
                    spans.append((len(text) + lead, len(text) + len(value), LABEL[slot[1]]))
                elif slot[2]:
                    ignored.append((len(text), len(text) + len(value)))
                text += value
                at = slot.end()
            text += line[at:]
            if text.strip():
                made.append(self._cased(Example(text, tuple(spans), tuple(ignored))))
        return made

    def value(self, slot: str) -> str:
        """Return what stands in a slot."""
        rng = self.rng
        match slot:
            case "P" | "F" | "L":
                return self.person(slot)
            case "O":
                return self.company()
            case "C":
                return self.place()
            case "S":
                road = rng.choice(ROADS).format(l=self.person("L"), f=self.person("F"))
                return f"{rng.randint(1, 4000)} {road}" if rng.random() < 0.5 else f"{road} {rng.randint(1, 300)}"
            case "E":
                return rng.choice(self._fakers).ascii_safe_email()
            case "H":
                return rng.choice(["+49 30 {}", "({}) 555-0142", "020 7946 {}", "{}-555-0199"]).format(
                    rng.randint(100, 9999)
                )
            case "N":
                return str(rng.choice([rng.randint(1, 12), rng.randint(1900, 2030), rng.randint(10, 99999)]))
            case "D":
                day = date(1940, 1, 1) + timedelta(days=rng.randrange(31_000))  # faker's dates depend on the clock
                return day.strftime(rng.choice(["%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%m/%d/%Y"]))
            case "T":
                return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
            case "X":
                return " ".join(
                    word.capitalize() for word in rng.choices(self._usual, k=rng.choice([1, 1, 2, 2, 3, 4]))
                )
            case "w":
                return rng.choice(self._phrases)
        return rng.choice({"J": JOBS, "R": TECH, "M": MOMENTS, "A": NATIONS, "K": ACRONYMS, "V": VERBS}[slot])

    def person(self, slot: str) -> str:
        """Return a full name (P), a first (F) or a last one (L)."""
        rng = self.rng
        faker = rng.choice(self._fakers)
        draw = rng.random()
        if draw < 0.12:
            first, last = rng.choice(ASIAN_FIRST), rng.choice(ASIAN_LAST)
        elif draw < 0.25:
            first, last = self._inventors[0].word(rng), self._inventors[1].word(rng)
        else:
            first, last = faker.first_name(), faker.last_name()
        if slot == "F":
            return first
        if slot == "L":
            return last
        form = rng.random()
        if form < 0.76:
            return f"{first} {last}"
        if form < 0.86:
            return f"{first} {rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
        if form < 0.90:
            return f"{first[0]}. {last}"
        if form < 0.94:
            return f"{first} {faker.first_name()} {last}"
        if form < 0.96:
            return f"{first} {last}-{faker.last_name()}"
        if form < 0.98:
            return f"{first} {rng.choice(['van', 'van der', 'de', 'von', 'di', 'la', 'bin', 'al', 'Mc'])} {last}"
        return first

    def company(self) -> str:
        """Return the name of an organisation."""
        rng = self.rng
        kind = rng.random()
        last = self.person("L")
        if kind < 0.28:
            return rng.choice(COMPANIES)
        if kind < 0.40:
            return f"{last} {rng.choice(LEGAL)}"
        if kind < 0.52:
            return f"{last} {rng.choice(BRANCH)}"
        if kind < 0.60:
            return f"{last} {rng.choice(['&', 'and'])} {rng.choice([self.person('L'), 'Sons', 'Partners'])}"
        if kind < 0.65:
            return f"{last}, {self.person('L')} and {self.person('L')}"
        if kind < 0.80:
            topic = " and ".join(w.capitalize() for w in rng.choices(self._usual, k=rng.choice([1, 1, 2])))
            return rng.choice(PUBLIC).format(c=self.place(plain=True), l=last, f=self.person("F"), x=topic)
        if kind < 0.86:
            return "".join(rng.choices("ABCDEFGHIKLMNOPRSTUW", k=rng.randint(3, 4)))
        made = self._inventors[2].word(rng)
        return rng.choice([made, f"{made} {rng.choice(BRANCH)}", f"{made} {rng.choice(LEGAL)}"])

    def place(self, *, plain: bool = False) -> str:
        """Return a city, a country or a region."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.12 and not plain:
            return rng.choice(REGIONS)
        if kind < 0.30:
            return rng.choice(self._fakers[:6]).country() if not plain else rng.choice(self._cities)
        if kind < 0.36:
            return rng.choice(self._fakers[:3]).state()
        if kind < 0.45:
            return self._inventors[2].word(rng)
        if kind < 0.75:
            return rng.choice(self._cities)
        return rng.choice(self._fakers).city()

    def _cased(self, example: Example) -> Example:
        draw = self.rng.random()
        text = example.text.upper() if draw < 0.04 else example.text.lower() if draw < 0.08 else example.text
        return Example(text, example.spans, example.ignored) if len(text) == len(example.text) else example


def read_templates(path: Path) -> dict[str, list[str]]:
    """Return the templates by section."""
    sections: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[\w+\]", line):
            sections[line[1:-1]] = []
        elif line and sections:
            sections[list(sections)[-1]].append(line)
    return sections
