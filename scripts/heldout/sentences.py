"""How people write a number down: sentences by kind, and names of fields, in the languages of those who have such numbers.

`{}` is the value. One line, one sentence; `|` in a sentence is a line break.
"""

SAID: dict[str, str] = {
    "EMAIL_ADDRESS": """
pls forward the invoice to {} asap
Kannst du das bitte an {} schicken?
mon adresse c'est {}, merci
Escríbeme a {} cuando puedas.
From: Dr. Okafor <{}>|Subject: Re: discharge
He's on Slack but {} works too
log in as {} and tell me what you see
INSERT INTO users (name, mail) VALUES ('Ana', '{}');
担当者のメールは {} です
git commit --author="Li Wei <{}>"
[Anna](mailto:{})
""",
    "PHONE_NUMBER": """
call me back on {} after 5pm
Meine Handynummer: {}
Vous pouvez me joindre au {}.
Mi celular es {}, escríbeme por WhatsApp
tel. kom. {}
電話: {}
Mobile no. {}|Office closed on Fridays
Pt's daughter can be reached at {} (NOK).
Ring meg på {}
Il mio cellulare è {}.
Telefonnr.: {}
whatsapp -> {}
Bel me even op {}
Tel/Fax {}
연락처: {}
""",
    "IP_ADDRESS": """
the attacker came from {} around 3am
sshd[1123]: Failed password for root from {} port 52211 ssh2
ping {} times out from the office
whitelist {} in the WAF please
Unser Mailserver ist {} und antwortet nicht
{} - - [12/Mar/2026:06:25:24 +0000] "GET /login HTTP/1.1" 200 1043
X-Real-IP: {}
client connected from {}
""",
    "MAC_ADDRESS": """
the printer's MAC is {}
DHCPREQUEST for the laptop, hw addr {}
WLAN-Adresse des Geräts: {}
link/ether {} brd ff:ff:ff:ff:ff:ff
block device {} on the guest network
""",
    "CREDIT_CARD": """
my card {} was declined twice
Visa ending soon: {} exp 09/27 cvv 123
Bitte belasten Sie meine Kreditkarte {}
Número de tarjeta: {}
La mia carta di credito è {}
card on file = {}
please refund to {} (Mastercard)
carte bleue n° {}
クレジットカード番号は {} です
Kartnummer: {}
"cc": "{}", "exp": "0927"
""",
    "IBAN_CODE": """
please wire it to {}
Meine IBAN lautet {}
Voici mon RIB : {}
Transferir a la cuenta {}
Numer konta: {}
Überweisung an {} bis Freitag
Beneficiary account {} BIC in separate mail
Bankrekening: {}
Il bonifico va fatto su {}
""",
    "ABA_ROUTING_NUMBER": """
routing # {} and account on the next line
Our bank's ABA is {}
Use RTN {} for ACH, not wires
wire instructions: ABA/routing {}
Direct deposit - routing number {}
""",
    "CRYPTO": """
send it to {} please
my wallet: {}
BTC donations {}
I withdrew the coins to {} yesterday
the ransom note says pay to {}
to_address={}
""",
    "AU_MEDICARE": """
Medicare card {} ref 2
Pt medicare no: {}
Could you bulk bill, my Medicare number's {}
medicare: {} exp 08/2027
""",
    "AU_TFN": """
my TFN is {}
Tax File No. {}
employee hasn't given a valid TFN ({})
TFN declaration: {}
""",
    "BE_NRN": """
Rijksregisternr: {}
Mijn rijksregisternummer is {}
N° de registre national : {}
INSZ {}
numéro NISS : {}
NN: {} (voir carte d'identité)
""",
    "BR_CPF": """
meu CPF é {}
CPF: {}
Cliente portador do CPF nº {}, residente em Recife
inscrito no CPF/MF sob o n. {}
cpf {} consta como irregular?
CPF do titular - {}
""",
    "CA_SIN": """
my SIN is {}
NAS : {}
Social Insurance # {}
T4 slip, box 12: {} (SIN)
SIN/NAS {}
""",
    "CH_AHV": """
AHV-Nummer {}
Meine AHV Nr. ist {}
N° AVS {}
numero AVS: {}
Versichertennummer (AHVN13): {}
""",
    "CN_ID": """
我的身份证号是{}
身份证：{}
ID card (China): {}
身份證字號 {}
公民身份号码 {}
他的证件号码为{}，请核对
""",
    "DE_TAX_ID": """
Meine Steuer-ID ist {}
Steueridentifikationsnummer: {}
IdNr. {}
Steuer-IdNr.: {}
Bitte tragen Sie die Identifikationsnummer {} in die Steuererklärung ein
TIN (Germany): {}
Steuerliche ID: {}
""",
    "ES_NIE": """
mi NIE es {}
NIE: {}
con NIE núm. {} y domicilio en Valencia
Residente extranjero, N.I.E. {}
""",
    "ES_NIF": """
mi DNI es {}
D. Juan Pérez, con DNI nº {}, mayor de edad
NIF {}
D.N.I. {}
provisto de documento nacional de identidad número {}
DNI/NIF: {}
""",
    "FI_PERSONAL_IDENTITY_CODE": """
hetu: {}
Henkilötunnukseni on {}
potilaan henkilötunnus {}
Personbeteckning {}
HETU {} tarkistettu
""",
    "FR_NIR": """
mon numéro de sécu : {}
N° de sécurité sociale {}
Assurée : Mme Petit, NIR {}
numéro SS {}
n° sécu {}
INSEE: {}
Immatriculation sécurité sociale: {}
""",
    "IN_AADHAAR": """
my aadhaar is {}
Aadhaar No.: {}
UID {} linked with mobile
Aadhaar card number of applicant - {}
आधार नंबर {}
mera aadhar number {} hai
""",
    "IN_PAN": """
PAN: {}
my pan card no is {}
quote PAN {} for TDS
PAN of deductee {}
Permanent Account No {}
""",
    "IT_FISCAL_CODE": """
il mio codice fiscale è {}
C.F. {}
CF: {}
nata a Roma il 3/4/1970, cod. fisc. {}
Codice Fiscale/Tax code {}
""",
    "KR_RRN": """
주민등록번호 {}
제 주민번호는 {} 입니다
주민번호: {}
RRN {}
주민등록번호: {} (본인)
""",
    "NL_BSN": """
mijn BSN is {}
BSN: {}
Burgerservicenr. {}
bsn {} staat niet in het systeem
patiënt met BSN-nummer {}
""",
    "PL_PESEL": """
mój PESEL to {}
PESEL: {}
nr PESEL {}
legitymujący się numerem PESEL {}
Pesel pacjenta {}
""",
    "SE_PERSONNUMMER": """
mitt personnummer är {}
Personnr {}
pnr: {}
patient {}, inskriven igår (personnummer)
Pers.nr: {}
""",
    "SG_NRIC_FIN": """
my NRIC is {}
NRIC/FIN: {}
IC no {}
FIN {} work permit holder
(NRIC No. {})
""",
    "TR_NATIONAL_ID": """
TC kimlik numaram {}
T.C. Kimlik No: {}
TCKN {}
TC: {}
kimlik no {} olan hasta
""",
    "UK_NHS": """
NHS no. {}
NHS number: {}
pt NHS {} seen in A&E
NHS Number is {} per Spine
""",
    "UK_NINO": """
my NI number is {}
NINO: {}
Nat. Ins. No. {}
National Insurance no {}
NI {} payroll
""",
    "US_DRIVER_LICENSE": """
driver's license {}
DL# {}
DL No: {} (CA)
Driver Lic. {}
her drivers licence number is {}
License no. {}, class C, state of Florida driver
""",
    "US_ITIN": """
ITIN {}
my ITIN is {}
Taxpayer ID (ITIN): {}
IRS assigned ITIN {}
""",
    "US_NPI": """
NPI {}
NPI#: {}
Rendering provider NPI {}
ordering physician, NPI {}
Dr. Patel (NPI {})
""",
    "US_PASSPORT": """
passport {}
US passport no. {}
Passport # {}
my passport number's {}
Pass No. {} issued by the Department of State, passport book
""",
    "US_SSN": """
my social is {}
SSN {}
Soc Sec # {}
SS#: {}
Social Security Number ... {}
her ssn? {}
last known SSN was {}
SSN/TIN {}
número de seguro social {}
Applicant's Social Security No. {}
""",
    "VIN": """
VIN {}
car's VIN is {}
Fahrgestellnr. {}
chassis no. {}
FIN: {} (Fahrzeug)
Vehicle Identification No.: {}
N° de châssis {}
""",
    "ZA_ID_NUMBER": """
my SA ID is {}
ID Number: {}
RSA ID No {}
identity number {} (South Africa)
ID no. {}
""",
    "MEDICAL_RECORD": """
MRN {}
MRN: {}
pt MRN# {}
Med Rec No {}
patient ID {} transferred to ICU
Hospital number {}
medical record # {}
chart no. {}
Patientennummer {}
""",
}

