//! A Postfix and a Dovecot of the test's own: configuration, spool and mailboxes in a temporary
//! directory, ports on loopback.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Whose mailboxes there are; the password of all.
pub(crate) const DOMAIN: &str = "qinghe.example";
/// The password of every mailbox.
pub(crate) const PASSWORD: &str = "correct-horse";

/// A running post office.
pub(crate) struct PostOffice {
    dir: tempfile::TempDir,
    dovecot: Child,
    /// SMTP with STARTTLS and login.
    pub(crate) smtp: u16,
    /// SMTP in TLS from the first byte.
    pub(crate) smtps: u16,
    imap: u16,
    /// IMAP in TLS from the first byte.
    pub(crate) imaps: u16,
}

/// A mailbox that takes no more than a letter or two bytes: what comes for it is accepted and sent back.
pub(crate) const FULL: &str = "full";
/// A recipient whom the server refuses at once because the mailbox is full.
pub(crate) const FULL_AT_ONCE: &str = "full-at-once";

/// Whether the packages are there. On a build server they must be.
pub(crate) fn is_installed() -> bool {
    let is_there = |program: &str| ["/usr/sbin", "/usr/bin"].iter().any(|dir| Path::new(dir).join(program).exists());
    let root = fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
    let door = Path::new("/usr/lib/dovecot/lmtp").exists();
    let there = is_there("postfix") && is_there("dovecot") && door && root;
    assert!(
        there || std::env::var_os("CI").is_none(),
        "postfix and dovecot are missing: run scripts/install-test-deps.sh as root"
    );
    if !there {
        eprintln!(
            "skipped: postfix and dovecot with its lmtp (scripts/install-test-deps.sh), and root to start them, are not here"
        );
    }
    there
}

impl PostOffice {
    /// Starts one with these mailboxes. `policy` is the port of a policy server that Postfix asks about
    /// every recipient (greylisting).
    pub(crate) fn open(users: &[&str], policy: Option<u16>) -> PostOffice {
        let dir = tempfile::tempdir().unwrap();
        let [smtp, smtps, imap, imaps] = [(); 4].map(|()| free_port());
        set_mode(dir.path(), 0o755);
        for (name, mode) in
            [("etc", 0o755), ("queue", 0o755), ("data", 0o755), ("log", 0o777), ("mail", 0o777), ("run", 0o755)]
        {
            fs::create_dir(dir.path().join(name)).unwrap();
            set_mode(&dir.path().join(name), mode);
        }
        own(&dir.path().join("data"), "postfix");
        certificate(dir.path());
        write_postfix(dir.path(), users, smtp, smtps, policy);
        write_dovecot(dir.path(), users, imap, imaps);
        postfix(dir.path(), "start");
        let dovecot = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(dir.path().join("etc/dovecot.conf"))
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let office = PostOffice { dir, dovecot, smtp, smtps, imap, imaps };
        [(smtp, true), (smtps, false), (imap, true), (imaps, false)]
            .into_iter()
            .for_each(|(port, greets)| until_open(port, greets));
        office
    }

    /// The authority that has signed the server's certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.dir.path().join("etc/ca.pem")
    }

    /// Waits until a mailbox holds so many letters, and returns them as a strict parser reads them.
    pub(crate) fn letters(&self, user: &str, wanted: usize) -> Vec<serde_json::Value> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/post_office/read.py");
        let output = Command::new("python3")
            .arg(script)
            .args([self.imap.to_string(), format!("{user}@{DOMAIN}"), PASSWORD.to_owned(), wanted.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), self.log());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The port of IMAP in clear and with STARTTLS.
    pub(crate) fn imap(&self) -> u16 {
        self.imap
    }

    /// Names and marks of the files of a mailbox, which a reader that changes something would change.
    pub(crate) fn files(&self, user: &str) -> Vec<String> {
        let dir = self.dir.path().join(format!("mail/{user}@{DOMAIN}"));
        let names =
            |sub: &str| fs::read_dir(dir.join(sub)).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = names("cur").chain(names("new")).collect();
        files.sort();
        files
    }

    /// What Postfix wrote down.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log/postfix.log")).unwrap_or_default()
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        postfix(self.dir.path(), "abort");
        drop(self.dovecot.kill());
        drop(self.dovecot.wait());
    }
}

