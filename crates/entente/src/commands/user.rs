//! `entente user`

use std::io::BufRead;
use std::path::Path;

use base64::Engine;
use node::{AccountInfo, NewAccount};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Serialize;
use store::Random;
use taxii::Fingerprint;

use crate::cli::{BindUser, Role, User};
use crate::error::{Context, Error, Kind, Result};
use crate::home;
use crate::output::Output;

#[derive(Serialize)]
struct Added {
    user: String,
    /// Only if it was made here: a given one is not repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

pub(crate) fn run(dir: &Path, act: User, out: Output) -> Result<()> {
    let node = home::open(dir)?;
    match act {
        User::Add(args) => {
            let (password, made) = password(args.password_stdin)?;
            let role = match args.role {
                Role::Analyst => node::Role::Analyst,
                Role::Releaser => node::Role::Releaser,
                Role::Administrator => node::Role::Administrator,
                Role::Tool => node::Role::Tool,
            };
            let display = args.display.unwrap_or_else(|| args.name.clone());
            node.add_account(NewAccount { name: args.name.clone(), display, role, password })?;
            told(args.name, made, out)
        }
        User::List => {
            let row = |account: &AccountInfo| {
                [account.name.clone(), role_name(account), account.display.clone()]
            };
            let empty = "no accounts; add one with `entente user add NAME --role analyst`";
            out.list(&node.account_list()?, ["name", "role", "displayed as"], row, empty)
        }
        User::Bind(args) => {
            let fingerprint = fingerprint(&args)?;
            node.bind_certificate(&args.name, fingerprint)?;
            let bound = Bound { user: args.name.clone(), certificate: fingerprint.to_string() };
            out.one(&bound, || format!("{} is bound to {fingerprint}\n", args.name))
        }
        User::Unbind { name } => {
            node.unbind_certificates(&name)?;
            told(name, None, out)
        }
        User::Passwd { name, password_stdin } => {
            let (password, made) = password(password_stdin)?;
            node.set_password(&name, &password)?;
            told(name, made, out)
        }
    }
}

#[derive(Serialize)]
struct Bound {
    user: String,
    certificate: String,
}

/// The fingerprint that was given, or that of the certificate in the file.
fn fingerprint(args: &BindUser) -> Result<Fingerprint> {
    if let Some(text) = &args.fingerprint {
        return text.parse().map_err(|error: taxii::NoFingerprint| {
            Error::new(Kind::Invalid, error.to_string())
                .hint("openssl x509 -noout -fingerprint -sha256 -in FILE prints it")
        });
    }
    let path = args.certificate.as_deref().unwrap_or_else(|| Path::new(""));
    let wrong = || format!("there is no certificate in PEM in {}", path.display());
    Ok(Fingerprint::of(&CertificateDer::from_pem_file(path).context(wrong())?))
}

fn told(user: String, password: Option<String>, out: Output) -> Result<()> {
    let added = Added { user, password };
    out.one(&added, || match &added.password {
        Some(password) => format!("{}\npassword  {password}\n", added.user),
        None => format!("{}\n", added.user),
    })
}

fn role_name(account: &AccountInfo) -> String {
    serde_json::to_value(account.role)
        .ok()
        .and_then(|role| role.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The password, and once more if it was made here and must be told.
fn password(from_stdin: bool) -> Result<(String, Option<String>)> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read standard input")?;
        let password = line.trim_end_matches(['\r', '\n']).to_owned();
        if password.is_empty() {
            return Err(Error::new(Kind::Invalid, "there is no password on standard input"));
        }
        return Ok((password, None));
    }
    let mut bytes = [0; 15];
    store::SystemRandom.fill(&mut bytes);
    let password = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    Ok((password.clone(), Some(password)))
}