FIELDS: dict[str, str] = {
    "EMAIL_ADDRESS": "email contact_email customerEmail e_mail Mail",
    "PHONE_NUMBER": "phone mobile_phone phoneNumber tel Telefon telefono contact_no",
    "IP_ADDRESS": "ip remote_ip clientIp src_ip ipAddress",
    "MAC_ADDRESS": "mac macAddress hw_address mac_addr",
    "CREDIT_CARD": "card_number cardNumber cc_num pan creditCard ccNumber",
    "IBAN_CODE": "iban bank_account IBAN creditorIban accountIban",
    "ABA_ROUTING_NUMBER": "routing_number routingNumber aba bank_routing aba_rtn",
    "CRYPTO": "wallet btc_address walletAddress payout_wallet eth_addr",
    "AU_MEDICARE": "medicare_number medicareNo medicare medicareCardNumber",
    "AU_TFN": "tfn tax_file_number taxFileNumber employee_tfn",
    "BE_NRN": "rijksregisternummer nrn niss insz rrn_be:rijksregister",
    "BR_CPF": "cpf cpf_cliente nr_cpf cpfTitular",
    "CA_SIN": "sin sin_number socialInsuranceNumber employee_sin",
    "CH_AHV": "ahv ahv_nr ahvNummer avs ahvn13",
    "CN_ID": "身份证号 id_card_no:cn idCardCn chinese_id shenfenzheng:身份证",
    "DE_TAX_ID": "steuer_id steuerId idnr steueridentnr tax_id_de:steuer_id",
    "ES_NIE": "nie nie_number numNie",
    "ES_NIF": "dni nif dni_cliente nifTitular",
    "FI_PERSONAL_IDENTITY_CODE": "hetu henkilotunnus henkilötunnus",
    "FR_NIR": "nir num_secu numero_securite_sociale numSecu nir_patient",
    "IN_AADHAAR": "aadhaar aadhaar_no aadhaarNumber aadhar_number",
    "IN_PAN": "pan_no panNumber pan_card PAN",
    "IT_FISCAL_CODE": "codice_fiscale codiceFiscale cf",
    "KR_RRN": "주민등록번호 rrn jumin_no",
    "NL_BSN": "bsn bsn_nummer burgerservicenummer",
    "PL_PESEL": "pesel nr_pesel PESEL",
    "SE_PERSONNUMMER": "personnummer person_nr pnr personNumber:personnummer",
    "SG_NRIC_FIN": "nric nric_fin nricNo",
    "TR_NATIONAL_ID": "tckn tc_kimlik_no tcKimlik kimlik_no",
    "UK_NHS": "nhs_number nhsNumber nhs_no",
    "UK_NINO": "nino ni_number nationalInsuranceNumber",
    "US_DRIVER_LICENSE": "driver_license driverLicenseNumber dl_number drivers_license_no",
    "US_ITIN": "itin itin_number taxpayerItin:itin",
    "US_NPI": "npi provider_npi npiNumber",
    "US_PASSPORT": "passport passport_no passportNumber passport_number",
    "US_SSN": "ssn social_security_number ssn_last:ssn SocialSecurityNumber employee_ssn",
    "VIN": "vin vehicle_vin VIN vinNumber",
    "ZA_ID_NUMBER": "sa_id id_number saIdNumber rsa_id",
    "MEDICAL_RECORD": "mrn medical_record_number patientMrn mrn_number",
}