fn write_postfix(dir: &Path, users: &[&str], smtp: u16, smtps: u16, policy: Option<u16>) {
    let d = dir.display();
    let greylist = policy.map_or_else(String::new, |port| format!("check_policy_service inet:127.0.0.1:{port}, "));
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {d}/queue\ndata_directory = {d}/data\n\
         maillog_file = {d}/log/postfix.log\nmaillog_file_prefixes = {d}\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mail.{DOMAIN}\nmydestination =\n\
         mynetworks =\nalias_maps =\nlocal_recipient_maps =\ndisable_dns_lookups = yes\n\
         virtual_mailbox_domains = {DOMAIN}\nvirtual_mailbox_maps = texthash:{d}/etc/users\n\
         virtual_mailbox_base = {d}/mail\nvirtual_minimum_uid = 100\nvirtual_uid_maps = static:65534\n\
         virtual_gid_maps = static:65534\nsmtpd_tls_cert_file = {d}/etc/server.pem\n\
         smtpd_tls_key_file = {d}/etc/server.key\nsmtpd_tls_security_level = may\n\
         smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n\
         smtpd_sender_login_maps = texthash:{d}/etc/logins\n\
         smtpd_sender_restrictions = reject_sender_login_mismatch\n\
         transport_maps = texthash:{d}/etc/transport\n\
         smtpd_recipient_restrictions = check_recipient_access texthash:{d}/etc/access, {greylist}permit_sasl_authenticated, reject\n\
         smtpd_relay_restrictions = permit_sasl_authenticated, reject\nsmtpd_delay_reject = no\n"
    );
    let unix = [
        "cleanup unix n - n - 0 cleanup",
        "tlsmgr unix - - n 1000? 1 tlsmgr",
        "rewrite unix - - n - - trivial-rewrite",
        "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce",
        "trace unix - - n - 0 bounce",
        "verify unix - - n - 1 verify",
        "flush unix n - n 1000? 0 flush",
        "proxymap unix - - n - - proxymap",
        "virtual unix - n n - - virtual",
        "lmtp unix - - n - - lmtp",
        "error unix - - n - - error",
        "retry unix - - n - - error",
        "anvil unix - - n - 1 anvil",
        "pickup unix n - n 60 1 pickup",
        "qmgr unix n - n 300 1 qmgr",
        "showq unix n - n - - showq",
        "postlog unix-dgram n - n - 1 postlogd",
    ]
    .join("\n");
    let master =
        format!("{smtp} inet n - n - - smtpd\n{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n{unix}\n");
    let users_map: String = users.iter().map(|user| format!("{user}@{DOMAIN} {user}@{DOMAIN}/\n")).collect();
    let logins: String = users.iter().map(|user| format!("{user}@{DOMAIN} {user}@{DOMAIN}\n")).collect();
    for (name, text) in [
        ("main.cf", main),
        ("master.cf", master),
        ("users", users_map),
        ("logins", logins),
        ("transport", format!("{FULL}@{DOMAIN} lmtp:unix:private/dovecot-lmtp\n")),
        ("access", format!("{FULL_AT_ONCE}@{DOMAIN} 452 4.2.2 <{FULL_AT_ONCE}@{DOMAIN}>: mailbox is full\n")),
    ] {
        fs::write(dir.join("etc").join(name), text).unwrap();
    }
}

fn write_dovecot(dir: &Path, users: &[&str], imap: u16, imaps: u16) {
    let d = dir.display();
    let conf = format!(
        "base_dir = {d}/run\nprotocols = imap lmtp\nlisten = 127.0.0.1\nssl = yes\nssl_cert = <{d}/etc/server.pem\nssl_key = <{d}/etc/server.key\ndisable_plaintext_auth = no\n\
         log_path = {d}/log/dovecot.log\nmail_location = maildir:{d}/mail/%u\nfirst_valid_uid = 100\n\
         first_valid_gid = 100\nauth_mechanisms = plain login\n\
         passdb {{\n driver = passwd-file\n args = scheme=plain {d}/etc/passwd\n}}\n\
         userdb {{\n driver = static\n args = uid=65534 gid=65534 home={d}/mail/%u\n}}\n\
         service auth {{\n unix_listener {d}/queue/private/auth {{\n mode = 0666\n }}\n}}\n\
         service imap-login {{\n chroot =\n inet_listener imap {{\n port = {imap}\n }}\n inet_listener imaps {{\n port = {imaps}\n ssl = yes\n }}\n}}\n\
         service lmtp {{\n unix_listener {d}/queue/private/dovecot-lmtp {{\n mode = 0666\n }}\n}}\n\
         protocol lmtp {{\n mail_plugins = quota\n}}\n\
         plugin {{\n quota = maildir:User quota\n quota_rule = *:bytes=2\n}}\n"
    );
    let passwd: String = users.iter().map(|user| format!("{user}@{DOMAIN}:{PASSWORD}::::::\n")).collect();
    fs::write(dir.join("etc/dovecot.conf"), conf).unwrap();
    fs::write(dir.join("etc/passwd"), passwd).unwrap();
}

/// A private authority, and a server certificate that it has signed for 127.0.0.1.
fn certificate(dir: &Path) {
    let mut about = rcgen::CertificateParams::new(Vec::new()).unwrap();
    about.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = rcgen::KeyPair::generate().unwrap();
    let authority = about.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(about, key);
    let server_key = rcgen::KeyPair::generate().unwrap();
    let server = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    let server = server.signed_by(&server_key, &issuer).unwrap();
    fs::write(dir.join("etc/ca.pem"), authority.pem()).unwrap();
    fs::write(dir.join("etc/server.pem"), server.pem()).unwrap();
    fs::write(dir.join("etc/server.key"), server_key.serialize_pem()).unwrap();
    set_mode(&dir.join("etc/server.key"), 0o600);
}

fn postfix(dir: &Path, verb: &str) {
    let output =
        Command::new("postfix").arg("-c").arg(dir.join("etc")).arg(verb).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success() || verb == "abort", "postfix {verb}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Waits for the greeting; the port of TLS says nothing first, being taken is enough there.
fn until_open(port: u16, greets: bool) {
    use std::io::Read;
    for _ in 0..1_000_000 {
        if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port))
            && (!greets || stream.read(&mut [0; 1]).is_ok_and(|n| n == 1))
        {
            return;
        }
        std::thread::yield_now();
    }
    panic!("nobody listens on port {port}");
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn own(path: &Path, user: &str) {
    assert!(Command::new("chown").arg(user).arg(path).status().unwrap().success());
}
