# Okvir, na hrvatskom.
skip = Prijeđi na sadržaj
desks = Odjeli
crumbs = Put do stranice
language = Jezik
apply = Primijeni
theme = Izgled
theme-system = Sustava
theme-light = Svijetli
theme-dark = Tamni
all = Svi
close = Zatvori
name = Ime
password = Lozinka
marking = Oznaka
to-overview = Na pregled
this-node = Ovaj čvor
takes-no-side = Entente bilježi tko što kaže i ne zauzima stranu.
times-utc = Vremena u UTC
printed = Ispisano { $when } UTC, { $who }, { $state }. Ispisani primjerak ne može se opozvati.
gained = Stiglo je nešto novo.
error-prefix = Pogreška:
errors-title = { $n ->
    [one] Treba ispraviti { $n } stvar
    [few] Treba ispraviti { $n } stvari
   *[other] Treba ispraviti { $n } stvari
}
partners-live = { $live } od { $all } partnera na vezi
page-holds = Stranica sadrži do

keys-all = sve tipke
keys-title = Tipke
keys-on = Tipke su uključene u ovom pregledniku

nav-overview = Pregled
nav-releases = Ustupanja
nav-partners = Partneri
nav-groups = Skupine
nav-account = Račun
nav-design = Sastavnice

search-label = Pretraži objekte koje smijete vidjeti
search-placeholder = Pretraži naslove, tekst, identifikatore
search-title = Pretraga
search-for = Sve na ovom čvoru što smijete vidjeti, zadnje primljeno prvo.
search-go = Traži
search-found = { $n ->
    [one] { $n } objekt
    [few] { $n } objekta
   *[other] { $n } objekata
}
search-found-more = Više od { $n } objekata
search-empty = Još se ništa ne traži
search-empty-hint = Upišite riječi iz naslova ili teksta, mjesto, selektor ili identifikator. Moraju se pojaviti sve riječi.
search-none = Ništa što smijete vidjeti nema sve te riječi
search-none-hint = Izostavite koju riječ ili upišite samo početak zadnje.
search-received = Primljeno
search-what = Objekt
search-type = Vrsta

pager = Stranice
pager-previous = ← Prethodna
pager-next = Sljedeća →

ago-seconds = prije { $n } s
ago-minutes = prije { $n } min
ago-hours = prije { $n } h

mark-owner = Vlasnik: { $state }
mark-national = SAMO NACIONALNO
mark-closed = NEPOZNATA OZNAKA
marking-why = i zašto je vidite
marking-since = Vidljivo vam najkasnije od { $when } UTC.

because-own = Vidite ga jer je vlasnik { $owner }, a vi čitate na njezinu čvoru.
because-everybody = Vidite ga jer je TLP:CLEAR za sve.
because-community = Vidite ga jer TLP:GREEN dopušta čitanje zajednici partnera. Ne smije u javne kanale.
because-listed = Vidite ga jer ga je { $owner } ustupila državi { $home }.
because-named = Vidite ga jer vas oznaka poimence navodi.
because-member = Vidite ga jer je { $home } članica skupine koju oznaka navodi. Ne smije se prosljeđivati.
because-workspace = Vidite ga jer leži u radnom prostoru { $owner } na ovom čvoru. Za njega ne odgovara nijedna država.
because-feed = Vidite ga jer ga je donio izvor { $owner } koji ovaj čvor prati. Za njega ne odgovara nijedna država.
because-administrator = Vidite ga jer upravljate ovim čvorom. Ostali ga ovdje ne vide.
because-structural = Jednak je na svakom čvoru i ništa ne govori.

reason-own = vlasnik
reason-everybody = TLP:CLEAR, svi
reason-community = partner; TLP:GREEN
reason-listed = ustupljeno mu
reason-named = naveden u oznaci
reason-member = član skupine
reason-workspace = radni prostor ovog čvora
reason-feed = izvor koji ovaj čvor prati
reason-administrator = administrator
reason-structural = jednako na svakom čvoru
reason-national-only = nije označeno ni za koga osim vlasnika
reason-not-listed = popis ga ne navodi
reason-not-member = nije član skupine
reason-not-public = javno je samo TLP:CLEAR
reason-not-named = samo navedene osobe
reason-unknown-marking = oznaka se ovdje ne razumije
reason-not-relayed = ne prosljeđuje se drugim čvorovima
reason-not-your-workspace = tuđi radni prostor

