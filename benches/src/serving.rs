//! A node with 100,000 objects: reading it by TAXII, starting it, its memory.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use serde_json::{Value, json};
use stix::Object;
use stix::marking::releasable_to;

use crate::made;
use crate::measure::{self, median, quantile};
use crate::report::{Bar, Report};
use crate::served::{Certificate, Entente, free_port, nginx};

const OBJECTS: usize = 100_000;
const AUDIENCES: usize = 300;
/// One object in a hundred is for the partner who is measured.
const ONE_IN: usize = 100;
const PAGE: usize = 1_000;
const STREAMS: usize = 4;
const REQUESTS: usize = 400;
const ACCEPT: &str = "application/taxii+json;version=2.1";

/// Who asks.
struct Login {
    user: String,
    password: String,
}

pub(crate) fn run(root: &Path, place: &Path, report: &mut Report) -> Result<()> {
    let entente = Entente::at(root, place.join("node"));
    let (owner, partner) = (made::state("Owner")?, made::state("Partner")?);
    entente.run(
        &[
            "init",
            "--name",
            "Owner",
            "--code",
            "OW",
            "--state-name",
            "Owner",
            "--state-id",
            owner.as_str(),
        ],
        "",
    )?;
    entente.run(
        &["user", "add", "analyst", "--role", "analyst", "--password-stdin"],
        "a-password-for-measuring\n",
    )?;
    let partner_args = [
        "--name",
        "Partner",
        "--code",
        "PA",
        "--state-name",
        "Partner",
        "--state-id",
        partner.as_str(),
    ];
    let invite =
        [&["peer", "invite", "--url", "https://127.0.0.1:1/"][..], &partner_args[..]].concat();
    let invitation: Value = serde_json::from_str(&entente.run(&invite, "")?)?;
    let text = |name: &str| invitation[name].as_str().unwrap_or_default().to_owned();
    let all = Login { user: "analyst".to_owned(), password: "a-password-for-measuring".to_owned() };
    let few = Login { user: text("user"), password: text("password") };

    println!("filling a node with {OBJECTS} objects of {} audiences …", 2 * AUDIENCES);
    let file = place.join("bundle.json");
    write_bundle(&file, &owner, &partner)?;
    entente.run(&["import", "--adopt", &file.display().to_string()], "")?;
    entente.run(&["status"], "")?;

    start(&entente, report)?;

    let certificate = Certificate::make(place)?;
    let listen = format!("https://127.0.0.1:{}", free_port()?);
    let (server, _) = entente.serve(&listen, Some(&certificate))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let client = client(&certificate)?;
    let collection = runtime.block_on(released(&client, &listen, &all))?;

    newest(&runtime, &client, &collection, &all, &few, report)?;
    pages(&runtime, &client, &collection, &all, place, &certificate, report)?;
    report.row("memory after all of this", server.memory()?, "MiB", Bar::None);
    Ok(())
}

fn start(entente: &Entente, report: &mut Report) -> Result<()> {
    let (mut times, mut memory) = (vec![], vec![]);
    for _ in 0..7 {
        let (server, took) = entente.serve(&format!("http://127.0.0.1:{}", free_port()?), None)?;
        times.push(took.as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_millis(500));
        memory.push(server.memory()?);
    }
    report.row(
        "start of a node with 100,000 objects until it answers",
        median(times),
        "ms",
        Bar::Most(200.0),
    );
    report.row("its memory then", median(memory), "MiB", Bar::Most(100.0));
    Ok(())
}

