//! Certificates of clients (TAXII 2.1 section 8.3.1), and where they reached the node.
//!
//! The handshake proves that a client holds the key of the certificate that it shows. Which account
//! that is says the node, by the certificate's fingerprint: a certificate that no account is bound
//! to opens nothing. With roots, certificates must be vouched for by these besides (PKIX).

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum_server::tls::TlsInfo;
use rustls::RootCertStore;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoClientAuth, WebPkiClientVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};
use taxii::{ClientCertificate, Fingerprint, Reached};

use crate::cli::Serve;
use crate::error::{Context, Result};

/// Which certificates clients may show.
pub(crate) enum Clients {
    None,
    Any,
    VouchedFor(PathBuf),
}

impl Clients {
    pub(crate) fn of(args: &Serve) -> Self {
        match &args.client_roots {
            Some(roots) => Self::VouchedFor(roots.clone()),
            None if args.client_certificates => Self::Any,
            None => Self::None,
        }
    }

    pub(crate) fn verifier(&self) -> Result<Arc<dyn ClientCertVerifier>> {
        match self {
            Self::None => Ok(Arc::new(NoClientAuth)),
            Self::Any => Ok(Arc::new(Pinned(provider()))),
            Self::VouchedFor(path) => {
                let wrong = format!("cannot use {}", path.display());
                let mut roots = RootCertStore::empty();
                for root in CertificateDer::pem_file_iter(path).context(wrong.clone())? {
                    let added = root.context(wrong.clone()).map(|root| roots.add(root))?;
                    added.context(wrong.clone())?;
                }
                let builder =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
                builder.allow_unauthenticated().build().map(|built| built as _).context(wrong)
            }
        }
    }
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Takes every certificate whose key the client holds, and none is no failure either.
#[derive(Debug)]
struct Pinned(Arc<CryptoProvider>);

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Tells the routes what the connection tells: which certificate was shown, and at which address
/// the node was reached. Behind a proxy that is so only if it is the address that `--public` says.
pub(crate) async fn met(public: State<Option<Authority>>, mut request: Request) -> Request {
    let info = request.extensions().get::<Arc<TlsInfo>>().cloned();
    let certificate = info.as_ref().and_then(|info| info.peer_certificates.first());
    if let Some(certificate) = certificate {
        let shown = ClientCertificate(Some(Fingerprint::of(certificate)));
        request.extensions_mut().insert(shown);
    }
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    let named = request.uri().authority().cloned().or(named);
    let reached = named.filter(|named| info.is_some() || public.as_ref() == Some(named));
    if let Some(reached) = reached {
        request.extensions_mut().insert(Reached(format!("https://{reached}")));
    }
    request
}

/// The host and port of an address to which a proxy hands on, if it is https.
pub(crate) fn public(address: Option<&str>) -> Option<Authority> {
    let uri: Uri = address?.parse().ok()?;
    uri.authority().filter(|_| uri.scheme_str() == Some("https")).cloned()
}
