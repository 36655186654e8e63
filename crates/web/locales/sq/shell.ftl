# Korniza, në shqip.
skip = Kalo te përmbajtja
desks = Sektorët
crumbs = Shtegu
language = Gjuha
apply = Zbato
theme = Pamja
theme-system = E sistemit
theme-light = E çelët
theme-dark = E errët
all = Të gjithë
close = Mbyll
name = Emri
password = Fjalëkalimi
marking = Shënimi
to-overview = Te përmbledhja
this-node = Kjo nyje
takes-no-side = Entente regjistron kush çfarë thotë dhe nuk mban anë.
times-utc = Orët në UTC
printed = Shtypur më { $when } UTC nga { $who }, { $state }. Një kopje e shtypur nuk mund të tërhiqet.
gained = Ka mbërritur diçka e re.
error-prefix = Gabim:
errors-title = { $n ->
    [one] Është { $n } gjë për të ndrequr
   *[other] Janë { $n } gjëra për të ndrequr
}
partners-live = { $live } nga { $all } partnerë të lidhur
page-holds = Faqja mban deri në

keys-all = të gjithë tastet
keys-title = Tastet
keys-on = Tastet janë aktive në këtë shfletues

nav-overview = Përmbledhja
nav-partners = Partnerët
nav-account = Llogaria
nav-design = Përbërësit

search-label = Kërko objektet që mund t’i shihni
search-placeholder = Kërko tituj, tekst, identifikues
search-title = Kërkimi
search-for = Gjithçka në këtë nyje që mund ta shihni, më së pari ajo që u mor e fundit.
search-go = Kërko
search-found = { $n ->
    [one] { $n } objekt
   *[other] { $n } objekte
}
search-found-more = Më shumë se { $n } objekte
search-empty = Ende nuk kërkohet asgjë
search-empty-hint = Shkruani fjalë nga titulli ose teksti, një vend, një selektor ose një identifikues. Duhet të gjenden të gjitha fjalët.
search-none = Asgjë që mund ta shihni nuk i ka të gjitha këto fjalë
search-none-hint = Hiqni një fjalë ose shkruani vetëm fillimin e së fundit.
search-received = Marrë më
search-what = Objekti
search-type = Lloji

pager = Faqet
pager-previous = ← E mëparshmja
pager-next = Tjetra →

ago-seconds = para { $n } s
ago-minutes = para { $n } min
ago-hours = para { $n } orësh

mark-owner = Pronari: { $state }
mark-national = VETËM KOMBËTARE
mark-closed = SHËNIM I PANJOHUR
marking-why = dhe pse e shihni
marking-since = E dukshme për ju së paku që nga { $when } UTC.

because-own = E shihni sepse pronare është { $owner } dhe ju lexoni në nyjen e saj.
because-everybody = E shihni sepse TLP:CLEAR është për të gjithë.
because-community = E shihni sepse TLP:GREEN lejon që ta lexojë bashkësia e partnerëve. Nuk guxon të dalë në kanale publike.
because-listed = E shihni sepse { $owner } ia ka dhënë shtetit { $home }.
because-named = E shihni sepse shënimi ju përmend me emër.
because-member = E shihni sepse { $home } është anëtare e grupit që përmend shënimi. Nuk guxon të përcillet më tej.
because-workspace = E shihni sepse gjendet në hapësirën e punës së { $owner } në këtë nyje. Asnjë shtet nuk përgjigjet për të.
because-feed = E shihni sepse e solli burimi { $owner }, të cilin kjo nyje e ndjek. Asnjë shtet nuk përgjigjet për të.
because-administrator = E shihni sepse ju e administroni këtë nyje. Të tjerët këtu nuk e shohin.
because-structural = Është e njëjtë në çdo nyje dhe nuk tregon asgjë.