/// The newest 100 for who sees all of one audience each, and for who sees one in a hundred.
fn newest(
    runtime: &tokio::runtime::Runtime,
    client: &Client,
    collection: &str,
    all: &Login,
    few: &Login,
    report: &mut Report,
) -> Result<()> {
    let mut middle = Vec::new();
    for (who, login, bar) in
        [("who sees all", all, Bar::Most(3.0)), ("a partner who sees 1 %", few, Bar::None)]
    {
        let times = runtime.block_on(async {
            let (after, seen) = last_hundred(client, collection, login).await?;
            report.row(&format!("objects and definitions, {who}"), seen as f64, "", Bar::None);
            let url = format!("{collection}objects/?limit=100&added_after={after}");
            let mut times = Vec::new();
            for round in 0..REQUESTS + 50 {
                let start = measure::now();
                let body = get(client, &url, login).await?;
                let took = start.elapsed().as_secs_f64() * 1e3;
                if round == 0 {
                    let page: Value = serde_json::from_slice(&body)?;
                    ensure!(
                        page["objects"].as_array().is_some_and(|objects| objects.len() == 100),
                        "not 100 objects"
                    );
                }
                if round >= 50 {
                    times.push(took);
                }
            }
            anyhow::Ok(times)
        })?;
        report.row(
            &format!("newest 100 with sign-in, {who}, p99"),
            quantile(times.clone(), 0.99),
            "ms",
            Bar::None,
        );
        let p50 = median(times);
        report.row(&format!("newest 100 with sign-in, {who}, p50"), p50, "ms", bar);
        middle.push(p50);
    }
    if let [all, few] = middle[..] {
        report.row("the partner's time against the other's", few / all, "times", Bar::Most(2.0));
    }
    Ok(())
}

/// The whole collection in pages, several readers at once, beside nginx with a page's bytes.
fn pages(
    runtime: &tokio::runtime::Runtime,
    client: &Client,
    collection: &str,
    login: &Login,
    place: &Path,
    certificate: &Certificate,
    report: &mut Report,
) -> Result<()> {
    let first = format!("{collection}objects/?limit={PAGE}");
    let sample = runtime.block_on(get(client, &first, login))?;
    let files = place.join("files");
    fs::create_dir_all(&files)?;
    fs::write(files.join("page.json"), &sample)?;
    let port = free_port()?;
    let peer = nginx(place, port, certificate)?;
    let count = OBJECTS / PAGE;

    let (mut ours, mut theirs) = (vec![], vec![]);
    for _ in 0..3 {
        ours.push(runtime.block_on(parallel(|| {
            let (client, first) = (client.clone(), first.clone());
            let (user, password) = (login.user.clone(), login.password.clone());
            async move {
                let login = Login { user, password };
                let (mut bytes, mut url) = (0, Some(first.clone()));
                while let Some(next) = url.take() {
                    let body = get(&client, &next, &login).await?;
                    bytes += body.len();
                    url = next_of(&body).map(|next| format!("{first}&next={next}"));
                }
                Ok(bytes)
            }
        }))?);
        theirs.push(runtime.block_on(parallel(|| {
            let client = client.clone();
            let url = format!("https://127.0.0.1:{port}/page.json");
            async move {
                let mut bytes = 0;
                for _ in 0..count {
                    bytes +=
                        client.get(&url).send().await?.error_for_status()?.bytes().await?.len();
                }
                Ok(bytes)
            }
        }))?);
    }
    drop(peer);
    let (ours, theirs) = (median(ours), median(theirs));
    report.row("TAXII pages of 1,000 objects over TLS", ours, "MB/s", Bar::None);
    report.row("nginx, the same bytes from a file over TLS", theirs, "MB/s", Bar::None);
    report.row("TAXII pages, of nginx", ours / theirs * 100.0, "%", Bar::Least(35.0));
    Ok(())
}

/// Megabytes a second of several readers at once.
async fn parallel<F: Future<Output = Result<usize>> + Send + 'static>(
    reader: impl Fn() -> F,
) -> Result<f64> {
    let start = measure::now();
    let readers: Vec<_> = (0..STREAMS).map(|_| tokio::spawn(reader())).collect();
    let mut bytes = 0;
    for reader in readers {
        bytes += reader.await??;
    }
    Ok(bytes as f64 / 1e6 / start.elapsed().as_secs_f64())
}

/// The sealed place of the next page. It stands in the page's head, before the objects, or behind
/// them: looked for from both ends, so that measuring does not parse a megabyte.
fn next_of(body: &[u8]) -> Option<String> {
    let ends = [&body[..body.len().min(400)], &body[body.len().saturating_sub(400)..]];
    ends.into_iter().find_map(|end| {
        let text = String::from_utf8_lossy(end);
        let at = text.find("\"next\":")? + "\"next\":".len();
        let value = text[at..].trim_start().strip_prefix('"')?;
        Some(value[..value.find('"')?].to_owned())
    })
}

