"""Where secrets stand, how people say a password, and what only looks like either. `\\n` in a line is a line break."""

CARRIERS = r"""
TOKEN	API_KEY={}
TOKEN	export SERVICE_TOKEN="{}"
TOKEN	{"token": "{}", "region": "eu"}
TOKEN	Authorization: Bearer {}
TOKEN	curl -H "X-Api-Key: {}" https://api.acme.io/v2/users
TOKEN	client = Client(api_key="{}")
TOKEN	  - name: TOKEN\n    value: {}
TOKEN	variable "key" {\n  default = "{}"\n}
TOKEN	<add key="ApiKey" value="{}" />
TOKEN	service.api.key={}
TOKEN	I leaked {} in a commit, what now?
TOKEN	mein Schlüssel ist {}
TOKEN	RequestError: 403 Forbidden (key={}) at line 88
TOKEN	environment:\n  - KEY={}
TOKEN	git clone https://oauth2:{}@gitlab.acme.io/team/repo.git
TOKEN	const key = '{}';
TOKEN	| key | {} |
TOKEN	ENV TOKEN {}
TOKEN	[default]\ntoken = {}
TOKEN	fetch(url, {headers: {Authorization: `Bearer {}`}})
TOKEN	//npm.acme.io/:_authToken={}
TOKEN	console.log("{}")
JWT	Authorization: Bearer {}
JWT	{"access_token":"{}","expires_in":3600}
JWT	Cookie: session={}; Path=/
JWT	decode this for me {}
PEM	{}
PEM	apiVersion: v1\nkey: |\n{}
PEM	cat id_rsa\n{}\nwhy is it rejected?
PASSWORD	DB_PASSWORD={}
PASSWORD	password: "{}"
PASSWORD	spring.datasource.password={}
PASSWORD	"ConnectionStrings": {"Default": "Server=db;Database=crm;User Id=sa;Password={};"}
PASSWORD	postgresql://app:{}@db.internal:5432/app
PASSWORD	mongodb+srv://root:{}@cluster0.abcde.mongodb.net/prod
PASSWORD	mysql -u root -p{} shop
PASSWORD	sshpass -p '{}' ssh deploy@10.0.0.4
PASSWORD	curl -u admin:{} https://nexus.acme.io/
PASSWORD	net use z: \\\\fs01\\share /user:CORP\\jdoe {}
PASSWORD	$cred = ConvertTo-SecureString "{}" -AsPlainText -Force
PASSWORD	POSTGRES_PASSWORD: {}
PASSWORD	requirepass {}
PASSWORD	psk="{}"
PASSWORD	machine api.acme.io login bob password {}
PASSWORD	db.internal:5432:app:app:{}
PASSWORD	<property name="password" value="{}"/>
PASSWORD	<password>{}</password>
PASSWORD	ALTER USER app WITH PASSWORD '{}';
PASSWORD	CREATE USER 'app'@'%' IDENTIFIED BY '{}';
PASSWORD	login("bob", "{}")  # password
PASSWORD	smtp_pass = '{}'
PASSWORD	jdbc:mysql://db/app?user=app&password={}
PASSWORD	redis://:{}@cache:6379/0
PASSWORD	ansible_ssh_pass={}
PASSWORD	ansible_become_password: {}
PASSWORD	--password={}
PASSWORD	--password {} --user bob
PASSWORD	{"username": "bob", "password": "{}"}
PASSWORD	{"user": "bob", "pwd": "{}"}
PASSWORD	user=bob pass={}
PASSWORD	Username: bob\nPassword: {}
PASSWORD	| user | password |\n|---|---|\n| bob | {} |
PASSWORD	username,password\nbob,{}
PASSWORD	user;passwort\nbob;{}
PASSWORD	amqp://guest:{}@rabbit:5672/
PASSWORD	ftp://bob:{}@files.acme.io/in
PASSWORD	os.environ["DB_PASS"] = "{}"
PASSWORD	String password = "{}";
PASSWORD	$password = "{}";
PASSWORD	passwd: {}
PASSWORD	set_password("{}")
PASSWORD	keystore.password={}
PASSWORD	keyPassword '{}'
PASSWORD	storePassword "{}"
PASSWORD	MYSQL_ROOT_PASSWORD={} docker compose up
PASSWORD	docker login -u bob -p {} registry.acme.io
PASSWORD	openssl pkcs12 -in a.p12 -passin pass:{}
PASSWORD	unzip -P {} data.zip
PASSWORD	htpasswd -b .htpasswd bob {}
PASSWORD	ldapsearch -D cn=admin,dc=acme -w {} -b dc=acme
PASSWORD	kinit bob <<< {}
PASSWORD	echo "bob:{}" | chpasswd
PASSWORD	PGPASSWORD={} psql -h db
PASSWORD	secret: {}
%an40	aws_secret_access_key = {}
%an40	AWS_SECRET_ACCESS_KEY={}
%an40	client_secret: "{}"
%hx32	"apiKey": "{}"
%hx40	X-Auth-Token: {}
%hx64	SECRET_KEY_BASE={}
%an43	APP_KEY=base64:{}=
%an32	encryption_key = "{}"
%hx32	TWILIO_AUTH_TOKEN={}
%hx32	DD_API_KEY={}
%an86	AccountKey={}==;EndpointSuffix=core.windows.net
%an43	PrivateKey = {}=
%b332	otpauth://totp/Acme:bob?secret={}&issuer=Acme
%an50	SECRET_KEY = '{}'
%an24	refresh_token={}
%an32	"accessToken": "{}",
%an20	webhook_secret: {}
%hx48	api-token: {}
%an36	access_token: {}
%an64	jwt_secret: "{}"
%an30	signingKey := "{}"
%an28	hmacKey="{}"
"""
"""What kind of secret, a tab, and the line it stands in."""