reason-own = pronari
reason-everybody = TLP:CLEAR, të gjithë
reason-community = partner; TLP:GREEN
reason-listed = i është dhënë
reason-named = i përmendur në shënim
reason-member = anëtar i grupit
reason-workspace = hapësirë pune e kësaj nyjeje
reason-feed = burim që ndjek kjo nyje
reason-administrator = administrator
reason-structural = e njëjtë në çdo nyje
reason-national-only = nuk është shënuar për askënd përveç pronarit
reason-not-listed = lista nuk e përmend
reason-not-member = nuk është anëtar i grupit
reason-not-public = publike është vetëm TLP:CLEAR
reason-not-named = vetëm personat e përmendur
reason-unknown-marking = shënimi nuk kuptohet këtu
reason-not-relayed = nuk u përcillet nyjeve të tjera
reason-not-your-workspace = hapësirë pune e dikujt tjetër

facts = Faktet
facts-none = Nuk thotë gjë tjetër përveç asaj që qëndron më sipër.
relations = Lidhjet
relations-for = Vetëm ato që mund t’i shihni. Lidhjet janë pohime të atij që i ka bërë.
relations-none = Asgjë që mund ta shihni nuk lidhet me të.
relations-from = I referohet
relations-to = I referohen asaj
history = Historiku
history-newest = versioni më i ri
history-older = version më i vjetër
raw = STIX i papërpunuar
raw-for = Shkarkimi i ka bajtet ashtu siç u morën.
raw-show = Shfaq
download-stix = Shkarko STIX
signature-good = nënshkrim i vlefshëm
signature-none = i panënshkruar

type-attack-pattern = Mënyrë sulmi
type-campaign = Fushatë
type-course-of-action = Masë
type-extension-definition = Përkufizim zgjerimi
type-grouping = Grupim
type-identity = Identitet
type-incident = Raport
type-indicator = Tregues
type-infrastructure = Infrastrukturë
type-intrusion-set = Grup ndërhyrjesh
type-language-content = Përkthim
type-location = Vendndodhje
type-malware = Program keqdashës
type-marking-definition = Shënim
type-note = Shënim shpjegues
type-observed-data = Të dhëna të vëzhguara
type-opinion = Mendim
type-relationship = Lidhje
type-report = Dokument
type-sighting = Hasje
type-threat-actor = Aktor kërcënimi
type-tool = Mjet
type-vulnerability = Cenueshmëri

overview-for = Çfarë ka ndryshuar në këtë nyje që kur ishit këtu më { $when } UTC.
overview-new = Të reja, sipas pronarit
overview-latest = Asgjë e re që atëherë; çfarë erdhi e fundit, sipas pronarit
overview-by-themselves = Të rejat shfaqen vetvetiu
overview-nothing-new = Nuk ka asgjë të re
overview-nothing-new-hint = Ajo që partnerët ju japin shfaqet këtu vetvetiu.
overview-received = Çfarë kanë marrë partnerët
overview-nothing-received = Ende nuk është dhënë asgjë e jona
overview-nothing-received-hint = Sapo të jepni një raport, këtu shihni cila nyje partnere e ka.
overview-aside = Partnerët dhe çfarë pret
overview-due = Ju pret
overview-nothing-due = Nuk ju pret asgjë
overview-nothing-due-hint = Draftet që nisni qëndrojnë këtu derisa t’i jepni ose t’i fshini.

