//! The demo's certificate authority: made once, kept, and able to vouch for this machine only.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};

use crate::error::{Context, Error, Kind, Result};

/// Browsers refuse server certificates that live longer than 398 days.
const LEAF_DAYS: i64 = 397;
const ROOT_DAYS: i64 = 3_650;

/// The authority in `dir`.
pub(crate) struct Authority {
    dir: PathBuf,
    params: CertificateParams,
    key: KeyPair,
}

/// A certificate and its key, as files in PEM.
pub(crate) struct Files {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Authority {
    /// Opens the authority in `dir`, or makes it.
    pub(crate) fn open(dir: &Path, now: Timestamp) -> Result<Self> {
        let (root, key) = (dir.join("root.pem"), dir.join("root.key"));
        if let Ok(text) = fs::read_to_string(&key)
            && root.exists()
        {
            let key =
                KeyPair::from_pem(&text).context(format!("{} is no private key", key.display()))?;
            return Ok(Self { dir: dir.to_owned(), params: params(now)?, key });
        }
        fs::create_dir_all(dir).context(format!("cannot make {}", dir.display()))?;
        let pair = KeyPair::generate().map_err(failed)?;
        let params = params(now)?;
        let certificate = params.self_signed(&pair).map_err(failed)?;
        write_secret(&key, &pair.serialize_pem())?;
        fs::write(&root, certificate.pem()).context(format!("cannot write {}", root.display()))?;
        Ok(Self { dir: dir.to_owned(), params, key: pair })
    }

    /// The root certificate to trust, in PEM.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.join("root.pem")
    }

    /// A fresh certificate for this machine's loopback names.
    pub(crate) fn issue(&self, name: &str, dir: &Path, now: Timestamp) -> Result<Files> {
        let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).map_err(failed)?;
        leaf.subject_alt_names.push(SanType::IpAddress(Ipv4Addr::LOCALHOST.into()));
        leaf.subject_alt_names.push(SanType::IpAddress(Ipv6Addr::LOCALHOST.into()));
        leaf.distinguished_name = rcgen::DistinguishedName::new();
        leaf.distinguished_name.push(DnType::CommonName, format!("Entente demo node {name}"));
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        live(&mut leaf, now, LEAF_DAYS);
        let pair = KeyPair::generate().map_err(failed)?;
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = leaf.signed_by(&pair, &issuer).map_err(failed)?;
        fs::create_dir_all(dir).context(format!("cannot make {}", dir.display()))?;
        let files = Files { cert: dir.join("cert.pem"), key: dir.join("key.pem") };
        fs::write(&files.cert, certificate.pem())
            .context(format!("cannot write {}", files.cert.display()))?;
        write_secret(&files.key, &pair.serialize_pem())?;
        Ok(files)
    }
}

fn params(now: Timestamp) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Entente demo, this machine only");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Whoever trusts this root trusts it for the loopback addresses and nothing else.
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(Ipv4Addr::LOCALHOST.into(), 32)),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                Ipv6Addr::LOCALHOST.into(),
                128,
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    live(&mut params, now, ROOT_DAYS);
    Ok(params)
}

/// Valid from yesterday, for clocks that are a little behind.
fn live(params: &mut CertificateParams, now: Timestamp, days: i64) {
    let (year, month, day) = date(now, -1);
    params.not_before = rcgen::date_time_ymd(year, month, day);
    let (year, month, day) = date(now, days - 1);
    params.not_after = rcgen::date_time_ymd(year, month, day);
}

fn date(now: Timestamp, days: i64) -> (i32, u8, u8) {
    let date = TimeZone::UTC.to_datetime(now + SignedDuration::from_hours(24 * days)).date();
    (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "stands where a function of an error is asked for"
)]
fn failed(error: rcgen::Error) -> Error {
    Error::of(Kind::Failed, &error)
}

/// Writes a file that only its owner can read.
fn write_secret(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .context(format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes()).context(format!("cannot write {}", path.display()))
}
