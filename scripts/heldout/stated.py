"""More ways to state a password, on command lines, in programs, forms and many languages; and what only sounds so.

`{}` is the password; `\\n` in a line is a line break.
"""

STATED = r"""
hey, the vpn pass is {} now
Server login: root, {} is the pass
ssh in with user deploy, pw {}
(pw {})
pw={}, thanks
PW: {}
Passwd: {}
pass: {}
pass -> {}
pass - {}
the admin passcode is now {}
our shared password ({}) leaked
I keep typing {} but it says wrong password
Is {} a strong enough password for production?
Rate my password: {}
can you check whether my password {} is in a breach?
change my password from {} to something else
old password: {}
new password = {}
password for admin@acme.io: {}
Password for user bob is {}
The Wi-Fi key is {}
WiFi: GuestNet / {}
SSID: GuestNet  Key: {}
wpa2 key {}
network key: {}
router admin page: admin:{}
jenkins creds admin/{}
grafana login admin {}
Logins for the test system: tester1 / {}
Username: jdoe\nPassword: {}
Username: jdoe | Password: {}
user=jdoe password={}
Email: a.b@acme.io\nPassword: {}
Login: jdoe\nPW: {}
Benutzername: jdoe\nPasswort: {}
Benutzer: jdoe\nKennwort: {}
Login mit admin und {}
das pw vom router ist {}
Das WLAN-Passwort ist {}
Das Passwort für die Datenbank: {}
PIN ist egal, das Passwort heißt {}
neues Passwort {}
Passwort = {}
Initialpasswort: {}
Zugang: admin, Passwort {}
Identifiant : jdoe\nMot de passe : {}
le mot de passe du wifi est {}
voici le mot de passe: {}
mot de passe temporaire {}
code wifi : {}
Usuario: jdoe\nContraseña: {}
la contraseña del servidor es {}
mi clave es {}
contraseña temporal: {}
Utente: jdoe\nPassword: {}
la password del wifi è {}
Usuário: jdoe\nSenha: {}
a senha do wifi é {}
Gebruiker: jdoe\nWachtwoord: {}
het wifi-wachtwoord is {}
Użytkownik: jdoe\nHasło: {}
hasło do wifi: {}
Användare: jdoe\nLösenord: {}
wifi-lösenordet är {}
Bruger: jdoe\nAdgangskode: {}
heslo: {}
heslo je {}
jelszó: {}
a jelszó {}
пароль: {}
мой пароль {}
пароль от вайфая {}
κωδικός: {}
密码：{}
密码是{}
パスワードは{}です
パスワード：{}
비밀번호: {}
비밀번호는 {} 입니다
كلمة المرور: {}
पासवर्ड: {}
mật khẩu: {}
şifresi {}
lozinka: {}
geslo: {}
парола: {}
echo {} | sudo -S apt update
echo "{}" | docker login -u bob --password-stdin
docker login -u bob -p {}
PGPASSWORD={} psql -h db
export MYSQL_PWD={}
mysqldump -uroot -p{} shop
mongo -u root -p {}
psql "host=db user=app password={}"
curl -u bob:{} https://acme.io/x
wget --user=bob --password={} https://acme.io/x
smbclient //nas/share -U bob%{}
rclone config create x webdav pass {}
sshpass -p '{}' ssh bob@host
ldapsearch -D cn=admin -w {}
htpasswd -b .htpasswd bob {}
openssl enc -aes-256-cbc -k {}
openssl pkcs12 -in a.p12 -passin pass:{}
keytool -storepass {} -list
zip -P {} a.zip x
7z x a.7z -p{}
gpg --batch --passphrase {} -d a.gpg
New-Object PSCredential('bob', (ConvertTo-SecureString '{}' -AsPlainText -Force))
$password = ConvertTo-SecureString "{}" -AsPlainText -Force
useradd bob && echo "bob:{}" | chpasswd
INSERT INTO users (name, password) VALUES ('bob', '{}');
UPDATE users SET password = '{}' WHERE id = 3;
GRANT ALL ON *.* TO 'app'@'%' IDENTIFIED BY '{}';
CREATE LOGIN bob WITH PASSWORD = '{}';
SET PASSWORD FOR 'bob' = '{}';
spring.mail.password={}
MYSQL_ROOT_PASSWORD: {}
POSTGRES_PASSWORD={}
      - MYSQL_PASSWORD={}
REDIS_PASSWORD="{}"
DJANGO_SUPERUSER_PASSWORD={}
{"username": "bob", "password": "{}"}
{'user': 'bob', 'passwd': '{}'}
{"auth": {"user": "bob", "pass": "{}"}}
<input type="password" value="{}">
<Password>{}</Password>
<wsse:Password>{}</wsse:Password>
driver.find_element(By.ID, "password").send_keys("{}")
await page.fill('#password', '{}')
cy.get('[name=password]').type('{}')
conn = psycopg2.connect(host="db", user="app", password="{}")
pymysql.connect('db', 'root', '{}', 'shop')
mysqli_connect("db", "root", "{}", "shop");
new MongoClient("mongodb://root:{}@db:27017")
create_engine("mysql+pymysql://app:{}@db/shop")
DriverManager.getConnection(url, "app", "{}")
server.login("bob@acme.io", "{}")
ftp.login('bob', '{}')
requests.get(url, auth=("bob", "{}"))
username: bob\n  password: {}
enable secret {}
snmp-server community {} RO
username admin privilege 15 secret {}
set system root-authentication plain-text-password-value "{}"
| user | password |\n|---|---|\n| bob | {} |
user,password\nbob,{}
user;passwort\nbob;{}
name	password\nbob	{}
Password\n{}
Here are the credentials:\nbob\n{}
Q: What is the admin password?\nA: {}
User: what's the wifi password?\nAssistant: It is {}
1Password entry: title "router", password "{}"
fyi the nas pass is {}
{} was my old password
The default login (admin / {}) still works
password ({}) please keep secret
passwort – {}
I entered {} but the portal rejects the password
Is {} a secure passphrase?
rotate the db password from {} to a new one
wpa passphrase: {}
clé wifi : {}
el código del wifi es {}
Startpasswort {}
senha provisória: {}
creds: svc_backup/{}
gitlab credentials admin {}
Kennwort\n{}
Qual é a senha?\n{}
What's the root password?\n\nit's {}
Zugangsdaten:\nmmeier\n{}
printf '{}' | sudo -S -v
echo -n {} | podman login --password-stdin -u x reg.io
rpcclient -U "svc%{}" dc1
mount -t cifs //nas/x /mnt -o username=bob,password={}
page.locator('input[name="password"]').fill("{}")
$browser->type('password', '{}');
new PDO('mysql:host=db', 'root', '{}');
axios.get(u, {auth: ['bob', '{}']})
radius-server host 10.1.1.1 key {}
INSERT INTO accounts(login, passwd) VALUES ('x','{}')
My pw changed: {}
Temp pw {}
user jdoe pw {}
the password's {}
passwords: {} (admin)
My bank password is {} and PIN 4711
Steam: gamer99 / {}
netflix pw: {}
netflix: bob@mail.io {}
server pass={} port=22
db pass {}
Passwort lautet: "{}"
das passwort is {}
PW ist {}
le code est {}
contraseña nueva: {}
nuova password: {}
ny adgangskode: {}
uusi salasana: {}
yeni şifre: {}
nové heslo: {}
új jelszó: {}
noua parolă este {}
neues Kennwort ist {}
Hier das Passwort zum Portal: {}
sudo password: {}
keystore pass is {}
ssh passphrase: {}
unlock with {} (password)
"pwd":"{}"
pwd: '{}'
<pass>{}</pass>
pass="{}"
passwd {}
:password => "{}"
password: !!str {}
password=    {}
Password ....... {}
* Password: `{}`
**Password:** {}
Password → {}
Username / Password: bob / {}
Username/Password = bob/{}
user:pass = bob:{}
https://bob:{}@git.acme.io/x.git
ftp://bob:{}@ftp.acme.io
smb://bob:{}@nas/share
amqps://bob:{}@mq.acme.io:5671
ldap_bind_password = {}
smtp.password={}
"smtpPassword": "{}"
DATABASE_URL=mysql://root:{}@db/x
SECRET_KEY_BASE={}
JWT_SECRET={}
ENCRYPTION_KEY="{}"
admin_pass: {}
ADMIN_PW={}
vault write secret/db password={}
kubectl create secret generic db --from-literal=password={}
aws rds modify-db-instance --master-user-password {}
az sql server create -u admin -p {}
gcloud sql users set-password root --password={}
Connect-MsolService -Credential (bob, '{}')
net user bob {} /add
runas /user:bob {}
psexec \\host -u bob -p {} cmd
mstsc bob {}
mongodump --uri="mongodb://u:{}@h/db"
sqlplus scott/{}@orcl
impdp system/{}@db
isql -U sa -P {}
bcp x in y -U sa -P {}
mosquitto_pub -u bob -P {} -t a
snmpwalk -v3 -u bob -A {} host
ipmitool -U admin -P {} power on
nmcli dev wifi connect Guest password {}
wpa_passphrase Guest {}
xfreerdp /u:bob /p:{} /v:host
lftp -u bob,{} ftp.acme.io
svn co --username bob --password {} url
git remote add o https://bob:{}@acme.io/r
cadaver -u bob -p {}
"""