facts = Činjenice
facts-none = Ne kaže ništa osim onoga što stoji gore.
relations = Veze
relations-for = Samo ono što smijete vidjeti. Veze su tvrdnje onoga tko ih je unio.
relations-none = Ništa što smijete vidjeti nije s njim povezano.
relations-from = Upućuje na
relations-to = Upućuju na njega
history = Povijest
history-newest = najnovija inačica
history-older = starija inačica
raw = Izvorni STIX
raw-for = Preuzimanje sadrži bajtove kako su primljeni.
raw-show = Prikaži
download-stix = Preuzmi STIX
signature-good = potpis valjan
signature-none = nepotpisano

type-attack-pattern = Obrazac napada
type-campaign = Kampanja
type-course-of-action = Mjera
type-extension-definition = Definicija proširenja
type-grouping = Skupina objekata
type-identity = Identitet
type-incident = Izvješće
type-indicator = Pokazatelj
type-infrastructure = Infrastruktura
type-intrusion-set = Skup upada
type-language-content = Prijevod
type-location = Lokacija
type-malware = Zlonamjerni program
type-marking-definition = Oznaka
type-note = Bilješka
type-observed-data = Opaženi podaci
type-opinion = Mišljenje
type-relationship = Veza
type-report = Dokument
type-sighting = Opažanje
type-threat-actor = Akter prijetnje
type-tool = Alat
type-vulnerability = Ranjivost

overview-for = Što se na ovom čvoru promijenilo otkad ste bili ovdje { $when } UTC.
overview-new = Novo, po vlasniku
overview-latest = Od tada ništa novo; što je stiglo zadnje, po vlasniku
overview-by-themselves = Novo se pojavljuje samo od sebe
overview-nothing-new = Nema ništa novo
overview-nothing-new-hint = Što vam partneri ustupe, pojavljuje se ovdje samo od sebe.
overview-received = Što su partneri primili
overview-nothing-received = Još ništa naše nije ustupljeno
overview-nothing-received-hint = Kad ustupite izvješće, ovdje vidite čiji ga čvor ima.
overview-aside = Partneri i što čeka
overview-due = Čeka vas
overview-nothing-due = Ništa vas ne čeka
overview-nothing-due-hint = Nacrti koje započnete stoje ovdje dok ih ne ustupite ili izbrišete.

partner-live = Na vezi
partner-gone = Nedostupan
partner-waiting = Još nije pitan
partner-no-source = Ne preuzimamo
partner-pulled = Odgovorio { $when }
partner-since = Od { $when } UTC. Sam će nadoknaditi
partner-not-asked = Ovaj je čvor tek pokrenut
partner-no-invitation = Nije nas pozvao
partner-conflict = Ključevi u sukobu
partner-conflict-detail = Ništa se od njega ne prima dok administrator ne usporedi otiske
partner-ended = Ključ opozvan
partner-ended-detail = Ništa se novo ne prima dok administrator ne usporedi novi ključ
partners-for = Čvorovi drugih država: odgovaraju li i što su odavde preuzeli.
partners-none = Još nema partnera
partners-none-hint = Administrator ga poziva naredbom “entente peer invite”, a njegov poziv prihvaća naredbom “entente peer add”.
partners-node = Čvor
partners-link = Veza
partners-took = Zadnje preuzimanje
partners-address = Preuzimamo s
partners-not-invited = ne smije se ovdje prijaviti
fingerprint = Otisak ključa
fingerprint-hint = Usporedite ga glasom prije nego što partner upotrijebi poziv ovog čvora.
aside-title = Stavljeno na stranu
aside-for = Što nije primljeno, s razlogom. Ne miješa se ni s čim.
aside-none = Ništa nije stavljeno na stranu
aside-none-hint = Ovdje bi stajali neispravni, nepotpisani ili krivo potpisani objekti.
aside-when = Kada
aside-from = Od koga
aside-reason = Zašto
aside-object = Objekt

