//! Certificates made for a test: an authority, what it issues, and the files that a venue is given.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tests::ground::Ground;
use tokio_rustls::rustls::crypto::ring::{cipher_suite, default_provider};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use crate::beside;

/// The name in the venue's certificate.
pub(crate) const VENUE_NAME: &str = "venue.example";

/// Who issues certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: rustls::pki_types::CertificateDer<'static>,
}

/// A certificate and its key.
pub(crate) struct Issued {
    pub(crate) pem: String,
    pub(crate) key_pem: String,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
        params.distinguished_name = named("Authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.self_signed(&key).expect("it can be signed");
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn issue(&self, name: &str) -> Issued {
        self.issue_until(name, 2999)
    }

    /// A certificate that is good until the start of this year.
    pub(crate) fn issue_until(&self, name: &str, year: i32) -> Issued {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("it is a name");
        params.distinguished_name = named(name);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.issuer);
        let certificate = certificate.expect("it can be signed");
        Issued {
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            chain: vec![certificate.der().clone()],
            key: key.serialize_der(),
        }
    }

    /// Writes what `[tls]` names, and has the configuration name it, with these lines more.
    pub(crate) fn equip(&self, ground: &Ground, more: &str) {
        self.renew(ground);
        write(&beside(ground, "members-ca.pem"), &self.pem);
        ground.configure(|text| {
            format!(
                "[tls]\ncertificate_file = \"venue.pem\"\nkey_file = \"venue.key\"\n\
                 client_ca_file = \"members-ca.pem\"\n{more}\n{text}"
            )
        });
    }

    /// Gives the venue another certificate, and gives that.
    pub(crate) fn renew(&self, ground: &Ground) -> Issued {
        let issued = self.issue(VENUE_NAME);
        write(&beside(ground, "venue.pem"), &issued.pem);
        write(&beside(ground, "venue.key"), &issued.key_pem);
        issued
    }

    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// How a client sets up TLS that trusts this authority and shows `certificate`.
    pub(crate) fn client(&self, certificate: Option<&Issued>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).expect("it is an authority");
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("the provider speaks TLS 1.3")
            .with_root_certificates(roots);
        Arc::new(match certificate {
            None => builder.with_no_client_auth(),
            Some(issued) => {
                let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(issued.key.clone()));
                let with = builder.with_client_auth_cert(issued.chain.clone(), key);
                with.expect("certificate and key belong together")
            }
        })
    }
}

impl Issued {
    /// Its SHA-256 fingerprint, as the configuration takes it.
    pub(crate) fn fingerprint(&self) -> String {
        let suite = cipher_suite::TLS13_AES_128_GCM_SHA256.tls13();
        let sha256 = suite.expect("it is of TLS 1.3").common.hash_provider;
        let hash = sha256.hash(&self.chain[0]);
        let digits = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
        digits.collect()
    }

    /// Whether a server showed this one.
    pub(crate) fn is(&self, shown: &[u8]) -> bool {
        self.chain[0].as_ref() == shown
    }
}

/// A subject of this common name.
fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a file can be written");
}