async fn get(client: &Client, url: &str, login: &Login) -> Result<Vec<u8>> {
    let request =
        client.get(url).header("accept", ACCEPT).basic_auth(&login.user, Some(&login.password));
    let answer = request.send().await?;
    ensure!(answer.status().is_success(), "GET {url}: {}", answer.status());
    Ok(answer.bytes().await?.to_vec())
}

async fn get_json(client: &Client, url: &str, login: &Login) -> Result<Value> {
    Ok(serde_json::from_slice(&get(client, url, login).await?)?)
}

/// The address of the collection of what is released, with a slash at the end.
async fn released(client: &Client, address: &str, login: &Login) -> Result<String> {
    let discovery = get_json(client, &format!("{address}/taxii2/"), login).await?;
    let root = discovery["api_roots"][0].as_str().context("there is an API root")?.to_owned();
    let root = if root.starts_with('/') { format!("{address}{root}") } else { root };
    let list = get_json(client, &format!("{root}collections/"), login).await?;
    let collections = list["collections"].as_array().context("there are collections")?;
    let one = collections.iter().find(|one| one["can_read"] == true && one["can_write"] == false);
    let id = one.and_then(|one| one["id"].as_str()).context("what is released can be read")?;
    Ok(format!("{root}collections/{id}/"))
}

/// The moment after which the reader's last hundred objects were added, and how many he sees.
async fn last_hundred(client: &Client, collection: &str, login: &Login) -> Result<(String, usize)> {
    let mut added = Vec::new();
    let mut next = String::new();
    loop {
        let page =
            get_json(client, &format!("{collection}manifest/?limit={PAGE}{next}"), login).await?;
        for entry in page["objects"].as_array().into_iter().flatten() {
            added.extend(entry["date_added"].as_str().map(str::to_owned));
        }
        match page["next"].as_str() {
            Some(place) => next = format!("&next={place}"),
            None => break,
        }
    }
    let at = added.len().checked_sub(101).context("the reader sees more than a hundred objects")?;
    let seen = added.len();
    Ok((added.swap_remove(at), seen))
}

fn client(certificate: &Certificate) -> Result<Client> {
    let provider = rustls::crypto::ring::default_provider();
    // A second installation would be of the same provider.
    let _ = provider.install_default();
    let root = reqwest::Certificate::from_pem(certificate.pem.as_bytes())?;
    Ok(Client::builder().tls_certs_only([root]).http1_only().no_proxy().build()?)
}

/// 1 % of the objects are for the partner and one of 300 others, 99 % for one of these others.
fn write_bundle(path: &Path, owner: &stix::Id, partner: &stix::Id) -> Result<()> {
    let key = stix::sign::SecretKey::from_seed([7; 32]);
    let others: Vec<_> =
        (0..AUDIENCES).map(|at| made::state(&format!("Other {at}"))).collect::<Result<_>>()?;
    let list = |states: &[&stix::Id]| -> Object {
        releasable_to(
            &states.iter().map(|state| (*state).clone()).collect::<BTreeSet<_>>(),
            &BTreeSet::new(),
        )
    };
    let without: Vec<_> = others.iter().map(|other| list(&[other])).collect();
    let with: Vec<_> = others.iter().map(|other| list(&[other, partner])).collect();
    let mut file = BufWriter::new(fs::File::create(path)?);
    let head =
        json!({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000"}).to_string();
    write!(file, "{},\"objects\":[", head.trim_end_matches('}'))?;
    for (at, definition) in without.iter().chain(&with).enumerate() {
        write!(file, "{}{}", if at == 0 { "" } else { "," }, definition.text())?;
    }
    for number in 0..OBJECTS {
        let lists = if number % ONE_IN == 0 { &with } else { &without };
        let marking = lists[(number / ONE_IN + number) % AUDIENCES].id().clone();
        let mut object = made::indicator(number, owner, &key, &[marking])?.value();
        // The node signs it with its own key.
        object.remove("extensions");
        write!(file, ",{}", Value::Object(object))?;
    }
    write!(file, "]}}")?;
    Ok(file.flush()?)
}