role-analyst = Analitičar
role-releaser = Ustupatelj
role-administrator = Administrator
account-sessions = Prijave
account-sessions-for = Gdje ste prijavljeni. Prekinite ono što ne poznajete.
account-since = Od
account-seen = Zadnja uporaba
account-browser = Preglednik
account-this = ova
account-end = Prekini
account-end-of = Prekini prijavu od { $when }
account-session-ended = Prijava je prekinuta.
sign-out = Odjava
password-title = Lozinka
password-for = Nova lozinka prekida sve vaše prijave.
password-old = Sadašnja lozinka
password-new = Nova lozinka
password-again = Nova lozinka još jednom
password-hint = Najmanje 10 znakova; dobre su tri ili četiri nepovezane riječi.
password-set = Postavi lozinku
password-old-wrong = Upišite sadašnju lozinku; ova nije točna
password-differs = Upišite dvaput istu novu lozinku
password-short = Odaberite lozinku od najmanje { $least } znakova

sign-in = Prijavi se
sign-in-title = Prijava
sign-in-for = Vlasnik ovog čvora: { $state }. Vaš račun ovdje vrijedi samo za ovaj čvor.
sign-in-wrong = Ime ili lozinka nisu točni
sign-in-again = Pokušajte ponovno
sign-in-wait = Previše pokušaja: pričekajte { $seconds } s pa pokušajte ponovno

fault-not-found = Nije pronađeno
hint-not-found = Na ovoj adresi nema ničega što smijete vidjeti.
fault-forbidden = Nije dopušteno
hint-forbidden = Vaša uloga to ne dopušta. Uloge dodjeljuje administrator ovog čvora.
fault-stale = Obrazac nije primljen
hint-stale = Više ne pripada vašoj prijavi ili dolazi s druge stranice. Vratite se, ponovno učitajte stranicu i pošaljite ga opet; ništa nije promijenjeno.
fault-malformed = Nije razumljivo
hint-malformed = Adresa ili obrazac nisu onakvi kakve ovaj čvor stvara. Krenite ponovno od popisa ili obrasca.
fault-unreleasable = Ništa nije ustupljeno
hint-unreleasable = Ustupanje bi nešto odalo primatelju koji to ne smije vidjeti. Otvorite nacrt: piše što treba promijeniti.
fault-internal = Čvor to nije mogao učiniti
hint-internal = Ništa nije promijenjeno. Pokušajte ponovno; ako se ponovi, javite vrijeme administratoru, čiji zapisnik kaže zašto.

design-for = Sve sastavnice od kojih su stranice, redom stilske datoteke. Prikazuju ih samo razvojni čvorovi.
design-states = Stanja i oznake
design-controls = Kontrole
design-lists = Popisi
design-objects = Objekti
design-acts = Radnje