SPOKEN = r"""
my password is {} and it still says invalid
the password for the staging server is {}
pw: {}
pwd is {} fyi
Password is: {}
login bob / {}
log in with admin and {}
user: bob, pass: {}
the wifi password is {}
use {} as the password
I set the password to {} yesterday
her password was {}, please change it
Try the passcode {}
creds: bob / {}
credentials are bob:{}
root password = {}
new temp password {} expires tomorrow
you can sign in with username jdoe and password {}
admin pw {}
passphrase: {}
My passphrase for the key is "{}"
Your one-time password is {}
initial password: {} (change at first login)
mein Passwort ist {}
Das Passwort lautet {}
Passwort: {}
Kennwort: {}
das Kennwort für den Server ist {}
Zugangsdaten: admin / {}
Benutzer bob, Passwort {}
WLAN-Schlüssel: {}
Das neue Passwort wurde auf {} gesetzt
mot de passe : {}
mon mot de passe est {}
le mdp du serveur c'est {}
mdp: {}
identifiant bob, mot de passe {}
la contraseña es {}
mi contraseña es {}
contraseña: {}
clave: {}
la clave del wifi es {}
usuario bob y contraseña {}
la password è {}
la mia password è {}
password del server: {}
la parola d'ordine è {}
a senha é {}
minha senha é {}
senha: {}
a palavra-passe é {}
het wachtwoord is {}
wachtwoord: {}
mijn wachtwoord is {}
hasło: {}
hasło to {}
moje hasło to {}
lösenord: {}
mitt lösenord är {}
lösenordet är {}
adgangskode: {}
adgangskoden er {}
kodeord: {}
passord: {}
passordet er {}
salasana: {}
salasana on {}
şifre: {}
şifrem {}
parola: {}
parola este {}
heslo: {}
heslo je {}
jelszó: {}
a jelszó {}
пароль: {}
пароль от сервера {}
мой пароль {}
пароль — {}
κωδικός: {}
ο κωδικός είναι {}
密码：{}
密码是{}
我的密码是 {}
パスワード：{}
パスワードは{}です
비밀번호: {}
비밀번호는 {} 입니다
كلمة المرور: {}
पासवर्ड: {}
mật khẩu: {}
kata sandi: {}
รหัสผ่าน: {}
סיסמה: {}
"""
"""Passwords in prose."""

