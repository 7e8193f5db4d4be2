//! The TLS side of a mail server: the system's authorities, and a private one where configured.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Why there is no safe line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TlsFault {
    /// Certificate, name, protocol or authority file: the operator mends it.
    Setup(String),
    /// The line broke.
    Broken(String),
}

/// Shakes hands as `host`; `ca_file` is trusted beside the system's authorities.
pub(super) async fn connect(
    socket: TcpStream,
    host: &str,
    ca_file: Option<&Path>,
) -> Result<TlsStream<TcpStream>, TlsFault> {
    cuigeng_adapters::http::install_crypto();
    let roots = roots(ca_file)?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| TlsFault::Setup(format!("{host} is no name for a certificate")))?;
    TlsConnector::from(Arc::new(config)).connect(name, socket).await.map_err(|e| fault(&e))
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, TlsFault> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let unreadable = |e: &dyn std::fmt::Display| TlsFault::Setup(format!("ca_file cannot be read: {e}"));
        for certificate in CertificateDer::pem_file_iter(path).map_err(|e| unreadable(&e))? {
            roots.add(certificate.map_err(|e| unreadable(&e))?).map_err(|e| unreadable(&e))?;
        }
    }
    Ok(roots)
}

/// rustls hides its own errors inside an I/O error.
fn fault(error: &std::io::Error) -> TlsFault {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => {
            let hint = if format!("{why:?}").contains("CaUsedAsEndEntity") {
                "; make the certificate with basicConstraints=CA:FALSE"
            } else {
                ""
            };
            TlsFault::Setup(format!("certificate refused: {why:?}{hint}"))
        }
        Some(why) => TlsFault::Setup(format!("TLS: {why}")),
        None => TlsFault::Broken(format!("TLS: {error}")),
    }
}