four-eyes-never = Na ovom čvoru nikome ne treba druga osoba za ustupanje.
four-eyes-public = Na ovom čvoru druga osoba pušta ono što smiju čitati svi.
four-eyes-community = Na ovom čvoru druga osoba pušta ono što ide zajednici partnera ili dalje.
four-eyes-beyond-state = Na ovom čvoru druga osoba pušta sve što izlazi izvan vlastite države.
four-eyes-always = Na ovom čvoru druga osoba pušta sve.
reach-home = Ostaje na ovom čvoru
reach-named = Navedenim državama ili skupinama
reach-community = Zajednici partnera
reach-public = Svima, i javnosti
the-public = Javnost
releases-for = Što jedna osoba predloži, druga pušta, i to je isto.
releases-waiting = Čeka vas
releases-none-waiting = Ništa ne čeka vaše odobrenje
releases-none-waiting-hint = Što drugi predlože stoji ovdje dok tkogod ne odluči.
releases-not-yours = Odobravaju ustupatelji
releases-not-yours-hint = Što vi predložite stoji niže, s onim što je od toga bilo.
releases-own = Vaši prijedlozi
releases-none-own = Ništa vaše ne čeka i ništa nije vraćeno.
releases-decided = Odlučeno
release-when = Predloženo
release-what = Što
release-by = Tko
release-stands = Stanje
release-show = Prikaži
release-waits = Čeka drugu osobu
release-returned = Vraćeno
release-withdrawn = Povučeno
release-released = Ustupljeno
release-withdrawn-at = Povučeno { $when } UTC.
release-returned-by = Vraća { $who }, { $when } UTC: { $comment }
release-released-by = Odobrava i ustupa { $who }, { $when } UTC.
release-proposed-by = Predlaže { $who }, { $when } UTC.
release-proposed = Predloženo. Odlučuje ustupatelj koji to smije čitati.
release-to-draft = Piši dalje
release-changed = Ništa nije ustupljeno: nešto se promijenilo otkako ste vidjeli.
release-changed-hint = Ovdje je što bi sada otišlo i komu.
release-note = Što kaže predlagatelj
release-who = Tko će vidjeti
release-reader = Čitatelj
release-sees = Vidi
release-because = Zato što
release-objects = Objekata
release-preview = Pretpregled
release-will-see = Vidjet će
release-will-not-see = Neće vidjeti
release-see-as = Kako će vidjeti { $name }
release-betrays = { $within } navodi { $id } ({ $path }), što ovaj čitatelj ne smije vidjeti.
release-betrays-fact = { $within } navodi { $id } ({ $path }), opažajni podatak koji ovaj čitatelj ne smije vidjeti: iz identifikatora se može pogoditi vrijednost.
release-blocked = Ovako se ne može ustupiti.
release-blocked-hint = Vratite: taj podatak mora ići istim čitateljima ili uputnica mora otpasti.
release-leaves = Što odlazi
release-leaves-for = Samo se ovo potpisuje i odlazi, sve ili ništa.
release-type = Vrsta
release-id = Identifikator
release-decide = Vaša odluka
release-decide-for = Vi ste druga osoba. Čitajte kao da ste sami pisali.
release-approve = Odobri i ustupi
release-approve-hint = Potpisuje se kao vaše države i odlazi odmah. Odakle je pročitano ne može se vratiti.
release-comment = Što treba promijeniti
release-comment-hint = Predlagatelj to čita uz nacrt.
release-return = Vrati predlagatelju
release-waits-hint = Možete pisati dalje ili povući; jedno i drugo završava prijedlog.
release-withdraw = Povuci
closure-title = Kako će vidjeti { $name }
closure-for = Svaki objekt koji bi ondje bio, i ništa drugo.
closure-back = Natrag
closure-nothing = Ništa:
closure-nothing-where = ni u popisima, pretrazi, brojevima, identifikatorima ni uputnicama.
overview-approve = Odobriti
overview-tile-approve = { $n ->
    [one] čeka vaše odobrenje
    [few] čekaju vaše odobrenje
   *[other] čeka vaše odobrenje
}

fault-changed = Netko je bio brži
hint-changed = Promijenilo se otkako ste vidjeli i ništa nije učinjeno. Vratite se, učitajte stranicu i pogledajte ponovno.
fault-second = Treba druga osoba
hint-second = Ovaj čvor nikome ne dopušta da to ustupi sam. Predložite; pušta ustupatelj koji nije predlagatelj.

