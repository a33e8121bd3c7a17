//! TLS 1.3 for the FIX listener: the venue's certificate, the authorities of its members', and the certificate that
//! a client showed. No older version, no resumption: every connection shows its certificate anew.

use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use config::Fingerprint;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::{cipher_suite, default_provider};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{
    NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier,
};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig, ServerConnection};
use tokio_rustls::server::TlsStream;

/// Who may read a private key beside its owner.
const OTHERS: u32 = 0o077;

/// Why the files of `[tls]` cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// A file cannot be read, or is no PEM.
    #[error("cannot read {} as PEM", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// A file holds no certificate.
    #[error("there is no certificate in {}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A certificate in it cannot be an authority.
    #[error("a certificate in {} cannot be an authority's", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// The authorities cannot be used.
    #[error("the authorities of client certificates cannot be used")]
    Verifier(#[from] VerifierBuilderError),
    /// Certificate and key do not fit, or cannot be used.
    #[error("certificate and key cannot be used, or are not of one another")]
    Certificate(#[from] rustls::Error),
}

/// What the listener needs to encrypt.
pub(crate) struct Encryption {
    config: Arc<ServerConfig>,
    /// The venue's own certificate.
    certificate: Fingerprint,
    /// Of everything that clients are shown and checked against.
    digest: blake3::Hash,
}

impl Encryption {
    /// Reads the files that `tls` names.
    pub(crate) fn read(tls: &config::Tls) -> Result<Self, TlsError> {
        let chain = certificates(&tls.certificate_file)?;
        let authorities = tls.client_ca_file.as_deref().map(certificates_of_clients);
        let authorities = authorities.transpose()?;
        let mut digest = blake3::Hasher::new();
        let all = chain
            .iter()
            .chain(authorities.iter().flat_map(|(all, _)| all));
        for certificate in all {
            digest.update(certificate.as_ref());
        }
        digest.update(&[u8::from(tls.require_client_certificate)]);
        let certificate = chain.first().map(fingerprint);
        let roots = authorities.map(|(_, roots)| roots);
        let config = server_config(tls, chain, roots)?;
        Ok(Self {
            config: Arc::new(config),
            certificate: certificate.expect("a file without certificates is refused"),
            digest: digest.finalize(),
        })
    }
}

impl PartialEq for Encryption {
    /// Whether clients see and are asked for the same.
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {}", self.certificate)
    }
}

fn server_config(
    tls: &config::Tls,
    chain: Vec<CertificateDer<'static>>,
    authorities: Option<RootCertStore>,
) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])?;
    let builder = match authorities {
        None => builder.with_no_client_auth(),
        Some(roots) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = if tls.require_client_certificate {
                verifier
            } else {
                verifier.allow_unauthenticated()
            };
            builder.with_client_cert_verifier(verifier.build()?)
        }
    };
    let mut config = builder.with_single_cert(chain, private_key(&tls.key_file)?)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// Shakes hands; what the client showed of itself comes with the stream.
pub(super) async fn accept(
    encryption: &Encryption,
    stream: TcpStream,
) -> std::io::Result<(TlsStream<TcpStream>, Option<Fingerprint>)> {
    let acceptor = TlsAcceptor::from(Arc::clone(&encryption.config));
    let stream = acceptor.accept(stream).await?;
    let certificate = shown(stream.get_ref().1);
    Ok((stream, certificate))
}

/// The fingerprint of the certificate that the client proved to hold the key of.
fn shown(connection: &ServerConnection) -> Option<Fingerprint> {
    connection.peer_certificates()?.first().map(fingerprint)
}

/// The SHA-256 fingerprint of a certificate.
fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    let suite = cipher_suite::TLS13_AES_128_GCM_SHA256.tls13();
    let sha256 = suite
        .expect("it is a suite of TLS 1.3")
        .common
        .hash_provider;
    let hash = sha256.hash(certificate.as_ref());
    let bytes = hash.as_ref().try_into();
    Fingerprint::new(bytes.expect("SHA-256 has 32 bytes"))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).and_then(|certificates| certificates.collect());
    let chain = chain.map_err(pem_error(path))?;
    if chain.is_empty() {
        let path = path.to_path_buf();
        return Err(TlsError::Empty { path });
    }
    Ok(chain)
}

/// The certificates in a file, and as authorities.
fn certificates_of_clients(
    path: &Path,
) -> Result<(Vec<CertificateDer<'static>>, RootCertStore), TlsError> {
    let all = certificates(path)?;
    let mut roots = RootCertStore::empty();
    for certificate in all.iter().cloned() {
        roots
            .add(certificate)
            .map_err(|source| TlsError::Authority {
                path: path.to_path_buf(),
                source,
            })?;
    }
    Ok((all, roots))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & OTHERS != 0) {
        tracing::warn!(file = %path.display(), "the private key can be read by others: chmod 600");
    }
    PrivateKeyDer::from_pem_file(path).map_err(pem_error(path))
}

fn pem_error(path: &Path) -> impl FnOnce(pem::Error) -> TlsError {
    let path = path.to_path_buf();
    move |source| TlsError::Pem { path, source }
}