UNSTATED = r"""
my password is wrong, what now?
The password is too short
password is required
the password is stored in Vault
Password: at least 12 characters, one digit
what's a good password policy for 2026?
passwords expire every 90 days
my pass expired yesterday
Pass: 12 Fail: 3
login as admin and open Settings > Users
login: see the wiki
user/pass in the shared folder
WiFi: available in all rooms
Key: C major
Key: see legend
network key figures 2025
docker login -u bob --password-stdin
psql "host=db user=app password=$PGPASSWORD"
curl -u bob https://acme.io
curl -u $USER:$PASS https://acme.io
password = input("Password: ")
password = getpass.getpass()
password: process.env.DB_PASSWORD
password: ${DB_PASSWORD}
password: "{{ vault_db_password }}"
password: !vault |
"password": {"type": "string", "minLength": 8}
password varchar(255) NOT NULL
<input type="password" name="password" placeholder="Password">
def check_password(self, password: str) -> bool:
if (password.length < 8) return false;
assert verify(password, hashed)
password_hash = bcrypt.hashpw(password, salt)
cy.get('[name=password]').type(Cypress.env('PW'))
server.login(user, password)
conn = connect(host, user, password)
Das Passwort ist falsch
Das Passwort muss geändert werden
Kennwort vergessen?
mot de passe oublié ?
la contraseña es incorrecta
la contraseña debe tener 8 caracteres
senha incorreta
wachtwoord vergeten
hasło jest nieprawidłowe
пароль неверный
密码错误
パスワードを忘れました
비밀번호를 잊어버렸습니다
token budget: 4000
The secret ingredient is cinnamon2
secret santa 2025 list
the secret is to start early
the key is to start early
the key takeaway is Q3-2025 growth
clave: la paciencia
mi clave es la constancia
code: 404 not found
code: see below
code promo ETE2025
passphrase of four words like correct horse battery staple
admin/users/list
admin / editor / viewer
root = tree.getroot()
creds are in 1Password
credentials: include
bob / alice / carol
user: bob, team: infra3
pin: 3-axis
snmp-server community public RO
enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
username: jdoe42
Username: jdoe42\nRole: admin2
Is Tuesday2 a good time?
Steam: 12 / 30 games
netflix: bob@mail.io is registered
the code is in src/main2.py
le code est dans le fichier main2.py
db pass rate 92%
pass2: optimise, pass3: emit
first pass is parse2
the second pass is done in O(n2)
server pass through mode
passes: 12, fails: 3
printf '%s' "$PASS" | sudo -S -v
echo hello2 | passwd --help
sqlplus / as sysdba
sqlplus scott@orcl
new PDO($dsn, $user, $pass);
page.locator('input[name="password"]').fill(password2)
$browser->type('email', 'bob@acme.io');
INSERT INTO accounts(login, passwd) VALUES (:a, :b)
INSERT INTO t (a, b) VALUES ('x1', 'abc123de')
Zugangsdaten:\nsiehe\nIntranet2
Kennwort\nvergessen2\n
Username / Password: required
user:pass = basic auth
wpa2 security since 2004
is sha256sum a useful tool?
changed password from plain to sha256
I typed hello2 but nothing happened
password (min. 8 characters)
password (RFC2617) digest
E: pass (12/12)
creds: see vault/path2
gitlab credentials admin page
radius-server host 10.1.1.1
auth: ['oauth2', 'openid']
auth=("x", "y")
"""
"""Nothing here is a password."""