mark-group = SKUPINA { $name }
groups-for = Države koje nešto dobivaju zajedno. Oznaka navodi skupinu; tko je u njoj zna samo ovaj čvor i nijedan član to ne saznaje.
groups-none = Još nema skupine
groups-none-hint = Imenujte jednu niže, zatim recite tko je u njoj. Izvješća joj se mogu ustupiti.
groups-count = { $n ->
    [one] { $n } član
    [few] { $n } člana
   *[other] { $n } članova
}
groups-members = Članovi
groups-members-hint = Tko uđe vidi sve što je označeno za skupinu, i ono što je prije ustupljeno. Tko izađe ovdje više ništa ne vidi i zadržava što ima.
groups-set = Odredi članove
groups-second = O ulasku odlučuje druga osoba.
groups-new = Nova skupina
groups-name = Ime
groups-name-hint = Članovi vide ime, neka dakle ne kaže tko su.
groups-name-wrong = Dajte skupini ime koje nema nijedna druga
groups-add = Napravi skupinu
groups-done = Učinjeno.
release-roster = Tko bi bio u skupini
partner-paused = Zaustavljen
partner-paused-detail = Privremeno ga je zaustavio administrator
feeds-title = Izvori
feeds-for = Poslužitelji koji nisu ničiji čvor. Što nitko nije potpisao, čitaju samo ljudi ovog čvora i ne prosljeđuje se nikomu.
feeds-name = Izvor
feeds-kind = Vrsta
feed-fails = Ne uspijeva
feed-not-asked = Doći će na red
peer-for-node = Čvor države { $state }: što ovaj čvor od njega preuzima i kako to ide.
peer-for-taxii = Poslužitelj TAXII koji nije ničiji čvor. Što nitko nije potpisao, čitaju samo ljudi ovog čvora i ne prosljeđuje se nikomu.
peer-for-misp = Izvor MISP. Što donese, čitaju samo ljudi ovog čvora i ne prosljeđuje se nikomu.
peer-pull = Preuzmi sada
peer-pause = Zaustavi
peer-resume = Nastavi
peer-change = Promijeni
peer-done-pull = Upit je u tijeku.
peer-done-pause = Više se ne pita dok ne nastavite.
peer-done-resume = Ponovno se pita.
peer-done-interval = Razmak je promijenjen.
peer-done-remove = Odnos je završen.
peer-link = Veza
peer-tried = Zadnji pokušaj
peer-next = Sljedeći pokušaj
peer-failures = Neuspjeha zaredom: { $n }
peer-never = nikad
peer-ours = Imamo sve do
peer-theirs = Naše ima sve do
peer-brought = Što je preuzimanje donijelo
peer-brought-for = U objektima. Što je odvojeno, stoji na stranici partnera.
peer-round = Zadnji krug
peer-total = Ukupno
peer-new = Novo
peer-known = Već ovdje
peer-passed = Preskočeno
peer-size = Veličina
peer-capped = Zadnji je krug stao na najvećem broju objekata u krugu. Sljedeći nastavlja odande.
peer-settings = Postavke
peer-settings-more = Vrste, zbirke i granice postavljaju se naredbom “entente peer set”.
peer-address = Adresa
peer-every = Pita se svakih
peer-types = Vrste objekata
peer-all = sve
peer-collections = Zbirke
peer-most-answer = Najveći odgovor
peer-most-object = Najveći objekt
peer-most-round = Objekata u krugu
peer-most-held = Inačica ukupno
peer-no-limit = bez granice
peer-keys = Ključevi
peer-key-state = Stanje
peer-key-pinned = Kako je uspoređen
peer-key-followed = Zamijenjen, imenovao ga je uspoređeni ključ
peer-end = Završi odnos
peer-end-node = { $node } se ovdje više ne može prijaviti, a ovaj čvor od njega više ništa ne preuzima. Što je ustupio ovom čvoru, ostaje i dalje se čita. Što je ovaj čvor ustupio njemu, ostaje ondje. Za novi početak objema stranama trebaju novi pozivi.
peer-end-feed = Ovaj čvor od njega više ništa ne preuzima i zaboravlja dokle je stigao.
peer-end-keep = Što je donio, ostaje
peer-end-forget = Izbriši objekte koje je donio, a nitko ih nije potpisao ({ $n }). To se ne može poništiti
peer-end-go = Ukloni { $node }
trouble-address = Provjerite adresu: mora biti https, bez imena i lozinke u njoj.
trouble-not-public = Nalazi se u ovoj mreži ili na ovom računalu. Ako je tako zamišljeno, dodajte ga ponovno s “--allow-private”; ako nije, netko je dao pogrešnu adresu.
trouble-certificate = Njegov je certifikat možda obnovljen: pitajte njegova administratora i usporedite glasom prije nego što postavite drugi.
trouble-no-answer = Radi li poslužitelj i propušta li vatrozid ovaj čvor?
trouble-sign-in = Ime ili lozinka promijenili su se: zatražite od njegova administratora novi poziv ili lozinku.
trouble-refused = Pitajte njegova administratora što ondje smije čitati naš račun.
trouble-busy = Želi biti pitan kasnije. Ovaj se čvor toga drži.
trouble-elsewhere = Šalje ovaj čvor na drugo računalo, što se ne slijedi. Ako mu se adresa promijenila, dodajte ga ponovno.
trouble-too-large = Odgovor je veći nego što se prima. Ako je to za ovaj poslužitelj u redu, podignite granicu naredbom “entente peer set”.
trouble-unreadable = Je li adresa točna i govori li poslužitelj TAXII 2.1, odnosno sadrži li izvor MISP?
trouble-repeats = Poslužitelj krivo dijeli stranice. Što je nađeno, čuva se; njegov bi administrator to trebao znati.
trouble-full = Čuva se onoliko inačica koliko ste dopustili. Podignite granicu naredbom “entente peer set --most-held” ili završite izvor.
trouble-node = Ovaj je čvor zakazao. Njegov dnevnik kaže više; “entente doctor” traži oštećenja.