OTHER: str = """
order #{d8}|order {d8}|ORD-{d6}
our ticket|ticket {d10}|{d10}
Bestellung|Bestellnr. {d9}|{d9}
build|Build {d2}.{d1}.{d3}.{d4}|{d2}.{d1}.{d3}.{d4}
version|v{d1}.{d2}.{d2}|{d1}.{d2}.{d2}
tracking|Tracking: 1Z{u3}{d11}|1Z{u3}{d11}
sha1|commit {h40}|{h40}
md5|md5 {h32}|{h32}
uuid|id {uuid}|{uuid}
epoch|created_at {e10}|{e10}
epochms|ts={e13}|{e13}
coords|{lat}, {lon}|{lat}, {lon}
isbn|ISBN 978-{d1}-{d4}-{d4}-{d1}|978-{d1}-{d4}-{d4}-{d1}
ean|EAN {d13}|{d13}
rfc|RFC {d4}|RFC {d4}
port|localhost:{d4}|{d4}
loop|127.0.0.1|127.0.0.1
private|10.{b}.{b}.{b}|10.{b}.{b}.{b}
private2|192.168.{b}.{b}|192.168.{b}.{b}
inv|Invoice INV-{d4}-{d5}|INV-{d4}-{d5}
rows|{d3},{d3},{d3} rows|{d3},{d3},{d3}
date|on {date}|{date}
rng|pages {d3}-{d3}|{d3}-{d3}
job|job_id: {d7}|{d7}
case|Aktenzeichen {d1} C {d3}/{d2}|{d1} C {d3}/{d2}
part|part no. {u2}-{d5}-{u1}|{u2}-{d5}-{u1}
acct|customer id {d9}|{d9}
hex|#{h6}|#{h6}
mem|0x{h8}|0x{h8}
size|{d4}x{d4} px|{d4}x{d4}
sn|S/N {u3}{d8}|{u3}{d8}
cve|CVE-20{d2}-{d5}|CVE-20{d2}-{d5}
doi|doi:10.{d4}/j.{d4}.{d2}|10.{d4}/j.{d4}.{d2}
flight|flight {u2}{d4}|{u2}{d4}
pod|pod api-{h10}-{l5}|api-{h10}-{l5}
img|image sha256:{h64}|sha256:{h64}
pr|PR #{d5}|#{d5}
zip|ZIP {d5}-{d4}|{d5}-{d4}
money|EUR {d2}.{d3}.{d3},{d2}|{d2}.{d3}.{d3},{d2}
phi|score 0.{d9}|0.{d9}
po|PO {d10}|{d10}
batch|Charge/LOT {d6}{u1}|{d6}{u1}
sku|SKU {u3}-{d6}|{u3}-{d6}
serial|serial: {d12}|{d12}
snow|tweet id {d19}|{d19}
page|page_token={l8}{d8}|{l8}{d8}
exit|exit status {d3}|{d3}
pid|pid {d5}|{d5}
"""