partner-live = I lidhur
partner-gone = I paarritshëm
partner-waiting = Ende i papyetur
partner-no-source = Nuk marrim prej tij
partner-pulled = U përgjigj { $when }
partner-since = Që nga { $when } UTC. Arrihet vetvetiu
partner-not-asked = Kjo nyje sapo është nisur
partner-no-invitation = Nuk na ka ftuar
partner-conflict = Çelësa në kundërshtim
partner-conflict-detail = Prej tij nuk pranohet asgjë derisa një administrator të krahasojë gjurmët
partner-ended = Çelës i revokuar
partner-ended-detail = Asgjë e re nuk pranohet derisa një administrator të krahasojë një çelës të ri
partners-for = Nyjet e shteteve të tjera: a përgjigjen dhe çfarë kanë marrë nga këtu.
partners-none = Ende nuk ka partnerë
partners-none-hint = Administratori fton një me “entente peer invite” dhe e përdor ftesën e tij me “entente peer add”.
partners-node = Nyja
partners-link = Lidhja
partners-took = Mori diçka së fundi
partners-address = Marrim nga
partners-not-invited = nuk mund të hyjë këtu
fingerprint = Gjurma e çelësit
fingerprint-hint = Krahasojeni me zë para se partneri ta përdorë ftesën e kësaj nyjeje.
aside-title = Të lëna mënjanë
aside-for = Çfarë nuk u pranua, me arsyen. Nuk përzihet me asgjë.
aside-none = Asgjë nuk u la mënjanë
aside-none-hint = Këtu do të qëndronin objektet e keqformuara, të panënshkruara ose të nënshkruara gabim.
aside-when = Kur
aside-from = Nga
aside-reason = Pse
aside-object = Objekti

role-analyst = Analist
role-releaser = Lëshues
role-administrator = Administrator
account-sessions = Seancat
account-sessions-for = Ku jeni të hyrë. Mbyllni atë që nuk e njihni.
account-since = Që nga
account-seen = Përdorur së fundi
account-browser = Shfletuesi
account-this = kjo
account-end = Mbyll
account-end-of = Mbyll seancën që nga { $when }
account-session-ended = Seanca u mbyll.
sign-out = Dil
password-title = Fjalëkalimi
password-for = Fjalëkalimi i ri i mbyll të gjitha seancat tuaja.
password-old = Fjalëkalimi i tanishëm
password-new = Fjalëkalimi i ri
password-again = Fjalëkalimi i ri edhe një herë
password-hint = Së paku 10 shenja; tri a katër fjalë pa lidhje janë të mira.
password-set = Vendos fjalëkalimin
password-old-wrong = Shkruani fjalëkalimin e tanishëm; ky nuk është i saktë
password-differs = Shkruani dy herë të njëjtin fjalëkalim të ri
password-short = Zgjidhni një fjalëkalim me së paku { $least } shenja

sign-in = Hyr
sign-in-title = Hyrja
sign-in-for = Kjo nyje i përket shtetit { $state }. Llogaria juaj këtu vlen vetëm për këtë nyje.
sign-in-wrong = Emri ose fjalëkalimi është i gabuar
sign-in-again = Provoni përsëri
sign-in-wait = Tepër përpjekje: prisni { $seconds } s, pastaj provoni përsëri

fault-not-found = Nuk u gjet
hint-not-found = Në këtë adresë nuk ka asgjë që mund ta shihni.
fault-forbidden = Nuk lejohet
hint-forbidden = Roli juaj nuk e lejon këtë. Rolet i jep administratori i kësaj nyjeje.
fault-stale = Formulari nuk u pranua
hint-stale = Nuk i përket më seancës suaj ose vjen nga një faqe tjetër. Kthehuni, ringarkoni faqen dhe dërgojeni përsëri; asgjë nuk ndryshoi.
fault-malformed = Nuk u kuptua
hint-malformed = Adresa ose formulari nuk është siç i bën kjo nyje. Nisni përsëri nga lista ose nga formulari.
fault-unreleasable = Asgjë nuk u dha
hint-unreleasable = Dhënia do t’i zbulonte diçka një marrësi që nuk guxon ta shohë. Hapni draftin: aty thuhet çfarë duhet ndryshuar.
fault-internal = Nyja nuk mundi ta bëjë këtë
hint-internal = Asgjë nuk ndryshoi. Provoni përsëri; nëse vazhdon, tregojini orën administratorit, regjistri i të cilit e thotë arsyen.

design-for = Çdo përbërës prej të cilit janë ndërtuar faqet, sipas radhës së fletës së stilit. E japin vetëm nyjet e zhvillimit.
design-states = Gjendjet dhe shënimet
design-controls = Kontrollet
design-lists = Listat
design-objects = Objektet
design-acts = Veprimet