nav-audit = Revizija
audit-for = Tko je što i kada učinio. Ništa se ovdje ne može neprimjetno promijeniti: izvadak može provjeriti svatko tko zna ključ ovog čvora.
audit-filters = Filtri
audit-extract = Izvadak s dokazom
audit-what = Što
audit-who = Tko
audit-from = Od
audit-to = Prije
audit-any = Bilo što
audit-filter = Filtriraj
audit-all = Ukloni sve filtre
audit-size = { $n ->
    [one] { $n } redak.
    [few] { $n } retka.
   *[other] { $n } redaka.
}
audit-signed = Potpisano je prvih { $n }, { $when }.
audit-unsigned = Još nije potpisano.
audit-none = Nema takvih redaka
audit-none-hint = Retci nastaju sami: tko se prijavljuje, što se objavljuje, tko mijenja račune i partnere.
audit-row = Redak
audit-when = Kada
audit-about = O čemu
audit-others = { $n ->
    [one] { $n } objekt koji ne vidite
    [few] { $n } objekta koja ne vidite
   *[other] { $n } objekata koje ne vidite
}
audit-objects = { $n ->
    [one] { $n } objekt
    [few] { $n } objekta
   *[other] { $n } objekata
}
audit-tries = { $n ->
    [one] { $n } pokušaj
    [few] { $n } pokušaja
   *[other] { $n } pokušaja
}
audit-by-node = sam čvor
audit-by-command = naredba
audit-by-unknown = nepoznato ime
audit-is-signed-in = Prijava
audit-is-sign-in-failed = Neuspjela prijava
audit-is-signed-out = Kraj sesije
audit-is-read = Čitanje strogo označenog
audit-is-proposed = Prijedlog objave
audit-is-returned = Vraćen prijedlog
audit-is-withdrew = Povučen prijedlog
audit-is-released = Objava
audit-is-recalled = Opoziv
audit-is-narrowed = Sužavanje
audit-is-erased = Brisanje
audit-is-receipt = Potvrda brisanja
audit-is-admitted = Prihvat
audit-is-refused = Izdvojeno
audit-is-discarded = Odbačeno izdvojeno
audit-is-account-added = Dodan račun
audit-is-account-password = Postavljena lozinka
audit-is-account-rights = Promijenjena prava računa
audit-is-account-removed = Uklonjen račun
audit-is-peer-invited = Pozvan partner
audit-is-peer-added = Dodan partner ili izvor
audit-is-peer-changed = Promijenjen partner ili izvor
audit-is-peer-removed = Uklonjen partner ili izvor
audit-is-key-rotated = Zamijenjen ključ za potpis
audit-is-key-revoked = Opozvan ključ
audit-is-key-chosen = Odabran ključ partnera
audit-is-group-changed = Promijenjena skupina
audit-is-pack-written = Zapisan paket
audit-is-pack-read = Pročitan paket
audit-is-backed-up = Sigurnosna kopija
audit-is-setting = Promijenjena postavka
audit-is-extracted = Zapisan izvadak
audit-is-retired = Uklonjeni stari retci
nav-recalls = Opozivi
nav-aside = Na strani
aside-link = Stavljeno na stranu: { $n }
aside-count = { $n ->
    [one] Čuva se { $n } objekt.
    [few] Čuvaju se { $n } objekta.
   *[other] Čuva se { $n } objekata.
}
aside-pushed = Od izvora { $source } stiglo je više nego što se čuva po izvoru: { $n } objekata ponovno je otišlo, najstariji prvi, zadnji put { $when } UTC.
aside-none-such = Ništa takvo nije stavljeno na stranu
aside-none-such-hint = Uklonite filtar.
aside-choose = Odaberi
aside-choose-one = Odaberi broj { $n }
aside-discard-chosen = Odbaci odabrano
aside-discard = Odbaci
aside-discard-hint = Njegovi se bajtovi ovdje brišu. Ako opet stigne, opet se prosuđuje.
aside-discarded = Odbačeno.
aside-admitted = Primljeno.
aside-nameless = Objekt bez oznake
aside-stays = Ponovno prosuđeno: ostaje na strani, iz razloga niže.
aside-finding = Što je nađeno
aside-bytes = Bajtova
aside-acts = Što možete učiniti
aside-acts-for = Što čeka ključ, odluku ili svoje vrijeme prosuđuje se ponovno samo.
aside-judge = Prosudi ponovno
aside-judge-hint = Po sadašnjim pravilima i ključevima. Ako vrijedi, prima se.
aside-raw-for = Kako je stiglo. Tuđi tekst: ništa se u njemu ne izvršava i ne učitava.
aside-cut = Prikazan je samo početak.
aside-why-invalid = Neispravno
aside-why-unsigned = Nepotpisano
aside-why-unknown-key = Nepoznat ključ
aside-why-revoked-key = Opozvan ključ
aside-why-frozen = Ključevi u sukobu
aside-why-discarded-key = Ključ nije odabran
aside-why-false-creator = U tuđe ime
aside-why-statement = Nevaljana izjava
aside-why-bad-signature = Loš potpis
aside-why-ahead = Prije vremena
aside-why-false-definition = Lažna definicija
recalls-for = Što je opozvano i tko je to izbrisao. Datoteka izvezena prije toga više nije dohvatljiva.
recalls-own = Opozvali smo
recalls-none = Ništa nije opozvano
recalls-none-hint = Ustupatelj opoziva ili sužava objekt s njegove stranice.
recalls-others = Opozvali partneri
recalls-none-others = Nijedan partner nije opozvao ništa za što smijete znati.
recall-since = Od
recall-what = Što
recall-who = Tko je odgovorio
recall-here = Ovdje
recall-because = Razlog: { $reason }
recall-nobody = Nijedan ga partner nije mogao vidjeti.
recall-recalled = Opozvano
recall-narrowed = Suženo
recall-lifted = Opoziv ukinut
recall-erased = Izbrisano
recall-erased-at = potpisano { $when } UTC
recall-waiting = Još bez odgovora
recall-has = ima obavijest
recall-has-sent = obavijest mu je poslana
recall-has-not = još je nije preuzeo
recall-has-never = nikad ga nije imao
recall-answered = Izbrisano, potvrda potpisana { $when } UTC
recall-erasing = Briše se
recall-done = Gotovo. Partneri će biti obaviješteni pri sljedećem preuzimanju.
recall-title = Opozovi: { $title }
recall-for = Opoziv ga briše kod svakog partnera koji ga je imao, i ovdje.
recall-narrow-for = Sužavanje stvara novu verziju za manje čitatelja i kod partnera briše ono prije nje.
recall-consequences = Što će se dogoditi
recall-consequences-for = Kome, kad pritisnete gumb niže.
recall-partner = Partner
recall-happens = Što se tamo događa
recall-has-it = Objekt
recall-no-partners = Nema partnera: nitko ga drugi nema.
recall-erases = Traži se da ga izbriše i odgovara potpisanom potvrdom
recall-keeps = I dalje ga vidi; briše ranije verzije
recall-nothing = Nikad ga nije mogao vidjeti i ništa mu se ne kaže
recall-here-erased = { $n ->
    [one] I na ovom se čvoru briše njegova { $n } verzija, za sve.
    [few] I na ovom se čvoru brišu sve njegove { $n } verzije, za sve.
   *[other] I na ovom se čvoru briše svih njegovih { $n } verzija, za sve.
}
recall-here-narrow = Na ovom čvoru ostaje.
recall-public = Bio je za svakoga: tko ga je prepisao iz javne zbirke nije dohvatljiv.
recall-files = Što je izvezeno u datoteke ne može se opozvati.
recall-files-hint = Ni ispisi, snimke zaslona i sigurnosne kopije. Nazovite onoga tko ih ima.
recall-notes = { $n ->
    [one] { $n } bilješka druge države govori o njemu. Ostaje njezina.
    [few] { $n } bilješke drugih država govore o njemu. Ostaju njihove.
   *[other] { $n } bilješki drugih država govori o njemu. Ostaju njihove.
}
recall-drafts = { $n ->
    [one] { $n } nacrt ovdje treba postati njegova nova verzija. Ostaje.
    [few] { $n } nacrta ovdje trebaju postati njegove nove verzije. Ostaju.
   *[other] { $n } nacrta ovdje treba postati njegova nova verzija. Ostaju.
}
recall-recall = Opozovi
recall-narrow = Suzi
recall-parts-for = S njim idu dijelovi koji su ovdje odabrani.
recall-parts = Dijelovi
recall-needed = na njega upućuje nešto što ostaje
recall-reason = Razlog (nije obvezan)
recall-reason-hint = Čita ga svatko tko sazna za opoziv. Ne navodite ništa iz sadržaja.
recall-do = Opozovi sada
recall-do-narrow = Suzi sada
recall-to-narrow = Ili neka ga vidi manje njih
recall-to-narrow-for = Umjesto da se svugdje izbriše. Najprije vidite što bi to učinilo.
recall-label = Oznaka
recall-to = Partneri koji ga i dalje vide
recall-to-hint = Nijedan: samo ova država.
recall-show = Pokaži što bi to učinilo
recall-wider = Vidio bi ga netko tko ga sada ne vidi.
recall-wider-hint = To bi bilo ustupanje. Odaberite strožu oznaku ili manje partnera.
recall-open = Opozovi ili suzi
fault-unrecallable = Ništa nije opozvano
hint-unrecallable = Opozvati se može samo ono što je ove države, ovdje se čuva i što bi vidjelo manje njih.

