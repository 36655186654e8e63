//! Clients that sign in with certificates, over real TLS.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use taxii::client::{Client, Config, Credentials, Error, Identity};

use crate::serving::{Serving, command};

fn json(dir: &Path, args: &[&str]) -> Value {
    let output = command(dir).arg("--json").args(args).output().expect("the program runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "entente {args:?}: {err}");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn serve(dir: &Path, more: &[&str]) -> Serving {
    Serving::start(dir, "https://127.0.0.1:0", more)
}

/// A certificate that vouches for itself.
fn alone(name: &str) -> Identity {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let chain = params.self_signed(&key).expect("a certificate").pem();
    Identity { chain, key: key.serialize_pem() }
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    fn issue(&self, name: &str) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let chain = params.signed_by(&key, &self.0).expect("a certificate").pem();
        Identity { chain, key: key.serialize_pem() }
    }
}

#[test]
fn a_client_signs_in_with_the_certificate_of_its_account() {
    let dir = tempfile::tempdir().expect("a folder");
    let home = dir.path().join("node");
    let path = |name: &str| dir.path().join(name).to_str().expect("a plain path").to_owned();
    let (authority, server) = (Authority::new(), alone("127.0.0.1"));
    let vouched = authority.issue("feed");
    let unknown = alone("somebody");
    for (name, text) in [
        ("server.pem", &server.chain),
        ("server.key", &server.key),
        ("feed.pem", &vouched.chain),
        ("alone.pem", &unknown.chain),
        ("roots.pem", &authority.0.pem()),
    ] {
        fs::write(path(name), text).expect("it is written");
    }
    json(&home, &["init", "--name", "Tirana", "--code", "AL"]);
    let added = json(&home, &["user", "add", "feed", "--role", "tool"]);
    let password = added["password"].as_str().expect("a password").to_owned();
    let bound = json(&home, &["user", "bind", "feed", "--certificate", &path("feed.pem")]);
    let fingerprint = bound["certificate"].as_str().expect("a fingerprint");
    assert_eq!(fingerprint.len(), 64);
    let listed = json(&home, &["user", "list"]);
    assert_eq!(listed["certificates"][0], fingerprint);

    let (cert, key) = (path("server.pem"), path("server.key"));
    let tls = ["--tls-cert", cert.as_str(), "--tls-key", key.as_str()];
    let ask = |serving: &Serving, identity: Option<&Identity>, password: Option<&str>| {
        let credentials = password
            .map(|password| Credentials { user: "feed".to_owned(), password: password.to_owned() });
        let client = Client::new(Config {
            url: serving.taxii().to_owned(),
            roots: server.chain.clone(),
            allow: Some("127.0.0.1".to_owned()),
            identity: identity.cloned(),
            credentials,
            ..Config::default()
        });
        let client = client.expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(client.collections())
    };
    let is_refused = |answer: &Result<_, Error>| matches!(answer, Err(Error::SignIn { .. }));

    let serving = serve(&home, &[&tls[..], &["--client-certificates"]].concat());
    assert_eq!(ask(&serving, Some(&vouched), None).expect("it signs in").len(), 3);
    assert!(ask(&serving, Some(&vouched), Some(&password)).is_ok());
    assert!(is_refused(&ask(&serving, None, Some(&password))), "the password alone is not enough");
    assert!(is_refused(&ask(&serving, Some(&unknown), None)));
    assert!(is_refused(&ask(&serving, None, None)));

    // Another node pulls with the certificate that lies in its folder.
    let other = dir.path().join("other");
    json(&other, &["init", "--name", "Zagreb", "--code", "HR"]);
    let add = ["peer", "add-taxii", "tirana", serving.taxii(), "--allow-private", "--roots", &cert];
    let pull = |dir: &Path| {
        command(dir).args(["--json", "peer", "pull", "tirana"]).output().expect("it runs")
    };
    json(&other, &add);
    assert!(!pull(&other).status.success(), "without it nobody is let in");
    fs::write(other.join("client.pem"), &vouched.chain).expect("it is written");
    fs::write(other.join("client.key"), &vouched.key).expect("it is written");
    let pulled = pull(&other);
    assert!(pulled.status.success(), "{}", String::from_utf8_lossy(&pulled.stderr));
    drop(serving);

    // With roots, what nobody vouches for does not come to the door, bound or not.
    json(&home, &["user", "bind", "feed", "--certificate", &path("alone.pem")]);
    let serving = serve(&home, &[&tls[..], &["--client-roots", &path("roots.pem")]].concat());
    assert!(ask(&serving, Some(&vouched), None).is_ok());
    let answer = ask(&serving, Some(&unknown), None);
    assert!(matches!(answer, Err(Error::Tls { .. } | Error::Connection { .. })), "{answer:?}");
    drop(serving);

    // Where certificates are not asked for, they say nothing.
    json(&home, &["user", "unbind", "feed"]);
    let serving = serve(&home, &tls);
    assert!(is_refused(&ask(&serving, Some(&vouched), None)));
    assert!(ask(&serving, None, Some(&password)).is_ok());
}
