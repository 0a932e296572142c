//! A provider on loopback of whose requests one meets a fault, as `tests/transport/README.md` describes them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::untrusted::over_tls;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Metadata,
    Revocation,
    Call,
}

/// What the server does with the request that meets the fault.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Behaviour {
    Refuses {},
    Answers {
        raw: String,
        #[serde(default)]
        base64: String,
    },
    Resets {
        raw: String,
    },
    Endless {
        raw: String,
    },
    Trickles {
        raw: String,
    },
    Silent {},
    /// Over TLS, with a certificate that nobody trusts, it is sound.
    Untrusted {},
    Sound {},
}

/// The server.
pub struct Server {
    pub port: u16,
    inner: Arc<Inner>,
    /// A port that is taken, and at which nobody listens: that of the calling end of a connection.
    deaf: Option<(TcpStream, TcpStream)>,
}

struct Inner {
    port: u16,
    behaviour: Behaviour,
    step: Role,
    sound: AtomicBool,
    asked: Mutex<Vec<Role>>,
}

impl Server {
    /// Starts; requests for `step` meet the fault, all others are answered as they should be.
    pub fn start(behaviour: Behaviour, step: Role) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let deaf = matches!(behaviour, Behaviour::Refuses {}).then(|| {
            let caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (mut called, _) = listener.accept().unwrap();
            // Closed with unread input a connection is reset, and its port is free at once.
            called.write_all(b"unread").unwrap();
            caller.peek(&mut [0]).unwrap();
            (caller, called)
        });
        let address = deaf.as_ref().map_or_else(|| listener.local_addr(), |(caller, _)| caller.local_addr());
        let port = address.unwrap().port();
        let sound = AtomicBool::new(matches!(behaviour, Behaviour::Sound {}));
        let inner = Arc::new(Inner { port, behaviour, step, sound, asked: Mutex::default() });
        if deaf.is_none() {
            listen(listener, inner.clone());
        }
        Self { port, inner, deaf }
    }

    /// From now on everything is answered as it should be.
    pub fn recover(&mut self) {
        self.inner.sound.store(true, Ordering::SeqCst);
        if let Some(connection) = self.deaf.take() {
            drop(connection);
            listen(TcpListener::bind(("127.0.0.1", self.port)).unwrap(), self.inner.clone());
        }
    }

    /// What it was asked since the last time.
    pub fn asked(&self) -> Vec<Role> {
        std::mem::take(&mut *self.inner.asked.lock().unwrap())
    }
}

fn listen(listener: TcpListener, inner: Arc<Inner>) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let inner = inner.clone();
            std::thread::spawn(move || inner.serve(stream.unwrap()));
        }
    });
}

impl Inner {
    fn serve(&self, mut stream: TcpStream) {
        let Some(line) = first_line(&stream) else {
            return;
        };
        if line.is_empty() && matches!(self.behaviour, Behaviour::Untrusted {}) {
            return self.serve_over_tls(stream);
        }
        let stream = &mut stream;
        let role = (!line.is_empty()).then(|| role_of(&line));
        self.asked.lock().unwrap().extend(role);
        let faulty = role.is_none_or(|role| role == self.step) && !self.sound.load(Ordering::SeqCst);
        if faulty && let Behaviour::Resets { raw } = &self.behaviour {
            // The request is left unread: closing then resets.
            let _ = stream.write_all(raw.as_bytes());
            return;
        }
        if role.is_some() {
            read_request(stream);
        } else {
            read_greeting(stream);
        }
        if faulty {
            self.misbehave(stream);
        } else if let Some(role) = role {
            let _ = stream.write_all(self.sound_answer("http", role).as_bytes());
        }
    }

    /// Answers a client that accepts the certificate.
    fn serve_over_tls(&self, stream: TcpStream) {
        let mut stream = over_tls(stream);
        let head = read_request(&mut stream);
        if let Some((line, _)) = head.split_once("\r\n") {
            let role = role_of(line);
            self.asked.lock().unwrap().push(role);
            let _ = stream.write_all(self.sound_answer("https", role).as_bytes());
        }
    }

    fn misbehave(&self, stream: &mut TcpStream) {
        let mut write = |bytes: &[u8]| stream.write_all(bytes).is_ok();
        match &self.behaviour {
            Behaviour::Answers { raw, base64 } => {
                write(&[raw.as_bytes(), &STANDARD.decode(base64).unwrap()].concat());
            }
            Behaviour::Endless { raw } => {
                write(raw.as_bytes());
                while write(&[b'a'; 4096]) {}
            }
            Behaviour::Trickles { raw } => {
                write(raw.as_bytes());
                while write(b"a") {
                    std::thread::sleep(Duration::from_millis(100)); // the behaviour itself, not a wait for something
                }
            }
            Behaviour::Silent {} => {
                let _ = stream.read(&mut [0; 1]);
            }
            Behaviour::Refuses {} | Behaviour::Resets { .. } | Behaviour::Untrusted {} | Behaviour::Sound {} => {}
        }
    }

    fn sound_answer(&self, scheme: &str, role: Role) -> String {
        let here = format!("{scheme}://127.0.0.1:{}", self.port);
        let (status, kind, body) = match role {
            Role::Metadata => {
                let (end_session, revocation) = (format!("{here}/bye"), format!("{here}/revoke"));
                let body =
                    json!({"issuer": here, "end_session_endpoint": end_session, "revocation_endpoint": revocation});
                ("200 OK", "Content-Type: application/json\r\n", body.to_string())
            }
            Role::Revocation => ("200 OK", "", String::new()),
            Role::Call => return "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned(),
        };
        format!("HTTP/1.1 {status}\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    }
}

/// The request's first line, which stays unread; empty for a greeting of TLS, none where the client has gone.
fn first_line(stream: &TcpStream) -> Option<String> {
    let mut buffer = [0; 256];
    loop {
        let count = stream.peek(&mut buffer).ok().filter(|count| *count > 0)?;
        let read = String::from_utf8_lossy(&buffer[..count]).into_owned();
        if buffer[0] == 22 {
            return Some(String::new());
        }
        if let Some((line, _)) = read.split_once("\r\n") {
            return Some(line.to_owned());
        }
    }
}

fn role_of(line: &str) -> Role {
    let path = line.split(' ').nth(1).unwrap_or_default();
    match path {
        "/.well-known/openid-configuration" => Role::Metadata,
        "/revoke" | "/realms/r/protocol/openid-connect/revoke" => Role::Revocation,
        "/realms/r/protocol/openid-connect/logout" => Role::Call,
        other => panic!("nobody should ask for {other}"),
    }
}

/// A request's head and body; the answer is the head.
fn read_request(stream: &mut impl Read) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let lowercase = head.to_lowercase();
    let length = lowercase.split_once("content-length: ").and_then(|(_, rest)| rest.split_once('\r')?.0.parse().ok());
    let _ = stream.read_exact(&mut vec![0; length.unwrap_or(0)]);
    head
}

/// The whole greeting of TLS: closing with unread input would reset the connection.
fn read_greeting(stream: &mut TcpStream) {
    let mut head = [0; 5];
    if stream.read_exact(&mut head).is_ok() {
        let _ = stream.read_exact(&mut vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))]);
    }
}