HARMLESS = r"""
Your password must be at least 12 characters long.
How do I reset my password?
The password field is required.
password: ********
password: (hidden)
password = os.environ["DB_PASSWORD"]
password = getpass.getpass("Password: ")
PASSWORD=${DB_PASSWORD}
password: {{ vault_password }}
API_KEY=<your-api-key>
api_key = "YOUR_API_KEY"
password: string;
def set_password(self, password: str) -> None:
"password": "required|min:8|confirmed"
password VARCHAR(255) NOT NULL,
password: {type: string, format: password}
sshd[811]: Failed password for root from 203.0.113.9 port 22 ssh2
sshd[811]: Failed password for invalid user admin from 2a02:e948:f67d::b696 port 52211 ssh2
sshd: Accepted publickey for deploy from 198.51.100.7 port 50122
Invalid password for user admin (attempt 3)
"login.password": "Passwort"
"password_placeholder": "Enter your password"
<input type="password" name="password" placeholder="Password">
max_tokens: 4096
token_type: bearer
usage: {"prompt_tokens": 1234, "completion_tokens": 98}
api_key: null
secret: true
PASSWORD_MIN_LENGTH=12
password_hashers = ["argon2id"]
The secret to success is hard work.
He was the bearer of bad news.
key: value
commit 9fceb02d0ae598e95dc970b74767f19372d61af8
sha256:3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b
"integrity": "sha512-9fceb02d0ae598e95dc970b74767f19372d61af89fceb02d0ae598e95dc970b74767f193=="
id: 5f0c1b1e-8f57-4a0e-9c6e-0d6a4f2f2f11
AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk0Q2mV1r9vV0a2y2lJv3c8Yz5b5qQx1 bob@laptop
const password = prompt("Password?");
password=$(cat /run/secrets/db)
password: !vault |
passwordRef:\n  name: db\n  key: password
valueFrom:\n  secretKeyRef:\n    name: app\n    key: token
token = request.headers["Authorization"]
if password == confirm_password:
Das Passwort muss mindestens 8 Zeichen haben.
Passwort vergessen?
Bitte ändern Sie Ihr Kennwort regelmäßig.
Mot de passe oublié ?
Le mot de passe doit contenir une majuscule.
¿Olvidaste tu contraseña?
La contraseña debe tener 8 caracteres.
La password non è corretta.
Esqueceu a senha?
Wachtwoord vergeten?
Nie pamiętasz hasła?
Glömt lösenordet?
Забыли пароль?
密码错误，请重试
パスワードを忘れた場合
비밀번호를 잊으셨나요?
what is the password policy at our company?
the password is stored hashed in the database
password is incorrect
The password was changed yesterday.
my password manager is great
the password for this is unknown to me
Is my password secure enough?
password protected zip
use a password with special characters
pass: the test passed
All tests pass: 214 passed, 3 skipped
pin: 13 (GPIO)
secret santa: draw names on Monday
Private key must be kept safe.
-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEexample\n-----END PUBLIC KEY-----
Secrets Manager rotates credentials every 30 days.
Use Bearer authentication with your token.
Authorization: Bearer <token>
Authorization: Bearer $TOKEN
Authorization: Basic <credentials>
curl -u user:password https://example.com
postgresql://user:password@localhost/db
postgres://$USER:$PASS@$HOST/db
mysql -u root -p shop
password: changeme
password=password
--password-stdin
PasswordAuthentication no
auth required pam_unix.so
password  [success=1 default=ignore] pam_unix.so obscure sha512
passwd -l root
tokenizer = AutoTokenizer.from_pretrained("gpt2")
tokens = line.split(",")
"token": token.value,
secret_name = "prod/db/main"
SecretId: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf
key_id = "alias/app"
publicKeyToken=b77a5c561934e089
clientId: 3f2504e0-4f89-11d3-9a0c-0305e82c3301
csrf_token: {{ csrf_token() }}
<meta name="csrf-param" content="authenticity_token">
pwd\n/home/bob/projects/site
cd "$(pwd)/build"
console.log(process.env.API_TOKEN)
throw new Error("Missing API token");
Enter passphrase for key '/home/bob/.ssh/id_rsa':
Password for 'https://bob@github.com':
[sudo] password for bob:
Login: bob\nPassword:
user / password / host / port
username and password are both required
| Field | Type |\n|---|---|\n| password | string |
username,password,role\n,,
The passage is hidden; the password of the day is chosen by the host.
passport: none
compass: north-west
bypass=true
token count: 8192
OTP verification failed
"""
"""Nothing here is a secret."""