pseudonyms = Pseudonimi
pseudonyms-for = Pravilo Chatham House: rečeno se smije koristiti, tko je rekao ne smije se otkriti. Svako ustupanje ima svoj pseudonim i svoj ključ.
pseudonyms-own = Pod kojima je govorila vaša država
pseudonyms-none = Vaša država nije govorila pod pseudonimom
pseudonyms-none-hint = Obrazac izvješća to nudi kod toga tko smije znati.
pseudonyms-name = Pseudonim
pseudonyms-through = Preko
pseudonyms-since = Od
pseudonyms-told = Rečeno prvom primatelju
pseudonyms-vouched = Zajamčeno
pseudonyms-avowed = Priznato
pseudonyms-avow = Priznati
pseudonyms-avow-hint = Svatko tko to smije čitati saznaje da je to bila vaša država. Potpisuje se obama ključevima i ne može se povući.
pseudonyms-avow-go = Reci da smo to bili mi
pseudonyms-asked = Zamoljeno jamstvo
pseudonyms-asked-for = Vide samo administratori: kaže tko govori.
pseudonyms-none-asked = Nitko nije zamolio
pseudonyms-none-asked-hint = Kad partner govori preko ovog čvora, ovdje odlučujete jamči li on.
pseudonyms-you-vouch = Ovaj čvor jamči i prosljeđuje što kaže.
pseudonyms-vouch-hint = Vaša država kaže onima koji to smiju čitati da zna tko je to, a ovaj čvor prosljeđuje što čeka. Ne kaže tko.
pseudonyms-vouch-go = Zajamči i proslijedi
pseudonym-avowed = { $name }, prije pod pseudonimom
pseudonym-ours = Pseudonim vaše države, preko: { $name }
pseudonym-vouched = Pseudonim za koji jamči { $name }
pseudonym-unknown = Pseudonim
type-entente-vouch = Jamstvo
type-entente-avowal = Priznanje
type-entente-pseudonym = Riječ prvom primatelju

doubt-since = Nepotvrđeno od { $when } UTC
doubt-never = Još nepotvrđeno
doubt-missing = Nemamo ga
doubt-kept-aside = Izdvojen je
doubt-older = Vlasnik ima noviju inačicu
doubt-not-released = Vlasnik nam ga ne ustupa, ili više ne
doubt-unlike = Vlasnik ga ima drukčije
proof-title = Dokaz usklađenosti
proof-for = Je li ono što nam ovaj partner ustupa isto kao ono što od njega imamo
proof-none = Još nije dovršen nijedan dokaz. Izrađuje se ubrzo nakon uspostave veze, zatim svaki sat
proof-copy = Nastao je prije obnove ovog čvora: novi tek treba dovršiti
proof-last = Zadnji dovršen
proof-result = Ishod
proof-equal = Obje strane imaju isto
proof-differs = Različitih objekata: { $n }
proof-count = Ustupljeno nama
proof-held = Imamo ovdje
proof-hash = Sažetak skupa
proof-object = Objekt
proof-how = Kako se razlikuje
proof-word = Njegova riječ preko drugih
proof-word-equal = Od { $when } UTC: slaže se s onim što je stiglo
proof-word-differs = Od { $when } UTC razlikuje se od onoga što je stiglo: netko između možda nešto zadržava
